"""Look of all pictures: fonts, colors that color-blind readers can tell apart, saving without a display."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnmanybody.errors import NNPError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, BLACK, GRAY = "#CC79A7", "#56B4E9", "#222222", "#999999"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK, GRAY)
"""Okabe and Ito's palette."""
FORMATS = (".png", ".pdf", ".svg")

_RC = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "savefig.dpi": 160,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw everything inside in the house style.

    Raises
    ------
    NNPError
        If matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        raise NNPError("plots need matplotlib, which is not installed: pip install nnmanybody[plot]") from None
    with matplotlib.rc_context(_RC):
        yield


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure, inches; it belongs to no window and no global list."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: "Figure", path: Path) -> None:
    """Write a figure; the suffix of the path chooses the format.

    Raises
    ------
    NNPError
        If the suffix is not one of `FORMATS` or the file cannot be written.
    """
    check_format(path)
    try:
        with style():
            figure.savefig(path)
    except OSError as error:
        raise NNPError(f"{path}: the picture cannot be written ({error.strerror or error})") from error


def check_format(path: Path) -> None:
    """Refuse what cannot be drawn, before the work is done.

    Raises
    ------
    NNPError
        If the suffix is not one of `FORMATS`.
    """
    if path.suffix.lower() not in FORMATS:
        raise NNPError(f"{path}: expected a name that ends in {', '.join(FORMATS)}")


def sequence_colors(count: int) -> list[Any]:
    """Colors of an ordered family, dark to bright; the palest end, unreadable on white, is left out."""
    from matplotlib import colormaps

    return [colormaps["viridis"](position) for position in np.linspace(0.0, 0.88, max(count, 1))]


def legend_beside(axes: "Axes", title: str | None = None) -> None:
    """Put the legend right of the axes, where it covers no data."""
    n_entries = len(axes.get_legend_handles_labels()[0])
    axes.legend(title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), ncols=1 + (n_entries - 1) // 14)

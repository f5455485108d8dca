"""Families of curves in a grid of panels, each with its legend beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.plots.style import legend_beside, new_figure, sequence_colors, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One line; curves with the same `color_key` share their color, `dashed` tells them apart."""

    label: str
    x: FloatArray
    y: FloatArray
    color_key: float | str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes; a polar panel mirrors its curves, for an angle to either side is the same angle."""

    title: str
    xlabel: str
    ylabel: str
    curves: Sequence[Curve]
    legend_title: str = ""
    polar: bool = False
    limits: dict[str, Any] = field(default_factory=dict)


def draw_panels(panels: Sequence[Panel], n_columns: int = 2, title: str = "") -> "Figure":
    """Draw the panels row by row."""
    n_columns = min(n_columns, len(panels))
    n_rows = -(-len(panels) // n_columns)
    with style():
        figure = new_figure(5.6 * n_columns, 3.1 * n_rows + (0.3 if title else 0.0))
        for index, panel in enumerate(panels):
            axes = figure.add_subplot(n_rows, n_columns, index + 1, projection="polar" if panel.polar else None)
            _draw(axes, panel)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def _draw(axes: "Axes", panel: Panel) -> None:
    keys = list(dict.fromkeys(curve.color_key or curve.label for curve in panel.curves))
    colors = dict(zip(keys, sequence_colors(len(keys)), strict=True))
    for curve in panel.curves:
        color = colors[curve.color_key or curve.label]
        linestyle = "--" if curve.dashed else "-"
        if panel.polar:
            angle = np.radians(curve.x)
            both = np.concatenate([-angle[::-1], angle]), np.concatenate([curve.y[::-1], curve.y])
            axes.plot(*both, color=color, linestyle=linestyle, label=curve.label)
        else:
            axes.plot(curve.x, curve.y, color=color, linestyle=linestyle, label=curve.label)
    axes.set_title(panel.title, pad=14.0 if panel.polar else None)
    if panel.polar:
        axes.set(**panel.limits)
        axes.tick_params(labelsize=8)
        axes.legend(title=panel.legend_title or None, loc="upper left", bbox_to_anchor=(1.2, 1.0))
    else:
        axes.margins(x=0.0)
        axes.set(xlabel=panel.xlabel, ylabel=panel.ylabel, **panel.limits)
        legend_beside(axes, panel.legend_title or None)

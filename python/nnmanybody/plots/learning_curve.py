"""Text learning curve of a training -> one panel per quantity, training and validation together."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.plots.style import BLUE, GRAY, VERMILLION, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

_ROLES = {"train": "training", "training": "training", "val": "validation", "valid": "validation"}
_ROLES["validation"] = "validation"
_COLORS = {"training": BLUE, "validation": VERMILLION, "": BLUE}
_TARGETS = {"energy", "forces", "stress", "atomic_energies"}
_NOT_DRAWN = {"seconds", "time", "wall_time"}


@dataclass(frozen=True)
class Column:
    """One column of the file: what it is, of which part of the data, in which unit."""

    name: str
    unit: str
    values: FloatArray

    @property
    def role(self) -> str:
        """`training`, `validation`, or nothing."""
        return next((_ROLES[word] for word in self.name.split("_") if word in _ROLES), "")

    @property
    def quantity(self) -> str:
        """Name without the role."""
        return "_".join(word for word in self.name.split("_") if word not in _ROLES)


def read_learning_curve(path: Path) -> list[Column]:
    """Read a text table whose last comment line before the numbers names the columns, units in brackets.

    Raises
    ------
    NNPError
        If the file is missing or is not such a table.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NNPError(f"{path}: cannot be read as a learning curve ({error})") from error
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip() and line[0] != "#"]
    if not rows:
        raise NNPError(f"{path}: no epochs in this learning curve yet")
    names = _names([line for line in lines[: rows[0][0]] if line.startswith("#")], len(rows[0][1]), path)
    table = np.array([_numbers(words, len(names), f"{path}:{number}") for number, words in rows])
    return [Column(name, unit, table[:, index]) for index, (name, unit) in enumerate(names)]


def plot_learning_curve(columns: list[Column]) -> "Figure":
    """Draw every quantity over the epochs; marks the epoch of the lowest validation loss.

    Raises
    ------
    NNPError
        If there is nothing but epochs.
    """
    x = next((column for column in columns if column.quantity in {"epoch", "step"}), columns[0])
    drawn = [column for column in columns if column is not x and column.quantity not in _NOT_DRAWN]
    quantities = list(dict.fromkeys(column.quantity for column in drawn if np.isfinite(column.values).any()))
    if not quantities:
        raise NNPError("the learning curve has no column with numbers beside the epochs")
    n_columns = min(len(quantities), 2)
    n_rows = -(-len(quantities) // n_columns)
    best = _best(x, drawn)
    with style():
        figure = new_figure(4.6 * n_columns, 2.8 * n_rows + 0.4)
        for index, quantity in enumerate(quantities):
            axes = figure.add_subplot(n_rows, n_columns, index + 1)
            _draw_quantity(axes, x, [column for column in drawn if column.quantity == quantity])
            if best is not None:
                label = f"lowest validation loss, {x.quantity} {best:g}"
                axes.axvline(best, color=GRAY, linewidth=1.0, linestyle=":", label=label)
        _legend_above(figure)
    return figure


def _legend_above(figure: "Figure") -> None:
    """One legend for all panels, above them, where it covers no data."""
    handles: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(handles.values(), handles.keys(), loc="outside upper right", ncols=len(handles))


def _draw_quantity(axes: "Axes", x: Column, columns: list[Column]) -> None:
    for column in columns:
        known = np.isfinite(column.values)
        axes.plot(
            x.values[known],
            column.values[known],
            color=_COLORS[column.role],
            label=column.role or None,
            # A line through one point would be invisible.
            marker="o" if known.sum() == 1 else None,
            linewidth=1.3,
        )
    name, unit = columns[0].quantity, columns[0].unit
    name = f"{name.replace('forces', 'force')} RMSE" if name in _TARGETS else name
    axes.set(xlabel=x.quantity, ylabel=_words(name) + (f" ({unit})" if unit else ""))
    values = np.concatenate([column.values[np.isfinite(column.values)] for column in columns])
    if values.min() > 0.0:
        axes.set_yscale("log")


def _best(x: Column, columns: list[Column]) -> float | None:
    """Return the epoch of the lowest validation loss, if one is recorded."""
    losses = [column.values for column in columns if column.role == "validation" and column.quantity == "loss"]
    if not losses or not np.isfinite(losses[0]).any():
        return None
    return float(x.values[np.nanargmin(losses[0])])


def _words(name: str) -> str:
    return name.replace("_", " ").replace("rmse", "RMSE").replace("mae", "MAE")


def _names(comments: list[str], n_columns: int, path: Path) -> list[tuple[str, str]]:
    """Return name and unit of every column from the last comment line that fits."""
    for comment in reversed(comments):
        joined = re.sub(r"\s+([\[(])", r"\1", comment.lstrip("# ").strip())  # "energy (eV)" -> "energy(eV)"
        words = re.findall(r"[^\s\[(]+(?:[\[(][^\])]*[\])])?", joined)
        if len(words) == n_columns:
            return [_name_and_unit(word) for word in words]
    raise NNPError(
        f"{path}: expected a line that starts with # and names the {n_columns} columns of the first row, "
        f"got {comments[-1] if comments else 'no such line'!r}"
    )


def _name_and_unit(word: str) -> tuple[str, str]:
    match = re.fullmatch(r"([^\[(]+)[\[(]([^\])]*)[\])]", word)
    return (match[1], match[2]) if match else (word, "")


def _numbers(words: list[str], n_columns: int, where: str) -> list[float]:
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise NNPError(f"{where}: expected numbers, got {' '.join(words)!r}") from None
    if len(numbers) != n_columns:
        raise NNPError(f"{where}: expected {n_columns} columns, got {len(numbers)}")
    return numbers

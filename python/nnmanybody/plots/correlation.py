"""Values of symmetry functions over the data -> picture of their correlations, equation (7.4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import SymmetryFunction
from nnmanybody.plots.labels import parameters
from nnmanybody.plots.style import new_figure, style
from nnmanybody.set_analysis import correlation_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

MOST_LABELS = 48
"""More names than this cannot be read; numbers stand in for them."""


def plot_correlation(
    element: str, functions: Sequence[SymmetryFunction], values: FloatArray, threshold: float = 0.98
) -> "Figure":
    """Draw the correlation matrix of the functions of one element.

    Parameters
    ----------
    element : str
    functions : sequence of SymmetryFunction
    values : (n_samples, n_functions) float64
    threshold : float
        Pairs with |R| above it get a dot: one of each such pair says nothing new.
    """
    matrix = correlation_matrix(values)
    side = 2.2 + 0.165 * min(len(functions), MOST_LABELS)
    with style():
        figure = new_figure(side + 3.4, side + 1.1)
        axes = figure.add_subplot()
        axes.set_facecolor("#d0d0d0")  # shows where functions are constant and have no correlation
        image = axes.imshow(np.ma.masked_invalid(matrix), cmap="PuOr_r", vmin=-1.0, vmax=1.0, interpolation="nearest")
        rows, columns = np.nonzero(np.abs(np.nan_to_num(np.tril(matrix, -1))) > threshold)
        axes.plot(columns, rows, linestyle="none", marker=".", color="white", markersize=4.0)
        axes.grid(visible=False)
        _label(axes, functions)
        constant = int(np.isnan(np.diag(matrix)).sum())
        notes = [f"{len(values)} atoms", f"{len(rows)} pairs above {threshold:g} (dots)"]
        notes += [f"{constant} constant (gray)"] if constant else []
        axes.set_title(f"{element}: correlation of the symmetry functions\n" + ", ".join(notes))
        figure.colorbar(image, ax=axes, label="Pearson correlation $R_{ij}$", shrink=0.7)
    return figure


def _label(axes: "Axes", functions: Sequence[SymmetryFunction]) -> None:
    if len(functions) <= MOST_LABELS:
        names = [f"{index}  {parameters(function, neighbors=True)}" for index, function in enumerate(functions)]
        numbers = range(len(functions))
        axes.set_yticks(numbers, names, fontsize=7)
        axes.set_xticks(numbers, map(str, numbers), fontsize=7, rotation=90)
    axes.set_xlabel("index of the symmetry function")
    axes.tick_params(length=0)

"""The 26 fcc sites that a jump to the nearest site sees, and pictures of prototypes on them."""

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnmanybody.plots.style import BLUE, GRAY, VERMILLION, new_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

FINAL = np.array([1, 1, 0])
"""Where the atom at the origin jumps to, in half lattice constants."""
VIEWS = ((1, 1, 0), (0, 0, 1), (1, -1, 0), (0, 3, 1))
"""Directions from which the prototypes are looked at, as in the paper."""
FULLY_OPAQUE = 2.0
OBLIQUE = (0.16, 0.12)
"""What moves on the paper by a step towards the reader."""


def sites() -> FloatArray:
    """First and second neighbors of initial and final site, (26, 3), in half lattice constants.

    By distance from the middle of the jump, then by coordinates. The published files do not say in which order they
    have them: pictures of their prototypes show the right numbers on sites that may be others.
    """
    lattice = [np.array(p) for p in itertools.product(range(-3, 5), repeat=3) if sum(p) % 2 == 0]
    ends = (0 * FINAL, FINAL)
    near = [p for p in lattice if min(((p - end) ** 2).sum() for end in ends) in (2, 4) and not _is_end(p)]
    return np.array(sorted(near, key=lambda p: (((p - FINAL / 2) ** 2).sum(), *p)), dtype=np.float64)


def _is_end(p: NDArray[np.int64]) -> bool:
    return not p.any() or bool((p == FINAL).all())


def project(positions: FloatArray, view: tuple[int, int, int]) -> tuple[FloatArray, FloatArray]:
    """Coordinates on the paper, (n, 2), and depth, (n,), larger for what is nearer to the reader.

    A little oblique: sites behind one another stay apart.
    """
    toward = np.array(view, dtype=np.float64) / np.linalg.norm(view)
    up = np.array([0.0, 0.0, 1.0]) if abs(toward[2]) < 0.9 else np.array([-1.0, 1.0, 0.0])
    up -= (up @ toward) * toward
    up /= np.linalg.norm(up)
    right = np.cross(up, toward)
    depth = positions @ toward
    return positions @ np.column_stack([right, up]) + np.outer(depth, OBLIQUE), depth


def draw_prototypes(centers: FloatArray, weights: FloatArray) -> "Figure":
    """Draw a row for each prototype: the sites from four viewpoints.

    Red: positive, an occupied site; blue: negative, an empty one; opacity |Θ|/2. The migrating atom is black, its
    final site a ring.

    Parameters
    ----------
    centers : (M, 26) float64
    weights : (M,) float64
        β, by whose size the rows are sorted.
    """
    positions, order = sites(), np.argsort(-np.abs(weights))
    columns = 2 if len(order) > 8 else 1
    rows = -(-len(order) // columns)
    with style():
        figure = new_figure(6.4 * columns, 1.75 * rows)
        grid = figure.subplots(rows, 4 * columns, squeeze=False)
        for axes in grid.ravel():
            axes.set_axis_off()
        for place, number in enumerate(order):
            row, column = place % rows, 4 * (place // rows)
            for index, view in enumerate(VIEWS):
                axes = grid[row, column + index]
                _draw_view(axes, positions, centers[number], view)
                if row == 0:
                    axes.set_title(f"[{' '.join(map(str, view))}]", loc="center", fontsize=9)
            grid[row, column].text(
                -0.08, 0.5, f"β {weights[number]:+.2f}", rotation=90, va="center", transform=grid[row, column].transAxes
            )
    return figure


def _draw_view(axes, positions: FloatArray, center: FloatArray, view: tuple[int, int, int]) -> None:  # noqa: ANN001
    paper, depth = project(positions, view)
    ends, _ = project(np.array([[0.0, 0.0, 0.0], FINAL]), view)
    opacity = np.minimum(np.abs(center) / FULLY_OPAQUE, 1.0)
    order = np.argsort(depth, kind="stable")  # what is nearer is drawn over the rest
    colors = np.where(center > 0.0, VERMILLION, BLUE)
    axes.scatter(*paper[order].T, s=70, facecolors="none", edgecolors=GRAY, linewidths=0.4)
    axes.scatter(*paper[order].T, s=70, c=colors[order], alpha=opacity[order], linewidths=0)
    axes.scatter(*ends[:1].T, s=25, color="black")
    axes.scatter(*ends[1:].T, s=25, facecolors="none", edgecolors="black")
    axes.set(aspect="equal", xlim=(-3.6, 3.6), ylim=(-3.6, 3.6))

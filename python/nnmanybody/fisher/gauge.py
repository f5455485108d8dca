"""Directions of parameters along which no energy and no force changes, for any structure or for those of the data.

They are known from the form of the model, not guessed from small singular values: an ordinary model has directions
whose singular value is a 10^13th of the largest, and yet real. Each is checked against the rows before it is taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NOTHING = 1e-9
"""|J v| of a direction v that changes nothing, relative to what its single columns change."""
EQUAL = 1e-13
"""Relative difference of columns that are one and the same function."""


@dataclass(frozen=True)
class Gauge:
    """One direction that changes nothing.

    Attributes
    ----------
    kind : str
        "scale of factors", "shift of the composition", "equal columns", "no effect", "scale of a unit".
    what : str
        In words: between which parameters.
    direction : (n_parameters,) float64
        Of unit length.
    residual : float
        Length of J v relative to the sum of those of its columns times v: rounding.
    """

    kind: str
    what: str
    direction: FloatArray
    residual: float = 0.0

    def within(self, columns: Sequence[int]) -> "Gauge | None":
        """Return the same for these columns only; None if it moves others too."""
        inside = self.direction[list(columns)]
        if np.linalg.norm(inside) < 1.0 - EQUAL:
            return None
        return Gauge(self.kind, self.what, inside, self.residual)


def unit(direction: FloatArray) -> FloatArray:
    """Return the direction with length 1."""
    return np.asarray(direction / np.linalg.norm(direction), dtype=np.float64)


def complement(gauges: Sequence[Gauge], n_parameters: int) -> FloatArray:
    """Return an orthonormal basis of what is orthogonal to all gauges, (n_parameters, n_parameters - rank).

    Parameters that no gauge moves keep unit vectors of their own: columns of very different size are not mixed.
    """
    if not gauges:
        return np.eye(n_parameters)
    directions = np.array([gauge.direction for gauge in gauges])
    moved = np.flatnonzero(np.any(directions != 0.0, axis=0))
    _, sizes, basis = np.linalg.svd(directions[:, moved])
    rest = basis[int(np.sum(sizes > EQUAL * sizes[0])) :]
    still = np.setdiff1d(np.arange(n_parameters), moved)
    whole = np.zeros((n_parameters, len(still) + len(rest)))
    whole[still, np.arange(len(still))] = 1.0
    whole[moved, len(still) :] = rest.T
    return whole


def checked(gauges: Sequence[Gauge], rows: FloatArray) -> list[Gauge]:
    """Return those that change nothing in these rows, and that those before them do not contain; with their residual.

    Parameters
    ----------
    gauges : sequence of Gauge
    rows : (n_rows, n_parameters) float64
    """
    kept: list[Gauge] = []
    basis = np.empty((0, rows.shape[1]))
    sizes = np.linalg.norm(rows, axis=0)
    for gauge in gauges:
        direction = unit(gauge.direction)
        alone = float(sizes @ np.abs(direction))
        residual = float(np.linalg.norm(rows @ direction)) / alone if alone > 0.0 else 0.0
        rest = direction - basis.T @ (basis @ direction)
        if residual <= NOTHING and np.linalg.norm(rest) > NOTHING:
            kept.append(Gauge(gauge.kind, gauge.what, direction, residual))
            basis = np.vstack([basis, unit(rest)])
    return kept


def column_gauges(rows: FloatArray, names: Sequence[str]) -> list[Gauge]:
    """Columns that vanish, and columns that are multiples of one another: functions that are there twice.

    Parameters
    ----------
    rows : (n_rows, n_parameters) float64
    names : sequence of str
        Of the columns.
    """
    sizes = np.linalg.norm(rows, axis=0)
    found = []
    for index in np.flatnonzero(sizes == 0.0).tolist():
        direction = np.zeros(len(sizes))
        direction[index] = 1.0
        found.append(Gauge("no effect", names[index], direction))
    # Equal columns give an equal number with any row vector: sorted by it, they stand side by side.
    alive = np.flatnonzero(sizes > 0.0)
    scaled = rows[:, alive] / sizes[alive]
    marks = np.abs(np.random.default_rng(0).normal(size=len(rows)) @ scaled)
    order = np.argsort(marks, kind="stable")
    for one, other in pairwise(order):
        sign = np.sign(scaled[:, one] @ scaled[:, other])
        if np.linalg.norm(scaled[:, other] - sign * scaled[:, one]) > EQUAL:
            continue
        first, second = sorted((alive[one], alive[other]))
        direction = np.zeros(len(sizes))
        direction[first], direction[second] = 1.0 / sizes[first], -sign / sizes[second]
        found.append(Gauge("equal columns", f"{names[first]} = {names[second]}", direction))
    return found


def composition_gauges(counts: FloatArray, shifts: Sequence[int], elements: Sequence[str], n: int) -> list[Gauge]:
    """Shifts of elements against one another that no composition in the data tells apart.

    Parameters
    ----------
    counts : (n_frames, n_elements) float64
        Atoms of each element in every frame that has an energy.
    shifts : sequence of int
        Column of the constant of each element.
    elements : sequence of str
    n : int
        Columns in all.
    """
    _, sizes, basis = np.linalg.svd(counts)
    rank = int(np.sum(sizes > 1e-10 * sizes[0])) if len(sizes) else 0
    found = []
    for vector in basis[rank:]:
        direction = np.zeros(n)
        direction[list(shifts)] = np.where(np.abs(vector) > EQUAL, vector, 0.0)
        parts = " ".join(
            f"{value:+.3g} {name}" for value, name in zip(vector, elements, strict=True) if abs(value) > EQUAL
        )
        found.append(Gauge("shift of the composition", parts, direction))
    return found

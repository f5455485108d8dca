"""Symmetry functions of the smallest structures, computed by the core: one neighbor, and two at an angle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import Descriptor, SymmetryFunction

FloatArray = NDArray[np.float64]

FAR = 1e6
"""Å. A cutoff function this wide is 1 for neighbors at 1 Å, to 3e-12."""


def of_one_neighbor(functions: Sequence[SymmetryFunction], distances: FloatArray) -> FloatArray:
    """Values of radial functions of an atom with one neighbor, (n_distances, n_functions)."""
    displacements = np.zeros((len(distances), 1, 3))
    displacements[:, 0, 0] = distances
    return _values(functions, displacements, [functions[0].neighbors[0]])


def of_two_neighbors(functions: Sequence[SymmetryFunction], distances: FloatArray, angles: FloatArray) -> FloatArray:
    """Values of angular functions of an atom with two neighbors at the same distance.

    Parameters
    ----------
    functions : sequence of SymmetryFunction
        All for the same pair of neighbor elements.
    distances, angles : (n,) float64, Å and rad

    Returns
    -------
    (n, n_functions) float64
    """
    displacements = np.zeros((len(distances), 2, 3))
    displacements[:, 0, 0] = distances
    displacements[:, 1, 0] = distances * np.cos(angles)
    displacements[:, 1, 1] = distances * np.sin(angles)
    return _values(functions, displacements, functions[0].neighbors)


def angular_part(zeta: float, lam: int, angles: FloatArray) -> FloatArray:
    """2^(1-ζ) (1 + λ cos θ)^ζ, (n,): G5 of two neighbors close by, without decay and cutoff."""
    function = SymmetryFunction("G5", ["Si", "Si"], FAR, eta=0.0, r_shift=0.0, zeta=zeta, lam=lam)
    return of_two_neighbors([function], np.ones_like(angles), angles)[:, 0]


def _values(functions: Sequence[SymmetryFunction], displacements: FloatArray, neighbors: Sequence[str]) -> FloatArray:
    """Each of n centers with its own neighbors, in one call; displacements (n, n_neighbors, 3)."""
    # A function over all elements sees hydrogen, whose weight is 1.
    neighbors = ["H" if neighbor == "*" else neighbor for neighbor in neighbors]
    elements = sorted(set(neighbors))
    n_centers, n_neighbors = displacements.shape[:2]
    # Centers first; behind them one atom that stands for every neighbor at its place.
    species = np.zeros(n_centers + n_neighbors, dtype=np.int32)
    species[n_centers:] = [elements.index(element) for element in neighbors]
    first = np.minimum(np.arange(n_centers + n_neighbors + 1), n_centers).astype(np.int64) * n_neighbors
    neighbor = np.tile(np.arange(n_centers, n_centers + n_neighbors, dtype=np.int32), n_centers)
    descriptor = Descriptor(elements, list(functions))
    values: FloatArray = descriptor.values(
        np.arange(n_centers, dtype=np.int32), species, first, neighbor, displacements.reshape(-1, 3)
    )
    return values

"""Frames -> distances: what each structure looks like to its atoms, found once for all checks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.data import covalent_radii
from numpy.typing import NDArray

from nnmanybody.data import ENVIRONMENT, Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import NeighborList, neighbor_list

FloatArray = NDArray[np.float64]

NOBLE_GASES = frozenset((2, 10, 18, 36, 54, 86))
"""Not bound: their distances have nothing to do with covalent radii."""
OPEN_SPACE = 8.0
"""Å. In a cell this wide two atoms are a dimer rather than a crystal."""
MOMENT_WIDTHS = (1.5, 2.5, 4.0)
"""Å, of the sums over distances that tell structures apart."""


@dataclass(frozen=True)
class Geometry:
    """What the distances of one frame say.

    Attributes
    ----------
    ratios : (m,) float64
        Distance to the nearest neighbor over the sum of covalent radii, of atoms that have one and are no noble gas.
    shortest : float
        Smallest such ratio of any pair; infinite without pairs.
    shortest_pair : str
        Which it is, and how long.
    alone : tuple of int
        Atoms without a neighbor within the cutoff.
    asymmetry : float
        Largest sum of the unit vectors to the neighbors of any atom, weighted by nearness.
    narrowest : float, Å
        Smallest height of the cell along periodic directions; infinite without any.
    fingerprint : (4,) float64
        The same for the same structure, however it is turned, shifted or ordered.
    error : str
        Why there are no distances.
    """

    ratios: FloatArray
    shortest: float
    shortest_pair: str
    alone: tuple[int, ...]
    asymmetry: float
    narrowest: float
    fingerprint: FloatArray
    error: str = ""


def geometry_of(frame: Frame, cutoff: float) -> Geometry:
    """Analyse one frame; an overlap of atoms ends up in `error`.

    Parameters
    ----------
    frame : Frame
    cutoff : float, Å
        How far an atom sees.
    """
    try:
        pairs = neighbor_list(frame.atoms, cutoff)
    except NNPError as error:
        nothing = np.zeros(0)
        return Geometry(nothing, 0.0, "", (), 0.0, np.inf, np.full(4, np.nan), str(error))
    numbers, distance = frame.atoms.numbers, pairs.distance
    relative = distance / (covalent_radii[numbers[pairs.center]] + covalent_radii[numbers[pairs.neighbor]])
    nearest = np.full(len(numbers), np.inf)
    np.minimum.at(nearest, pairs.center, relative)
    bound = np.isfinite(nearest) & ~np.isin(numbers, list(NOBLE_GASES))
    alone = np.flatnonzero(np.isinf(nearest))
    return Geometry(
        ratios=nearest[bound],
        shortest=float(relative.min(initial=np.inf)),
        shortest_pair=_shortest_pair(frame, pairs, relative),
        alone=() if frame.config_type == ENVIRONMENT else tuple(alone.tolist()),
        asymmetry=_asymmetry(pairs, distance, len(numbers)),
        narrowest=_narrowest(frame),
        fingerprint=_fingerprint(numbers, pairs, distance),
    )


def _shortest_pair(frame: Frame, pairs: NeighborList, relative: FloatArray) -> str:
    if not relative.size:
        return ""
    pair = int(np.argmin(relative))
    i, j = int(pairs.center[pair]), int(pairs.neighbor[pair])
    symbols = frame.atoms.symbols
    return f"atoms {i} ({symbols[i]}) and {j} ({symbols[j]}), {pairs.distance[pair]:.3g} Å apart"


def _asymmetry(pairs: NeighborList, distance: FloatArray, n_atoms: int) -> float:
    """Largest pull to one side; zero where symmetry forbids a force."""
    weight = np.exp(-((distance / MOMENT_WIDTHS[1]) ** 2)) / np.maximum(distance, 1e-3)
    pull = np.zeros((n_atoms, 3))
    np.add.at(pull, pairs.center, weight[:, None] * pairs.displacement)
    total = np.zeros(n_atoms)
    np.add.at(total, pairs.center, weight * distance)
    return float((np.linalg.norm(pull, axis=1) / np.maximum(total, 1e-12)).max(initial=0.0))


def _narrowest(frame: Frame) -> float:
    """Smallest distance between opposite faces along the periodic directions."""
    if not frame.atoms.pbc.any():
        return np.inf
    heights = 1.0 / np.linalg.norm(np.linalg.inv(frame.atoms.cell.complete().array), axis=0)
    return float(heights[frame.atoms.pbc].min())


def _fingerprint(numbers: NDArray[np.int64], pairs: NeighborList, distance: FloatArray) -> FloatArray:
    weight = numbers[pairs.center] * numbers[pairs.neighbor]
    moments = [float(np.sum(weight * np.exp(-((distance / width) ** 2)))) for width in MOMENT_WIDTHS]
    return np.array([float(np.sum(numbers**2)), *moments])


def typical_ratio(geometries: Sequence[Geometry]) -> float | None:
    """Median of the nearest distance over the sum of covalent radii, of all atoms; None without any."""
    ratios = np.concatenate([np.zeros(0), *(geometry.ratios for geometry in geometries)])
    return float(np.median(ratios)) if ratios.size else None


def is_dimer(frame: Frame, geometry: Geometry) -> bool:
    """Say whether there are two atoms in open space: of a curve that is meant to go from too near to far apart."""
    return len(frame.atoms) == 2 and geometry.narrowest > OPEN_SPACE

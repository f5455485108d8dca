"""Distances in the data -> symmetry functions whose radial parts cover every interval of shells.

Radial (G2), per neighbor element: equidistant R_s from 0.6 d, d being the distance of the nearest neighbor, to 0.5 Å
before the cutoff, with the width (standard deviation) of their spacing.

Angular (G5), per pair of neighbor elements: n shells stand for the distances from 0.85 d outwards. A G5 sees both
neighbors through one radial part g(r_ij) g(r_ik). To know of one neighbor in shell a and the other in shell b, it takes
products g_a(r_ij) g_b(r_ik), and these are combinations of g(r_ij) g(r_ik) with g over intervals of shells:

    2 g_a g_b ~ (g_a + g_b)² − g_a² − g_b²

so there is one radial part for each of the n (n + 1)/2 intervals of adjacent shells, wide ones in the middle of their
interval, with three quarters of its length as width. Each comes with λ = ±1 and several ζ; of ζ = 2, whose λ = −1 is a
combination of λ = +1 and ζ = 1, one sign suffices.

Triplets are many: fine shells and all ζ end at an inner cutoff, wide ones and small ζ reach to that of the set.
`docs/accuracy.md` has what each of these choices brings.

Parameters are rounded to four digits: they are read by people, and the fit does not notice.
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from ase import Atoms

from nnmanybody._core import SymmetryFunction
from nnmanybody.behler_set import HasAtoms
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list

ElementPair = tuple[str, str]

NEAREST_SHELL = 0.85
"""Of the distance of the nearest neighbor: where the first shell of angular functions stands."""
NEAREST_RADIAL = 0.6
"""The same for radial functions, which keep atoms apart."""
WIDTH = 0.75
"""Standard deviation of a radial part, in lengths of its interval."""
MARGIN = 0.15
"""Of the cutoff: how far before it the last shell stands; the cutoff function leaves nothing beyond."""


class Layer(NamedTuple):
    """Angular functions of one reach.

    Attributes
    ----------
    cutoff : float, Å
    n_shells : int
    zetas : tuple of float
    """

    cutoff: float
    n_shells: int
    zetas: tuple[float, ...]


def nearest_distances(frames: Iterable[HasAtoms | Atoms], cutoff: float) -> dict[ElementPair, float]:
    """Distance from an atom to its nearest neighbor of each element: the median over the data.

    Parameters
    ----------
    frames : iterable of Frame or ase.Atoms
    cutoff : float, Å

    Returns
    -------
    dict of (center, neighbor) to float, Å
        Pairs never found within the cutoff are absent.
    """
    found: dict[ElementPair, list[float]] = {}
    for frame in frames:
        atoms = frame if isinstance(frame, Atoms) else frame.atoms
        pairs = neighbor_list(atoms, cutoff)
        symbols = np.array(atoms.get_chemical_symbols())
        for neighbor in sorted(set(symbols)):
            nearest = np.full(len(atoms), np.inf)
            chosen = symbols[pairs.neighbor] == neighbor
            np.minimum.at(nearest, pairs.center[chosen], pairs.distance[chosen])
            for center in sorted(set(symbols)):
                distances = nearest[(symbols == center) & np.isfinite(nearest)]
                found.setdefault((str(center), str(neighbor)), []).extend(distances.tolist())
    return {pair: float(np.median(distances)) for pair, distances in sorted(found.items()) if distances}


def interval_functions(
    elements: Sequence[str],
    *,
    n_radial: int,
    cutoff: float,
    layers: Sequence[Layer],
    nearest: Mapping[ElementPair, float],
) -> dict[str, tuple[SymmetryFunction, ...]]:
    """Functions of every element; see `SymmetryFunctionSet.intervals` for the parameters."""
    functions: dict[str, tuple[SymmetryFunction, ...]] = {}
    for center in elements:
        listed: list[SymmetryFunction] = []
        for neighbor in elements:
            listed += radial_functions(neighbor, n_radial, cutoff, _nearest([(center, neighbor)], nearest))
        for pair in itertools.combinations_with_replacement(elements, 2):
            distance = _nearest([(center, neighbor) for neighbor in pair], nearest)
            for layer in layers:
                listed += angular_functions(pair, layer, distance)
        functions[center] = tuple(dict.fromkeys(listed))
    return functions


def radial_functions(neighbor: str, count: int, cutoff: float, nearest: float) -> list[SymmetryFunction]:
    """`count` G2 functions from near to far."""
    first, last = NEAREST_RADIAL * nearest, cutoff - 0.5
    _check_span(first, last, cutoff)
    spacing = (last - first) / max(count - 1, 1)
    return [
        SymmetryFunction("G2", [neighbor], cutoff, eta=_eta(spacing), r_shift=_rounded(first + index * spacing))
        for index in range(count)
    ]


def angular_functions(neighbors: ElementPair, layer: Layer, nearest: float) -> list[SymmetryFunction]:
    """G5 functions of one layer: every interval of shells, each with all ζ and λ."""
    first, last = NEAREST_SHELL * nearest, (1.0 - MARGIN) * layer.cutoff
    _check_span(first, last, layer.cutoff)
    spacing = (last - first) / max(layer.n_shells - 1, 1)
    functions = []
    for start, end in itertools.combinations_with_replacement(range(layer.n_shells), 2):
        shift, eta = _rounded(first + 0.5 * (start + end) * spacing), _eta(WIDTH * (end - start + 1) * spacing)
        functions += [
            SymmetryFunction("G5", list(neighbors), layer.cutoff, eta=eta, r_shift=shift, zeta=zeta, lam=lam)
            for zeta in layer.zetas
            for lam in ((1,) if zeta == 2.0 and 1.0 in layer.zetas else (1, -1))
        ]
    return functions


def _eta(width: float) -> float:
    return _rounded(1.0 / (2.0 * width**2))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _nearest(pairs: Sequence[ElementPair], nearest: Mapping[ElementPair, float]) -> float:
    """Return the shortest over these pairs; one never seen in the data gets the shortest that was."""
    if not nearest:
        raise NNPError("there is no pair of atoms within the cutoff in the data")
    return min(nearest.get(pair, math.inf) for pair in pairs) if set(pairs) & nearest.keys() else min(nearest.values())


def _check_span(first: float, last: float, cutoff: float) -> None:
    if first >= last:
        raise NNPError(
            f"the cutoff of {cutoff} Å is too short for atoms whose nearest neighbors are at "
            f"{first / NEAREST_SHELL:.3g} Å; use a longer one"
        )

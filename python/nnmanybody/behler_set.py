"""Distances in the data -> a set of symmetry functions, after section 7.2.1 of the thesis.

Radial (G2), per neighbor element:

* A quarter of them centred on the atom (R_s = 0). Their widths σ (η = 1/2σ²) run from the
  shortest to the longest distance in the data, geometrically: a width narrower than the shortest
  distance sees no atom, one wider than the longest cannot be told from the cutoff function.
* The others with equidistant R_s from the shortest distance outwards and one large η, whose width
  is the spacing of the R_s: neighboring functions overlap enough to leave no gap between them, and
  little enough to stay uncorrelated.

Angular, per pair of neighbor elements: every combination of

* λ = +1 and -1, which look at small and at large angles;
* ζ growing exponentially, because (1 + λ cos θ)^ζ of neighboring ζ are nearly the same function
  once ζ is large;
* several radial parts, two or more for every ζ from 16 functions on: with three ζ on four shells
  the force errors of small networks were 7 % (DFT silicon) and 27 % (Stillinger-Weber) larger than
  with two ζ on six. G5: shells R_s as above, that is triplets with both neighbors at one distance.
  G4: centred, with widths as above, because R_s cannot fit the third distance as well.

`angular_parts="cutoffs"` makes the radial parts differ by their cutoffs instead (geometric, from 1.4
times the shortest distance to the cutoff of the set), centred and with one η, as the thesis found
best. For Stillinger-Weber silicon it halved the force error of the shells (24 functions, cutoff
4.2 Å); for DFT silicon and lithium shells were as good or better, so they are the default.

G5 is the default: of equal numbers of functions it fitted about as well as G4, and it is cheaper.
"both" gives a third of them to G4, which knows the distance between the two neighbors as well.

Parameters are rounded to four digits: they are read by people, and the fit does not notice.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
from ase import Atoms

from nnmanybody._core import SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list

AngularKind = Literal["G4", "G5", "both"]
AngularParts = Literal["shells", "cutoffs"]
ElementPair = tuple[str, str]
Distances = float | Mapping[ElementPair, float]


class Span(NamedTuple):
    """Shortest and longest distance to resolve, Å."""

    shortest: float
    longest: float


class AngularLayout(NamedTuple):
    """What the radial parts of angular functions are made from; cutoff in Å."""

    parts: AngularParts
    cutoff: float
    span: Span


class HasAtoms(Protocol):
    """A `Frame`, or anything else with atoms in it."""

    @property
    def atoms(self) -> Atoms:
        """The structure."""


def distance_range(frames: Iterable[HasAtoms | Atoms], cutoff: float) -> dict[ElementPair, tuple[float, float]]:
    """Shortest and longest distance within the cutoff between atoms of each pair of elements.

    Parameters
    ----------
    frames : iterable of Frame or ase.Atoms
    cutoff : float, Å

    Returns
    -------
    dict of (element, element) to (shortest, longest), Å
        Elements of a pair in alphabetical order; pairs never found within the cutoff are absent.

    Raises
    ------
    NNPError
        If a structure is faulty; see `neighbor_list`.
    """
    ranges: dict[ElementPair, tuple[float, float]] = {}
    for frame in frames:
        atoms = frame if isinstance(frame, Atoms) else frame.atoms
        pairs = neighbor_list(atoms, cutoff)
        numbers = np.sort(np.stack([atoms.numbers[pairs.center], atoms.numbers[pairs.neighbor]]), axis=0)
        distance = pairs.distance
        for both in np.unique(numbers, axis=1).T:
            chosen = distance[(numbers == both[:, None]).all(axis=0)]
            pair = _pair(*Atoms(numbers=both).symbols)
            low, high = ranges.get(pair, (math.inf, 0.0))
            ranges[pair] = (min(low, float(chosen.min())), max(high, float(chosen.max())))
    return dict(sorted(ranges.items()))


def behler_functions(
    elements: Sequence[str],
    *,
    n_radial: int,
    n_angular: int,
    cutoff: float,
    shortest: Distances,
    longest: Distances,
    angular: AngularKind,
    angular_parts: AngularParts,
) -> dict[str, tuple[SymmetryFunction, ...]]:
    """Functions of every element; see `SymmetryFunctionSet.behler` for the parameters."""
    _check_numbers(elements, n_radial, n_angular, cutoff)
    _check_choices(angular, angular_parts)
    functions: dict[str, tuple[SymmetryFunction, ...]] = {}
    for center in elements:
        listed: list[SymmetryFunction] = []
        for neighbor in elements:
            span = _span([(center, neighbor)], shortest, longest, cutoff)
            listed += radial_functions(neighbor, n_radial, cutoff, span)
        for one, other in itertools.combinations_with_replacement(elements, 2):
            span = _span([(center, one), (center, other)], shortest, longest, cutoff)
            n_g4 = {"G4": n_angular, "G5": 0, "both": n_angular // 3}[angular]
            layout = AngularLayout(angular_parts, cutoff, span)
            listed += angular_functions("G4", (one, other), n_g4, layout)
            listed += angular_functions("G5", (one, other), n_angular - n_g4, layout)
        functions[center] = tuple(listed)
    return functions


def radial_functions(neighbor: str, count: int, cutoff: float, span: Span) -> list[SymmetryFunction]:
    """`count` G2 functions: centred ones from narrow to wide, then shifted ones from near to far."""
    n_centred = max(1, count // 4) if count > 1 else 0
    functions = [
        SymmetryFunction("G2", [neighbor], cutoff, eta=_eta(width), r_shift=0.0) for width in _widths(n_centred, span)
    ]
    shifts, eta = _shells(count - n_centred, span)
    functions += [SymmetryFunction("G2", [neighbor], cutoff, eta=eta, r_shift=shift) for shift in shifts]
    return functions


def angular_functions(
    kind: Literal["G4", "G5"], neighbors: ElementPair, count: int, layout: AngularLayout
) -> list[SymmetryFunction]:
    """`count` functions: radial parts from near to far; each with all ζ; each with λ = ±1."""
    if count == 0:
        return []
    # Two radial parts and more for every ζ; but one ζ alone cannot tell a sharp angle from a blunt one.
    n_zeta = min(max(2 if count >= 8 else 1, round(math.sqrt(count / 4))), len(ZETAS))
    parts = _radial_parts(kind, math.ceil(count / (2 * n_zeta)), layout)
    functions = [
        SymmetryFunction(kind, list(neighbors), cutoff, eta=eta, r_shift=shift, zeta=zeta, lam=lam)
        for (cutoff, eta, shift), zeta, lam in itertools.product(parts, ZETAS[n_zeta], (1, -1))
    ]
    return functions[:count]


def _radial_parts(kind: str, count: int, layout: AngularLayout) -> list[tuple[float, float, float]]:
    """Cutoff, η and R_s of every radial part."""
    cutoff, span = layout.cutoff, layout.span
    if layout.parts == "cutoffs":
        return _parts_by_cutoff(count, cutoff, span)
    if kind == "G5":
        shifts, eta = _shells(count, span)
        return [(cutoff, eta, shift) for shift in shifts]
    return [(cutoff, _eta(width), 0.0) for width in _widths(count, span)]


def _parts_by_cutoff(count: int, cutoff: float, span: Span) -> list[tuple[float, float, float]]:
    # The first cutoff reaches past the nearest neighbors, whose distances scatter above the shortest.
    nearest = 1.4 * span.shortest
    if nearest >= cutoff:
        raise NNPError(
            f'angular_parts "cutoffs" needs a cutoff above {nearest:.4g} Å, 1.4 times the shortest distance '
            f'of {span.shortest:.4g} Å; got {cutoff} Å. Use a longer one, or "shells"'
        )
    eta = _eta(_widths(1, span)[0])
    inner = [_rounded(radius) for radius in _widths(count, Span(nearest, cutoff))[:-1]]
    return [(radius, eta, 0.0) for radius in (*inner, cutoff)]


ZETAS: dict[int, tuple[float, ...]] = {
    1: (1.0,),
    2: (1.0, 4.0),
    3: (1.0, 4.0, 16.0),
    4: (1.0, 2.0, 4.0, 16.0),
    5: (1.0, 2.0, 4.0, 8.0, 16.0),
}
"""Powers by how many there are. With ζ = 16 the angular part falls to half within 24°."""


def _widths(count: int, span: Span) -> list[float]:
    """Geometric from the shortest to the longest; one alone lies between."""
    shortest, longest = span
    if count == 1:
        return [math.sqrt(shortest * longest)]
    return [shortest * (longest / shortest) ** (index / (count - 1)) for index in range(count)]


def _shells(count: int, span: Span) -> tuple[list[float], float]:
    """Equidistant R_s, and the η whose width is their spacing.

    The last R_s is one spacing short of the longest distance: at the cutoff itself every function is zero.
    """
    if count == 0:
        return [], 0.0
    spacing = (span.longest - span.shortest) / count
    return [_rounded(span.shortest + index * spacing) for index in range(count)], _eta(spacing)


def _eta(width: float) -> float:
    return _rounded(1.0 / (2.0 * width**2))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _pair(one: str, other: str) -> ElementPair:
    return (one, other) if one <= other else (other, one)


def _span(pairs: list[ElementPair], shortest: Distances, longest: Distances, cutoff: float) -> Span:
    """Shortest and longest distance over these pairs, the longest not beyond the cutoff."""
    low = min(_distance(pair, shortest, min) for pair in pairs)
    high = min(max(_distance(pair, longest, max) for pair in pairs), cutoff)
    if not 0.0 < low < high:
        raise NNPError(
            f"expected 0 < shortest < longest distance within the cutoff of {cutoff} Å "
            f"for {'-'.join(pairs[0])}, got {low} and {high} Å"
        )
    return Span(low, high)


def _distance(pair: ElementPair, distances: Distances, choose: Callable[[Iterable[float]], float]) -> float:
    """One distance; a pair never seen in the data gets the extreme of those that were."""
    if not isinstance(distances, Mapping):
        return float(distances)
    if not distances:
        raise NNPError("no distances are given: there is no pair of atoms within the cutoff in the data")
    found = distances.get(pair, distances.get((pair[1], pair[0])))
    return float(found if found is not None else choose(distances.values()))


def _check_numbers(elements: Sequence[str], n_radial: int, n_angular: int, cutoff: float) -> None:
    if not elements or len(set(elements)) != len(elements):
        raise NNPError(f"expected elements, each once, got {list(elements)}")
    if n_radial < 0 or n_angular < 0 or n_radial + n_angular == 0:
        raise NNPError(f"expected n_radial >= 0 and n_angular >= 0, not both 0, got {n_radial} and {n_angular}")
    if not (math.isfinite(cutoff) and cutoff > 0.0):
        raise NNPError(f"the cutoff must be a positive number in Å, got {cutoff}")


def _check_choices(angular: str, angular_parts: str) -> None:
    if angular not in ("G4", "G5", "both"):
        raise NNPError(f'angular must be "G4", "G5" or "both", got "{angular}"')
    if angular_parts not in ("shells", "cutoffs"):
        raise NNPError(f'angular_parts must be "shells" or "cutoffs", got "{angular_parts}"')

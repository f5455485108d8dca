"""Structures -> descriptors and energies in plain numpy: slow, values only, the core's judge.

Written from the formulas (thesis (4.4)-(4.9) with its misprints mended; Behler, J. Chem. Phys. 134,
074106 (2011); n2p2's documentation for its types 12, 13, 20-25 and its activations), not from the
C++. There is no derivative in this file on purpose: every function also takes complex positions, so
that `complex_step` differentiates the values to rounding.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_derivatives import complex_step, differences  # noqa: F401 (part of this module for its users)
from reference_shapes import compact, one_sided

Array = NDArray[np.float64] | NDArray[np.complex128]


@dataclass(frozen=True)
class Function:
    """Parameters of one symmetry function; eta 1/Å², r_shift, r_left and cutoff Å, kappa 1/Å, angles degrees.

    The neighbor "*" stands for every element; weighted functions count neighbors with their atomic numbers.
    """

    kind: str
    neighbors: tuple[str, ...]
    cutoff: float
    eta: float = 0.0
    r_shift: float = 0.0
    kappa: float = 0.0
    zeta: float = 1.0
    lam: int = 1
    cutoff_function: str = "cosine"
    cutoff_alpha: float = 0.0
    r_left: float = 0.0
    theta_left: float = 0.0
    theta_right: float = 180.0
    asymmetric: bool = False
    weighted: bool = False


@dataclass(frozen=True)
class Net:
    """A multilayer perceptron: weights (n_out, n_in) and biases (n_out,) of each layer."""

    weights: tuple[NDArray[np.float64], ...]
    biases: tuple[NDArray[np.float64], ...]
    activations: tuple[str, ...]
    shortcut: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Section:
    """All that belongs to one element; statistics has the columns min, max, mean, sigma."""

    element: str
    reference_energy: float
    functions: tuple[Function, ...]
    statistics: NDArray[np.float64]
    scaling: tuple[str] | tuple[str, float, float]
    net: Net


@dataclass(frozen=True)
class Pairs:
    """Full neighbor list, sorted by center: the pairs of atom i are first[i]:first[i+1]."""

    first: NDArray[np.int64]
    neighbor: NDArray[np.int32]
    shift: NDArray[np.int64]
    displacement: Array


ATOMIC_NUMBERS = {"Si": 14, "O": 8}


# --- symmetry functions ---------------------------------------------------------------------


def length(vectors: Array) -> Array:
    """Return sqrt(x.x) over the last axis; analytic (no complex conjugate)."""
    return np.sqrt((vectors * vectors).sum(axis=-1))


def cutoff_function(r: Array, cutoff: float) -> Array:
    """Return (cos(pi r / cutoff) + 1) / 2 up to the cutoff, then 0: thesis (4.4)."""
    return one_sided("cosine", r, cutoff)


def distance_factor(f: Function, r: Array) -> Array:
    """Return f_c, or the compact function of a distance: 0 from the cutoff on."""
    if f.kind.startswith("compact"):
        return compact(f.cutoff_function, r, f.r_left, f.cutoff, f.asymmetric)
    return one_sided(f.cutoff_function, r, f.cutoff, f.cutoff_alpha)


def radial(f: Function, r: Array) -> Array:
    """Terms of G1, G2 or G3 at the distances r: thesis (4.5)-(4.7); of n2p2's type 20."""
    if f.kind in ("G1", "compact_radial"):
        factor = np.ones_like(r)
    elif f.kind == "G2":
        factor = np.exp(-f.eta * (r - f.r_shift) ** 2)
    else:
        factor = np.cos(f.kappa * r)
    return factor * distance_factor(f, r)


def angular(f: Function, x_ij: Array, x_ik: Array) -> Array:
    """Terms of G4 or G5 at the triplets (x_ij, x_ik): thesis (4.8), (4.9), with a shift; of n2p2's 21 and 22."""
    a, b, c = length(x_ij), length(x_ik), length(x_ik - x_ij)
    cosine = (x_ij * x_ik).sum(axis=-1) / (a * b)
    if f.kind.startswith("compact"):
        # The angle has the symmetric form always. Rounding can push the cosine of images in line beyond 1.
        cosine = np.where(np.abs(np.real(cosine)) > 1.0, np.sign(np.real(cosine)), cosine)
        terms = compact(f.cutoff_function, np.arccos(cosine) * 180.0 / np.pi, f.theta_left, f.theta_right)
    else:
        base = 1.0 + f.lam * cosine
        base = np.where(np.real(base) > 0.0, base, 0.0)  # rounding of collinear triplets
        terms = 2.0 ** (1.0 - f.zeta) * base**f.zeta
    for side in (a, b, c) if f.kind in ("G4", "compact_narrow") else (a, b):
        terms = terms * np.exp(-f.eta * (side - f.r_shift) ** 2)
        terms = terms * distance_factor(f, side)
    return terms


def symmetry_function(f: Function, species: Sequence[str], displacement: Array) -> complex | float:
    """Value of one symmetry function.

    Parameters
    ----------
    species : (n_neighbors,) chemical symbols
    displacement : (n_neighbors, 3), Å
        From the central atom to each neighbor; neighbors outside the cutoff do not count.
    """
    weights = np.array([ATOMIC_NUMBERS[symbol] if f.weighted else 1 for symbol in species])
    if len(f.neighbors) == 1:
        chosen = [n for n, symbol in enumerate(species) if f.neighbors[0] in ("*", symbol)]
        return (weights[chosen] * radial(f, length(displacement[chosen]))).sum()
    wanted = sorted(f.neighbors)
    triplets = [
        (j, k)
        for j, k in itertools.combinations(range(len(species)), 2)
        if wanted in (["*", "*"], sorted((species[j], species[k])))
    ]
    j, k = np.array(triplets, dtype=int).reshape(-1, 2).T
    return (weights[j] * weights[k] * angular(f, displacement[j], displacement[k])).sum()


def descriptor(functions: Sequence[Function], species: Sequence[str], displacement: Array) -> Array:
    """All symmetry functions of one central atom, (n_functions,)."""
    return np.array([symmetry_function(f, species, displacement) for f in functions])


# --- scaling and network --------------------------------------------------------------------


def scale(g: Array, statistics: NDArray[np.float64], scaling: tuple) -> Array:
    """Network input of the descriptor g (..., n_functions): thesis (7.5) and its variants."""
    g_min, g_max, g_mean, g_sigma = statistics.T
    kind, *bounds = scaling
    if kind == "none":
        return g
    if kind == "center":
        return g - g_mean
    lower, upper = bounds
    offset = g_min if kind == "minmax" else g_mean
    width = g_sigma if kind == "sigma" else g_max - g_min
    return lower + (upper - lower) * (g - offset) / width


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.where(np.real(x) < 0, -x, x))  # of a number <= 0: never overflows
    return np.where(np.real(x) < 0, e / (1.0 + e), 1.0 / (1.0 + e))


def _softplus(x: Array) -> Array:
    positive = np.real(x) > 0
    return np.where(positive, x, 0.0) + np.log1p(np.exp(-np.where(positive, x, -x)))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "relu": lambda x: np.where(np.real(x) > 0, x, 0.0),
    "softplus": _softplus,
    "silu": lambda x: x * _sigmoid(x),
    "gaussian": lambda x: np.exp(-x * x / 2.0),
    "cos": np.cos,
    "reverse_sigmoid": lambda x: 1.0 - _sigmoid(x),
    "exp": lambda x: np.exp(-x),
    "harmonic": lambda x: x * x,
}


def network(net: Net, features: Array) -> Array:
    """Network output (m,) of features (m, n_in): thesis (3.4), plus the linear shortcut."""
    y = features
    for weights, biases, activation in zip(net.weights, net.biases, net.activations, strict=True):
        y = ACTIVATIONS[activation](y @ weights.T + biases)
    if net.shortcut is not None:
        y = y + (features @ net.shortcut)[:, None]
    return y[:, 0]


# --- structures -----------------------------------------------------------------------------


def pairs(positions: Array, cell: Array, pbc: bool, cutoff: float) -> Pairs:
    """Neighbor list by looking at every image of every atom within the cutoff.

    Parameters
    ----------
    positions : (n_atoms, 3), Å
    cell : (3, 3), Å, rows are the cell vectors; not used if not pbc
    """
    reach = np.zeros(3, dtype=int)
    if pbc:
        # Planes of a lattice direction are 1/|reciprocal vector| apart; one more, as atoms may
        # lie outside the cell by less than one cell.
        heights = 1.0 / np.linalg.norm(np.linalg.inv(np.real(cell)), axis=0)
        reach = np.ceil(cutoff / heights).astype(int) + 1
    images = np.array(list(itertools.product(*(range(-n, n + 1) for n in reach))))
    offsets = images @ cell if pbc else np.zeros((1, 3))
    first, neighbor, shift, displacement = [0], [], [], []
    for i, center in enumerate(positions):
        for j, position in enumerate(positions):
            x_ij = position - center + offsets
            r = np.real(length(x_ij))
            near = (r < cutoff) & ((i != j) | images.any(axis=1))
            neighbor += [j] * int(near.sum())
            shift.append(images[near])
            displacement.append(x_ij[near])
        first.append(len(neighbor))
    return Pairs(
        np.array(first, dtype=np.int64),
        np.array(neighbor, dtype=np.int32),
        np.concatenate(shift),
        np.concatenate(displacement),
    )


def atomic_energy(section: Section, species: Sequence[str], displacement: Array) -> complex | float:
    """Reference energy + network(scaled descriptor) of one atom with these neighbors, eV."""
    features = scale(descriptor(section.functions, species, displacement), section.statistics, section.scaling)
    return section.reference_energy + network(section.net, features[None])[0]


def atomic_energies(sections: Sequence[Section], symbols: Sequence[str], near: Pairs) -> Array:
    """Energy of every atom, (n_atoms,), eV."""
    by_element = {section.element: section for section in sections}
    energies = []
    for i, symbol in enumerate(symbols):
        mine = slice(near.first[i], near.first[i + 1])
        species = [symbols[j] for j in near.neighbor[mine]]
        energies.append(atomic_energy(by_element[symbol], species, near.displacement[mine]))
    return np.array(energies)


def energy(
    sections: Sequence[Section], symbols: Sequence[str], positions: Array, cell: Array, pbc: bool
) -> complex | float:
    """Potential energy of a structure, eV."""
    cutoff = max(f.cutoff for section in sections for f in section.functions)
    return atomic_energies(sections, symbols, pairs(positions, cell, pbc, cutoff)).sum()

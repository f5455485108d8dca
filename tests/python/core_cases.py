"""Inputs shared by the tests of the core: the same functions, networks and structures for `_core` and `reference`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import reference as ref
from nnmanybody import _core

ELEMENTS = ("Si", "O")

# Every kind, every neighbor (pair), integer and other zeta, both lambda, zero and other shifts, several cutoffs; equal
# parameters come again with another cutoff, element or lambda, so that work the core shares is told apart.
FUNCTIONS = (
    ref.Function("G1", ("Si",), 5.0),
    ref.Function("G1", ("O",), 3.5),
    ref.Function("G2", ("Si",), 5.0, eta=0.5),
    ref.Function("G2", ("O",), 5.0, eta=0.5),
    ref.Function("G2", ("Si",), 5.0, eta=4.0, r_shift=2.2),
    ref.Function("G2", ("Si",), 4.0, eta=4.0, r_shift=2.2),
    ref.Function("G3", ("O",), 5.0, kappa=1.7),
    ref.Function("G3", ("Si",), 4.5, kappa=0.0),
    ref.Function("G4", ("Si", "Si"), 5.0, eta=0.01, zeta=1.0, lam=1),
    ref.Function("G4", ("Si", "Si"), 5.0, eta=0.01, zeta=1.0, lam=-1),
    ref.Function("G4", ("Si", "O"), 5.0, eta=0.05, zeta=4.0, lam=-1),
    ref.Function("G4", ("O", "Si"), 4.0, eta=0.05, zeta=4.0, lam=-1),
    ref.Function("G4", ("O", "O"), 6.0, eta=0.2, r_shift=1.3, zeta=2.7, lam=1),
    ref.Function("G4", ("Si", "O"), 6.0, eta=0.2, r_shift=1.3, zeta=16.0, lam=-1),
    ref.Function("G5", ("Si", "Si"), 5.0, eta=0.01, zeta=1.0, lam=1),
    ref.Function("G5", ("Si", "Si"), 3.8, eta=0.0, zeta=2.0, lam=-1),
    ref.Function("G5", ("Si", "O"), 5.0, eta=0.05, zeta=3.0, lam=1),
    ref.Function("G5", ("O", "O"), 6.0, eta=0.2, r_shift=1.3, zeta=1.5, lam=-1),
    ref.Function("G5", ("O", "Si"), 5.0, eta=0.05, r_shift=0.7, zeta=7.0, lam=1),
)


# The functions of RuNNer and n2p2: every cutoff function with and without an inner cutoff where it knows one, weights,
# and compact functions of every shape; edges and centers on both sides of 0, as the polynomials of n2p2 allow.
RUNNER_FUNCTIONS = (
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_function="hard"),
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_function="tanhu"),
    ref.Function("G2", ("O",), 5.0, eta=0.5, cutoff_function="tanh"),
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_function="exp"),
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_function="poly1"),
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_function="poly2", cutoff_alpha=0.4),
    ref.Function("G2", ("Si",), 5.0, eta=0.5, cutoff_alpha=0.4),
    ref.Function("G4", ("Si", "O"), 6.0, eta=0.02, zeta=2.0, lam=-1, cutoff_function="poly3"),
    ref.Function("G5", ("Si", "O"), 6.0, eta=0.02, zeta=2.0, lam=-1, cutoff_function="poly4", cutoff_alpha=0.25),
    ref.Function("G5", ("O", "O"), 6.0, eta=0.05, r_shift=0.5, zeta=3.0, cutoff_function="exp", cutoff_alpha=0.1),
    ref.Function("G4", ("Si", "Si"), 6.0, eta=0.01, cutoff_function="tanh"),
    ref.Function("G2", ("*",), 5.0, eta=0.3, r_shift=1.0, weighted=True),
    ref.Function("G2", ("*",), 5.0, eta=0.3, r_shift=1.0),
    ref.Function("G4", ("*", "*"), 6.0, eta=0.02, r_shift=0.4, zeta=4.0, lam=-1, weighted=True),
    ref.Function("compact_radial", ("Si",), 5.5, r_left=-5.5, cutoff_function="poly2"),
    ref.Function("compact_radial", ("O",), 5.5, r_left=0.5, cutoff_function="poly1", asymmetric=True),
    ref.Function("compact_radial", ("*",), 5.0, r_left=0.75, cutoff_function="exp", weighted=True),
    ref.Function(
        "compact_narrow",
        ("Si", "O"),
        6.5,
        r_left=0.0,
        theta_left=10.0,
        theta_right=150.0,
        cutoff_function="poly2",
    ),
    ref.Function(
        "compact_narrow",
        ("*", "*"),
        6.5,
        r_left=-0.5,
        theta_left=-120.0,
        theta_right=120.0,
        cutoff_function="poly3",
        weighted=True,
    ),
    ref.Function(
        "compact_wide",
        ("Si", "Si"),
        6.0,
        r_left=-6.0,
        theta_left=0.0,
        theta_right=180.0,
        cutoff_function="poly4",
        asymmetric=True,
    ),
    ref.Function(
        "compact_wide",
        ("*", "*"),
        5.75,
        r_left=0.25,
        theta_left=60.0,
        theta_right=300.0,
        cutoff_function="poly1",
        weighted=True,
    ),
    ref.Function("compact_wide", ("O", "Si"), 6.0, r_left=0.0, cutoff_function="exp"),
)

ALL_FUNCTIONS = FUNCTIONS + RUNNER_FUNCTIONS


def named_neighbors(f: ref.Function) -> list[str]:
    """Elements that the function counts, one for each of its neighbors."""
    return [symbol if symbol != "*" else element for symbol, element in zip(f.neighbors, ELEMENTS, strict=False)]


def function_id(f: ref.Function) -> str:
    return str(core_function(f)).replace(" ", "_")


def core_function(f: ref.Function) -> _core.SymmetryFunction:
    return _core.SymmetryFunction(
        f.kind,
        f.neighbors,
        f.cutoff,
        eta=f.eta,
        r_shift=f.r_shift,
        kappa=f.kappa,
        zeta=f.zeta,
        lam=f.lam,
        cutoff_function=f.cutoff_function,
        cutoff_alpha=f.cutoff_alpha,
        r_left=f.r_left,
        theta_left=f.theta_left,
        theta_right=f.theta_right,
        asymmetric=f.asymmetric,
        weight_by_atomic_number=f.weighted,
    )


def core_descriptor(functions: tuple[ref.Function, ...]) -> _core.Descriptor:
    return _core.Descriptor(ELEMENTS, [core_function(f) for f in functions])


def core_network(net: ref.Net) -> _core.Network:
    return _core.Network(list(net.weights), list(net.biases), list(net.activations), net.shortcut)


def core_potential(sections: tuple[ref.Section, ...]) -> _core.Potential:
    return _core.Potential(_core.PotentialDefinition([core_section(s) for s in sections]))


def core_section(section: ref.Section) -> _core.ElementSection:
    return _core.ElementSection(
        section.element,
        section.reference_energy,
        [core_function(f) for f in section.functions],
        section.statistics,
        section.scaling if len(section.scaling) == 3 else (*section.scaling, 0.0, 1.0),
        core_network(section.net),
    )


def one_center(species: list[str], displacement: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
    """Arguments of `Descriptor.values` for one silicon atom (index 0) with these neighbors."""
    n = len(species)
    return (
        np.array([0], dtype=np.int32),
        np.array([0] + [ELEMENTS.index(symbol) for symbol in species], dtype=np.int32),
        np.array([0] + [n] * (n + 1), dtype=np.int64),
        np.arange(1, n + 1, dtype=np.int32),
        np.ascontiguousarray(displacement, dtype=float),
    )


def values(functions: tuple[ref.Function, ...], species: list[str], displacement: NDArray[np.float64]) -> NDArray:
    """Symmetry functions of one central atom from the core, (n_functions,)."""
    return core_descriptor(functions).values(*one_center(species, displacement))[0]


def jacobian(functions: tuple[ref.Function, ...], species: list[str], displacement: NDArray[np.float64]) -> NDArray:
    """Derivatives of them with respect to the displacements, (n_neighbors, 3, n_functions)."""
    return core_descriptor(functions).values_and_jacobian(*one_center(species, displacement))[1]


def neighbors(seed: int, n: int, shortest: float = 1.0, longest: float = 5.5) -> tuple[list[str], NDArray[np.float64]]:
    """Random neighbors of both elements around an atom, none on top of another, no two in line with the center.

    In line with the center 1 + lambda cos is a difference of equal numbers, so that no two programs agree on its
    power to twelve digits; that case has its own test.
    """
    rng = np.random.default_rng(seed)
    found: list[NDArray[np.float64]] = []
    while len(found) < n:
        x = rng.normal(size=3)
        x *= rng.uniform(shortest, longest) / np.linalg.norm(x)
        apart = all(np.linalg.norm(x - y) > 0.7 for y in found)
        in_line = any(abs(x @ y) > 0.99 * np.linalg.norm(x) * np.linalg.norm(y) for y in found)
        if apart and not in_line:
            found.append(x)
    species = [ELEMENTS[k] for k in rng.integers(2, size=n)]
    return species, np.array(found).reshape(n, 3)


def random_net(rng: np.random.Generator, sizes: tuple[int, ...], activation: str, shortcut: bool = False) -> ref.Net:
    """A network with weights of the size Glorot initialisation gives, so that no neuron saturates.

    Smaller for exp and harmonic, several layers of which would run out of the range of numbers.
    """
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    size = 0.3 if activation in ("exp", "harmonic") else 1.0
    weights = tuple(size * rng.normal(size=shape) / np.sqrt(shape[1]) for shape in shapes)
    biases = tuple(0.3 * rng.normal(size=n_out) for n_out, _ in shapes)
    activations = (activation,) * (len(shapes) - 1) + ("identity",)
    return ref.Net(weights, biases, activations, rng.normal(size=sizes[0]) if shortcut else None)


# --- structures -------------------------------------------------------------------------------


class Structure(NamedTuple):
    """Symbols, positions (n, 3) in Å, cell (3, 3) in Å with rows as vectors, and whether it is periodic."""

    symbols: list[str]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    pbc: bool

    def repeat(self, n: int) -> Structure:
        """n × n × n copies, copy by copy."""
        shifts = np.array(list(np.ndindex(n, n, n))) @ self.cell
        positions = (shifts[:, None] + self.positions[None]).reshape(-1, 3)
        return Structure(self.symbols * n**3, positions, n * self.cell, self.pbc)


def crystal(seed: int, lengths: tuple[float, float, float] = (5.1, 5.45, 4.75), n: int = 6) -> Structure:
    """Atoms of both elements at random places, 1.5 Å apart or more, in a triclinic cell."""
    rng = np.random.default_rng(seed)
    cell = np.diag(lengths) + np.array([[0.0, 0.0, 0.0], [0.9, 0.0, 0.0], [-0.6, 0.7, 0.0]])
    positions = np.zeros((0, 3))
    while len(positions) < n:
        trial = np.vstack([positions, rng.random(3) @ cell])
        near = ref.pairs(trial, cell, pbc=True, cutoff=1.5)
        if len(near.neighbor) == 0:
            positions = trial
    return Structure([ELEMENTS[k] for k in rng.permutation(np.arange(n) % 2)], positions, cell, pbc=True)


def cluster(seed: int, n: int = 7) -> Structure:
    """Atoms of both elements at random places 1.5 Å apart or more, not periodic."""
    rng = np.random.default_rng(seed)
    positions = np.zeros((0, 3))
    while len(positions) < n:
        x = rng.uniform(0.0, 5.0, 3)
        if all(np.linalg.norm(x - y) > 1.5 for y in positions):
            positions = np.vstack([positions, x])
    return Structure([ELEMENTS[k] for k in rng.permutation(np.arange(n) % 2)], positions, np.eye(3), pbc=False)


def pair_arguments(structure: Structure, cutoff: float) -> tuple[NDArray[Any], ...]:
    """Arguments species, first, neighbor, displacement of the core, from the reference's neighbor list."""
    near = ref.pairs(structure.positions, structure.cell, structure.pbc, cutoff)
    species = np.array([ELEMENTS.index(symbol) for symbol in structure.symbols], dtype=np.int32)
    return species, near.first, near.neighbor, near.displacement.astype(float)


def rotation(seed: int) -> NDArray[np.float64]:
    """A random proper rotation (QR of a Gaussian matrix, determinant made +1)."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.linalg.det(q)

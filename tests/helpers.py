"""Structures and small random potentials that tests of several folders share."""

from __future__ import annotations

import itertools

import numpy as np
from ase import Atoms
from ase.build import bulk

from nnmanybody import Potential, SymmetryFunction
from nnmanybody._core import AtomicModel, ElementSection, Network, PairCore, PotentialDefinition, RadialBasis
from nnmanybody.describe import describe
from nnmanybody.symmetry_functions import SymmetryFunctionSet

REFERENCE_ENERGIES = {"Si": -4.3, "O": -1.9}  # eV; any numbers would do


# --- structures -----------------------------------------------------------------------------------


def silicon(repeat: int = 1, rattle: float = 0.15, seed: int = 0) -> Atoms:
    """Diamond silicon, 8 atoms times repeat³, no atom at its lattice site."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (repeat, repeat, repeat)
    return rattled(atoms, rattle, seed)


def silica(rattle: float = 0.1, seed: int = 1) -> Atoms:
    """Alpha quartz, 9 atoms in a hexagonal cell (Levien et al., Am. Mineral. 65, 920 (1980))."""
    cell = [4.916, 4.916, 5.4054, 90, 90, 120]
    u, x, y, z = 0.4697, 0.4135, 0.2669, 0.1191
    silicon_sites = [(u, 0, 0), (0, u, 2 / 3), (-u, -u, 1 / 3)]
    oxygen_sites = [
        (x, y, z),
        (-y, x - y, z + 2 / 3),
        (y - x, -x, z + 1 / 3),
        (y, x, -z),
        (x - y, -y, 1 / 3 - z),
        (-x, y - x, 2 / 3 - z),
    ]
    atoms = Atoms("Si3O6", scaled_positions=silicon_sites + oxygen_sites, cell=cell, pbc=True)
    return rattled(atoms, rattle, seed)


def triclinic(seed: int = 2) -> Atoms:
    """Si and O in a skewed cell, two of whose edges are shorter than the usual cutoff of 5 Å."""
    cell = [[4.6, 0.0, 0.0], [1.3, 4.9, 0.0], [-0.9, 1.7, 6.2]]
    scaled = [[0.1, 0.1, 0.1], [0.6, 0.55, 0.05], [0.2, 0.7, 0.5], [0.75, 0.15, 0.55], [0.45, 0.45, 0.8]]
    return rattled(Atoms("SiOSiOO", scaled_positions=scaled, cell=cell, pbc=True), 0.1, seed)


def small_cell() -> Atoms:
    """Two Si atoms in a cell with edges shorter than the usual cutoff of 5 Å: atoms are their own neighbors."""
    return Atoms("Si2", [[0.1, 0.0, 0.2], [1.4, 1.3, 1.5]], cell=[2.9, 3.1, 3.3], pbc=True)


def cluster(seed: int = 3) -> Atoms:
    """Seven atoms of Si and O in open space, without a cell."""
    positions = [[0, 0, 0], [1.6, 0, 0], [0, 1.6, 0.2], [0, 0.1, 1.6], [-1.6, 0.2, 0], [0.2, -1.6, 0], [2.6, 1.2, 0.3]]
    return rattled(Atoms("SiO5Si", positions), 0.05, seed)


def rattled(atoms: Atoms, size: float, seed: int) -> Atoms:
    """Return a copy with every coordinate moved by a normal deviate, Å."""
    moved = atoms.copy()
    moved.positions += np.random.default_rng(seed).normal(0.0, size, (len(atoms), 3))
    return moved


STRUCTURES = {
    "silicon": silicon,
    "silica": silica,
    "triclinic": triclinic,
    "small cell": small_cell,
    "cluster": cluster,
}


# --- potentials -----------------------------------------------------------------------------------


def functions(elements: list[str], cutoff: float = 5.0) -> dict[str, tuple[SymmetryFunction, ...]]:
    """Some of every kind, for every combination of neighbor elements; the same for each central element."""
    listed = [SymmetryFunction("G1", [element], cutoff) for element in elements]
    for element in elements:
        listed += [SymmetryFunction("G2", [element], cutoff, eta=eta, r_shift=2.0) for eta in (0.5, 2.0)]
        listed.append(SymmetryFunction("G3", [element], cutoff, kappa=1.1))
    for index, one in enumerate(elements):
        for other in elements[index:]:
            listed += [
                SymmetryFunction(kind, [one, other], cutoff, eta=0.02, r_shift=shift, zeta=zeta, lam=lam)
                for kind, shift, zeta, lam in (("G4", 0.0, 1.0, 1), ("G5", 1.5, 2.0, -1), ("G5", 0.0, 3.5, 1))
            ]
    return dict.fromkeys(elements, tuple(listed))


def random_potential(
    elements: list[str] | str = "Si",
    cutoff: float = 5.0,
    seed: int = 0,
    *,
    hidden_layers: tuple[int, ...] = (7, 5),
    activation: str = "tanh",
    scaling: tuple[str, float, float] = ("minmax", -1.0, 1.0),
    shortcut: bool = False,
    scale: float = 1.0,
) -> Potential:
    """A potential with random weights: smooth, meaningless, the same for the same arguments.

    Its forces are some tenths of an eV/Å at `scale` 1. Statistics are those of the structures above.
    """
    elements = [elements] if isinstance(elements, str) else list(elements)
    chosen = SymmetryFunctionSet(functions(elements, cutoff))
    values = describe(chosen, [_OnlyAtoms(atoms) for atoms in _training_structures(elements)])
    rng = np.random.default_rng(seed)
    sections = [
        ElementSection(
            element,
            REFERENCE_ENERGIES.get(element, -1.0),
            list(chosen.for_element(element)),
            _statistics(values[element]),
            scaling,
            _random_network(rng, values[element].shape[1], hidden_layers, activation, shortcut, scale),
        )
        for element in elements
    ]
    return Potential(PotentialDefinition(sections), name="random potential")


def radial_basis_potential(elements: list[str] | str = "Si", cutoff: float = 5.0, seed: int = 0) -> Potential:
    """Return the same with a random radial basis network for every element, widths, centers and all."""
    potential = random_potential(elements, cutoff, seed)
    rng = np.random.default_rng(seed)
    sections = []
    for section in potential.definition.sections:
        n = len(section.functions)
        model = RadialBasis(
            rng.normal(0.0, 1.0 / np.sqrt(n), (n - 1, n)),
            rng.normal(0.0, 1.0, (9, n - 1)),
            rng.uniform(0.05, 0.3, 9),
            rng.normal(0.0, 0.5, 9),
            -0.2,
            rng.normal(0.0, 0.1, n - 1),
        )
        sections.append(with_model(section, model))
    return Potential(PotentialDefinition(sections), name="random radial basis functions")


def with_model(section: ElementSection, model: AtomicModel) -> ElementSection:
    """Return the section with another model."""
    return ElementSection(
        section.element,
        section.reference_energy,
        section.functions,
        section.statistics,
        section.scaling,
        model,
    )


def with_core(potential: Potential, inner: float, outer: float) -> Potential:
    """The same with a repulsive core, radii in Å."""
    definition = potential.definition
    core = PairCore("zbl", inner, outer)
    return Potential(PotentialDefinition(definition.sections, definition.provenance, definition.header, core))


def zero_potential(elements: list[str], cutoff: float = 5.0) -> Potential:
    """A potential whose networks say zero, whatever the structure."""
    sections = [
        ElementSection(
            element,
            0.0,
            [SymmetryFunction("G1", ["*"], cutoff)],
            [[0.0, 1.0, 0.5, 0.5]],
            ("none", 0.0, 1.0),
            Network([np.zeros((1, 1))], [np.zeros(1)], ["identity"]),
        )
        for element in elements
    ]
    return Potential(PotentialDefinition(sections), name="zero")


class _OnlyAtoms:
    """As much of a frame as `describe` needs."""

    name = "structure of the tests"
    config_type = ""

    def __init__(self, atoms: Atoms) -> None:
        self.atoms = atoms


def _training_structures(elements: list[str]) -> list[Atoms]:
    """Quartz and diamond lattices of the given elements, each with its atoms named in turn and all alike."""
    made = []
    for lattice in (silica(0.15), silicon(), silica(0.15, seed=5)):
        for names in (elements, *([element] for element in elements)):
            atoms = lattice.copy()
            atoms.symbols = [names[index % len(names)] for index in range(len(atoms))]
            made.append(atoms)
    return made


def _statistics(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values.min(axis=0), values.max(axis=0), values.mean(axis=0), values.std(axis=0)])


def _random_network(
    rng: np.random.Generator, n_features: int, hidden: tuple[int, ...], activation: str, shortcut: bool, scale: float
) -> Network:
    sizes = (n_features, *hidden, 1)
    weights = [rng.normal(0.0, 1.0 / np.sqrt(n_in), (n_out, n_in)) for n_in, n_out in itertools.pairwise(sizes)]
    weights[-1] *= scale
    biases = [rng.normal(0.0, 0.3, n_out) for n_out in sizes[1:]]
    linear = rng.normal(0.0, 0.1 * scale, n_features) if shortcut else None
    return Network(weights, biases, [activation] * len(hidden) + ["identity"], linear)


# --- inputs of a training -------------------------------------------------------------------------


def frame_inputs(structure, descriptors, transforms, reference, *, wanted, dtype):
    """Targets, inputs and Jacobians of one structure, as a training that holds them in memory has them."""
    from nnmanybody.training.frame_inputs import frame_targets, with_blocks
    from nnmanybody.training.raw_blocks import raw_blocks

    targets = frame_targets(structure.frame, descriptors[0].elements, reference, wanted=wanted)
    blocks = raw_blocks(structure, descriptors, wanted, dtype)
    return with_blocks(targets, structure.centers, blocks, transforms, dtype=dtype)

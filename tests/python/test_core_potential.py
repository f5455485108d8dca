"""Energy, forces and virial of whole structures: against plain numpy, by differences, and by what must be equal."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import reference as ref
from core_cases import ELEMENTS, FUNCTIONS, Structure, cluster, core_potential, crystal, pair_arguments, rotation
from core_potentials import REFERENCE_ENERGIES, SCALINGS, sections

ENERGY_TOLERANCE = 1e-10  # eV/atom, the issue's
FORCE_TOLERANCE = 1e-9  # eV/Å, the issue's
VIRIAL_TOLERANCE = 1e-8  # eV, the issue's
SUM_TOLERANCE = 1e-11  # eV/Å or eV: rounding of sums of some hundred terms of order one to ten
CUTOFF = 6.0

STRUCTURES = {
    "crystal": crystal(1),
    "small cell": crystal(2, (3.2, 3.6, 9.0), 4),  # shorter than the cutoff twice
    "one atom": Structure(["Si"], np.array([[0.1, 0.2, 0.3]]), crystal(0, (2.65, 2.9, 3.3), 1).cell, True),
    "cluster": cluster(3),
}
each_structure = pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES.keys())
each_scaling = pytest.mark.parametrize("scaling", SCALINGS, ids=lambda s: "-".join(map(str, s)))


@cache
def potential_of(*arguments):
    made = sections(*arguments)
    return made, core_potential(made)


def evaluate(structure: Structure, potential=None, cutoff: float = CUTOFF, per_atom_virial: bool = False) -> dict:
    potential = potential or potential_of()[1]
    return potential.evaluate(*pair_arguments(structure, cutoff), per_atom_virial=per_atom_virial)


def energy(structure: Structure, potential=None) -> float:
    return evaluate(structure, potential)["energies"].sum()


def strained(structure: Structure, strain: np.ndarray) -> Structure:
    turn = np.eye(3) + strain
    return structure._replace(positions=structure.positions @ turn.T, cell=structure.cell @ turn.T)


# --- against plain numpy --------------------------------------------------------------------------


@each_structure
@each_scaling
def test_energies_equal_plain_numpy(structure, scaling):
    made, potential = potential_of(scaling)
    near = ref.pairs(structure.positions, structure.cell, structure.pbc, CUTOFF)
    expected = ref.atomic_energies(made, structure.symbols, near)
    assert np.abs(evaluate(structure, potential)["energies"] - expected).max() <= ENERGY_TOLERANCE


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "relu", "softplus", "silu"])
@pytest.mark.parametrize("hidden", [(), (4,), (8, 6, 4)], ids=str)
def test_every_network_gives_the_energies_of_plain_numpy(activation, hidden):
    structure = STRUCTURES["crystal"]
    made, potential = potential_of(("sigma", -1.0, 1.0), activation, hidden, True)
    near = ref.pairs(structure.positions, structure.cell, True, CUTOFF)
    expected = ref.atomic_energies(made, structure.symbols, near)
    assert np.abs(evaluate(structure, potential)["energies"] - expected).max() <= ENERGY_TOLERANCE


@each_structure
def test_forces_equal_complex_step_of_plain_numpy(structure):
    made, potential = potential_of()
    expected = -ref.complex_step(
        lambda x: ref.energy(made, structure.symbols, x, structure.cell, structure.pbc), structure.positions
    )
    assert np.abs(evaluate(structure, potential)["forces"] - expected).max() <= FORCE_TOLERANCE


@each_structure
def test_virial_equals_complex_step_of_plain_numpy(structure):
    made, potential = potential_of()

    def energy_of_strain(strain: np.ndarray) -> complex:
        turn = np.eye(3) + strain
        x, cell = structure.positions @ turn.T, structure.cell @ turn.T
        return ref.energy(made, structure.symbols, x, cell, structure.pbc)

    expected = -ref.complex_step(energy_of_strain, np.zeros((3, 3)))  # W = sum r (x) f = -dE/d(strain)
    assert np.abs(evaluate(structure, potential)["virial"] - expected).max() <= VIRIAL_TOLERANCE


# --- by differences of its own energy ---------------------------------------------------------------


MARGIN = 0.005  # Å; more than the finite differences below change any distance


def far_from_cutoffs(structure: Structure) -> bool:
    """Whether no distance between atoms comes near a cutoff, where the third derivative jumps."""
    near = ref.pairs(structure.positions, structure.cell, structure.pbc, CUTOFF + MARGIN)
    r = ref.length(near.displacement)
    return all(np.abs(r - cutoff).min() > MARGIN for cutoff in {f.cutoff for f in FUNCTIONS})


@cache
def smooth_structure(pbc: bool) -> Structure:
    """The first random structure whose distances all stay on their side of every cutoff."""
    candidates = (crystal(seed, n=3) if pbc else cluster(seed) for seed in range(1000, 2000))
    return next(structure for structure in candidates if far_from_cutoffs(structure))


@pytest.mark.parametrize("pbc", [True, False], ids=["crystal", "cluster"])
@each_scaling
def test_forces_are_minus_the_slope_of_the_energy(pbc, scaling):
    structure, potential = smooth_structure(pbc), potential_of(scaling)[1]
    expected = -ref.differences(
        lambda x: energy(structure._replace(positions=x), potential), structure.positions, step=1e-3
    )
    assert np.abs(evaluate(structure, potential)["forces"] - expected).max() <= FORCE_TOLERANCE


@pytest.mark.parametrize("pbc", [True, False], ids=["crystal", "cluster"])
@each_scaling
def test_virial_is_minus_the_slope_along_strain(pbc, scaling):
    structure, potential = smooth_structure(pbc), potential_of(scaling)[1]
    step = 1.5e-4  # four steps move neighbors at 6 Å by 0.0036 Å
    expected = -ref.differences(lambda e: energy(strained(structure, e), potential), np.zeros((3, 3)), step)
    assert np.abs(evaluate(structure, potential)["virial"] - expected).max() <= VIRIAL_TOLERANCE


# --- sums and symmetries ----------------------------------------------------------------------------


@each_structure
def test_forces_add_up_to_zero(structure):
    assert np.abs(evaluate(structure)["forces"].sum(axis=0)).max() <= SUM_TOLERANCE


@pytest.mark.parametrize("seed", range(4))
def test_a_cluster_has_no_torque(seed):
    structure = cluster(seed)
    forces = evaluate(structure)["forces"]
    assert np.abs(forces).max() > 0.1
    assert np.abs(np.cross(structure.positions, forces).sum(axis=0)).max() <= SUM_TOLERANCE


@each_structure
def test_virial_is_symmetric(structure):
    """The nine components of the centroid virials are summed independently: xy and yx, xz and zx, yz and zy."""
    total = evaluate(structure, per_atom_virial=True)["centroid_virials"].sum(axis=0)
    assert np.abs(total[3:6] - total[6:9]).max() <= SUM_TOLERANCE


def test_virial_of_a_cluster_is_the_sum_over_positions_and_forces():
    structure = cluster(5)
    got = evaluate(structure)
    assert np.abs(got["virial"] - structure.positions.T @ got["forces"]).max() <= SUM_TOLERANCE


@each_structure
def test_per_atom_virials_add_up_to_the_virial(structure):
    got = evaluate(structure, per_atom_virial=True)
    w = got["virial"]
    six = [w[0, 0], w[1, 1], w[2, 2], w[0, 1], w[0, 2], w[1, 2]]
    nine = [*six, w[1, 0], w[2, 0], w[2, 1]]
    assert got["virials"].shape == (len(structure.symbols), 6)
    assert got["centroid_virials"].shape == (len(structure.symbols), 9)
    assert np.abs(got["virials"].sum(axis=0) - six).max() <= SUM_TOLERANCE
    assert np.abs(got["centroid_virials"].sum(axis=0) - nine).max() <= SUM_TOLERANCE


def test_per_atom_virials_share_the_terms_of_the_atomic_energies():
    """f_j = -dE_i/dr_ij: r_ij f_j is halved between i and j, and, for the heat flux, belongs to j.

    The latter is W_j = sum_i r_ji dE_i/dr_ij of Fan et al., Phys. Rev. B 92, 094301 (2015).
    """
    structure, made = STRUCTURES["cluster"], potential_of()[0]
    near = ref.pairs(structure.positions, structure.cell, False, CUTOFF)
    halved, centroid = np.zeros((7, 3, 3)), np.zeros((7, 3, 3))
    for i, symbol in enumerate(structure.symbols):
        mine = slice(near.first[i], near.first[i + 1])
        section = next(section for section in made if section.element == symbol)
        species = [structure.symbols[j] for j in near.neighbor[mine]]
        slope = ref.complex_step(lambda x, s=section, n=species: ref.atomic_energy(s, n, x), near.displacement[mine])
        for j, r_ij, f_j in zip(near.neighbor[mine], near.displacement[mine], -slope, strict=True):
            halved[i] += np.outer(r_ij, f_j) / 2
            halved[j] += np.outer(r_ij, f_j) / 2
            centroid[j] += np.outer(r_ij, f_j)
    got = evaluate(structure, per_atom_virial=True)
    nine = ([0, 1, 2, 0, 0, 1, 1, 2, 2], [0, 1, 2, 1, 2, 2, 0, 0, 1])  # xx yy zz xy xz yz yx zx zy
    six = (nine[0][:6], nine[1][:6])
    assert np.abs(got["virials"] - halved[:, six[0], six[1]]).max() <= VIRIAL_TOLERANCE
    assert np.abs(got["centroid_virials"] - centroid[:, nine[0], nine[1]]).max() <= VIRIAL_TOLERANCE


def test_per_atom_virials_come_when_asked_for_and_change_nothing_else():
    structure = STRUCTURES["crystal"]
    without, with_them = evaluate(structure), evaluate(structure, per_atom_virial=True)
    assert set(without) == {"energies", "forces", "virial"}
    assert set(with_them) == {*without, "virials", "centroid_virials"}
    for key, value in without.items():
        assert np.array_equal(value, with_them[key])


@pytest.mark.parametrize("seed", range(2))
def test_everything_turns_with_the_structure(seed):
    structure, turn = STRUCTURES["crystal"], rotation(seed)
    turned = structure._replace(positions=structure.positions @ turn.T, cell=structure.cell @ turn.T)
    before, after = evaluate(structure), evaluate(turned)
    assert np.abs(after["energies"] - before["energies"]).max() <= SUM_TOLERANCE
    assert np.abs(after["forces"] - before["forces"] @ turn.T).max() <= SUM_TOLERANCE
    assert np.abs(after["virial"] - turn @ before["virial"] @ turn.T).max() <= 10 * SUM_TOLERANCE


def test_order_of_atoms_changes_nothing():
    structure = STRUCTURES["crystal"]
    order = np.random.default_rng(0).permutation(len(structure.symbols))
    mixed = structure._replace(symbols=[structure.symbols[n] for n in order], positions=structure.positions[order])
    before, after = evaluate(structure, per_atom_virial=True), evaluate(mixed, per_atom_virial=True)
    for key in ("energies", "forces", "virials", "centroid_virials"):
        assert np.abs(after[key] - before[key][order]).max() <= SUM_TOLERANCE


@pytest.mark.parametrize(("name", "n"), [("small cell", 2), ("crystal", 3)])  # 32, and 162 atoms: several blocks
def test_a_supercell_repeats_its_cell(name, n):
    structure = STRUCTURES[name]
    cell, supercell = evaluate(structure, per_atom_virial=True), evaluate(structure.repeat(n), per_atom_virial=True)
    for key in ("energies", "forces", "virials", "centroid_virials"):
        copies = np.tile(cell[key], (n**3,) + (1,) * (cell[key].ndim - 1))
        assert np.abs(supercell[key] - copies).max() <= SUM_TOLERANCE
    assert np.abs(supercell["virial"] - n**3 * cell["virial"]).max() <= n**3 * SUM_TOLERANCE


# --- alone and far apart ----------------------------------------------------------------------------


@pytest.mark.parametrize("element", ELEMENTS)
@each_scaling
def test_an_isolated_atom_has_its_reference_energy_plus_the_network_at_zero(element, scaling):
    """With G = 0; the training makes the network's part vanish, or not, and says so."""
    made, potential = potential_of(scaling)
    section = next(s for s in made if s.element == element)
    zero = ref.scale(np.zeros(len(section.functions)), section.statistics, section.scaling)
    got = evaluate(Structure([element], np.zeros((1, 3)), np.eye(3), False), potential)
    expected = REFERENCE_ENERGIES[element] + ref.network(section.net, zero[None])[0]
    assert got["energies"][0] == pytest.approx(expected, rel=1e-13)
    assert not got["forces"].any()
    assert not got["virial"].any()


def test_far_apart_copies_add_up():
    structure = cluster(8)
    far = structure._replace(
        symbols=structure.symbols * 2, positions=np.vstack([structure.positions, structure.positions + 50.0])
    )
    one, two = evaluate(structure), evaluate(far)
    for key in ("energies", "forces"):
        assert np.abs(two[key] - np.concatenate([one[key]] * 2)).max() <= SUM_TOLERANCE
    assert np.abs(two["virial"] - 2 * one["virial"]).max() <= SUM_TOLERANCE


def test_continuous_where_an_atom_crosses_the_cutoff():
    """Energies grow as the square of the way inside the cutoff, forces as the way itself."""
    cutoff, d = 5.0, 1e-6  # that of the radial functions; two atoms make no triplet
    inside, outside = (
        evaluate(Structure(["Si", "O"], np.array([[0.0, 0.0, 0.0], [0.0, r, 0.0]]), np.eye(3), False))
        for r in (cutoff - d, cutoff + d)
    )
    assert np.abs(outside["energies"] - inside["energies"]).max() <= 10 * d**2
    assert 0.0 < np.abs(outside["forces"] - inside["forces"]).max() <= 10 * d


def test_no_atoms_no_energy():
    empty = np.zeros(0, dtype=np.int32)
    got = potential_of()[1].evaluate(empty, np.zeros(1, dtype=np.int64), empty, np.zeros((0, 3)))
    assert got["energies"].shape == (0,)
    assert got["forces"].shape == (0, 3)
    assert not got["virial"].any()


def test_descriptors_are_those_of_the_sections():
    structure = STRUCTURES["crystal"]
    made, potential = potential_of()
    near = ref.pairs(structure.positions, structure.cell, True, CUTOFF)
    for section, (centers, rows) in zip(made, potential.descriptors(*pair_arguments(structure, CUTOFF)), strict=True):
        assert [structure.symbols[i] for i in centers] == [section.element] * 3
        for i, row in zip(centers, rows, strict=True):
            mine = slice(near.first[i], near.first[i + 1])
            species = [structure.symbols[j] for j in near.neighbor[mine]]
            assert row == pytest.approx(ref.descriptor(section.functions, species, near.displacement[mine]), rel=1e-11)

"""The repulsive core of a potential: in the file, in every number, in committees, and where it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

import helpers
from nnmanybody import NNPError, Potential
from nnmanybody._core import ElementSection, PairCore, PotentialDefinition
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.units import METAL
from nnmanybody.neighbors import neighbor_list
from nnmanybody.potential import join_committee

INNER, OUTER = 2.2, 3.0  # Å; neighbors in the structures lie on both sides of both
STEP = 1e-3  # Å, or strain; differences of fourth order then err by 1e-9
DIFFERENCES = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}
SLOPE_TOLERANCE = 1e-7  # eV/Å, eV
ROUNDING = 1e-12  # eV, eV/Å: sums of some hundred terms of order ten


@pytest.fixture(scope="module")
def potential():
    return helpers.with_core(helpers.random_potential(["Si", "O"]), INNER, OUTER)


def core_alone(atoms, inner=INNER, outer=OUTER):
    pairs = neighbor_list(atoms, outer)
    species = np.array([["Si", "O"].index(symbol) for symbol in atoms.symbols], dtype=np.int32)
    core = PairCore("zbl", inner, outer)
    return core.evaluate(["Si", "O"], species, pairs.first, pairs.neighbor, pairs.displacement)


# --- numbers --------------------------------------------------------------------------------------


def test_energies_forces_and_virial_are_sums(potential, silica_potential):
    atoms = helpers.triclinic()
    both, network, core = potential.evaluate(atoms), silica_potential.evaluate(atoms), core_alone(atoms)
    assert core["energies"].min() > 0.001
    np.testing.assert_allclose(both.energies, network.energies + core["energies"], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(both.forces, network.forces + core["forces"], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(both.virial, network.virial + core["virial"], rtol=0, atol=10 * ROUNDING)


def test_forces_are_minus_the_slope_of_the_energy(potential):
    atoms = helpers.triclinic()
    forces = potential.evaluate(atoms).forces
    for atom, axis in ((0, 0), (1, 1), (4, 2)):
        slope = 0.0
        for steps, weight in DIFFERENCES.items():
            moved = atoms.copy()
            moved.positions[atom, axis] += steps * STEP
            slope += weight * potential.evaluate(moved).energy / STEP
        assert forces[atom, axis] == pytest.approx(-slope, abs=SLOPE_TOLERANCE)


def test_the_virial_is_minus_the_slope_by_strain(potential):
    atoms = helpers.triclinic()
    virial = potential.evaluate(atoms).virial
    for row, column in ((0, 0), (0, 1), (2, 1)):
        slope = 0.0
        for steps, weight in DIFFERENCES.items():
            strain = np.eye(3)
            strain[row, column] += steps * STEP
            moved = atoms.copy()
            moved.set_cell(atoms.cell.array @ strain.T, scale_atoms=True)
            slope += weight * potential.evaluate(moved).energy / STEP
        assert virial[row, column] == pytest.approx(-slope, abs=10 * SLOPE_TOLERANCE)


def test_virials_of_atoms_add_up(potential):
    evaluation = potential.evaluate(helpers.triclinic(), per_atom_virial=True)
    total = evaluation.virial
    np.testing.assert_allclose(evaluation.centroid_virials.sum(axis=0)[[0, 1, 2]], np.diag(total), rtol=1e-12)
    np.testing.assert_allclose(evaluation.virials.sum(axis=0)[[0, 1, 2]], np.diag(total), rtol=1e-12)


def test_beyond_its_outer_radius_it_changes_no_bit(silicon_potential):
    atoms = bulk("Si", cubic=True)  # nearest neighbors at 2.35 Å
    with_core = helpers.with_core(silicon_potential, 1.0, 2.35)
    np.testing.assert_array_equal(with_core.evaluate(atoms).forces, silicon_potential.evaluate(atoms).forces)
    assert with_core.evaluate(atoms).energy == silicon_potential.evaluate(atoms).energy


# --- committees -----------------------------------------------------------------------------------


def test_every_member_of_a_committee_has_the_core():
    singles = [helpers.random_potential(["Si", "O"], seed=seed) for seed in range(3)]
    cores = [helpers.with_core(single, INNER, OUTER) for single in singles]
    committee, atoms = join_committee(cores), helpers.triclinic()
    found = committee.evaluate(atoms, committee=True)
    for index, core in enumerate(cores):
        expected = core.evaluate(atoms)
        np.testing.assert_allclose(found.committee.atomic_energies[index], expected.energies, rtol=0, atol=ROUNDING)
        np.testing.assert_allclose(found.committee.forces[index], expected.forces, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(found.forces, np.mean([c.evaluate(atoms).forces for c in cores], axis=0), atol=ROUNDING)
    assert str(committee.members[1].pair_core) == str(PairCore("zbl", INNER, OUTER))
    with pytest.raises(NNPError, match=r"member 2: expected the pair_core 'zbl 2\.2 3' as in member 1, got 'none'"):
        join_committee([cores[0], singles[1]])


# --- the file -------------------------------------------------------------------------------------


def test_the_file_says_it_in_one_line_and_is_read_again(potential, tmp_path):
    path = tmp_path / "SiO.nnp"
    potential.write(path)
    lines = path.read_text().splitlines()
    assert lines[2:5] == ["elements Si O", "pair_core zbl 2.2 3", ""]
    again = Potential.read(path)
    assert again.definition.text() == path.read_text()
    assert (again.pair_core.kind, again.pair_core.inner, again.pair_core.outer) == ("zbl", INNER, OUTER)
    assert again.evaluate(helpers.triclinic()).energy == potential.evaluate(helpers.triclinic()).energy


def test_a_potential_without_a_core_has_none(silica_potential):
    assert silica_potential.pair_core is None
    assert "pair_core" not in silica_potential.definition.text()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pair_core zbl 1.0", "expected 'pair_core zbl inner outer', got 'pair_core zbl 1.0'"),
        ("pair_core zlb 1.0 2.0", "expected a kind of pair_core (zbl), got 'zlb'"),
        ("pair_core zbl one 2.0", "inner radius"),
        ("pair_core zbl 2.0 1.0", "expected 0 < inner < outer in Å, got 2 and 1"),
        ("pair_core zbl 0 1.0", "expected 0 < inner < outer in Å, got 0 and 1"),
        ("pair_core zbl 1 2\npair_core zbl 1 2", "pair_core"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(potential, line, message):
    text = potential.definition.text().replace("pair_core zbl 2.2 3", line)
    number = 4 + line.count("\n")
    with pytest.raises(ValueError, match=f"^made.nnp:{number}: ") as caught:
        PotentialDefinition.parse(text, "made.nnp")
    assert message in str(caught.value)


def test_it_may_not_reach_beyond_the_functions(silicon_potential):
    with pytest.raises(ValueError, match=r"outer radius, 5\.5 Å, is beyond the cutoff of the symmetry functions, 5 Å"):
        helpers.with_core(silicon_potential, 1.0, 5.5)


def test_it_needs_elements_with_a_charge(silicon_potential):
    section = silicon_potential.definition.sections[0]
    arguments = (section.statistics, section.scaling, section.network)
    functions = [type(f).parse(str(f).replace("Si", "Sj")) for f in section.functions]
    other = ElementSection("Sj", 0.0, functions, *arguments)
    with pytest.raises(ValueError, match="expected a chemical element, which has an atomic number, got 'Sj'"):
        Potential(PotentialDefinition([other], pair_core=PairCore("zbl", 1.0, 2.0)))


def test_files_of_elements_must_have_the_same_core(potential, tmp_path):
    paths = [tmp_path / "Si.nnp", tmp_path / "O.nnp"]
    for path, section in zip(paths, potential.definition.sections, strict=True):
        path.write_text(PotentialDefinition([section], pair_core=potential.pair_core).text())
    assert Potential.read(*paths).evaluate(helpers.silica()).energy == potential.evaluate(helpers.silica()).energy
    paths[1].write_text(PotentialDefinition([potential.definition.sections[1]]).text())
    with pytest.raises(NNPError, match=r"the same pair_core in all files, got zbl 2\.2 3 for Si and none for O"):
        Potential.read(*paths)


def test_runner_has_no_core(potential):
    with pytest.raises(NNPError, match=r"has a core, pair_core zbl 2\.2 3, which RuNNer and n2p2 cannot have"):
        runner_files(potential.definition, METAL)

"""A committee in one potential: mean and members against the single potentials, its file, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import helpers
from nnmanybody import NNPError, Potential
from nnmanybody._core import ElementSection, PotentialDefinition, SymmetryFunction
from nnmanybody.cli import main
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.units import METAL
from nnmanybody.potential import join_committee

MEAN_TOLERANCE = 1e-14  # of the largest: the order of sums differs
STEP = 1e-4  # Å
DIFFERENCE_TOLERANCE = 1e-7  # eV/Å: error of central differences, STEP^2 times a third derivative
N = 4
STRUCTURES = {
    "silica": helpers.silica(),
    "cluster": helpers.cluster(),
    "small cell": helpers.small_cell(),
    "more atoms than a block": helpers.silica() * (3, 3, 2),
}
each_structure = pytest.mark.parametrize("atoms", STRUCTURES.values(), ids=STRUCTURES.keys())


@pytest.fixture(scope="module")
def singles():
    return [helpers.random_potential(["Si", "O"], seed=seed) for seed in range(N)]


@pytest.fixture(scope="module")
def committee(singles):
    return join_committee(singles)


def largest(difference, of) -> float:
    """Largest difference in units of the largest number."""
    return float(np.abs(difference).max() / np.abs(of).max())


# --- mean and members -----------------------------------------------------------------------------


@each_structure
def test_a_committee_says_the_mean_of_its_members(committee, singles, atoms):
    found = committee.evaluate(atoms, per_atom_virial=True)
    alone = [single.evaluate(atoms, per_atom_virial=True) for single in singles]
    for name in ("energies", "forces", "virial", "virials", "centroid_virials"):
        parts = [getattr(one, name) for one in alone]
        assert largest(getattr(found, name) - np.mean(parts, axis=0), parts) <= MEAN_TOLERANCE, name


@each_structure
def test_members_are_the_single_potentials(committee, singles, atoms):
    found = committee.evaluate(atoms, committee=True).committee
    alone = [single.evaluate(atoms) for single in singles]
    np.testing.assert_array_equal(found.atomic_energies, [one.energies for one in alone])
    np.testing.assert_array_equal(found.forces, [one.forces for one in alone])
    np.testing.assert_allclose(found.energies, [one.energy for one in alone], rtol=MEAN_TOLERANCE)


@each_structure
def test_asking_for_the_members_does_not_change_the_mean(committee, atoms):
    without, with_members = committee.evaluate(atoms), committee.evaluate(atoms, committee=True)
    assert without.committee is None
    for name in ("energies", "forces", "virial"):
        np.testing.assert_array_equal(getattr(with_members, name), getattr(without, name))


def test_forces_are_minus_the_slope_of_the_mean_energy(committee):
    atoms = helpers.cluster()
    forces = committee.evaluate(atoms).forces
    for atom, axis in np.ndindex(forces.shape):
        energies = []
        for sign in (1.0, -1.0):
            moved = atoms.copy()
            moved.positions[atom, axis] += sign * STEP
            energies.append(committee.evaluate(moved).energy)
        assert forces[atom, axis] == pytest.approx(-(energies[0] - energies[1]) / (2 * STEP), abs=DIFFERENCE_TOLERANCE)


def test_deviations_are_root_mean_squares_over_the_members(committee, singles):
    atoms = helpers.silica()
    found = committee.evaluate(atoms, committee=True).committee
    alone = [single.evaluate(atoms) for single in singles]
    energy = np.array([one.energy for one in alone])
    assert found.energy_deviation == pytest.approx(np.sqrt(((energy - energy.mean()) ** 2).sum() / N), rel=1e-12)
    forces = np.array([one.forces for one in alone])
    squares = sum(((one - forces.mean(axis=0)) ** 2).sum(axis=1) for one in forces)
    np.testing.assert_allclose(found.force_deviation, np.sqrt(squares / N), rtol=1e-12)
    atomic = np.array([one.energies for one in alone])
    np.testing.assert_allclose(
        found.energies_deviation, np.sqrt(((atomic - atomic.mean(axis=0)) ** 2).sum(axis=0) / N), rtol=1e-9
    )


def test_a_single_potential_has_one_member_and_no_deviation(singles):
    found = singles[0].evaluate(helpers.silica(), committee=True)
    assert singles[0].n_models == 1
    np.testing.assert_array_equal(found.committee.forces, [found.forces])
    assert found.committee.energy_deviation == 0.0
    assert not found.committee.force_deviation.any()


def test_members_can_be_taken_out(committee, singles):
    assert committee.n_models == N
    assert [_sections(member) for member in committee.members] == [_sections(single) for single in singles]
    assert "member 2" in committee.members[1].name
    assert "committee of 4" in repr(committee)


def _sections(potential: Potential) -> str:
    return PotentialDefinition(potential.definition.sections).text()


# --- files ------------------------------------------------------------------------------------------


def test_a_committee_survives_its_file(committee, tmp_path):
    path = tmp_path / "committee.nnp"
    committee.write(path)
    read = Potential.read(path)
    assert read.definition.text() == committee.definition.text()
    atoms = helpers.silica()
    np.testing.assert_array_equal(read.evaluate(atoms).forces, committee.evaluate(atoms).forces)


def test_the_file_has_the_blocks_of_the_members_one_behind_the_other(committee, singles):
    blocks = [single.definition.text().split("model network\n") for single in singles]
    silicon = [parts[1].split("end network\n")[0] for parts in blocks]
    text = committee.definition.text()
    assert "".join(f"model network\n{block}end network\n" for block in silicon) + "end element\n" in text
    assert text.startswith(blocks[0][0])


def test_provenance_tells_the_members_apart(singles):
    made = [
        Potential(PotentialDefinition(single.definition.sections, [("seed", str(seed))]))
        for seed, single in enumerate(singles[:2])
    ]
    expected = [("member", "1"), ("seed", "0"), ("member", "2"), ("seed", "1")]
    assert join_committee(made).definition.provenance == expected


def test_a_committee_and_a_single_make_a_larger_committee(committee, singles):
    assert join_committee([committee, singles[0]]).n_models == N + 1


def test_the_order_of_elements_is_that_of_the_first(singles):
    straight, turned = (Potential(PotentialDefinition(singles[1].definition.sections[::step])) for step in (1, -1))
    joined = [join_committee([singles[0], other]).definition.text() for other in (straight, turned)]
    assert joined[0] == joined[1]


def test_nnp_committee_writes_the_file(singles, tmp_path, monkeypatch, capsys):
    paths = [tmp_path / f"{index}.nnp" for index in range(N)]
    for path, single in zip(paths, singles, strict=True):
        single.write(path)
    output = tmp_path / "committee.nnp"
    monkeypatch.setattr(sys, "argv", ["nnp", "committee", *map(str, paths), "-o", str(output)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    assert "committee of 4: Si O" in capsys.readouterr().err
    assert output.read_text() == join_committee([Potential.read(path) for path in paths]).definition.text()


# --- refused ----------------------------------------------------------------------------------------

COUNTS = "expected as many models for every element, one for each member of the committee; got "


def test_a_file_with_different_numbers_of_models_is_refused_with_its_line(committee):
    text = committee.definition.text()
    last = text.rindex("model network")
    broken = text[:last] + text[text.index("end element", last) :]
    line = broken[: broken.rindex("end element")].count("\n") + 1
    with pytest.raises(ValueError, match=f"^made.nnp:{line}: {COUNTS}Si: 4, O: 3$"):
        PotentialDefinition.parse(broken, "made.nnp")


def test_a_block_that_is_not_complete_is_refused(committee):
    text = committee.definition.text()
    second = text.index("model network", text.index("model network") + 1)
    number = text[:second].count("\n") + 1
    with pytest.raises(ValueError, match=rf"^made.nnp:{number}: expected a model \(network, rbf, composable\)"):
        PotentialDefinition.parse(text[:second] + text[second:].replace("model network", "model netwrk", 1), "made.nnp")
    inputs = text.index("layers 17", second)
    with pytest.raises(ValueError, match=r"^made.nnp:[0-9]+: .*layer 1"):
        PotentialDefinition.parse(text[:inputs] + text[inputs:].replace("layers 17", "layers 16", 1), "made.nnp")


def test_files_of_elements_with_different_numbers_of_models_are_refused(committee, singles, tmp_path):
    paths = [tmp_path / "Si.nnp", tmp_path / "O.nnp"]
    for path, potential, index in zip(paths, (committee, singles[0]), (0, 1), strict=True):
        path.write_text(PotentialDefinition([potential.definition.sections[index]]).text())
    with pytest.raises(NNPError, match=f"{COUNTS}Si: 4, O: 1"):
        Potential.read(*paths)
    with pytest.raises(ValueError, match=f"{COUNTS}Si: 4, O: 1"):
        PotentialDefinition([committee.definition.sections[0], singles[0].definition.sections[1]])


def changed(potential: Potential, **changes: object) -> Potential:
    """The same with something else in the section of oxygen."""
    silicon, oxygen = potential.definition.sections
    keys = ("element", "reference_energy", "functions", "statistics", "scaling")
    arguments = {key: getattr(oxygen, key) for key in keys} | {"models": oxygen.networks} | changes
    return Potential(PotentialDefinition([silicon, ElementSection(**arguments)]), "other")


def test_members_that_differ_in_more_than_networks_are_refused(singles):
    oxygen = singles[0].definition.sections[1]
    functions = [*oxygen.functions[:-1], SymmetryFunction("G1", ["Si"], 4.5)]
    statistics = np.array(oxygen.statistics)
    statistics[2, 1] *= 2.0
    for changes, message in (
        ({"reference_energy": -1.5}, "the reference energy '-1.*' as in member 1, got '-1.5'"),
        ({"functions": functions}, "symmetry function 17 '.*' as in member 1, got 'G1 neighbor Si cutoff 4.5'"),
        ({"statistics": statistics}, r"the statistics \(min max mean sigma\) of symmetry function 3 "),
        ({"scaling": ("minmax", 0.0, 1.0)}, "the scaling 'minmax -1 1' as in member 1, got 'minmax 0 1'"),
    ):
        with pytest.raises(NNPError, match=f"other: no committee: member 2: element O: expected {message}"):
            join_committee([singles[0], changed(singles[1], **changes)])


def test_other_elements_and_a_committee_of_one_are_refused(singles):
    with pytest.raises(NNPError, match="member 2: expected the elements 'O Si' as in member 1, got 'Si'"):
        join_committee([singles[0], helpers.random_potential("Si")])
    with pytest.raises(NNPError, match="at least two potentials for a committee, got 1"):
        join_committee(singles[:1])


def test_a_section_takes_one_network_or_several(committee):
    silicon = committee.definition.sections[0]
    arguments = ("Si", 0.0, silicon.functions, silicon.statistics, silicon.scaling)
    assert len(silicon.networks) == N
    with pytest.raises(ValueError, match="element Si has a committee of 4 networks: take them from `networks`"):
        silicon.network  # noqa: B018
    one = ElementSection(*arguments, silicon.networks[1])
    np.testing.assert_array_equal(one.network.weights[0], silicon.networks[1].weights[0])
    for wrong in ([], [silicon.networks[0], None]):
        with pytest.raises(ValueError, match="expected a model such as Network, or one for each member"):
            ElementSection(*arguments, wrong)


def test_runner_has_no_committees(committee):
    with pytest.raises(NNPError, match="RuNNer and n2p2 have no committees, and this is one of 4 networks"):
        runner_files(committee.definition, METAL)

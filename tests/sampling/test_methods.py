"""Methods of selection find planted outliers, thinning leaves out near-duplicates, and novelty follows its formula."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from nnmanybody.sampling import methods
from nnmanybody.sampling.config import CommitteeConfig, DeviationConfig, NoveltyConfig, RangeConfig
from nnmanybody.sampling.novelty import KnownPoints, acceptance, distances_to_known
from nnmanybody.sampling.select import is_structure
from nnmanybody.sampling.store import Label
from nnmanybody.sampling.thin import farthest, fingerprints, thin

import helpers
from nnmanybody.data import Frame
from nnmanybody.potential import join_committee


@pytest.fixture(scope="module")
def crystal():
    return [helpers.silicon(seed=seed) for seed in range(3)]


def squeezed(atoms: Atoms) -> Atoms:
    copy = atoms.copy()
    copy.set_cell(copy.cell * 0.8, scale_atoms=True)
    return copy


def test_range_names_the_planted_outlier_and_its_function(silicon_potential, crystal):
    section = silicon_potential.definition.sections[0]
    atoms = squeezed(crystal[0])
    found = methods.by_range(RangeConfig(), silicon_potential, atoms)
    values = silicon_potential.descriptors(atoms)["Si"].values
    low, high = section.statistics[:, 0], section.statistics[:, 1]
    over = np.maximum(values - high, low - values) / (high - low)
    assert found["value"] == pytest.approx(over.max())
    assert found["atom"] == int(np.unravel_index(over.argmax(), over.shape)[0])
    assert found["function"] == str(section.functions[int(np.unravel_index(over.argmax(), over.shape)[1])])
    assert methods.by_range(RangeConfig(overshoot=1.0001 * float(over.max())), silicon_potential, atoms) is None


def test_committee_is_the_sample_deviation_of_its_members(crystal):
    members = join_committee([helpers.random_potential("Si", seed=seed) for seed in range(3)])
    evaluation = members.evaluate(crystal[0], committee=True)
    each = np.array([member.evaluate(crystal[0]).forces for member in members.members])
    deviation = np.sqrt(np.var(each, axis=0, ddof=1).sum(axis=1))
    found = methods.by_committee(CommitteeConfig(force=1e-9), evaluation)
    assert found["value"] == pytest.approx(deviation.max())
    assert found["atom"] == int(deviation.argmax())
    assert methods.by_committee(CommitteeConfig(force=float(deviation.max()) * 1.0001), evaluation) is None


def test_deviation_compares_with_the_label(silicon_potential, crystal):
    evaluation = silicon_potential.evaluate(crystal[0])
    forces = evaluation.forces.copy()
    forces[5] += [0.3, 0.0, 0.4]  # a force error of 0.5 eV/Å by Pythagoras
    label = Label(evaluation.energy, forces)
    found = methods.by_deviation(DeviationConfig(force=0.49), evaluation, label)
    assert found["atom"] == 5
    assert found["value"] == pytest.approx(0.5)
    assert methods.by_deviation(DeviationConfig(force=0.51), evaluation, label) is None
    shifted = Label(evaluation.energy + 0.08, evaluation.forces)
    found = methods.by_deviation(DeviationConfig(energy=0.005), evaluation, shifted)
    assert found["value"] == pytest.approx(0.08 / len(crystal[0]))


def test_distances_of_points_on_a_line():
    known = KnownPoints.of(np.array([[0.0], [1.0], [3.0]]), 10)
    assert known.nearest == 1.0  # of 1, 1 and 2
    assert known.mean == pytest.approx(2.0)  # of 1, 3 and 2
    smallest, mean = distances_to_known(np.array([[1.0], [5.0]]), known)
    assert smallest.tolist() == [0.0, 2.0]
    assert mean.tolist() == pytest.approx([1.0, (5 + 4 + 2) / 3])


def test_acceptance_is_the_formula_of_the_module_and_leaves_duplicates_out():
    known = KnownPoints(np.zeros((1, 1)), nearest=0.5, mean=4.0)
    found = acceptance(np.array([0.0, 1.0]), np.array([8.0, 8.0]), known, 4.0, 2.0)
    assert found[0] == 0.0
    assert found[1] == pytest.approx(1.0 - 0.5 * 0.5)  # both ratios are at the midpoint, where P = 1/2


def test_novelty_accepts_the_planted_outlier_and_no_duplicate(silicon_potential, crystal):
    novelty = methods.Novelty.of(NoveltyConfig(), silicon_potential, [Frame(atoms) for atoms in crystal])
    assert novelty.judge(silicon_potential, crystal[0], "key") is None
    found = novelty.judge(silicon_potential, squeezed(crystal[0]), "key")
    assert found["method"] == "novelty"
    assert found["value"] > 0.99


def test_farthest_takes_the_corners_of_a_square_and_leaves_out_what_is_known():
    square = np.array([[0, 0], [1, 1], [0.5, 0.5], [0, 1], [1, 0], [0.01, 0]], dtype=float)
    chosen = farthest(square, 4)
    assert {tuple(np.round(square[index])) for index in chosen} == {(0, 0), (1, 1), (0, 1), (1, 0)}
    known = np.array([[0.0, 0.0]])
    assert farthest(square, 1, known) == [1]


@pytest.mark.parametrize("method", ["farthest", "cur"])
def test_near_duplicates_are_thinned_out(method, silicon_potential, crystal):
    outlier = squeezed(crystal[0])
    structures = [crystal[0], crystal[0].copy(), crystal[1], outlier]
    structures[1].positions[0] += 1e-4
    chosen = thin(fingerprints(silicon_potential, structures), 3, method)
    assert 3 in chosen
    assert not {0, 1} <= set(chosen)


def test_atoms_on_top_of_one_another_are_no_structure():
    # The covalent radius of copper is 1.32 Å: 0.6 of twice that is 1.58 Å
    assert is_structure(Atoms("Cu2", [[0, 0, 0], [0, 0, 1.6]]), 0.6)
    assert not is_structure(Atoms("Cu2", [[0, 0, 0], [0, 0, 1.56]]), 0.6)
    assert not is_structure(Atoms("Cu2", [[0, 0, 0], [0, 0, np.nan]]), 0.6)

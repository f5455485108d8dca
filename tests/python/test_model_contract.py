"""What every kind of atomic model must hold: `tests/model_cases.py` has one potential of each."""

import numpy as np
import pytest

import helpers
from model_cases import POTENTIALS
from nnmanybody import Potential
from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.potential import join_committee

STEP = 1e-4  # Å, and strain
FINITE_DIFFERENCES = 1e-7  # of the largest force: the issue's
SAME = 1e-12  # relative: the same sums in another order
OUTER, INNER = 1.0 / 60.0, 3.0 / 20.0  # of the central difference of sixth order, 3 h and 2 h; 3/4 at h


@pytest.fixture(params=POTENTIALS, scope="module")
def potential(request):
    return POTENTIALS[request.param]()


def slope(energy, step):
    """Derivative of sixth order at zero."""
    return (
        OUTER * (energy(3 * step) - energy(-3 * step))
        - INNER * (energy(2 * step) - energy(-2 * step))
        + 0.75 * (energy(step) - energy(-step))
    ) / step


def moved(atoms, atom, axis, step):
    copy = atoms.copy()
    copy.positions[atom, axis] += step
    return copy


def strained(atoms, row, column, step):
    copy = atoms.copy()
    deformation = np.eye(3)
    deformation[row, column] += step
    copy.set_cell(atoms.cell.array @ deformation.T, scale_atoms=True)
    return copy


@pytest.mark.parametrize("structure", ["silica", "triclinic", "cluster"])
def test_forces_are_slopes_of_the_energy(potential, structure):
    atoms = helpers.STRUCTURES[structure]()
    forces = potential.evaluate(atoms).forces
    for atom, axis in ((0, 0), (2, 1), (4, 2)):
        found = -slope(lambda h, a=atom, x=axis: potential.evaluate(moved(atoms, a, x, h)).energy, STEP)
        assert abs(found - forces[atom, axis]) <= FINITE_DIFFERENCES * np.abs(forces).max()


def test_virial_is_slope_of_the_energy(potential):
    atoms = helpers.triclinic()
    virial = potential.evaluate(atoms).virial
    for row, column in ((0, 0), (1, 2), (2, 0)):
        found = -slope(lambda h, r=row, c=column: potential.evaluate(strained(atoms, r, c, h)).energy, STEP)
        assert abs(found - virial[row, column]) <= FINITE_DIFFERENCES * np.abs(virial).max()


def test_a_batch_is_its_atoms_one_by_one(potential):
    rng = np.random.default_rng(1)
    for section in potential.definition.sections:
        (model,) = section.models
        inputs = rng.uniform(-1.0, 1.0, (70, model.n_features + model.n_messages))
        energies, gradients = model.evaluate(inputs)
        for row in (0, 7, 64, 69):
            energy, gradient = model.evaluate(inputs[row : row + 1])
            np.testing.assert_allclose(energy[0], energies[row], rtol=SAME, atol=SAME)
            np.testing.assert_allclose(gradient[0], gradients[row], rtol=SAME, atol=SAME * np.abs(gradients).max())


def test_a_supercell_is_its_cell_again_and_again(potential):
    atoms = helpers.silica()
    one, many = potential.evaluate(atoms), potential.evaluate(atoms * (3, 3, 2))
    np.testing.assert_allclose(many.energies, np.tile(one.energies, 18), rtol=1e-11)
    np.testing.assert_allclose(many.forces, np.tile(one.forces, (18, 1)), atol=1e-11)


def test_file_round_trip(potential, tmp_path):
    path = tmp_path / "model.nnp"
    potential.write(path)
    again = Potential.read(path)
    assert again.definition.text() == path.read_text()
    atoms = helpers.silica()
    np.testing.assert_array_equal(again.evaluate(atoms).forces, potential.evaluate(atoms).forces)


def test_members_of_a_committee(potential):
    """Twice the same model is a committee of equals."""
    atoms = helpers.silica()
    alone, both = potential.evaluate(atoms), join_committee([potential, potential]).evaluate(atoms, committee=True)
    np.testing.assert_allclose(both.forces, alone.forces, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(both.committee.forces, [alone.forces] * 2, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(both.committee.atomic_energies, [alone.energies] * 2, rtol=SAME)


def test_a_committee_beside_a_network(potential):
    """The mean of the model and of a network on the same functions."""
    mixed = mixed_committee(potential)
    atoms = helpers.silica()
    found = mixed.evaluate(atoms, committee=True)
    np.testing.assert_allclose(found.committee.forces[0], potential.evaluate(atoms).forces, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(found.forces, found.committee.forces.mean(axis=0), rtol=SAME, atol=SAME)


def mixed_committee(potential):
    rng = np.random.default_rng(2)
    sections = []
    for one in potential.definition.sections:
        n = len(one.functions)
        network = Network(
            [rng.normal(size=(3, n)), rng.normal(size=(1, 3))], [np.zeros(3), [0.1]], ["tanh", "identity"]
        )
        sections.append(
            ElementSection(
                one.element, one.reference_energy, one.functions, one.statistics, one.scaling, [one.models[0], network]
            )
        )
    return Potential(PotentialDefinition(sections))

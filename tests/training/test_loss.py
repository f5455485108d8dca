"""Predictions against finite differences, and the terms of the loss against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import frame_inputs
from nnmanybody import _core
from nnmanybody.data import Frame, read_frames
from nnmanybody.model import Description, Model, new_element_model
from nnmanybody.network_config import NetworkShape
from nnmanybody.training.batch import make_batch
from nnmanybody.training.fit_errors import FitErrors
from nnmanybody.training.frame_inputs import Wanted, geometry
from nnmanybody.training.inputs import statistics
from nnmanybody.training.loss import data_loss, l2_loss, predict, squared_errors
from nnmanybody.training.raw_blocks import descriptor_values, n_numbers

ALL = Wanted(energy=True, forces=True, stress=True, atomic_energies=True)
STEP = 1e-4
"""Å: truncation and rounding of central differences are both about 1e-9 relative."""
STRAIN_STEP = 2e-5
"""The same: a strain moves pairs at the cutoff by 4 Å times itself."""
DIFFERENCE_TOLERANCE = 1e-7
ROUNDING = 1e-12
REFERENCE = -4.0
LINES = (
    "G2 neighbor Si cutoff 4 eta 1 r_shift 2.4",
    "G2 neighbor Si cutoff 4 eta 0.5 r_shift 0",
    "G5 neighbors Si Si cutoff 4 eta 0.1 r_shift 0 zeta 2 lambda 1",
)
DESCRIPTORS = [_core.Descriptor(["Si"], [_core.SymmetryFunction.parse(line) for line in LINES])]


@pytest.fixture(scope="module")
def frames(silicon_xyz):
    return read_frames(silicon_xyz, index=":3")


@pytest.fixture(scope="module")
def model(frames):
    values = np.concatenate([descriptor_values(geometry(f, ["Si"], 4.0, ALL), DESCRIPTORS)[0] for f in frames])
    functions = tuple(_core.SymmetryFunction.parse(line) for line in LINES)
    description = Description("Si", functions, statistics(values), ("sigma", 0.0, 1.0), None, REFERENCE)
    return Model(
        [
            new_element_model(
                description,
                NetworkShape(hidden_layers=(5, 4)),
                initializer={"class_name": "GlorotNormal", "config": {}},
                rng=np.random.default_rng(0),
                output_bias=0.1,
                dtype="float64",
            )
        ]
    )


def inputs_of(frame, model, wanted=ALL):
    structure = geometry(frame, ["Si"], 4.0, wanted)
    transforms = [model.elements[0].description.transform]
    return frame_inputs(structure, DESCRIPTORS, transforms, [REFERENCE], wanted=wanted, dtype="float64")


def energy(atoms, model):
    """Predicted energy of a structure, less the reference energies."""
    inputs = inputs_of(Frame(atoms, energy=0.0), model, Wanted(True, False, False, False))
    return float(predict(model, make_batch([inputs], "float64")).energy[0])


def test_forces_are_minus_the_slope_of_the_energy(frames, model):
    prediction = predict(model, make_batch([inputs_of(frames[0], model)], "float64"))
    for atom, axis in [(0, 0), (3, 1), (7, 2)]:
        energies = []
        for sign in (1, -1):
            atoms = frames[0].atoms.copy()
            atoms.positions[atom, axis] += sign * STEP
            energies.append(energy(atoms, model))
        slope = (energies[0] - energies[1]) / (2 * STEP)
        assert float(prediction.forces[atom, axis]) == pytest.approx(-slope, rel=DIFFERENCE_TOLERANCE, abs=1e-9)


@pytest.mark.parametrize(("component", "a", "b"), [(0, 0, 0), (2, 2, 2), (3, 1, 2), (4, 0, 2), (5, 0, 1)])
def test_stress_is_the_slope_of_the_energy_per_volume(frames, model, component, a, b):
    prediction = predict(model, make_batch([inputs_of(frames[0], model)], "float64"))
    energies = []
    for sign in (1, -1):
        strain = np.eye(3)
        strain[a, b] += sign * STRAIN_STEP / 2
        strain[b, a] += sign * STRAIN_STEP / 2
        atoms = frames[0].atoms.copy()
        atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
        energies.append(energy(atoms, model))
    slope = (energies[0] - energies[1]) / (2 * STRAIN_STEP) / frames[0].atoms.get_volume()
    assert float(prediction.stress[0, component]) == pytest.approx(slope, rel=DIFFERENCE_TOLERANCE, abs=1e-9)


def test_every_term_of_the_loss_by_its_definition(frames, model):
    """Three frames of which one lacks forces, one stress and energy, one all atomic energies but one."""
    one, two, three = frames
    one_known = np.where(np.arange(8) == 5, three.atomic_energies, np.nan)
    mixed = [
        Frame(one.atoms, energy=one.energy, stress=one.stress),
        Frame(two.atoms, forces=two.forces),
        Frame(three.atoms, three.energy, three.forces, three.stress, one_known),
    ]
    batch = make_batch([inputs_of(frame, model) for frame in mixed], "float64")
    each = [predict(model, make_batch([inputs_of(frame, model)], "float64")) for frame in frames]
    volumes = [frame.atoms.get_volume() for frame in frames]
    error = {n: (float(each[n].energy[0]) + 8 * REFERENCE - frames[n].energy) / 8 for n in (0, 2)}
    strain = {n: (each[n].stress.numpy()[0] - frames[n].stress) * volumes[n] / 8 for n in (0, 2)}
    force = {n: each[n].forces.numpy() - frames[n].forces for n in (1, 2)}
    atomic = float(each[2].atomic_energies[5]) + REFERENCE - three.atomic_energies[5]
    weights = {"energy": 2.0, "forces": 3.0, "stress": 5.0, "atomic_energies": 7.0}
    expected = (
        2.0 * np.mean([error[0] ** 2, error[2] ** 2])
        + 3.0 * np.mean([force[1] ** 2, force[2] ** 2])
        + 5.0 * np.mean([strain[0] ** 2, strain[2] ** 2])
        + 7.0 * atomic**2
    )
    squares = squared_errors(predict(model, batch), batch)
    assert float(data_loss(squares.loss_sums, squares.loss_counts, weights)) == pytest.approx(expected, rel=ROUNDING)
    np.testing.assert_array_equal(squares.counts, [2, 3 * 16, 6 * 2, 1])
    errors = FitErrors.from_sums(np.array(squares), weights)
    assert errors.loss == pytest.approx(expected, rel=ROUNDING)
    assert errors.rmse["energy"] == pytest.approx(np.sqrt(np.mean([error[0] ** 2, error[2] ** 2])), rel=ROUNDING)
    stresses = [each[n].stress.numpy()[0] - frames[n].stress for n in (0, 2)]
    assert errors.rmse["stress"] == pytest.approx(np.sqrt(np.mean(np.square(stresses))), rel=ROUNDING)


def test_l2_is_the_sum_of_squared_weights_without_biases(model):
    network = model.elements[0]
    expected = 0.1 * sum(float((kernel.numpy() ** 2).sum()) for kernel in network.kernels)
    assert float(l2_loss(model, 0.1)) == pytest.approx(expected, rel=ROUNDING)


def test_a_batch_gives_what_its_frames_give_alone(frames, model):
    together = predict(model, make_batch([inputs_of(frame, model) for frame in frames], "float64"))
    alone = [predict(model, make_batch([inputs_of(frame, model)], "float64")) for frame in frames]
    np.testing.assert_allclose(together.energy, np.concatenate([p.energy for p in alone]), rtol=ROUNDING)
    np.testing.assert_allclose(together.forces, np.concatenate([p.forces for p in alone]), atol=ROUNDING)


def test_an_environment_needs_its_central_atom_only(frames, model):
    atomic = np.full(8, np.nan)
    atomic[0] = -4.5
    inputs = inputs_of(Frame(frames[0].atoms, atomic_energies=atomic), model)
    assert inputs.elements[0].inputs.shape == (1, len(LINES))
    assert inputs.elements[0].jacobian.size == 0
    whole = predict(model, make_batch([inputs_of(frames[0], model)], "float64"))
    part = predict(model, make_batch([inputs], "float64"))
    assert float(part.atomic_energies[0]) == pytest.approx(float(whole.atomic_energies[0]), rel=ROUNDING)


@pytest.mark.parametrize("wanted", [ALL, Wanted(True, True, False, False), Wanted(True, False, False, False)])
def test_the_memory_stated_beforehand_is_what_is_taken(frames, model, wanted):
    structure = geometry(frames[0], ["Si"], 4.0, wanted)
    block = inputs_of(frames[0], model, wanted).elements[0]
    taken = block.inputs.nbytes + block.jacobian.nbytes + block.strain_jacobian.nbytes
    assert 8 * len(LINES) * n_numbers(structure, 4.0, wanted)[0] == taken

"""Least squares of the last layers: its minimum is that of the loss, in whatever units and for all targets."""

from __future__ import annotations

import numpy as np
import pytest
from ase.io import write

from nnmanybody.potential import Potential
from nnmanybody.training.loss import data_loss, predict, predict_members, squared_errors
from nnmanybody.training.prepare import prepare
from nnmanybody.training.refit import refit_last_layers
from nnmanybody.training.run import train
from nnmanybody.training.tensorflow import tf
from nnmanybody.training.trainer import Trainer

EXACT = {"energy_factor": 1.0, "ridge": 0.0}


def refitted(config):
    """Trainer and data after a refit of the first weights."""
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    refit_last_layers(trainer, prepared.train, prepared.validation)
    return trainer, prepared


def last_layers(model):
    return [each for element in model.elements for each in (element.kernels[-1], element.biases[-1], element.shortcut)]


def loss_and_gradient(trainer, frames):
    """Loss of all frames as one batch, and its gradients by the last layers."""
    (batch,) = trainer.batches(frames)
    variables = last_layers(trainer.model)
    with tf.GradientTape() as tape:
        errors = squared_errors(predict_members(trainer.model, batch), batch, trainer.config.loss.huber)
        loss = tf.reduce_sum(data_loss(errors.loss_sums, errors.loss_counts, trainer.weights))
    return float(loss), [gradient.numpy() for gradient in tape.gradient(loss, variables)]


def committee(configure, **sections):
    """Two members with a shortcut, several targets, frames of several weights."""
    settings = {
        "network": {"hidden_layers": (3,), "members": 2, "shortcut": True},
        "data": {"validation_fraction": 0.0},
        "loss": {"energy": 4.0, "forces": 0.5, "stress": 3.0, "atomic_energies": 0.1},
        "batch_size": 100,
        "refit": EXACT,
    }
    return configure(**{**settings, **sections})


def test_a_linear_model_of_energies_becomes_least_squares(configure):
    config = configure(
        network={"hidden_layers": (), "activation": "tanh"},
        loss={"energy": 4.0, "forces": 0.0},
        data={"validation_fraction": 0.0},
        refit={"energy_factor": 1.0, "ridge": 1e-13},
    )
    trainer, prepared = refitted(config)
    inputs = [np.asarray(frame.elements[0].inputs).mean(axis=0) for frame in prepared.train]
    matrix = np.column_stack([inputs, np.ones(len(inputs))])
    energies = np.array([frame.energy / frame.n_atoms for frame in prepared.train])
    residue = energies - matrix @ np.linalg.lstsq(matrix, energies)[0]
    errors = trainer.measure_now(trainer.batches(prepared.train))
    assert errors.rmse["energy"] == pytest.approx(np.sqrt(np.mean(residue**2)), abs=1e-5 * energies.std())


def test_the_gradient_by_the_last_layers_vanishes(configure, silica_xyz, monkeypatch):
    """Two elements, committee, all four targets; features in several passes."""
    monkeypatch.setattr("nnmanybody.training.refit.FEATURES_AT_ONCE", 20)
    config = committee(configure, data={"train": silica_xyz, "validation_fraction": 0.0})
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    before, slopes = loss_and_gradient(trainer, prepared.train)
    hidden = [value.copy() for value in prepared.model.values()]
    refit_last_layers(trainer, prepared.train, prepared.validation)
    after, rest = loss_and_gradient(trainer, prepared.train)
    assert after < 0.9 * before
    assert max(np.abs(each).max() for each in rest) < 1e-8 * max(np.abs(each).max() for each in slopes)
    for element, first in zip(prepared.model.elements, (hidden[0], hidden[5]), strict=True):
        np.testing.assert_array_equal(element.kernels[0].numpy(), first)


def test_outliers_stay_as_light_as_in_the_loss(configure, silicon_structures, tmp_path):
    """A step of reweighted least squares never raises Huber's loss (Huber and Ronchetti, Robust Statistics, 7.8)."""
    wrong = [atoms.copy() for atoms in silicon_structures]
    wrong[0].arrays["REF_forces"] += np.array([[10.0, 0.0, 0.0], [-10.0, 0.0, 0.0]] * 4)
    write(tmp_path / "wrong.xyz", wrong, format="extxyz")
    data = {"train": tmp_path / "wrong.xyz", "validation_fraction": 0.0, "faults": "warn"}
    error = {}
    for huber in (None, 0.05):
        config = committee(configure, data=data, loss={"energy": 4.0, "forces": 0.5, "huber": huber})
        prepared = prepare(config)
        trainer = Trainer(prepared.model, config)
        before, _ = loss_and_gradient(trainer, prepared.train)
        refit_last_layers(trainer, prepared.train, prepared.validation)
        after, _ = loss_and_gradient(trainer, prepared.train)
        assert after < before
        batch = next(iter(trainer.batches(prepared.train)))
        error[huber] = np.abs(np.asarray(predict(trainer.model, batch).forces) - batch.forces)[8:].mean()
    # Plain least squares follow the wrong forces, which are ten times as large as any other.
    assert error[0.05] < 0.5 * error[None]


def test_energies_count_as_many_times(configure):
    """With more weight on them, their error falls and that of the forces rises."""
    reached = []
    for factor in (1.0, 100.0):
        one = {"hidden_layers": (3,), "members": 1, "shortcut": True}
        refit = {"energy_factor": factor, "ridge": 1e-12}
        config = committee(configure, network=one, loss={"energy": 4.0, "forces": 1.0}, refit=refit)
        trainer, prepared = refitted(config)
        reached.append(trainer.measure_now(trainer.batches(prepared.train)).rmse)
    assert reached[1]["energy"] < reached[0]["energy"]
    assert reached[1]["forces"] > reached[0]["forces"]


def test_what_harms_the_validation_part_is_taken_back(configure, silicon_structures, tmp_path):
    """The first weights predict the validation part exactly, as it comes from them: nothing can be better."""
    first = prepare(committee(configure))
    Potential(first.model.definition(), "first.nnp").write(tmp_path / "first.nnp")
    atoms = silicon_structures[0].copy()
    found = Potential.read(tmp_path / "first.nnp").evaluate(atoms)
    atoms.info |= {"REF_energy": found.energy, "REF_stress": found.stress}
    atoms.arrays |= {"REF_forces": found.forces, "REF_atomic_energies": found.energies}
    write(tmp_path / "own.xyz", atoms, format="extxyz")
    config = committee(configure, data={"validation": tmp_path / "own.xyz", "faults": "warn"})
    _, prepared = refitted(config)
    for now, before in zip(prepared.model.values(), first.model.values(), strict=True):
        np.testing.assert_array_equal(now, before)


def test_a_training_ends_with_it(configure):
    """Without validation the loss of the training part can only fall."""
    settings = {"network": {"hidden_layers": (3,), "shortcut": True}, "data": {"validation_fraction": 0.0}, "epochs": 1}
    plain, better = (
        train(configure(refit=refit, **settings), overwrite=True).errors["train"].loss for refit in (None, EXACT)
    )
    assert better < 0.9 * plain

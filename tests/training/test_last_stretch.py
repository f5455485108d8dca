"""L-BFGS and the Kalman filter against what they must find; weights and robust losses by their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from ase.io import write

from nnmanybody.config import LossConfig
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.loss import predict, squared_errors
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train
from nnmanybody.training.trainer import Trainer

LINEAR = {"hidden_layers": (), "activation": "tanh", "members": 1, "shortcut": False}


def energies_only(configure, **sections):
    """A linear model of energies: least squares knows the answer."""
    return configure(
        network=LINEAR, loss={"energy": 4.0, "forces": 0.0}, average=None, data={"validation_fraction": 0.0}, **sections
    )


def linear_problem(prepared):
    """Inputs per atom with a one for the bias, times the scale of the output, and energies per atom."""
    scale = prepared.model.elements[0].description.energy_scale
    inputs = [np.asarray(frame.elements[0].inputs).mean(axis=0) for frame in prepared.train]
    matrix = scale * np.column_stack([inputs, np.ones(len(inputs))])
    return matrix, np.array([frame.energy / frame.n_atoms for frame in prepared.train])


def test_the_kalman_filter_of_a_linear_model_is_least_squares(configure):
    """Without forgetting it minimises Σ w (ΔE/N)² + |change|²/covariance, whatever the batches."""
    kalman = {
        "name": "kalman",
        "learning_rate": 1.0,
        "forces_per_step": 0,
        "process_noise": 0.0,
        "forgetting": 1.0,
        "covariance": 50.0,
    }
    config = energies_only(configure, optimizer=kalman, batch_size=3)
    prepared = prepare(config)
    matrix, energies = linear_problem(prepared)
    start = np.concatenate([value.ravel() for value in prepared.model.values()])
    Trainer(prepared.model, config).train_epoch(prepared.train, 0)
    normal = 4.0 * matrix.T @ matrix + np.eye(len(start)) / 50.0
    expected = start + np.linalg.solve(normal, 4.0 * matrix.T @ (energies - matrix @ start))
    found = np.concatenate([value.ravel() for value in prepared.model.values()])
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_the_last_stretch_of_a_linear_model_finds_the_minimum(configure):
    config = energies_only(configure, epochs=1, last_stretch={"epochs": 1, "iterations": 300})
    prepared = prepare(config)
    matrix, energies = linear_problem(prepared)
    residue = energies - matrix @ np.linalg.lstsq(matrix, energies)[0]
    errors = Trainer(prepared.model, config).train_epoch(prepared.train, 0)
    assert errors.rmse["energy"] == pytest.approx(np.sqrt(np.mean(residue**2)), abs=1e-5 * energies.std())


def test_the_last_stretch_lowers_the_loss_of_a_committee(configure):
    config = configure(
        network={"members": 2},
        data={"validation_fraction": 0.0},
        batch_size=100,
        epochs=4,
        last_stretch={"epochs": 2, "iterations": 5},
        loss={"l2": 1e-6},
    )
    train(config)
    loss = read_learning_curve(config.output)["loss_train"]
    assert loss[2] < loss[1]
    assert loss[3] < loss[2]


def first_batch(config):
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    batch = next(iter(trainer.batches(prepared.train)))
    return batch, predict(prepared.model, batch), trainer


def test_errors_beyond_huber_count_linearly(configure):
    batch, prediction, _ = first_batch(configure(data={"index": ":2", "validation_fraction": 0.0}))
    error = np.abs(np.asarray(prediction.forces) - batch.forces)
    width = float(np.median(error))
    expected = np.where(error < width, error**2, 2 * width * error - width**2).sum()
    squares = squared_errors(prediction, batch, huber=width)
    assert float(squares.loss_sums[1]) == pytest.approx(expected, rel=1e-12)
    assert float(squares.sums[1]) == pytest.approx((error**2).sum(), rel=1e-12)


def test_weights_of_frames_and_config_types_multiply(configure, tmp_path, silicon_structures):
    structures = [atoms.copy() for atoms in silicon_structures[:2]]
    structures[0].info["weight"] = 0.5
    structures[1].info["config_type"] = "Surface"
    write(tmp_path / "weighted.xyz", structures, format="extxyz")
    data = {"train": tmp_path / "weighted.xyz", "validation_fraction": 0.0}
    batch, prediction, trainer = first_batch(configure(data=data, loss={"config_types": {"Surface": 3.0}}))
    np.testing.assert_array_equal(batch.weight, [0.5, 3.0])
    error = ((np.asarray(prediction.energy) - batch.energy) / batch.n_atoms) ** 2
    forces = ((np.asarray(prediction.forces) - batch.forces) ** 2).sum(axis=1).reshape(2, -1).sum(axis=1)
    n_components = 3 * batch.n_atoms
    weights = np.array([0.5, 3.0])
    expected = 10.0 * (weights @ error) / 3.5 + (weights @ forces) / (weights @ n_components)
    assert trainer.measure_now([batch]).loss == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weight", ["-1", "much", "inf"])
def test_a_weight_that_is_none_is_refused(tmp_path, silicon_structures, weight):
    atoms = silicon_structures[0].copy()
    atoms.info["weight"] = weight
    write(tmp_path / "wrong.xyz", atoms, format="extxyz")
    with pytest.raises(NNPError, match=r"wrong\.xyz:0: weight must be a number from 0 on"):
        read_frames(tmp_path / "wrong.xyz")


@pytest.mark.parametrize(("progress", "weight"), [(0.0, 30.0), (0.5, 30.0 * 10.0**0.5), (1.0, 300.0)])
def test_the_weight_of_energies_rises_geometrically(progress, weight):
    assert LossConfig(energy=30.0, energy_end=300.0).energy_at(progress) == pytest.approx(weight, rel=1e-12)
    assert LossConfig(energy=30.0).energy_at(progress) == 30.0


def test_a_step_uses_the_weight_of_its_time(configure):
    """Two steps: the first weighs energies by `energy`, the second by the root of its product with `energy_end`."""
    weights = []
    for loss in ({"energy": 4.0, "energy_end": 400.0}, {"energy": 4.0}, {"energy": 40.0}):
        config = configure(loss=loss, epochs=2, batch_size=100, data={"validation_fraction": 0.0})
        prepared = prepare(config)
        trainer = Trainer(prepared.model, config)
        trainer.train_epoch(prepared.train, 0)
        first = [value.copy() for value in prepared.model.values()]
        weights.append((first[0], trainer, prepared))
    np.testing.assert_array_equal(weights[0][0], weights[1][0])
    _, trainer, prepared = weights[2]
    trainer.restore(weights[0][1].arrays())
    for own, data in ((weights[0][1], weights[0][2]), (trainer, prepared)):
        own.train_epoch(data.train, 1)
    np.testing.assert_allclose(weights[0][2].model.values()[0], prepared.model.values()[0], rtol=1e-12)

"""Learning rates by their formulas, initializers by their moments, the moving average by its recursion."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnmanybody.config import TrainingConfig
from nnmanybody.training.optimizers import LearningRate, initializer, make_optimizer
from nnmanybody.training.prepare import prepare
from nnmanybody.training.tensorflow import keras
from nnmanybody.training.trainer import Trainer

BASE = 0.01
N_EPOCHS = 100


def rate(**schedule):
    config = TrainingConfig.model_validate({"data": {"train": "x"}, "schedule": schedule})
    return LearningRate(config.schedule, BASE, N_EPOCHS)


@pytest.mark.parametrize(
    ("schedule", "epoch", "factor"),
    [
        ({"kind": "constant"}, 57.5, 1.0),
        ({"kind": "exponential", "factor": 0.5, "epochs": 20}, 40, 0.25),
        ({"kind": "exponential", "factor": 0.5, "epochs": 20}, 10, math.sqrt(0.5)),
        ({"kind": "cosine", "warmup_epochs": 0}, 0, 1.0),
        ({"kind": "cosine", "warmup_epochs": 0}, 50, 0.5),
        ({"kind": "cosine", "warmup_epochs": 0}, 100, 0.0),
        ({"kind": "cosine", "warmup_epochs": 0, "final": 0.2}, 50, 0.6),
        ({"kind": "cosine", "warmup_epochs": 9}, 0, 0.1),
        ({"kind": "cosine", "warmup_epochs": 9}, 4, 0.5),
        ({"kind": "cosine", "warmup_epochs": 20}, 60, 0.5),
        ({"kind": "piecewise", "boundaries": [10, 30], "rates": [0.01, 0.005, 0.001]}, 9.9, 1.0),
        ({"kind": "piecewise", "boundaries": [10, 30], "rates": [0.01, 0.005, 0.001]}, 10, 0.5),
        ({"kind": "piecewise", "boundaries": [10, 30], "rates": [0.01, 0.005, 0.001]}, 99, 0.1),
    ],
)
def test_rates_follow_their_formula(schedule, epoch, factor):
    assert rate(**schedule).at(epoch) == pytest.approx(BASE * factor, abs=1e-18)


def test_a_plateau_lowers_the_rate_when_nothing_improves():
    schedule = rate(kind="plateau", factor=0.1, patience=2, min_delta=0.1, min_learning_rate=5e-4)
    seen = []
    for loss in (5.0, 4.0, 3.95, 3.93, 3.91, 1.0, 1.0, 1.0, 1.0, 1.0):
        schedule.end_epoch(loss)
        seen.append(schedule.at(0))
    # 3.95 and 3.93 are no improvement by 0.1, which makes two; then 1.0 is, and four times 1.0 again is not.
    assert seen == pytest.approx([BASE] * 3 + [BASE / 10] * 4 + [5e-4] * 3)


def test_a_plateau_goes_on_where_it_was():
    one, two = (rate(kind="plateau", factor=0.5, patience=3) for _ in range(2))
    for loss in (2.0, 2.0, 2.0):
        one.end_epoch(loss)
    two.restore(one.state())
    for schedule in (one, two):
        schedule.end_epoch(2.0)
    assert one.at(0) == two.at(0) == BASE / 2


def drawn(shape, **initialization):
    network = {"initialization": initialization}
    config = TrainingConfig.model_validate({"data": {"train": "x"}, "network": network}).network.initialization
    made = initializer(config)
    draw = keras.initializers.get({"class_name": made["class_name"], "config": {**made["config"], "seed": 1}})
    return np.asarray(draw(shape, dtype="float64"))


@pytest.mark.parametrize(
    ("initialization", "mean", "deviation"),
    [
        ({"kind": "glorot_uniform"}, 0.0, math.sqrt(2 / (300 + 200))),
        ({"kind": "glorot_normal"}, 0.0, math.sqrt(2 / (300 + 200))),
        ({"kind": "he_uniform"}, 0.0, math.sqrt(2 / 300)),
        ({"kind": "he_normal"}, 0.0, math.sqrt(2 / 300)),
        ({"kind": "normal", "mean": 0.3, "stddev": 0.2}, 0.3, 0.2),
        ({"kind": "uniform", "minval": -0.1, "maxval": 0.5}, 0.2, 0.6 / math.sqrt(12)),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_first_weights_have_the_moments_of_their_distribution(initialization, mean, deviation):
    weights = drawn((300, 200), **initialization)
    # 60,000 numbers: the standard errors of both are 0.4 % of the deviation; five of them are allowed.
    assert weights.mean() == pytest.approx(mean, abs=0.02 * deviation)
    assert weights.std() == pytest.approx(deviation, rel=0.02)


def test_first_weights_have_all_the_digits_of_double_precision():
    weights = drawn((10, 10), kind="glorot_uniform")
    assert np.any(weights != weights.astype(np.float32))


@pytest.mark.parametrize(
    ("section", "keras_class", "attributes"),
    [
        ({"name": "sgd", "learning_rate": 0.5, "clipnorm": 2.0}, "SGD", {"momentum": 0.0, "clipnorm": 2.0}),
        ({"name": "momentum", "momentum": 0.8, "nesterov": True}, "SGD", {"momentum": 0.8, "nesterov": True}),
        ({"name": "adagrad", "initial_accumulator_value": 0.3}, "Adagrad", {"initial_accumulator_value": 0.3}),
        ({"name": "adadelta", "rho": 0.8}, "Adadelta", {"rho": 0.8}),
        ({"name": "adam", "beta_1": 0.7, "amsgrad": True}, "Adam", {"beta_1": 0.7, "amsgrad": True}),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) and "name" in value else None,
)
def test_parameters_reach_keras(section, keras_class, attributes):
    config = TrainingConfig.model_validate({"data": {"train": "x"}, "optimizer": section}).optimizer
    optimizer = make_optimizer(config)
    assert type(optimizer).__name__ == keras_class
    assert float(optimizer.learning_rate.numpy()) == np.float32(config.learning_rate)
    assert {name: getattr(optimizer, name) for name in attributes} == attributes


@pytest.mark.parametrize("name", ["sgd", "momentum", "adagrad", "adadelta", "adam", "kalman"])
@pytest.mark.parametrize("members", [1, 2])
def test_every_optimizer_lowers_the_loss(configure, name, members):
    rates = {"sgd": 0.05, "momentum": 0.016, "adagrad": 0.1, "adadelta": 10.0, "adam": 0.01, "kalman": 1.0}
    config = configure(
        optimizer={"name": name, "learning_rate": rates[name]}, average=None, network={"members": members}
    )
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    batches = list(trainer.batches(prepared.train))
    before = trainer.measure(batches).loss
    for epoch in range(4):
        trainer.train_epoch(prepared.train, epoch)
    assert trainer.measure(batches).loss < 0.7 * before


def test_the_average_follows_its_recursion(configure):
    """a <- d a + (1 - d) w with d = min(decay, (1 + t) / (10 + t)), t the number of steps before."""
    config = configure(average={"decay": 0.2}, batch_size=100)
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    average = prepared.model.values()
    for step in range(4):
        trainer.train_epoch(prepared.train, step)  # one batch: one step
        decay = min(0.2, (1 + step) / (10 + step))
        average = [decay * old + (1 - decay) * new for old, new in zip(average, prepared.model.values(), strict=True)]
    for kept, expected in zip(trainer.exported_values(), average, strict=True):
        np.testing.assert_allclose(kept, expected, rtol=1e-13)

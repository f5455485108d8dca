"""The three kinds of model of the comparison, each tuned or trained by the same training and validation parts."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data import Barriers
from nnmanybody.rbf.pruning import GaussianNetwork
from nnmanybody.training.radial_basis import Schedule, random_start, train_networks
from nnmanybody.training.tensorflow import keras

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """A row of the table.

    Attributes
    ----------
    name : str
    rmse : float, eV
        On the test part.
    seconds : float
    settings : dict
        Of the best of the random search; empty for what is not tuned.
    """

    name: str
    rmse: float
    seconds: float
    settings: dict[str, Any]


def rmse(found: FloatArray, y: FloatArray) -> float:
    """Root mean square of the differences."""
    return float(np.sqrt(np.mean((found - y) ** 2)))


def scales(barriers: Barriers) -> tuple[float, float]:
    """Mean and deviation of the training targets: all models see targets of mean 0 and deviation 1."""
    y = barriers.train[1]
    return float(y.mean()), float(y.std())


def radial_basis(barriers: Barriers, n_centers: int, seeds: int, schedule: Schedule) -> tuple[Score, GaussianNetwork]:
    """Train by the schedule of Määttä et al.; the network is that of scaled targets.

    The first weights are smaller than theirs, U(-2, 2) / √K: with 8000 patterns instead of their 100000, networks of
    1024 centers and more got worse again from theirs (0.0995 and 0.1063 eV with 1024 and 4096).
    """
    began = time.perf_counter()
    mean, deviation = scales(barriers)
    rng = np.random.default_rng(n_centers)
    (x, y), (held_x, held_y), (test_x, test_y) = barriers.train, barriers.validation, barriers.test
    trained = train_networks(
        [random_start(n_centers, x.shape[1], 1, rng, largest_weight=2.0 / n_centers**0.5) for _ in range(seeds)],
        (x, (y[:, None] - mean) / deviation),
        (held_x, (held_y[:, None] - mean) / deviation),
        schedule,
        rng,
        precision="float32",
    )
    found = trained.network
    network = GaussianNetwork(float(found.widths[0]), float(found.bias[0]), found.weights[:, 0], found.centers)
    error = rmse(mean + deviation * network.predict(test_x), test_y)
    return Score(f"RBFN ({n_centers})", error, time.perf_counter() - began, {"epochs": trained.epochs}), network


def _draw_trees(rng: np.random.Generator) -> dict[str, Any]:
    """Hyperparameters as the paper draws them."""
    return {
        "learning_rate": float(rng.uniform(0.01, 0.09)),
        "subsample": float(rng.choice(np.arange(5, 11)) / 10),
        "colsample_bytree": float(rng.choice(np.arange(5, 11)) / 10),
        "max_depth": int(rng.integers(3, 16)),
        "min_child_weight": int(rng.integers(1, 11)),
        "reg_alpha": float(rng.choice([0.0, 0.01, 0.1, 1.0, 10.0])),
        "reg_lambda": float(rng.choice([0.0, 0.01, 0.1, 1.0, 10.0])),
        "gamma": float(rng.choice([0.0, 0.01, 0.1, 1.0, 10.0])),
    }


def boosted_trees(barriers: Barriers, trials: int, largest: int, threads: int) -> Score:
    """Boost trees with early stopping; keep the best of `trials` random settings by its validation error."""
    from xgboost import XGBRegressor

    began = time.perf_counter()
    rng, best = np.random.default_rng(0), None
    for _ in range(trials):
        settings = _draw_trees(rng)
        model = XGBRegressor(n_estimators=largest, early_stopping_rounds=10, n_jobs=threads, random_state=0, **settings)
        model.fit(*barriers.train, eval_set=[barriers.validation], verbose=False)
        error = rmse(model.predict(barriers.validation[0]), barriers.validation[1])
        if best is None or error < best[0]:
            best = error, model, settings
    assert best is not None  # trials is at least one
    _, model, settings = best
    error = rmse(model.predict(barriers.test[0]), barriers.test[1])
    return Score("XGBoost", error, time.perf_counter() - began, settings | {"trees": int(model.best_iteration) + 1})


def _draw_network(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "learning_rate": float(rng.choice([1e-2, 1e-3, 1e-4])),
        "batch_size": int(rng.choice([32, 64, 128, 256])),
        "l2": float(rng.choice([0.0, *(10.0**-k for k in range(1, 7))])),
        "layers": int(rng.integers(3, 11)),
        "width": int(rng.choice([32, 64, 128, 256])),
        "activation": str(rng.choice(["relu", "elu"])),
    }


def deep_network(barriers: Barriers, trials: int, max_epochs: int) -> Score:
    """Train fully connected networks with early stopping; keep the best of `trials` settings by validation error."""
    began = time.perf_counter()
    mean, deviation = scales(barriers)
    (x, y), (held_x, held_y), (test_x, test_y) = barriers.train, barriers.validation, barriers.test
    rng, best = np.random.default_rng(1), None
    for trial in range(trials):
        settings = _draw_network(rng)
        keras.utils.set_random_seed(trial)
        penalty = keras.regularizers.L2(settings["l2"])
        layers = [
            keras.layers.Dense(settings["width"], settings["activation"], kernel_regularizer=penalty)
            for _ in range(settings["layers"])
        ]
        model = keras.Sequential([keras.Input((x.shape[1],)), *layers, keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(settings["learning_rate"]), loss="mse", metrics=["mse"])
        stop = keras.callbacks.EarlyStopping("val_mse", patience=10, restore_best_weights=True)
        model.fit(
            x,
            (y - mean) / deviation,
            validation_data=(held_x, (held_y - mean) / deviation),
            batch_size=settings["batch_size"],
            epochs=max_epochs,
            callbacks=[stop],
            verbose=0,
        )
        error = rmse(_predict(model, held_x, mean, deviation), held_y)
        if best is None or error < best[0]:
            best = error, model, settings
    assert best is not None  # trials is at least one
    _, model, settings = best
    return Score(
        "deep network", rmse(_predict(model, test_x, mean, deviation), test_y), time.perf_counter() - began, settings
    )


def _predict(model: Any, x: FloatArray, mean: float, deviation: float) -> FloatArray:  # noqa: ANN401 (keras.Model)
    return mean + deviation * np.asarray(model.predict(x, batch_size=4096, verbose=0), dtype=np.float64)[:, 0]

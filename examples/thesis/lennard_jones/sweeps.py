"""Which network, which activation, which optimizer, how many examples a step: each varied alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from common import FloatArray, note
from fits import Fit, fit
from networks import Optimizer
from nnmanybody.optimizer_config import SGD, Adadelta, Adagrad, Adam, Momentum

ACTIVATIONS = ("sigmoid", "tanh", "relu")
ARCHITECTURES: tuple[tuple[int, ...], ...] = ((5,), (10,), (20,), (40,), (5, 5), (10, 10), (20, 20), (10, 10, 10))
SMALL_ARCHITECTURES = ((10, 10),)
OPTIMIZERS: dict[str, tuple[Optimizer, ...]] = {
    "SGD": tuple(SGD(name="sgd", learning_rate=rate) for rate in (0.03, 0.1, 0.3)),
    "Momentum": tuple(Momentum(name="momentum", learning_rate=rate) for rate in (0.003, 0.01, 0.03)),
    "Adagrad": tuple(Adagrad(name="adagrad", learning_rate=rate) for rate in (0.03, 0.1, 0.3)),
    "Adadelta": tuple(Adadelta(name="adadelta", learning_rate=rate) for rate in (1.0, 3.0, 10.0)),
    "Adam": tuple(Adam(name="adam", learning_rate=rate) for rate in (0.003, 0.01, 0.03)),
}
SMALL_OPTIMIZERS = ("SGD", "Adam")
BATCHES = {"online": 1, "mini-batch, 40": 40, "batch": 400}
N_POINTS = 400
MINI_BATCH = 40


@dataclass(frozen=True)
class Sweeps:
    """Results; every error is the median over networks that differ in data and first weights.

    Attributes
    ----------
    shapes : dict of (activation, hidden layers) to (number of weights, error in ε)
    fits : dict of activation to Fit
        With two layers of ten.
    optimizers : dict of name to (learning rate, (epochs,) cost)
        With the best of three learning rates.
    batches : dict of name to (steps an epoch, (epochs,) cost)
    """

    shapes: dict[tuple[str, tuple[int, ...]], tuple[int, float]]
    fits: dict[str, Fit]
    optimizers: dict[str, tuple[float, FloatArray]]
    batches: dict[str, tuple[int, FloatArray]]

    def best(self, activation: str) -> float:
        """Smallest error with an activation, ε."""
        return min(error for (name, _), (_, error) in self.shapes.items() if name == activation)


def run_sweeps(n_members: int, epochs: int, small: bool) -> Sweeps:
    """Train all of them."""
    shared: dict[str, Any] = {"n_members": n_members, "n_points": N_POINTS, "epochs": epochs, "share_short": 0.5}
    shapes, fits = {}, {}
    for activation in ACTIVATIONS:
        for hidden in SMALL_ARCHITECTURES if small else ARCHITECTURES:
            one = fit(hidden, activation, batch=MINI_BATCH, **shared)
            shapes[activation, hidden] = one.networks.n_weights, float(np.median(one.rms()))
            if hidden == (10, 10):
                fits[activation] = one
        note(f"{activation}: {len(shapes)} architectures so far")
    return Sweeps(shapes, fits, _optimizers(shared, small), _batches(shared))


def _optimizers(shared: dict[str, Any], small: bool) -> dict[str, tuple[float, FloatArray]]:
    curves = {}
    for name, candidates in OPTIMIZERS.items():
        if small and name not in SMALL_OPTIMIZERS:
            continue
        tried = {}
        for optimizer in candidates[1:2] if small else candidates:
            one = fit((10, 10), "tanh", batch=MINI_BATCH, optimizer=optimizer, cosine=False, **shared)
            tried[optimizer.learning_rate] = np.median(one.costs, axis=1)
        rate = min(tried, key=lambda each: end_cost(tried[each]))
        curves[name] = rate, tried[rate]
        note(f"{name}: best learning rate {rate:g}")
    return curves


def _batches(shared: dict[str, Any]) -> dict[str, tuple[int, FloatArray]]:
    curves = {}
    for name, batch in BATCHES.items():
        one = fit((10, 10), "tanh", batch=batch, optimizer=SGD(name="sgd", learning_rate=0.03), cosine=False, **shared)
        curves[name] = N_POINTS // batch, np.median(one.costs, axis=1)
    return curves


def end_cost(costs: FloatArray) -> float:
    """Mean of the last tenth of a cost curve, for single epochs scatter; infinite if it diverged."""
    mean = float(np.mean(costs[-max(1, len(costs) // 10) :]))
    return mean if np.isfinite(mean) else np.inf

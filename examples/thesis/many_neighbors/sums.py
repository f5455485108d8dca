"""A network that is given 20 distances and learns the sum of their shifted Lennard-Jones energies (figure 8.3)."""

from dataclasses import dataclass

import numpy as np

from common import FloatArray
from energy_and_force import NEAREST
from lennard_jones_potential import CUTOFF, energy
from networks import Networks, Training
from nnmanybody.optimizer_config import Adam
from nnmanybody.training.tensorflow import tf

N_NEIGHBORS = 20
N_TEST = 2000
BATCH = 100
N_RECORDS = 50


@dataclass(frozen=True)
class CostCurve:
    """Costs while a network learned, as part of the variance of the energies of the test set.

    Attributes
    ----------
    n_points : int
        Size of the training set.
    epochs : (n,) int
    train, test : (n,) float64
        Of the whole sets (2000 of the training set at most), by the weights at the end of an epoch.
    """

    n_points: int
    epochs: FloatArray
    train: FloatArray
    test: FloatArray


def learn_sum(n_points: int, hidden: int, steps: int) -> CostCurve:
    """Train on so many random configurations for so many changes of the weights."""
    inputs, targets = _configurations(np.random.default_rng(1), n_points)
    tests = _configurations(np.random.default_rng(2), N_TEST)
    scale = float(np.std(tests[1]))
    networks = Networks((N_NEIGHBORS, hidden, 1), "sigmoid", 1, 1)
    epochs = steps // (n_points // BATCH)
    training = Training(
        networks, inputs, targets / scale, Adam(name="adam", learning_rate=0.05), batch=BATCH, epochs=epochs
    )
    cost = tf.function(lambda x, y: tf.reduce_mean((networks(x) - y) ** 2))
    sets = [(tf.constant(x[:, :N_TEST]), tf.constant(y[:, :N_TEST] / scale)) for x, y in ((inputs, targets), tests)]
    rows: list[tuple[float, ...]] = []

    def record(epoch: int) -> None:
        rows.append((epoch, *(float(cost(*each)) for each in sets)))

    record(0)
    training.run(record, every=max(1, epochs // N_RECORDS))
    done, train, test = np.array(rows).T
    return CostCurve(n_points, done, train, test)


def _configurations(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    """Scaled distances (1, n, 20) and their energies (1, n, 1), mean taken off."""
    r = rng.uniform(NEAREST, CUTOFF, (1, n, N_NEIGHBORS))
    grid = np.linspace(NEAREST, CUTOFF, 10001)
    mean = N_NEIGHBORS * float(np.mean(energy(grid)))
    return (2.0 * r - NEAREST - CUTOFF) / (CUTOFF - NEAREST), energy(r).sum(axis=2, keepdims=True) - mean

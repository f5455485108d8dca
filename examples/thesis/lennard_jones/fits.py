"""Networks that learned the shifted Lennard-Jones potential, alone and as the potential of two atoms."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from common import FloatArray
from lennard_jones_potential import CUTOFF, ENERGY_SCALE, NEAREST, SHORT, UNSCALED, distances, energy, scaled, slope
from networks import Networks, Optimizer, Training
from nnmanybody import _core
from nnmanybody.optimizer_config import Adam
from nnmanybody.potential import Potential
from nnmanybody.training.tensorflow import tf

GRID = np.linspace(NEAREST, CUTOFF, 1701)
ADAM = Adam(learning_rate=0.01)
FEATURE_CUTOFF = 5.0
"""Cutoff of G1, σ: twice that of the potential, so that G1 is steep wherever the potential is not zero."""


@dataclass(frozen=True)
class Fit:
    """Networks after their training.

    Attributes
    ----------
    networks : Networks
    points : (n_members, n) float64, σ
        Distances that each learned from.
    costs : (epochs, n_members) float64
        Mean squared error of the scaled energies during each epoch.
    """

    networks: Networks
    points: FloatArray
    costs: FloatArray

    def energies(self, r: FloatArray) -> FloatArray:
        """Energies by TensorFlow, (n_members, n) ε."""
        outputs = self.networks(tf.constant(scaled(r)[None, :, None]))
        return ENERGY_SCALE * outputs.numpy()[:, :, 0]

    def slopes(self, r: FloatArray) -> FloatArray:
        """Return the derivatives by TensorFlow, (n_members, n) ε/σ."""
        inputs = tf.Variable(np.repeat(scaled(r)[None, :, None], self.networks.n_members, axis=0))
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(self.networks(inputs))
        return ENERGY_SCALE * UNSCALED * tape.gradient(total, inputs).numpy()[:, :, 0]

    def core(self, r: FloatArray, member: int) -> tuple[FloatArray, FloatArray]:
        """Energies, ε, and derivatives by backpropagation, ε/σ, of one network by the core."""
        energies, gradients = self.networks.core(member).evaluate(scaled(r)[:, None])
        return ENERGY_SCALE * energies, ENERGY_SCALE * UNSCALED * gradients[:, 0]

    def rms(self, chosen: FloatArray = GRID) -> FloatArray:
        """Root-mean-square energy error of every network, ε."""
        return np.sqrt(np.mean((self.energies(chosen) - energy(chosen)) ** 2, axis=1))


def fit(
    hidden: tuple[int, ...],
    activation: str,
    *,
    n_members: int,
    n_points: int,
    epochs: int,
    batch: int | None = None,
    optimizer: Optimizer = ADAM,
    share_short: float = 0.0,
    cosine: bool = True,
    seed: int = 1,
) -> Fit:
    """Train networks on random distances; the same seed gives the same distances and first weights."""
    r = distances(np.random.default_rng(seed), (n_members, n_points), share_short)
    networks = Networks((1, *hidden, 1), activation, n_members, seed)
    targets = energy(r) / ENERGY_SCALE
    training = Training(
        networks, scaled(r), targets, optimizer, batch=batch or n_points, epochs=epochs, seed=seed, cosine=cosine
    )
    return Fit(networks, r[:, :, 0], training.run())


def short_and_rest(error: FloatArray) -> tuple[float, float]:
    """Root mean square of an error on the grid, (n_members, n): in the first tenth of the interval, and elsewhere."""
    short = GRID < SHORT
    return float(np.sqrt(np.mean(error[:, short] ** 2))), float(np.sqrt(np.mean(error[:, ~short] ** 2)))


@dataclass(frozen=True)
class Dimer:
    """Two atoms whose potential is a network on one symmetry function, at distances of the interval.

    Attributes
    ----------
    r, by_tensorflow, by_core, force : (n,) float64
        Distance (σ), energy by both (ε), force that drives the atoms apart, by the core (ε/σ).
    """

    r: FloatArray
    by_tensorflow: FloatArray
    by_core: FloatArray
    force: FloatArray

    @property
    def difference(self) -> float:
        """Largest difference between the two energies, ε."""
        return float(np.abs(self.by_tensorflow - self.by_core).max())

    @property
    def force_error(self) -> float:
        """Root-mean-square error of the force, as part of its own root mean square."""
        return float(np.linalg.norm(self.force + slope(self.r)) / np.linalg.norm(slope(self.r)))


def train_dimer(n_points: int, batch: int, epochs: int, path: Path) -> Dimer:
    """Train on G1 of the distance, write the potential file, read it and let it judge two atoms.

    Reduced units are written as if they were eV and Å: the core only computes.
    """
    r = distances(np.random.default_rng(2), (1, n_points), 0.5)
    feature = _g1(r)
    statistics = np.array([feature.min(), feature.max(), feature.mean(), feature.std()])
    networks = Networks((1, 20, 20, 1), "tanh", 1, 2)
    inputs, targets = _minmax(feature, statistics), 0.5 * energy(r) / ENERGY_SCALE
    Training(networks, inputs, targets, ADAM, batch=batch, epochs=epochs).run()
    weights, biases = networks.layers(0)
    # The file holds energies: their scale goes into the output layer.
    network = _core.Network(
        [*weights[:-1], ENERGY_SCALE * weights[-1]],
        [*biases[:-1], ENERGY_SCALE * biases[-1]],
        ["tanh", "tanh", "identity"],
    )
    function = _core.SymmetryFunction("G1", ["Ar"], FEATURE_CUTOFF)
    section = _core.ElementSection("Ar", 0.0, [function], statistics[None], ("minmax", -1.0, 1.0), network)
    Potential(_core.PotentialDefinition([section])).write(path)
    shown = np.linspace(NEAREST, CUTOFF, 341)
    outputs = networks(tf.constant(_minmax(_g1(shown), statistics)[None, :, None])).numpy()[0, :, 0]
    potential = Potential.read(path)
    found = [potential.evaluate(Atoms("Ar2", [[0.0, 0.0, 0.0], [x, 0.0, 0.0]])) for x in shown]
    return Dimer(
        shown,
        2.0 * ENERGY_SCALE * outputs,
        np.array([one.energy for one in found]),
        np.array([one.forces[1, 0] for one in found]),
    )


def _g1(r: FloatArray) -> FloatArray:
    """G1 of one neighbor: the cutoff function, equation (4.4)."""
    return 0.5 * (np.cos(np.pi * r / FEATURE_CUTOFF) + 1.0)


def _minmax(feature: FloatArray, statistics: FloatArray) -> FloatArray:
    """Scaling to [-1, 1], equation (7.5)."""
    return 2.0 * (feature - statistics[0]) / (statistics[1] - statistics[0]) - 1.0

"""A network whose outputs are energy and total force of an atom with 5 neighbors: equations (8.1), (8.2)."""

from dataclasses import dataclass

import numpy as np

from common import FloatArray
from lennard_jones_potential import CUTOFF, energy, slope
from networks import Networks, Training
from nnmanybody import _core
from nnmanybody.optimizer_config import Adam

N_NEIGHBORS = 5
NEAREST = 0.9
"""σ. Nearer (6.6 ε a pair) the few that are very near would count for everything."""
BATCH = 100


@dataclass(frozen=True)
class Outputs:
    """Energy (n,) ε and force on the central atom (n, 3) ε/σ."""

    energy: FloatArray
    force: FloatArray


@dataclass(frozen=True)
class Network:
    """The trained network in the core, one part for each output.

    Attributes
    ----------
    energy_part : _core.Network
    force_parts : tuple of three _core.Network
    energy_scale, energy_mean, force_scale : float
        Outputs are multiplied by the scales; the mean is added to the energy.
    """

    energy_part: _core.Network
    force_parts: tuple[_core.Network, ...]
    energy_scale: float
    energy_mean: float
    force_scale: float

    def outputs(self, displacements: FloatArray) -> Outputs:
        """Energy and force as the network puts them out, for displacements (n, 5, 3) from center to neighbors, σ."""
        inputs = features(displacements)
        energies, _ = self.energy_part.evaluate(inputs)
        force = np.stack([part.evaluate(inputs)[0] for part in self.force_parts], axis=1)
        return Outputs(self.energy_scale * energies + self.energy_mean, self.force_scale * force)

    def differentiated(self, displacements: FloatArray) -> Outputs:
        """Energy as the network puts it out, and its negative gradient by the position of the central atom."""
        energies, gradient = self.energy_part.evaluate(features(displacements))
        by_input = gradient.reshape(-1, N_NEIGHBORS, 4)
        unit = displacements / np.linalg.norm(displacements, axis=2, keepdims=True)
        # Where the center goes, every displacement goes the other way.
        force = np.sum(by_input[:, :, :3] + by_input[:, :, 3:] * unit, axis=1)
        return Outputs(self.energy_scale * energies + self.energy_mean, self.energy_scale * force)


def features(displacements: FloatArray) -> FloatArray:
    """Put (x, y, z, r) of every neighbor in a row, equation (8.1): (n, 20)."""
    r = np.linalg.norm(displacements, axis=2, keepdims=True)
    return np.concatenate([displacements, r], axis=2).reshape(len(displacements), -1)


def lennard_jones(displacements: FloatArray) -> Outputs:
    """Return what is to be learned."""
    r = np.linalg.norm(displacements, axis=2)
    return Outputs(energy(r).sum(axis=1), np.sum((slope(r) / r)[:, :, None] * displacements, axis=1))


def configurations(rng: np.random.Generator, n: int) -> FloatArray:
    """Displacements (n, 5, 3) in all directions, denser at short distances where the potential is steep, σ."""
    r = NEAREST + (CUTOFF - NEAREST) * rng.uniform(size=(n, N_NEIGHBORS, 1)) ** 2
    direction = rng.normal(size=(n, N_NEIGHBORS, 3))
    return r * direction / np.linalg.norm(direction, axis=2, keepdims=True)


def learn(n_points: int, hidden: tuple[int, ...], steps: int) -> Network:
    """Train on random configurations; energy and force count the same, each in units of its spread."""
    displacements = configurations(np.random.default_rng(1), n_points)
    wanted = lennard_jones(displacements)
    mean, energy_scale = float(wanted.energy.mean()), float(wanted.energy.std())
    force_scale = float(wanted.force.std())
    targets = np.column_stack([wanted.force / force_scale, (wanted.energy - mean) / energy_scale])
    networks = Networks((4 * N_NEIGHBORS, *hidden, 4), "tanh", 1, 1)
    Training(
        networks,
        features(displacements)[None],
        targets[None],
        Adam(name="adam", learning_rate=0.003),
        batch=BATCH,
        epochs=steps // (n_points // BATCH),
    ).run(every=10)
    parts = [networks.core(0, output) for output in range(4)]
    return Network(parts[3], tuple(parts[:3]), energy_scale, mean, force_scale)

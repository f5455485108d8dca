"""An atom in a cage of 5 fixed neighbors at constant energy, moved by one force or the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from common import FloatArray
from energy_and_force import NEAREST, Outputs, lennard_jones
from lennard_jones_potential import CUTOFF

TIMESTEP = 0.002
"""Lennard-Jones times τ; the atom swings with a period of about 0.5."""
CAGE_RADIUS = 1.15
KINETIC_ENERGY = 0.5
"""ε, at the start."""
RECORD_EVERY = 10

_BIPYRAMID = np.array(
    [[0, 0, 1], [0, 0, -1], [1, 0, 0], [-0.5, np.sqrt(0.75), 0], [-0.5, -np.sqrt(0.75), 0]], dtype=np.float64
)


@dataclass(frozen=True)
class Trace:
    """Several runs from different starts.

    Attributes
    ----------
    time : (n_records,) float64, τ
    energy : (n_records, n_runs) float64, ε
        Kinetic energy and the energy that the network puts out; NaN after a run left the distances of the training.
    true_energy : the same with the Lennard-Jones energy
    """

    time: FloatArray
    energy: FloatArray
    true_energy: FloatArray

    @property
    def drift(self) -> float:
        """Root mean square of the slopes of straight lines through the energies, ε/τ."""
        slopes = []
        for column in self.energy.T:
            known = np.isfinite(column)
            if known.sum() > 2:
                slopes.append(np.polyfit(self.time[known], column[known], 1)[0])
        return float(np.sqrt(np.mean(np.square(slopes))))

    @property
    def stayed(self) -> float:
        """Part of the time that runs stayed inside the distances of the training."""
        return float(np.isfinite(self.energy).mean())


def cages(rng: np.random.Generator, n_runs: int) -> tuple[FloatArray, FloatArray]:
    """Neighbors (n_runs, 5, 3), turned and a little shifted, σ; velocities of the atom (n_runs, 3), σ/τ."""
    turned = [_BIPYRAMID @ np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(n_runs)]
    neighbors = CAGE_RADIUS * np.array(turned) + rng.normal(scale=0.02, size=(n_runs, 5, 3))
    direction = rng.normal(size=(n_runs, 3))
    return neighbors, np.sqrt(2 * KINETIC_ENERGY) * direction / np.linalg.norm(direction, axis=1, keepdims=True)


def run(force_field: Callable[[FloatArray], Outputs], neighbors: FloatArray, velocity: FloatArray, n: int) -> Trace:
    """Velocity Verlet from the middle of the cages; mass 1."""
    position, velocity = np.zeros_like(velocity), velocity.copy()
    inside = np.ones(len(position), dtype=bool)
    found = force_field(neighbors - position[:, None])
    rows = []
    for step in range(n + 1):
        if step % RECORD_EVERY == 0:
            kinetic = np.where(inside, 0.5 * np.sum(velocity**2, axis=1), np.nan)
            true = lennard_jones(neighbors - position[:, None]).energy
            rows.append((kinetic + found.energy, kinetic + true))
        velocity += 0.5 * TIMESTEP * found.force
        moved = position + TIMESTEP * velocity
        r = np.linalg.norm(neighbors - moved[:, None], axis=2)
        inside &= (r.min(axis=1) >= NEAREST) & (r.max(axis=1) <= CUTOFF)
        # Runs that left stand still: beyond its training a network says anything.
        position = np.where(inside[:, None], moved, position)
        found = force_field(neighbors - position[:, None])
        velocity += 0.5 * TIMESTEP * found.force
        velocity[~inside] = 0.0
    energy, true_energy = np.array(rows).transpose(1, 0, 2)
    return Trace(TIMESTEP * RECORD_EVERY * np.arange(len(rows)), energy, true_energy)

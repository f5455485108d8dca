"""Structures, and potentials with noisy data of their own, that the tests of the Fisher information share."""

from __future__ import annotations

import helpers
from nnmanybody.data import Frame

ENERGY_NOISE, FORCE_NOISE = 0.004, 0.05  # eV/atom, eV/Å


def labelled(potential, structures, rng, scale=1.0):
    """Frames with the energies and forces of the potential and noise of the levels above."""
    frames = []
    for atoms in structures:
        found = potential.evaluate(atoms)
        energy = found.energy + scale * ENERGY_NOISE * len(atoms) * rng.normal()
        frames.append(Frame(atoms, energy, found.forces + scale * FORCE_NOISE * rng.normal(size=found.forces.shape)))
    return frames


def mixed_structures():
    """Quartz and cells of another composition."""
    quartz = [helpers.silica(seed=seed, rattle=0.2) for seed in range(5)]
    return [*quartz, *(helpers.triclinic(seed=seed) for seed in range(4))]

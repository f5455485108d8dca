"""Data and configurations that the tests of the training share. Energies and forces are those of random potentials."""

from __future__ import annotations

import numpy as np
import pytest
from ase.io import write

import helpers
from nnmanybody.config import TrainingConfig

CUTOFF = 4.0  # Å
SMALL_SET = {"kind": "behler", "n_radial": 6, "n_angular": 6, "cutoff": CUTOFF, "select": "none"}


def strained(atoms, size, rng):
    """Return a copy with a random strain, so that stresses differ."""
    atoms = atoms.copy()
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + size * rng.normal(size=(3, 3))), scale_atoms=True)
    return atoms


def label(atoms, potential):
    """Give a structure the targets that a potential computes."""
    evaluation = potential.evaluate(atoms)
    atoms.info["REF_energy"] = evaluation.energy
    atoms.arrays["REF_forces"] = evaluation.forces
    if evaluation.stress is not None:
        atoms.info["REF_stress"] = evaluation.stress
    atoms.arrays["REF_atomic_energies"] = evaluation.energies
    return atoms


@pytest.fixture(scope="session")
def silicon_structures():
    """Ten labelled structures of 8 atoms."""
    teacher = helpers.random_potential("Si", cutoff=CUTOFF)
    rng = np.random.default_rng(0)
    return [label(strained(helpers.silicon(seed=seed), 0.02, rng), teacher) for seed in range(10)]


@pytest.fixture(scope="session")
def silica_structures():
    """Six labelled structures of Si and O, periodic or not."""
    teacher = helpers.random_potential(["Si", "O"], cutoff=CUTOFF)
    rng = np.random.default_rng(1)
    crystals = [label(strained(helpers.silica(seed=seed), 0.02, rng), teacher) for seed in range(4)]
    return [*crystals, label(helpers.triclinic(), teacher), label(helpers.cluster(), teacher)]


@pytest.fixture(scope="session")
def silicon_xyz(silicon_structures, tmp_path_factory):
    """The silicon structures as a file."""
    path = tmp_path_factory.mktemp("data") / "silicon.xyz"
    write(path, silicon_structures, format="extxyz")
    return path


@pytest.fixture(scope="session")
def silica_xyz(silica_structures, tmp_path_factory):
    """The silica structures as a file."""
    path = tmp_path_factory.mktemp("data") / "silica.xyz"
    write(path, silica_structures, format="extxyz")
    return path


@pytest.fixture
def configure(silicon_xyz, tmp_path):
    """Make a small configuration; sections given as keywords are merged into it."""

    def make(**sections) -> TrainingConfig:
        settings = {
            "data": {"train": silicon_xyz, "validation_fraction": 0.2},
            "output": tmp_path / "training",
            "symmetry_functions": SMALL_SET,
            "network": {"hidden_layers": (6,), "activation": "tanh", "members": 1, "shortcut": False},
            "precision": "float64",
            "loss": {"energy": 10.0, "forces": 1.0},
            "optimizer": {"name": "adam", "learning_rate": 0.01},
            "schedule": {"kind": "constant"},
            "epochs": 4,
            "batch_size": 4,
            "refit": None,
        }
        for name, value in sections.items():
            both = isinstance(value, dict) and isinstance(settings.get(name), dict)
            settings[name] = {**settings[name], **value} if both and "kind" not in value else value
        return TrainingConfig.model_validate(settings)

    return make

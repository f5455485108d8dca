"""A small fit with all that a report shows: two elements, config_types and potentials, the folder of a training."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
import yaml

import helpers
from nnmanybody import Potential
from nnmanybody.training.learning_curve import LearningCurve

N_FRAMES = 4
EPOCHS = 3


@dataclass(frozen=True)
class Fit:
    """Files of a fit."""

    potential: Path
    member: Path
    test: Path
    train: Path
    training: Path


def silica_frames(teacher: Potential, seed: int, count: int = N_FRAMES) -> list:
    """Quartz and clusters with the energies and forces of a potential; names that HTML has to escape."""
    frames = []
    for index in range(count):
        crystal = index % 2 == 0
        atoms = helpers.silica(seed=seed + index) if crystal else helpers.cluster(seed=seed + index)
        found = teacher.evaluate(atoms)
        atoms.info |= {"REF_energy": found.energy, "config_type": "quartz" if crystal else "<b>&cluster"}
        atoms.arrays["REF_forces"] = found.forces
        frames.append(atoms)
    return frames


def write_fit(folder: Path) -> Fit:
    """Write potential, member of a committee, data and the folder of a training that never was."""
    teacher = helpers.random_potential(["Si", "O"], seed=9)
    fit = Fit(*(folder / name for name in ("SiO.nnp", "other.nnp", "test.xyz", "train.xyz", "SiO.training")))
    helpers.random_potential(["Si", "O"], seed=1).write(fit.potential)
    helpers.random_potential(["Si", "O"], seed=2).write(fit.member)
    ase.io.write(fit.test, silica_frames(teacher, 20), format="extxyz")
    ase.io.write(fit.train, silica_frames(teacher, 40), format="extxyz")
    write_training(fit.training, fit.train)
    return fit


def write_training(folder: Path, data: Path) -> None:
    """Write what `nnp train` writes, with three epochs; the last frame validates."""
    folder.mkdir()
    curve = LearningCurve(folder / "lcurve.txt")
    for epoch in range(1, EPOCHS + 1):
        values = {"loss_train": 1.0 / epoch, "loss_valid": 2.0 / epoch, "learning_rate": 1e-3, "seconds": 2.0 * epoch}
        curve.append(epoch, {**values, "forces_train": 0.1 / epoch, "forces_valid": 0.2 / epoch})
    result = {"epochs": EPOCHS, "best_epoch": EPOCHS, "finished": True, "seconds": 6.0}
    (folder / "result.json").write_text(json.dumps(result))
    settings = {
        "data": {"train": str(data), "validation_fraction": 1 / N_FRAMES, "split_seed": 0},
        "output": str(folder),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    validating = int(
        np.random.default_rng(0).permutation(N_FRAMES)[0]
    )  # as docs/training.md has it: drawn by split_seed
    parts = ["validation" if index == validating else "train" for index in range(N_FRAMES)]
    lines = [f"{part} {data}:{index}\n" for index, part in enumerate(parts)]
    (folder / "split.txt").write_text("# part frame\n" + "".join(lines))

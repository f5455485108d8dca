"""Radial basis functions on niobium: the direct fit is as accurate as the methods say, far beyond what pairs reach."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nnmanybody.composable.train import errors_on
from nnmanybody.config import TrainingConfig
from nnmanybody.interchange.extended_xyz import frame_text
from nnmanybody.potential import Potential
from nnmanybody.training.prepare import prepare

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "niobium"


@pytest.fixture(scope="module")
def cells():
    """12 cells of 54 atoms to train on and 6 to test on, by Finnis and Sinclair's potential in LAMMPS."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        from niobium_reference import label
        from niobium_structures import small_cells
    finally:
        sys.path.remove(str(EXAMPLE))
    frames = label([*small_cells(1, 12), *small_cells(2, 6)], "fs")
    return frames[:12], frames[12:]


def test_forty_centers_on_niobium(cells, tmp_path):
    """Methods E5: at most 0.12 eV/Å and 0.01 eV/atom at 20 to 40 centers; a sum over pairs stops at 0.148 and 0.069."""
    train, test = cells
    texts = []
    for frame in train:
        atoms = frame.atoms.copy()
        atoms.info["REF_energy"], atoms.arrays["REF_forces"] = frame.energy, frame.forces
        texts.append(frame_text(atoms))
    (tmp_path / "train.xyz").write_text("".join(texts))
    config = TrainingConfig.model_validate(
        {
            "data": {"train": tmp_path / "train.xyz", "validation_fraction": 0.0, "faults": "warn"},
            "output": tmp_path / "training",
            "symmetry_functions": {"kind": "behler", "n_radial": 8, "n_angular": 0, "cutoff": 4.9, "select": "none"},
            "model": {"kind": "rbf", "centers": 40},
            "loss": {"energy": 100.0},
            "pair_core": None,
        }
    )
    potential = Potential(prepare(config).model.definition())
    assert potential.definition.sections[0].models[0].weights.shape == (40,)
    found = errors_on(potential, test)
    assert found["force_rmse"] <= 0.12
    assert found["energy_rmse"] <= 0.01

"""How many functions a potential needs: fits with more and more of them (the rules of thumb of 7.2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common import note
from nnmanybody.data import Frame
from nnmanybody.neighbors import neighbor_list
from silicon_fits import fit

CUTOFF = 4.0
"""Å. Stillinger-Weber's atoms feel each other up to 3.77 Å."""
TRAINING: dict[str, Any] = {
    "network": {"hidden_layers": (20, 20), "activation": "tanh", "members": 3, "shortcut": False},
    "whitening": None,
    "loss": {"energy": 30.0, "forces": 1.0},
    "batch_size": 2,
}


@dataclass(frozen=True)
class Count:
    """A fit: numbers of functions, and errors of three networks on the test configurations, eV/Å and eV/atom."""

    n_radial: int
    n_angular: int
    force_rmse: list[float]
    energy_rmse: list[float]

    @property
    def error(self) -> float:
        """Median force error, eV/Å."""
        return float(np.median(self.force_rmse))


def mean_neighbors(frames: Sequence[Frame]) -> float:
    """Neighbors of an atom within the cutoff, on the average of the data."""
    pairs = sum(len(neighbor_list(frame.atoms, CUTOFF).center) for frame in frames)
    return pairs / sum(len(frame.atoms) for frame in frames)


def fit_counts(
    counts: Sequence[tuple[int, int]], data: Path, tests: list[Frame], epochs: int, folder: Path
) -> list[Count]:
    """Fit with so many radial and angular functions each."""
    fits = []
    for n_radial, n_angular in counts:
        functions = {
            "kind": "behler",
            "cutoff": CUTOFF,
            "n_radial": n_radial,
            "n_angular": n_angular,
            "angular_parts": "cutoffs",  # as the thesis found best: one eta, several cutoffs
            "select": "none",
        }
        settings = {**TRAINING, "symmetry_functions": functions, "epochs": epochs}
        one = fit(settings, data, tests, folder / f"fit_{n_radial}_{n_angular}")
        fits.append(Count(n_radial, n_angular, one.force_rmse, one.energy_rmse))
        note(f"{n_radial} radial and {n_angular} angular functions: force error {fits[-1].error:.3f} eV/Å")
    return fits

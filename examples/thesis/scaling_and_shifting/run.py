"""Does it matter whether inputs are scaled and shifted? The experiment that the thesis announces (7.3.1).

.venv/bin/python examples/thesis/scaling_and_shifting/run.py
.venv/bin/python examples/thesis/scaling_and_shifting/run.py --small --output /tmp/small
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import figures
from common import Measured, Task, note, run_example
from silicon import Simulation, simulate
from silicon_fits import Fit, fit

KINDS: dict[str, dict[str, Any]] = {
    "none": {"scaling": {"kind": "none"}, "whitening": None},
    "shifted": {"scaling": {"kind": "center"}, "whitening": None},
    "scaled": {"scaling": {"kind": "minmax"}, "whitening": None},
    "scaled, shifted": {"scaling": {"kind": "sigma"}, "whitening": None},
    "whitened": {"scaling": {"kind": "sigma"}},
}
"""Nothing; mean to 0; range to [-1, 1]; mean to 0 and spread to 1; its principal components, nearly of one spread."""
WITHOUT, THESIS = "none", "scaled"

TEMPERATURE = 600.0
"""K. From 1000 K on 8 atoms make defects now and then: single configurations unlike all others, which decide a fit."""

TRAINING: dict[str, Any] = {
    "symmetry_functions": {"kind": "behler", "cutoff": 4.0, "n_radial": 8, "n_angular": 12, "select": "none"},
    "network": {"hidden_layers": (20, 20), "activation": "tanh", "members": 5, "shortcut": False},
    "loss": {"energy": 30.0, "forces": 1.0},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}
"""The same for all; the five members are five fits that begin with other weights, the same five for every kind."""


@dataclass(frozen=True)
class Settings:
    """How much is computed, and what has to be reached."""

    n_train: int
    n_test: int
    every: int
    batch_size: int
    epochs: int
    kinds: tuple[str, ...]
    targets: dict[str, float | None]


FULL = Settings(
    n_train=2000,
    n_test=200,
    every=20,
    batch_size=20,
    epochs=12,
    kinds=tuple(KINDS),
    targets={"best": 0.1, "separation": 2.0},
)
SMALL = Settings(
    n_train=40,
    n_test=20,
    every=20,
    batch_size=4,
    epochs=2,
    kinds=(WITHOUT, THESIS),
    targets={"best": 3.0, "separation": None},
)


def work(task: Task) -> list[Measured]:
    """Sample one simulation, fit five times in every way, compare."""
    settings = SMALL if task.small else FULL
    train, tests = (
        simulate([Simulation(1, TEMPERATURE, seed, (n - 1) * settings.every, settings.every)], task.folder / name)
        for name, n, seed in (("train.xyz", settings.n_train, 1), ("test.xyz", settings.n_test, 2))
    )
    note(f"{len(train)} configurations of one simulation of 8 atoms; {len(tests)} of another one to test on")
    fits: dict[str, Fit] = {}
    for kind in settings.kinds:
        folder = task.folder / "_".join(kind.replace(",", "").split())
        asked = {**TRAINING, **KINDS[kind], "batch_size": settings.batch_size, "epochs": settings.epochs}
        fits[kind] = fit(asked, task.folder / "train.xyz", tests, folder)
        mean, spread = mean_and_spread(fits[kind].force_rmse)
        note(f"{kind}: force error {mean:.4f} ± {spread:.4f} eV/Å, five fits")
    task.draw(figures.errors(fits), "errors.png", "errors of all fits, with mean and spread")
    task.draw(figures.convergence(fits), "convergence.png", "errors over the epochs")
    return [Measured("n_train", "configurations", float(len(train))), *figures_of(fits, settings.targets)]


def mean_and_spread(values: list[float]) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of five fits."""
    return float(np.mean(values)), float(np.std(values, ddof=1))


def figures_of(fits: dict[str, Fit], targets: dict[str, float | None]) -> list[Measured]:
    """Errors and spreads of every kind, and whether the difference is more than the spread."""
    found = []
    for kind, one in fits.items():
        name = "_".join(kind.replace(",", "").split())
        for quantity, values, unit in (("force", one.force_rmse, "eV/Å"), ("energy", one.energy_rmse, "eV/atom")):
            mean, spread = mean_and_spread(values)
            found.append(Measured(f"{name}_{quantity}", f"{kind}: {quantity} error, mean of five", mean, unit=unit))
            found.append(Measured(f"{name}_{quantity}_spread", "their spread", spread, unit=unit))
    (without, spread_without), (scaled, spread_scaled) = (
        mean_and_spread(fits[kind].force_rmse) for kind in (WITHOUT, THESIS)
    )
    of_difference = float(np.sqrt((spread_without**2 + spread_scaled**2) / len(fits[THESIS].force_rmse)))
    separation = (without - scaled) / of_difference
    best = min(mean_and_spread(one.force_rmse)[0] for one in fits.values())
    return [
        *found,
        Measured("gain", "force error without / scaled by (7.5)", without / scaled),
        Measured(
            "separation",
            "their difference / its standard error",
            separation,
            targets["separation"],
            at_least=True,
        ),
        Measured("best", "smallest mean force error", best, targets["best"], unit="eV/Å"),
    ]


if __name__ == "__main__":
    sys.exit(run_example(__file__, "Does scaling and shifting matter? (thesis 7.3.1)", work))

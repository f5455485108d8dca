"""The shifted Lennard-Jones potential in one dimension (thesis 8.1).

.venv/bin/python examples/thesis/lennard_jones/run.py
.venv/bin/python examples/thesis/lennard_jones/run.py --small --output /tmp/small
"""

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import figures
from common import Measured, Task, note, run_example
from fits import GRID, Fit, fit, short_and_rest, train_dimer
from lennard_jones_potential import energy, slope
from sweeps import Sweeps, end_cost, run_sweeps


@dataclass(frozen=True)
class Settings:
    """How much is computed, and what has to be reached; names of targets are those in `measure`."""

    members: int
    points: int
    batch: int
    epochs: int
    sweep_epochs: int
    targets: dict[str, float]


FULL = Settings(
    members=5,
    points=500,
    batch=100,
    epochs=2000,
    sweep_epochs=400,
    targets={
        "energy_rmse": 0.1,
        "gradient_rmse": 0.15,
        "short": 10.0,
        "dense": 0.5,
        "best": 0.1,
        "relu": 1.5,
        "sgd": 2.0,
        "batch": 5.0,
    },
)
SMALL = Settings(
    members=2,
    points=100,
    batch=50,
    epochs=500,
    sweep_epochs=20,
    targets={
        "energy_rmse": 1.0,
        "gradient_rmse": 0.5,
        "short": 2.0,
        "dense": 1.0,
        "best": 10.0,
        "relu": 0.2,
        "sgd": 0.5,
        "batch": 1.0,
    },
)
"""Little is learned: that the core agrees with TensorFlow must hold all the same."""


def work(task: Task) -> list[Measured]:
    """Train, compare, draw."""
    settings = SMALL if task.small else FULL
    shared = {
        "n_members": settings.members,
        "n_points": settings.points,
        "batch": settings.batch,
        "epochs": settings.epochs,
    }
    note(f"{settings.members} networks 1-20-20-1 on {settings.points} distances each, {settings.epochs} epochs; twice")
    uniform = fit((20, 20), "tanh", **shared)
    dense = fit((20, 20), "tanh", share_short=0.5, **shared)
    note("a potential of two atoms, by way of its file")
    dimer = train_dimer(settings.points, settings.batch, settings.epochs, task.folder / "lennard_jones.nnp")
    sweeps = run_sweeps(settings.members, settings.sweep_epochs, task.small)
    task.draw(figures.energy_error(uniform), "energy_error.png", "the error of the energy, by TensorFlow and the core")
    task.draw(figures.gradient_error(uniform), "gradient_error.png", "backpropagation against the derivative")
    task.draw(figures.short_distances(uniform, dense), "short_distances.png", "more data where it is steep")
    for name in ("architectures", "activations", "optimizers", "batches"):
        task.draw(getattr(figures, name)(sweeps), f"{name}.png", f"sweep of the {name}")
    return [
        *core_figures(uniform, settings.targets),
        Measured("dimer_difference", "two atoms: TensorFlow - Potential, largest", dimer.difference, 1e-12, unit="ε"),
        Measured("dimer_force", "two atoms: force error / force", dimer.force_error, settings.targets["gradient_rmse"]),
        *short_figures(uniform, dense, settings.targets),
        *sweep_figures(sweeps, settings.targets),
    ]


def core_figures(fit: Fit, targets: dict[str, float]) -> list[Measured]:
    """Core against TensorFlow, and both against the potential."""
    energies, slopes = fit.energies(GRID), fit.slopes(GRID)
    by_core = [fit.core(GRID, member) for member in range(len(energies))]
    difference = max(np.abs(one - found[0]).max() for one, found in zip(energies, by_core, strict=True))
    steep = max(np.abs(one - found[1]).max() for one, found in zip(slopes, by_core, strict=True))
    gradient_error = np.median([np.linalg.norm(found[1] - slope(GRID)) for found in by_core])
    rmse = float(np.median(fit.rms()))
    return [
        Measured("energy_difference", "energy: TensorFlow - core, largest", float(difference), 1e-12, unit="ε"),
        Measured(
            "gradient_difference",
            "gradient: TensorFlow - core, largest / largest slope",
            float(steep / np.abs(slope(GRID)).max()),
            1e-12,
        ),
        Measured("energy_rmse", "energy: RMSE against Lennard-Jones", rmse, targets["energy_rmse"], unit="ε"),
        Measured(
            "gradient_rmse",
            "gradient: error / derivative of Lennard-Jones",
            float(gradient_error / np.linalg.norm(slope(GRID))),
            targets["gradient_rmse"],
        ),
    ]


def short_figures(uniform: Fit, dense: Fit, targets: dict[str, float]) -> list[Measured]:
    """Where the error is, and what more data there does."""
    short, rest = short_and_rest(uniform.energies(GRID) - energy(GRID))
    helped, _ = short_and_rest(dense.energies(GRID) - energy(GRID))
    text = "first tenth, half of the points there: error / with even points"
    return [
        Measured("short", "error in the first tenth / elsewhere", short / rest, targets["short"], at_least=True),
        Measured("dense", text, helped / short, targets["dense"]),
    ]


def sweep_figures(sweeps: Sweeps, targets: dict[str, float]) -> list[Measured]:
    """Say in numbers what the sweeps say."""
    smooth = min(sweeps.best("sigmoid"), sweeps.best("tanh"))
    ends = {name: end_cost(costs) for name, (_, costs) in sweeps.optimizers.items()}
    by_batch = {name: end_cost(costs) for name, (_, costs) in sweeps.batches.items()}
    return [
        Measured("best", "best sigmoid or tanh network of the sweep, RMSE", smooth, targets["best"], unit="ε"),
        Measured("relu", "best ReLU / best smooth one", sweeps.best("relu") / smooth, targets["relu"], at_least=True),
        Measured("sgd", "cost at the end: SGD / Adam", ends["SGD"] / ends["Adam"], targets["sgd"], at_least=True),
        Measured(
            "batch",
            "cost after the same epochs: batch / online",
            by_batch["batch"] / by_batch["online"],
            targets["batch"],
            at_least=True,
        ),
    ]


if __name__ == "__main__":
    sys.exit(run_example(__file__, "Shifted Lennard-Jones in one dimension (thesis 8.1)", work))

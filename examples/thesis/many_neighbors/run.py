"""Many neighbors at once: sums of energies, and what happens if forces are outputs too (thesis 8.1.1).

.venv/bin/python examples/thesis/many_neighbors/run.py
.venv/bin/python examples/thesis/many_neighbors/run.py --small --output /tmp/small
"""

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import dynamics
import figures
from common import FloatArray, Measured, Task, note, run_example
from energy_and_force import Network, Outputs, configurations, learn, lennard_jones
from sums import CostCurve, learn_sum


@dataclass(frozen=True)
class Settings:
    """How much is computed, and what has to be reached; names of targets are those in the figures."""

    hidden: int
    many: int
    few: int
    steps: int
    force_hidden: tuple[int, ...]
    force_points: int
    force_steps: int
    runs: int
    md_steps: int
    targets: dict[str, float]


FULL = Settings(
    hidden=200,
    many=50000,
    few=500,
    steps=60000,
    force_hidden=(100, 100),
    force_points=20000,
    force_steps=20000,
    runs=16,
    md_steps=25000,
    targets={"test_cost": 0.05, "parting": 2.0, "few_many": 3.0, "inconsistency": 0.01, "drift_ratio": 100.0},
)
SMALL = Settings(
    hidden=100,
    many=20000,
    few=100,
    steps=6000,
    force_hidden=(30,),
    force_points=1000,
    force_steps=600,
    runs=4,
    md_steps=1000,
    targets={"test_cost": 0.5, "parting": 3.0, "few_many": 2.0, "inconsistency": 0.01, "drift_ratio": 2.0},
)


def work(task: Task) -> list[Measured]:
    """Train, compare, let it move, draw."""
    settings = SMALL if task.small else FULL
    curves = []
    for n_points in (settings.many, settings.few):
        curves.append(learn_sum(n_points, settings.hidden, settings.steps))
        note(f"sum of 20 energies from {n_points} configurations: test cost {curves[-1].test[-1]:.2g} of the variance")
    network = learn(settings.force_points, settings.force_hidden, settings.force_steps)
    note("energy and force of 5 neighbors: learned")
    neighbors, velocity = dynamics.cages(np.random.default_rng(4), settings.runs)
    direct, differentiated = (
        dynamics.run(force, neighbors, velocity, settings.md_steps)
        for force in (network.outputs, network.differentiated)
    )
    task.draw(figures.costs(curves), "costs.png", "training and test cost of the sum of 20 energies")
    task.draw(figures.one_moves(network), "one_moves.png", "errors when one of five neighbors moves")
    task.draw(figures.inconsistency(network), "inconsistency.png", "force output against the gradient of the energy")
    task.draw(figures.energies(direct, differentiated), "energies.png", "what becomes of the total energy")
    return [
        *cost_figures(curves, settings.targets),
        *force_figures(network, settings.targets),
        *drift_figures(direct, differentiated, settings.targets),
    ]


def cost_figures(curves: list[CostCurve], targets: dict[str, float]) -> list[Measured]:
    """Errors of the sums, and whether test and training part."""
    first, second = curves
    parting = float(first.test[-1] / first.train[-1])
    return [
        Measured("test_cost", "20 neighbors: test cost / variance", float(first.test[-1]), targets["test_cost"]),
        Measured("parting", f"test / training cost, {first.n_points} configurations", parting, targets["parting"]),
        Measured(
            "few_many",
            f"test cost from {second.n_points} configurations / from {first.n_points}",
            float(second.test[-1] / first.test[-1]),
            targets["few_many"],
            at_least=True,
        ),
    ]


def force_figures(network: Network, targets: dict[str, float]) -> list[Measured]:
    """Errors of both forces on new configurations, and how they disagree, as parts of the force."""
    displacements = configurations(np.random.default_rng(3), 2000)
    wanted, direct, own = (each(displacements) for each in (lennard_jones, network.outputs, network.differentiated))

    def part(one: FloatArray, other: FloatArray) -> float:
        return float(np.linalg.norm(one - other) / np.linalg.norm(wanted.force))

    spread = wanted.energy - wanted.energy.mean()
    energy = float(np.linalg.norm(direct.energy - wanted.energy) / np.linalg.norm(spread))
    return [
        Measured("energy_error", "5 neighbors: energy error / spread", energy),
        Measured("output_error", "error of the force output / force", part(direct.force, wanted.force)),
        Measured("gradient_error", "error of the energy's gradient / force", part(own.force, wanted.force)),
        Measured(
            "inconsistency",
            "force output - gradient of the energy / force",
            part(direct.force, own.force),
            targets["inconsistency"],
            at_least=True,
        ),
        Measured("gradient_check", "gradient - finite difference of the energy", _gradient_check(network), 1e-6),
    ]


def _gradient_check(network: Network) -> float:
    """Largest difference between the gradient and central differences of the energy, as part of the largest force."""
    displacements = configurations(np.random.default_rng(6), 20)
    step = 1e-5
    own = network.differentiated(displacements)

    def moved(axis: int, distance: float) -> Outputs:
        return network.outputs(displacements - distance * np.eye(3)[axis])

    slopes = [(moved(axis, -step).energy - moved(axis, step).energy) / (2 * step) for axis in range(3)]
    return float(np.abs(np.stack(slopes, axis=1) - own.force).max() / np.abs(own.force).max())


def drift_figures(direct: dynamics.Trace, own: dynamics.Trace, targets: dict[str, float]) -> list[Measured]:
    """Drift of the total energy with either force."""
    ratio = direct.drift / own.drift
    return [
        Measured("drift_output", "energy drift, moved by the force output", direct.drift, unit="ε/τ"),
        Measured("drift_gradient", "energy drift, moved by the gradient", own.drift, unit="ε/τ"),
        Measured("drift_ratio", "the one / the other", ratio, targets["drift_ratio"], at_least=True),
        Measured("stayed_output", "time inside the trained distances, force output", direct.stayed),
        Measured("stayed_gradient", "time inside the trained distances, gradient", own.stayed),
    ]


if __name__ == "__main__":
    sys.exit(run_example(__file__, "Many neighbors at once (thesis 8.1.1)", work))

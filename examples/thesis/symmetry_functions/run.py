"""Symmetry functions: their figures, their correlations, how many are needed (thesis 4.2, 7.2).

.venv/bin/python examples/thesis/symmetry_functions/run.py
.venv/bin/python examples/thesis/symmetry_functions/run.py --small --output /tmp/small
"""

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import figures
import formulas
from common import FloatArray, Measured, Task, note, run_example
from nnmanybody.data import Frame
from nnmanybody.describe import describe
from nnmanybody.plots.correlation import plot_correlation
from nnmanybody.plots.thesis_figures import FIGURES, plot_thesis_figure
from nnmanybody.set_analysis import analyse_set, correlation_matrix
from nnmanybody.symmetry_functions import SymmetryFunctionSet, distance_range
from numbers_of_functions import Count, fit_counts, mean_neighbors
from silicon import Simulation, simulate

LARGEST_CORRELATION = 0.98
INITIAL_CUTOFF = 6.0
"""Å; that of the thesis' figures 7.2 and 7.3."""


@dataclass(frozen=True)
class Settings:
    """How much is computed, and what has to be reached; names of targets are those in the figures."""

    temperatures: tuple[float, ...]
    cell: int
    steps: int
    every: int
    epochs: int
    radial: tuple[tuple[int, int], ...]
    angular: tuple[tuple[int, int], ...]
    targets: dict[str, float]


FULL = Settings(
    temperatures=(300.0, 900.0, 1500.0),
    cell=2,
    steps=1900,
    every=100,
    epochs=15,
    radial=((1, 12), (4, 12), (8, 12), (16, 12)),
    angular=((8, 0), (8, 4), (8, 12), (8, 24)),
    targets={"angular": 1.5, "fewer_radial": 1.2, "rule_angular": 1.5, "best": 0.1},
)
SMALL = Settings(
    temperatures=(900.0,),
    cell=1,
    steps=380,
    every=20,
    epochs=2,
    radial=((8, 6),),
    angular=((8, 0), (8, 6)),
    targets={"angular": 0.5, "fewer_radial": 3.0, "rule_angular": 3.0, "best": 3.0},
)


def work(task: Task) -> list[Measured]:
    """Draw the functions, prune a set, fit with more and more functions."""
    settings = SMALL if task.small else FULL
    task.draw(figures.figure_4_1(), "figure_4_1.png", "cutoff function")
    for number in FIGURES:
        name = f"figure_{number.replace('.', '_')}.png"
        task.draw(plot_thesis_figure(number), name, f"figure {number} of the thesis, drawn by the core")
    data, tests = _configurations(settings, task.folder)
    n_neighbors = mean_neighbors(tests)
    correlated = _prune(task, tests)
    fits = {
        counts: fit_counts([counts], task.folder / "train.xyz", tests, settings.epochs, task.folder)[0]
        for counts in dict.fromkeys((*settings.radial, *settings.angular))
    }
    radial, angular = ([fits[counts] for counts in each] for each in (settings.radial, settings.angular))
    picture = figures.number_of_functions(radial, angular, n_neighbors)
    task.draw(picture, "number_of_functions.png", "error against the number of functions")
    return [
        Measured("formulas", "core - formulas, largest", formulas.largest_difference(), 1e-12),
        Measured("slope", "slope of the cutoff function, core - formula", formulas.slope_difference(6.0), 1e-12),
        Measured("configurations", "configurations to learn from", float(len(data))),
        *correlated,
        *_rules(radial, angular, n_neighbors, settings.targets),
    ]


def _configurations(settings: Settings, folder: Path) -> tuple[list[Frame], list[Frame]]:
    def runs(seed: int) -> list[Simulation]:
        return [
            Simulation(settings.cell, temperature, seed + number, settings.steps, settings.every)
            for number, temperature in enumerate(settings.temperatures)
        ]

    found = simulate(runs(1), folder / "train.xyz"), simulate(runs(101), folder / "test.xyz")
    note(f"{len(found[0])} configurations of Stillinger-Weber silicon to learn from, {len(found[1])} to test on")
    return found


def _prune(task: Task, frames: list[Frame]) -> list[Measured]:
    """Draw the correlation matrix (7.4) of an initial set by the rules of 7.2.1, and of what is left of it."""
    ranges = distance_range(frames, INITIAL_CUTOFF)["Si", "Si"]
    initial = SymmetryFunctionSet.behler(
        ["Si"], n_radial=16, n_angular=24, cutoff=INITIAL_CUTOFF, shortest=ranges[0], longest=ranges[1]
    )
    functions = initial.for_element("Si")
    values = describe(initial, frames)["Si"]
    analysis = analyse_set(functions, values, correlation_threshold=LARGEST_CORRELATION)
    kept = [functions[index] for index in analysis.kept]
    left = values[:, list(analysis.kept)]
    before = plot_correlation("Si", functions, values, LARGEST_CORRELATION)
    task.draw(before, "correlation_before.png", "correlations of the initial set")
    after = plot_correlation("Si", kept, left, LARGEST_CORRELATION)
    task.draw(after, "correlation_after.png", "correlations of what is left")
    pairs = [_pairs(each) for each in (values, left)]
    return [
        Measured("functions_before", "functions in the initial set", float(len(functions))),
        Measured("functions_after", "functions left", float(len(kept)), float(len(functions) - 1)),
        Measured("pairs_before", f"pairs with a correlation above {LARGEST_CORRELATION:g}", float(pairs[0])),
        Measured("pairs_after", "the same after pruning", float(pairs[1]), 0.0),
    ]


def _pairs(values: FloatArray) -> int:
    matrix = np.abs(np.nan_to_num(correlation_matrix(values)))
    return int((np.tril(matrix, -1) > LARGEST_CORRELATION).sum())


def _rules(radial: list[Count], angular: list[Count], n_neighbors: float, targets: dict[str, float]) -> list[Measured]:
    """Test the rules of thumb: errors of the smallest set that follows a rule over those of the largest."""
    n_radial = angular[0].n_radial
    enough = next((count for count in radial if count.n_radial >= n_neighbors), radial[-1])
    more = next((count for count in angular if count.n_angular > n_radial), angular[-1])
    best = min((*radial, *angular), key=lambda count: count.error)
    return [
        Measured("neighbors", "neighbors of an atom, mean", n_neighbors),
        Measured("few_radial", f"{radial[0].n_radial} radial functions: force error", radial[0].error, unit="eV/Å"),
        Measured(
            "fewer_radial",
            f"best with fewer radial functions than neighbors: error / that with {enough.n_radial}",
            min(count.error for count in radial if count.n_radial < n_neighbors) / enough.error,
            targets["fewer_radial"],
        ),
        Measured(
            "angular",
            f"without angular functions: error / that with {angular[-1].n_angular}",
            angular[0].error / angular[-1].error,
            targets["angular"],
            at_least=True,
        ),
        Measured(
            "rule_angular",
            f"more angular functions than radial ({more.n_angular}): error / that of {angular[-1].n_angular}",
            more.error / angular[-1].error,
            targets["rule_angular"],
        ),
        Measured(
            "best",
            f"best set ({best.n_radial} + {best.n_angular}): force error",
            best.error,
            targets["best"],
            unit="eV/Å",
        ),
    ]


if __name__ == "__main__":
    sys.exit(run_example(__file__, "Symmetry functions (thesis 4.2, 7.2)", work))

"""What it costs to evaluate a network, in six ways (thesis 7.4, figures 7.4 and 7.5).

.venv/bin/python examples/thesis/evaluation_cost/run.py
.venv/bin/python examples/thesis/evaluation_cost/run.py --small --output /tmp/small
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

# One thread for everything, before anything starts one.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import figures
import in_python
from common import Measured, Task, note, run_example
from in_cpp import armadillo, tensorflow_runtime
from in_python import BATCH, Module, Result, Timing
from nnmanybody.training.tensorflow import set_threads
from random_networks import RandomNetwork, random_network

X = 0.37
"""At which all are evaluated: any number will do."""
AGREEMENT = 1e-10


@dataclass(frozen=True)
class Settings:
    """Networks, and how carefully they are timed; nothing is asked of times in the small version."""

    layers: tuple[int, ...]
    nodes: tuple[int, ...]
    timing: Timing
    targets: dict[str, float | None]


FULL = Settings(
    layers=(1, 3, 10, 30),
    nodes=(1, 3, 10, 30, 100),
    timing=Timing(least=0.02, repeats=5),
    targets={"runtime_smallest": 10.0, "runtime_largest": 20.0, "core_armadillo": 0.8, "core_tensorflow": 0.5},
)
SMALL = Settings(
    layers=(1, 2),
    nodes=(1, 10),
    timing=Timing(least=0.002, repeats=2),
    targets={"runtime_smallest": None, "runtime_largest": None, "core_armadillo": None, "core_tensorflow": None},
)


def work(task: Task) -> list[Measured]:
    """Time all, compare what they say, draw."""
    settings = SMALL if task.small else FULL
    set_threads(1)
    rng = np.random.default_rng(1)
    networks = [random_network(n_layers, n_nodes, rng) for n_layers in settings.layers for n_nodes in settings.nodes]
    results = time_all(networks, settings.timing, task.folder)
    task.draw(figures.all_networks(networks, results), "all_networks.png", "CPU time of every network (figure 7.4)")
    task.draw(figures.largest(networks, results), "largest.png", "the most nodes and layers, ratios (figure 7.5)")
    return [*agreement(networks, results), *ratios(results, settings.targets)]


def time_all(networks: list[RandomNetwork], timing: Timing, folder: Path) -> figures.Results:
    """Every way to evaluate, every network."""
    modules = [Module(network) for network in networks]
    results: figures.Results = {
        "TensorFlow, eager": [in_python.eager(module, X, timing) for module in modules],
        "TensorFlow, tf.function": [in_python.graph(module, X, timing) for module in modules],
    }
    note("TensorFlow in Python is timed; XLA compiles")
    results |= {
        "TensorFlow, XLA": [in_python.graph(module, X, timing, xla=True) for module in modules],
        "TensorFlow, 1000 at once, derivative": [in_python.graph_batch(module, X, timing) for module in modules],
        "core, one atom, derivative": [in_python.core(network, X, timing, 1) for network in networks],
        "core, 1000 at once, derivative": [in_python.core(network, X, timing, BATCH) for network in networks],
    }
    return results | tensorflow_runtime(modules, X, timing, folder) | armadillo(networks, X, timing, folder)


def agreement(networks: list[RandomNetwork], results: figures.Results) -> list[Measured]:
    """All must say the same as plain NumPy: only then their times can be compared."""
    expected = [network.reference(X) for network in networks]
    figures_of_all = []
    for name, found in results.items():
        worst = max(_difference(*pair) for pair in zip(found, expected, strict=True))
        text = f"{name}: largest relative difference from NumPy"
        figures_of_all.append(Measured(f"agreement_{'_'.join(name.replace(',', '').split())}", text, worst, AGREEMENT))
    return figures_of_all


def _difference(found: Result, expected: tuple[float, float]) -> float:
    value, derivative = expected
    difference = abs(found.value - value) / abs(value)
    if found.derivative is None:
        return difference
    # Derivatives of deep networks underflow towards zero: below 1e-12 of the value they are rounding.
    return max(difference, abs(found.derivative - derivative) / max(abs(derivative), 1e-12 * abs(value)))


def ratios(results: figures.Results, targets: dict[str, float | None]) -> list[Measured]:
    """Ratios of CPU times: those that the thesis saw, and how the core stands."""
    seconds = {name: np.array([one.seconds for one in found]) for name, found in results.items()}
    runtime = seconds["TensorFlow, C API"] / seconds["armadillo"]
    core = seconds["core, 1000 at once, derivative"]
    armadillo_ratio = seconds["armadillo, derivative"] / core
    tensorflow_ratio = seconds["TensorFlow, 1000 at once, derivative"] / core

    def at_least(name: str, text: str, value: float) -> Measured:
        return Measured(name, text, float(value), targets[name], at_least=True)

    return [
        Measured(
            "eager_smallest",
            "TensorFlow eager / Armadillo, smallest network",
            float(seconds["TensorFlow, eager"][0] / seconds["armadillo"][0]),
        ),
        at_least("runtime_smallest", "TensorFlow C API / Armadillo, smallest network", runtime[0]),
        Measured("runtime_largest", "the same, largest network", float(runtime[-1]), targets["runtime_largest"]),
        at_least("core_armadillo", "Armadillo / core's batch, with derivative, worst network", armadillo_ratio.min()),
        at_least("core_tensorflow", "TensorFlow / core, both in batches, worst network", tensorflow_ratio.min()),
        Measured(
            "core_microseconds",
            "core: value and derivative of the largest network",
            1e6 * float(core[-1]),
            unit="µs/atom",
        ),
    ]


if __name__ == "__main__":
    sys.exit(run_example(__file__, "What it costs to evaluate a network (thesis 7.4)", work))

"""Cost of symmetry functions for training: the mlearn silicon set with the 27 published functions, in Python.

Prints seconds for reading nothing but the structures in memory: neighbor lists alone, values on one core, values and
Jacobian on as many cores as asked; each includes the neighbor lists. The best of several runs.

Usage: python benchmarks/descriptor_cost.py [--threads 2] [--repeat 3]
"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import read

from nnmanybody import _core
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.units import named_units
from nnmanybody.neighbors import neighbor_list

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def arguments(atoms: Atoms, cutoff: float) -> tuple[np.ndarray, ...]:
    """Make what the core takes: every atom a center, one species."""
    pairs = neighbor_list(atoms, cutoff)
    centers = np.arange(len(atoms), dtype=np.int32)
    return centers, np.zeros(len(atoms), np.int32), pairs.first, pairs.neighbor, pairs.displacement


def best_of(repeat: int, run: Callable[[], object]) -> float:
    """Shortest time in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    frames = read(DATA / "mlearn/Si/train.xyz", ":")
    n_atoms = sum(len(atoms) for atoms in frames)
    functions = read_runner(DATA / "n2p2/Si_mlearn/potential", named_units("bohr-hartree")).sections[0].functions
    descriptor = _core.Descriptor(["Si"], functions)

    def values_and_jacobian(atoms: Atoms) -> None:
        descriptor.values_and_jacobian(*arguments(atoms, descriptor.cutoff))

    with ThreadPoolExecutor(options.threads) as pool:
        runs = {
            "neighbor lists": lambda: [neighbor_list(atoms, descriptor.cutoff) for atoms in frames],
            "values, 1 thread": lambda: [descriptor.values(*arguments(atoms, descriptor.cutoff)) for atoms in frames],
            f"values and Jacobian, {options.threads} threads": lambda: list(pool.map(values_and_jacobian, frames)),
        }
        for name, run in runs.items():
            seconds = best_of(options.repeat, run)
            print(f"{name:32s} {seconds:7.3f} s {1e6 * seconds / n_atoms:7.2f} µs/atom")


if __name__ == "__main__":
    main()

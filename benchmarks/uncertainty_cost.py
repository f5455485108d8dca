"""Cost of a committee and of its deviation in LAMMPS: user CPU time beside one network, measured in turn.

Silicon, functions of mlearn (../shared/data), 512 atoms, one rank and one thread. The committee has four networks with
the weights of the one, each changed a little. Prints the median of the ratios to one network without any of it.

Usage: python benchmarks/uncertainty_cost.py [--steps 40] [--repeat 5] [--every 10] [--lmp lmp]
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from ase.build import bulk
from lammps_cost import DATA, load_cases

from nnmanybody._core import Network
from nnmanybody.lammps_runs import place, write_data
from nnmanybody.potential import Potential, join_committee

N_MEMBERS = 4


def member(potential: Potential, seed: int) -> Potential:
    """Return the potential with every weight changed by a hundredth."""
    rng = np.random.default_rng(seed)
    text = potential.definition
    sections = []
    for one in text.sections:
        weights = [w * (1.0 + 0.01 * rng.normal(size=w.shape)) for w in one.network.weights]
        network = Network(weights, one.network.biases, one.network.activations, one.network.shortcut)
        parts = (one.element, one.reference_energy, one.functions, one.statistics, one.scaling, network)
        sections.append(type(one)(*parts))
    return Potential(type(text)(sections))


def commands(every: int) -> dict[str, tuple[str, str]]:
    """Return what is timed: potential and further commands."""
    ask = "fix ask all ave/time {0} 1 {0} c_u[1]\n"
    deviation = "compute u all nn/deviation\n" + ask
    extrapolation = "compute u all nn/extrapolation\n" + ask.replace("c_u[1]", "c_u")
    return {
        "one network": ("one", ""),
        "committee": ("committee", ""),
        "extrapolation 1 in pair_style": ("one", "extrapolation 1"),
        "one, nn/extrapolation, every step": ("one", extrapolation.format(1)),
        f"one, nn/extrapolation, every {every}": ("one", extrapolation.format(every)),
        "committee, nn/deviation, every step": ("committee", deviation.format(1)),
        f"committee, nn/deviation, every {every}": ("committee", deviation.format(every)),
        f"committee, nn/trap {every}, both": (
            "committee",
            f"fix t all nn/trap {every} t.xyz append no extrapolation 1e9 NULL deviation 1e9 NULL\n",
        ),
    }


def user_seconds(lmp: str, folder: Path, name: str, more: str, steps: int) -> float:
    """User time of one process."""
    settings, more = (more, "") if more.startswith("extrapolation") else ("", more)
    (folder / "in.lmp").write_text(
        f"units metal\nread_data data.lmp\nmass 1 28.0855\npair_style nn/manybody {settings}\n"
        f"pair_coeff * * {name}.nnp Si\nvelocity all create 800 4928459\nfix 1 all nve\n{more}run {steps}\n",
        encoding="utf-8",
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [lmp, "-in", "in.lmp", "-log", "none"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"LAMMPS failed with {name}\n{more}\n{done.stdout[-2000:]}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    """Measure in turn, so that a drift of the machine's speed meets all alike."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument(
        "--lmp", default=shutil.which("lmp", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one.nnp").write_text(load_cases(DATA)["Si"][1], encoding="utf-8")
        one = Potential.read(folder / "one.nnp")
        join_committee([member(one, seed) for seed in range(N_MEMBERS)]).write(folder / "committee.nnp")
        atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (4, 4, 4)
        write_data(folder / "data.lmp", place(atoms), [1] * len(atoms), ["Si"], 0.0)
        start = user_seconds(options.lmp, folder, "one", "", 0)
        ratios: dict[str, list[float]] = {}
        for _ in range(options.repeat):
            for label, (potential, more) in commands(options.every).items():
                seconds = user_seconds(options.lmp, folder, potential, more, options.steps) - start
                if label == "one network":
                    unit = seconds
                ratios.setdefault(label, []).append(seconds / unit)
    for label, values in ratios.items():
        print(f"{label:40s} {statistics.median(values):6.2f}  ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    main()

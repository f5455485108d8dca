"""Figure 7.1 of the thesis: how often one silicon atom in quartz feels which force, with and without the rule."""

import argparse
import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from ase import Atoms
from nnmanybody.sampling.lammps_start import start_lammps
from nnmanybody.sampling.sampling_rule import sampled_steps
from numpy.typing import NDArray
from quartz_crystal import quartz

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import place, write_data
from nnmanybody.plots.force_distribution import plot_force_distribution
from nnmanybody.plots.style import save

HERE = Path(__file__).resolve().parent
ALPHA, TAU_MAX, STEPS = 3.0, 10, 10_000
EDGES = (0.0, 1.0, 2.0, 3.0, 4.0, np.inf)
"""eV/Å, of the table."""
FloatArray = NDArray[np.float64]


def simulate(folder: Path, atoms: Atoms, steps: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the force on the atom at every step, eV/Å, and whether the compute took the step."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    elements = ["Si", "O"]
    types = [elements.index(symbol) + 1 for symbol in atoms.symbols]
    write_data(folder / "quartz.data", place(atoms), types, elements, margin=0.0)
    shutil.copy(HERE / "in.quartz.lmp", folder)
    watched = int(np.flatnonzero(atoms.numbers == 14)[0]) + 1
    variables = {"data": "quartz.data", "steps": steps, "alpha": ALPHA, "taumax": TAU_MAX, "atom": watched}
    run = start_lammps(folder, "in.quartz.lmp", variables)
    if run.status != 0:
        raise NNPError(f"LAMMPS failed:\n{run.errors()}")
    table = np.loadtxt(folder / "forces.txt")
    return table[:, 2], np.diff(table[:, 1], prepend=0.0) > 0


def main() -> int:
    """Simulate, draw, write the table; exit status 0 if the compute took what the rule in Python takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--repeat", type=int, nargs=3, default=(4, 4, 2), help="boxes of 18 atoms")
    arguments = parser.parse_args()
    forces, taken = simulate(arguments.output / "lammps", quartz(tuple(arguments.repeat)), arguments.steps)
    save(plot_force_distribution(forces[taken], forces, ALPHA), arguments.output / "force_distribution.png")
    rows = [
        {
            "from": low,
            "to": high if np.isfinite(high) else None,
            "steps": int(((forces >= low) & (forces < high)).sum()),
            "sampled": int((taken & (forces >= low) & (forces < high)).sum()),
        }
        for low, high in pairwise(EDGES)
    ]
    summary = {"n_steps": len(forces), "n_sampled": int(taken.sum()), "largest": float(forces.max()), "table": rows}
    (arguments.output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print("|F| (eV/Å)    steps  sampled   kept")
    for row in rows:
        upper = "" if row["to"] is None else f"{row['to']:g}"
        share = f"{100 * row['sampled'] / row['steps']:.1f} %" if row["steps"] else "-"
        print(f"{row['from']:g} - {upper:<8} {row['steps']:>6} {row['sampled']:>8}   {share:>7}")
    print(f"{summary['n_sampled']} of {summary['n_steps']} steps are kept")
    expected = sampled_steps(forces, ALPHA, TAU_MAX)
    return 0 if np.array_equal(np.flatnonzero(taken), expected) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NNPError as error:
        sys.exit(str(error))

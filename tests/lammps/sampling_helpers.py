"""LAMMPS scripts with `compute nn/sample` -> what LAMMPS said and the records it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import ase.io
import numpy as np
from ase import Atoms

import lammps_runner
from lammps_runner import on_ranks

ASK_EVERY_STEP = "fix ask all ave/time 1 1 1 c_s"
# Digits that read back to the same double
DUMP = "dump d all custom 1 dump.txt id type x y z fx fy fz\ndump_modify d sort id format float %.17g"


def silicon(
    cells: tuple[int, int, int] = (2, 2, 2),
    *,
    temperature: float = 1500.0,
    displacement: float = 0.1,
    tilt: tuple[float, float, float] | None = None,
    pair: str = "pair_style sw\npair_coeff * * Si.sw Si",
    units: str = "metal",
    boundary: str = "p p p",
    two_types: bool = False,
) -> str:
    """Script that makes a hot Stillinger-Weber crystal whose box does not begin at the origin.

    `displacement` in Å; `tilt` xy xz yz in Å; `two_types`: atoms 1 to 20 are of a second type with the same forces.
    """
    edges = [f"-0.25 {n - 0.25}" for n in cells]
    lines = [
        f"units {units}",
        f"boundary {boundary}",
        "atom_modify map yes",
        "lattice diamond 5.431",
        f"region box block {edges[0]} {edges[1]} {edges[2]}",
        f"create_box {1 + two_types} box",
        "create_atoms 1 box",
        "mass * 28.0855",
        pair + " Si" * two_types,
        "timestep " + ("1.0" if units == "real" else "0.001"),
        # Ids and positions that do not depend on the number of ranks
        "reset_atoms id sort yes",
        *(["set atom 1*20 type 2"] if two_types else []),
        *(f"variable d{axis} atom {displacement}*sin({k}*id)" for axis, k in zip("xyz", (1.7, 2.9, 4.3), strict=True)),
        "displace_atoms all move v_dx v_dy v_dz units box",
        f"velocity all create {temperature} 1234 loop all",
        "fix integrate all nve",
        "thermo 1000",
    ]
    if tilt is not None:
        xy, xz, yz = tilt
        lines.insert(7, f"change_box all triclinic xy final {xy} xz final {xz} yz final {yz} remap units box")
    return "\n".join(lines) + "\n"


class Result(NamedTuple):
    """What a run of LAMMPS left behind."""

    status: int
    output: str
    folder: Path

    def records(self, name: str = "out.xyz") -> list[Atoms]:
        """Read all records of a file as ASE reads them."""
        return ase.io.read(self.folder / name, index=":")

    def last_value(self, label: str) -> str:
        """Text after `label` in the last line that begins with it."""
        lines = [line for line in self.output.splitlines() if line.startswith(label + " ")]
        return lines[-1].removeprefix(label).strip()


LAMMPS_COMMAND = ("lmp", "-in", "in.txt", "-log", "log.txt")


def call(folder: Path, words: list[str]) -> Result:
    """Run a command in a folder, whatever comes of it."""
    return Result(*lammps_runner.call(folder, words))


def lammps(folder: Path, script: str, ranks: int = 1) -> Result:
    """Run a script in a folder, whatever comes of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "in.txt").write_text(script)
    return call(folder, on_ranks(ranks, *LAMMPS_COMMAND))


def run(folder: Path, script: str, ranks: int = 1) -> Result:
    """Run a script that must succeed."""
    result = lammps(folder, script, ranks)
    assert result.status == 0, result.output
    return result


PYTHON_START = """
from mpi4py import MPI
from lammps import LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR, lammps
lmp = lammps(cmdargs=["-log", "log.txt"])
"""


def lammps_in_python(folder: Path, code: str, ranks: int = 1) -> Result:
    """Run Python code that finds a LAMMPS instance in `lmp`."""
    (folder / "driver.py").write_text(PYTHON_START + code)
    return call(folder, on_ranks(ranks, "python", "driver.py"))


class DumpFrame(NamedTuple):
    """One frame of the dump that DUMP asks for, sorted by id."""

    step: int
    atoms: Atoms  # positions from the origin of the box
    forces: np.ndarray  # (n_atoms, 3), force unit of the run


def read_dump(path: Path) -> list[DumpFrame]:
    """Read a text dump: origin, tilt and bounding box as LAMMPS defines them."""
    frames = []
    lines = iter(path.read_text().splitlines())
    for line in lines:
        assert line == "ITEM: TIMESTEP"
        step = int(next(lines))
        next(lines)
        n_atoms = int(next(lines))
        triclinic = "xy xz yz" in next(lines)
        bounds = np.array([next(lines).split() for _ in range(3)], dtype=float)
        xy, xz, yz = bounds[:, 2] if triclinic else (0.0, 0.0, 0.0)
        low = bounds[:, 0] - [min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0]
        high = bounds[:, 1] - [max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0]
        lx, ly, lz = high - low
        next(lines)
        table = np.array([next(lines).split() for _ in range(n_atoms)], dtype=float)
        cell = [[lx, 0, 0], [xy, ly, 0], [xz, yz, lz]]
        atoms = Atoms(["Si"] * n_atoms, positions=table[:, 2:5] - low, cell=cell, pbc=True)
        frames.append(DumpFrame(step, atoms, table[:, 5:8]))
    return frames


def sorted_rows(vectors: np.ndarray, digits: int = 8) -> np.ndarray:
    """Rows of (n, 3) in an order that depends on the rows alone."""
    rounded = np.round(vectors, digits) + 0.0
    return vectors[np.lexsort(rounded.T)]

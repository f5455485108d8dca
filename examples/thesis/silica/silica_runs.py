"""Inputs of LAMMPS in this folder and values for their variables -> runs."""

import hashlib
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# LAMMPS is that of the silicon demo, the crystal that of the figure of the forces.
sys.path.append(str(Path(__file__).resolve().parents[2] / "silicon"))
sys.path.append(str(Path(__file__).resolve().parents[2] / "force_distribution"))

from quartz_crystal import quartz

from lammps_runs import LammpsRun
from nnmanybody.lammps_runs import place, write_data

HERE = Path(__file__).resolve().parent
ELEMENTS = ("Si", "O")
"""Atom types 1 and 2."""


@dataclass(frozen=True)
class SilicaRun:
    """One run of LAMMPS; all it writes has the name of the run and begins with it.

    Attributes
    ----------
    script : str
        Input in this folder.
    out : Path
        Folder and name, without suffix, of everything that is written.
    repeat : (3,) int
        Boxes of quartz with 18 atoms to begin with.
    variables : mapping of str to value
    steps : int
        In all, for the progress.
    pair : str
        File in this folder with the interaction.
    potential : Path or None
        Of the network.
    """

    script: str
    out: Path
    repeat: tuple[int, int, int]
    variables: Mapping[str, object]
    steps: int
    pair: str = "pair_vashishta.lmp"
    potential: Path | None = None

    def file(self, suffix: str) -> Path:
        """Return one of its files."""
        return self.out.with_name(f"{self.out.name}.{suffix}")

    @property
    def command(self) -> LammpsRun:
        """Return what LAMMPS is given."""
        given = {
            **self.variables,
            "data": self.file("data"),
            "out": self.out,
            "pair": HERE / self.pair,
            "potential": self.potential or "none",
        }
        return LammpsRun(str(HERE / self.script), self.file("log"), given)

    def digest(self) -> str:
        """Return a number that changes with everything that the results depend on."""
        texts = [(HERE / name).read_bytes() for name in (self.script, self.pair)]
        if self.potential is not None:
            texts.append(self.potential.read_bytes())
        texts.append(repr((self.repeat, sorted(self.variables.items()))).encode())
        return hashlib.sha256(b"\0".join(texts)).hexdigest()

    def prepare(self) -> None:
        """Write its atoms; remove what an earlier one left."""
        self.out.parent.mkdir(parents=True, exist_ok=True)
        for old in self.out.parent.glob(f"{self.out.name}.*"):
            old.unlink()
        atoms = quartz(self.repeat)
        types = [ELEMENTS.index(symbol) + 1 for symbol in atoms.symbols]
        write_data(self.file("data"), place(atoms), types, list(ELEMENTS), margin=0.0)


def n_atoms(repeat: tuple[int, int, int]) -> int:
    """Return the number of atoms in so many boxes of 18."""
    return 18 * repeat[0] * repeat[1] * repeat[2]


def start_anew(folder: Path) -> None:
    """Forget finished runs."""
    shutil.rmtree(folder, ignore_errors=True)

"""Data to answer from: folders with `train.xyz` and `test.xyz`, or two sets from potentials that everybody has."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from silicon import Simulation, simulate

CRYSTAL_KELVIN = {"300 K": 300.0, "1200 K": 1200.0}
LIQUID = "liquid"
LIQUID_KELVIN = 3000.0
EQUILIBRATION = 3000
"""Steps: at twice its melting temperature a crystal of 64 atoms is a liquid long before."""


@dataclass(frozen=True)
class DataSet:
    """What one potential is trained on and tested by.

    Attributes
    ----------
    name : str
    train, test : Path
        Extended XYZ with the keys of `nnp train`, and `config_type`.
    """

    name: str
    train: Path
    test: Path

    def groups(self) -> Counter[str]:
        """Frames of the training file by their config_type."""
        return Counter(str(atoms.info.get("config_type", "")) for atoms in ase.io.read(self.train, ":"))

    def without(self, group: str, path: Path) -> "DataSet":
        """Write the training file without a group; the test is the same."""
        kept = [atoms for atoms in ase.io.read(self.train, ":") if atoms.info.get("config_type", "") != group]
        if not kept:
            raise NNPError(f"{self.train}: every frame is of the group '{group}'; nothing is left to train on")
        ase.io.write(path, kept, format="extxyz")
        return DataSet(f"{self.name} without {group}", path, self.test)


def given(folder: Path) -> DataSet:
    """Take a folder of the user.

    Raises
    ------
    NNPError
        If a file is missing.
    """
    found = DataSet(folder.name, folder / "train.xyz", folder / "test.xyz")
    for path in (found.train, found.test):
        if not path.is_file():
            raise NNPError(f"expected {path}: every folder of data needs train.xyz and test.xyz (extended XYZ)")
    return found


def silicon(folder: Path, cell: int, n_frames: int) -> DataSet:
    """Let Stillinger-Weber simulate crystals and a liquid; the liquid gets half as many frames."""
    paths = []
    for part, seed, share in (("train", 1, 1.0), ("test", 2, 0.25)):
        labelled: list[Atoms] = []
        for group, kelvin in {**CRYSTAL_KELVIN, LIQUID: LIQUID_KELVIN}.items():
            n = max(2, round(share * n_frames * (0.5 if group == LIQUID else 1.0)))
            run = Simulation(cell, kelvin, seed, (n - 1) * 50, 50, EQUILIBRATION if group == LIQUID else 1000)
            labelled += [_labelled(frame, group) for frame in simulate([run], folder / f"{part}_{kelvin:g}.xyz")]
        paths.append(folder / f"silicon_{part}.xyz")
        ase.io.write(paths[-1], labelled, format="extxyz")
    return DataSet("silicon", *paths)


def copper(folder: Path, n_frames: int) -> DataSet:
    """Shake and stretch copper crystals, by effective medium theory as ASE has it."""
    rng = np.random.default_rng(3)
    paths = []
    for part, n in (("train", n_frames), ("test", max(2, n_frames // 4))):
        structures = []
        for _ in range(n):
            atoms = bulk("Cu", cubic=True) * (2, 2, 2)
            strain = np.eye(3) + rng.uniform(-0.03, 0.03, (3, 3))
            atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
            atoms.rattle(rng.uniform(0.02, 0.2), rng=rng)
            atoms.calc = EMT()
            structures.append(_labelled(Frame(atoms, atoms.get_potential_energy(), atoms.get_forces()), "crystal"))
        paths.append(folder / f"copper_{part}.xyz")
        ase.io.write(paths[-1], structures, format="extxyz")
    return DataSet("copper", *paths)


def _labelled(frame: Frame, group: str) -> Atoms:
    """Copy the structure with its targets under the names that `nnp train` reads."""
    atoms = Atoms(frame.atoms.symbols, frame.atoms.positions, cell=frame.atoms.cell, pbc=frame.atoms.pbc)
    atoms.info = {"REF_energy": frame.energy, "config_type": group}
    atoms.arrays["REF_forces"] = frame.forces
    return atoms

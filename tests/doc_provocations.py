"""Mistakes by name, as in docs/troubleshooting.md -> what makes them: inputs of LAMMPS, commands, Python.

All run in the prepared folder of the page tests, with the data sets of `faulty_data`.
"""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
from ase import units

CRYSTAL = """\
units metal
lattice diamond 5.431
region box block 0 2 0 2 0 2
create_box {n_types} box
create_atoms 1 box
mass * 28.0855
"""
SILICON = CRYSTAL.format(n_types=1)
TWO_TYPES = CRYSTAL.format(n_types=2)
POTENTIAL = "pair_style nn/manybody\npair_coeff * * Si.nnp\n"

LAMMPS_INPUTS = {
    "no plugin": "plugin clear\n" + SILICON + POTENTIAL,
    "damaged plugin": "plugin load ./nnmanybodyplugin.so\n",
    "elements not named": TWO_TYPES + "pair_style nn/manybody\npair_coeff * * SiO2.nnp\n",
    "too few elements": TWO_TYPES + "pair_style nn/manybody\npair_coeff * * SiO2.nnp Si\n",
    "unknown element": TWO_TYPES + "pair_style nn/manybody\npair_coeff * * SiO2.nnp Si Ge\n",
    "pair_coeff by type": TWO_TYPES + "pair_style nn/manybody\npair_coeff 1 1 SiO2.nnp Si O\n",
    "other cutoff": SILICON + "pair_style nn/manybody\npair_coeff * * Si.nnp Si 6.0\n",
    "no style name in hybrid": TWO_TYPES
    + "pair_style hybrid/overlay nn/manybody lj/cut 8.0\npair_coeff * * SiO2.nnp Si NULL\n",
    "NULL alone": TWO_TYPES + "pair_style nn/manybody\npair_coeff * * SiO2.nnp Si NULL\nrun 0\n",
    "newton off": "newton off\n" + SILICON + POTENTIAL + "run 0\n",
    "exclude": SILICON + POTENTIAL + "group fixed id < 9\nneigh_modify exclude group fixed fixed\nrun 0\n",
    "missing file": SILICON + "pair_style nn/manybody\npair_coeff * * Silicon.nnp Si\n",
    "settings": SILICON + "pair_style nn/manybody 6.0\n",
    "extrapolation": SILICON.replace("5.431", "4.5")
    + POTENTIAL.replace("manybody", "manybody extrapolation 100")
    + "run 0\n",
    "overlap": SILICON + POTENTIAL + "set atom 2 x 0 y 0 z 0\nrun 0\n",
    "units lj": SILICON.replace("metal", "lj") + POTENTIAL,
    "never asked": SILICON + POTENTIAL + "compute s all nn/sample si.xyz alpha Si 3.0 taumax 10\nrun 5\n",
    "restart": SILICON + POTENTIAL + "run 0\nwrite_restart si.restart\nclear\nread_restart si.restart\nrun 0\n",
    "pair energies": SILICON + POTENTIAL + "compute p all pair/local dist eng\nrun 0\n",
}

FIRST_ON_PATH = {"another mpiexec": "bin"}

TRAIN = "data: {{train: {data}}}\nepochs: 2\noutput: new\n"
CONFIGURATIONS = {
    "no forces in the data": TRAIN.format(data="no_forces.xyz"),
    "energies in Hartree": TRAIN.format(data="hartree.xyz"),
    "not a number in the data": TRAIN.format(data="nan.xyz"),
    "mistyped key": TRAIN.format(data="train.xyz").replace("epochs", "epoch"),
    "no isolated atom": TRAIN.format(data="train.xyz") + "reference_energies: isolated_atoms\n",
    "constant function": TRAIN.format(data="train.xyz")
    + 'symmetry_functions: {kind: list, functions: {Si: ["G1 neighbor Si cutoff 1", "G1 neighbor Si cutoff 6"]}}\n',
    "too large a learning rate": TRAIN.format(data="train.xyz").replace("epochs: 2", "epochs: 50")
    + "optimizer: {name: sgd, learning_rate: 1e4}\n",
}

COMMANDS = {
    "another mpiexec": "nnp doctor",
    "units not said": "nnp convert hdnnp-data/ water.nnp",
    "fourth generation": "nnp convert fourth/ water.nnp --units bohr-hartree",
    "trained already": "nnp train trained.yaml",
    **{name: f"nnp train '{name}.yaml'" for name in CONFIGURATIONS},
}

CODE = {
    "element not in the potential": """
from ase import Atoms
from nnmanybody import Potential
Potential.read("Si.nnp").evaluate(Atoms("SiO", [[0, 0, 0], [0, 0, 1.6]]))
""",
    "stress of a molecule": """
from ase import Atoms
from nnmanybody import NNPCalculator
Atoms("Si2", [[0, 0, 0], [0, 0, 2.3]], calculator=NNPCalculator("Si.nnp")).get_stress()
""",
    "overlapping atoms": """
from ase import Atoms
from nnmanybody import Potential
Potential.read("Si.nnp").evaluate(Atoms("Si2", [[0, 0, 0], [0, 0, 0.001]]))
""",
    "periodic without a cell": """
from ase import Atoms
from nnmanybody import Potential
Potential.read("Si.nnp").evaluate(Atoms("Si", pbc=True))
""",
}


WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None  # what Python keeps of a module that cannot be imported
import nnmanybody.training.tensorflow
"""
SCRIPTS = {"no TensorFlow": WITHOUT_TENSORFLOW}


def faulty_data(folder: Path) -> None:
    """Write data sets with one fault each, and a configuration for each mistake in a training."""
    frames = ase.io.read(folder / "train.xyz", index=":")
    for name, spoil in (("no_forces", _without_forces), ("hartree", _in_hartree), ("nan", _not_a_number)):
        spoilt = [atoms.copy() for _ in range(4) for atoms in frames]
        spoil(spoilt)
        ase.io.write(folder / f"{name}.xyz", spoilt, format="extxyz")
    for name, text in CONFIGURATIONS.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "trained.yaml").write_text("data: {train: train.xyz}\n")
    (folder / "training").mkdir()
    (folder / "training" / "checkpoint.npz").write_bytes(b"")
    (folder / "fourth").mkdir()
    for path in (folder / "hdnnp-data").iterdir():
        (folder / "fourth" / path.name).write_bytes(path.read_bytes())
    settings = folder / "fourth" / "input.nn"
    settings.write_text("nnp_gen 4\n" + settings.read_text().replace("nnp_gen", "# nnp_gen"))
    (folder / "bin").mkdir()
    (folder / "bin" / "mpiexec").write_text('#!/bin/sh\necho "mpiexec (OpenRTE) 4.1.4"\n')
    (folder / "bin" / "mpiexec").chmod(0o755)
    (folder / "nnmanybodyplugin.so").write_text("no library\n")


def _without_forces(frames):
    for atoms in frames:
        del atoms.arrays["REF_forces"]


def _in_hartree(frames):
    for index, atoms in enumerate(frames):
        atoms.info["REF_energy"] += 0.01 * index
    frames[1].info["REF_energy"] /= units.Hartree


def _not_a_number(frames):
    frames[1].arrays["REF_forces"][4, 2] = np.nan

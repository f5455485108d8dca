"""What the pages say is in the reader's folder: potentials, data, files of other programs."""

from __future__ import annotations

import os
import shutil

import ase.io
import pytest

import aenet_files
import helpers
import simple_nn_files
from lammps_runner import BIN
from nnmanybody._core import PotentialDefinition
from runner_reference import RUNNER


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, silicon_potential, silica_potential):
    """A folder with every file that a page names, but for those that the page itself makes."""
    folder = tmp_path_factory.mktemp("docs")
    silicon_potential.write(folder / "Si.nnp")
    silica_potential.write(folder / "SiO2.nnp")
    (folder / "O.nnp").write_text(PotentialDefinition([silica_potential.definition.sections[1]]).text())
    ase.io.write(folder / "data.xyz", [_labelled(seed, silicon_potential) for seed in range(3)], format="extxyz")
    shutil.copy(folder / "data.xyz", folder / "train.xyz")
    ase.io.write(folder / "silica.xyz", helpers.silica(), format="extxyz")
    shutil.copytree(RUNNER / "mixed", folder / "hdnnp-data")
    (folder / "input.data").write_text("begin\natom 0 0 0 H 0 0 0 0 0\nenergy -0.5\nend\n")
    described = [simple_nn_files.section(element, 1, "tanh") for element in ("Si", "O")]
    (folder / "potential_saved").write_text(simple_nn_files.text(described, ("tanh", "tanh", "linear")))
    aenet_files.write(folder, [aenet_files.section("Si", 1), aenet_files.section("O", 2)])
    return folder


@pytest.fixture
def folder(tmp_path, prepared, monkeypatch):
    """The current folder: a copy of the prepared one."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")  # as in an activated environment
    return tmp_path


def _labelled(seed, potential):
    """Eight silicon atoms with the energy, forces and stress of a potential."""
    atoms = helpers.silicon(seed=seed)
    found = potential.evaluate(atoms)
    atoms.info["REF_energy"] = found.energy
    atoms.info["REF_stress"] = found.stress
    atoms.arrays["REF_forces"] = found.forces
    return atoms

"""The factors in docs/units.md are those that LAMMPS runs with: the same crystal in all units has the same energy."""

from __future__ import annotations

import re

import pytest

from doc_blocks import read_page
from lammps_runner import FULL_DIGITS, run

LATTICE = 5.431  # Å
ROW = re.compile(r"^\| \*(\w+)\* \| ([\d.e-]+) [^|]*\| ([\d.e-]+) [^|]*\|$", re.MULTILINE)
FACTORS = {name: (float(energy), float(length)) for name, energy, length in ROW.findall(read_page("units.md"))}


def test_the_factors_of_the_table(folder):
    assert FACTORS.keys() == {"metal", "real", "electron", "si", "cgs", "micro", "nano"}
    script = ""
    for name, (_, length) in FACTORS.items():
        script += f"""
clear
units {name}
lattice diamond {LATTICE * length!r}
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 28.0855
neighbor {length!r} bin
pair_style nn/manybody
pair_coeff * * Si.nnp
thermo_modify format float {FULL_DIGITS}
run 0
"""
    energies = [thermo["E_pair"][0] for thermo in run(folder, script).thermo()]
    for (name, (energy, _)), got in zip(FACTORS.items(), energies, strict=True):
        assert got / energy == pytest.approx(energies[0], rel=1e-10), name  # the digits of the table

"""Committees and inputs for the tests of compute nn/extrapolation, compute nn/deviation and fix nn/trap."""

from __future__ import annotations

import numpy as np
from ase import Atoms

import helpers
from lammps_runner import FULL_DIGITS, boundary
from nnmanybody._core import ElementSection, PotentialDefinition
from nnmanybody.potential import Potential

PAIR = "pair_style nn/manybody\npair_coeff * * committee.nnp Si O\n"
COMPUTES = "compute x all nn/extrapolation\ncompute d all nn/deviation\n"
DUMP = f"dump u all custom 1 {{}} id type c_x[*] c_d[*]\ndump_modify u sort id format float {FULL_DIGITS}\n"
THERMO = f"thermo_style custom step c_x c_d[*]\nthermo_modify format float {FULL_DIGITS}\n"


def compressed() -> Atoms:
    """Quartz, of which some atoms are outside of what the potentials of the tests have seen, and some inside."""
    atoms = helpers.silica() * (2, 2, 2)
    atoms.positions[5] += [0.0, 0.6, 0.2]
    return atoms


def with_ranges(potential: Potential, change) -> Potential:
    """Return the potential with (n_functions, 4) statistics as `change` makes them, and without scaling."""
    sections = [
        ElementSection(
            one.element, one.reference_energy, one.functions, change(one.statistics), ("none", 0.0, 1.0), one.networks
        )
        for one in potential.definition.sections
    ]
    return Potential(PotentialDefinition(sections))


def both(data: str, name: str, atoms: Atoms, *, pair: str = PAIR, before: str = "units metal", after: str = "") -> str:
    """Return input of both computes for a data file, in a process that may have done others before."""
    head = f"clear\n{before}\n{boundary(atoms)}\nread_data {data}\n"
    return head + f"{pair}{after}{COMPUTES}{DUMP.format(name)}{THERMO}run 0\n"


def columns(frame: dict[str, np.ndarray], compute: str, n: int) -> np.ndarray:
    """Return the per-atom array of a compute in a dump, (n_atoms, n)."""
    return np.column_stack([frame[f"c_{compute}[{d}]"] for d in range(1, n + 1)])

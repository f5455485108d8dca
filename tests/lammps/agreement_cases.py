"""Structures, potentials and `pair_coeff` lines on which LAMMPS and Python must agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

import helpers
from lammps_runner import THERMO, boundary, dump
from nnmanybody._core import PotentialDefinition
from nnmanybody.potential import Potential, join_committee

UP_TO_4 = (1, 2, 4)
PAIR = "pair_style nn/manybody\npair_coeff * * {}.nnp {}\n"  # name of a potential, elements


@dataclass(frozen=True)
class Case:
    """One configuration.

    Attributes
    ----------
    atoms : ase.Atoms
    elements : chemical symbol of each atom type, as pair_coeff names them
    potential : name of one of `potentials()`
    types : atom type of each atom; by element when None
    before, after : input before and behind the data file is read
    ranks : numbers of ranks to run on; 4 costs seconds where there are fewer cores
    """

    atoms: Atoms
    elements: list[str]
    potential: str = "SiO"
    types: list[int] | None = None
    before: str = ""
    after: str = ""
    ranks: tuple[int, ...] = (1, 2)


def potentials() -> dict[str, Potential]:
    """Return one for Si, one for Si and O in which O sees farther than Si, and a committee of 4."""
    near, far = helpers.random_potential(["Si", "O"], 5.0), helpers.random_potential(["Si", "O"], 6.0, 1, shortcut=True)
    sections = [near.definition.sections[0], far.definition.sections[1]]
    return {
        "Si": helpers.random_potential("Si"),
        "SiO": Potential(PotentialDefinition(sections)),
        "committee": join_committee([helpers.random_potential(["Si", "O"], seed=seed) for seed in range(4)]),
    }


def slab() -> Atoms:
    """Silicon, open along z."""
    atoms = helpers.silicon()
    atoms.pbc = [True, True, False]
    return atoms


def spread_out() -> Atoms:
    """Five atoms of a cluster and, far off, two alone: most of a box of four ranks is empty."""
    atoms = helpers.cluster()
    atoms.positions[5:] += [[60.0, 0.0, 0.0], [75.0, 1.0, 0.0]]
    return atoms


def one_atom() -> Atoms:
    """A crystal with one atom a cell: all its neighbors are its own images."""
    return Atoms("Si", [[0.3, 0.2, 0.1]], cell=[[2.6, 0.0, 0.0], [0.4, 2.5, 0.0], [0.3, -0.5, 2.7]], pbc=True)


def cases() -> dict[str, Case]:
    """Every configuration by name."""
    quartz = helpers.silica()
    return {
        "silicon": Case(helpers.silicon(2), ["Si"], "Si"),
        "two elements, hexagonal": Case(quartz, ["Si", "O"]),
        "committee of 4": Case(quartz, ["Si", "O"], "committee"),
        "type order swapped": Case(quartz, ["O", "Si"], ranks=UP_TO_4),
        "two types of one element": Case(quartz, ["O", "Si", "O"], types=[2, 2, 2, 1, 3, 1, 3, 1, 3]),
        "triclinic": Case(helpers.triclinic(), ["Si", "O"], ranks=UP_TO_4),
        "an element of the potential absent": Case(helpers.silicon(), ["Si"]),
        "cell smaller than the cutoff": Case(helpers.small_cell(), ["Si"], "Si", ranks=UP_TO_4),
        "one atom in its images": Case(one_atom(), ["Si"]),
        "cluster": Case(helpers.cluster(), ["Si", "O"]),
        "slab": Case(slab(), ["Si"], "Si"),
        "ranks without atoms": Case(spread_out(), ["Si", "O"], before="processors * 1 1", ranks=UP_TO_4),
        "tiled and balanced": Case(
            helpers.silicon(2), ["Si"], before="comm_style tiled", after="balance 1.0 rcb", ranks=UP_TO_4
        ),
        "more than one block of atoms": Case(helpers.silica() * (3, 3, 2), ["Si", "O"]),
    }


def script(name: str, case: Case) -> str:
    """Return input of one energy, with everything that can be asked for; run after run in one process."""
    return f"""
clear
units metal
{boundary(case.atoms)}
{case.before}
read_data "{name}.data"
{case.after}
pair_style nn/manybody
pair_coeff * * {case.potential}.nnp {" ".join(case.elements)}
compute e all pe/atom
compute s all stress/atom NULL virial
compute c all centroid/stress/atom NULL virial
{THERMO}
{dump(f'"{name}.dump"', "id proc fx fy fz c_e c_s[*] c_c[*]")}
run 0 post no
"""


def columns(frame: dict[str, np.ndarray], compute: str, n: int) -> np.ndarray:
    """Per-atom vector of a compute in a dump, (n_atoms, n)."""
    return np.column_stack([frame[f"c_{compute}[{d}]"] for d in range(1, n + 1)])

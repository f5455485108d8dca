"""A potential -> its crystal at 0 K: lattice constant, energy, elastic constants, phonons."""

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

# Loads the MPI library that LAMMPS's needs.
import mpi4py.MPI  # noqa: F401
from ase.calculators.calculator import Calculator
from ase.calculators.lammpslib import LAMMPSlib
from crystal_behavior import Crystal, Frequencies, elastic_constants, lattice_constant, phonons

from nnmanybody import NNPCalculator, Potential
from nnmanybody.lammps_runs import potential_folder
from silicon_properties_analysis import Estimate
from silicon_properties_runs import CONSTANT

STRAINS = (0.005, 0.0025)
DISPLACEMENTS = (0.02, 0.01)
"""Å."""
TOLERANCE = 1e-6
"""Å, to which the lattice constant is searched."""


def calculator_of(potential: Path | None) -> Calculator:
    """Return ASE's calculator of a potential file, or of Stillinger-Weber in LAMMPS."""
    if potential is not None:
        return NNPCalculator(Potential.read(potential))
    parameters = potential_folder() / "Si.sw"
    return LAMMPSlib(
        lmpcmds=["pair_style sw", f"pair_coeff * * {parameters} Si"],
        atom_types={"Si": 1},
        keep_alive=True,
        log_file=None,
    )


@dataclass(frozen=True)
class Rest:
    """The crystal at 0 K.

    Attributes
    ----------
    constant : Estimate, Å
    energy : Estimate, eV/atom
    elastic : dict of str to Estimate, GPa
        Errors of finite differences: the change when strains are halved.
    points : dict of str to list of Estimate, THz
        Phonons; errors likewise.
    phonons : Frequencies
    """

    constant: Estimate
    energy: Estimate
    elastic: dict[str, Estimate]
    points: dict[str, list[Estimate]]
    phonons: Frequencies


def at_rest(calculator: Calculator) -> Rest:
    """Compute everything; nothing in it is random."""
    constant = lattice_constant(calculator, "Si", "diamond", CONSTANT)
    crystal = Crystal("Si", "diamond", constant)
    atoms = crystal.cubic()
    atoms.calc = calculator
    energy = float(atoms.get_potential_energy()) / len(atoms)
    coarse, fine = (elastic_constants(calculator, crystal, strain) for strain in STRAINS)
    moved, less = (phonons(calculator, crystal, displacement) for displacement in DISPLACEMENTS)
    points = {
        name: [
            Estimate(float(one), abs(float(one - other)))
            for one, other in zip(less.points[name], moved.points[name], strict=True)
        ]
        for name in less.points
    }
    return Rest(
        Estimate(constant, TOLERANCE),
        Estimate(energy, 0.0),
        {name: Estimate(fine[name], abs(fine[name] - coarse[name])) for name in fine},
        points,
        less,
    )

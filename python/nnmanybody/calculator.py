"""ASE calculator: energy, forces, stress and per-atom parts of a potential."""

import os
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes

from nnmanybody.evaluation import Evaluation, FloatArray
from nnmanybody.potential import Potential

VOIGT_FROM_LAMMPS = [0, 1, 2, 5, 4, 3]
"""Positions of ASE's xx yy zz yz xz xy among LAMMPS's xx yy zz xy xz yz."""


class NNPCalculator(Calculator):  # type: ignore[misc]  # ASE's classes carry no types
    """Calculator of ASE that evaluates a potential.

    `stress` and `stresses` (per atom; their sum is `stress`) need a cell periodic in three
    directions; asking for them otherwise raises `PropertyNotImplementedError`, as ASE expects.

    Parameters
    ----------
    potential : Potential or path
        A path is read with `Potential.read`.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "energies", "forces", "stress", "stresses"]
    # Charges and magnetic moments play no part, so changing them asks for no new evaluation.
    ignored_changes: ClassVar[set[str]] = {"initial_charges", "initial_magmoms"}

    def __init__(self, potential: Potential | str | os.PathLike[str]) -> None:
        super().__init__()
        self.potential = potential if isinstance(potential, Potential) else Potential.read(potential)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate the potential; called by ASE.

        Raises
        ------
        NNPError
            If the structure holds an unknown element, a position that is not finite, or overlapping atoms.
        PropertyNotImplementedError
            If a stress is asked for without a cell periodic in three directions.
        """
        super().calculate(atoms, properties, system_changes)
        evaluation = self.potential.evaluate(self.atoms, per_atom_virial="stresses" in properties)
        self.results = _results(evaluation, self.atoms)
        missing = [name for name in properties if name in self.implemented_properties and name not in self.results]
        if missing:
            raise PropertyNotImplementedError(
                f"{' and '.join(missing)} needs a cell periodic in three directions; pbc is {self.atoms.pbc.tolist()}"
            )


def _results(evaluation: Evaluation, atoms: Atoms) -> dict[str, Any]:
    results: dict[str, Any] = {
        "energy": evaluation.energy,
        # A force field has no electronic entropy.
        "free_energy": evaluation.energy,
        "energies": evaluation.energies,
        "forces": evaluation.forces,
    }
    if evaluation.stress is not None:
        results["stress"] = evaluation.stress
        if evaluation.virials is not None:
            results["stresses"] = _stresses(evaluation.virials, atoms)
    return results


def _stresses(virials: FloatArray, atoms: Atoms) -> FloatArray:
    """Per atom, divided by the whole volume so that they add up to the stress, as ASE has it."""
    stresses: FloatArray = -np.asarray(virials)[:, VOIGT_FROM_LAMMPS] / atoms.get_volume()
    return stresses

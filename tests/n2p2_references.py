"""Potentials made by others with n2p2, and its numbers for some structures: read, beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import ase.io
import numpy as np
import pytest
from ase import Atoms

# The issue's: per atom; relative to the largest force; relative to the largest component of the virial, which went
# through LAMMPS's units of pressure.
ENERGY_TOLERANCE, FORCE_TOLERANCE, VIRIAL_TOLERANCE = 1e-9, 1e-8, 1e-6
ROUNDING_OF_FORCES = 1e-12  # eV/Å, where symmetry makes every force zero

SHARED = Path(__file__).parents[2] / "shared" / "data" / "n2p2"
NAMES = {
    "Si_mlearn": ("Si_mlearn_test0", "Si_mlearn_test8", "Si_mlearn_test14"),
    "Li_mlearn": ("Li_mlearn_test10", "Li_mlearn_test25", "Li_mlearn_test26"),
    "H2O_RPBE-D3": ("H2O_RPBE-D3_set0", "H2O_RPBE-D3_set10"),
    "Cu2S_PBE": ("Cu2S_PBE_set0", "Cu2S_PBE_single"),
}
CASES = [(folder, case) for folder, cases in NAMES.items() for case in cases]


class Reference(NamedTuple):
    """One structure and what n2p2 says of it: energy, forces, virial in eV and Å."""

    expected: dict[str, Any]
    atoms: Atoms
    potential: Path

    def assert_forces(self, forces: np.ndarray) -> None:
        """Compare (n_atoms, 3), eV/Å."""
        expected = np.array(self.expected["forces"])
        assert np.abs(forces - expected).max() <= FORCE_TOLERANCE * np.abs(expected).max() + ROUNDING_OF_FORCES

    def assert_virial(self, virial: np.ndarray) -> None:
        """Compare (3, 3), eV."""
        expected = np.array(self.expected["virial"])
        assert np.abs(virial - expected).max() <= VIRIAL_TOLERANCE * np.abs(expected).max()

    def assert_energy(self, energy: float) -> None:
        """Compare the total energy, eV."""
        assert abs(energy - self.expected["energy"]) <= ENERGY_TOLERANCE * len(self.atoms)


def read_reference(folder: str, case: str) -> Reference:
    """Read one of CASES; the test is skipped where the data are not there."""
    if not SHARED.is_dir():
        pytest.skip(f"the reference data of others is not at {SHARED}")
    expected = json.loads((SHARED / folder / f"{case}.json").read_text())
    return Reference(expected, ase.io.read(SHARED / folder / f"{case}.xyz"), SHARED / folder / "potential")

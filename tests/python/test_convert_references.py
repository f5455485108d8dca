"""Potentials made by others, read with the factors beside them: numbers of n2p2 and of its LAMMPS pair style."""

from __future__ import annotations

import json
from pathlib import Path

import ase.io
import numpy as np
import pytest

from nnmanybody import NNPCalculator, Potential
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.units import METAL, Units, named_units

# The issue's: per atom; relative to the largest force; relative to the largest component of the virial, which went
# through LAMMPS's units of pressure.
ENERGY_TOLERANCE, FORCE_TOLERANCE, VIRIAL_TOLERANCE = 1e-9, 1e-8, 1e-6
ROUNDING_OF_FORCES = 1e-12  # eV/Å, where symmetry makes every force zero

SHARED = Path(__file__).parents[3] / "shared" / "data" / "n2p2"
NAMES = {
    "Si_mlearn": ("Si_mlearn_test0", "Si_mlearn_test8", "Si_mlearn_test14"),
    "Li_mlearn": ("Li_mlearn_test10", "Li_mlearn_test25", "Li_mlearn_test26"),
    "H2O_RPBE-D3": ("H2O_RPBE-D3_set0", "H2O_RPBE-D3_set10"),
    "Cu2S_PBE": ("Cu2S_PBE_set0", "Cu2S_PBE_single"),
}
CASES = [(folder, case) for folder, cases in NAMES.items() for case in cases]


@pytest.fixture(scope="module")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the reference data of others is not at {SHARED}")
    return SHARED


@pytest.fixture(scope="module", params=CASES, ids=[case for _, case in CASES])
def reference(request, shared):
    """The expected numbers, the structure, and the converted potential."""
    folder, case = request.param
    expected = json.loads((shared / folder / f"{case}.json").read_text())
    units = Units(expected["cflength"], expected["cfenergy"], "given")
    potential = Potential(read_runner(shared / folder / "potential", units))
    return expected, ase.io.read(shared / folder / f"{case}.xyz"), potential


def test_energies_equal_those_of_n2p2(reference):
    expected, atoms, potential = reference
    found = potential.evaluate(atoms)
    assert abs(found.energy - expected["energy"]) <= ENERGY_TOLERANCE * len(atoms)
    # nnp-predict leaves out mean_energy and atom_energy: what is left over is the reference energy of the element.
    references = {section.element: section.reference_energy for section in potential.definition.sections}
    offsets = np.array([references[symbol] for symbol in atoms.symbols])
    native = np.array(expected["atomic_energies_native"]) / expected["cfenergy"]
    assert np.abs(found.energies - offsets - native).max() <= ENERGY_TOLERANCE


def test_forces_and_virial_equal_those_of_n2p2s_lammps_side(reference):
    expected, atoms, potential = reference
    found = potential.evaluate(atoms)
    forces, virial = np.array(expected["forces"]), np.array(expected["virial"])
    assert np.abs(found.forces - forces).max() <= FORCE_TOLERANCE * np.abs(forces).max() + ROUNDING_OF_FORCES
    assert np.abs(found.virial - virial).max() <= VIRIAL_TOLERANCE * np.abs(virial).max()


def test_the_calculator_says_the_same(reference):
    expected, atoms, potential = reference
    atoms = atoms.copy()
    atoms.calc = NNPCalculator(potential)
    forces = np.array(expected["forces"])
    assert abs(atoms.get_potential_energy() - expected["energy"]) <= ENERGY_TOLERANCE * len(atoms)
    assert np.abs(atoms.get_forces() - forces).max() <= FORCE_TOLERANCE * np.abs(forces).max() + ROUNDING_OF_FORCES


@pytest.mark.parametrize("units", [METAL, named_units("bohr-hartree")], ids=["metal", "bohr-hartree"])
def test_written_back_and_read_again_it_says_the_same(reference, units, tmp_path):
    expected, atoms, potential = reference
    for name, text in runner_files(potential.definition, units).items():
        (tmp_path / name).write_text(text)
    found = Potential(read_runner(tmp_path, units)).evaluate(atoms)
    forces = np.array(expected["forces"])
    assert abs(found.energy - expected["energy"]) <= ENERGY_TOLERANCE * len(atoms)
    assert np.abs(found.forces - forces).max() <= FORCE_TOLERANCE * np.abs(forces).max() + ROUNDING_OF_FORCES

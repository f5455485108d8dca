"""Potentials made by others, read with the factors beside them: numbers of n2p2 and of its LAMMPS pair style."""

from __future__ import annotations

import numpy as np
import pytest

from n2p2_references import CASES, ENERGY_TOLERANCE, read_reference
from nnmanybody import NNPCalculator, Potential
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.units import METAL, Units, named_units


@pytest.fixture(scope="module", params=CASES, ids=[case for _, case in CASES])
def reference(request):
    """The expected numbers with the structure, and the converted potential."""
    found = read_reference(*request.param)
    units = Units(found.expected["cflength"], found.expected["cfenergy"], "given")
    return found, Potential(read_runner(found.potential, units))


def test_energies_equal_those_of_n2p2(reference):
    n2p2, potential = reference
    found = potential.evaluate(n2p2.atoms)
    n2p2.assert_energy(found.energy)
    # nnp-predict leaves out mean_energy and atom_energy: what is left over is the reference energy of the element.
    references = {section.element: section.reference_energy for section in potential.definition.sections}
    offsets = np.array([references[symbol] for symbol in n2p2.atoms.symbols])
    native = np.array(n2p2.expected["atomic_energies_native"]) / n2p2.expected["cfenergy"]
    assert np.abs(found.energies - offsets - native).max() <= ENERGY_TOLERANCE


def test_forces_and_virial_equal_those_of_n2p2s_lammps_side(reference):
    n2p2, potential = reference
    found = potential.evaluate(n2p2.atoms)
    n2p2.assert_forces(found.forces)
    n2p2.assert_virial(found.virial)


def test_the_calculator_says_the_same(reference):
    n2p2, potential = reference
    atoms = n2p2.atoms.copy()
    atoms.calc = NNPCalculator(potential)
    n2p2.assert_energy(atoms.get_potential_energy())
    n2p2.assert_forces(atoms.get_forces())


@pytest.mark.parametrize("units", [METAL, named_units("bohr-hartree")], ids=["metal", "bohr-hartree"])
def test_written_back_and_read_again_it_says_the_same(reference, units, tmp_path):
    n2p2, potential = reference
    for name, text in runner_files(potential.definition, units).items():
        (tmp_path / name).write_text(text)
    found = Potential(read_runner(tmp_path, units)).evaluate(n2p2.atoms)
    n2p2.assert_energy(found.energy)
    n2p2.assert_forces(found.forces)

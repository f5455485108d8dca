"""ASE calculator: derivatives by differences, and what ASE expects of a calculator."""

from __future__ import annotations

import copy
import io
import subprocess
import sys

import ase.io
import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.calculator import PropertyNotImplementedError
from ase.constraints import FixAtoms
from ase.md.verlet import VelocityVerlet
from ase.stress import voigt_6_to_full_3x3_stress

import helpers
from nnmanybody import NNPCalculator, Potential

STEP = 2e-5  # Å, and of strain
# Central differences: STEP² times third derivatives of up to a hundred, and rounding of 1e-14 eV over STEP.
FORCE_TOLERANCE = 1e-7  # eV/Å
STRESS_TOLERANCE = 1e-9  # eV/Å³: the same, divided by volumes of 30 Å³ and more
ROUNDING = 1e-12

ALL = ["energy", "free_energy", "energies", "forces", "stress", "stresses"]


@pytest.fixture
def calculator(silica_potential):
    return NNPCalculator(silica_potential)


@pytest.fixture(params=helpers.STRUCTURES)
def structure(request, calculator):
    atoms = helpers.STRUCTURES[request.param]()
    atoms.calc = calculator
    return atoms


def energy_difference(atoms: Atoms, change) -> float:
    """Energy after the change forwards minus that after the change backwards."""
    energies = []
    for sign in (1, -1):
        changed = atoms.copy()
        change(changed, sign * STEP)
        changed.calc = atoms.calc
        energies.append(changed.get_potential_energy())
    return energies[0] - energies[1]


def test_forces_are_minus_the_slope_of_the_energy(structure):
    forces = structure.get_forces()
    assert np.abs(forces).max() > 1e3 * FORCE_TOLERANCE

    for atom in range(len(structure)):
        for axis in range(3):

            def move(atoms, step, atom=atom, axis=axis):
                atoms.positions[atom, axis] += step

            slope = energy_difference(structure, move) / (2 * STEP)
            assert -forces[atom, axis] == pytest.approx(slope, abs=FORCE_TOLERANCE)


@pytest.mark.parametrize("name", [name for name in helpers.STRUCTURES if name != "cluster"])
def test_stress_is_the_slope_of_the_energy_with_strain(calculator, name):
    atoms = helpers.STRUCTURES[name]()
    atoms.calc = calculator
    stress = voigt_6_to_full_3x3_stress(atoms.get_stress())
    assert np.abs(stress).max() > 1e3 * STRESS_TOLERANCE

    for row in range(3):
        for column in range(3):

            def strain(atoms, step, row=row, column=column):
                deformation = np.eye(3)
                deformation[row, column] += step
                atoms.set_cell(atoms.cell.array @ deformation.T, scale_atoms=True)

            slope = energy_difference(atoms, strain) / (2 * STEP * atoms.get_volume())
            assert stress[row, column] == pytest.approx(slope, abs=STRESS_TOLERANCE)


def test_parts_add_up(calculator):
    atoms = helpers.triclinic()
    atoms.calc = calculator
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
    assert atoms.get_potential_energies().sum() == pytest.approx(atoms.get_potential_energy(), abs=ROUNDING)
    assert atoms.get_stresses().shape == (len(atoms), 6)
    np.testing.assert_allclose(atoms.get_stresses().sum(axis=0), atoms.get_stress(), atol=ROUNDING)


def test_all_properties_are_of_shapes_ase_knows(calculator):
    atoms = helpers.silica()
    atoms.calc = calculator
    properties = calculator.calculate_properties(atoms, ALL)  # ASE checks the shapes
    assert set(ALL) <= set(properties)


def test_calculator_reads_a_path(silica_file, calculator):
    atoms = helpers.silica()
    assert NNPCalculator(silica_file).get_potential_energy(atoms) == calculator.get_potential_energy(atoms)


def _change_position(atoms):
    atoms.positions[0, 0] += 0.1


def _change_cell(atoms):
    atoms.set_cell(1.01 * atoms.cell.array, scale_atoms=True)


def _change_pbc(atoms):
    atoms.pbc = (1, 1, 0)


def _change_element(atoms):
    atoms.symbols[0] = "O"


def _add_atom(atoms):
    atoms.append("O")
    atoms.positions[-1] = (2.0, 1.9, 2.6)


@pytest.mark.parametrize("change", [_change_position, _change_cell, _change_pbc, _change_element, _add_atom])
def test_a_change_of_the_structure_discards_the_results(calculator, change):
    atoms = helpers.silica()
    atoms.calc = calculator
    before = atoms.get_potential_energy()
    change(atoms)
    fresh = atoms.copy()
    fresh.calc = NNPCalculator(calculator.potential)
    assert atoms.get_potential_energy() == fresh.get_potential_energy()
    assert abs(atoms.get_potential_energy() - before) > 1e-6
    np.testing.assert_array_equal(atoms.get_forces(), fresh.get_forces())


def test_nothing_is_computed_twice(calculator, monkeypatch):
    calls = []
    evaluate = Potential.evaluate
    monkeypatch.setattr(Potential, "evaluate", lambda *a, **k: calls.append(1) or evaluate(*a, **k))
    atoms = helpers.silica()
    atoms.calc = calculator
    for _ in range(2):
        atoms.get_potential_energy()
        atoms.get_forces()
        atoms.get_stress()
        atoms.set_initial_charges(np.ones(len(atoms)))  # plays no part in the energy
    assert len(calls) == 1


def test_results_do_not_change_when_the_caller_writes_into_them(calculator):
    atoms = helpers.silica()
    atoms.calc = calculator
    forces = atoms.get_forces()
    kept = forces.copy()
    forces[:] = 0.0
    np.testing.assert_array_equal(atoms.get_forces(), kept)


def test_isolated_atom(calculator):
    atom = Atoms("O", calculator=calculator)
    assert atom.get_potential_energy() == calculator.potential.evaluate(Atoms("O")).energy
    np.testing.assert_array_equal(atom.get_forces(), np.zeros((1, 3)))


@pytest.mark.parametrize("pbc", [False, (1, 1, 0)])
@pytest.mark.parametrize("method", ["get_stress", "get_stresses"])
def test_stress_without_three_periodic_directions(calculator, pbc, method):
    atoms = helpers.silica()
    atoms.pbc = pbc
    atoms.calc = calculator
    with pytest.raises(PropertyNotImplementedError, match="periodic in three directions"):
        getattr(atoms, method)()
    assert np.isfinite(atoms.get_potential_energy())


def test_a_copy_of_the_atoms_has_no_calculator_and_a_deep_copy_its_own(calculator):
    atoms = helpers.silica()
    atoms.calc = calculator
    assert atoms.copy().calc is None
    twin = copy.deepcopy(atoms)
    twin.positions[0] += 0.2
    assert twin.get_potential_energy() != atoms.get_potential_energy()
    assert twin.calc is not atoms.calc


def test_constraints_are_applied_by_ase(calculator):
    atoms = helpers.silica()
    atoms.calc = calculator
    atoms.set_constraint(FixAtoms([0]))
    assert not atoms.get_forces()[0].any()
    assert atoms.get_forces(apply_constraint=False)[0].any()


def test_results_travel_through_extended_xyz(calculator):
    atoms = helpers.silica()
    atoms.calc = calculator
    energy, forces, stress = atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()
    file = io.StringIO()
    ase.io.write(file, atoms, format="extxyz")
    file.seek(0)
    read = ase.io.read(file, format="extxyz")
    printed = 1e-8  # ASE writes eight digits after the point
    assert read.get_potential_energy() == pytest.approx(energy, abs=1e-12)
    np.testing.assert_allclose(read.get_forces(), forces, atol=printed)
    np.testing.assert_allclose(read.get_stress(), stress, atol=printed)


def test_molecular_dynamics_conserves_energy(silicon_potential):
    atoms = helpers.silicon(rattle=0.05)
    atoms.calc = NNPCalculator(silicon_potential)
    atoms.set_momenta(np.random.default_rng(1).normal(0.0, 1.0, (len(atoms), 3)))
    dynamics = VelocityVerlet(atoms, timestep=1.0 * units.fs)
    start = atoms.get_total_energy()
    exchanged = []
    for _ in range(60):
        dynamics.run(1)
        assert atoms.get_total_energy() == pytest.approx(start, abs=2e-4 * len(atoms))
        exchanged.append(atoms.get_kinetic_energy())
    # The integrator's own error is of second order in the time step; what moves between kinds is far larger.
    assert np.ptp(exchanged) > 20 * 2e-4 * len(atoms)


def test_importing_and_evaluating_needs_neither_tensorflow_nor_matplotlib(silicon_file):
    code = (
        "import sys, nnmanybody\n"
        "assert 'ase' not in sys.modules and 'numpy' not in sys.modules, 'import nnmanybody must cost nothing'\n"
        "from ase.build import bulk\n"
        f"atoms = bulk('Si'); atoms.calc = nnmanybody.NNPCalculator(nnmanybody.Potential.read({str(silicon_file)!r}))\n"
        "atoms.get_forces(); nnmanybody.SymmetryFunctionSet; nnmanybody.neighbor_list\n"
        "import nnmanybody.evaluate, nnmanybody.set_analysis, nnmanybody.commands.plot, nnmanybody.commands.evaluate\n"
        "print([name for name in ('tensorflow', 'matplotlib', 'keras') if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert result.stdout == "[]\n"

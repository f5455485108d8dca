"""benchmarks/crystal_behavior.py where the answers are known: springs on bcc by hand, Stillinger-Weber silicon."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from ase.calculators.calculator import Calculator, all_changes
from ase.data import atomic_masses
from ase.stress import full_3x3_to_voigt_6_stress
from ase.units import GPa, _amu, _e

import helpers
import sw_silicon
from nnmanybody.neighbors import neighbor_list

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import crystal_behavior
import fit_behavior

STIFFNESS = 2.0  # eV/Å²
EDGE = 3.4  # Å
REST = EDGE * np.sqrt(3.0) / 2.0  # Å, between nearest neighbors of bcc
BETWEEN_SHELLS = 1.05 * REST  # Å; second neighbors are at 1.155
# Stillinger-Weber silicon, GPa: Cowley, Phys. Rev. Lett. 60, 2379 (1988)
SW = {"C11": 151.4, "C12": 76.4, "C44": 56.4}
SW_EDGE = 5.431  # Å, at which the potential was made


class Springs(Calculator):
    """E = 1/2 k (r - r0)² for every pair of nearest neighbors."""

    implemented_properties = ("energy", "forces", "stress")

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        pairs = neighbor_list(atoms, BETWEEN_SHELLS)
        stretch = pairs.distance - REST
        force = STIFFNESS * (stretch / pairs.distance)[:, None] * pairs.displacement
        forces = np.zeros((len(atoms), 3))
        np.add.at(forces, pairs.center, force)
        self.results = {"energy": 0.25 * STIFFNESS * np.sum(stretch**2), "forces": forces}
        if atoms.pbc.all():
            strain = 0.5 * pairs.displacement.T @ force
            self.results["stress"] = full_3x3_to_voigt_6_stress(strain / atoms.get_volume())


class StillingerWeber(Calculator):
    """The NumPy twin of pair_style sw."""

    implemented_properties = ("energy", "forces", "stress")

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.results = dict(zip(("energy", "forces", "stress"), sw_silicon.evaluate(atoms), strict=True))


@pytest.fixture(scope="module")
def springs():
    return crystal_behavior.Crystal("Li", "bcc", EDGE)


def test_lattice_constants():
    found = crystal_behavior.lattice_constant(Springs(), "Li", "bcc", 3.42)
    assert found == pytest.approx(EDGE, abs=1e-6)
    assert crystal_behavior.lattice_constant(StillingerWeber(), "Si", "diamond", 5.4) == pytest.approx(
        SW_EDGE, abs=1e-3
    )


def test_elastic_constants_of_springs(springs):
    """All three are 2k/(3a): 1/2 k r0² sum of n_x⁴ over 8 neighbors, each with n² = 1/3, per volume a³/2."""
    found = crystal_behavior.elastic_constants(Springs(), springs)
    for value in found.values():
        assert value == pytest.approx(2.0 * STIFFNESS / (3.0 * EDGE) / GPa, rel=1e-4)


def test_elastic_constants_of_stillinger_weber():
    crystal = crystal_behavior.Crystal("Si", "diamond", SW_EDGE)
    found = crystal_behavior.elastic_constants(StillingerWeber(), crystal)
    for name, value in SW.items():
        assert found[name] == pytest.approx(value, abs=0.1), name
    energies = []  # under a shear without relaxation: their second difference is the clamped constant
    for shear in (-0.002, 0.0, 0.002):
        atoms = crystal.cubic()
        atoms.set_cell(atoms.cell.array @ [[1, 0, 0], [0, 1, shear / 2], [0, shear / 2, 1]], scale_atoms=True)
        energies.append(sw_silicon.evaluate(atoms)[0])
    second = (energies[0] - 2.0 * energies[1] + energies[2]) / (0.002**2 * crystal.cubic().get_volume())
    assert found["C44 clamped"] == pytest.approx(second / GPa, rel=1e-3)


def test_phonons_of_springs(springs, monkeypatch):
    """m ω² = k sum over 8 neighbors of (n·e)² (1 - cos q·r): 16k/3 at H, 8k/3 at P; 0, 8k/3, 16k/3 at N."""
    monkeypatch.setitem(crystal_behavior.SUPERCELL, "bcc", 4)
    found = crystal_behavior.phonons(Springs(), springs, displacement=0.005)
    unit = np.sqrt(STIFFNESS * _e * 1e20 / (atomic_masses[3] * _amu)) / (2.0 * np.pi) / 1e12  # THz
    expected = {"H": [16 / 3] * 3, "N": [0.0, 8 / 3, 16 / 3], "P": [8 / 3] * 3}
    for point, squares in expected.items():
        np.testing.assert_allclose(found.points[point], unit * np.sqrt(squares), atol=0.05 * unit)
    assert abs(found.lowest) < 0.05 * unit
    assert found.bands.shape == (len(found.path), 3)
    assert list(found.ticks.values()) == ["Γ", "H", "P", "Γ", "N"]


def test_energy_volume_of_springs(springs):
    """E = 2 k (r - r0)² per atom with r = r0 (V/V0)^(1/3)."""
    curve = crystal_behavior.energy_volume(Springs(), springs, 0.9, 1.1)
    ratio = curve.volumes / (EDGE**3 / 2.0)
    np.testing.assert_allclose(curve.energies, 2.0 * STIFFNESS * (REST * (ratio ** (1 / 3) - 1.0)) ** 2, atol=1e-12)
    expected = 4.0 * STIFFNESS * (REST / (3.0 * EDGE**3 / 2.0)) ** 2  # at the minimum
    assert curve.curvatures[len(curve.curvatures) // 2] == pytest.approx(expected, rel=1e-2)
    assert 0.0 < curve.smallest_curvature() < expected


def test_a_wiggle_is_found():
    volumes = np.linspace(15.0, 25.0, 101)
    smooth = 0.01 * (volumes - 20.0) ** 2
    for wiggle, sign in ((0.0, 1.0), (0.02, -1.0)):
        energies = smooth + wiggle * np.sin(3.0 * volumes)
        second = (energies[2:] - 2.0 * energies[1:-1] + energies[:-2]) / 0.1**2
        curve = crystal_behavior.EnergyVolume(volumes, energies, second)
        assert np.sign(curve.smallest_curvature()) == sign


def test_curves_of_pairs(springs):
    dimer = crystal_behavior.dimer(Springs(), "Li", 1.0, 3.0)
    assert dimer.repulsive_below(REST)
    assert not dimer.repulsive_below(3.0)
    assert dimer.deepest_below(2.0) == 0.0
    assert dimer.energies[0] == pytest.approx(0.5 * STIFFNESS * ((1.0 - REST) ** 2 - (dimer.distances[-1] - REST) ** 2))
    pushed = crystal_behavior.collision(Springs(), springs, 2.86)  # no spring breaks yet
    assert pushed.repulsive_below(REST)
    assert pushed.distances[0] == 2.86


def test_a_potential_with_and_without_core(tmp_path, monkeypatch, capsys, silicon_file):
    """The script from end to end, coarsely; the random potential is no silicon, but has a lattice constant."""
    potential = fit_behavior.Potential.read(silicon_file)
    dimer = [
        crystal_behavior.dimer(fit_behavior.NNPCalculator(one), "Si", 0.4, 3.0)
        for one in (potential, fit_behavior.with_core(potential, 1.0, 2.0))
    ]
    far = dimer[0].distances > 2.0
    np.testing.assert_allclose(dimer[1].energies[far], dimer[0].energies[far], atol=1e-12)
    assert dimer[1].repulsive_below(1.5)
    assert dimer[1].energies[0] - dimer[0].energies[0] > 100.0


def test_constants_of_strained_crystals_in_data():
    """Energies of springs, of a cubic cell strained along x and sheared."""
    ground = helpers.rattled(crystal_behavior.Crystal("Li", "bcc", EDGE).cubic(), 0.0, 0)
    ground.info["description"] = "Ground_state_crystal"
    frames = [ground]
    for size in (-0.01, -0.005, 0.005, 0.01):
        for component in ((0, 0), (0, 1)):
            strain = np.zeros((3, 3))
            strain[component] = strain[component[::-1]] = size
            atoms = ground.copy()
            values, vectors = np.linalg.eigh(np.eye(3) + 2.0 * strain)
            atoms.set_cell(ground.cell.array @ (vectors * np.sqrt(values)) @ vectors.T, scale_atoms=True)
            atoms.info = {"config_type": "Elastic"}
            frames.append(atoms)
    for atoms in frames:
        atoms.calc = Springs()
        atoms.info["REF_energy"] = atoms.get_potential_energy()
    found = fit_behavior.data_constants(frames)
    assert found["a"] == pytest.approx(EDGE)
    for name in ("C11", "C44 clamped"):
        assert found[name] == pytest.approx(2.0 * STIFFNESS / (3.0 * EDGE) / GPa, rel=1e-3)
    assert fit_behavior.data_constants(frames[1:]) == {}

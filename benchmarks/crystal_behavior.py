"""A calculator of ASE and a crystal of one element -> its E(V), elastic constants, phonons, close pairs.

Nothing here knows a neural network: energies, forces and stresses are asked of the calculator.
"""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator
from ase.dft.kpoints import monkhorst_pack
from ase.optimize import BFGS
from ase.phonons import Phonons
from ase.units import GPa, _e, _hplanck
from numpy.typing import NDArray
from scipy.optimize import brentq

FloatArray = NDArray[np.float64]

THZ = _hplanck / _e * 1e12  # eV
SHEAR = 3  # of Voigt's yz
RELAXED = 1e-4  # eV/Å
SUPERCELL = {"diamond": 4, "bcc": 8}  # primitive cells along each edge; points below fit into them
POINTS = {  # in primitive reciprocal vectors of ASE's cells
    "diamond": {"Γ": (0, 0, 0), "X": (0, 0.5, 0.5), "L": (0.5, 0.5, 0.5)},
    "bcc": {"H": (0.5, -0.5, 0.5), "N": (0, 0, 0.5), "P": (0.25, 0.25, 0.25)},
}
PATHS = {
    "diamond": (("Γ", (0, 0, 0)), ("X", (0, 0.5, 0.5)), ("Γ", (1, 1, 1)), ("L", (0.5, 0.5, 0.5))),
    "bcc": (("Γ", (0, 0, 0)), ("H", (0.5, -0.5, 0.5)), ("P", (0.25, 0.25, 0.25)), ("Γ", (0, 0, 0)), ("N", (0, 0, 0.5))),
}


@dataclass(frozen=True)
class Crystal:
    """A cubic crystal of one element.

    Attributes
    ----------
    element : str
    lattice : "diamond" or "bcc"
    constant : float, Å
        Edge of the cubic cell.
    """

    element: str
    lattice: str
    constant: float

    def cubic(self, scale: float = 1.0) -> Atoms:
        """Make the cubic cell, its edge multiplied by `scale`."""
        return bulk(self.element, self.lattice, a=scale * self.constant, cubic=True)

    def primitive(self) -> Atoms:
        """Make the primitive cell."""
        return bulk(self.element, self.lattice, a=self.constant)


def lattice_constant(calculator: Calculator, element: str, lattice: str, near: float) -> float:
    """Edge of the cubic cell without pressure, Å, within 4 % of `near`."""

    def pressure(constant: float) -> float:
        atoms = Crystal(element, lattice, constant).cubic()
        atoms.calc = calculator
        return -float(atoms.get_stress()[:3].mean())

    return float(brentq(pressure, 0.96 * near, 1.04 * near, xtol=1e-6))


@dataclass(frozen=True)
class EnergyVolume:
    """E(V): (n,) Å³/atom, eV/atom, and d²E/dV² (n - 2,) eV/Å⁶ atom at all but the ends."""

    volumes: FloatArray
    energies: FloatArray
    curvatures: FloatArray

    def smallest_curvature(self, low: float = 0.9, high: float = 1.1) -> float:
        """Smallest d²E/dV² between these multiples of the volume of the minimum; above zero without a wiggle."""
        ratio = self.volumes[1:-1] / self.volumes[int(self.energies.argmin())]
        return float(self.curvatures[(ratio >= low) & (ratio <= high)].min())


def energy_volume(calculator: Calculator, crystal: Crystal, low: float = 0.6, high: float = 1.4) -> EnergyVolume:
    """Energies from `low` to `high` times the volume of the crystal, in steps of 1 %."""
    ratios = np.arange(round(100 * low), round(100 * high) + 1) / 100.0
    structures = [crystal.cubic(float(ratio) ** (1 / 3)) for ratio in ratios]
    energies = []
    for atoms in structures:
        atoms.calc = calculator
        energies.append(atoms.get_potential_energy() / len(atoms))
    volumes = np.array([atoms.get_volume() / len(atoms) for atoms in structures])
    found = np.array(energies)
    second = (found[2:] - 2.0 * found[1:-1] + found[:-2]) / (volumes[1] - volumes[0]) ** 2
    return EnergyVolume(volumes, found, second)


def elastic_constants(calculator: Calculator, crystal: Crystal, strain: float = 0.005) -> dict[str, float]:
    """C11, C12, C44 and C44 with atoms that do not relax, GPa, by central differences of the stress."""

    def slope(component: int, *, relax: bool) -> FloatArray:
        stresses = [_stress(calculator, crystal, component, way * strain, relax=relax) for way in (1.0, -1.0)]
        difference: FloatArray = (stresses[0] - stresses[1]) / (2.0 * strain * GPa)
        return difference

    along, shear, clamped = slope(0, relax=False), slope(SHEAR, relax=True), slope(SHEAR, relax=False)
    return {
        "C11": float(along[0]),
        "C12": float(along[1:3].mean()),
        "C44": float(shear[SHEAR]),
        "C44 clamped": float(clamped[SHEAR]),
    }


def _stress(calculator: Calculator, crystal: Crystal, component: int, size: float, *, relax: bool) -> FloatArray:
    """Stress (6,) eV/Å³ under a strain along x, or an engineering shear strain of yz."""
    atoms = crystal.cubic()
    deformation = np.eye(3)
    if component == SHEAR:
        deformation[1, 2] = deformation[2, 1] = 0.5 * size
    else:
        deformation[component, component] += size
    atoms.set_cell(atoms.cell.array @ deformation, scale_atoms=True)
    atoms.calc = calculator
    if relax:
        BFGS(atoms, logfile=None).run(fmax=RELAXED, steps=200)
    stress: FloatArray = atoms.get_stress()
    return stress


@dataclass(frozen=True)
class Frequencies:
    """Phonons, THz; imaginary ones are negative.

    Attributes
    ----------
    points : dict of point to (3 n_atoms,) float64
    lowest : float
        Of all points of the reciprocal lattice of the supercell, without the three of translation.
    path : (n,) float64
        Length along the path of the bands.
    bands : (n, 3 n_atoms) float64
    ticks : dict of position to name
    """

    points: dict[str, FloatArray]
    lowest: float
    path: FloatArray
    bands: FloatArray
    ticks: dict[float, str]


def phonons(calculator: Calculator, crystal: Crystal, displacement: float = 0.02) -> Frequencies:
    """Frequencies by finite displacements in a supercell."""
    size, corners = SUPERCELL[crystal.lattice], PATHS[crystal.lattice]
    with tempfile.TemporaryDirectory() as folder:
        work = Phonons(
            crystal.primitive(), calculator, (size,) * 3, delta=displacement, name=str(Path(folder) / "displacements")
        )
        work.run()
        work.read(acoustic=True)

    def frequencies(points: Sequence[Sequence[float]] | FloatArray) -> FloatArray:
        found: FloatArray = np.sort(work.band_structure(np.asarray(points, dtype=float), verbose=False), axis=1) / THZ
        return found

    grid = monkhorst_pack((size,) * 3) + 0.5 * (1 - size % 2) / size  # contains Γ
    everywhere = frequencies(grid)
    origin = np.linalg.norm(grid, axis=1).argmin()
    everywhere[origin, :3] = np.inf  # the translations
    names = POINTS[crystal.lattice]
    points, positions, ticks = _path(crystal, corners)
    return Frequencies(
        points=dict(zip(names, frequencies(list(names.values())), strict=True)),
        lowest=float(everywhere.min()),
        path=positions,
        bands=frequencies(points),
        ticks=ticks,
    )


def _path(
    crystal: Crystal, corners: Sequence[tuple[str, Sequence[float]]], n: int = 40
) -> tuple[FloatArray, FloatArray, dict[float, str]]:
    """Points along the corners, their distance from the first, and the corners' names by distance."""
    reciprocal = crystal.primitive().cell.reciprocal().array
    points, positions, ticks = [], [], {0.0: corners[0][0]}
    at = 0.0
    for (_, one), (name, other) in itertools.pairwise(corners):
        step = np.subtract(other, one)
        length = float(np.linalg.norm(step @ reciprocal))
        for part in np.linspace(0.0, 1.0, n):
            points.append(np.asarray(one) + part * step)
            positions.append(at + part * length)
        at += length
        ticks[at] = name
    return np.array(points), np.array(positions), ticks


@dataclass(frozen=True)
class PairCurve:
    """Energy while two atoms come nearer: (n,) Å, (n,) eV, zero at the longest distance."""

    distances: FloatArray
    energies: FloatArray

    def repulsive_below(self, distance: float) -> bool:
        """Whether the energy rises with every step from this distance to the shortest."""
        part = self.energies[self.distances <= distance]
        return bool((np.diff(part) < 0.0).all())

    def deepest_below(self, distance: float) -> float:
        """How far the energy falls below that at this distance on the way in, eV; 0 if it never does."""
        part = self.energies[self.distances <= distance]
        return float(min(part.min() - part[-1], 0.0))


def dimer(calculator: Calculator, element: str, shortest: float, longest: float) -> PairCurve:
    """Two atoms in open space, every 0.02 Å."""
    distances = np.arange(shortest, longest, 0.02)
    return _curve(distances, [_energy(calculator, Atoms([element] * 2, [[0, 0, 0], [0, 0, r]])) for r in distances])


def collision(calculator: Calculator, crystal: Crystal, shortest: float) -> PairCurve:
    """Push an atom of the crystal straight at its neighbor, the others in their places, every 0.02 Å."""
    atoms = crystal.cubic() * (3, 3, 3) if crystal.lattice == "bcc" else crystal.cubic() * (2, 2, 2)
    vectors = atoms.get_distances(0, range(1, len(atoms)), mic=True, vector=True)
    vector = vectors[int(np.linalg.norm(vectors, axis=1).argmin())]
    nearest = float(np.linalg.norm(vector))
    distances = np.arange(shortest, nearest, 0.02)
    energies = []
    for r in distances:
        moved = atoms.copy()
        moved.positions[0] += (1.0 - r / nearest) * vector
        energies.append(_energy(calculator, moved))
    return _curve(distances, energies)


def _energy(calculator: Calculator, atoms: Atoms) -> float:
    atoms.calc = calculator
    return float(atoms.get_potential_energy())


def _curve(distances: FloatArray, energies: Sequence[float]) -> PairCurve:
    found = np.array(energies)
    return PairCurve(distances, found - found[-1])

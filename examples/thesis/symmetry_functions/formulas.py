"""Functions of the thesis' figures by the core, against the formulas in plain NumPy (chapter 4)."""

from collections.abc import Sequence

import numpy as np

from common import FloatArray
from nnmanybody._core import Descriptor, SymmetryFunction
from nnmanybody.plots.function_values import FAR, angular_part, of_one_neighbor, of_two_neighbors

DISTANCES = np.linspace(0.05, 11.5, 300)
ANGLES = np.linspace(0.05, np.pi, 90)  # at 0 two neighbors would sit on top of one another

RADIAL = (
    *(SymmetryFunction("G1", ["Si"], cutoff) for cutoff in (3.0, 5.0, 7.0, 9.0, 11.0)),
    *(SymmetryFunction("G2", ["Si"], 11.0, eta=eta) for eta in (0.001, 0.03, 0.15, 1.0)),
    *(SymmetryFunction("G2", ["Si"], 6.0, eta=4.0, r_shift=shift) for shift in (1.0, 2.5, 5.0)),
    *(SymmetryFunction("G3", ["Si"], 11.0, kappa=kappa) for kappa in (0.5, 1.0, 2.0)),
)
ANGULAR = tuple(
    SymmetryFunction(kind, ["Si", "Si"], 6.0, eta=0.01, zeta=zeta, lam=lam)
    for kind in ("G4", "G5")
    for zeta in (1.0, 4.0, 16.0)
    for lam in (1, -1)
)


def cutoff_function(r: FloatArray, cutoff: float) -> FloatArray:
    """Equation (4.4)."""
    return np.where(r <= cutoff, 0.5 * (np.cos(np.pi * r / cutoff) + 1.0), 0.0)


def cutoff_slope(r: FloatArray, cutoff: float) -> FloatArray:
    """Return the derivative of equation (4.4), 1/Å."""
    return np.where(r <= cutoff, -0.5 * np.pi / cutoff * np.sin(np.pi * r / cutoff), 0.0)


def largest_difference() -> float:
    """Core less formula: radial functions of one neighbor, angular ones of two, angular parts alone."""
    found = of_one_neighbor(RADIAL, DISTANCES)
    worst = np.abs(found - np.stack([_radial(function, DISTANCES) for function in RADIAL], axis=1)).max()
    for distance in (1.5, 2.4, 4.0):
        r = np.full_like(ANGLES, distance)
        expected = np.stack([_angular(function, r, ANGLES) for function in ANGULAR], axis=1)
        worst = max(worst, np.abs(of_two_neighbors(ANGULAR, r, ANGLES) - expected).max())
    for zeta in (1.0, 2.0, 64.0):
        for lam in (1, -1):
            # Two neighbors at 1 Å, and a cutoff so far away that it is hardly felt
            decay = cutoff_function(np.ones_like(ANGLES), FAR) ** 2
            expected = decay * 2.0 ** (1.0 - zeta) * (1.0 + lam * np.cos(ANGLES)) ** zeta
            worst = max(worst, np.abs(angular_part(zeta, lam, ANGLES) - expected).max())
    return float(worst)


def slope_difference(cutoff: float) -> float:
    """Largest difference between the core's derivative of G1 by the distance and that of the formula, 1/Å."""
    r = np.linspace(0.05, cutoff + 0.5, 200)
    return float(np.abs(cutoff_by_core(r, cutoff)[1] - cutoff_slope(r, cutoff)).max())


def cutoff_by_core(r: FloatArray, cutoff: float) -> tuple[FloatArray, FloatArray]:
    """G1 of one neighbor, and its derivative by the distance."""
    descriptor = Descriptor(["Si"], [SymmetryFunction("G1", ["Si"], cutoff)])
    centers, neighbor = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    species, first = np.zeros(2, dtype=np.int32), np.array([0, 1, 1], dtype=np.int64)
    found = [
        descriptor.values_and_jacobian(centers, species, first, neighbor, [[distance, 0.0, 0.0]]) for distance in r
    ]
    return np.array([value.ravel()[0] for value, _ in found]), np.array([slope.ravel()[0] for _, slope in found])


def _radial(function: SymmetryFunction, r: FloatArray) -> FloatArray:
    weight = cutoff_function(r, function.cutoff)
    if function.kind == "G2":
        return np.exp(-function.eta * (r - function.r_shift) ** 2) * weight
    return np.cos(function.kappa * r) * weight if function.kind == "G3" else weight


def _angular(function: SymmetryFunction, r: FloatArray, angle: FloatArray) -> FloatArray:
    """Two neighbors at the same distance; G4 (4.8) knows the distance between them too, G5 (4.9) does not."""
    angular = 2.0 ** (1.0 - function.zeta) * (1.0 + function.lam * np.cos(angle)) ** function.zeta
    distances: Sequence[FloatArray] = (r, r)
    if function.kind == "G4":
        distances = (r, r, 2.0 * r * np.sin(0.5 * angle))
    for distance in distances:
        angular = angular * np.exp(-function.eta * distance**2) * cutoff_function(distance, function.cutoff)
    return angular

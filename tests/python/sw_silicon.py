"""Stillinger-Weber silicon in NumPy: energy, forces and stress of small cells, for data that is right in every number.

Parameters of Stillinger and Weber, Phys. Rev. B 31, 5262 (1985), with the ε of LAMMPS's Si.sw.
"""

from __future__ import annotations

import numpy as np
from ase.stress import full_3x3_to_voigt_6_stress

from nnmanybody.neighbors import neighbor_list

EPSILON, SIGMA, A_CUT = 2.1683, 2.0951, 1.80  # eV, Å, 1
LAMBDA, GAMMA, BIG_A, BIG_B = 21.0, 1.20, 7.049556277, 0.6022245584


def label(atoms):
    """Give a structure the energy, forces and stress of the potential."""
    energy, forces, stress = evaluate(atoms)
    atoms.info["REF_energy"] = energy
    atoms.arrays["REF_forces"] = forces
    if atoms.pbc.all():
        atoms.info["REF_stress"] = stress
    return atoms


def evaluate(atoms):
    """Energy (eV), forces (eV/Å) and stress (eV/Å³, ASE's sign) from the slopes along the displacements."""
    pairs = neighbor_list(atoms, A_CUT * SIGMA - 1e-9)
    D, r = pairs.displacement, pairs.distance
    energy, slope = _pairs(D, r)
    for center in range(len(atoms)):
        part = slice(pairs.first[center], pairs.first[center + 1])
        angular, gradient = _triplets(D[part], r[part])
        energy += angular
        slope[part] += gradient
    forces = np.zeros((len(atoms), 3))
    np.add.at(forces, pairs.center, slope)
    np.add.at(forces, pairs.neighbor, -slope)
    strain = D.T @ slope
    stress = full_3x3_to_voigt_6_stress(0.5 * (strain + strain.T) / atoms.get_volume()) if atoms.pbc.all() else None
    return float(energy), forces, stress


def _pairs(D, r):
    """Half of the pair energy for each of the two atoms that see it."""
    x = SIGMA / r
    tail = np.exp(SIGMA / (r - A_CUT * SIGMA))
    tail_slope = -tail * SIGMA / (r - A_CUT * SIGMA) ** 2
    core, core_slope = BIG_B * x**4 - 1.0, -4.0 * BIG_B * x**4 / r
    value = 0.5 * BIG_A * EPSILON * core * tail
    slope = 0.5 * BIG_A * EPSILON * (core_slope * tail + core * tail_slope)
    return value.sum(), (slope / r)[:, None] * D


def _triplets(D, r):
    """Energy of the angles at one atom: all ordered pairs of neighbors, each counted half."""
    n = len(r)
    tail = np.exp(GAMMA * SIGMA / (r - A_CUT * SIGMA))
    tail_slope = -tail * GAMMA * SIGMA / (r - A_CUT * SIGMA) ** 2
    unit = D / r[:, None]
    cosine = unit @ unit.T
    bend = (cosine + 1.0 / 3.0) * (1.0 - np.eye(n))
    strength = LAMBDA * EPSILON
    energy = 0.5 * strength * np.sum(bend**2 * np.outer(tail, tail))
    # d cos(j, k)/d D_j = (unit_k - cos unit_j)/r_j, and each pair of neighbors stands in the sum twice.
    weight = 2.0 * bend * np.outer(tail, tail)
    turning = (weight @ unit - (weight * cosine).sum(axis=1)[:, None] * unit) / r[:, None]
    stretching = ((bend**2) @ tail * tail_slope)[:, None] * unit
    return energy, strength * (turning + stretching)

"""Niobium structures of the kinds in table 2 of Wang et al. (arXiv:2504.19372), and the small cells of the tests."""

from collections.abc import Iterator

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray

A_BCC = 3.3008  # Å, of the Finnis-Sinclair potential
A_FCC = 4.23  # Å, about the same volume per atom within 5 %
A_HCP = 2.99  # Å
CLOSEST = 0.75  # of the neighbor distance: nearer atoms at a grain boundary are one
APART = 2.35  # Å, at least, before the atoms of a defect are rattled: as far as relaxing drives them


def small_cells(seed: int, n_cells: int) -> list[Atoms]:
    """Bcc cells of 54 atoms, strained, rattled, every fourth with a vacancy; 12 of seed 1 to train, 6 of 2 to test."""
    rng = np.random.default_rng(seed)
    corner = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], dtype=float)
    lattice = np.vstack([corner, corner + 0.5]) * A_BCC
    cells = []
    for number in range(n_cells):
        scale, amplitude = rng.uniform(0.94, 1.06), rng.choice([0.02, 0.08, 0.15, 0.3])
        positions = (lattice + rng.normal(size=lattice.shape) * amplitude) * scale
        if number % 4 == 3:
            positions = np.delete(positions, rng.integers(len(positions)), 0)
        cell = np.eye(3) * 3 * A_BCC * scale
        cells.append(Atoms(f"Nb{len(positions)}", positions, cell=cell, pbc=True, info={"config_type": "small cell"}))
    return cells


def crystals(rng: np.random.Generator) -> Iterator[Atoms]:
    """Bcc, fcc and hcp, compressed, stretched and sheared; 60 structures."""
    kinds = {
        "bcc": (bulk("Nb", "bcc", a=A_BCC, cubic=True) * (3, 3, 3), 28),
        "fcc": (bulk("Nb", "fcc", a=A_FCC, cubic=True) * (2, 2, 3), 16),
        "hcp": (bulk("Nb", "hcp", a=A_HCP, c=1.633 * A_HCP, orthorhombic=True) * (3, 2, 2), 16),
    }
    for name, (lattice, n) in kinds.items():
        for number in range(n):
            strain = np.eye(3) * rng.uniform(0.93, 1.06)
            if number % 2:  # tetragonal
                strain = strain @ np.diag([1.0, 1.0, rng.uniform(0.94, 1.08)])
            atoms = lattice.copy()
            atoms.set_cell(lattice.cell.array @ strain, scale_atoms=True)
            yield rattled(atoms, rng.choice([0.0, 0.05, 0.15]), rng, name)


def rattled(atoms: Atoms, size: float, rng: np.random.Generator, name: str) -> Atoms:
    """Move every coordinate by a normal deviate, Å."""
    atoms.positions += rng.normal(size=atoms.positions.shape) * size
    atoms.info["config_type"] = name
    return atoms


def pushed_apart(atoms: Atoms, sweeps: int = 30) -> Atoms:
    """Move pairs nearer than `APART` away from each other until none is left, or for so many sweeps."""
    for _ in range(sweeps):
        first, second, vectors = neighbor_list("ijD", atoms, APART)
        if not len(first):
            break
        lengths = np.linalg.norm(vectors, axis=1)
        steps = vectors * ((APART + 0.01 - lengths) / (4 * lengths))[:, None]
        np.subtract.at(atoms.positions, first, steps)
        np.add.at(atoms.positions, second, steps)
    return atoms


def vacancies(rng: np.random.Generator, n: int = 12) -> Iterator[Atoms]:
    """Bcc with one or two atoms missing."""
    for number in range(n):
        atoms = bulk("Nb", "bcc", a=A_BCC, cubic=True) * (3, 3, 3)
        del atoms[sorted(rng.choice(len(atoms), 1 + number % 2, replace=False).tolist())]
        yield rattled(atoms, 0.08, rng, "vacancy")


INTERSTITIALS: dict[str, NDArray[np.float64]] = {
    "dumbbell 110": np.array([0.25, 0.25, 0.0]),
    "dumbbell 111": np.array([0.22, 0.22, 0.22]),
    "dumbbell 100": np.array([0.32, 0.0, 0.0]),
    "octahedral": np.array([0.5, 0.5, 0.0]),
    "tetrahedral": np.array([0.5, 0.25, 0.0]),
}


def interstitials(rng: np.random.Generator, n: int = 15) -> Iterator[Atoms]:
    """Bcc with one atom more: split along a direction, or in a hole."""
    for number in range(n):
        name = list(INTERSTITIALS)[number % len(INTERSTITIALS)]
        place = INTERSTITIALS[name] * A_BCC
        atoms = bulk("Nb", "bcc", a=A_BCC, cubic=True) * (3, 3, 3)
        middle = int(np.argmin(np.linalg.norm(atoms.positions - atoms.cell.array.sum(axis=0) / 2, axis=1)))
        center = atoms.positions[middle].copy()
        if name.startswith("dumbbell"):
            atoms.positions[middle] = center - place
        atoms.append("Nb")
        atoms.positions[-1] = center + place
        yield rattled(pushed_apart(atoms), 0.05, rng, "interstitial")


def grain_boundaries(rng: np.random.Generator, n: int = 14) -> Iterator[Atoms]:
    """Symmetric tilt boundaries about [001]: sigma 5 (310) and (210), two of them in each periodic cell."""
    for number in range(n):
        tilt = ((3, 1), (2, 1))[number % 2]
        atoms = pushed_apart(grain_boundary(*tilt, shift=rng.uniform(0.0, 1.0, 2)))
        yield rattled(atoms, 0.05, rng, "grain boundary")


def grain_boundary(h: int, k: int, shift: NDArray[np.float64]) -> Atoms:
    """Two mirrored grains, boundary plane (h k 0); the upper one shifted by parts of the in-plane periods."""
    grain = make_supercell(bulk("Nb", "bcc", a=A_BCC, cubic=True), [[0, 0, 1], [-k, h, 0], [h, k, 0]])
    lengths = grain.cell.lengths()
    axes = grain.cell.array / lengths[:, None]
    flat = Atoms(grain.symbols, grain.positions @ axes.T, cell=np.diag(lengths), pbc=True)
    flat *= (2, 1, max(1, round(12.0 / lengths[2])))
    flat.wrap()
    height = flat.cell.array[2, 2]
    other = flat.copy()
    other.positions[:, 2] = 2 * height - other.positions[:, 2]
    other.positions[:, :2] += shift * flat.cell.lengths()[:2] / (2, 1)
    both = flat + other
    both.set_cell(np.diag([*flat.cell.lengths()[:2], 2 * height]))
    both.wrap()
    near = CLOSEST * A_BCC * np.sqrt(3) / 2
    distances = both.get_all_distances(mic=True)
    doubled = {max(i, j) for i, j in zip(*np.nonzero(np.triu(distances < near, 1)), strict=True)}
    del both[sorted(int(index) for index in doubled)]
    return both


def solids(seed: int = 0) -> list[Atoms]:
    """All structures but the liquid ones: 60 crystals, 12 vacancies, 15 interstitials, 14 grain boundaries."""
    rng = np.random.default_rng(seed)
    return [*crystals(rng), *vacancies(rng), *interstitials(rng), *grain_boundaries(rng)]


N_LIQUID = 24
"""With those of `solids` 125, as in the paper."""

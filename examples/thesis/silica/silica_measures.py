"""Configurations of SiO2 -> partial g(r), bond angles, coordination; samples of them -> means with error bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.io import read

from common import FloatArray
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import NeighborList, neighbor_list
from silica_runs import SilicaRun

PAIRS = (("Si", "Si"), ("Si", "O"), ("O", "O"))
ANGLES = {"OSiO": ("Si", "O"), "SiOSi": ("O", "Si")}
"""Center and its two neighbors."""
BOND = 2.1
"""Å, the longest Si-O bond: g(r) is next to nothing there, between the first and the second peak."""
RANGE, N_BINS = 7.0, 140
"""Å; of g(r)."""
ANGLE_EDGES: FloatArray = np.arange(60.0, 180.1, 2.0)
"""Degrees."""
PEAK_HALF_WIDTH = 0.12
"""Å, around the highest bin: where a parabola finds the position of the maximum."""


@dataclass(frozen=True)
class Sample:
    """What one glass, or one part of a trajectory, says.

    Attributes
    ----------
    curves : dict of str to float64
        g(r) by pair ("SiO": (N_BINS,)) and distributions of angles ("OSiO": one value per interval, 1/degree).
    numbers : dict of str to float
        Mean angles (degrees), bond length and positions of maxima (Å), mean neighbors and share of Si with four.
    """

    curves: dict[str, FloatArray]
    numbers: dict[str, float]


@dataclass(frozen=True)
class Averaged:
    """Mean and standard error of a number or a curve over independent samples."""

    mean: FloatArray
    error: FloatArray


def averaged(values: Sequence[FloatArray | float]) -> Averaged:
    """Mean over samples, (n, ...), and its standard error; no error from a single sample."""
    rows = np.asarray(values, dtype=np.float64)
    spread = rows.std(axis=0, ddof=1) if len(rows) > 1 else np.full(rows.shape[1:], np.nan)
    return Averaged(rows.mean(axis=0), spread / np.sqrt(len(rows)))


def bin_centers() -> FloatArray:
    """Distances at which g(r) is given, (N_BINS,) Å."""
    edges = np.linspace(0.0, RANGE, N_BINS + 1)
    return 0.5 * (edges[1:] + edges[:-1])


def read_configurations(run: SilicaRun, suffix: str = "dump") -> list[Atoms]:
    """Read the trajectory of a run, periodic in all directions."""
    frames: list[Atoms] = read(run.file(suffix), index=":", format="lammps-dump-text")
    for atoms in frames:
        atoms.pbc = True
    return frames


def measure(frames: Sequence[Atoms]) -> Sample:
    """Average structure of some configurations.

    Raises
    ------
    NNPError
        If no oxygen has two silicon neighbors: there is no angle, and this is no SiO2.
    """
    curves: dict[str, list[FloatArray]] = {}
    angles: dict[str, list[FloatArray]] = {kind: [] for kind in ANGLES}
    bonds, coordination = [], []
    for atoms in frames:
        pairs = neighbor_list(atoms, RANGE)
        for pair in PAIRS:
            curves.setdefault("".join(pair), []).append(partial_g(atoms, pairs, pair))
        near = neighbor_list(atoms, BOND)
        for kind, (center, neighbor) in ANGLES.items():
            angles[kind].append(bond_angles(atoms, near, center, neighbor))
        bonded = (atoms.numbers[near.center] == 14) & (atoms.numbers[near.neighbor] == 8)
        bonds.append(near.distance[bonded])
        coordination.append(np.bincount(near.center[bonded], minlength=len(atoms))[atoms.numbers == 14])
    means = {name: np.mean(values, axis=0) for name, values in curves.items()}
    together = {kind: np.concatenate(values) for kind, values in angles.items()}
    if not all(map(len, together.values())):
        raise NNPError(f"no two bonds up to {BOND} Å at any atom: this is no SiO2")
    distributions = {kind: np.histogram(values, ANGLE_EDGES, density=True)[0] for kind, values in together.items()}
    neighbors = np.concatenate(coordination)
    numbers = {
        **{kind: float(values.mean()) for kind, values in together.items()},
        "bond": float(np.concatenate(bonds).mean()),
        **{f"peak_{name}": peak(curve) for name, curve in means.items()},
        "coordination": float(neighbors.mean()),
        "fourfold": float((neighbors == 4).mean()),
    }
    return Sample({**means, **distributions}, numbers)


def partial_g(atoms: Atoms, pairs: NeighborList, elements: tuple[str, str]) -> FloatArray:
    """g_ab(r) = V / (N_a N_b) sum_i sum_j delta(r - r_ij) / (4 pi r²), averaged over the volume of each shell.

    N_b is one less where a = b, as in LAMMPS: an atom is no neighbor of itself. So a gas of few atoms has g = 1, too.

    Parameters
    ----------
    atoms : ase.Atoms
    pairs : NeighborList
        Up to `RANGE`.
    elements : (a, b)

    Returns
    -------
    (N_BINS,) float64
    """
    symbols = np.array(atoms.get_chemical_symbols())
    first, second = (symbols == element for element in elements)
    counted = first[pairs.center] & second[pairs.neighbor]
    edges = np.linspace(0.0, RANGE, N_BINS + 1)
    counts = np.histogram(pairs.distance[counted], edges)[0]
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
    n_second = second.sum() - (elements[0] == elements[1])
    g: FloatArray = counts * atoms.get_volume() / (first.sum() * n_second * shells)
    return g


def bond_angles(atoms: Atoms, bonds: NeighborList, center: str, neighbor: str) -> FloatArray:
    """Angles between all bonds from atoms of one element to atoms of another.

    Parameters
    ----------
    atoms : ase.Atoms
    bonds : NeighborList
        Pairs that are near enough to be bonded.
    center, neighbor : str

    Returns
    -------
    (n_angles,) float64, degrees
    """
    symbols = np.array(atoms.get_chemical_symbols())
    found = [np.empty(0)]
    for atom in np.flatnonzero(symbols == center):
        own = slice(bonds.first[atom], bonds.first[atom + 1])
        vectors = bonds.displacement[own][symbols[bonds.neighbor[own]] == neighbor]
        units = vectors / np.linalg.norm(vectors, axis=1)[:, None]
        cosines = (units @ units.T)[np.triu_indices(len(units), 1)]
        found.append(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))
    return np.concatenate(found)


def peak(g: FloatArray) -> float:
    """Position of the highest maximum of g(r), Å: of the parabola through the bins around it."""
    r = bin_centers()
    around = np.abs(r - r[g.argmax()]) < PEAK_HALF_WIDTH
    curvature, slope, _ = np.polyfit(r[around] - r[g.argmax()], g[around], 2)
    return float(r[g.argmax()] - 0.5 * slope / curvature)


def read_columns(run: SilicaRun, suffix: str) -> dict[str, FloatArray]:
    """Columns of a file of `fix ave/time` by the names that its last line of comments gives them.

    Raises
    ------
    NNPError
        If there are no numbers.
    """
    path = run.file(suffix)
    lines = path.read_text(encoding="utf-8").splitlines()
    names, rows = "", []
    for line in lines:
        if line.startswith("#"):
            names = line.lstrip("# ")
        else:
            rows.append(line.split())
    if not rows:
        raise NNPError(f"{path}: no numbers; expected the output of fix ave/time")
    return dict(zip(names.split(), np.array(rows, dtype=np.float64).T, strict=True))


def blocks(values: FloatArray, count: int) -> list[float]:
    """Means of so many consecutive parts of a series, as independent as they are long."""
    return [float(part.mean()) for part in np.array_split(values, count)]

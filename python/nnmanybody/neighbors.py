"""Atoms -> neighbor list: every pair within a cutoff, across periodic boundaries."""

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
OffsetArray = NDArray[np.int64]

SHORTEST_DISTANCE = 0.01
"""Å. Atoms closer than this are a mistake in the structure, not a structure."""
LARGEST_COORDINATE = 1e8
"""Å. Farther out, double precision no longer resolves 1e-8 Å and cell shifts overflow."""


@dataclass(frozen=True)
class NeighborList:
    """Pairs (center, neighbor), each seen from both of its atoms, in a fixed order.

    Sorted by center, then neighbor, then shift: sums over the list give the same bits on every
    machine and with any number of threads. The pairs of center i are `first[i]:first[i + 1]`.

    Attributes
    ----------
    first : (n_atoms + 1,) int64
    neighbor : (n_pairs,) int32
        Index of the neighbor in the structure.
    shift : (n_pairs, 3) int32
        Cell vectors to add to the neighbor's position.
    displacement : (n_pairs, 3) float64, Å
        From the center to the neighbor, r_j - r_i + shift · cell.
    """

    first: OffsetArray
    neighbor: IntArray
    shift: IntArray
    displacement: FloatArray

    @property
    def center(self) -> IntArray:
        """Index of the center of every pair, (n_pairs,) int32."""
        n_atoms = len(self.first) - 1
        return np.repeat(np.arange(n_atoms, dtype=np.int32), np.diff(self.first))

    @property
    def distance(self) -> FloatArray:
        """Length of every displacement, (n_pairs,) float64, Å."""
        length: FloatArray = np.linalg.norm(self.displacement, axis=1)
        return length


def neighbor_list(atoms: Atoms, cutoff: float) -> NeighborList:
    """All neighbors of all atoms within a cutoff, periodic images included.

    Parameters
    ----------
    atoms : ase.Atoms
        Any mixture of periodic and open directions; cells may be smaller than the cutoff.
    cutoff : float, Å

    Returns
    -------
    NeighborList

    Raises
    ------
    NNPError
        If the cutoff is not positive, a coordinate is not finite, the vectors of the periodic
        directions span no volume, or two atoms are on top of one another.
    """
    if not (np.isfinite(cutoff) and cutoff > 0.0):
        raise NNPError(f"the cutoff must be a positive number in Å, got {cutoff}")
    positions, cell, pbc = atoms.get_positions(), atoms.cell.array, atoms.pbc
    _check_geometry(positions, cell, pbc)
    try:
        first, neighbor, shift, displacement, closest = _core.neighbor_pairs(positions, cell, pbc.tolist(), cutoff)
    except ValueError as error:
        raise NNPError(str(error)) from None
    found = NeighborList(first, neighbor, shift, displacement)
    if closest >= 0:
        _check_overlap(atoms, found, closest)
    return found


def _check_geometry(positions: FloatArray, cell: FloatArray, pbc: NDArray[np.bool_]) -> None:
    finite = np.isfinite(positions).all(axis=1)
    if not finite.all():
        atom = int(np.argmin(finite))
        raise NNPError(f"the position of atom {atom} is {positions[atom].tolist()}; expected three finite numbers in Å")
    if not np.isfinite(cell).all():
        raise NNPError(f"the cell is {cell.tolist()}; expected finite numbers in Å")
    far = np.abs(positions).max(axis=1, initial=0.0) > LARGEST_COORDINATE
    if far.any():
        atom = int(np.argmax(far))
        raise NNPError(
            f"atom {atom} is at {positions[atom].tolist()} Å; coordinates beyond {LARGEST_COORDINATE:g} Å "
            "lose the precision that forces need. Wrap or recenter the structure"
        )
    n_periodic = int(np.count_nonzero(pbc))
    if n_periodic > 0 and np.linalg.matrix_rank(cell[pbc]) < n_periodic:
        raise NNPError(
            f"the structure is periodic along {_directions(pbc)}, but its cell vectors there, "
            f"{cell[pbc].tolist()}, span no volume. Set the cell, or pbc=False"
        )


def _directions(pbc: NDArray[np.bool_]) -> str:
    return ", ".join(name for name, periodic in zip("abc", pbc, strict=True) if periodic)


def _check_overlap(atoms: Atoms, pairs: NeighborList, closest: int) -> None:
    distance = float(np.linalg.norm(pairs.displacement[closest]))
    if distance >= SHORTEST_DISTANCE:
        return
    i, j = int(pairs.center[closest]), int(pairs.neighbor[closest])
    raise NNPError(
        f"atoms {i} ({atoms.symbols[i]}) and {j} ({atoms.symbols[j]}) are on top of one another: "
        f"{distance:.3g} Å apart (counted from 0, periodic images included); "
        f"expected at least {SHORTEST_DISTANCE} Å"
    )

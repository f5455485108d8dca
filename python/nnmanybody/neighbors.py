"""Atoms -> neighbor list: every pair within a cutoff, by vesin, across periodic boundaries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

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
    positions = np.ascontiguousarray(atoms.get_positions(), dtype=np.float64)
    cell = np.ascontiguousarray(atoms.cell.array, dtype=np.float64)
    _check_geometry(positions, cell, atoms.pbc)
    center, neighbor, shift = _pairs(positions, cell, atoms.pbc, cutoff)
    displacement = positions[neighbor] - positions[center] + shift @ cell
    _check_overlaps(atoms, center, neighbor, displacement)
    first = np.zeros(len(atoms) + 1, dtype=np.int64)
    np.cumsum(np.bincount(center, minlength=len(atoms)), out=first[1:])
    return NeighborList(first, neighbor.astype(np.int32), shift, displacement)


def _pairs(
    positions: FloatArray, cell: FloatArray, pbc: NDArray[np.bool_], cutoff: float
) -> tuple[OffsetArray, OffsetArray, IntArray]:
    """Return center, neighbor and shift of every pair, in the canonical order."""
    import vesin  # here, because it imports torch where that is installed, which takes seconds

    # A vector of an open direction plays no part; vesin makes up its own.
    box = np.where(pbc[:, None], cell, 0.0)
    # vesin 0.6 takes minutes, or divides by zero and ends the process, when atoms are very far
    # from the cell or, along an open direction, from one another: bring them near first.
    turns = _turns(positions, box)
    points = _without_gaps(positions - turns @ box, cell[pbc], 2.0 * cutoff)
    calculator = vesin.NeighborList(cutoff=cutoff, full_list=True, sorted=True)
    found: tuple[NDArray[Any], ...] = calculator.compute(points, box, np.asarray(pbc), quantities="ijS")
    center, neighbor = found[0].astype(np.int64), found[1].astype(np.int64)
    shift = (found[2] + turns[center] - turns[neighbor]).astype(np.int32)
    order = np.argsort(_pair_key(center, neighbor, shift, len(positions)), kind="stable")
    return center[order], neighbor[order], shift[order]


def _turns(positions: FloatArray, box: FloatArray) -> IntArray:
    """How many cell vectors each atom is outside the cell, (n_atoms, 3); 0 along open directions."""
    turns: IntArray = np.floor(positions @ np.linalg.pinv(box)).astype(np.int32)
    turns[:, ~box.any(axis=1)] = 0  # rounding may have made -1 of a zero
    return turns


def _pair_key(center: OffsetArray, neighbor: OffsetArray, shift: IntArray, n_atoms: int) -> OffsetArray:
    """One number per pair that grows with (center, neighbor, shift): sorting it is 4 times faster than lexsort."""
    if len(center) == 0:
        return center
    from_zero = shift.astype(np.int64) - shift.min(axis=0)
    n_shifts = from_zero.max(axis=0) + 1
    cell = (from_zero[:, 0] * n_shifts[1] + from_zero[:, 1]) * n_shifts[2] + from_zero[:, 2]
    key: OffsetArray = (center * n_atoms + neighbor) * n_shifts.prod() + cell
    return key


def _without_gaps(positions: FloatArray, periodic: FloatArray, widest: float) -> FloatArray:
    """Positions with empty stretches along the open directions shortened to `widest`.

    No pair reaches across such a stretch, so the list is the same.
    """
    if len(positions) == 0 or len(periodic) == 3:
        return positions
    # Rows of `axes` after the first ones: orthonormal directions that no periodic vector reaches into.
    axes = np.linalg.svd(periodic)[2][len(periodic) :] if len(periodic) else np.eye(3)
    shortened: FloatArray = positions.copy()
    for axis in axes:
        coordinate = positions @ axis
        order = np.argsort(coordinate, kind="stable")
        excess = np.maximum(np.diff(coordinate[order]) - widest, 0.0)
        if excess.any():
            shortened[order[1:]] -= np.cumsum(excess)[:, None] * axis
    return shortened


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


def _check_overlaps(atoms: Atoms, center: OffsetArray, neighbor: OffsetArray, displacement: FloatArray) -> None:
    squared = np.einsum("pk,pk->p", displacement, displacement)
    if not squared.size or squared.min() >= SHORTEST_DISTANCE**2:
        return
    pair = int(squared.argmin())
    i, j = int(center[pair]), int(neighbor[pair])
    raise NNPError(
        f"atoms {i} ({atoms.symbols[i]}) and {j} ({atoms.symbols[j]}) are on top of one another: "
        f"{np.sqrt(squared[pair]):.3g} Å apart (counted from 0, periodic images included); "
        f"expected at least {SHORTEST_DISTANCE} Å"
    )

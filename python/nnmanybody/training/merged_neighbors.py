"""Neighbor list -> the atoms around each center, images of one atom put together: a force is one per atom."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.neighbors import NeighborList

IntArray = NDArray[np.int32]
LongArray = NDArray[np.int64]


class MergedNeighbors(NamedTuple):
    """Which pairs act on which atom, and where they go in a table with one row per center.

    Attributes
    ----------
    pair : (n,) int64
        Pairs that count, among those of the centers in their order: within the cutoff, and not a center's own image.
    start : (n_merged,) int64
        Where in `pair` those of the next (center, neighbor) begin.
    row, place : (n_merged,) int64
        Row of the center, and place in it.
    neighbor : (n_centers, n_places) int32
        The table of neighbors; 0 in places left over.
    """

    pair: LongArray
    start: LongArray
    row: LongArray
    place: LongArray
    neighbor: IntArray

    @property
    def n_places(self) -> int:
        """Atoms around the center that has most of them."""
        return int(self.neighbor.shape[1])


def merged_neighbors(pairs: NeighborList, centers: IntArray, cutoff: float) -> MergedNeighbors:
    """Put together the pairs of each center that lead to one atom.

    Parameters
    ----------
    pairs : NeighborList
        Sorted by center and neighbor, as `neighbor_list` makes it.
    centers : (n_centers,) int32
    cutoff : float, Å
        Pairs beyond it do not count.
    """
    row, number = pairs_of(centers, pairs.first)
    atom = pairs.neighbor[number]
    counts = (pairs.distance[number] < cutoff) & (atom != centers[row])
    pair = np.flatnonzero(counts)
    row, atom = row[pair], atom[pair]
    begins = np.ones(len(pair), dtype=np.bool_)
    begins[1:] = (np.diff(row) != 0) | (np.diff(atom) != 0)
    start = np.flatnonzero(begins)
    row, atom = row[start], atom[start]
    per_row = np.bincount(row, minlength=len(centers))
    place = np.arange(len(row)) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    table = np.zeros((len(centers), int(per_row.max(initial=0))), dtype=np.int32)
    table[row, place] = atom
    return MergedNeighbors(pair, start, row, place, table)


def pairs_of(centers: IntArray, first: LongArray) -> tuple[LongArray, LongArray]:
    """Row of the center, and number in the list, of every pair of these centers."""
    counts = first[centers + 1] - first[centers]
    row = np.repeat(np.arange(len(centers)), counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return row, first[centers].repeat(counts) + within

"""Neighbor lists: against ASE's, in strange cells, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list as ase_neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

import helpers
from nnmanybody import NNPError, neighbor_list

ROUNDING = 1e-12  # Å; both programs add the same few numbers
PBC = [(1, 1, 1), (1, 1, 0), (0, 1, 0), (1, 0, 1), (0, 0, 0)]


def assert_same_as_ase(atoms: Atoms, cutoff: float) -> None:
    found = neighbor_list(atoms, cutoff)
    center, neighbor, shift, displacement = ase_neighbor_list("ijSD", atoms, cutoff)
    order = np.lexsort((shift[:, 2], shift[:, 1], shift[:, 0], neighbor, center))
    np.testing.assert_array_equal(found.center, center[order])
    np.testing.assert_array_equal(found.neighbor, neighbor[order])
    np.testing.assert_array_equal(found.shift, shift[order])
    np.testing.assert_allclose(found.displacement, displacement[order], rtol=0, atol=ROUNDING)
    np.testing.assert_array_equal(np.diff(found.first), np.bincount(center, minlength=len(atoms)))


def every_pair(atoms: Atoms, cutoff: float) -> dict[tuple[int, ...], np.ndarray]:
    """(center, neighbor, shift) -> displacement, by trying all images that can be near, in canonical order."""
    box = atoms.cell.array * atoms.pbc[:, None]
    inverse = np.linalg.pinv(box)  # its columns: one over the distance between faces
    fractional = atoms.positions @ inverse
    reach = np.ceil(cutoff * np.linalg.norm(inverse, axis=0) + np.ptp(fractional, axis=0)).astype(int) * atoms.pbc
    shifts = np.array(list(np.ndindex(*(2 * reach + 1)))) - reach
    pairs = {}
    for i, center in enumerate(atoms.positions):
        for j, neighbor in enumerate(atoms.positions):
            displacement = neighbor - center + shifts @ box
            near = np.linalg.norm(displacement, axis=1) < cutoff
            if i == j:
                near &= shifts.any(axis=1)
            pairs.update({(i, j, *shifts[k]): displacement[k] for k in np.flatnonzero(near)})
    return pairs


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 12),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.floats(0.5, 9.0),
    st.floats(1.0, 20.0),
)
def test_random_cells_against_every_pair(seed, n_atoms, pbc, cutoff, spread):
    rng = np.random.default_rng(seed)
    # Edges from 2 Å, often shorter than the cutoff, skewed by up to 60° and turned in space.
    cell = np.diag(rng.uniform(2.0, 12.0, 3)) @ (np.eye(3) + np.tril(rng.uniform(-1.2, 1.2, (3, 3)), -1))
    cell = cell @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    atoms = Atoms(f"Si{n_atoms}", rng.uniform(-spread, spread, (n_atoms, 3)), cell=cell, pbc=pbc)
    found, expected = neighbor_list(atoms, cutoff), every_pair(atoms, cutoff)
    pairs = np.column_stack([found.center, found.neighbor, found.shift])
    assert [tuple(pair) for pair in pairs] == sorted(expected)
    np.testing.assert_array_equal(found.first, np.searchsorted(pairs[:, 0], np.arange(n_atoms + 1)))
    for pair, displacement in zip(sorted(expected), found.displacement, strict=True):
        np.testing.assert_allclose(displacement, expected[pair], rtol=0, atol=1e-12)


def test_each_pair_is_the_exact_opposite_seen_from_its_other_atom():
    found = neighbor_list(helpers.rattled(helpers.triclinic(), 12.0, seed=4), 6.0)
    pairs = np.column_stack([found.center, found.neighbor, found.shift])
    place = {tuple(pair): k for k, pair in enumerate(pairs)}
    other = [place[j, i, -a, -b, -c] for i, j, a, b, c in pairs]
    np.testing.assert_array_equal(found.displacement[other], -found.displacement)


@pytest.mark.parametrize("name", helpers.STRUCTURES)
@pytest.mark.parametrize("cutoff", [2.5, 5.0, 7.3])
def test_pairs_are_those_ase_finds_in_canonical_order(name, cutoff):
    assert_same_as_ase(helpers.STRUCTURES[name](), cutoff)


@pytest.mark.parametrize("pbc", PBC)
def test_any_mixture_of_periodic_and_open_directions(pbc):
    atoms = helpers.triclinic()
    atoms.pbc = pbc
    assert_same_as_ase(atoms, 6.0)


@pytest.mark.parametrize("pbc", PBC)
def test_atoms_outside_the_cell(pbc):
    atoms = helpers.rattled(helpers.triclinic(), 12.0, seed=4)
    atoms.pbc = pbc
    assert_same_as_ase(atoms, 6.0)


def test_left_handed_cell():
    atoms = helpers.triclinic()
    atoms.set_cell(atoms.cell.array[[1, 0, 2]])
    assert_same_as_ase(atoms, 6.0)


def test_open_directions_need_no_cell_vector():
    atoms = helpers.triclinic()
    atoms.cell[2] = 0.0
    atoms.pbc = (1, 1, 0)
    filled = atoms.copy()
    filled.cell[2] = (0.0, 0.0, 40.0)
    np.testing.assert_array_equal(neighbor_list(atoms, 5.0).displacement, neighbor_list(filled, 5.0).displacement)


@pytest.mark.parametrize("far", [1e5, 1e7])
@pytest.mark.parametrize(
    ("cell", "pbc", "direction"),
    [
        (None, (0, 0, 0), (1, 0, 0)),
        ([4.5, 4.5, 0], (1, 1, 0), (0, 0, 1)),
        ([[4.5, 0, 0], [1, 4, 1], [0, 0, 0]], (1, 1, 0), (0.3, -0.2, 1)),
        ([0, 0, 4.5], (0, 0, 1), (1, 1, 0)),
    ],
)
def test_far_apart_atoms_along_one_direction_keep_their_own_neighbors(far, cell, pbc, direction):
    # Bins of the cutoff's size all the way from one to the other would be more than memory holds.
    near = Atoms("Si2", [[0, 0, 0], [1.1, 1.2, 1.3]], cell=cell, pbc=pbc)
    moved = near.copy()
    moved.positions += far * np.array(direction, dtype=float)
    expected, found = neighbor_list(near, 4.0), neighbor_list(near + moved, 4.0)
    n_pairs = len(expected.neighbor)
    assert len(found.neighbor) == 2 * n_pairs
    np.testing.assert_array_equal(found.displacement[:n_pairs], expected.displacement)
    np.testing.assert_allclose(found.displacement[n_pairs:], expected.displacement, rtol=0, atol=4e-16 * far * 10)


@pytest.mark.parametrize("atoms", [Atoms("Si"), Atoms(), Atoms("Si2", [[0, 0, 0], [9, 0, 0]])])
def test_atoms_without_neighbors(atoms):
    found = neighbor_list(atoms, 5.0)
    np.testing.assert_array_equal(found.first, np.zeros(len(atoms) + 1))
    assert found.displacement.shape == (0, 3)
    assert found.shift.shape == (0, 3)


def test_an_atom_is_its_own_neighbor_across_a_small_cell():
    found = neighbor_list(Atoms("Si", cell=[2.0, 2.0, 2.0], pbc=True), 2.1)
    # Six faces of a simple cubic lattice of 2 Å; the next shell is at 2.83 Å.
    np.testing.assert_allclose(found.distance, np.full(6, 2.0), atol=ROUNDING)
    np.testing.assert_array_equal(found.neighbor, np.zeros(6))


@pytest.mark.parametrize(
    ("atoms", "cutoff", "message"),
    [
        (Atoms("Si"), 0.0, "cutoff must be a positive number"),
        (Atoms("Si"), float("nan"), "cutoff must be a positive number"),
        (Atoms("Si2", [[0, 0, 0], [0, np.nan, 0]]), 5.0, r"position of atom 1 is \[0.0, nan, 0.0\]"),
        (Atoms("Si2", [[0, 0, np.inf], [0, 0, 0]]), 5.0, "position of atom 0"),
        (Atoms("Si", cell=[np.nan, 1, 1], pbc=True), 5.0, "the cell is .*nan"),
        (Atoms("Si", [[2e8, 0, 0]]), 5.0, "atom 0 is at .*Wrap or recenter"),
        (Atoms("Si", pbc=True), 5.0, "periodic along a, b, c, but .* span no volume"),
        (Atoms("Si", cell=[[1, 1, 0], [2, 2, 0], [0, 0, 9]], pbc=(1, 1, 0)), 5.0, "periodic along a, b, but"),
        (Atoms("Si", cell=[4, 4, 1e-9], pbc=True), 5.0, "periodic images: the cell is too thin"),
        (
            Atoms("Si", [[0, 0, 9e7]], cell=[4, 4, 1e-3], pbc=True),
            5.0,
            "atom 0 is more than 10\\^9 cell vectors outside",
        ),
        (Atoms("SiO", [[0, 0, 0], [0, 0, 1e-3]]), 5.0, r"atoms 0 \(Si\) and 1 \(O\) are on top .* 0.001 Å"),
        (Atoms("SiO", [[0, 0, 0], [4, 4, 0]], cell=[4, 4, 4], pbc=True), 5.0, r"0 \(Si\) and 1 \(O\).* 0 Å"),
    ],
)
def test_faulty_structures_are_refused_by_name(atoms, cutoff, message):
    with pytest.raises(NNPError, match=message):
        neighbor_list(atoms, cutoff)

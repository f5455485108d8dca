"""A set of symmetry functions on whole structures: invariances, copies, neighbors that come and go, wrong input."""

from __future__ import annotations

import numpy as np
import pytest

import reference as ref
from core_cases import (
    ALL_FUNCTIONS,
    ELEMENTS,
    Structure,
    cluster,
    core_descriptor,
    core_function,
    crystal,
    function_id,
    jacobian,
    named_neighbors,
    neighbors,
    one_center,
    pair_arguments,
    rotation,
    values,
)
from nnmanybody import _core

CUTOFF = max(f.cutoff for f in ALL_FUNCTIONS)
ROUNDING = 1e-13  # relative; sums of ten to a hundred terms in another order, zeta up to 16

STRUCTURES = [crystal(1), crystal(2, (3.2, 3.6, 9.0), 4), cluster(3)]


def rows(structure: Structure, functions=ALL_FUNCTIONS, cutoff=CUTOFF) -> np.ndarray:
    """Symmetry functions of every atom, (n_atoms, n_functions)."""
    centers = np.arange(len(structure.symbols), dtype=np.int32)
    return core_descriptor(functions).values(centers, *pair_arguments(structure, cutoff))


def assert_same(actual: np.ndarray, expected: np.ndarray) -> None:
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() <= ROUNDING * np.abs(expected).max()


each_structure = pytest.mark.parametrize("structure", STRUCTURES, ids=["crystal", "small cell", "cluster"])


@each_structure
def test_rows_equal_plain_numpy(structure):
    near = ref.pairs(structure.positions, structure.cell, structure.pbc, CUTOFF)
    got = rows(structure)
    for i in range(len(structure.symbols)):
        mine = slice(near.first[i], near.first[i + 1])
        species = [structure.symbols[j] for j in near.neighbor[mine]]
        expected = ref.descriptor(ALL_FUNCTIONS, species, near.displacement[mine])
        assert got[i] == pytest.approx(expected, rel=1e-11, abs=1e-13)  # looser where cos is near 1: images in line


@each_structure
@pytest.mark.parametrize("seed", range(3))
def test_rotation_changes_nothing(structure, seed):
    turn = rotation(seed)
    turned = structure._replace(positions=structure.positions @ turn.T, cell=structure.cell @ turn.T)
    assert_same(rows(turned), rows(structure))


@each_structure
def test_mirror_image_changes_nothing(structure):
    assert_same(rows(structure._replace(positions=-structure.positions, cell=-structure.cell)), rows(structure))


@each_structure
def test_translation_changes_nothing(structure):
    assert_same(rows(structure._replace(positions=structure.positions + np.array([0.3, -7.1, 2.9]))), rows(structure))


@each_structure
def test_order_of_atoms_changes_nothing(structure):
    order = np.random.default_rng(0).permutation(len(structure.symbols))
    mixed = structure._replace(symbols=[structure.symbols[n] for n in order], positions=structure.positions[order])
    assert_same(rows(mixed), rows(structure)[order])


@pytest.mark.parametrize("seed", range(3))
def test_order_of_neighbors_changes_nothing(seed):
    species, x = neighbors(seed, 12)
    order = np.random.default_rng(seed).permutation(12)
    mixed = [species[n] for n in order]
    assert_same(values(ALL_FUNCTIONS, mixed, x[order]), values(ALL_FUNCTIONS, species, x))
    assert_same(jacobian(ALL_FUNCTIONS, mixed, x[order]), jacobian(ALL_FUNCTIONS, species, x)[order])


@pytest.mark.parametrize("structure", STRUCTURES[:2], ids=["crystal", "small cell"])
def test_supercell_has_the_same_rows(structure):
    assert_same(rows(structure.repeat(2)), np.tile(rows(structure), (8, 1)))


def test_a_function_gives_the_same_alone_and_among_others():
    species, x = neighbors(21, 12)
    together, gradient = values(ALL_FUNCTIONS, species, x), jacobian(ALL_FUNCTIONS, species, x)
    for s, f in enumerate(ALL_FUNCTIONS):
        assert together[s] == pytest.approx(values((f,), species, x)[0], rel=ROUNDING)
        assert_same(gradient[..., s], jacobian((f,), species, x)[..., 0])


def test_order_of_functions_is_the_order_of_columns():
    order = np.random.default_rng(1).permutation(len(ALL_FUNCTIONS))
    structure = STRUCTURES[0]
    mixed = tuple(ALL_FUNCTIONS[n] for n in order)
    assert_same(rows(structure, mixed), rows(structure)[:, order])


def test_neighbors_beyond_the_cutoff_do_not_count():
    structure = STRUCTURES[0]
    assert_same(rows(structure, cutoff=CUTOFF + 2.0), rows(structure))


def test_centers_may_be_any_atoms_in_any_order():
    arguments = pair_arguments(STRUCTURES[0], CUTOFF)
    chosen = np.array([4, 0, 3], dtype=np.int32)
    descriptor = core_descriptor(ALL_FUNCTIONS)
    got, gradient = descriptor.values_and_jacobian(chosen, *arguments)
    assert_same(got, rows(STRUCTURES[0])[chosen])
    first = arguments[1]
    counts = (first[1:] - first[:-1])[chosen]
    assert gradient.shape == (counts.sum(), 3, len(ALL_FUNCTIONS))
    offset = 0
    for center, count in zip(chosen, counts, strict=True):
        alone = descriptor.values_and_jacobian(np.array([center], dtype=np.int32), *arguments)[1]
        assert_same(gradient[offset : offset + count], alone)
        offset += count


def test_no_centers_give_no_rows():
    descriptor = core_descriptor(ALL_FUNCTIONS)
    assert descriptor.values(np.zeros(0, dtype=np.int32), *pair_arguments(STRUCTURES[0], CUTOFF)).shape == (
        0,
        len(ALL_FUNCTIONS),
    )


@pytest.mark.parametrize("f", [f for f in ALL_FUNCTIONS if f.cutoff_function != "hard"], ids=function_id)
def test_continuous_where_an_atom_crosses_the_cutoff(f):
    """f_c rises as (pi d / 2 R_c)^2 or less and its slope as that of d: nothing jumps when a neighbor leaves."""
    species = [*named_neighbors(f), "Si", "O"]
    others = np.array([[0.4, 1.6, 0.3], [-1.1, -0.8, 1.9], [0.2, -1.7, -1.2]])[: len(species) - 1]
    most = 14 ** len(f.neighbors) if f.weighted else 1
    d = 1e-6
    inside, outside = (np.vstack([[r, 0.0, 0.0], others]) for r in (f.cutoff - d, f.cutoff + d))
    change = values((f,), species, inside)[0] - values((f,), species, outside)[0]
    slope = jacobian((f,), species, inside) - jacobian((f,), species, outside)
    assert abs(change) <= most * (4 * len(others) * (np.pi * d / f.cutoff) ** 2 + 1e-14)
    assert np.abs(slope).max() <= most * 100 * d  # second derivatives of every function here are below 100 / Å²


# --- wrong input --------------------------------------------------------------------------------


def good_arguments() -> dict[str, np.ndarray]:
    names = ("centers", "species", "first", "neighbor", "displacement")
    return dict(zip(names, one_center(*neighbors(0, 4)), strict=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("centers", np.array([5], dtype=np.int32)),
        ("centers", np.array([-1], dtype=np.int32)),
        ("species", np.array([0, 0, 2, 0, 0], dtype=np.int32)),
        ("species", np.array([0, 0, -1, 0, 0], dtype=np.int32)),
        ("first", np.array([0, 4, 4, 4, 4], dtype=np.int64)),
        ("first", np.array([0, 4, 4, 4, 4, 5], dtype=np.int64)),
        ("first", np.array([0, 4, 3, 4, 4, 4], dtype=np.int64)),
        ("first", np.array([-1, 4, 4, 4, 4, 4], dtype=np.int64)),
        ("neighbor", np.array([1, 2, 3, 5], dtype=np.int32)),
        ("neighbor", np.array([1, 2, 3, -1], dtype=np.int32)),
        ("displacement", np.zeros((4, 2))),
        ("displacement", np.zeros((3, 3))),  # four neighbors
    ],
)
def test_wrong_arrays_are_refused_by_name(name, value):
    arguments = good_arguments() | {name: value}
    with pytest.raises(ValueError, match=name):
        core_descriptor(ALL_FUNCTIONS).values(**arguments)
    with pytest.raises(ValueError, match=name):
        core_descriptor(ALL_FUNCTIONS).values_and_jacobian(**arguments)


def test_an_element_the_descriptor_does_not_have_is_refused():
    with pytest.raises(ValueError, match="needs the element O"):
        _core.Descriptor(["Si"], [core_function(ref.Function("G4", ("Si", "O"), 5.0))])


def test_an_element_named_twice_is_refused():
    with pytest.raises(ValueError, match="Si"):
        _core.Descriptor(["Si", "Si"], [core_function(ALL_FUNCTIONS[0])])


def test_atoms_on_top_of_one_another_are_refused():
    species, x = neighbors(0, 4)
    x[2] = 0.0
    with pytest.raises(ValueError, match="on top of"):
        core_descriptor(ALL_FUNCTIONS).values(*one_center(species, x))


def test_neighbors_on_top_of_one_another_are_refused():
    """The center sees it too, where the host does not treat the two as centers: ghost atoms of LAMMPS."""
    x = np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5]])
    with pytest.raises(ValueError, match="on top of"):
        core_descriptor(ALL_FUNCTIONS).values_and_jacobian(*one_center(["Si", "Si"], x))


def test_displacements_that_are_no_numbers_are_refused():
    species, x = neighbors(0, 4)
    x[1, 2] = np.nan
    with pytest.raises(ValueError, match="finite"):
        core_descriptor(ALL_FUNCTIONS).values(*one_center(species, x))


def test_elements_are_those_of_the_descriptor():
    descriptor = core_descriptor(ALL_FUNCTIONS)
    assert descriptor.n_functions == len(ALL_FUNCTIONS)
    assert descriptor.cutoff == CUTOFF
    assert ELEMENTS == ("Si", "O")


@each_structure
@pytest.mark.parametrize("some", [slice(None), slice(1, None, 2)], ids=["all centers", "every other"])
def test_products_equal_those_with_the_jacobian(structure, some):
    """Two sets of weights and of directions at once: w J and J v, J being what `values_and_jacobian` gives."""
    rng = np.random.default_rng(3)
    arguments = pair_arguments(structure, CUTOFF)
    centers = np.arange(len(structure.symbols), dtype=np.int32)[some]
    descriptor = core_descriptor(ALL_FUNCTIONS)
    _, gradients = descriptor.values_and_jacobian(centers, *arguments)
    row = np.repeat(np.arange(len(centers)), np.diff(arguments[1])[centers])
    weights = rng.normal(size=(2, len(centers), len(ALL_FUNCTIONS)))
    directions = rng.normal(size=(2, len(row), 3))
    assert_same(
        descriptor.contract(centers, *arguments, weights), np.einsum("mps,pds->mpd", weights[:, row], gradients)
    )
    per_pair = np.einsum("mpd,pds->mps", directions, gradients)
    expected = np.stack([per_pair[:, row == center].sum(axis=1) for center in range(len(centers))], axis=1)
    got = descriptor.directional(centers, *arguments, directions)
    largest = np.abs(expected).max(axis=(0, 1))
    assert np.all(np.abs(got - expected).max(axis=(0, 1)) <= 10 * ROUNDING * largest)


@pytest.mark.parametrize("product", ["contract", "directional"])
def test_products_refuse_other_shapes(product):
    descriptor = core_descriptor(ALL_FUNCTIONS)
    centers, *arguments = one_center(*neighbors(1, 4))
    with pytest.raises(ValueError, match=r"(weights|directions): expected shape \(n, \d+, \d+\), got \(1, 2, 2\)"):
        getattr(descriptor, product)(centers, *arguments, np.zeros((1, 2, 2)))

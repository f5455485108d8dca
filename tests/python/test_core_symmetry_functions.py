"""Every symmetry function and every derivative, against plain numpy, finite differences and points known exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference as ref
from core_cases import (
    ALL_FUNCTIONS,
    FUNCTIONS,
    core_function,
    function_id,
    jacobian,
    named_neighbors,
    neighbors,
    values,
)
from function_strategies import any_function
from nnmanybody import _core

VALUE_TOLERANCE = 1e-12  # relative, the issue's
GRADIENT_TOLERANCE = 1e-8  # relative to the largest component, the issue's
ROUNDING = 1e-13  # absolute, of a cutoff polynomial: the largest coefficient of poly4 is 540
EXACT = 1e-14  # a few roundings of numbers of order one

ANGULAR = tuple(f for f in ALL_FUNCTIONS if len(f.neighbors) == 2)

each_function = pytest.mark.parametrize("f", ALL_FUNCTIONS, ids=function_id)


def magnitude(f: ref.Function, species, displacement) -> float:
    """Sum of |terms|, what rounding errors are relative to: G3 alone has terms of both signs."""
    if f.kind != "G3":
        return ref.symmetry_function(f, species, displacement)
    mine = [n for n, symbol in enumerate(species) if f.neighbors[0] in ("*", symbol)]
    weights = [ref.ATOMIC_NUMBERS[species[n]] if f.weighted else 1 for n in mine]
    return np.abs(weights * ref.radial(f, ref.length(displacement[mine]))).sum()


def gradient_error(actual, expected) -> float:
    largest = np.abs(expected).max()
    return np.abs(actual - expected).max() / largest if largest > 0.0 else np.abs(actual).max()


def far_from_cutoff(functions, displacement, margin: float) -> bool:
    """Whether no distance a finite difference changes comes within margin of a cutoff (the third derivative jumps)."""
    r = [*ref.length(displacement), *ref.length(displacement[:, None] - displacement[None]).ravel()]
    return all(abs(distance - f.cutoff) > margin for f in functions for distance in r)


# --- values and derivatives against the reference ---------------------------------------------


@each_function
@pytest.mark.parametrize("seed", range(5))
def test_value_equals_plain_numpy(f, seed):
    species, x = neighbors(seed, 12)
    expected = ref.symmetry_function(f, species, x)
    assert magnitude(f, species, x) > 0.0
    assert abs(values((f,), species, x)[0] - expected) <= VALUE_TOLERANCE * magnitude(f, species, x)


@each_function
@pytest.mark.parametrize("seed", range(5))
def test_derivative_equals_complex_step_of_plain_numpy(f, seed):
    species, x = neighbors(seed, 12)
    expected = ref.complex_step(lambda moved: ref.symmetry_function(f, species, moved), x)
    assert gradient_error(jacobian((f,), species, x)[..., 0], expected) <= GRADIENT_TOLERANCE


@pytest.mark.parametrize("seed", range(100, 106))
def test_derivatives_equal_finite_differences_of_own_values(seed):
    step = 0.01
    while True:  # the next environment all of whose distances stay on their side of every cutoff
        species, x = neighbors(seed, 5)
        if far_from_cutoff(FUNCTIONS, x, 10 * step):
            break
        seed += 1000
    expected = ref.differences(lambda moved: values(FUNCTIONS, species, moved), x, step)
    actual = jacobian(FUNCTIONS, species, x)
    for s in range(len(FUNCTIONS)):
        assert gradient_error(actual[..., s], expected[..., s]) <= GRADIENT_TOLERANCE, FUNCTIONS[s]


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(any_function(), min_size=1, max_size=8, unique=True), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_any_set_of_functions_at_any_positions(chosen, seed, n):
    species, x = neighbors(seed, n, shortest=0.5, longest=7.0)
    got = values(tuple(chosen), species, x)
    gradient = jacobian(tuple(chosen), species, x)
    for s, f in enumerate(chosen):
        # Near its end a polynomial is a small difference of numbers of order one (times the weights).
        rounding = ROUNDING * (14 ** len(f.neighbors) if f.weighted else 1)
        tolerance = VALUE_TOLERANCE * magnitude(f, species, x) + rounding
        assert abs(got[s] - ref.symmetry_function(f, species, x)) <= tolerance
        if n:
            expected = ref.complex_step(lambda moved, f=f: ref.symmetry_function(f, species, moved), x)
            error = np.abs(gradient[..., s] - expected).max()
            assert error <= GRADIENT_TOLERANCE * np.abs(expected).max() + 10 * rounding


# --- analytic points ----------------------------------------------------------------------------


@pytest.mark.parametrize("cutoff", [2.0, 5.0, 6.5])
def test_cutoff_function_where_it_is_known(cutoff):
    f = (ref.Function("G1", ("Si",), cutoff),)
    points = {2e-6: 1.0, cutoff / 3: 0.75, cutoff / 2: 0.5, 2 * cutoff / 3: 0.25, cutoff: 0.0, 1.5 * cutoff: 0.0}
    for r, expected in points.items():
        assert values(f, ["Si"], np.array([[0.0, 0.0, r]]))[0] == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("cutoff", [2.0, 5.0, 6.5])
def test_cutoff_slope_where_it_is_known(cutoff):
    f = (ref.Function("G1", ("Si",), cutoff),)
    steepest = -math.pi / (2 * cutoff)
    points = {2e-6: 0.0, cutoff / 6: steepest / 2, cutoff / 2: steepest, cutoff: 0.0, 1.1 * cutoff: 0.0}
    for r, expected in points.items():
        slope = jacobian(f, ["Si"], np.array([[0.0, r, 0.0]]))[0, :, 0]
        assert slope == pytest.approx([0.0, expected, 0.0], abs=1e-5)  # at 2e-6 it is of that order


@pytest.mark.parametrize("f", [f for f in ALL_FUNCTIONS if f.cutoff_function != "hard"], ids=function_id)
def test_value_and_slope_vanish_at_the_cutoff(f):
    species = named_neighbors(f)
    x = np.array([[f.cutoff, 0.0, 0.0], [0.0, 1.5, 1.0]])[: len(species)]
    assert values((f,), species, x) == pytest.approx(0.0, abs=EXACT)
    assert np.abs(jacobian((f,), species, x)).max() <= EXACT


def test_g2_at_its_center_is_the_cutoff_function():
    f = (ref.Function("G2", ("O",), 4.0, eta=3.0, r_shift=2.0),)
    assert values(f, ["O"], np.array([[2.0, 0.0, 0.0]]))[0] == pytest.approx(0.5, abs=EXACT)  # e^0 f_c(R_c/2)


def test_g2_beside_its_center():
    f = (ref.Function("G2", ("O",), 2.0, eta=1.0),)
    assert values(f, ["O"], np.array([[0.0, 1.0, 0.0]]))[0] == pytest.approx(0.5 * math.exp(-1.0), rel=EXACT)


def test_g3_at_half_a_wave():
    f = (ref.Function("G3", ("O",), 2.0, kappa=math.pi),)
    assert values(f, ["O"], np.array([[0.0, 0.0, 1.0]]))[0] == pytest.approx(-0.5, abs=EXACT)  # cos(pi) f_c(R_c/2)


# A right angle with sides 1, 1 and cutoff 2: (1 + 0)^zeta, f_c(1)^2 = 1/4; the third side is sqrt(2).
RIGHT_ANGLE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@pytest.mark.parametrize("lam", [1, -1])
@pytest.mark.parametrize("zeta", [1.0, 1.5, 2.0, 5.0])
def test_g5_of_a_right_angle(zeta, lam):
    f = (ref.Function("G5", ("Si", "O"), 2.0, eta=0.3, r_shift=0.5, zeta=zeta, lam=lam),)
    expected = 2 ** (1 - zeta) * math.exp(-0.3 * (0.25 + 0.25)) / 4
    assert values(f, ["O", "Si"], RIGHT_ANGLE)[0] == pytest.approx(expected, rel=VALUE_TOLERANCE)


@pytest.mark.parametrize("lam", [1, -1])
@pytest.mark.parametrize("zeta", [1.0, 1.5, 2.0, 5.0])
def test_g4_of_a_right_angle_shifts_the_third_side_too(zeta, lam):
    f = (ref.Function("G4", ("Si", "O"), 2.0, eta=0.3, r_shift=0.5, zeta=zeta, lam=lam),)
    third = (math.cos(math.pi * math.sqrt(2) / 2) + 1) / 2
    exponent = 0.25 + 0.25 + (math.sqrt(2) - 0.5) ** 2
    expected = 2 ** (1 - zeta) * math.exp(-0.3 * exponent) / 4 * third
    assert values(f, ["Si", "O"], RIGHT_ANGLE)[0] == pytest.approx(expected, rel=VALUE_TOLERANCE)


def test_g4_is_zero_where_the_third_side_is_longer_than_the_cutoff():
    x = np.array([[1.5, 0.0, 0.0], [-1.5, 0.1, 0.0]])
    species = ["Si", "Si"]
    g4, g5 = (ref.Function(kind, ("Si", "Si"), 2.0, lam=-1) for kind in ("G4", "G5"))
    assert values((g4, g5), species, x)[0] == 0.0
    assert values((g4, g5), species, x)[1] > 0.0
    assert not jacobian((g4, g5), species, x)[..., 0].any()


# --- symmetry, sums, special positions ----------------------------------------------------------


@pytest.mark.parametrize("f", ANGULAR, ids=function_id)
def test_swapping_the_two_neighbors_changes_nothing(f):
    species, x = named_neighbors(f), np.array([[1.3, 0.2, -0.4], [-0.3, 1.9, 0.6]])
    forward, backward = values((f,), species, x), values((f,), species[::-1], x[::-1])
    assert forward[0] > 0.0
    assert backward == pytest.approx(forward, rel=EXACT)
    assert jacobian((f,), species[::-1], x[::-1]) == pytest.approx(jacobian((f,), species, x)[::-1], abs=EXACT)


@pytest.mark.parametrize("f", [f for f in ANGULAR if len(set(f.neighbors)) == 2], ids=function_id)
def test_the_two_elements_may_be_named_in_either_order(f):
    species, x = neighbors(7, 10)
    other = replace(f, neighbors=f.neighbors[::-1])
    assert values((f,), species, x)[0] == values((other,), species, x)[0]
    assert core_function(f) == core_function(other)


@pytest.mark.parametrize(
    "f",
    [
        ref.Function("G1", ("O",), 6.0),
        ref.Function("G2", ("O",), 6.0, eta=0.1, r_shift=2.0),
        ref.Function("G3", ("O",), 6.0, kappa=0.9),
    ],
    ids=function_id,
)
def test_radial_functions_are_sums_over_the_neighbors_of_their_element(f):
    species, x = neighbors(11, 10)
    single = [values((f,), [symbol], x[n : n + 1])[0] for n, symbol in enumerate(species)]
    assert values((f,), species, x)[0] == pytest.approx(sum(single), rel=EXACT)
    assert all(value == 0.0 for value, symbol in zip(single, species, strict=True) if symbol == "Si")


@pytest.mark.parametrize("kind", ["G4", "G5"])
def test_each_triplet_counts_once(kind):
    pairs = (("Si", "Si"), ("Si", "O"), ("O", "O"))
    split = tuple(ref.Function(kind, pair, 6.0, eta=0.02, zeta=2.0) for pair in pairs)
    species, x = neighbors(12, 10)
    together = values(split[:1], ["Si"] * 10, x)[0]  # all neighbors of one element: every triplet
    assert values(split, species, x).sum() == pytest.approx(together, rel=EXACT)


@each_function
def test_without_neighbors_everything_is_zero(f):
    assert values((f,), [], np.zeros((0, 3))).tolist() == [0.0]
    assert jacobian((f,), [], np.zeros((0, 3))).shape == (0, 3, 1)


@pytest.mark.parametrize("f", ANGULAR, ids=function_id)
def test_one_neighbor_makes_no_triplet(f):
    assert values((f,), named_neighbors(f)[:1], np.array([[1.0, 2.0, 0.5]])).tolist() == [0.0]


# Directions whose unit vectors do not round to length one: cos comes out beyond 1 for some of them.
DIRECTIONS = np.random.default_rng(5).normal(size=(40, 3))


@pytest.mark.parametrize("kind", ["G4", "G5"])
@pytest.mark.parametrize("zeta", [1.0, 1.5, 2.0, 2.7, 3.0])
@pytest.mark.parametrize(("second", "lam"), [(2.3, -1), (-1.1, 1)])
def test_collinear_triplets_give_zero_and_never_nan(kind, zeta, second, lam):
    f = (ref.Function(kind, ("Si", "Si"), 8.0, eta=0.1, zeta=zeta, lam=lam),)  # 1 + lambda cos = 0
    for direction in DIRECTIONS:
        unit = direction / np.linalg.norm(direction)
        x = np.array([1.0 * unit, second * unit])
        assert abs(values(f, ["Si", "Si"], x)[0]) <= 1e-15  # (a few eps)^zeta, zeta >= 1
        assert np.abs(jacobian(f, ["Si", "Si"], x)).max() <= 1e-7  # of order (a few eps)^(zeta - 1) eps^(1/2)


@pytest.mark.parametrize("zeta", [1024.0, 1025.0, 2000.5, 1e6])
def test_a_huge_zeta_neither_overflows_nor_vanishes(zeta):
    """2^(1-zeta) alone would be 0, and 2^(zeta-1) infinite."""
    x = np.array([[1.0, 0.0, 0.0], [math.cos(0.02), math.sin(0.02), 0.0]])
    f = (ref.Function("G5", ("Si", "Si"), 2.0, zeta=zeta),)
    expected = 2 * math.cos(0.01) ** (2 * zeta) / 4  # 1 + cos(2 a) = 2 cos(a)^2
    assert values(f, ["Si", "Si"], x)[0] == pytest.approx(expected, rel=1e-9)  # zeta roundings
    assert np.isfinite(jacobian(f, ["Si", "Si"], x)).all()


def test_functions_keep_their_own_cutoffs():
    chosen = tuple(ref.Function("G2", ("Si",), cutoff, eta=0.1) for cutoff in (3.0, 6.0, 4.5))
    x = np.array([[2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 5.0]])
    terms = [[math.exp(-0.1 * r * r) * (math.cos(math.pi * r / f.cutoff) + 1) / 2 for r in (2, 4, 5)] for f in chosen]
    expected = [terms[0][0], sum(terms[1]), terms[2][0] + terms[2][1]]
    assert values(chosen, ["Si"] * 3, x) == pytest.approx(expected, rel=VALUE_TOLERANCE)
    assert _core.Descriptor(["Si", "O"], [core_function(f) for f in chosen]).cutoff == 6.0

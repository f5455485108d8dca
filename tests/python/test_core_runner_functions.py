"""The symmetry functions and cutoff functions of RuNNer and n2p2: finite differences, and points known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

import reference as ref
from core_cases import RUNNER_FUNCTIONS, function_id, jacobian, named_neighbors, neighbors, values
from nnmanybody import _core
from reference_shapes import SHAPES

GRADIENT_TOLERANCE = 1e-8  # relative to the largest component
EXACT = 1e-14  # a few roundings of numbers of order one


def special_points(f: ref.Function) -> tuple[list[float], list[float]]:
    """Distances (Å) and angles (degrees) where a derivative of the function jumps."""
    distances = [f.cutoff, f.cutoff_alpha * f.cutoff]
    angles = [0.0, 180.0]  # where acos has its own
    if f.kind.startswith("compact"):
        distances += [f.r_left, (f.r_left + f.cutoff) / 2]
        angles += [f.theta_left, f.theta_right, (f.theta_left + f.theta_right) / 2]
    return distances, angles


def far_from_special_points(f: ref.Function, x: np.ndarray, margin: float, angle_margin: float) -> bool:
    distances, angles = special_points(f)
    r = np.array([*ref.length(x), *ref.length(x[:, None] - x[None]).ravel()])
    unit = x / ref.length(x)[:, None]
    between = np.degrees(np.arccos((unit @ unit.T)[np.triu_indices(len(x), 1)]))
    return all(point <= 0.0 or np.abs(point - r).min() > margin for point in distances) and all(
        np.abs(point - between).min() > angle_margin for point in angles
    )


@pytest.mark.parametrize("f", RUNNER_FUNCTIONS, ids=function_id)
@pytest.mark.parametrize("seed", range(200, 203))
def test_derivative_equals_finite_differences_of_own_values(f, seed):
    step = 0.01
    while True:  # three neighbors that count and that a finite difference takes past no point where a derivative jumps
        species, x = neighbors(seed, 3, longest=4.5)
        if "*" not in f.neighbors:
            species = (named_neighbors(f) * 3)[:3]
        if far_from_special_points(f, x, 5 * step, 8.0) and values((f,), species, x)[0] > 1e-3:
            break
        seed += 1000
    expected = ref.differences(lambda moved: values((f,), species, moved), x, step)[..., 0]
    error = np.abs(jacobian((f,), species, x)[..., 0] - expected).max()
    assert error <= GRADIENT_TOLERANCE * np.abs(expected).max()


# --- cutoff functions -----------------------------------------------------------------------------

# Values of the shapes at x = 1/2, by hand: the polynomials are odd around it, so that all are 1/2 there.
HALF_WAY = {
    "hard": 1.0,
    "cosine": 0.5,
    "tanhu": math.tanh(0.5) ** 3,
    "tanh": (math.tanh(0.5) / math.tanh(1.0)) ** 3,
    "exp": math.exp(-1.0 / 3.0),  # 1 - 1/(1 - 1/4)
    "poly1": 0.5,
    "poly2": 0.5,
    "poly3": 0.5,
    "poly4": 0.5,
    "quartic": 1.0 / 16.0,
    "biquartic": (3.0 / 4.0) ** 4,
    "cosine_squared": 0.25,
}


def g1(name: str, r: float, alpha: float = 0.0) -> float:
    """f_c of one neighbor, cutoff 4 Å."""
    f = ref.Function("G1", ("Si",), 4.0, cutoff_function=name, cutoff_alpha=alpha)
    return values((f,), ["Si"], np.array([[0.0, 0.0, r]]))[0]


def test_every_cutoff_function_of_the_core_is_in_the_reference():
    with pytest.raises(ValueError, match="expected a cutoff function") as caught:
        _core.SymmetryFunction("G1", ["Si"], 5.0, cutoff_function="none")
    listed = str(caught.value).partition("(")[2].partition(")")[0].split(", ")
    assert listed == list(SHAPES) == list(HALF_WAY)


@pytest.mark.parametrize("name", HALF_WAY)
def test_cutoff_functions_where_they_are_known(name):
    assert g1(name, 2.0) == pytest.approx(HALF_WAY[name], rel=EXACT)
    assert g1(name, 4.0) == 0.0
    start = math.tanh(1.0) ** 3 if name == "tanhu" else 1.0
    assert g1(name, 1e-5) == pytest.approx(start, abs=1e-5)


@pytest.mark.parametrize("name", ["cosine", "exp", "poly1", "poly2", "poly3", "poly4"])
def test_the_inner_cutoff_is_a_fraction_of_the_cutoff(name):
    assert g1(name, 1.99, alpha=0.5) == 1.0
    assert g1(name, 3.0, alpha=0.5) == pytest.approx(HALF_WAY[name], rel=EXACT)  # half way from 2 to 4


@pytest.mark.parametrize(("name", "derivatives"), [("poly1", 1), ("poly2", 2), ("poly3", 3), ("poly4", 4)])
def test_the_number_of_a_polynomial_is_that_of_its_derivatives_that_vanish_at_both_ends(name, derivatives):
    """1 - f near 0 and f near 1 are of the order derivatives + 1."""
    d = 0.01
    for left in (1.0 - g1(name, 4.0 * d), g1(name, 4.0 * (1.0 - d))):
        for right in (1.0 - g1(name, 8.0 * d), g1(name, 4.0 * (1.0 - 2 * d))):
            assert right / left == pytest.approx(2.0 ** (derivatives + 1), rel=0.1)


# --- weights and compact support ------------------------------------------------------------------


def test_weighted_functions_count_with_the_atomic_number():
    x = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    radial = ref.Function("G2", ("*",), 4.0, weighted=True)  # eta 0: f_c(2) = 1/2
    assert values((radial,), ["Si", "O"], x)[0] == pytest.approx((14 + 8) / 2, rel=EXACT)
    angular = ref.Function("G5", ("*", "*"), 4.0, weighted=True)  # a right angle: 2^0 (1 + 0) / 4
    assert values((angular,), ["Si", "O"], x)[0] == pytest.approx(14 * 8 / 4, rel=EXACT)
    assert values((angular,), ["O", "O"], x)[0] == pytest.approx(8 * 8 / 4, rel=EXACT)


@pytest.mark.parametrize("shape", ["poly1", "poly2", "poly3", "poly4", "exp"])
def test_a_compact_function_is_one_at_its_center_and_zero_outside(shape):
    f = ref.Function("compact_radial", ("Si",), 4.0, r_left=1.0, cutoff_function=shape)
    at = {0.9: 0.0, 1.0: 0.0, 1.75: HALF_WAY[shape], 2.5: 1.0, 3.25: HALF_WAY[shape], 4.0: 0.0}
    for r, expected in at.items():
        assert values((f,), ["Si"], np.array([[r, 0.0, 0.0]]))[0] == pytest.approx(expected, abs=EXACT)


def test_the_asymmetric_form_is_one_of_the_distance_only():
    """x (2 - x) = 3/4 at x = 1/2; the angle keeps its x: n2p2's p2a is p2 for the angle."""
    poly2 = SHAPES["poly2"]
    f = ref.Function("compact_radial", ("Si",), 4.0, r_left=1.0, cutoff_function="poly2", asymmetric=True)
    assert values((f,), ["Si"], np.array([[1.75, 0.0, 0.0]]))[0] == pytest.approx(poly2(0.75), rel=EXACT)
    f = ref.Function(
        "compact_wide",
        ("Si", "Si"),
        4.0,
        r_left=1.0,
        theta_left=0.0,
        theta_right=120.0,
        cutoff_function="poly2",
        asymmetric=True,
    )
    x = np.array([[2.5, 0.0, 0.0], [0.0, 2.5, 0.0]])  # distances at the center, the angle 90 at x = 1/2
    assert values((f,), ["Si", "Si"], x)[0] == pytest.approx(0.5, rel=EXACT)


@pytest.mark.parametrize(("kind", "third"), [("compact_wide", 1.0), ("compact_narrow", 0.5)])
def test_the_narrow_function_has_a_factor_of_the_third_side(kind, third):
    f = ref.Function(kind, ("Si", "O"), 5.0, r_left=-1.0, cutoff_function="poly2", theta_left=0.0)
    angle = 2 * math.asin(3.5 / 4.0)  # two sides of 2 Å, the center of C; the third is 3.5 Å, half way to its end
    x = np.array([[2.0, 0.0, 0.0], [2.0 * math.cos(angle), 2.0 * math.sin(angle), 0.0]])
    of_angle = SHAPES["poly2"](abs(math.degrees(angle) - 90.0) / 90.0)
    assert values((f,), ["O", "Si"], x)[0] == pytest.approx(third * of_angle, rel=1e-13)


@pytest.mark.parametrize(("left", "right", "straight"), [(60.0, 300.0, 1.0), (0.0, 180.0, 0.0)])
def test_a_compact_function_of_a_straight_angle_is_finite(left, right, straight):
    """Centered at 180 degrees it is 1 there, with slope 0; n2p2 leaves such triplets out."""
    f = ref.Function(
        "compact_wide", ("Si", "Si"), 4.0, r_left=0.0, theta_left=left, theta_right=right, cutoff_function="poly2"
    )
    for direction in np.random.default_rng(5).normal(size=(20, 3)):
        x = np.array([2.0, -2.0])[:, None] * direction / np.linalg.norm(direction)
        assert values((f,), ["Si", "Si"], x)[0] == pytest.approx(straight, abs=1e-6)
        assert np.abs(jacobian((f,), ["Si", "Si"], x)).max() <= 1e-6

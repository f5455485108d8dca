"""Radial functions, centers and the direct computation of weights: derivatives, minima, SNNS's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nnmanybody.errors import NNPError
from nnmanybody.rbf.activations import ACTIVATIONS, squared_distances
from nnmanybody.rbf.centers import even_centers, even_positions, kmeans_centers, kohonen_centers
from nnmanybody.rbf.descent import DescentRates, descend
from nnmanybody.rbf.direct import direct_weights, smoothness_matrix
from nnmanybody.rbf.network import RBFNetwork, error_gradient

DERIVATIVE_TOLERANCE = 1e-8  # of central differences with step 1e-6
NAMES = ("centers", "widths", "weights", "shortcut", "bias")
EXACT = {"centers": 4.0, "widths": -2.0, "weights": -2.0, "shortcut": -2.0, "bias": -2.0}  # dE/d over accumulator


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def problem(rng, activation="gaussian", output="identity"):
    """60 patterns of two inputs and two outputs, and a network of 9 units on them."""
    x = rng.uniform(-1.0, 1.0, (60, 2))
    y = np.column_stack([0.5 + 0.3 * np.sin(3.0 * x[:, 0]), 0.4 + 0.3 * x[:, 1] ** 2])
    network = RBFNetwork(
        x[even_positions(60, 9)],
        2.0 + rng.uniform(-0.2, 0.2, 9),
        0.3 * rng.normal(size=(9, 2)),
        0.3 * rng.normal(size=(2, 2)),
        np.zeros(2),
        activation,
        output,
    )
    return x, y, network


def error(network, x, y):
    return ((y - network.predict(x)) ** 2).sum()


def changed(network, name, value):
    return RBFNetwork(**{**vars(network), name: value})


# --- radial functions -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_of_radial_functions(name, rng):
    function, step = ACTIVATIONS[name], 1e-6
    q, p = rng.uniform(0.1, 4.0, 50), np.full(50, 0.7)
    by_q = (function.value(q + step, p) - function.value(q - step, p)) / (2.0 * step)
    by_p = (function.value(q, p + step) - function.value(q, p - step)) / (2.0 * step)
    assert np.abs(by_q - function.by_distance(q, p)).max() < DERIVATIVE_TOLERANCE
    assert np.abs(by_p - function.by_width(q, p)).max() < DERIVATIVE_TOLERANCE


def test_values_of_radial_functions():
    q, p = np.array([0.0, 4.0]), np.array([0.5, 0.5])
    assert ACTIVATIONS["gaussian"].value(q, p) == pytest.approx([1.0, np.exp(-2.0)])
    assert ACTIVATIONS["multiquadric"].value(q, p) == pytest.approx([np.sqrt(0.5), np.sqrt(4.5)])  # p, not p²
    assert ACTIVATIONS["thin_plate_spline"].value(q, p) == pytest.approx([0.0, 0.0])  # (p r)² ln(p r), p r = 0 and 1


def test_distance_of_a_point_to_itself_is_not_negative(rng):
    x = 30.0 * rng.normal(size=(50, 26))
    assert squared_distances(x, x).min() >= 0.0


# --- centers --------------------------------------------------------------------------------------


def test_even_centers_are_those_of_the_manual_of_snns():
    assert (even_positions(13, 5) + 1).tolist() == [1, 4, 7, 10, 13]
    assert even_positions(13, 1).tolist() == [0]


def test_deviation_is_the_largest_relative_change(rng):
    x = rng.uniform(1.0, 2.0, (400, 3))
    moved = even_centers(x, 400, 0.1, rng) / x - 1.0
    assert 0.09 < np.abs(moved).max() <= 0.1 + 1e-9
    assert np.median(np.abs(moved)) < 0.03  # small changes are likelier: median |tan u|/6.31 is 0.135
    assert np.array_equal(even_centers(x, 400, 0.0, rng), x)


def blobs(rng, radius):
    middles = radius * np.array([[1.0, 0.0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]])
    return middles, (middles[:, None] + 0.05 * rng.normal(size=(3, 40, 2))).reshape(-1, 2)


def nearest(middles, centers):
    return np.sqrt(squared_distances(middles, centers).min(axis=1))


@pytest.mark.parametrize("winner", ["distance", "product"])
def test_kohonen_rule_finds_the_middles_of_blobs_of_equal_length(winner, rng):
    middles, x = blobs(rng, 1.0)
    x = x / np.linalg.norm(x, axis=1)[:, None]
    centers = kohonen_centers(x, 3, rng, cycles=20, rate=0.05, shuffle=False, winner=winner)
    assert nearest(middles, centers).max() < 0.05


def test_the_largest_center_wins_always_by_the_product_unless_lengths_are_equal(rng):
    # One blob is twice as far out as the others, all in one quadrant.
    x = np.array([[1.0, 1.0], [1.2, 0.8], [4.0, 4.0]])
    by_product = kohonen_centers(x, 3, rng, cycles=1, rate=0.5, shuffle=False, winner="product")
    by_distance = kohonen_centers(x, 3, rng, cycles=1, rate=0.5, shuffle=False, winner="distance")
    assert np.array_equal(by_product[:2], x[:2])
    assert not np.array_equal(by_product[2], x[2])
    assert np.array_equal(by_distance, x)


def test_kmeans_finds_the_middles_of_blobs(rng):
    middles, x = blobs(rng, 3.0)
    assert nearest(middles, kmeans_centers(x, 3, rng)).max() < 0.05


def test_fewer_different_patterns_than_centers(rng):
    centers = kmeans_centers(np.repeat([[0.0], [1.0]], 5, axis=0), 4, rng)
    assert sorted(set(centers[:, 0].tolist())) == [0.0, 1.0]
    assert len(centers) == 4


# --- the direct solution --------------------------------------------------------------------------


@pytest.mark.parametrize("smoothness", [1e-3, 0.1, 1.0, 100.0])
def test_direct_weights_are_the_minimum(smoothness, rng):
    x, y, network = problem(rng)
    hidden, free = network.hidden(x), np.hstack([x, np.ones((60, 1))])
    widths = np.full(9, 2.0)
    penalty = smoothness_matrix(network.centers, widths)
    c = direct_weights(hidden, free, y, smoothness=smoothness, penalty=penalty)
    g = np.hstack([hidden, free])
    gradient = -2.0 * g.T @ (y - g @ c)
    gradient[:9] += 2.0 * smoothness * penalty @ c[:9]
    assert np.abs(gradient).max() < 1e-9  # methods, acceptance 1


def test_without_smoothness_the_solution_is_the_pseudo_inverse(rng):
    x, y, network = problem(rng)
    hidden, free = network.hidden(x), np.ones((60, 1))
    c = direct_weights(hidden, free, y)
    assert np.abs(c - np.linalg.pinv(np.hstack([hidden, free])) @ y).max() < 1e-10  # methods, acceptance 1


def test_a_center_that_is_there_twice_changes_no_fit(rng):
    x, y, network = problem(rng)
    hidden, free = network.hidden(x), np.ones((60, 1))
    twice = np.hstack([hidden, hidden[:, :1]])
    once = np.hstack([hidden, free]) @ direct_weights(hidden, free, y)
    assert np.abs(np.hstack([twice, free]) @ direct_weights(twice, free, y) - once).max() < 1e-9


def test_as_many_centers_as_patterns_interpolate(rng):
    x = np.linspace(-2.0, 2.0, 12)[:, None]
    y = np.sin(3.0 * x)
    hidden = np.exp(-3.0 * squared_distances(x, x))
    c = direct_weights(hidden, np.ones((12, 1)), y)
    assert np.abs(np.hstack([hidden, np.ones((12, 1))]) @ c - y).max() < 1e-9


def test_the_matrix_of_snns_is_indefinite_and_can_be_compared_with(rng):
    x, y, network = problem(rng)
    hidden, ones, widths = network.hidden(x), np.ones((60, 1)), np.full(9, 2.0)
    penalty = smoothness_matrix(network.centers, widths)
    bordered = np.ones((10, 10))
    bordered[:9, :9] = penalty
    assert np.linalg.eigvalsh(bordered).min() < -0.1
    assert np.linalg.eigvalsh(penalty).min() > 0.0
    c = direct_weights(hidden, ones, y, smoothness=0.1, penalty=penalty, snns_bias=True)
    g = np.hstack([hidden, ones])
    assert np.abs((g.T @ g + 0.1 * bordered) @ c - g.T @ y).max() < 1e-9
    with pytest.raises(NNPError, match="no shortcuts"):
        direct_weights(hidden, np.hstack([x, ones]), y, snns_bias=True)
    with pytest.raises(NNPError, match="singular"):
        direct_weights(np.zeros((60, 9)), ones, y, snns_bias=True)


def test_widths_that_differ_take_that_of_the_lower_unit_and_may_be_refused():
    centers = np.array([[0.0], [0.1], [3.0]])
    matrix = smoothness_matrix(centers, np.array([8.0, 1.0, 0.01]))
    assert matrix[1, 0] == matrix[0, 1] == pytest.approx(np.exp(-8.0 * 0.01))
    multiquadric = smoothness_matrix(centers, np.ones(3), "multiquadric")
    with pytest.raises(NNPError, match="positive definite"):
        direct_weights(np.ones((3, 3)), np.ones((3, 1)), np.ones((3, 1)), smoothness=1.0, penalty=multiquadric)


# --- gradient descent -----------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["identity", "logistic"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_the_error(activation, output, rng):
    x, y, network = problem(rng, activation, output)
    gradient, step = error_gradient(network, x, y), 1e-6
    for name in NAMES:
        value = getattr(network, name)
        expected = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            ends = []
            for sign in (1.0, -1.0):
                moved = value.copy()
                moved[index] += sign * step
                ends.append(error(changed(network, name, moved), x, y))
            expected[index] = (ends[0] - ends[1]) / (2.0 * step)
        found = EXACT[name] * getattr(gradient, name)
        assert np.abs(found - expected).max() < 1e-7 * max(1.0, np.abs(expected).max()), name


RATES = {
    "centers": DescentRates(centers=1e-3),
    "widths": DescentRates(widths=1e-3),
    "weights": DescentRates(weights=1e-3),
}


@pytest.mark.parametrize("name", RATES)
def test_each_rate_lowers_the_error_by_its_own_parameters(name, rng):
    x, y, network = problem(rng, output="logistic")
    trained, _ = descend(network, x, y, RATES[name], 1)
    assert error(trained, x, y) < error(network, x, y)
    moved = {each for each in NAMES if not np.array_equal(getattr(trained, each), getattr(network, each))}
    assert moved == ({"weights", "shortcut", "bias"} if name == "weights" else {name})


def test_shortcut_and_bias_lower_the_error_alone(rng):
    x, y, network = problem(rng)
    gradient = error_gradient(network, x, y)
    for name in ("shortcut", "bias"):
        moved = changed(network, name, getattr(network, name) + 1e-3 * getattr(gradient, name))
        assert error(moved, x, y) < error(network, x, y)


def test_errors_in_the_dead_zone_change_nothing(rng):
    x, y, network = problem(rng)
    largest = np.abs(y - network.predict(x)).max()
    rates = DescentRates(0.1, 0.1, 0.1, delta_max=1.01 * largest)
    trained, errors = descend(network, x, y, rates, 3)
    assert not errors.any()
    for name in NAMES:
        assert np.array_equal(getattr(trained, name), getattr(network, name))


def test_descent_with_momentum_lowers_the_error(rng):
    x, y, network = problem(rng, output="logistic")
    rates = DescentRates(0.01, 0.005, 0.02, momentum=0.8, delta_max=0.01)
    trained, errors = descend(network, x, y, rates, 300)
    assert errors[-1] < 0.5 * errors[0]
    assert trained.widths.min() > 0.0


def test_widths_stay_above_zero_and_may_be_one(rng):
    x, y, network = problem(rng)
    trained, _ = descend(network, x, y, DescentRates(widths=50.0), 3)
    assert trained.widths.min() > 0.0
    network = changed(network, "widths", np.full(9, 2.0))
    trained, _ = descend(network, x, y, DescentRates(widths=0.01), 3, one_width=True)
    assert np.ptp(trained.widths) == 0.0
    assert trained.widths[0] != 2.0

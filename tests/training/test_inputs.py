"""Statistics, scaling and whitening: against their definitions, and folded into a layer without a trace."""

from __future__ import annotations

import numpy as np
import pytest

from nnmanybody.training.inputs import (
    InputTransform,
    Whitening,
    change_scaling,
    fold_whitening,
    scaling_coefficients,
    statistics,
    unfold_whitening,
)

ROUNDING = 1e-12
"""Absolute error of numbers of size 1 after a few matrix products of this size."""

SCALINGS = [
    ("none", -1.0, 1.0),
    ("minmax", -1.0, 1.0),
    ("minmax", 0.0, 3.0),
    ("center", -1.0, 1.0),
    ("minmax_center", 0.0, 1.0),
    ("sigma", 0.5, 2.0),
]


@pytest.fixture
def values():
    """Values of five functions: offset, of different ranges, two of them nearly the same."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 5)) * [1.0, 10.0, 0.1, 2.0, 0.0] + [0.0, 50.0, 3.0, -2.0, 1.0]
    table[:, 4] = table[:, 3] + 0.1 * rng.normal(size=200)
    return table


def test_statistics(values):
    low, high, mean, sigma = statistics(values).T
    np.testing.assert_array_equal(low, values.min(axis=0))
    np.testing.assert_array_equal(high, values.max(axis=0))
    np.testing.assert_allclose(mean, values.sum(axis=0) / 200, rtol=ROUNDING)
    np.testing.assert_allclose(sigma, np.sqrt(((values - mean) ** 2).sum(axis=0) / 200), rtol=ROUNDING)


def expected(scaling, G, table):
    """The formulas of the potential file, written out."""
    kind, lower, upper = scaling
    low, high, mean, sigma = table.T
    return {
        "none": lambda: G,
        "center": lambda: G - mean,
        "minmax": lambda: lower + (upper - lower) * (G - low) / (high - low),
        "minmax_center": lambda: lower + (upper - lower) * (G - mean) / (high - low),
        "sigma": lambda: lower + (upper - lower) * (G - mean) / sigma,
    }[kind]()


@pytest.mark.parametrize("scaling", SCALINGS, ids=str)
def test_scaling(values, scaling):
    table = statistics(values)
    transform = InputTransform(*scaling_coefficients(scaling, table))
    np.testing.assert_allclose(transform.values(values), expected(scaling, values, table), rtol=ROUNDING, atol=ROUNDING)


def test_whitened_inputs_are_uncorrelated_and_of_the_promised_variance(values):
    floor = 0.01
    whitening = Whitening.fit(values, floor)
    inputs = InputTransform(np.ones(5), np.zeros(5), 0.0, whitening).values(values)
    variances = np.linalg.eigvalsh(np.cov(values.T, bias=True))
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=ROUNDING)
    expected_variance = np.diag(variances / (variances + floor * variances.max()))
    np.testing.assert_allclose(np.cov(inputs.T, bias=True), expected_variance, atol=ROUNDING)


@pytest.mark.parametrize("whitened", [False, True])
def test_jacobian_of_the_inputs_by_differences(values, whitened):
    scaling = scaling_coefficients(("sigma", 0.0, 1.0), statistics(values))
    whitening = Whitening.fit(InputTransform(*scaling).values(values), 0.1) if whitened else None
    transform = InputTransform(*scaling, whitening)
    G, slope, step = values[0], np.array([0.3, -2.0, 0.01, 1.0, 0.5]), 1e-3
    difference = (transform.values(G + step * slope) - transform.values(G - step * slope)) / (2 * step)
    np.testing.assert_allclose(slope @ transform.matrix, difference, rtol=1e-9)  # affine: no truncation error


@pytest.fixture
def layer():
    rng = np.random.default_rng(1)
    return rng.normal(size=(5, 3)), rng.normal(size=3)


def test_a_folded_layer_gives_the_same(values, layer):
    whitening = Whitening.fit(values, 0.01)
    inputs = InputTransform(np.ones(5), np.zeros(5), 0.0, whitening).values(values)
    kernel, bias = fold_whitening(*layer, whitening)
    np.testing.assert_allclose(values @ kernel + bias, inputs @ layer[0] + layer[1], rtol=ROUNDING, atol=ROUNDING)


def test_unfolding_is_the_inverse_of_folding(values, layer):
    whitening = Whitening.fit(values, 0.01)
    kernel, bias = unfold_whitening(*fold_whitening(*layer, whitening), whitening)
    np.testing.assert_allclose(kernel, layer[0], rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(bias, layer[1], rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("scaling", SCALINGS, ids=str)
def test_a_layer_moved_to_another_scaling_gives_the_same(values, layer, scaling):
    old, new = (scaling_coefficients(scaling, statistics(part)) for part in (values[:50], values))
    kernel, bias = change_scaling(*layer, old, new)
    before = InputTransform(*old).values(values) @ layer[0] + layer[1]
    np.testing.assert_allclose(
        InputTransform(*new).values(values) @ kernel + bias, before, rtol=ROUNDING, atol=ROUNDING
    )

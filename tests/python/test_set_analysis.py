"""Range and correlation analysis of a set: cases with known faults planted."""

from __future__ import annotations

import numpy as np
import pytest

from nnmanybody import NNPError
from nnmanybody.set_analysis import analyse_set, correlation_matrix

N = 400


@pytest.fixture
def values():
    """Four independent columns with ranges of about 2, 4, 6 and 8."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1.0, 1.0, (N, 4)) * np.array([1.0, 2.0, 3.0, 4.0])


def names(count):
    return [f"function {index}" for index in range(count)]


def analyse(*columns, **options):
    table = np.column_stack(columns)
    return analyse_set(names(table.shape[1]), table, **options)


def test_independent_functions_all_stay(values):
    result = analyse(values)
    assert result.kept == (0, 1, 2, 3)
    assert result.dropped == ()
    np.testing.assert_array_equal(result.ranges, values.max(axis=0) - values.min(axis=0))


def test_correlation_is_that_of_numpy(values):
    mixed = values @ np.random.default_rng(1).normal(size=(4, 4))
    np.testing.assert_allclose(correlation_matrix(mixed), np.corrcoef(mixed.T), rtol=0, atol=1e-14)


@pytest.mark.parametrize("constant", [0.0, 3.7, -1e9])
def test_a_constant_function_goes_first_and_is_no_nan_for_others(values, constant):
    result = analyse(values, np.full(N, constant))
    assert result.kept == (0, 1, 2, 3)
    assert result.dropped == ((4, f"constant: always {constant:.6g}"),)
    assert np.isnan(result.correlation[4]).all()
    assert np.isfinite(result.correlation[:4, :4]).all()


def test_a_function_that_varies_by_rounding_only_is_constant(values):
    almost = 1.0 + 1e-16 * np.arange(N) / N
    almost[0] = np.nextafter(1.0, 2.0)
    result = analyse(values, almost)
    assert result.dropped[0][1].startswith("constant")


def test_a_narrow_range_is_dropped_with_its_numbers(values):
    rng = np.random.default_rng(2)
    narrow = 1.0 + 1e-4 * rng.uniform(size=N)
    result = analyse(values, narrow)
    assert [index for index, _ in result.dropped] == [4]
    reason = result.dropped[0][1]
    assert "range 9.9" in reason  # uniform over 1e-4, of which 400 samples reach 99 %
    assert f"below 0.001 of the median range {np.median(result.ranges):.3g}" in reason


def test_range_threshold_can_be_chosen(values):
    narrow = 1e-4 * np.random.default_rng(2).uniform(size=N)
    assert analyse(values, narrow, range_threshold=1e-6).kept == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(("factor", "dropped"), [(0.5, 4), (2.0, 1), (-0.5, 4), (-2.0, 1)])
def test_of_two_that_follow_one_another_the_wider_stays(values, factor, dropped):
    result = analyse(values, factor * values[:, 1] + 5.0)
    assert [index for index, _ in result.dropped] == [dropped]
    other = 1 if dropped == 4 else 4
    assert f"correlation {np.sign(factor):.4f} with function {other} (function {other})" in result.dropped[0][1]


def test_the_earlier_of_two_equal_functions_stays(values):
    assert analyse(values, values[:, 2]).kept == (0, 1, 2, 3)


def test_correlation_threshold_separates(values):
    noise = np.random.default_rng(3).normal(size=N)
    follower = 0.5 * (values[:, 3] + 0.2 * noise * values[:, 3].std())
    correlation = np.corrcoef(follower, values[:, 3])[0, 1]
    assert 0.97 < correlation < 0.99  # 1 / sqrt(1 + 0.2²) = 0.981 for independent noise
    assert analyse(values, follower, correlation_threshold=correlation - 0.001).kept == (0, 1, 2, 3)
    assert analyse(values, follower, correlation_threshold=correlation + 0.001).kept == (0, 1, 2, 3, 4)


def test_a_dropped_function_drops_no_other(values):
    # A chain: b follows a, c follows b, but c does not follow a. With a widest, b goes and c stays.
    rng = np.random.default_rng(4)
    a = rng.normal(size=N)
    b = 0.9 * a + 0.19 * rng.normal(size=N)
    c = 0.8 * b + 0.17 * rng.normal(size=N)
    correlation = np.corrcoef([a, b, c])
    threshold = 0.5 * (min(correlation[0, 1], correlation[1, 2]) + correlation[0, 2])
    a *= 10.0
    assert analyse(values, a, b, c, correlation_threshold=threshold).kept == (0, 1, 2, 3, 4, 6)


def test_constant_functions_do_not_shift_the_median(values):
    narrow = 1.0 + 1e-4 * np.random.default_rng(2).uniform(size=N)
    result = analyse(values, np.zeros((N, 6)), narrow)
    assert result.kept == (0, 1, 2, 3)
    assert "median range" in dict(result.dropped)[10]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.zeros((5, 2)), "expected values of shape"),
        (np.zeros(5), "expected values of shape"),
        (np.zeros((0, 3)), "expected values of shape"),
        (np.ones((5, 3)), "all 3 functions have the same value for all 5 atoms"),
        (np.array([[1.0, np.nan, 2.0], [2.0, 1.0, 2.0]]), r"function 1 \(function 1\) has values that are not finite"),
    ],
)
def test_faulty_values_are_refused(table, message):
    with pytest.raises(NNPError, match=message):
        analyse_set(names(3), table)

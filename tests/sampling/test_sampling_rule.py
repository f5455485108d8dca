"""The sampling rule (7.2): its interval for every force, and what it keeps of a series of forces."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nnmanybody.sampling.sampling_rule import sampled_steps, tau

ALPHA, TAU_MAX = 3.0, 10  # of the thesis's figure 7.1


# Worked out by hand from (7.2): floor(3 / F) between 1 and 10.
@pytest.mark.parametrize(
    ("force", "interval"),
    [
        (0.0, 10),
        (5e-324, 10),  # the smallest double: 3 / F overflows
        (1e-300, 10),
        (0.2727, 10),  # 3 / F = 11.001: above the cap
        (0.2728, 10),  # 3 / F = 10.997
        (0.3, 10),
        (0.3001, 9),
        (1.0, 3),
        (1.5, 2),
        (2.9999, 1),
        (3.0, 1),  # F = alpha
        (3.0000001, 1),
        (1e300, 1),
        (math.inf, 1),
    ],
)
def test_tau_of_single_forces(force, interval):
    assert tau(force, ALPHA, TAU_MAX) == interval


@given(
    force=st.floats(1e-9, 1e9),
    alpha=st.floats(1e-3, 1e3),
    tau_max=st.integers(1, 1000),
)
def test_tau_is_the_capped_floor(force, alpha, tau_max):
    expected = 1 if force > alpha else min(max(math.floor(alpha / force), 1), tau_max)
    assert tau(force, alpha, tau_max) == expected


@given(forces=st.lists(st.floats(0.0, allow_infinity=True), min_size=2), tau_max=st.integers(1, 100))
def test_tau_never_grows_with_the_force(forces, tau_max):
    intervals = tau(np.sort(forces), ALPHA, tau_max)
    assert np.all(np.diff(intervals) <= 0)
    assert intervals.min() >= 1
    assert intervals.max() <= tau_max


@pytest.mark.parametrize(
    ("force", "alpha", "tau_max", "message"),
    [
        (1.0, 0.0, 10, "alpha must be positive, got 0"),
        (1.0, math.nan, 10, "alpha must be positive, got nan"),
        (1.0, 3.0, 0, "tau_max must be at least 1, got 0"),
        (-1.0, 3.0, 10, "a force must be zero or positive"),
        ([1.0, math.nan], 3.0, 10, "a force must be zero or positive"),
    ],
)
def test_tau_refuses_what_is_no_force_or_setting(force, alpha, tau_max, message):
    with pytest.raises(ValueError, match=message):
        tau(force, alpha, tau_max)


@given(forces=st.lists(st.floats(0.0, 10.0), min_size=1, max_size=200), tau_max=st.integers(1, 20))
def test_strict_rule_keeps_every_large_force_and_leaves_no_long_gap(forces, tau_max):
    kept = sampled_steps(forces, ALPHA, tau_max)
    large = np.flatnonzero(np.asarray(forces) > ALPHA)
    assert set(large) <= set(kept)
    assert kept[0] == 0
    assert np.all(np.diff([*kept, len(forces)]) <= tau_max)


def thesis_loop(forces, alpha, tau_max, first_step):
    """Listing of the thesis's section 7.1.2, line by line, with a tau that is defined for F = 0."""
    out, interval = [], 1
    for step, force in enumerate(forces, first_step):
        if not step % tau_max:
            if force > alpha:
                interval = 1
            else:
                factor = math.floor(alpha / force) if force else tau_max
                interval = tau_max if factor > tau_max else factor
        if not step % interval > 0:
            out.append(step)
    return out


@given(
    forces=st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 10.0)), min_size=1, max_size=200),
    tau_max=st.integers(1, 20),
    first_step=st.integers(0, 50),
)
def test_thesis_rule_is_the_listing_of_the_thesis(forces, tau_max, first_step):
    kept = sampled_steps(forces, ALPHA, tau_max, "thesis", first_step)
    assert kept.tolist() == thesis_loop(forces, ALPHA, tau_max, first_step)


def test_thesis_rule_misses_large_forces_that_come_between_its_looks():
    forces = np.full(21, 0.1)
    forces[13] = 5.0
    assert sampled_steps(forces, ALPHA, TAU_MAX, "thesis").tolist() == [0, 10, 20]
    assert sampled_steps(forces, ALPHA, TAU_MAX, "strict").tolist() == [0, 10, 13]


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="rule must be 'strict' or 'thesis', got 'strickt'"):
        sampled_steps([1.0], ALPHA, TAU_MAX, "strickt")

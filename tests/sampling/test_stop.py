"""When a loop ends, and why."""

from __future__ import annotations

import pytest
from nnmanybody.sampling.config import StopConfig
from nnmanybody.sampling.stop import Iteration, reason_to_stop

HELD_OUT = {"data": ["test.xyz"], "force": 0.06}


def reason(config, *done, labelled=10, hours=1.0):
    return reason_to_stop(StopConfig.model_validate({"nothing_new": None, **config}), done, labelled, hours)


def test_nothing_new_counts_iterations_in_a_row_and_not_the_first_one():
    config = {"nothing_new": 2}
    assert not reason(config, Iteration(0, 0), Iteration(1, 0))
    assert not reason(config, Iteration(0, 5), Iteration(1, 0), Iteration(2, 1), Iteration(3, 0))
    assert reason(config, Iteration(0, 5), Iteration(1, 0), Iteration(2, 0)) == "nothing new for 2 iterations"


def test_errors_of_the_last_iteration_count():
    config = {"errors": HELD_OUT}
    assert not reason(config, Iteration(0, 5, {"force": 0.05}), Iteration(1, 5, {"force": 0.07}))
    assert "0.05" in reason(config, Iteration(0, 5, {"force": 0.07}), Iteration(1, 5, {"force": 0.05}))
    both = {"errors": {**HELD_OUT, "energy": 0.001}}
    assert not reason(both, Iteration(0, 5, {"force": 0.05, "energy": 0.002}))


def test_stable_for_a_time():
    config = {"stable_ps": 50.0}
    assert not reason(config, Iteration(0, 5), Iteration(1, 2, {}, None))
    assert not reason(config, Iteration(1, 2, {}, 49.0))
    assert "50 ps" in reason(config, Iteration(1, 0, {}, 50.0))


@pytest.mark.parametrize(("goals", "ends"), [("any", True), ("all", False)])
def test_goals_are_combined(goals, ends):
    config = {"nothing_new": 1, "stable_ps": 50.0, "goals": goals}
    assert bool(reason(config, Iteration(0, 5), Iteration(1, 0))) is ends
    assert reason(config, Iteration(0, 5), Iteration(1, 0, {}, 60.0))


@pytest.mark.parametrize("budget", [{"iterations": 1}, {"labels": 10}, {"hours": 1.0}])
def test_a_spent_budget_ends_the_loop_whatever_the_goals_say(budget):
    config = {**budget, "stable_ps": 50.0, "goals": "all"}
    assert "budget" in reason(config, Iteration(0, 5))
    assert not reason({**config, next(iter(budget)): 100}, Iteration(0, 5))

"""The table that a person sees, and how long a step goes on."""

from __future__ import annotations

import io

from nnmanybody.sampling.live import expected_seconds, status_table
from rich.console import Console

RECORD = {
    "number": 1,
    "runs": 5,
    "simulated_ps": 12.5,
    "exploded": 2,
    "unknown": 31,
    "new": 8,
    "labelled": 20,
    "errors": {"force": 0.0612, "energy": 0.0015},
    "seconds": 90.0,
    "step_seconds": {"explore": 40.0},
}
RUNNING = {
    "state": "running",
    "iteration": 2,
    "step": "explore",
    "jobs": [2, 6],
    "step_began": 100.0,
    "labelled": 20,
    "failed": 1,
    "iterations": [RECORD],
}


def text(status, now):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(status_table(status, now))
    return console.export_text()


def test_the_table_has_iterations_and_what_goes_on():
    shown = text(RUNNING, 110.0)
    for words in (
        "12.5",
        "31",
        "0.0612",
        "1.50",
        "eV/Å",
        "meV/atom",
        "iteration 2, explore 2 of 6",
        "20 labelled, 1 failed",
    ):
        assert words in shown
    assert "about 20 s more" in shown


def test_expected_time_follows_the_jobs_or_the_iteration_before():
    assert expected_seconds(RUNNING, 110.0) == 20.0  # two jobs took 10 s, four are left
    assert expected_seconds({**RUNNING, "jobs": [0, 6]}, 110.0) == 30.0  # 40 s the last time
    assert expected_seconds({**RUNNING, "jobs": [0, 6], "iterations": []}, 110.0) is None

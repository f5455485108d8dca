"""The loops of the examples at a small size: they run, learn, and the pictures are there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nnmanybody.data import read_frames

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def run(example, *arguments):
    command = [sys.executable, EXAMPLES / example / "run.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def silicon(tmp_path_factory):
    folder = tmp_path_factory.mktemp("silicon") / "results"
    done = run("active_learning_silicon", "--small", "--no-uniform", "--output", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads((folder / "summary.json").read_text())["loop"]


def test_the_first_potential_of_silicon_does_not_know_the_liquid(silicon):
    _, summary = silicon
    assert summary["first_potential"]["unknown_frames"] + summary["first_potential"]["exploded"] > 0


def test_the_loop_of_silicon_learns(silicon):
    folder, summary = silicon
    forces = np.concatenate([frame.forces for frame in read_frames(folder / "test.xyz")])
    assert summary["force_rmse"] < summary["first_potential"]["force_rmse"]
    assert summary["force_rmse"] < np.sqrt(np.mean(forces**2))  # the error of a potential without forces
    assert summary["labels"] > 3  # those of the start


def test_every_iteration_has_its_page(silicon):
    folder, summary = silicon
    pages = sorted((folder / "loop" / "iterations").glob("*/page.html"))
    assert len(pages) == summary["iterations"]
    for words in ("What was new", "Errors by labels", "Parity", "Map of Si", "Force distribution"):
        assert words in pages[-1].read_text()


def test_the_rule_keeps_what_it_says_on_quartz(tmp_path):
    done = run("force_distribution", "--steps", 50, "--repeat", 1, 1, 2, "--output", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr  # the compute agrees with the rule in Python
    assert (tmp_path / "force_distribution.png").read_bytes().startswith(PNG_SIGNATURE)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["n_steps"] == 51
    for row in summary["table"]:
        if row["from"] >= 3.0:  # alpha
            assert row["sampled"] == row["steps"]

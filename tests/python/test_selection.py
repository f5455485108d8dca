"""Choosing functions: planted copies are left out, what is explained is explained; `nnp descriptors suggest`."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from ase.io import write

import helpers
from nnmanybody import SymmetryFunctionSet
from nnmanybody.cli import main
from nnmanybody.errors import NNPError
from nnmanybody.selection import select_functions


@pytest.fixture
def values():
    """Three independent columns, a copy of each in another unit, and a constant."""
    independent = np.random.default_rng(0).normal(size=(500, 3))
    return np.column_stack([independent, 1e-3 * independent + 5.0, np.full(500, 2.0)])


@pytest.mark.parametrize("method", ["cur", "farthest"])
def test_three_of_seven_are_the_three_that_differ(values, method):
    chosen = [index for index, _ in select_functions(values, 3, method)]
    assert {index % 3 for index in chosen} == {0, 1, 2}
    assert 6 not in chosen


def test_cur_says_what_is_explained(values):
    """The three columns and their copies have equal variance: a third each, up to their accidental correlation."""
    *_, (_, reason) = select_functions(values, 3, "cur")
    assert reason.startswith("with it 100.000 %")


@pytest.mark.parametrize("method", ["cur", "farthest"])
def test_a_unit_does_not_change_the_choice(values, method):
    scaled = values * np.array([1e3, 1.0, 1e-3, 1.0, 7.0, 1.0, 1.0])
    # Modulo 3: a function and its copy are as good as one another.
    before, after = ([index % 3 for index, _ in select_functions(table, 3, method)] for table in (values, scaled))
    assert before == after


@pytest.mark.parametrize("count", [0, 8])
def test_a_count_that_makes_no_sense_is_refused(values, count):
    with pytest.raises(NNPError, match="count from 1 to the number of functions"):
        select_functions(values, count)


def test_suggest_writes_a_set_that_can_be_read(tmp_path, monkeypatch):
    write(tmp_path / "data.xyz", [helpers.silicon(seed=seed) for seed in range(3)], format="extxyz")
    monkeypatch.chdir(tmp_path)
    arguments = ["nnp", "descriptors", "suggest", "data.xyz", "--count", "12", "-o", "set.txt", "--picture", "set.png"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as status:
        main()
    assert status.value.code == 0
    text = (tmp_path / "set.txt").read_text()
    assert "#   Si to Si: 2." in text
    assert text.count("% of the variance") == 12
    assert len(SymmetryFunctionSet.read(tmp_path / "set.txt")) == 12
    assert (tmp_path / "set.png").stat().st_size > 1000

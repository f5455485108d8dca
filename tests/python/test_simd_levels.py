"""The kernels of every instruction set give the same numbers, in a process that NNMB_SIMD tells which to take."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core_cases import ALL_FUNCTIONS, core_descriptor, crystal, pair_arguments
from nnmanybody import _core

STRUCTURE = crystal(5)
CUTOFF = max(f.cutoff for f in ALL_FUNCTIONS)
AGREEMENT = 1e-12
"""Relative to the largest value of each function: what the kernels promise against plain scalar formulas."""


def describe() -> tuple[np.ndarray, ...]:
    """Values and Jacobian of every atom, and derivatives along a direction; the process below calls it."""
    arguments = np.arange(len(STRUCTURE.symbols), dtype=np.int32), *pair_arguments(STRUCTURE, CUTOFF)
    descriptor = core_descriptor(ALL_FUNCTIONS)
    direction = np.random.default_rng(0).normal(size=(1, *arguments[-1].shape))
    return *descriptor.values_and_jacobian(*arguments), descriptor.directional(*arguments, direction)


def run_with(level: str) -> subprocess.CompletedProcess[bytes]:
    script = "import pickle, sys, test_simd_levels as t; sys.stdout.buffer.write(pickle.dumps(t.describe()))"
    environment = {**os.environ, "NNMB_SIMD": level, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, env=environment)


@pytest.mark.parametrize("level", _core.simd_levels())
def test_every_level_gives_the_same_numbers(level):
    done = run_with(level)
    assert done.returncode == 0, done.stderr.decode()
    for got, expected in zip(pickle.loads(done.stdout), describe(), strict=True):
        largest = np.abs(expected).max(axis=tuple(range(expected.ndim - 1)))
        assert np.all(np.abs(got - expected).max(axis=tuple(range(expected.ndim - 1))) <= AGREEMENT * largest)


def test_the_level_in_use_is_the_last_one():
    assert _core.simd_level() == os.environ.get("NNMB_SIMD", _core.simd_levels()[-1])


def test_an_unknown_level_names_those_there_are():
    done = run_with("avx9000")
    assert done.returncode != 0
    message = done.stderr.decode()
    assert "NNMB_SIMD=avx9000: this processor runs generic" in message
    assert "unset it" in message

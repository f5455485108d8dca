"""Fixtures for the tests of every folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

import helpers


@pytest.fixture(autouse=True)
def _package_log_as_before() -> Iterator[None]:
    """Take back what `nnp` commands do to the log of their process: a test that runs one in its own is not the last."""
    package = logging.getLogger("nnmanybody")
    before = (list(package.handlers), package.level, package.propagate)
    yield
    package.handlers, package.level, package.propagate = before


@pytest.fixture(scope="session")
def silicon_potential():
    """A random potential for Si, cutoff 5 Å."""
    return helpers.random_potential("Si")


@pytest.fixture(scope="session")
def silica_potential():
    """A random potential for Si and O, cutoff 5 Å."""
    return helpers.random_potential(["Si", "O"])


@pytest.fixture(scope="session")
def silicon_file(silicon_potential, tmp_path_factory):
    """The random potential for Si as a file."""
    path = tmp_path_factory.mktemp("potentials") / "Si.nnp"
    silicon_potential.write(path)
    return path


@pytest.fixture(scope="session")
def silica_file(silica_potential, tmp_path_factory):
    """The random potential for Si and O as a file."""
    path = tmp_path_factory.mktemp("potentials") / "SiO.nnp"
    silica_potential.write(path)
    return path

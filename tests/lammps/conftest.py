"""Fixtures for the tests with LAMMPS."""

from __future__ import annotations

import pytest

from agreement_cases import potentials


@pytest.fixture(scope="module")
def made():
    """Name -> Potential: `Si` alone, `SiO`, and `committee`."""
    return potentials()


@pytest.fixture
def folder(tmp_path, made):
    """An empty folder with a file NAME.nnp of each potential."""
    for name, potential in made.items():
        potential.write(tmp_path / f"{name}.nnp")
    return tmp_path

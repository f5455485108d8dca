"""`nnp parity` as users run it: agreement is found, and every kind of disagreement too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import ase.io
import numpy as np
import pytest

import helpers
from lammps_runner import BIN, environment
from nnmanybody import parity as comparison
from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import Launcher, place
from nnmanybody.parity import evenly_spaced

ROUTES = [
    "ASE calculator",
    "finite differences",
    "LAMMPS",
    "LAMMPS, 2 ranks",
    "LAMMPS, rotated",
    "LAMMPS, skewed cell",
    "LAMMPS, replicated",
    "LAMMPS, two types an element",
    "LAMMPS, hybrid/overlay",
]


def wire():
    """Quartz, periodic along b only: no cell but one vector, not along any axis."""
    atoms = helpers.silica()
    atoms.pbc = [False, True, False]
    return atoms


def left_handed():
    atoms = helpers.silica()
    atoms.set_cell(atoms.cell.array[[1, 0, 2]])
    return atoms


def structures():
    """All that a box of LAMMPS cannot hold as it is, and cells smaller than the cutoff of 5 Å."""
    return [helpers.triclinic(), helpers.small_cell(), helpers.cluster(), wire(), left_handed()]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("parity") / "structures.xyz"
    ase.io.write(path, structures(), format="extxyz")
    return path


def nnp(*arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from nnmanybody.cli import main; main()", "parity", *map(str, arguments)],
        env=environment() | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def program(folder: Path, text: str) -> Path:
    """Write a shell script that is started as LAMMPS."""
    path = folder / "lmp"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_everything_agrees(silica_file, data, tmp_path):
    done = nnp(silica_file, data, "--json", tmp_path / "parity.json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "parity.json").read_text())
    assert report["ok"] is True
    assert list(report["routes"]) == ROUTES
    assert {len(frames) for name, frames in report["routes"].items() if "skewed" not in name} == {5}
    assert len(report["routes"]["LAMMPS, skewed cell"]) == 3  # the cluster and the wire have no cell to skew
    assert all(name in done.stdout for name in ROUTES)
    assert "differs" not in done.stdout
    for frame in report["routes"]["LAMMPS, 2 ranks"]:
        assert frame["force"]["difference"] <= frame["force"]["tolerance"]


def test_a_lammps_that_computes_something_else_is_found(silica_file, data, tmp_path):
    """Its potential file is changed under its hands, a little: 0.001 eV on every atom of silicon."""
    change = """sed -i '0,/^reference_energy .*/s//reference_energy -4.301/' potential.nnp"""
    lmp = program(tmp_path, f'{change}\nexec "{BIN / "lmp"}" "$@"')
    done = nnp(silica_file, data, "--frames", 1, "--lmp", lmp, "--mpiexec", BIN / "mpiexec")
    assert done.returncode == 1
    assert done.stdout.count("differs") == 7
    assert "LAMMPS: " in done.stdout
    assert f"{data}:0: beyond the tolerance" in done.stdout
    assert "ASE calculator" in done.stdout


def test_a_lammps_that_stops_is_quoted(silica_file, data, tmp_path):
    lmp = program(tmp_path, "echo \"ERROR: Unrecognized pair style 'nn/manybody'\"; exit 1")
    done = nnp(silica_file, data, "--lmp", lmp, "--mpiexec", BIN / "mpiexec", "--json", tmp_path / "parity.json")
    assert done.returncode == 1
    assert "LAMMPS, rotated: " in done.stdout
    assert "and 4 more: ERROR: Unrecognized pair style" in done.stdout
    report = json.loads((tmp_path / "parity.json").read_text())
    assert [frame["ok"] for frame in report["routes"]["LAMMPS"]] == [False] * 5
    assert report["routes"]["ASE calculator"][0]["ok"] is True


def test_an_element_that_the_potential_lacks(silicon_file, data):
    done = nnp(silicon_file, data)
    assert done.returncode == 1
    assert f"{data}:0: atom 1 is O" in done.stderr


def test_a_program_that_is_not_there(silica_file, data, tmp_path):
    done = nnp(silica_file, data, "--lmp", tmp_path / "nowhere")
    assert done.returncode == 1
    assert f"{tmp_path / 'nowhere'}: no such program" in done.stderr


@pytest.mark.parametrize("wrong", ["forces", "virial"])
def test_finite_differences_find_a_wrong_derivative(silica_file, monkeypatch, wrong):
    """The routes share the core; only differences of energies tell whether its derivatives are right."""
    potential_class = comparison.Potential
    evaluate = potential_class.evaluate

    def off_by_a_little(self, atoms, *arguments, **options):
        found = evaluate(self, atoms, *arguments, **options)
        getattr(found, wrong)[0, 0] += 1e-3
        return found

    monkeypatch.setattr(potential_class, "evaluate", off_by_a_little)
    report = comparison.parity(silica_file, [Frame(helpers.silica(), name="quartz")], None)
    (differentiated,) = (route for route in report.routes if route.name == "finite differences")
    right = {"forces": "virial", "virial": "force"}[wrong]
    assert not differentiated.ok
    assert differentiated.worst(right).ok
    assert not report.ok


def test_a_difference_that_is_no_number_is_a_disagreement():
    assert not comparison.Difference(float("nan"), 1.0).ok


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("skew", [False, True])
def test_placed_structures_are_the_same_structures(silica_potential, order, skew):
    """Cells are lower triangular, turns are turns, and the energy stays what it was."""
    for atoms in structures():
        placed = place(atoms, order, skew)
        np.testing.assert_allclose(placed.rotation @ placed.rotation.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(placed.rotation) > 0.0
        assert np.all(np.diag(placed.cell) > 0.0)
        assert not np.triu(placed.cell, 1).any()
        turned = atoms.copy()
        turned.set_cell(placed.cell)
        turned.positions, turned.pbc = placed.positions, placed.pbc
        reference, found = silica_potential.evaluate(atoms), silica_potential.evaluate(turned)
        assert found.energy == pytest.approx(reference.energy, abs=1e-10)
        np.testing.assert_allclose(placed.vectors_back(found.forces), reference.forces, atol=1e-10)
        np.testing.assert_allclose(placed.tensor_back(found.virial), reference.virial, atol=1e-9)


def test_the_page_names_every_route():
    page = (Path(__file__).parents[2] / "docs" / "parity.md").read_text()
    assert [name for name in ROUTES if f"| {name.replace('2 ranks', 'N ranks')} |" not in page] == []
    numbers = (
        comparison.ENERGY_TOLERANCE,
        comparison.FORCE_TOLERANCE,
        comparison.VIRIAL_TOLERANCE,
        comparison.DIFFERENTIATION_TOLERANCE,
        comparison.STEP,
        comparison.STRAIN_STEP,
    )
    written = {float(word) for word in re.findall(r"\d+(?:\.\d+)?e-\d+", page)}
    assert written == set(numbers)


def test_frames_are_spread_over_the_file(data):
    frames = read_frames(data)
    assert [frame.name.rsplit(":", 1)[1] for frame in evenly_spaced(frames, 3)] == ["0", "2", "4"]
    assert len(evenly_spaced(frames, 99)) == 5
    with pytest.raises(NNPError, match="at least 1, got 0"):
        evenly_spaced(frames, 0)


def test_programs_of_the_environment_come_first(monkeypatch, tmp_path):
    """An `lmp` of another installation on PATH is not the one that has the plugin."""
    program(tmp_path, "exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = Launcher.find()
    assert (found.lmp, found.mpiexec) == (BIN / "lmp", BIN / "mpiexec")

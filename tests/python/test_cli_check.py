"""`nnp check` as users run it: exit status, lines, JSON."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import ase.io
import numpy as np
import pytest

import helpers
import sw_silicon
from nnmanybody.cli import main


@pytest.fixture
def nnp(tmp_path, monkeypatch, capsys):
    """Run `nnp check` in a folder with data; returns exit status and output."""
    monkeypatch.chdir(tmp_path)
    frames = [sw_silicon.label(helpers.silicon(rattle=0.1, seed=seed)) for seed in range(6)]
    ase.io.write("data.xyz", frames, format="extxyz")
    del frames[2].info["REF_energy"]
    frames[4].arrays["REF_forces"] = frames[4].arrays["REF_forces"] + 0.5
    ase.io.write("faulty.xyz", frames, format="extxyz")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["nnp", "check", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code or 0, *capsys.readouterr()

    return run


def test_clean_data_is_status_0(nnp):
    status, output, errors = nnp("data.xyz")
    assert (status, errors) == (0, "")
    assert re.search(r"note +small-cell: .* in 6 frames", output)
    assert "6 frames, 48 atoms: nothing to mend, 1 note" in output


def test_a_problem_is_status_1_and_named_with_frame_and_cure(nnp):
    status, output, _ = nnp("faulty.xyz", "--json", "check.json")
    assert status == 1
    assert re.search(r"problem net-force: .* in 1 frame \(faulty\.xyz:4\): up to 6\.93 eV/Å\n +→ look for", output)
    read = json.loads(Path("check.json").read_text(encoding="utf-8"))
    assert not read["ok"]
    assert (read["n_frames"], read["n_atoms"]) == (6, 48)
    by_check = {finding["check"]: finding for finding in read["findings"]}
    assert by_check["net-force"]["problem"]
    assert by_check["net-force"]["frames"] == ["faulty.xyz:4"]
    assert not by_check["missing"]["problem"]
    assert by_check["missing"]["frames"] == ["faulty.xyz:2"]


def test_files_that_cannot_be_read_hide_no_others(nnp):
    Path("broken.xyz").write_text("3\nnothing\n", encoding="utf-8")
    status, output, _ = nnp("nowhere.xyz", "broken.xyz", "faulty.xyz")
    assert status == 1
    assert "unreadable: nowhere.xyz: no such file" in output
    assert "unreadable: broken.xyz: cannot be read" in output
    assert "net-force" in output


def test_a_folder_stands_for_its_files(nnp):
    status, output, _ = nnp(".")
    assert status == 1
    assert "12 frames, 96 atoms" in output


def test_functions_without_a_range_are_named(nnp):
    lines = ["element Si", "G2 neighbor Si cutoff 1 eta 1 r_shift 0", "G2 neighbor Si cutoff 5 eta 1 r_shift 2"]
    Path("set.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    status, output, _ = nnp("data.xyz", "--functions", "set.txt")
    assert status == 1
    assert "function-range: Si: 1 of 2 symmetry functions have no range: G2 neighbor Si cutoff 1" in output


def test_elements_of_the_validation_files(nnp):
    atoms = helpers.silica()
    atoms.info["REF_energy"] = -40.0
    forces = np.random.default_rng(0).normal(size=(len(atoms), 3))
    atoms.arrays["REF_forces"] = forces - forces.mean(axis=0)
    ase.io.write("silica.xyz", atoms, format="extxyz")
    status, output, _ = nnp("data.xyz", "--validation", "silica.xyz")
    assert status == 1
    assert "missing-element: no training frame has O, but 1 frame (silica.xyz:0) for validation" in output


def test_wrong_usage_is_status_2(nnp):
    assert nnp()[0] == 2
    assert nnp("data.xyz", "--cutof", "5")[0] == 2

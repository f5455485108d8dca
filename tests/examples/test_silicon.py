"""The demo at its small size, as a user runs it: every output is there and better than trivial predictors."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.units import kB

from nnmanybody.data import read_frames
from nnmanybody.potential import Potential

RUN = Path(__file__).resolve().parents[2] / "examples" / "silicon" / "run.py"
KEYS = ("force_rmse", "energy_rmse", "nve_drift", "rdf_difference_300", "rdf_difference_1000", "seconds")
PICTURES = ("sampling.png", "learning_curve.png", "parity.png", "rdf.png", "nve.png")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
NVE_TEMPERATURE = 600.0  # K, of small.yaml


def demo(*arguments):
    return subprocess.run([sys.executable, RUN, "--small", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("silicon") / "results"
    done = demo("--output", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


@pytest.fixture
def folder(finished):
    return finished[0]


@pytest.fixture
def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_summary_has_every_number_and_its_target(summary):
    for key in KEYS:
        assert math.isfinite(summary[key])
    assert set(KEYS) - {"seconds"} <= set(summary["targets"])
    assert summary["missed"] == []
    assert summary["seconds"] == pytest.approx(sum(summary["stage_seconds"].values()))


def test_forces_and_energies_are_better_than_a_constant(folder, summary):
    # Without any force and with one energy for every atom the errors would be these.
    frames = read_frames(folder / "test.xyz")
    forces = np.concatenate([frame.forces for frame in frames])
    energies = np.array([frame.energy / len(frame.atoms) for frame in frames])
    assert summary["force_rmse"] < 0.3 * np.sqrt(np.mean(forces**2))
    assert summary["energy_rmse"] < 0.3 * energies.std()


def test_energy_is_conserved(summary):
    # One percent of the kinetic energy of an atom
    assert summary["nve_drift"] < 0.01 * 1.5 * kB * NVE_TEMPERATURE


@pytest.mark.parametrize("temperature", [300, 1000])
def test_structure_is_nearer_to_the_reference_than_a_gas_is(folder, summary, temperature):
    # An ideal gas of the same density has g(r) = 1 everywhere.
    reference = np.loadtxt(folder / "lammps" / f"rdf_sw_{temperature}K.txt", skiprows=4)[:, 2]
    assert summary[f"rdf_difference_{temperature}"] < 0.2 * np.abs(reference - 1.0).mean()


def test_the_network_knows_the_forces_on_its_own_path(summary):
    assert summary["hot_force_rmse"] < 0.5 * summary["force_rms"]


def test_test_set_is_independent(folder):
    train, test = (read_frames(folder / name) for name in ("train.xyz", "test.xyz"))
    assert {frame.config_type for frame in test} == {frame.config_type for frame in train} == {"solid", "vacancy"}
    known = {frame.energy for frame in train}
    assert not known & {frame.energy for frame in test}


def test_pictures(folder):
    for name in PICTURES:
        assert (folder / name).read_bytes().startswith(PNG_SIGNATURE)


def test_potential_can_be_read(folder):
    assert Potential.read(folder / "training" / "potential.nnp").elements == ("Si",)


def test_console_tells_what_is_done_and_where_everything_is(finished):
    folder, text = finished
    words = " ".join(text.split())
    for number in range(1, 6):
        assert f"{number}/5" in words
    assert "nnp train" in words
    assert "Every target is reached." in words
    for name in ("summary.json", "potential.nnp", *PICTURES):
        assert name in words
    assert folder.name in words


def test_starting_at_a_stage_keeps_the_others_and_a_missed_target_gives_status_1(folder, summary, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "results")
    record = copy / "stages.json"
    stages = json.loads(record.read_text())
    stages["evaluate"]["numbers"]["force_rmse"] = 10.0 * summary["targets"]["force_rmse"]
    record.write_text(json.dumps(stages))
    done = demo("--output", str(copy), "--from", "report")
    assert done.returncode == 1
    assert "Missed: force_rmse" in done.stdout
    assert "kept from the last run: simulate" in done.stdout
    assert json.loads((copy / "summary.json").read_text())["missed"] == ["force_rmse"]


def test_starting_at_a_stage_needs_those_before(tmp_path):
    done = demo("--output", str(tmp_path / "new"), "--from", "evaluate")
    assert done.returncode == 1
    assert "start with --from sample" in " ".join(done.stdout.split())


def test_a_simulation_that_fails_says_what_lammps_said(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "results")
    potential = copy / "training" / "potential.nnp"
    potential.write_text(potential.read_text().replace("layers", "leyers"))
    done = demo("--output", str(copy), "--from", "simulate")
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert "LAMMPS failed" in words
    assert "leyers" in words


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    done = demo("--output", str(tmp_path))
    assert done.returncode == 1
    assert "choose another folder" in " ".join(done.stdout.split())
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_unknown_option_is_wrong_usage():
    assert demo("--tiny").returncode == 2

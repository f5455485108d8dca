"""`nnp evaluate` and `nnp plot` as users run them: files in, files and messages out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
import pytest

import helpers
from nnmanybody.cli import main
from nnmanybody.data import read_frames

NNP = Path(sys.executable).parent / "nnp"


@dataclass
class Run:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def nnp(tmp_path, monkeypatch, capsys):
    """Run `nnp` in an empty folder, in this process: a fresh one would spend a second on imports each time."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments) -> Run:
        monkeypatch.setattr(sys, "argv", ["nnp", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return Run(stop.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def data(tmp_path_factory, silica_potential) -> Path:
    """Three frames whose energies are 2 meV/atom above and whose forces are 0.1 eV/Å beside the potential's."""
    path = tmp_path_factory.mktemp("data") / "data.xyz"
    frames = []
    for kind, atoms in (("bulk", helpers.silica()), ("bulk", helpers.silica(seed=9)), ("skew", helpers.triclinic())):
        found = silica_potential.evaluate(atoms)
        atoms.info |= {"REF_energy": found.energy + 0.002 * len(atoms), "config_type": kind}
        atoms.arrays["REF_forces"] = found.forces + 0.1
        frames.append(atoms)
    ase.io.write(path, frames, format="extxyz")
    return path


def test_evaluate_prints_a_table_and_writes_json_and_predictions(nnp, data, silica_file, tmp_path):
    run = nnp("evaluate", silica_file, data, "--json", "out.json", "--predictions", "out.xyz")
    assert run.returncode == 0, run.stderr
    assert "3 frames, 23 atoms" in run.stdout
    assert "meV/atom" in run.stdout
    assert "in no frame: stress" in run.stdout
    errors = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    printed = 1e-7  # digits of the forces in the file
    assert errors["energy_rmse"] == pytest.approx(0.002, abs=printed)
    assert errors["force_rmse"] == pytest.approx(0.1, abs=printed)
    assert errors["stress_rmse"] is None
    assert errors["n_frames"] == 3
    assert set(errors["per_config_type"]) == {"bulk", "skew"}
    assert len(errors["worst_atoms"]) == 10
    written = ase.io.read(tmp_path / "out.xyz", index=":")
    assert len(written) == 3
    np.testing.assert_allclose(written[0].arrays["force_error"], 0.1 * np.sqrt(3.0), atol=1e-6)
    assert [frame.energy for frame in read_frames(tmp_path / "out.xyz")] == [
        frame.energy for frame in read_frames(data)
    ]


def test_several_potentials_are_a_committee(nnp, data, silica_file, tmp_path):
    other = tmp_path / "other.nnp"
    helpers.random_potential(["Si", "O"], seed=5).write(other)
    run = nnp("evaluate", silica_file, other, data, "--json", "out.json", "--xyz", "out.xyz")
    assert run.returncode == 0, run.stderr
    assert "mean of all" in run.stdout
    assert "force error / spread" in run.stdout
    errors = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert set(errors["members"]) == {str(silica_file), str(other)}
    assert errors["members"][str(silica_file)]["energy_rmse"] == pytest.approx(0.002, abs=1e-7)  # digits of the file
    assert errors["calibration"]["forces"]["n"] == 23
    assert "force_spread" in ase.io.read(tmp_path / "out.xyz").arrays


def test_evaluate_takes_frames_and_keys_by_name(nnp, data, silica_file, tmp_path):
    renamed = tmp_path / "renamed.xyz"
    text = data.read_text(encoding="utf-8").replace("REF_energy", "dft_energy").replace("REF_forces", "dft_forces")
    renamed.write_text(text, encoding="utf-8")
    options = ["--energy-key", "dft_energy", "--forces-key", "dft_forces", "--index", "1:", "--json", "out.json"]
    run = nnp("evaluate", silica_file, renamed, data, *options)
    assert run.returncode == 0, run.stderr
    errors = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (errors["n_frames"], errors["n_energies"]) == (4, 2)


def test_the_installed_command_runs(data, silica_file, silicon_file, tmp_path):
    def run(potential):
        command = [NNP, "evaluate", potential, data]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    good, bad = run(silica_file), run(silicon_file)
    assert (good.returncode, good.stderr) == (0, "")
    assert "23 atoms" in good.stdout
    problem = f"atom 3 is O, which {silicon_file} does not know; its elements are Si"
    assert (bad.returncode, bad.stderr) == (1, f"nnp: {data}:0: {problem}\n")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["evaluate", "nowhere.nnp", "DATA"], 1, "nowhere.nnp: no such file"),
        (["evaluate", "POTENTIAL", "nowhere.xyz"], 1, "nowhere.xyz: no such file"),
        (["evaluate", "SILICON", "DATA"], 1, "data.xyz:0: atom 3 is O"),
        (["evaluate", "POTENTIAL", "DATA", "--json", "no_folder/out.json"], 1, "out.json: cannot be written"),
        (["evaluate", "POTENTIAL"], 2, "Missing argument"),
        (["evaluate", "POTENTIAL", "POTENTIAL"], 2, "expected a file with structures"),
        (["evaluate", "POTENTIAL", "SILICON", "DATA"], 1, "same elements, which are a committee"),
        (["evaluate", "POTENTIAL", "DATA", "--jsn", "x"], 2, "No such option"),
        (["plot", "parity", "POTENTIAL", "DATA", "-o", "parity.jpg"], 1, "ends in .png, .pdf, .svg"),
        (["plot", "parity", "POTENTIAL", "DATA", "-o", "no_folder/a.png"], 1, "a.png: the picture cannot be written"),
        (["plot", "learning-curve", "nowhere.txt"], 1, "nowhere.txt: cannot be read"),
        (["plot", "symmetry-functions"], 1, "either a file (potential or set) or --figure"),
        (["plot", "symmetry-functions", "POTENTIAL", "--figure", "4.2"], 1, "and not both"),
        (["plot", "symmetry-functions", "POTENTIAL", "--element", "Ge"], 1, "no symmetry functions for Ge"),
        (["plot", "correlation", "POTENTIAL", "DATA", "--element", "Ge"], 1, "Ge"),
        (["plot", "nothing"], 2, "No such command"),
    ],
)
def test_what_is_wrong_is_said_and_the_exit_status_tells(
    nnp, arguments, status, message, data, silica_file, silicon_file, tmp_path
):
    names = {"POTENTIAL": silica_file, "SILICON": silicon_file, "DATA": data}
    run = nnp(*(names.get(argument, argument) for argument in arguments))
    assert run.returncode == status
    assert message in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def plot(nnp, data, silica_file, silicon_file, tmp_path):
    """Run `nnp plot` and return the pictures it wrote."""
    names = {"POTENTIAL": silica_file, "SILICON": silicon_file, "DATA": data}

    def run_plot(*arguments):
        before = set(tmp_path.iterdir())
        run = nnp("plot", *(names.get(argument, argument) for argument in arguments))
        assert run.returncode == 0, run.stderr
        written = sorted(set(tmp_path.iterdir()) - before)
        for path in written:
            assert f"written: {path.name}" in run.stderr
        return [path.name for path in written]

    return run_plot


def test_plot_learning_curve(plot, tmp_path):
    (tmp_path / "lcurve.txt").write_text("# epoch loss_train\n1 2.0\n2 1.0\n", encoding="utf-8")
    assert plot("learning-curve", "lcurve.txt", "--output", "curve.svg") == ["curve.svg"]


def test_plot_parity(plot):
    assert plot("parity", "POTENTIAL", "DATA") == ["parity.png"]


def test_plot_symmetry_functions_of_a_potential(plot):
    assert plot("symmetry-functions", "SILICON") == ["symmetry_functions.png"]


def test_plot_symmetry_functions_of_a_set_one_picture_per_element(plot, tmp_path):
    text = "element Si\nG1 neighbor Si cutoff 6\nelement O\nG1 neighbor O cutoff 6\n"
    (tmp_path / "set.txt").write_text(text, encoding="utf-8")
    assert plot("symmetry-functions", "set.txt", "-o", "set.png") == ["set_O.png", "set_Si.png"]
    assert plot("symmetry-functions", "set.txt", "--element", "O", "-o", "only.pdf") == ["only.pdf"]


def test_plot_figures_of_the_thesis(plot):
    assert plot("symmetry-functions", "--figure", "7.3", "-o", "figure.png") == ["figure.png"]


def test_plot_force_distribution(plot):
    assert plot("force-distribution", "DATA", "DATA", "--alpha", "0.3") == ["force_distribution.png"]


def test_plot_correlation(plot):
    assert plot("correlation", "POTENTIAL", "DATA") == ["correlation_O.png", "correlation_Si.png"]

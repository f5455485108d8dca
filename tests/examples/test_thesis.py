"""The thesis redone, each example at its small size as a user runs it: figures, targets and pictures are there."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "thesis"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURES = {
    "lennard_jones": (
        *("energy_error", "gradient_error", "short_distances"),
        *("architectures", "activations", "optimizers", "batches"),
    ),
    "many_neighbors": ("costs", "one_moves", "inconsistency", "energies"),
    "evaluation_cost": ("all_networks", "largest"),
    "symmetry_functions": (
        *("figure_4_1", "figure_4_2", "figure_4_3", "figure_7_2", "figure_7_3"),
        *("correlation_before", "correlation_after", "number_of_functions"),
    ),
    "scaling_and_shifting": ("errors", "convergence"),
    "silica": ("parity", "lattice", "quartz", "glass", "extrapolation"),
    "ten_requirements": ("unknown", "bonds"),
    "silicon_properties": ("structure", "thermal", "vibrations", "diffusion", "melting", "training_range"),
}


def run(name, folder, *arguments):
    script = FOLDER / name / "run.py"
    command = [sys.executable, script, "--small", "--output", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", params=PICTURES)
def finished(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    done = run(request.param, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return request.param, folder, done.stdout, json.loads((folder / "summary.json").read_text())


def test_every_figure_is_a_number_and_every_target_is_reached(finished):
    _, _, printed, summary = finished
    assert summary["figures"]
    assert all(math.isfinite(value) for value in summary["figures"].values())
    assert summary["targets"]
    assert summary["missed"] == []
    assert "Every target is reached." in printed


def test_pictures(finished):
    name, folder, printed, _ = finished
    assert {path.stem for path in folder.glob("*.png")} == set(PICTURES[name])
    for picture in PICTURES[name]:
        assert (folder / f"{picture}.png").read_bytes().startswith(PNG_SIGNATURE)
        assert f"{picture}.png" in printed


def test_index_names_every_example_and_its_targets(finished):
    name, *_ = finished
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"examples/thesis/{name}/run.py" in page


@pytest.fixture
def common(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import common

    return common


@pytest.mark.parametrize(
    ("value", "target", "at_least", "missed"),
    [
        (1.0, 2.0, False, False),
        (3.0, 2.0, False, True),
        (3.0, 2.0, True, False),
        (1.0, 2.0, True, True),
        (np.nan, 2.0, False, True),
        (np.nan, 2.0, True, True),
        (np.inf, None, False, False),
    ],
)
def test_a_figure_is_missed_when_it_is_on_the_wrong_side_of_its_target(common, value, target, at_least, missed):
    assert common.Measured("name", "text", value, target, at_least).missed is missed


def test_a_missed_target_gives_status_1(common, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run.py", "--output", str(tmp_path / "results")])
    figures = [common.Measured("good", "a figure", 1.0, 2.0), common.Measured("bad", "another", 3.0, 2.0)]
    assert common.run_example(str(tmp_path / "run.py"), "An example", lambda _: figures) == 1
    assert json.loads((tmp_path / "results" / "summary.json").read_text())["missed"] == ["bad"]
    assert "Missed: bad" in capsys.readouterr().out


def test_a_failure_gives_status_1_and_its_message(common, tmp_path, monkeypatch, capsys):
    from nnmanybody.errors import NNPError

    def work(_):
        raise NNPError("no compiler")

    monkeypatch.setattr(sys, "argv", ["run.py", "--output", str(tmp_path / "results")])
    assert common.run_example(str(tmp_path / "run.py"), "An example", work) == 1
    assert "no compiler" in capsys.readouterr().out


def test_unknown_option_is_wrong_usage(tmp_path):
    assert run("lennard_jones", tmp_path, "--tiny").returncode == 2

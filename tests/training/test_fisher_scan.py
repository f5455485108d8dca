"""`nnp fisher scan`: models trained and judged one by one, going on where it was stopped, the smallest named.

The command stands in docs/fisher.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.io import read, write

import helpers
from nnmanybody.cli import main
from nnmanybody.config import TrainingConfig
from nnmanybody.data import read_frames
from nnmanybody.error_measures import errors_of
from nnmanybody.errors import NNPError
from nnmanybody.fisher import analyse
from nnmanybody.fisher.scan import ScanRow, smallest_within
from nnmanybody.fisher.scan_config import read_scan
from nnmanybody.potential import Potential, join_committee
from nnmanybody.training import run as training_run
from nnmanybody.training.checkpoint import FILE_NAME

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "niobium" / "scan.yaml"
CONFIG = """\
data: {train: train.xyz, test: test.xyz, validation_fraction: 0.2}
output: scan
composable: {cutoff: 4.0, trials: 2, random_trials: 2, cycles: 1}
common:
  symmetry_functions: {kind: behler, n_radial: 4, n_angular: 0, cutoff: 4.0, select: none}
  precision: float64
  epochs: 1
  average: null
  refit: null
  pair_core: null
models:
  - G2
  - E[G2L2]
  - name: network
    network: {hidden_layers: [3], members: 2}
"""


@pytest.fixture
def folder(silicon_xyz, tmp_path, monkeypatch):
    structures = read(silicon_xyz, ":")
    write(tmp_path / "train.xyz", structures[:7], format="extxyz")
    write(tmp_path / "test.xyz", structures[7:], format="extxyz")
    (tmp_path / "scan.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["nnp", "fisher", "scan", "scan.yaml", "--quiet"])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code, "".join(capsys.readouterr())


def random_network(seed):
    return helpers.random_potential("Si", cutoff=4.0, hidden_layers=(3,), shortcut=True, seed=seed)


def test_a_scan_goes_on_where_it_was_stopped(folder, monkeypatch, capsys):
    train, asked = training_run.train, []

    def stopping_at_the_third(config, *, resume, overwrite):
        asked.append((config.output.name, resume, overwrite))
        if config.model.kind == "composable":
            return train(config, resume=resume, overwrite=overwrite)
        assert (config.network.members, config.symmetry_functions.n_radial) == (2, 4)
        path = config.output / "potential.nnp"
        join_committee([random_network(seed) for seed in (0, 1)]).write(path)
        (config.output / FILE_NAME).touch()
        return training_run.TrainingResult(path, {}, 1, 1, finished=resume)

    monkeypatch.setattr(training_run, "train", stopping_at_the_third)
    status, told = scan(monkeypatch, capsys)
    new = [("G2", False, True), ("E[G2L2]", False, True), ("network", False, True)]
    assert (status, asked) == (1, new)
    assert "go on by: nnp fisher scan scan.yaml" in told

    status, told = scan(monkeypatch, capsys)
    assert not status
    assert asked == [*new, ("network", True, False)]  # from its checkpoint
    assert told.count("done before") == 2
    rows = [ScanRow(**row) for row in json.loads((folder / "scan" / "scan.json").read_text())["rows"]]
    assert [row.name for row in rows] == ["G2", "E[G2L2]", "network"]
    assert [row.n_parameters for row in rows] == [
        3 + 2,
        5 + 4,
        2 * (7 * 3 + 3 + 3 + 1 + 7),
    ]  # layers
    assert (folder / "scan" / "scan.png").read_bytes().startswith(b"\x89PNG")
    best = min(rows, key=lambda row: row.test["force_rmse"])
    assert f"best force error: {smallest_within(rows, 'force', 0.05).name}," in told
    assert best.test["force_rmse"] > 0

    # What a row says is what the potential says.
    test, trained = read_frames("test.xyz"), read_frames("train.xyz")
    potential = Potential.read(rows[2].potential)
    errors = errors_of([(frame, potential.evaluate(frame.atoms)) for frame in test])
    assert rows[2].test["force_angle_rmse"] == pytest.approx(errors.force_angle_rmse)
    kappas = [analyse(member, trained).whole.log10_kappa for member in potential.members]
    assert rows[2].log10_kappa == pytest.approx(max(kappas))

    # One model with other settings is made anew, the others are not.
    other = "{name: 'E[G2L2]', model: {kind: composable, expression: G3}}"
    (folder / "scan.yaml").write_text(CONFIG.replace("E[G2L2]", other))
    status, told = scan(monkeypatch, capsys)
    assert not status
    assert asked[4:] == [("E[G2L2]", False, True)]


def test_an_expression_goes_on_within_its_search(folder, monkeypatch, capsys):
    """Stopped as by Ctrl-C when the potential is written: all trials of the search are there already."""
    (folder / "scan.yaml").write_text(CONFIG[: CONFIG.index("  - E[G2L2]")])
    write_potential = Potential.write
    monkeypatch.setattr(Potential, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert scan(monkeypatch, capsys)[0] == 130  # interrupted
    search = folder / "scan" / "G2" / "search.jsonl"
    trials = search.read_text()
    monkeypatch.setattr(Potential, "write", write_potential)
    assert not scan(monkeypatch, capsys)[0]
    assert search.read_text().startswith(trials)  # with the seconds that they took then


def row(name, n, error):
    return ScanRow(name, "", "", n, n, n, 10.0, {}, {"force_rmse": error}, 1.0)


def test_the_smallest_within_five_percent_of_the_best():
    rows = [row("small", 5, 0.2), row("middle", 20, 0.1049), row("large", 90, 0.1), row("larger", 95, 0.101)]
    assert smallest_within(rows, "force", 0.05).name == "middle"
    assert smallest_within(rows, "force", 0.0).name == "large"
    assert smallest_within(rows, "force", 1.0).name == "small"
    with pytest.raises(NNPError, match="no model has a energy error"):
        smallest_within(rows, "energy", 0.05)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- E[G2L2]", "- G2", "two models are called G2"),
        ("  epochs: 1", "  output: here", "common: output is set by the scan itself"),
        ("output: scan", "ouput: scan", "did you mean 'output'"),
        ("- E[G2L2]", "- E[G2", "E[G2"),
        ("hidden_layers: [3]", "hidden_layers: [0]", "model network: "),
    ],
)
def test_mistakes_in_the_file_are_said_before_the_work(folder, monkeypatch, capsys, old, new, message):
    (folder / "scan.yaml").write_text(CONFIG.replace(old, new))
    began = []
    monkeypatch.setattr(training_run, "train", lambda config, **_: began.append(config))
    status, told = scan(monkeypatch, capsys)
    assert status == 1
    assert message in told
    assert not began


def test_a_broken_record_is_said(folder, monkeypatch, capsys):
    (folder / "scan").mkdir()
    (folder / "scan" / "scan.json").write_text('{"rows": [{"name": "G2"}]}')
    status, told = scan(monkeypatch, capsys)
    assert status == 1
    assert "expected the record of a scan" in told


def test_the_scan_of_the_niobium_example_is_a_valid_one():
    config = read_scan(EXAMPLE)
    settings = [TrainingConfig.model_validate(config.settings(model)) for model in config.models]
    assert [one.model.kind for one in settings] == ["composable"] * 6 + ["rbf"]
    assert {one.data.train[0] for one in settings} == {EXAMPLE.parent / "results" / "train.xyz"}
    assert settings[5].model.trials == 20
    assert settings[6].symmetry_functions.cutoff == 4.9


def test_models_may_be_named_in_several_ways(folder):
    (folder / "scan.yaml").write_text(
        'data: {train: train.xyz, test: test.xyz}\nmodels: ["G2 * E[G2L2]", {model: rbf}, {epochs: 3}]\n'
    )
    config = read_scan("scan.yaml")
    assert [model.name for model in config.models] == ["G2 * E[G2L2]", "rbf", "network"]
    folders = [config.settings(model)["output"].name for model in config.models]
    assert folders == ["G2xE[G2L2]", "rbf", "network"]
    assert np.isclose(config.tolerance, 0.05)

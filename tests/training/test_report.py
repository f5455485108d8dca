"""`nnp train` ends with a report; whatever happens to it, the potential stays."""

from __future__ import annotations

import json
import logging
import re

import pytest
import yaml

from nnmanybody.cli import main
from nnmanybody.report import after_training
from nnmanybody.training import display, run


def test_the_report_repeats_the_errors_of_the_training(configure, caplog):
    trained = run.train(configure(epochs=2))
    caplog.clear()
    with caplog.at_level(logging.INFO):
        after_training.report_training(trained.potential, trained.potential.parent)
    page = (trained.potential.parent / "report.html").read_text()
    carried = re.search(r'id="report-data">(.*?)</script>', page, re.DOTALL)[1]
    content = json.loads(carried)
    for part, name in (("train", "training"), ("valid", "validation")):
        reached = trained.errors[part].rmse
        assert content["data"][name]["energy_rmse"] == pytest.approx(reached["energy"], rel=1e-8)
        assert content["data"][name]["force_rmse"] == pytest.approx(reached["forces"], rel=1e-8)
    assert all(one["beyond"] == 0.0 for one in content["coverage"]["training"].values())
    assert caplog.messages == [f"report: {trained.potential.parent / 'report.html'}"]


@pytest.mark.parametrize(
    ("switch", "finished", "reported"),
    [({}, True, True), ({"report": True}, True, True), ({"report": False}, True, False), ({}, False, False)],
)
def test_the_command_asks_for_it_when_done(switch, finished, reported, configure, tmp_path, monkeypatch):
    settings = {**configure().model_dump(mode="json", exclude={"report"}), **switch}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    potential, asked = tmp_path / "Si.nnp", []
    monkeypatch.setattr(run, "train", lambda *_, **__: run.TrainingResult(potential, {}, 4, 2, finished))
    monkeypatch.setattr(after_training, "report_training", lambda *paths: asked.append(paths))
    monkeypatch.setattr(display, "set_up_logging", lambda quiet: None)  # it is for a process of its own
    monkeypatch.setattr("sys.argv", ["nnp", "train", str(tmp_path / "config.yaml"), "--quiet"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code or 0) == (0 if finished else 1)
    assert asked == ([(potential, tmp_path / "training")] if reported else [])


def test_a_report_that_fails_is_only_a_warning(tmp_path, caplog, monkeypatch):
    def fail(*_arguments, **_options):
        raise ZeroDivisionError("of a page")

    monkeypatch.setattr(after_training, "make_report", fail)
    after_training.report_training(tmp_path / "Si.nnp", tmp_path)
    assert "report could not be written (ZeroDivisionError: of a page); the potential is whole" in caplog.text
    assert not (tmp_path / "report.html").exists()
    assert not logging.root.manager.disable

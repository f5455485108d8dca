"""`nnp train` ends with a report; whatever happens to it, the potential stays."""

from __future__ import annotations

import json
import logging
import re

import pytest

from nnmanybody.report import after_training
from nnmanybody.report.after_training import report_training
from nnmanybody.training.run import train


@pytest.fixture
def trained(configure):
    return train(configure(epochs=2))


def test_the_report_repeats_the_errors_of_the_training(trained, caplog):
    with caplog.at_level(logging.INFO):
        report_training(trained.potential, trained.potential.parent)
    page = (trained.potential.parent / "report.html").read_text()
    carried = re.search(r'id="report-data">(.*?)</script>', page, re.DOTALL)[1]
    content = json.loads(carried)
    for part, name in (("train", "training"), ("valid", "validation")):
        reached = trained.errors[part].rmse
        assert content["data"][name]["energy_rmse"] == pytest.approx(reached["energy"], rel=1e-8)
        assert content["data"][name]["force_rmse"] == pytest.approx(reached["forces"], rel=1e-8)
    assert all(one["beyond"] == 0.0 for one in content["coverage"]["training"].values())
    assert caplog.messages == [f"report: {trained.potential.parent / 'report.html'}"]


def test_a_report_that_fails_is_only_a_warning(trained, caplog, monkeypatch):
    def fail(*_arguments, **_options):
        raise ZeroDivisionError("of a page")

    monkeypatch.setattr(after_training, "make_report", fail)
    before = trained.potential.read_bytes()
    report_training(trained.potential, trained.potential.parent)
    assert "report could not be written (ZeroDivisionError: of a page)" in caplog.text
    assert trained.potential.read_bytes() == before
    assert not logging.root.manager.disable

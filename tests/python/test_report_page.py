"""The report as text: well formed, complete in itself, its numbers those of the JSON and of `nnp evaluate`."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import ase.io
import numpy as np
import pytest
from matplotlib.image import imread

import helpers
from nnmanybody import Potential
from nnmanybody.cli import main
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.report import inputs as report_inputs
from nnmanybody.report.build import make_report
from nnmanybody.report.calibration import calibration
from nnmanybody.report.inputs import read_inputs
from report_cases import N_FRAMES, write_fit

VOID = {"meta", "br", "hr", "img", "input", "link"}


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    return write_fit(tmp_path_factory.mktemp("fit"))


@pytest.fixture(scope="module")
def single(fit):
    return make_report([fit.potential], [fit.test])


@pytest.fixture(scope="module")
def committee(fit):
    return make_report([fit.potential, fit.member], [fit.test])


class Structure(HTMLParser):
    """Open elements, and what each refers to."""

    def __init__(self):
        super().__init__()
        self.open, self.references, self.ids = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in {"src", "href", "xlink:href", "action", "data", "poster", "srcset"}:
                self.references.append(value)
            if name == "id":
                self.ids.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else(single, committee):
    for report in (single, committee):
        structure = Structure()
        structure.feed(report.html)
        assert structure.open == []
        assert len(structure.ids) == len(set(structure.ids))
        inside = {f"#{name}" for name in structure.ids}
        assert all(one in inside or one.startswith("data:image/png;base64,") for one in structure.references)
        assert not re.findall(r"https?://|//[a-z]+\.|@import|url\(|<link|<base|<iframe|import\(|fetch\(", report.html)
        assert "default-src 'none'" in report.html


def test_names_from_the_data_are_text(single):
    assert "<b>&cluster" not in single.html
    assert "&lt;b&gt;&amp;cluster" in single.html


def test_errors_are_those_of_evaluate(fit, single):
    frames = read_frames(fit.test)
    expected = error_report(frames, predict(Potential.read(fit.potential), frames)).as_json()
    found = single.content["data"]["test.xyz"]
    for key in ("energy_rmse", "force_rmse", "per_element", "per_config_type"):
        assert found[key] == expected[key]
    assert list(single.content["data"]) == ["test.xyz", "validation", "training"]
    assert found["worst_atoms"][0]["force_error"] == single.content["worst_forces"]["test.xyz"][0]["force_error"]


def test_the_page_carries_its_json(single):
    carried = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', single.html, re.DOTALL)[1]
    assert json.loads(carried) == json.loads(json.dumps(single.content))


def test_no_folder_of_this_machine_is_on_the_page(fit, single):
    assert str(fit.test.parent) not in single.html


def test_committee_is_its_mean_and_lists_its_members(fit, committee):
    frames = read_frames(fit.test)
    one, other = (predict(Potential.read(path), frames) for path in (fit.potential, fit.member))
    mean = [(first.energy + second.energy) / 2 for first, second in zip(one, other, strict=True)]
    errors = [(found - frame.energy) / len(frame.atoms) for found, frame in zip(mean, frames, strict=True)]
    data = committee.content["data"]["test.xyz"]
    assert data["energy_rmse"] == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-12)
    assert data["members"][1]["force_rmse"] == error_report(frames, other).overall.force_rmse
    found = committee.content["committee"]["test.xyz"]
    assert found["n_atoms"] == data["n_atoms"]
    assert sum(part["n"] for part in found["bins"]) == data["n_atoms"]


def test_calibration_of_a_committee_that_knows_its_errors(fit):
    """Where every error is twice the spread, the ratio is 2 and the order is the same."""
    data = read_inputs([fit.potential, fit.member], [fit.test]).sets[0]
    errors = data.force_errors()
    spread = [replace(one, forces=errors[index] / 2.0) for index, one in enumerate(data.spread)]
    found = calibration(replace(data, spread=spread))
    assert found["error_over_spread"] == pytest.approx(2.0)
    assert found["rank_correlation"] == pytest.approx(1.0)
    assert [part["error"] / part["spread"] for part in found["bins"]] == pytest.approx([2.0] * len(found["bins"]))


def test_coverage_counts_atoms_outside_of_the_range_in_the_file(fit, single):
    potential = Potential.read(fit.potential)
    section = potential.definition.sections[0]
    values = np.concatenate(
        [potential.descriptors(frame.atoms)[section.element].values for frame in read_frames(fit.test)]
    )
    low, high = section.statistics[:, 0], section.statistics[:, 1]
    outside = (values < low - 1e-9 * (high - low)) | (values > high + 1e-9 * (high - low))
    found = single.content["coverage"]["test.xyz"][section.element]
    assert outside.any()
    assert not outside.all()
    assert found["n_atoms_beyond"] == outside.any(axis=1).sum()
    assert [one["beyond"] for one in found["functions"]] == pytest.approx(outside.mean(axis=0))
    assert [one["max"] for one in found["functions"]] == pytest.approx(values.max(axis=0))


def test_correlations_are_those_of_numpy(fit, single):
    matrix = np.corrcoef(_values(fit, "O").T)
    for pair in single.content["correlation"]["O"]["strongest"]:
        assert pair["correlation"] == pytest.approx(matrix[pair["first"], pair["second"]])
    assert single.content["correlation"]["O"]["n_pairs_above_threshold"] == (np.abs(np.tril(matrix, -1)) > 0.98).sum()


def test_correlation_matrix_is_a_picture_of_one_pixel_per_pair(fit, single):
    """Red and opaque on the diagonal, where R is 1; blue where it is negative, as opaque as large."""
    matrix = np.corrcoef(_values(fit, "Si").T)
    pictures = re.findall(r'href="data:image/png;base64,([^"]+)"', single.html)
    pixels = np.round(255 * imread(io.BytesIO(base64.b64decode(pictures[0])), format="png")).astype(int)
    assert pixels.shape == (*matrix.shape, 4)
    assert pixels[..., 3] == pytest.approx(255 * np.abs(matrix), abs=0.51)
    assert ((pixels[..., 0] > pixels[..., 2]) == (matrix > 0)).all()


def _values(fit, symbol):
    """Functions of all atoms of an element in all data, (n_atoms, n_functions)."""
    potential = Potential.read(fit.potential)
    frames = [*read_frames(fit.test), *read_frames(fit.train)]
    return np.concatenate([potential.descriptors(frame.atoms)[symbol].values for frame in frames])


def test_large_training_parts_are_thinned_out_and_the_page_says_so(fit, monkeypatch):
    monkeypatch.setattr(report_inputs, "MOST_TRAINING_ATOMS", 16)  # two frames of three
    report = make_report([fit.potential])
    assert report.content["data"]["training"]["n_frames"] == 2
    assert report.content["data"]["training"]["n_frames_available"] == N_FRAMES - 1
    assert "2 of 3 frames, taken evenly" in report.html


def test_any_part_of_the_targets_is_enough(fit, tmp_path):
    """Stresses and atomic energies; a structure without forces; one without any energy; atoms without a cell."""
    potential = Potential.read(fit.potential)
    crystal, cluster = helpers.silica(), helpers.cluster()
    crystal.info["REF_stress"] = 1.1 * potential.evaluate(crystal).stress
    crystal.info["REF_energy"] = potential.evaluate(crystal).energy
    cluster.arrays["REF_atomic_energies"] = potential.evaluate(cluster).energies + 0.5
    cluster.arrays["REF_atomic_energies"][0] = np.nan
    alone, data = tmp_path / "alone.nnp", tmp_path / "data.xyz"
    potential.write(alone)
    ase.io.write(data, [crystal, cluster], format="extxyz")
    report = make_report([alone], [data])
    found = report.content["data"]["data.xyz"]
    assert found["atomic_energy_rmse"] == pytest.approx(0.5)
    assert found["force_rmse"] is None
    assert report.content["worst_forces"]["data.xyz"] == []
    titles = re.findall(r'<p class="title">(.*?)</p>', report.html)
    assert "Stress by config_type" in titles
    assert "Atomic energies by element" in titles
    assert not [title for title in titles if title.startswith("Force")]
    assert "force RMSE, eV/Å" not in report.html.split("<h2>Errors</h2>")[1].split("<h2>")[0]


def test_without_the_training_it_needs_data(fit, tmp_path):
    alone = tmp_path / "alone.nnp"
    alone.write_bytes(fit.potential.read_bytes())
    assert list(make_report([alone], [fit.test]).content["data"]) == ["test.xyz"]
    with pytest.raises(NNPError, match=r"nothing to compare with .*give data by --data"):
        make_report([alone])


def test_data_that_changed_since_the_training_is_left_out(tmp_path):
    fit = write_fit(tmp_path)
    lines = (fit.training / "split.txt").read_text().splitlines()
    (fit.training / "split.txt").write_text("\n".join(lines[:-1]) + "\n")
    report = make_report([fit.potential], [fit.test])
    assert list(report.content["data"]) == ["test.xyz"]
    assert "it changed since the training" in report.html


def test_potentials_that_are_neither_committee_nor_parts_are_refused(fit, silicon_file):
    with pytest.raises(
        NNPError, match=r"same elements, which are a committee, or of one element each; got .*Si O; .*: Si"
    ):
        make_report([fit.potential, silicon_file], [fit.test])


def test_from_the_command_line(fit, tmp_path, monkeypatch, capsys):
    page, numbers = tmp_path / "page.html", tmp_path / "page.json"
    words = ["nnp", "report", fit.potential, "--data", fit.test, "--data", fit.train, "-o", page, "--json", numbers]
    monkeypatch.setattr("sys.argv", list(map(str, words)))
    main_status(0)
    content = json.loads(numbers.read_text())
    assert f"<title>{content['title'].replace('&', '&amp;')}</title>" in page.read_text()
    assert list(content["data"]) == ["test.xyz", "train.xyz", "validation", "training"]
    assert "written: " in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["nnp", "report", str(fit.potential), "-o", str(tmp_path / "none" / "page.html")])
    main_status(1)
    assert "cannot be written" in capsys.readouterr().err


def main_status(status):
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code or 0) == status

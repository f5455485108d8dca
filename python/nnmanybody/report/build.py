"""Potentials and data -> the report: one HTML page, and its numbers as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnmanybody.data import DataKeys
from nnmanybody.report.calibration import calibration, committee_section
from nnmanybody.report.correlation import correlation_section, correlations
from nnmanybody.report.coverage import coverage_section, coverages, described
from nnmanybody.report.errors import errors_section, parity_section
from nnmanybody.report.fit import curves_section, potential_section, repeat_section, timing_section
from nnmanybody.report.inputs import Inputs, Progress, read_inputs
from nnmanybody.report.markup import Content, Element, element, paragraph
from nnmanybody.report.numbers import EV_PER_ANGSTROM, MEV_PER_ATOM, PERCENT, Json, Numbers, collect
from nnmanybody.report.page import page_html, write_text
from nnmanybody.report.worst import worst_frames, worst_section

FILE_NAME = "report.html"


@dataclass(frozen=True)
class Report:
    """A report that is not written yet.

    Attributes
    ----------
    html : str
    content : dict
        The numbers on the page, in eV, Å, s.
    """

    html: str
    content: Json

    def write(self, path: Path, json_path: Path | None = None) -> None:
        """Write the page, and its numbers if asked for.

        Raises
        ------
        NNPError
            If a file cannot be written.
        """
        write_text(path, self.html)
        if json_path is not None:
            write_text(json_path, json.dumps(self.content, indent=2, ensure_ascii=False) + "\n")


def make_report(
    potentials: Sequence[Path],
    data: Sequence[Path] = (),
    *,
    keys: DataKeys | None = None,
    output: Path = Path(FILE_NAME),
    progress: Progress = iter,
) -> Report:
    """Make the report of a potential, or of the mean of several.

    Parameters
    ----------
    potentials : sequence of Path
        One file; one per element; or several of the same elements, a committee.
    data : sequence of Path
        Data to compare with, beside the parts of the training, if its folder is beside the potential.
    keys : DataKeys, optional
        Of `data`.
    output : Path
        For the commands in the page; nothing is written here.
    progress : callable
        Wraps frames to show how far the work is.

    Raises
    ------
    NNPError
        If a file is wrong, or there is no data at all.
    """
    inputs = read_inputs(potentials, data, keys, progress)
    values = described(inputs)
    coverage = coverages(inputs.potentials[0], values)
    correlated = correlations(inputs.potentials[0], list(values.values()))
    is_committee = len(inputs.potentials) > 1
    committee = {data.name: calibration(data) for data in inputs.sets} if is_committee else {}
    worst = worst_frames(inputs.sets)
    tree = collect(inputs, coverage, committee, worst)
    tree["correlation"] = {one.element: one.as_json() for one in correlated}
    numbers = Numbers(tree)
    sections = [
        potential_section(inputs, numbers),
        curves_section(inputs),
        errors_section(inputs.sets, numbers),
        parity_section(inputs.sets),
        *([committee_section(inputs, numbers)] if is_committee else []),
        worst_section(inputs.sets, worst),
        coverage_section(coverage),
        correlation_section(correlated, numbers),
        timing_section(inputs, numbers),
        repeat_section(inputs, output),
    ]
    return Report(page_html(tree["title"], _introduction(inputs, numbers), sections, tree), tree)


def _introduction(inputs: Inputs, numbers: Numbers) -> list[Element]:
    """Return what a reader wants to know first."""
    tiles = element("div", *(_tile(name, numbers) for name in (data.name for data in inputs.sets)), class_="tiles")
    made = [tiles]
    if inputs.training is not None and inputs.training.missing:
        made.append(paragraph(f"Without the data of the training: {inputs.training.missing}"))
    return made


def _tile(name: str, numbers: Numbers) -> Element:
    errors = [
        element("p", numbers.show("data", name, key, unit=unit, with_unit=True), class_="big")
        for key, unit in (("energy_rmse", MEV_PER_ATOM), ("force_rmse", EV_PER_ANGSTROM))
        if numbers.get("data", name, key) is not None
    ]
    outside: list[Content] = [
        word
        for symbol in numbers.get("coverage", name)
        for word in (f" {symbol} ", numbers.show("coverage", name, symbol, "beyond", unit=PERCENT, with_unit=True))
    ]
    size: list[Content] = [
        "frames: ",
        numbers.show("data", name, "n_frames"),
        ", atoms: ",
        numbers.show("data", name, "n_atoms"),
    ]
    return element(
        "div",
        element("h3", name),
        *errors,
        element("p", "RMSE of energies and forces; " if errors else "", *size, class_="soft"),
        element("p", "atoms outside of the training range:", *outside, class_="soft"),
        class_="tile",
    )

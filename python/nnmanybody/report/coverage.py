"""Data set and potential -> how far the values of every symmetry function reach beyond those of the training."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import ElementSection, SymmetryFunction
from nnmanybody.data import Frame
from nnmanybody.describe import describe
from nnmanybody.potential import Potential
from nnmanybody.report.axes import Axis
from nnmanybody.report.inputs import Inputs
from nnmanybody.report.markup import (
    Content,
    Element,
    counted,
    details,
    element,
    figure,
    figures,
    number,
    paragraph,
    section,
    table,
)
from nnmanybody.report.panel import WIDTH, Panel
from nnmanybody.symmetry_functions import SymmetryFunctionSet

FloatArray = NDArray[np.float64]

MOST_ATOMS = 20_000
"""Of one data set; the frames of larger ones are thinned out evenly."""
TOLERANCE = 1e-9
"""Share of the range that passes for rounding."""
ROW_HEIGHT = 9.0
X_LOW, X_HIGH = -0.5, 1.5
"""Ends of the picture, in training ranges; what reaches further is drawn to the edge."""
MIDDLE = 0.05, 0.95
MOST_ROWS = 10


@dataclass(frozen=True)
class FunctionRange:
    """Values of one function; `beyond` is the share of atoms outside of the training range.

    `low` and `high` are the ends of the middle nine tenths of the values.
    """

    function: str
    training_min: float
    training_max: float
    min: float
    max: float
    low: float
    high: float
    beyond: float

    def relative(self, value: float) -> float:
        """Return a value in training ranges: 0 at the smallest one, 1 at the largest."""
        width = self.training_max - self.training_min
        return (value - self.training_min) / width if width else 0.5


@dataclass(frozen=True)
class Coverage:
    """Of one element in one data set.

    Attributes
    ----------
    data_name, element : str
    n_atoms : int
        Described.
    functions : list of FunctionRange
    n_atoms_beyond : int
        With at least one function outside.
    """

    data_name: str
    element: str
    n_atoms: int
    functions: list[FunctionRange]
    n_atoms_beyond: int

    def as_json(self) -> dict[str, Any]:
        """Return everything but the names."""
        share = self.n_atoms_beyond / self.n_atoms
        functions = [asdict(one) for one in self.functions]
        return {"n_atoms": self.n_atoms, "n_atoms_beyond": self.n_atoms_beyond, "beyond": share, "functions": functions}


def function_name(function: SymmetryFunction) -> str:
    """Return the line of a function in the potential's file with its numbers short enough to read."""
    return re.sub(r"\d+\.\d{5,}(?:e[-+]?\d+)?", lambda found: f"{float(found[0]):.5g}", str(function))


def described(inputs: Inputs) -> dict[str, dict[str, FloatArray]]:
    """Return the values of the symmetry functions of the first potential by data set and element."""
    functions = SymmetryFunctionSet.of_potential(inputs.potentials[0])
    return {data.name: describe(functions, _thinned(data.frames)) for data in inputs.sets}


def coverages(potential: Potential, values: dict[str, dict[str, FloatArray]]) -> list[Coverage]:
    """Compare the values with the statistics in the potential's file, element by element."""
    return [
        _coverage(name, part, by_element[part.element])
        for name, by_element in values.items()
        for part in potential.definition.sections
        if len(by_element[part.element])
    ]


def coverage_section(found: Sequence[Coverage]) -> Element:
    """Return the section."""
    text = (
        "A network knows nothing of atoms whose symmetry functions have values that the training did not have. "
        "The gray band is the range of the training part, as the potential's file records it; each line is a function: "
        "the thin part reaches from its smallest to its largest value in the data, the thick part holds nine tenths. "
    )
    thin = " Of large data sets, frames are taken evenly up to 20 000 atoms."
    pictures = [_figure(one) for one in found]
    return section(
        "coverage",
        "Coverage of the symmetry functions",
        paragraph(text + thin),
        figures(*pictures),
        *(_table(one) for one in found if one.n_atoms_beyond),
    )


def _thinned(frames: Sequence[Frame]) -> Sequence[Frame]:
    n_atoms = sum(len(frame.atoms) for frame in frames)
    return frames[:: max(1, -(-n_atoms // MOST_ATOMS))]


def _coverage(name: str, part: ElementSection, values: FloatArray) -> Coverage:
    low, high = part.statistics[:, 0], part.statistics[:, 1]
    room = TOLERANCE * np.maximum(high - low, np.abs(high))
    beyond = (values < low - room) | (values > high + room)
    quantiles = np.quantile(values, MIDDLE, axis=0)
    columns = zip(
        map(function_name, part.functions),
        *(array.tolist() for array in (low, high, values.min(axis=0), values.max(axis=0), *quantiles)),
        beyond.mean(axis=0).tolist(),
        strict=True,
    )
    ranges = [FunctionRange(*column) for column in columns]
    return Coverage(name, part.element, len(values), ranges, int(beyond.any(axis=1).sum()))


def _figure(covered: Coverage) -> Element:
    n = len(covered.functions)
    x = Axis("value, in training ranges", X_LOW, X_HIGH, most_ticks=4)
    share = covered.n_atoms_beyond / covered.n_atoms
    text = (
        f"{covered.n_atoms_beyond} of {counted(covered.n_atoms, 'atom')} ({number(100 * share)} %) outside of the "
        f"training range of some function; it happens to {sum(one.beyond > 0 for one in covered.functions)} "
        f"of {counted(n, 'function')}."
    )
    panel = Panel(x, Axis("symmetry function", n, 0.0, most_ticks=8), text, 56.0 + ROW_HEIGHT * max(n, 8))
    left, right = panel.x([0.0, 1.0])
    band = {"x": f"{left:.1f}", "width": f"{right - left:.1f}", "y": 0, "height": panel.height}
    panel.add(element("rect", class_="inside", **band))
    for index, one in enumerate(covered.functions):
        _row(panel, index, one)
    return figure(panel.svg(), f"{covered.element} in {covered.data_name}", text)


def _row(panel: Panel, index: int, one: FunctionRange) -> None:
    ends = [one.relative(value) for value in (one.min, one.max, one.low, one.high)]
    low, high, middle_low, middle_high = panel.x(np.clip(ends, X_LOW, X_HIGH))
    y = f"{float(panel.y(index + 0.5)):.1f}"
    tip = (
        f"{index}: {one.function}\ntraining {one.training_min:.4g} … {one.training_max:.4g}\n"
        f"here {one.min:.4g} … {one.max:.4g}, {100 * one.beyond:.3g} % of the atoms outside"
    )
    middle_end = max(middle_high, middle_low + 1.0)
    lines = {
        "range": f"M{low:.1f} {y}H{high:.1f}",
        "beyond" if one.beyond else "middle": f"M{middle_low:.1f} {y}H{middle_end:.1f}",
        "hit": f"M0 {y}H{WIDTH:g}",
    }
    panel.add(element("g", *(element("path", d=path, class_=kind) for kind, path in lines.items()), data_tip=tip))


def _table(covered: Coverage) -> Element:
    """Return the functions with the most atoms outside."""
    order = sorted(range(len(covered.functions)), key=lambda index: -covered.functions[index].beyond)
    worst = [index for index in order[:MOST_ROWS] if covered.functions[index].beyond]
    name = f"{covered.element} in {covered.data_name}: functions that leave their training range"
    header: list[Content] = ["function", "training from", "to", "here from", "to", "atoms outside, %"]
    rows: list[list[Content]] = [
        [
            f"{index}: {one.function}",
            *(number(value, 4) for value in (one.training_min, one.training_max, one.min, one.max)),
            number(100 * one.beyond),
        ]
        for index in worst
        for one in [covered.functions[index]]
    ]
    return details(f"{name} ({len(worst)} most concerned)", table(name, header, rows))

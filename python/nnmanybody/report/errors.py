"""Data sets -> sections with their errors: tables per element and config_type, parity, error histograms."""

from collections.abc import Mapping, Sequence

import numpy as np
from ase.units import GPa
from numpy.typing import NDArray

from nnmanybody.report.axes import Axis, linear_axis, log_axis
from nnmanybody.report.comparisons import Comparison, comparisons, groups
from nnmanybody.report.inputs import DataSet
from nnmanybody.report.markup import (
    MINUS,
    Content,
    Element,
    append,
    counted,
    element,
    figure,
    figures,
    number,
    paragraph,
    section,
    table,
)
from nnmanybody.report.numbers import EV_PER_ANGSTROM, MEV_PER_ATOM, Numbers, Unit
from nnmanybody.report.panel import Panel

FloatArray = NDArray[np.float64]

N_NAMED = 30
"""So many of the largest errors say which atom or frame they are."""
MOST_BINS = 60
LOG_COUNT = 30
"""From this height on, a histogram is logarithmic: a few large errors matter more than the shape of the middle."""
COLUMNS: tuple[tuple[str, str, Unit], ...] = (
    ("energy RMSE, meV/atom", "energy_rmse", MEV_PER_ATOM),
    ("force RMSE, eV/Å", "force_rmse", EV_PER_ANGSTROM),
    ("energy MAE", "energy_mae", MEV_PER_ATOM),
    ("force MAE", "force_mae", EV_PER_ANGSTROM),
    ("force max", "force_max", EV_PER_ANGSTROM),
    ("force angle RMSE, °", "force_angle_rmse", Unit("°", 180.0 / np.pi)),
    ("stress RMSE, GPa", "stress_rmse", Unit("GPa", 1.0 / GPa)),
    ("atomic energy RMSE, meV", "atomic_energy_rmse", Unit("meV", 1e3)),
)
TITLES = {"energy": "Energies", "force": "Force components", "stress": "Stress", "atomic energy": "Atomic energies"}
GROUPINGS = {"config_type": "per_config_type", "element": "per_element"}


def errors_section(sets: Sequence[DataSet], numbers: Numbers) -> Element:
    """Return the section with errors of all data sets."""
    made = section("errors", "Errors")
    append(made, _table("All data", "data", {data.name: ("data", data.name) for data in sets}, numbers))
    for data in sets:
        for grouping, key in GROUPINGS.items():
            found = numbers.get("data", data.name, key) or {}
            if len(found) > 1:
                paths = {name: ("data", data.name, key, name) for name in found}
                append(made, _table(f"{data.name} by {grouping}", grouping, paths, numbers))
    return made


def parity_section(sets: Sequence[DataSet]) -> Element:
    """Return the section with predictions against targets, and histograms of the errors."""
    made = section(
        "parity",
        "Parity and error histograms",
        paragraph(
            "Predictions against targets; a perfect potential has all points on the dashed line. The largest errors "
            "have rings and say where they are. Names below a picture hide and show its points; ⤢ enlarges it."
        ),
    )
    for data in sets:
        pictures = [picture for comparison in comparisons(data) for picture in _pictures(comparison, data)]
        append(made, element("h3", data.name), _selection(data), figures(*pictures))
    return made


def _table(caption: str, first: str, paths: Mapping[str, tuple[str, ...]], numbers: Numbers) -> Element:
    """One row per path in the tree, one column per error that any of them has."""
    used = [column for column in COLUMNS if any(numbers.get(*path, column[1]) is not None for path in paths.values())]
    rows: list[list[Content]] = [
        [
            name,
            numbers.show(*path, "n_frames"),
            numbers.show(*path, "n_atoms"),
            *(numbers.show(*path, key, unit=unit) for _, key, unit in used),
        ]
        for name, path in paths.items()
    ]
    return table(caption, [first, "frames", "atoms", *(name for name, _, _ in used)], rows)


def _selection(data: DataSet) -> Element:
    if len(data.frames) == data.n_frames_available:
        return paragraph(f"{counted(len(data.frames), 'frame')}, all there are.")
    return paragraph(f"{len(data.frames)} of {counted(data.n_frames_available, 'frame')}, taken evenly.")


def _pictures(comparison: Comparison, data: DataSet) -> list[Element]:
    """Parity for every grouping that divides the values, and the errors of the first of them."""
    dividing = [name for name, labels in comparison.labels.items() if len(np.unique(labels)) > 1]
    groupings = dividing or list(comparison.labels)[:1]
    made = [_parity(comparison, data, grouping) for grouping in groupings]
    if comparison.name == "energy":
        made.append(_residuals(comparison, data, groupings[0]))
    return [*made, _histogram(comparison, groupings[0])]


def _parity(comparison: Comparison, data: DataSet, grouping: str) -> Element:
    both = [comparison.reference, comparison.predicted]
    x = linear_axis(f"target ({comparison.unit})", both)
    y = Axis(f"predicted ({comparison.unit})", x.low, x.high)
    rmse = number(float(np.sqrt(np.mean(comparison.error**2))))
    text = f"{len(comparison.error)} values, RMSE {rmse} {comparison.error_unit}, by {grouping}."
    panel = Panel(x, y, f"Predicted against target {comparison.name}: {text}", height=330.0)
    panel.line([x.low, x.high], [x.low, x.high], kind="guide")
    names, reduced = _points(panel, comparison, data, grouping, comparison.predicted)
    return figure(panel.svg(), f"{_title(comparison)} by {grouping}", text + reduced, names)


def _residuals(comparison: Comparison, data: DataSet, grouping: str) -> Element:
    x = linear_axis(f"target ({comparison.unit})", [comparison.reference])
    y = linear_axis(f"error ({comparison.error_unit})", [comparison.error, [0.0]])
    mean = number(float(np.mean(comparison.error)))
    text = f"Prediction minus target; mean {mean} {comparison.error_unit}, by {grouping}."
    panel = Panel(x, y, f"Error against target {comparison.name}: {text}", height=330.0)
    panel.line([x.low, x.high], [0.0, 0.0], kind="guide")
    names, reduced = _points(panel, comparison, data, grouping, comparison.error)
    return figure(panel.svg(), f"{_title(comparison)}: errors", text + reduced, names)


def _points(
    panel: Panel, comparison: Comparison, data: DataSet, grouping: str, values: FloatArray
) -> tuple[list[str], str]:
    """Draw all values by group and the worst with their names; returns legend and a word on what is not drawn."""
    grouped = groups(comparison.labels[grouping])
    reduced = [panel.points(comparison.reference[mask], values[mask], index) for index, (_, mask) in enumerate(grouped)]
    worst = comparison.worst(N_NAMED)
    which = np.zeros(len(values), dtype=np.int64)
    for index, (_, mask) in enumerate(grouped):
        which[mask] = index
    tips = [_tip(comparison, data, int(index)) for index in worst]
    panel.named_points(comparison.reference[worst], values[worst], which[worst].tolist(), tips)
    legend = [name for name, _ in grouped] if len(grouped) > 1 else []
    word = " Many points: where some coincide, one stronger mark stands for them." if any(reduced) else ""
    return legend, word


def _tip(comparison: Comparison, data: DataSet, index: int) -> str:
    frame = data.frames[comparison.frame[index]]
    place = frame.name
    if comparison.atom is not None:
        atom = int(comparison.atom[index])
        place += f", atom {atom} ({frame.atoms.symbols[atom]})"
    if comparison.place:
        place += f", {comparison.place[index % len(comparison.place)]}"
    if frame.config_type:
        place += f"\n{frame.config_type}"
    pair = [f"{values[index]:.4f}".replace("-", MINUS) for values in (comparison.reference, comparison.predicted)]
    error = f"{number(float(comparison.error[index]))} {comparison.error_unit}"
    return f"{place}\ntarget {pair[0]}, predicted {pair[1]} {comparison.unit}\nerror {error}"


def _histogram(comparison: Comparison, grouping: str) -> Element:
    error, grouped = comparison.error, groups(comparison.labels[grouping])
    reach = float(np.abs(error).max()) or 1.0
    n_bins = int(np.clip(2.0 * len(error) ** (1.0 / 3.0), 10, MOST_BINS))  # Rice's rule
    edges = np.linspace(-reach, reach, n_bins + 1)
    counts = [np.histogram(error[mask], edges)[0] for _, mask in grouped]
    x = linear_axis(f"error ({comparison.error_unit})", [edges])
    most = max(int(heights.max()) for heights in counts)
    y = log_axis("values", [[0.6], *counts]) if most >= LOG_COUNT else Axis("values", 0.0, most * 1.1)
    within = number(float(np.quantile(np.abs(error), 0.95)))
    text = f"95 % of the values are within ±{within} {comparison.error_unit}; the largest error is {number(reach)}."
    panel = Panel(x, y, f"Histogram of {comparison.name} errors: {text}", height=330.0)
    for index, heights in enumerate(counts):
        panel.steps(edges, np.maximum(heights, y.low), index)
    _bin_tips(panel, edges, [name for name, _ in grouped], counts)
    legend = [name for name, _ in grouped] if len(grouped) > 1 else []
    return figure(panel.svg(), f"{_title(comparison)}: histogram of errors", text, legend)


def _bin_tips(panel: Panel, edges: FloatArray, names: Sequence[str], counts: Sequence[NDArray[np.int64]]) -> None:
    tips = []
    for index in range(len(edges) - 1):
        there = [f"{name}: {heights[index]}" for name, heights in zip(names, counts, strict=True) if heights[index]]
        ends = f"{number(edges[index])} … {number(edges[index + 1])}"
        tips.append("\n".join([ends, *(there or ["none"])]))
    panel.strips((edges[1:] + edges[:-1]) / 2.0, tips)


def _title(comparison: Comparison) -> str:
    return TITLES[comparison.name]

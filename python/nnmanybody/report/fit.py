"""Potential and training -> sections: what was trained on what, learning curves, timing, how to repeat it."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody.plots.learning_curve import Column
from nnmanybody.report.axes import Axis, linear_axis, log_axis
from nnmanybody.report.inputs import Inputs
from nnmanybody.report.markup import (
    Content,
    Element,
    append,
    code,
    definitions,
    details,
    element,
    figure,
    figures,
    number,
    paragraph,
    section,
    table,
)
from nnmanybody.report.numbers import SECONDS, Numbers
from nnmanybody.report.panel import Panel

FloatArray = NDArray[np.float64]

MOST_EPOCHS = 400
"""Longer curves are drawn by the lowest and highest value of each stretch of epochs."""
MOST_TIPS = 100
ROLES = ("training", "validation")
NAMES = {"forces": "force RMSE", "energy": "energy RMSE", "stress": "stress RMSE"}
NAMES |= {"atomic_energies": "atomic energy RMSE", "learning_rate": "learning rate"}
NOT_DRAWN = {"epoch", "seconds"}


def potential_section(inputs: Inputs, numbers: Numbers) -> Element:
    """Return the section on the potential and where it comes from."""
    definition = inputs.potentials[0].definition
    provenance = dict(definition.provenance)
    config = provenance.pop("config", "")
    rows: list[list[Content]] = [
        [
            part.element,
            numbers.show("potential", "elements", part.element, "n_functions"),
            _layers(numbers, part.element),
            numbers.show("potential", "elements", part.element, "n_weights"),
            numbers.show("potential", "elements", part.element, "reference_energy", digits=8),
        ]
        for part in definition.sections
    ]
    header = ["element", "functions", "network", "weights", "reference energy, eV"]
    made = section("potential", "What was trained on what", table("Networks", header, rows))
    of_first = " of the first member" if len(inputs.potentials) > 1 else ""
    if provenance:
        words = {name: value.strip() for name, value in {**definition.header, **provenance}.items()}
        append(made, element("h3", f"Provenance, as the potential's file has it{of_first}"))
        append(made, definitions((name.replace("_", " "), value) for name, value in words.items()))
    else:
        append(made, paragraph("The file of the potential says nothing of how it was made."))
    if config:
        append(made, details("Configuration of the training", code(_pretty(config))))
    functions = [
        f"{part.element} {index}: {one}" for part in definition.sections for index, one in enumerate(part.functions)
    ]
    append(made, details(f"Symmetry functions{of_first} ({len(functions)})", code("\n".join(functions))))
    return made


def curves_section(inputs: Inputs) -> Element:
    """Return the section with the learning curves."""
    made = section("learning", "Learning curves")
    if inputs.training is None:
        append(made, paragraph("The folder of the training, with its lcurve.txt, is not beside the potential."))
        return made
    curve = inputs.training.curve
    names = [column.quantity for column in curve if column.quantity not in NOT_DRAWN]
    drawn = [name for name in dict.fromkeys(names) if any(np.isfinite(one.values).any() for one in _of(curve, name))]
    best = inputs.training.result.get("best_epoch")
    text = "Training: mean over the batches of an epoch while the weights changed. Validation: at the end of the epoch."
    if "expression" in inputs.training.result:
        text = "Lowest loss so far; an epoch is a trial of the search for the nonlinear parameters."
    pictures = [_curve(curve, name, best) for name in drawn]
    seconds = _of(curve, "seconds")
    errors = _of(curve, "forces")
    if seconds and any(column.role == "validation" and np.isfinite(column.values).any() for column in errors):
        pictures.append(_against_time(seconds[0], errors))
    append(made, paragraph(text), figures(*pictures))
    return made


def timing_section(inputs: Inputs, numbers: Numbers) -> Element:
    """Return the section on how long everything took."""
    rows: list[list[Content]] = [
        [
            f"evaluating {data.name}",
            numbers.show("timing", data.name, "n_atoms"),
            numbers.show("timing", data.name, "seconds", unit=SECONDS),
            numbers.show("timing", data.name, "microseconds_per_atom"),
        ]
        for data in inputs.sets
    ]
    note = (
        "In Python, one thread, neighbor lists included; molecular dynamics in LAMMPS reuses its lists and is faster."
    )
    header = ["", "atoms", "seconds", "µs per atom"]
    made = section("timing", "Timing", table("Evaluation of the energy and forces", header, rows), paragraph(note))
    if numbers.get("training", "seconds") is not None:
        append(
            made,
            element(
                "p",
                "Training: ",
                numbers.show("training", "seconds", unit=SECONDS, with_unit=True),
                " for ",
                numbers.show("training", "epochs"),
                " epochs; the best was ",
                numbers.show("training", "best_epoch"),
                ".",
            ),
        )
    return made


def repeat_section(inputs: Inputs, output: Path) -> Element:
    """Return the section with the commands that make all of this again."""
    made = section("repeat", "Repeat it")
    lines = []
    training = inputs.training
    if training is not None and training.config_text:
        lines.append("nnp train config.yaml --output again")
        append(made, details("config.yaml, with every default", code(training.config_text)))
    elif dict(inputs.potentials[0].definition.provenance).get("config"):
        append(made, paragraph("The configuration above, with the paths of the data put in, repeats the training."))
    names = [_shown(path) for path in inputs.paths]
    given = [word for path in inputs.given for word in ("--data", _shown(path))]
    lines += [shlex.join(["nnp", "evaluate", name, _shown(path)]) for name in names for path in inputs.given]
    lines.append(shlex.join(["nnp", "report", *names, *given, "-o", _shown(output)]))
    append(made, code("\n".join(lines)))
    return made


def _layers(numbers: Numbers, symbol: str) -> str:
    found = numbers.get("potential", "elements", symbol)
    if "hidden_layers" not in found:
        return str(found["model"])
    hidden = "-".join(map(str, found["hidden_layers"])) or "linear"
    names = ", ".join(dict.fromkeys(found["activations"][:-1]))
    return f"{hidden} {names}".strip()


def _pretty(config: str) -> str:
    try:
        return json.dumps(json.loads(config), indent=2, ensure_ascii=False)
    except ValueError:
        return config


def _shown(path: Path) -> str:
    """Return a path as it was given, without the folders of one machine."""
    return path.name if path.is_absolute() else str(path)


def _of(curve: Sequence[Column], quantity: str) -> list[Column]:
    return [column for column in curve if column.quantity == quantity]


def _curve(curve: Sequence[Column], quantity: str, best: int | None) -> Element:
    epochs = _of(curve, "epoch")[0].values
    columns = [column for column in _of(curve, quantity) if np.isfinite(column.values).any()]
    unit = columns[0].unit
    name = NAMES.get(quantity, quantity.replace("_", " "))
    last = ", ".join(f"{column.role} {number(column.values[-1])}".strip() for column in columns)
    text = f"{name} over {len(epochs)} epochs; at the end: {last}{f' {unit}' if unit else ''}."
    positive = all((column.values[np.isfinite(column.values)] > 0.0).all() for column in columns)
    label = f"{name} ({unit})" if unit else name
    axis = (log_axis if positive else linear_axis)(label, [column.values for column in columns])
    panel = Panel(Axis("epoch", 0.0, 1.02 * float(epochs[-1])), axis, text)
    if best:
        panel.line([best, best], [axis.low, axis.high], kind="guide")
        text += f" Dashed: epoch {best}, the best one, which is exported."
    _lines(panel, epochs, columns)
    text = text[:1].upper() + text[1:]
    legend = [role for role in ROLES if any(column.role == role for column in columns)]
    return figure(panel.svg(), name[:1].upper() + name[1:], text, legend)


def _lines(panel: Panel, x: FloatArray, columns: Sequence[Column]) -> None:
    for column in columns:
        kept = _thinned(column.values)
        panel.line(x[kept], column.values[kept], ROLES.index(column.role) if column.role else 0)
    shown = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_TIPS)).astype(int))
    tips = [
        f"{panel.x_axis.label} {number(x[index], 5)}\n"
        + "\n".join(
            f"{column.role or column.quantity} {number(column.values[index], 4)} {column.unit}" for column in columns
        )
        for index in shown
    ]
    panel.strips(x[shown], tips)


def _against_time(seconds: Column, errors: Sequence[Column]) -> Element:
    column = next(column for column in errors if column.role == "validation")
    minutes = seconds.values / 60.0
    axis = log_axis(f"force RMSE ({column.unit})", [column.values])
    text = (
        f"Validation error over the time of the training, {number(minutes[-1])} minutes; data preparation not counted."
    )
    panel = Panel(Axis("minutes", 0.0, float(minutes[-1]) * 1.03 or 1.0), axis, text)
    kept = _thinned(column.values)
    panel.line(minutes[kept], column.values[kept], 1)
    return figure(panel.svg(), "Force RMSE against time", text)


def _thinned(values: FloatArray) -> NDArray[np.intp]:
    """Choose what to draw: all, or the lowest and highest value of each stretch, so that no spike is lost."""
    if len(values) <= MOST_EPOCHS:
        return np.arange(len(values))
    known = np.where(np.isfinite(values), values, 0.0)
    stretches = np.array_split(np.arange(len(values)), MOST_EPOCHS // 2)
    ends = [part[[np.argmin(known[part]), np.argmax(known[part])]] for part in stretches]
    return np.unique(np.concatenate([[0], *ends, [len(values) - 1]]))

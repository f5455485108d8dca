"""Committee -> does its spread say how large its errors are? Figures, pictures, members."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.committee import calibrate
from nnmanybody.report.axes import Axis, log_axis
from nnmanybody.report.inputs import DataSet, Inputs
from nnmanybody.report.markup import (
    Content,
    Element,
    append,
    element,
    figure,
    figures,
    number,
    paragraph,
    section,
    table,
)
from nnmanybody.report.numbers import EV_PER_ANGSTROM, MEV_PER_ATOM, Numbers
from nnmanybody.report.panel import Panel

FloatArray = NDArray[np.float64]


def calibration(data: DataSet) -> dict[str, Any]:
    """Return how spread and error of the forces belong together, as `committee.calibrate` does it; by atoms."""
    found = calibrate(*_spread_and_error(data))
    return {"n_atoms": found.pop("n"), **found} if found else {}


def committee_section(inputs: Inputs, numbers: Numbers) -> Element:
    """Return the section; all other sections show the mean of the members."""
    made = section(
        "committee",
        "Committee",
        paragraph(
            "The spread is the standard deviation of the members for an atom's force. If it is calibrated, atoms of "
            "some spread have errors as large, and their points lie on the dashed line; above it the committee is too "
            "sure of itself. Errors that all members share do not show in the spread."
        ),
    )
    for data in inputs.sets:
        about = numbers.get("committee", data.name)
        append(made, element("h3", data.name))
        if about:
            append(made, figures(_bins_figure(about), _atoms_figure(data, about)))
        append(made, _members_table(inputs, data, numbers))
    return made


def _spread_and_error(data: DataSet) -> tuple[FloatArray, FloatArray]:
    """Return both of every atom with a known force, eV/Å."""
    errors, empty = data.force_errors(), np.empty(0)
    return (
        np.concatenate([empty, *(data.spread[index].forces for index in errors)]),
        np.concatenate([empty, *errors.values()]),
    )


def _axes(spread: Sequence[float] | FloatArray, error: Sequence[float] | FloatArray) -> tuple[Axis, Axis]:
    x = log_axis("spread (eV/Å)", [spread, error], most_decades=4)
    return x, Axis("error (eV/Å)", x.low, x.high, log=True)


def _bins_figure(about: dict[str, Any]) -> Element:
    spread, error = ([one[key] for one in about["bins"]] for key in ("spread", "error"))
    text = (
        f"Root mean square of {len(spread)} groups of atoms of equal size, by spread. Over all atoms the error is "
        f"{number(about['error_over_spread'])} times the spread."
    )
    panel = Panel(*_axes(spread, error), f"Error against spread of groups of atoms: {text}", height=330.0)
    panel.line([panel.x_axis.low, panel.x_axis.high], [panel.x_axis.low, panel.x_axis.high], kind="guide")
    panel.line(spread, error, 0)
    tips = [
        f"{one['n']} atoms\nspread {number(one['spread'])}, error {number(one['error'])} eV/Å" for one in about["bins"]
    ]
    panel.named_points(spread, error, [0] * len(spread), tips)
    return figure(panel.svg(), "Calibration", text)


def _atoms_figure(data: DataSet, about: dict[str, Any]) -> Element:
    spread, error = _spread_and_error(data)
    text = f"{len(spread)} atoms; rank correlation {number(about['rank_correlation'])}."
    panel = Panel(*_axes(spread, error), f"Error against spread of atoms: {text}", height=330.0)
    panel.line([panel.x_axis.low, panel.x_axis.high], [panel.x_axis.low, panel.x_axis.high], kind="guide")
    panel.points(spread, error, 0)
    return figure(panel.svg(), "Every atom", text)


def _members_table(inputs: Inputs, data: DataSet, numbers: Numbers) -> Element:
    units = (("energy_rmse", MEV_PER_ATOM), ("force_rmse", EV_PER_ANGSTROM))
    rows: list[list[Content]] = [
        ["mean of all", *(numbers.show("data", data.name, key, unit=unit) for key, unit in units)]
    ]
    for index, path in enumerate(inputs.paths):
        cells = [numbers.show("data", data.name, "members", index, key, unit=unit) for key, unit in units]
        rows.append([path.name, *cells])
    return table(f"Members on {data.name}", ["", "energy RMSE, meV/atom", "force RMSE, eV/Å"], rows)

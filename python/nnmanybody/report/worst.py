"""Data set -> the frames with the largest force errors, drawn with their atoms colored by the error."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.report.inputs import DataSet
from nnmanybody.report.markup import MINUS, Element, append, element, figure, figures, number, paragraph, section, table
from nnmanybody.report.structure import color_bar, structure_picture

FloatArray = NDArray[np.float64]

N_FIRST, N_FURTHER = 6, 3
"""Frames of the first data set, and of each other one."""


@dataclass(frozen=True)
class WorstFrame:
    """A frame and the errors of its forces.

    Attributes
    ----------
    index : int
        In the data set.
    frame, config_type, formula : str
    n_atoms : int
    worst_atom : int
    force_error : float, eV/Å
        Of this atom, length of the error vector.
    force_rmse : float, eV/Å
        Per component, of the frame.
    energy_error : float, eV/atom, or None
        Prediction minus target.
    """

    index: int
    frame: str
    config_type: str
    formula: str
    n_atoms: int
    worst_atom: int
    force_error: float
    force_rmse: float
    energy_error: float | None

    def as_json(self) -> dict[str, Any]:
        """Return everything but the index."""
        return {name: value for name, value in asdict(self).items() if name != "index"}


def worst_frames(sets: Sequence[DataSet]) -> dict[str, list[WorstFrame]]:
    """Return the frames of each data set with the largest force errors, largest first."""
    found = {}
    for position, data in enumerate(sets):
        lengths = data.force_errors()
        order = sorted(lengths, key=lambda index: -lengths[index].max())[: N_FURTHER if position else N_FIRST]
        found[data.name] = [_worst(data, index, lengths[index]) for index in order]
    return found


def worst_section(sets: Sequence[DataSet], found: dict[str, list[WorstFrame]]) -> Element:
    """Return the section.

    Parameters
    ----------
    sets : sequence of DataSet
    found : dict
        From `worst_frames`.
    """
    made = section(
        "worst",
        "Worst frames",
        paragraph(
            "The frames with the largest error of a force, atoms colored by the length of their error vector, the "
            "worst one ringed. Drag to turn. A single bad atom is often one rare surrounding; a whole bad frame, data "
            "of another kind or a wrong label."
        ),
    )
    for data in sets:
        append(made, element("h3", data.name))
        if found[data.name]:
            append(made, figures(*(_figure(data, one) for one in found[data.name])), _atoms_table(data))
        if data.errors.worst_frames:
            append(made, _energies_table(data))
    return made


def _worst(data: DataSet, index: int, lengths: FloatArray) -> WorstFrame:
    frame = data.frames[index]
    difference = None if frame.energy is None else (data.predictions[index].energy - frame.energy) / len(frame.atoms)
    return WorstFrame(
        index,
        frame.name,
        frame.config_type,
        frame.atoms.get_chemical_formula(),
        len(lengths),
        int(np.argmax(lengths)),
        float(lengths.max()),
        float(np.sqrt(np.mean(lengths**2) / 3.0)),
        difference,
    )


def _figure(data: DataSet, worst: WorstFrame) -> Element:
    lengths = data.force_errors()[worst.index]
    picture, n_drawn = structure_picture(data.frames[worst.index].atoms, lengths, "force error", "eV/Å")
    energy = "" if worst.energy_error is None else f", energy {number(1e3 * worst.energy_error)} meV/atom"
    shown = "" if n_drawn == worst.n_atoms else f" Drawn: the {n_drawn} atoms nearest to the worst one."
    caption = (
        f"{worst.formula}{f', {worst.config_type}' if worst.config_type else ''}: largest force error "
        f"{number(worst.force_error)} eV/Å on atom {worst.worst_atom}, {number(worst.force_rmse)} RMSE{energy}.{shown}"
    )
    made = figure(picture, worst.frame, caption)
    for position, part in enumerate(color_bar(0.0, worst.force_error, "force error, eV/Å")):
        made.insert(2 + position, part)
    return made


def _atoms_table(data: DataSet) -> Element:
    rows = [
        [
            f"{worst.frame}, atom {worst.atom} ({worst.element})",
            number(worst.force_error),
            _vector(worst.reference),
            _vector(worst.predicted),
        ]
        for worst in data.errors.worst_atoms
    ]
    return table(f"Worst atoms of {data.name}, eV/Å", ["atom", "error", "target", "predicted"], rows)


def _energies_table(data: DataSet) -> Element:
    rows = [
        [
            f"{worst.frame} {worst.config_type}".strip(),
            str(worst.n_atoms),
            number(1e3 * worst.energy_error),
            number(worst.force_rmse),
        ]
        for worst in data.errors.worst_frames
    ]
    header = ["frame", "atoms", "energy error, meV/atom", "force RMSE, eV/Å"]
    return table(f"Worst energies of {data.name}", header, rows)


def _vector(values: Sequence[float]) -> str:
    return "\u00a0".join(f"{value:.3f}".replace("-", MINUS) for value in values)

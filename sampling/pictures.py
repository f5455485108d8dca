"""What a loop has learnt -> pictures for its pages: errors, forces before and after, a map of the descriptors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from nnmanybody.sampling.thin import scaled_values
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.potential import Potential
from nnmanybody.report.axes import Axis, linear_axis, log_axis
from nnmanybody.report.markup import Element, figure, number
from nnmanybody.report.panel import Panel

FloatArray = NDArray[np.float64]

N_BINS = 50
MOST_ATOMS = 3000
"""Per element and part, on a map."""
UNITS = {"force": ("force RMSE", "eV/Å"), "energy": ("energy RMSE", "eV/atom")}


def error_pictures(records: Sequence[Mapping[str, Any]]) -> list[Element]:
    """Errors of every iteration over the labels that it had."""
    made = []
    for name, (title, unit) in UNITS.items():
        points = [(one["labelled"], one["errors"][name], one["number"]) for one in records if name in one["errors"]]
        if not points:
            continue
        labels, errors, numbers = (np.array(values, dtype=np.float64) for values in zip(*points, strict=True))
        y = (log_axis if (errors > 0.0).all() else linear_axis)(f"{title} ({unit})", [errors])
        text = f"{title} over the labelled structures; now {number(float(errors[-1]))} {unit} with {int(labels[-1])}."
        panel = Panel(Axis("labelled structures", 0.0, 1.05 * float(labels.max())), y, text)
        panel.line(labels, errors, 0)
        tips = [
            f"iteration {int(n)}\n{int(count)} labels\n{number(float(error))} {unit}"
            for n, count, error in zip(numbers, labels, errors, strict=True)
        ]
        panel.named_points(labels, errors, [0] * len(points), tips)
        made.append(figure(panel.svg(), title[:1].upper() + title[1:], text[:1].upper() + text[1:]))
    return made


def force_lengths(frames: Sequence[Frame]) -> FloatArray:
    """Lengths of the forces on all atoms, (n_atoms,) eV/Å."""
    parts = [np.linalg.norm(frame.forces, axis=1) for frame in frames if frame.forces is not None]
    return np.concatenate([np.empty(0), *parts])


def force_picture(before: Sequence[Frame], after: Sequence[Frame]) -> Element | None:
    """Distribution of the forces in the data before and after an iteration; None without any."""
    lengths = [force_lengths(frames) for frames in (after, before)]
    if not len(lengths[0]):
        return None
    edges = np.linspace(0.0, float(max(one.max() for one in lengths if len(one))) * 1.0001 or 1.0, N_BINS + 1)
    counts = [np.histogram(one, edges)[0] for one in lengths]
    y = log_axis("atoms", [[0.6], *counts])
    text = (
        f"Forces on the atoms of the data: {len(lengths[1])} atoms before this iteration, {len(lengths[0])} after it; "
        f"the largest force is {number(float(lengths[0].max()))} eV/Å."
    )
    panel = Panel(linear_axis("|F| (eV/Å)", [edges]), y, text, height=330.0)
    for group, heights in enumerate(counts):
        panel.steps(edges, np.maximum(heights, y.low), group)
    return figure(panel.svg(), "Force distribution", text, ["after", "before"])


def map_pictures(potential: Potential, known: Sequence[Frame], new: Sequence[Frame]) -> list[Element]:
    """Principal components of the scaled symmetry functions, an element a picture: what was known, what is new."""
    made = []
    for section in potential.definition.sections:
        parts = [_descriptors(potential, frames, section.element, section.statistics) for frames in (known, new)]
        together = np.concatenate(parts)
        if len(together) < 3:
            continue
        mean = together.mean(axis=0)
        # Directions of largest variance; the sign is fixed so that one page is like the next.
        values, vectors = np.linalg.eigh(np.cov((together - mean).T))
        axes = vectors[:, ::-1][:, :2]
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]] + 1e-300)
        share = values[::-1][:2] / max(float(values.sum()), 1e-300)
        points = [(part - mean) @ axes for part in parts]
        text = (
            f"Environments of {section.element}, first two principal components of the scaled symmetry functions "
            f"({100 * share.sum():.0f} % of the variance): {len(parts[0])} atoms known before, {len(parts[1])} new."
        )
        x = linear_axis(f"component 1 ({100 * share[0]:.0f} %)", [one[:, 0] for one in points])
        y = linear_axis(f"component 2 ({100 * share[1]:.0f} %)", [one[:, 1] for one in points])
        panel = Panel(x, y, text, height=330.0)
        for group, one in enumerate(points):
            panel.points(one[:, 0], one[:, 1], group)
        made.append(figure(panel.svg(), f"Map of {section.element}", text, ["known", "new"]))
    return made


def _descriptors(potential: Potential, frames: Sequence[Frame], element: str, statistics: FloatArray) -> FloatArray:
    rows = [np.empty((0, len(statistics)))]
    rows += [scaled_values(potential.descriptors(frame.atoms)[element].values, statistics) for frame in frames]
    values = np.concatenate(rows)
    return values[:: max(1, -(-len(values) // MOST_ATOMS))]

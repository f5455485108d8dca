"""Rows of the table -> pictures like figures 4 to 7 of Wang et al.: errors and condition numbers, eigenspectra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnmanybody.plots.style import CYCLE, new_figure, save, style

SIGNIFICANT = 1e-15
"""Of the largest eigenvalue: below it lie directions that double precision does not tell from none."""
ERRORS = {
    "force_rmse": "force, eV/Å",
    "energy_rmse": "energy, eV/atom",
    "force_amplitude_rmse": "amplitude, eV/Å",
    "force_angle_rmse": "angle, rad",
}


def families(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Rows by the figure of the paper that they belong to."""
    chosen: dict[str, list[Any]] = {"linear": [], "exponentiated": [], "products": [], "sums": []}
    for row in rows:
        if "*" in row.expression:
            chosen["products"].append(row)
        elif "+" in row.expression:
            chosen["sums"].append(row)
        else:
            chosen["linear" if row.expression[0] in "GC" else "exponentiated"].append(row)
    return {name: members for name, members in chosen.items() if members}


def draw_family(rows: Sequence[Any], path: Path) -> None:
    """Errors and log10 kappa of every model (left), eigenvalues relative to the largest (right)."""
    with style():
        figure = new_figure(10.5, 4.6)
        left, right = figure.subplots(1, 2)
        places = np.arange(len(rows))
        for color, (name, label) in zip(CYCLE, ERRORS.items(), strict=False):
            left.plot(places, [row.test[name] for row in rows], "o-", color=color, label=label)
        left.set_yscale("log")
        left.set_xticks(places, [row.expression for row in rows], rotation=60, ha="right", fontsize=8)
        left.set_title("Errors on structures not trained on")
        left.legend()
        for color, row in zip(CYCLE * len(rows), rows, strict=False):
            values = np.array(row.spectrum)
            label = f"{row.expression}: {row.log10_kappa:.1f}"
            right.plot(np.maximum(values / values[0], 1e-40), ".-", color=color, label=label, markersize=4)
        right.axhline(SIGNIFICANT, color="0.5", linestyle=":")
        right.set_yscale("log")
        right.set_title("Eigenvalues of the information matrix; log10 of kappa")
        right.set_xlabel("rank")
        right.legend(fontsize=7)
    save(figure, path)


def draw_all(rows: Sequence[Any], folder: Path) -> list[Path]:
    """One picture for each family that has rows."""
    paths = []
    for name, members in families(rows).items():
        paths.append(folder / f"{name}.png")
        draw_family(members, paths[-1])
    return paths

"""Rows of the table -> pictures like figures 4 to 7 of Wang et al.: errors and condition numbers, eigenspectra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from nnmanybody.plots.style import CYCLE, new_figure, save, style

SIGNIFICANT = 1e-15
"""Of the largest eigenvalue: below it lie directions that double precision does not tell from none."""
ERRORS = {
    "force_angle_rmse": "angle, rad",
    "force_amplitude_rmse": "amplitude, eV/Å",
    "force_rmse": "force, eV/Å",
    "energy_rmse": "energy, eV/atom",
}
COMPARED = {"a": "G10 * E[G8L4]", "b": "E[G8L4] + N[E[G8L4]]"}
"""Of figure 7: the product and the sum, with their submodels inside and alone."""


def families(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Rows by the picture of the paper that they belong to."""
    chosen: dict[str, list[Any]] = {"4": [], "5": [], "6a": [], "6b": []}
    for row in rows:
        left, *right = row.expression.split(" * ")
        if "+" in row.expression or left[0] in "CN":
            continue
        chosen["4" if left[0] == "G" and not right else "5" if not right else f"6{'ab'['E' in right[0]]}"].append(row)
    return {name: members for name, members in chosen.items() if members}


def draw_errors(axes: Axes, rows: Sequence[Any]) -> None:
    """Errors on the structures trained on, and condition numbers by the scale on the right."""
    places = np.arange(len(rows))
    lines = []
    for color, (name, label) in zip(CYCLE, ERRORS.items(), strict=False):
        lines += axes.plot(places, [row.train[name] for row in rows], "o-", color=color, label=label)
    axes.set_yscale("log")
    axes.set_ylabel("error of training")
    axes.set_xticks(places, [row.expression for row in rows], rotation=60, ha="right", fontsize=8)
    other = axes.twinx()
    other.grid(visible=False)
    for number, label in enumerate(("log10 κ", "… of the left", "… of the right")[: len(rows[0].kappas)]):
        values = [row.kappas[number] for row in rows]
        lines += other.plot(places, values, "k" + "sx+"[number] + ":", label=label, linewidth=1)
    other.set_ylabel("log10 κ")
    axes.legend(handles=lines, fontsize=7, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4)


def draw_spectra(axes: Axes, spectra: dict[str, Sequence[float]]) -> None:
    """Eigenvalues relative to the largest, over the place from the largest (0) to the smallest (1)."""
    for number, (label, values) in enumerate(spectra.items()):
        relative = np.array(values) / values[0]
        places = np.linspace(0.0, 1.0, len(values))
        line = ".--" if label.endswith("alone") else ".-"
        axes.plot(places, relative, line, color=CYCLE[number % len(CYCLE)], label=label, markersize=4)
    axes.axhline(SIGNIFICANT, color="0.5", linestyle=":")
    axes.set_yscale("log")
    axes.set_xlabel("place in the spectrum")
    axes.set_ylabel("eigenvalue / largest")
    axes.legend(fontsize=7)


def draw_family(rows: Sequence[Any], path: Path) -> None:
    """Errors and condition numbers (left), spectra (right)."""
    with style():
        figure = new_figure(11.0, 4.6)
        left, right = figure.subplots(1, 2)
        draw_errors(left, rows)
        draw_spectra(right, {f"{row.expression}: {row.kappas[0]:.1f}": row.spectrum for row in rows})
    save(figure, path)


def draw_comparison(rows: Sequence[Any], whole: str, path: Path) -> None:
    """Spectra of a model of two submodels, of these within it, and of the same fitted alone."""
    by_name = {row.expression: row for row in rows}
    members = whole.replace(" + ", " * ").split(" * ")
    spectra = {whole: by_name[whole].spectrum}
    for member, values in zip(members, by_name[whole].parts, strict=True):
        spectra[f"{member} within"] = values
        if member in by_name:
            spectra[f"{member} alone"] = by_name[member].spectrum
    with style():
        figure = new_figure(6.0, 4.6)
        draw_spectra(figure.subplots(), spectra)
    save(figure, path)


def draw_all(rows: Sequence[Any], folder: Path) -> list[Path]:
    """One picture for each of the paper's that has rows."""
    paths = []
    for name, members in families(rows).items():
        paths.append(folder / f"figure{name}.png")
        draw_family(members, paths[-1])
    for name, whole in COMPARED.items():
        if any(row.expression == whole for row in rows):
            paths.append(folder / f"figure7{name}.png")
            draw_comparison(rows, whole, paths[-1])
    return paths

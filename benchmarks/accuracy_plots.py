"""Pictures of docs/accuracy.md: error against time of training, error against cost in MD.

Draws docs/_static/error_against_time.svg from optimizer_curves.json beside it, which `optimizer_curves.py` writes, and
docs/_static/error_against_cost.svg from error_against_cost.json, whose costs `lammps_cost.py` can renew:
rows with a "style" take the ratio of that style to snap.

Usage: python benchmarks/lammps_cost.py --cases Si --potential Si.nnp [--hdnnp hdnnpplugin.so] --json costs.json
       python benchmarks/accuracy_plots.py [--costs costs.json] [--png FOLDER]
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnmanybody.plots.style import BLACK, BLUE, CYCLE, GRAY, new_figure, save, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STATIC = Path(__file__).resolve().parents[1] / "docs" / "_static"

N2P2 = {"seconds": [71, 142, 213, 340], "energy": [7.0, 6.5, 5.8, 11.5], "forces": [0.188, 0.162, 0.154, 0.153]}
"""Trained anew with the published settings, 2 ranks on 2 cores, elapsed seconds; measured on a machine of this kind."""
POD = {"seconds": [12], "energy": [6.2], "forces": [0.121]}
"""fitpod, 180 coefficients, one core."""

LABELS = (("energy", "energy, meV/atom"), ("forces", "forces, eV/Å"))


def error_against_time(curves: dict[str, list[dict[str, float]]]) -> "Figure":
    """Both errors on the test set over the seconds, logarithmic."""
    figure = new_figure(7.6, 3.9)
    panels = figure.subplots(1, 2)
    for axes, (key, label) in zip(panels, LABELS, strict=True):
        for color, (name, points) in zip(CYCLE, curves.items(), strict=False):
            seconds = [point["seconds"] for point in points]
            marker = "o" if len(points) == 1 else ""
            axes.plot(seconds, [point[key] for point in points], color=color, marker=marker, ms=5, label=name)
        axes.plot(N2P2["seconds"], N2P2[key], color=BLACK, marker="s", ms=4, ls=":", label="n2p2, two cores")
        axes.plot(POD["seconds"], POD[key], color=GRAY, marker="D", ms=5, ls="", label="POD, 180 coefficients")
        _logarithmic(axes, label)
        axes.set_xlabel("seconds of processor time")
    panels[0].set_ylim(3, 40)
    panels[1].set_ylim(0.08, 0.4)
    _legend(figure, panels[0])
    return figure


def error_against_cost(potentials: list[dict[str, Any]]) -> "Figure":
    """Both errors on the test set over the cost of an atom and step relative to snap, logarithmic."""
    figure = new_figure(8.6, 3.6)
    panels = figure.subplots(1, 2)
    for axes, (key, label) in zip(panels, LABELS, strict=True):
        for row in potentials:
            if key not in row:
                continue
            ours, held_out = row["family"] in ("nn/manybody", "held out"), row["family"] == "held out"
            color = BLUE if ours else BLACK
            face = "none" if held_out else color
            axes.plot(row["cost"], row[key], color=color, mfc=face, marker="o" if ours else "s", ms=6, ls="")
            place = {"textcoords": "offset points", "xytext": row.get(f"{key}_label", [6, 4])}
            axes.annotate(row["name"], (row["cost"], row[key]), fontsize=7.5, color=color, **place)
        _logarithmic(axes, label)
        axes.set_xlabel("cost in MD / cost of snap")
        axes.set_xlim(0.015, 12)
    panels[0].set_ylim(3, 12)
    panels[1].set_ylim(0.075, 0.3)
    return figure


def _logarithmic(axes: "Axes", label: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(label)
    for axis, ticks in ((axes.xaxis, (1.0, 2.0, 5.0)), (axes.yaxis, (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0))):
        axis.set_major_locator(LogLocator(subs=ticks))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def _legend(figure: "Figure", axes: "Axes") -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--costs", type=Path, help="from lammps_cost.py; written into error_against_cost.json")
    parser.add_argument("--png", type=Path, help="also there, as PNG")
    options = parser.parse_args()
    curves = json.loads((STATIC / "optimizer_curves.json").read_text(encoding="utf-8"))
    costs = STATIC / "error_against_cost.json"
    potentials = json.loads(costs.read_text(encoding="utf-8"))
    if options.costs:
        measured = json.loads(options.costs.read_text(encoding="utf-8"))
        times = {row["style"]: row["microseconds"] for row in measured if row["case"] == "Si"}
        potentials = [
            {**row, "cost": times[row["style"]] / times["snap"]} if row.get("style") in times else row
            for row in potentials
        ]
        costs.write_text(json.dumps(potentials, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with style():
        pictures = {
            "error_against_time": error_against_time(curves),
            "error_against_cost": error_against_cost(potentials),
        }
    for name, figure in pictures.items():
        save(figure, STATIC / f"{name}.svg")
        if options.png:
            save(figure, options.png / f"{name}.png")


if __name__ == "__main__":
    main()

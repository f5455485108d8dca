"""Properties of quartz and glass -> pictures: network and reference on top of one another, with error bars."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnmanybody.data import Frame
from nnmanybody.evaluation import Evaluation
from nnmanybody.plots.parity import parities, plot_parity
from nnmanybody.plots.style import BLACK, BLUE, GRAY, VERMILLION, new_figure, style
from silica_measures import ANGLE_EDGES, ANGLES, PAIRS, Averaged, bin_centers
from silica_properties import NETWORK, REFERENCE, YEAR, Outside, System
from silica_settings import MEASURED, GlassSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = {REFERENCE: {"color": GRAY, "linewidth": 3.2}, NETWORK: {"color": VERMILLION, "linewidth": 1.2}}


def structure(systems: Mapping[str, System], title: str, measured: Mapping[str, float]) -> "Figure":
    """Partial g(r) in the upper row, bond angles in the lower one; bands are standard errors."""
    angles = 0.5 * (ANGLE_EDGES[1:] + ANGLE_EDGES[:-1])
    with style():
        figure = new_figure(10.0, 6.0)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
        grid = figure.add_gridspec(2, 6)
        for column, (a, b) in enumerate(PAIRS):
            axes = figure.add_subplot(grid[0, 2 * column : 2 * column + 2])
            _draw(axes, bin_centers(), {name: system.curves[a + b] for name, system in systems.items()})
            axes.set(title=f"{a}-{b}", xlabel="r (Å)", ylabel="g(r)", xlim=(1.0, bin_centers()[-1]))
        for column, (kind, (center, neighbor)) in enumerate(ANGLES.items()):
            axes = figure.add_subplot(grid[1, 3 * column : 3 * column + 3])
            _draw(axes, angles, {name: system.curves[kind] for name, system in systems.items()})
            if kind in measured:
                axes.axvline(measured[kind], color=BLACK, linestyle=":", linewidth=1.0, label="measured")
            axes.set(title=f"{neighbor}-{center}-{neighbor}", xlabel="angle (degrees)", ylabel="share (1/degree)")
            axes.legend(loc="upper left" if kind == "SiOSi" else "upper right")
    return figure


def _draw(axes: "Axes", x: np.ndarray, curves: Mapping[str, Averaged]) -> None:
    for name in (REFERENCE, NETWORK):
        curve = curves[name]
        axes.plot(x, curve.mean, label=name, **LINES[name])
        axes.fill_between(x, curve.mean - curve.error, curve.mean + curve.error, color=LINES[name]["color"], alpha=0.3)


def lattice(references: Mapping[int, Mapping[str, float]], network: System) -> "Figure":
    """Relaxed quartz of the three published references and of the network, against what is measured."""
    shown = (("a", "a"), ("c", "c"), ("density", "density"), ("SiOSi", "angle Si-O-Si"))
    own = {key: float(network.numbers[f"{key}_0K"].mean) for key, _ in shown}
    bars = {f"Vashishta {year}": numbers for year, numbers in references.items()} | {f"network ({YEAR})": own}
    colors = ("#cccccc", GRAY, "#555555", VERMILLION)
    with style():
        figure = new_figure(7.2, 3.6)
        axes = figure.add_subplot()
        for number, (name, values) in enumerate(bars.items()):
            places = [column + 0.2 * (number - 1.5) for column in range(len(shown))]
            heights = [100.0 * (values[key] / MEASURED[key] - 1.0) for key, _ in shown]
            axes.bar(places, heights, 0.18, color=colors[number], label=name)
        axes.axhline(0.0, color=BLACK, linewidth=0.8)
        axes.set_xticks(range(len(shown)), [label for _, label in shown])
        axes.set(ylabel="α-quartz at 0 K, difference from measured (%)")
        axes.legend()
    return figure


def forces(frames: Sequence[Frame], predictions: Sequence[Evaluation]) -> "Figure":
    """Energies, forces and stresses of the network against those of the reference."""
    # LAMMPS shares the energy of a triplet among its atoms; the network divides it as it likes.
    whole = [replace(frame, atomic_energies=None) for frame in frames]
    return plot_parity(parities(whole, predictions))


def extrapolation(found: Outside, glass: GlassSettings) -> "Figure":
    """Atoms outside of the training ranges while the glass is made."""
    time = 1e-3 * found.step
    ends = 1e-3 * np.cumsum([glass.melting, glass.cooling, glass.freezing, glass.settling + glass.steps])
    names = (f"melt, {glass.hot:g} K", f"to {glass.cold:g} K", "to 300 K, P = 0", "300 K")
    with style():
        figure = new_figure(7.6, 3.8)
        upper, lower = figure.subplots(2, 1, sharex=True)
        upper.plot(time, 100.0 * found.share, color=BLUE, linewidth=1.0)
        upper.set(ylabel="atoms outside (%)", ylim=(0.0, None), xlim=(0.0, ends[-1]))
        lower.plot(time, found.overshoot, color=BLUE, linewidth=1.0)
        lower.set(xlabel="time (ps)", ylabel="largest overshoot", ylim=(0.0, None))
        for start, end, name in zip((0.0, *ends[:-1]), ends, names, strict=True):
            for axes in (upper, lower):
                axes.axvline(end, color=BLACK, linewidth=0.6, linestyle=":")
            place = (0.5 * (start + end) / ends[-1], 1.02)
            upper.annotate(name, place, xycoords="axes fraction", ha="center", fontsize=8.5)
    return figure

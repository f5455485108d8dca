"""Quantities of both potentials -> pictures."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from common import FloatArray
from nnmanybody.plots.style import BLACK, BLUE, CYCLE, GRAY, VERMILLION, new_figure, style
from silicon_properties_analysis import Curve, Estimate
from silicon_properties_crystal import Rest
from silicon_properties_phases import Coexistence, Motion, Phase
from silicon_properties_stages import Way

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = {"SW": {"color": BLACK, "linestyle": "-"}, "NN": {"color": VERMILLION, "linestyle": "--"}}
MARKS = {"SW": {"color": BLACK, "fmt": "o"}, "NN": {"color": VERMILLION, "fmt": "s"}}
NAMES = {"SW": "Stillinger-Weber", "NN": "network"}


def structure(solid: Mapping[str, Phase], liquid: Mapping[str, Phase], solid_at: float, liquid_at: float) -> "Figure":
    """Draw g(r) and angles of both phases, with bands of two standard errors."""
    with style():
        figure = new_figure(9.6, 6.4)
        rows = figure.subplots(2, 2, sharex="col")
        for row, (phase, phases, at) in zip(
            rows, (("solid", solid, solid_at), ("liquid", liquid, liquid_at)), strict=True
        ):
            for name, each in phases.items():
                _band(row[0], each.pairs[at], name)
                _band(row[1], each.angles[at], name)
            row[0].set(ylabel="g(r)", title=f"{phase}, {at:g} K")
            row[1].set(ylabel="distribution of angles (1/°)")
        rows[1][0].set_xlabel("r (Å)")
        rows[1][1].set_xlabel("angle between two bonds (°)")
        rows[0][0].legend()
    return figure


def thermal(solid: Mapping[str, Phase], liquid: Mapping[str, Phase]) -> "Figure":
    """Draw edge and enthalpy over the temperature with straight lines, which curvature departs from."""
    with style():
        figure = new_figure(9.6, 3.8)
        left, middle, right = figure.subplots(1, 3)
        for name in solid:
            _points(left, solid[name].constants, name)
            _points(middle, solid[name].enthalpies, name)
            _points(right, liquid[name].enthalpies, name)
            _line(left, solid[name], "constant", name)
            _line(middle, solid[name], "enthalpy", name)
            _line(right, liquid[name], "enthalpy", name)
        left.set(ylabel="lattice constant (Å)", title="solid")
        middle.set(ylabel="enthalpy (eV/atom)", title="solid")
        right.set(ylabel="enthalpy (eV/atom)", title="liquid")
        for axes in (left, middle, right):
            axes.set_xlabel("temperature (K)")
        left.legend()
    return figure


def vibrations(rest: Mapping[str, Rest], moving: Mapping[str, Curve], at: float) -> "Figure":
    """Draw phonons along a path, and the density of vibrations of the moving crystal."""
    with style():
        figure = new_figure(9.6, 4.0)
        bands, density = figure.subplots(1, 2, width_ratios=(2, 1), sharey=True)
        for name, one in rest.items():
            bands.plot(one.phonons.path, one.phonons.bands, **LOOKS[name], linewidth=1.1)
        ticks = next(iter(rest.values())).phonons.ticks
        bands.set_xticks(list(ticks), list(ticks.values()))
        bands.set(ylabel="frequency (THz)", title="0 K", ylim=(0.0, 20.0))
        for name, curve in moving.items():
            density.plot(curve.mean, curve.x, **LOOKS[name], label=NAMES[name])
            edges = (curve.mean - 2 * curve.error, curve.mean + 2 * curve.error)
            density.fill_betweenx(curve.x, *edges, color=LOOKS[name]["color"], alpha=0.15, linewidth=0)
        density.set(xlabel="density (1/THz)", title=f"{at:g} K, from velocities", xlim=(0.0, None))
        density.legend()
    return figure


def diffusion(motion: Mapping[str, Motion]) -> "Figure":
    """Draw mean-square displacements and diffusion coefficients."""
    with style():
        figure = new_figure(9.6, 3.8)
        left, right = figure.subplots(1, 2)
        for name, one in motion.items():
            for color, (t, (time, squares)) in zip(CYCLE, one.displacements.items(), strict=False):
                look = {"color": color, "linestyle": LOOKS[name]["linestyle"]}
                left.plot(time, squares, **look, label=f"{NAMES[name]}, {t:g} K")
            _points(right, one.coefficients, name)
        left.set(xlabel="time (ps)", ylabel="mean-square displacement (Å²)")
        left.legend()
        right.set(xlabel="temperature (K)", ylabel="D ($10^{-5}$ cm²/s)", title="liquid", ylim=(0.0, None))
        right.legend()
    return figure


def melting(coexistence: Mapping[str, Coexistence]) -> "Figure":
    """Draw how much is molten of solid beside liquid in time, and the speeds of the interfaces over the temperature."""
    with style():
        figure = new_figure(11.0, 3.8)
        *traces, rates = figure.subplots(1, 3)
        for axes, (name, one) in zip(traces, coexistence.items(), strict=True):
            for color, (t, starts) in zip(CYCLE, sorted(one.molten.items()), strict=False):
                for number, (time, part) in enumerate(starts):
                    axes.plot(*_smooth(time, part), color=color, linewidth=1.0, label="_" * number + f"{t:g} K")
            axes.set(xlabel="time (ps)", ylabel="molten part", title=NAMES[name])
            _points(rates, one.speeds, name)
            rates.axvline(one.melting.value, **LOOKS[name], linewidth=1.0)
        traces[1].sharey(traces[0])
        figure.legend(*traces[0].get_legend_handles_labels(), loc="outside upper left", ncols=len(CYCLE))
        rates.axhline(0.0, color=GRAY, linewidth=0.8)
        rates.set(
            xlabel="temperature (K)", ylabel="speed of the interfaces (m/s)", title="below zero the crystal grows"
        )
        rates.legend()
    return figure


def training_range(ways: Mapping[str, Way]) -> "Figure":
    """Draw what the network says of its ranges on the way out, and how wrong it is there."""
    with style():
        figure = new_figure(9.6, 3.8)
        for axes, (name, way) in zip(figure.subplots(1, len(ways)), ways.items(), strict=True):
            axes.plot(way.state, way.overshoot, ".-", color=BLUE, label="largest overshoot (widths of the range)")
            axes.plot(way.state, way.error, "s-", color=VERMILLION, markersize=3, label="force error (eV/Å)")
            axes.set(xlabel=way.label, title=f"liquid, {name}")
            axes.set_yscale("symlog", linthresh=0.01)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def _band(axes: "Axes", curve: Curve, name: str) -> None:
    axes.plot(curve.x, curve.mean, **LOOKS[name], label=NAMES[name])
    edges = (curve.mean - 2 * curve.error, curve.mean + 2 * curve.error)
    axes.fill_between(curve.x, *edges, color=LOOKS[name]["color"], alpha=0.15, linewidth=0)


def _points(axes: "Axes", values: Mapping[float, Estimate], name: str) -> None:
    y, errors = (np.array([getattr(value, key) for value in values.values()]) for key in ("value", "error"))
    axes.errorbar(list(values), y, 2 * errors, **MARKS[name], capsize=3, markersize=4, label=NAMES[name])


def _line(axes: "Axes", phase: Phase, quantity: str, name: str) -> None:
    temperatures = np.array([min(phase.constants), max(phase.constants)])
    line = getattr(phase, quantity)
    axes.plot(temperatures, [line.at(t).value for t in temperatures], **LOOKS[name], linewidth=1.0)


def _smooth(x: FloatArray, y: FloatArray, n: int = 100) -> tuple[FloatArray, FloatArray]:
    """Return means of n parts."""
    parts = [np.array_split(values, min(n, len(x))) for values in (x, y)]
    return tuple(np.array([part.mean() for part in each]) for each in parts)

"""Costs, errors and energies -> pictures, after figures 8.3 and 8.4 of the thesis."""

from typing import TYPE_CHECKING

import numpy as np

from dynamics import Trace
from energy_and_force import NEAREST, Network, configurations, lennard_jones
from lennard_jones_potential import CUTOFF
from nnmanybody.plots.style import BLUE, GRAY, GREEN, VERMILLION, new_figure, style
from sums import CostCurve

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def costs(curves: list[CostCurve]) -> "Figure":
    """Training and test cost over the epochs (figure 8.3): all of it above, the end below."""
    with style():
        figure = new_figure(4.6 * len(curves), 5.4)
        grid = figure.subplots(2, len(curves), squeeze=False)
        for column, curve in enumerate(curves):
            for row, first in enumerate((0, len(curve.epochs) // 3)):
                axes = grid[row, column]
                axes.plot(curve.epochs[first:], curve.test[first:], color=VERMILLION, label="test")
                axes.plot(curve.epochs[first:], curve.train[first:], color=BLUE, linestyle="--", label="training")
                axes.set(xlabel="epoch", ylabel="cost / variance", ylim=(0.0, None))
            grid[0, column].set_title(f"{curve.n_points} configurations")
            grid[0, column].legend()
    return figure


def one_moves(network: Network) -> "Figure":
    """Errors when one of the neighbors moves away and the others stay (figure 8.4)."""
    r = np.linspace(NEAREST, CUTOFF, 400)
    displacements = np.repeat(configurations(np.random.default_rng(5), 1), len(r), axis=0)
    displacements[:, 0] = r[:, None] * np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0)
    wanted, direct = lennard_jones(displacements), network.outputs(displacements)
    own = network.differentiated(displacements)
    with style():
        figure = new_figure(9.0, 3.4)
        left, right = figure.subplots(1, 2)
        left.plot(r, direct.energy - wanted.energy, color=BLUE)
        left.set(xlabel="distance of one neighbor (σ)", ylabel="error of the energy (ε)", title="energy")
        for found, color, label in ((direct, VERMILLION, "output"), (own, BLUE, "minus the gradient of the energy")):
            right.plot(r, found.force[:, 0] - wanted.force[:, 0], color=color, label=label)
        right.set(xlabel="distance of one neighbor (σ)", ylabel="error of $F_x$ (ε/σ)", title="force")
        right.legend()
    return figure


def inconsistency(network: Network) -> "Figure":
    """Force output against the gradient of the energy output."""
    displacements = configurations(np.random.default_rng(3), 2000)
    direct, own = network.outputs(displacements), network.differentiated(displacements)
    with style():
        figure = new_figure(4.6, 4.2)
        axes = figure.add_subplot()
        limit = float(np.abs(direct.force).max())
        axes.plot([-limit, limit], [-limit, limit], color=GRAY, linewidth=1.0)
        axes.plot(own.force.ravel(), direct.force.ravel(), ".", color=BLUE, markersize=1.5, alpha=0.5)
        axes.set(xlabel="minus the gradient of the energy output (ε/σ)", ylabel="force output (ε/σ)")
        axes.set_title("two answers of one network")
    return figure


def energies(direct: Trace, differentiated: Trace) -> "Figure":
    """Total energy over time with either force."""
    panels = (
        ("moved by the force output", direct, direct.energy, VERMILLION),
        ("the same runs, judged by Lennard-Jones", direct, direct.true_energy, GREEN),
        ("moved by the gradient of the energy", differentiated, differentiated.energy, BLUE),
    )
    with style():
        figure = new_figure(11.0, 3.4)
        for axes, (title, trace, values, color) in zip(figure.subplots(1, 3), panels, strict=True):
            axes.plot(trace.time, values - values[0], color=color, linewidth=0.7, alpha=0.7)
            axes.set(title=title, xlabel="time (τ)", ylabel="total energy - first (ε)")
            axes.margins(x=0.0)
    return figure

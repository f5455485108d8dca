"""Fits and sweeps -> pictures, after figures 8.1 and 8.2 of the thesis."""

from typing import TYPE_CHECKING

import numpy as np

from fits import GRID, Fit
from lennard_jones_potential import ENERGY_SCALE, SHORT, energy, slope
from nnmanybody.plots.style import BLACK, BLUE, CYCLE, GRAY, GREEN, VERMILLION, legend_beside, new_figure, style
from sweeps import ACTIVATIONS, Sweeps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = {1: "o", 2: "s", 3: "^"}
COLORS = dict(zip(ACTIVATIONS, (BLUE, VERMILLION, GREEN), strict=True))
DISTANCE = "r (σ)"


def energy_error(fit: Fit) -> "Figure":
    """Draw the error of the energy by TensorFlow and by the core (figure 8.1), and what is between them."""
    by_tensorflow, (by_core, _) = fit.energies(GRID)[0], fit.core(GRID, 0)
    panels = (
        ("TensorFlow", by_tensorflow - energy(GRID), "$E_{NN} - E_{LJ}$ (ε)"),
        ("nnmanybody's core", by_core - energy(GRID), "$E_{NN} - E_{LJ}$ (ε)"),
        ("the one minus the other", by_tensorflow - by_core, "ε"),
    )
    with style():
        figure = new_figure(10.5, 3.2)
        for axes, (title, values, label) in zip(figure.subplots(1, 3), panels, strict=True):
            axes.plot(GRID, values, color=BLUE, linewidth=1.0)
            axes.set(title=title, xlabel=DISTANCE, ylabel=label)
            axes.margins(x=0.0)
    return figure


def gradient_error(fit: Fit) -> "Figure":
    """Draw the derivative by backpropagation in the core against the analytic one (figure 8.2)."""
    _, by_core = fit.core(GRID, 0)
    with style():
        figure = new_figure(8.6, 3.2)
        left, right = figure.subplots(1, 2)
        left.plot(GRID, slope(GRID), color=GRAY, linewidth=3.0, label="analytic")
        left.plot(GRID, by_core, color=VERMILLION, linewidth=1.2, label="backpropagation in the core")
        left.set(xlabel=DISTANCE, ylabel="dE/dr (ε/σ)", title="derivative", yscale="symlog")
        left.legend(loc="lower right")
        right.plot(GRID, by_core - slope(GRID), color=BLUE, linewidth=1.0)
        right.set(xlabel=DISTANCE, ylabel="difference (ε/σ)", title="its error")
    return figure


def short_distances(uniform: Fit, dense: Fit) -> "Figure":
    """Errors with distances spread evenly, and with half of them in the first tenth of the interval."""
    kinds = ((uniform, VERMILLION, "even"), (dense, BLUE, "half in the first tenth"))
    with style():
        figure = new_figure(9.0, 4.2)
        grid = figure.add_gridspec(2, 2, height_ratios=(4.0, 1.0))
        for column, (title, unit) in enumerate((("energy", "ε"), ("derivative", "ε/σ"))):
            axes = figure.add_subplot(grid[0, column])
            for fit, color, label in kinds:
                found = fit.energies(GRID) - energy(GRID) if column == 0 else fit.slopes(GRID) - slope(GRID)
                axes.semilogy(GRID, np.sqrt(np.mean(found**2, axis=0)), color=color, label=label)
            axes.axvline(SHORT, color=BLACK, linewidth=0.8, linestyle=":")
            axes.set(title=f"error of the {title}", ylabel=f"RMS over the networks ({unit})")
            axes.legend(title="training distances")
            points = figure.add_subplot(grid[1, column], sharex=axes)
            for row, (fit, color, _) in enumerate(kinds):
                points.plot(fit.points[0], np.full(fit.points.shape[1], -row), "|", color=color, markersize=8)
            points.set(xlabel=DISTANCE, yticks=(), ylim=(-1.7, 0.7))
    return figure


def architectures(sweeps: Sweeps) -> "Figure":
    """Error against the number of weights, for every shape and activation."""
    from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

    with style():
        figure = new_figure(7.6, 4.0)
        axes = figure.add_subplot()
        for (activation, hidden), (n_weights, error) in sweeps.shapes.items():
            axes.loglog(n_weights, error, MARKERS[len(hidden)], color=COLORS[activation])
            if activation == "tanh":
                name = "-".join(map(str, hidden))
                axes.annotate(name, (n_weights, error), (0, -12), textcoords="offset points", fontsize=7, ha="center")
        for activation, color in COLORS.items():
            axes.plot([], [], "o", color=color, label=activation)
        for depth, marker in MARKERS.items():
            axes.plot([], [], marker, color=GRAY, label=f"{depth} hidden layer{'s' * (depth > 1)}")
        axes.xaxis.set_major_locator(FixedLocator([10, 20, 50, 100, 200, 500]))
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel="weights and biases", ylabel="RMSE (ε)", title="architecture (names beside tanh)")
        legend_beside(axes)
    return figure


def activations(sweeps: Sweeps) -> "Figure":
    """Errors over the distance with two layers of ten."""
    with style():
        figure = new_figure(9.6, 3.0)
        for axes, (name, fit) in zip(figure.subplots(1, 3, sharey=True), sweeps.fits.items(), strict=True):
            axes.plot(GRID, (fit.energies(GRID) - energy(GRID)).T, linewidth=0.9)
            axes.set(title=f"{name}: {np.median(fit.rms()):.2g} ε", xlabel=DISTANCE, yscale="symlog")
            axes.set_yscale("symlog", linthresh=0.01)
        figure.axes[0].set_ylabel("$E_{NN} - E_{LJ}$ (ε)")
    return figure


def optimizers(sweeps: Sweeps) -> "Figure":
    """Cost over the epochs, each optimizer with the best of its learning rates."""
    with style():
        figure = new_figure(6.4, 3.8)
        axes = figure.add_subplot()
        for color, (name, (rate, costs)) in zip(CYCLE, sweeps.optimizers.items(), strict=False):
            axes.semilogy(np.arange(1, len(costs) + 1), costs, color=color, label=f"{name}, rate {rate:g}")
        axes.set(
            xlabel="epoch", ylabel=f"cost (in units of ({ENERGY_SCALE:.1f} ε)²)", title="10-10, tanh, batches of 40"
        )
        axes.legend()
    return figure


def batches(sweeps: Sweeps) -> "Figure":
    """Cost over epochs and over steps: online, mini-batch and batch learning by plain gradient descent."""
    with style():
        figure = new_figure(9.0, 3.6)
        by_epoch, by_step = figure.subplots(1, 2, sharey=True)
        for color, (name, (n_steps, costs)) in zip(CYCLE, sweeps.batches.items(), strict=False):
            epochs = np.arange(1, len(costs) + 1)
            by_epoch.loglog(epochs, costs, color=color, label=name)
            by_step.loglog(epochs * n_steps, costs, color=color, label=name)
        by_epoch.set(xlabel="epochs: passes over the data", ylabel="cost", title="what a pass is worth")
        by_step.set(xlabel="steps: changes of the weights", title="what a step is worth")
        by_epoch.legend()
    return figure

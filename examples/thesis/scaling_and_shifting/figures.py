"""Fits with every kind of scaling -> pictures."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnmanybody.plots.style import BLACK, BLUE, CYCLE, new_figure, style
from silicon_fits import Fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def errors(fits: Mapping[str, Fit]) -> "Figure":
    """Force and energy error of every fit on the test configurations, with mean and spread."""
    panels = (("force_rmse", 1.0, "force error (eV/Å)"), ("energy_rmse", 1e3, "energy error (meV/atom)"))
    with style():
        figure = new_figure(9.6, 3.6)
        for axes, (name, factor, label) in zip(figure.subplots(1, 2), panels, strict=True):
            for position, fit in enumerate(fits.values()):
                values = factor * np.array(getattr(fit, name))
                axes.plot(np.full(len(values), position - 0.12), values, ".", color=BLUE)
                spread = values.std(ddof=1)
                axes.errorbar(position + 0.12, values.mean(), spread, fmt="o", color=BLACK, capsize=3, markersize=4)
            axes.set_xticks(range(len(fits)), list(fits), rotation=20, ha="right")
            axes.set(ylabel=label, yscale="log")
    return figure


def convergence(fits: Mapping[str, Fit]) -> "Figure":
    """Draw validation errors over the epochs: what is better in the end, and what only quicker."""
    with style():
        figure = new_figure(6.4, 3.8)
        axes = figure.add_subplot()
        for color, (name, fit) in zip(CYCLE, fits.items(), strict=False):
            curve = fit.curve["forces_valid"]
            axes.semilogy(np.arange(1, len(curve) + 1), curve, color=color, label=name)
        axes.set(xlabel="epoch", ylabel="force error, mean of the five networks (eV/Å)", title="validation")
        axes.legend()
    return figure

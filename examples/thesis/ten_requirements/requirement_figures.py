"""Pictures: what was not in the training, and bonds that break."""

import numpy as np
from matplotlib.figure import Figure

from nnmanybody.plots.style import BLUE, GREEN, VERMILLION, new_figure, style
from requirement_answers import AtomErrors, Bonds

SMALLEST = 1e-3
"""eV/Å: atoms of perfect crystals have no force and no error."""


def unknown(known: AtomErrors, new: AtomErrors, group: str) -> Figure:
    """Draw error against spread of the committee, atom by atom, of a training without a group."""
    with style():
        figure = new_figure(5.0, 4.0)
        axes = figure.add_subplot()
        for errors, color, label in ((known, BLUE, "trained on"), (new, VERMILLION, f"left out: {group}")):
            axes.loglog(errors.spread, errors.error, ".", color=color, ms=2.5, alpha=0.5, label=label)
        threshold = float(np.quantile(known.spread, 0.99))
        axes.axvline(threshold, color="gray", lw=0.8, label="99 % of the atoms trained on")
        axes.set(xlabel="spread of the committee (eV/Å)", ylabel="error of the force (eV/Å)")
        axes.set(xlim=(SMALLEST, None), ylim=(SMALLEST, None))
        axes.legend(markerscale=4)
    return figure


def bonds(found: Bonds) -> Figure:
    """Draw the bonds that are gone and new ones, and the energy, over time."""
    with style():
        figure = new_figure(5.0, 4.0)
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(2, 1))
        upper.plot(found.time, found.broken, color=VERMILLION, label="broken")
        upper.plot(found.time, found.made, color=GREEN, label="made")
        upper.set_ylabel("by the bonds at the start")
        upper.legend()
        lower.plot(found.time, 1e3 * found.energy, color=BLUE)
        lower.set(xlabel="time (ps)", ylabel="drift (meV/atom)")
    return figure

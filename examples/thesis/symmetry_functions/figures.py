"""Functions, correlations and fits -> pictures."""

from typing import TYPE_CHECKING

import numpy as np

from formulas import cutoff_by_core
from nnmanybody.plots.style import BLACK, BLUE, GRAY, VERMILLION, new_figure, style
from numbers_of_functions import CUTOFF, Count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN_CUTOFF = 6.0


def figure_4_1() -> "Figure":
    """Draw the cutoff function (4.4) and its slope, both zero at the cutoff."""
    r = np.linspace(0.02, 1.15 * SHOWN_CUTOFF, 300)
    value, slope = cutoff_by_core(r, SHOWN_CUTOFF)
    with style():
        figure = new_figure(5.6, 3.4)
        axes = figure.add_subplot()
        axes.plot(r, value, color=BLUE, label="$f_c$")
        axes.plot(r, slope, color=VERMILLION, label="$df_c/dR_{ij}$ (Å⁻¹)")
        axes.axvline(SHOWN_CUTOFF, color=BLACK, linewidth=0.8, linestyle=":")
        axes.set(xlabel="$R_{ij}$ (Å)", title=f"cutoff function, $R_c$ = {SHOWN_CUTOFF:g} Å")
        axes.margins(x=0.0)
        axes.legend()
    return figure


def number_of_functions(radial: list[Count], angular: list[Count], mean_neighbors: float) -> "Figure":
    """Force errors against the number of radial and of angular functions."""
    panels = (
        (radial, "n_radial", f"radial functions, with {radial[0].n_angular} angular ones"),
        (angular, "n_angular", f"angular functions, with {angular[0].n_radial} radial ones"),
    )
    with style():
        figure = new_figure(9.0, 3.6)
        for axes, (counts, name, label) in zip(figure.subplots(1, 2, sharey=True), panels, strict=True):
            for count in counts:
                n = getattr(count, name)
                axes.plot([n] * len(count.force_rmse), count.force_rmse, ".", color=GRAY)
            axes.plot([getattr(count, name) for count in counts], [count.error for count in counts], color=BLUE)
            axes.set(xlabel=label, yscale="log")
        left, right = figure.axes
        left.axvline(mean_neighbors, color=VERMILLION, linewidth=1.0, label=f"neighbors within {CUTOFF:g} Å, mean")
        left.set_ylabel("force error on the test configurations (eV/Å)")
        left.legend()
        right.axvline(angular[0].n_radial, color=VERMILLION, linewidth=1.0, label="as many as radial ones")
        right.legend()
    return figure

"""Figures 4.2, 4.3, 7.2 and 7.3 of the thesis, drawn again from their parameters.

The thesis prints the cutoffs, η and λ given here in its captions; what only its pictures show
(the other values of each family) is chosen so that the same is seen.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from nnmanybody._core import SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.plots.labels import signed
from nnmanybody.plots.panels import Panel, draw_panels
from nnmanybody.plots.symmetry_functions import angular_panel, radial_panel, triplet_panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The functions know elements; the figures are the same for every one.
_X = "Si"


def plot_thesis_figure(number: str) -> "Figure":
    """Draw one figure.

    Raises
    ------
    NNPError
        If the figure is not one of those.
    """
    if number not in FIGURES:
        raise NNPError(f'figure "{number}" is not one of {", ".join(FIGURES)}')
    return draw_panels(FIGURES[number]())


def _g2(eta: float, r_shift: float, cutoff: float) -> SymmetryFunction:
    return SymmetryFunction("G2", [_X], cutoff, eta=eta, r_shift=r_shift)


def _figure_4_2() -> list[Panel]:
    """Radial functions of one neighbor: G1 of several cutoffs; G2 and G3 with R_c = 11 Å."""
    return [
        radial_panel([SymmetryFunction("G1", [_X], cutoff) for cutoff in (3.0, 5.0, 7.0, 9.0, 11.0)], "a) $G^1$"),
        radial_panel([_g2(eta, 0.0, 11.0) for eta in (0.001, 0.01, 0.03, 0.06, 0.15, 0.4, 1.0)], "b) $G^2$"),
        radial_panel([_g2(3.0, shift, 11.0) for shift in range(2, 11)], "c) $G^2$"),
        radial_panel([SymmetryFunction("G3", [_X], 11.0, kappa=kappa) for kappa in (0.5, 1.0, 1.5, 2.0)], "d) $G^3$"),
    ]


def _figure_4_3() -> list[Panel]:
    """Angular parts of G4 and G5: λ = +1 and -1, over the angle, and around the atom."""
    zetas = (1.0, 2.0, 4.0, 16.0, 64.0)
    return [
        angular_panel([(zeta, lam) for zeta in zetas], f"{letter}) λ = {signed(lam)}", polar=polar)
        for polar, letters in ((False, "ab"), (True, "cd"))
        for letter, lam in zip(letters, (1, -1), strict=True)
    ]


def _figure_7_2() -> list[Panel]:
    """Show an initial radial set, R_c = 6 Å: centred functions of several widths, and equidistant shells."""
    centred = [_g2(eta, 0.0, 6.0) for eta in (0.001, 0.05, 0.1, 0.2, 0.4, 0.8)]
    shifted = [_g2(4.0, shift, 6.0) for shift in (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)]
    return [radial_panel(centred, "a) $G^2$"), radial_panel(shifted, "b) $G^2$")]


def _figure_7_3() -> list[Panel]:
    """Show an initial angular set, η = 0.01 1/Å² and λ = 1: ζ doubles; decay with the distance for some cutoffs."""
    zetas = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
    parts = [SymmetryFunction("G4", [_X, _X], cutoff, eta=0.01, zeta=1.0, lam=1) for cutoff in (3.0, 4.0, 5.0, 6.0)]
    return [angular_panel([(zeta, 1) for zeta in zetas], "a) angular part, λ = +1"), triplet_panel(parts, "b) $G^4$")]


FIGURES: dict[str, Callable[[], list[Panel]]] = {
    "4.2": _figure_4_2,
    "4.3": _figure_4_3,
    "7.2": _figure_7_2,
    "7.3": _figure_7_3,
}

"""A set of symmetry functions -> its radial functions over the distance, its angular ones over the angle."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.plots.function_values import angular_part, of_one_neighbor, of_two_neighbors
from nnmanybody.plots.labels import signed
from nnmanybody.plots.panels import Curve, Panel, draw_panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

N_POINTS = 400
_DEGREES = {"xticks": range(0, 181, 30)}
NEAREST = 0.02
"""Å. Curves start here: at zero distance an angle has no meaning."""


def plot_symmetry_functions(element: str, functions: Sequence[SymmetryFunction]) -> "Figure":
    """Draw all functions of one central element, a panel for each family that differs in one parameter.

    Raises
    ------
    NNPError
        If there are no functions.
    """
    if not functions:
        raise NNPError(f"element {element} has no symmetry functions to draw")
    panels: list[Panel] = []
    for neighbors in dict.fromkeys(tuple(function.neighbors) for function in functions):
        chosen = [function for function in functions if tuple(function.neighbors) == neighbors]
        if len(neighbors) == 1:
            panels += radial_panels(chosen, f"{element}–{neighbors[0]}")
        else:
            panels += angular_panels(chosen, f"{neighbors[0]}–{element}–{neighbors[1]}")
    n_angular = sum(len(function.neighbors) == 2 for function in functions)
    title = f"{element}: {len(functions) - n_angular} radial and {n_angular} angular symmetry functions"
    return draw_panels(panels, title=title)


def radial_panels(functions: Sequence[SymmetryFunction], name: str) -> list[Panel]:
    """Panels of G1, of G2 centred on the atom, of G2 on shells, and of G3, as far as they are there."""
    families = {
        "G1": [function for function in functions if function.kind == "G1"],
        "centred G2": [function for function in functions if function.kind == "G2" and function.r_shift == 0.0],
        "shifted G2": [function for function in functions if function.kind == "G2" and function.r_shift != 0.0],
        "G3": [function for function in functions if function.kind == "G3"],
    }
    return [radial_panel(family, f"{title}, {name}") for title, family in families.items() if family]


def radial_panel(functions: Sequence[SymmetryFunction], title: str) -> Panel:
    """Values of radial functions of an atom with one neighbor, over its distance."""
    distances = np.linspace(0.0, max(function.cutoff for function in functions), N_POINTS)
    values = of_one_neighbor(functions, np.maximum(distances, NEAREST))
    curves, legend, common = _curves(functions, distances, values)
    return Panel(f"{title}{common}", "$R_{ij}$ (Å)", f"{functions[0].kind} of one neighbor", curves, legend)


def angular_panels(functions: Sequence[SymmetryFunction], name: str) -> list[Panel]:
    """Angular parts over the angle, and radial parts of a right-angled triplet over the distance."""
    kinds = " and ".join(sorted({function.kind for function in functions}))
    shapes = sorted({(function.zeta, function.lam) for function in functions}, key=lambda shape: (shape[0], -shape[1]))
    parts = list(
        dict.fromkeys(
            SymmetryFunction(
                function.kind,
                list(function.neighbors),
                function.cutoff,
                eta=function.eta,
                r_shift=function.r_shift,
                zeta=1.0,
                lam=1,
                cutoff_function=function.cutoff_function,
            )
            for function in functions
        )
    )
    return [angular_panel(shapes, f"angular parts of {kinds}, {name}"), triplet_panel(parts, f"radial parts, {name}")]


def angular_panel(shapes: Sequence[tuple[float, int]], title: str, polar: bool = False) -> Panel:
    """Angular parts for pairs of (ζ, λ)."""
    degrees = np.linspace(0.0, 180.0, N_POINTS)
    both_signs = len({lam for _, lam in shapes}) > 1
    curves = [
        Curve(
            f"{zeta:g}, {signed(lam)}" if both_signs else f"{zeta:g}",
            degrees,
            angular_part(zeta, lam, np.radians(degrees)),
            color_key=zeta,
            dashed=both_signs and lam < 0,
        )
        for zeta, lam in shapes
    ]
    ylabel = r"$2^{1-\zeta}(1+\lambda\cos\theta)^\zeta$"
    # Numbers along the axis of a polar picture go to the side where there are no curves.
    limits = {"yticks": (1, 2), "rlabel_position": 112 if shapes[0][1] > 0 else 68} if polar else _DEGREES
    legend = "ζ, λ" if both_signs else "ζ"
    return Panel(title, r"$\theta_{ijk}$ (°)", ylabel, curves, legend, polar=polar, limits=limits)


def triplet_panel(parts: Sequence[SymmetryFunction], title: str) -> Panel:
    """Radial parts (the functions must have ζ = 1, λ = 1) of two neighbors at one distance and a right angle.

    At a right angle (1 + cos θ) is one: what remains is the Gaussians and the cutoff functions.
    """
    distances = np.linspace(0.0, max(part.cutoff for part in parts), N_POINTS)
    right = np.full(N_POINTS, 0.5 * np.pi)
    values = of_two_neighbors(parts, np.maximum(distances, NEAREST), right)
    curves, legend, common = _curves(parts, distances, values)
    return Panel(f"{title}{common}", "$R_{ij} = R_{ik}$ (Å)", "value at θ = 90°", curves, legend)


def _curves(
    functions: Sequence[SymmetryFunction], distances: FloatArray, values: FloatArray
) -> tuple[list[Curve], str, str]:
    """Return the curves, the title of their legend, and what they have in common (for the title of the panel)."""
    quantities: dict[str, list[float] | list[str]] = {}
    if len({function.kind for function in functions}) > 1:
        quantities["kind"] = [function.kind for function in functions]
    for name in _QUANTITIES[functions[0].kind]:
        quantities[name] = [_value(function, name) for function in functions]
    varying = [name for name in quantities if len(set(quantities[name])) > 1] or [list(quantities)[-1]]
    labels = [", ".join(_number(quantities[name][index]) for name in varying) for index in range(len(functions))]
    common = [f"{name} = {_number(quantities[name][0])}{_UNITS[name]}" for name in quantities if name not in varying]
    title = ", ".join(f"{name} ({_UNITS[name].strip()})" if name in _UNITS else name for name in varying)
    curves = [Curve(label, distances, column) for label, column in zip(labels, values.T, strict=True)]
    return curves, title, f"  ({', '.join(common)})" if common else ""


_UNITS = {"$R_c$": " Å", "η": " Å⁻²", "$R_s$": " Å", "κ": " Å⁻¹"}
_QUANTITIES = {
    "G1": ("$R_c$",),
    "G2": ("$R_c$", "η", "$R_s$"),
    "G3": ("$R_c$", "κ"),
    "G4": ("$R_c$", "η", "$R_s$"),
    "G5": ("$R_c$", "η", "$R_s$"),
}


def _value(function: SymmetryFunction, name: str) -> float:
    return {"$R_c$": function.cutoff, "η": function.eta, "$R_s$": function.r_shift, "κ": function.kappa}[name]


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"

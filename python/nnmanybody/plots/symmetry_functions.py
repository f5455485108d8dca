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
            continue
        name = f"{neighbors[0]}–{element}–{neighbors[1]}"
        panels += angular_panels([function for function in chosen if not function.is_compact], name)
        panels += compact_angular_panels([function for function in chosen if function.is_compact], name)
    n_angular = sum(len(function.neighbors) == 2 for function in functions)
    title = f"{element}: {len(functions) - n_angular} radial and {n_angular} angular symmetry functions"
    return draw_panels(panels, title=title)


def radial_panels(functions: Sequence[SymmetryFunction], name: str) -> list[Panel]:
    """Panels of G1, G2 centred on the atom, G2 on shells, G3, and compact functions, as far as they are there."""
    families = {
        "G1": [function for function in functions if function.kind == "G1"],
        "centred G2": [function for function in functions if function.kind == "G2" and function.r_shift == 0.0],
        "shifted G2": [function for function in functions if function.kind == "G2" and function.r_shift != 0.0],
        "G3": [function for function in functions if function.kind == "G3"],
        "compact": [function for function in functions if function.is_compact],
    }
    return [radial_panel(family, f"{title}, {name}") for title, family in families.items() if family]


def radial_panel(functions: Sequence[SymmetryFunction], title: str) -> Panel:
    """Values of radial functions of an atom with one neighbor, over its distance; weights are left out."""
    distances = np.linspace(0.0, max(function.cutoff for function in functions), N_POINTS)
    values = of_one_neighbor(functions, np.maximum(distances, NEAREST))
    curves, legend, common = _curves(functions, distances, values)
    return Panel(f"{title}{common}", "$R_{ij}$ (Å)", f"{functions[0].kind} of one neighbor", curves, legend)


def angular_panels(functions: Sequence[SymmetryFunction], name: str) -> list[Panel]:
    """Angular parts over the angle, and radial parts of a right-angled triplet over the distance."""
    if not functions:
        return []
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
                cutoff_alpha=function.cutoff_alpha,
            )
            for function in functions
        )
    )
    return [angular_panel(shapes, f"angular parts of {kinds}, {name}"), triplet_panel(parts, f"radial parts, {name}")]


def compact_angular_panels(functions: Sequence[SymmetryFunction], name: str) -> list[Panel]:
    """Functions of the angle, and radial parts of a right-angled triplet over the distance."""
    if not functions:
        return []
    angles = dict.fromkeys(
        (function.theta_left, function.theta_right, function.cutoff_function) for function in functions
    )
    degrees = np.linspace(0.0, 180.0, N_POINTS)
    curves = []
    for left, right, shape in angles:
        # The distance 1 is the center of [0, 2], where the radial parts are 1.
        part = SymmetryFunction(
            "compact_wide", ["H", "H"], 2.0, theta_left=left, theta_right=right, cutoff_function=shape
        )
        values = of_two_neighbors([part], np.ones(N_POINTS), np.radians(degrees))[:, 0]
        curves.append(Curve(f"{left:g}, {right:g}, {shape}", degrees, values))
    panel = Panel(
        f"angular parts with compact support, {name}",
        r"$\theta_{ijk}$ (°)",
        "value",
        curves,
        "from, to (°), shape",
        limits=_DEGREES,
    )
    parts = dict.fromkeys(
        SymmetryFunction(
            function.kind,
            ["H", "H"],
            function.cutoff,
            r_left=function.r_left,
            cutoff_function=function.cutoff_function,
            asymmetric=function.asymmetric,
        )
        for function in functions
    )
    return [panel, triplet_panel(list(parts), f"radial parts with compact support, {name}")]


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
    quantities: dict[str, Sequence[float | str]] = {}
    if len({function.kind for function in functions}) > 1:
        quantities["kind"] = [function.kind for function in functions]
    for name in _QUANTITIES[functions[0].kind]:
        quantities[name] = [_value(function, name) for function in functions]
    varying = [name for name in quantities if len(set(quantities[name])) > 1] or [list(quantities)[-1]]
    labels = [", ".join(_number(quantities[name][index]) for name in varying) for index in range(len(functions))]
    common = [
        f"{name} = {_number(quantities[name][0])}{_UNITS.get(name, '')}" for name in quantities if name not in varying
    ]
    title = ", ".join(f"{name} ({_UNITS[name].strip()})" if name in _UNITS else name for name in varying)
    curves = [Curve(label, distances, column) for label, column in zip(labels, values.T, strict=True)]
    return curves, title, f"  ({', '.join(common)})" if common else ""


_UNITS = {"$R_c$": " Å", "$R_l$": " Å", "η": " Å⁻²", "$R_s$": " Å", "κ": " Å⁻¹"}
_COMPACT = ("$R_l$", "$R_c$", "shape")
_QUANTITIES = {
    "G1": ("$R_c$",),
    "G2": ("$R_c$", "η", "$R_s$"),
    "G3": ("$R_c$", "κ"),
    "G4": ("$R_c$", "η", "$R_s$"),
    "G5": ("$R_c$", "η", "$R_s$"),
    "compact_radial": _COMPACT,
    "compact_narrow": _COMPACT,
    "compact_wide": _COMPACT,
}


def _value(function: SymmetryFunction, name: str) -> float | str:
    values: dict[str, float | str] = {
        "$R_c$": function.cutoff,
        "$R_l$": function.r_left,
        "η": function.eta,
        "$R_s$": function.r_shift,
        "κ": function.kappa,
        "shape": function.cutoff_function + (" asymmetric" if function.asymmetric else ""),
    }
    return values[name]


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"

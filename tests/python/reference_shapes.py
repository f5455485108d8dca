"""Cutoff functions, compact functions and angles in plain numpy; complex input gives analytic results.

Formulas: n2p2's documentation (CutoffFunction, CoreFunction, CompactFunction); Behler, J. Chem. Phys. 134, 074106
(2011) for the cosine; Bircher, Singraber, Dellago, Mach. Learn.: Sci. Technol. 2, 035026 (2021) for polynomials
and functions with compact support; Wang et al. (2025), table of cutoff functions, for the last three.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64] | NDArray[np.complex128]

# From 1 at x = 0 to 0 at x = 1.
SHAPES: dict[str, Callable[[Array], Array]] = {
    "hard": np.ones_like,
    "cosine": lambda x: (np.cos(np.pi * x) + 1.0) / 2.0,
    "tanhu": lambda x: np.tanh(1.0 - x) ** 3,
    "tanh": lambda x: (np.tanh(1.0 - x) / np.tanh(1.0)) ** 3,
    "exp": lambda x: np.exp(1.0 - 1.0 / (1.0 - x**2)),
    # The paper's polynomials, PAPER_POLYNOMIALS, factored: summed as they stand they cancel near x = 1.
    "poly1": lambda x: (1 - x) ** 2 * (1 + 2 * x),
    "poly2": lambda x: (1 - x) ** 3 * (1 + 3 * x + 6 * x**2),
    "poly3": lambda x: (1 - x) ** 4 * (1 + 4 * x + 10 * x**2 + 20 * x**3),
    "poly4": lambda x: (1 - x) ** 5 * (1 + 5 * x + 15 * x**2 + 35 * x**3 + 70 * x**4),
    "quartic": lambda x: (1 - x) ** 4,
    "biquartic": lambda x: (1 - x**2) ** 4,
    "cosine_squared": lambda x: ((np.cos(np.pi * x) + 1.0) / 2.0) ** 2,
}


PAPER_POLYNOMIALS: dict[str, list[float]] = {
    "poly1": [2, -3, 0, 1],
    "poly2": [-6, 15, -10, 0, 0, 1],
    "poly3": [20, -70, 84, -35, 0, 0, 0, 1],
    "poly4": [-70, 315, -540, 420, -126, 0, 0, 0, 0, 1],
}
"""Coefficients from the highest power of x down."""


def one_sided(name: str, r: Array, cutoff: float, alpha: float = 0.0) -> Array:
    """1 up to alpha × cutoff, then the shape of what is left of the way to the cutoff, then 0."""
    r = np.asarray(r)
    inner = alpha * cutoff
    result = np.where(np.real(r) < inner, 1.0, 0.0).astype(r.dtype)
    between = (np.real(r) >= inner) & (np.real(r) < cutoff)
    result[between] = SHAPES[name]((r[between] - inner) / (cutoff - inner))
    return result


def compact(name: str, value: Array, left: float, right: float, asymmetric: bool = False) -> Array:
    """1 at the center of [left, right], the shape of the distance from it, 0 outside.

    The asymmetric form has x (2 - x) in place of the distance x.
    """
    value = np.asarray(value)
    d = (value - (left + right) / 2.0) / ((right - left) / 2.0)
    x = np.where(np.real(d) < 0.0, -d, d)
    result = np.zeros_like(value)
    inside = np.real(x) < 1.0
    x = x[inside]
    result[inside] = SHAPES[name](x * (2.0 - x) if asymmetric else x)
    return result

"""Radial functions h(q, p) of the squared distance q and the width parameter p, with both derivatives.

Those of SNNS 4: `Act_RBF_Gaussian`, `Act_RBF_MultiQuadratic`, `Act_RBF_ThinPlateSpline`. As in its kernel, and
unlike a comment there, the multiquadric has p, not p², under the root.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
RadialFunction = Callable[[FloatArray, FloatArray], FloatArray]

SMALLEST_WIDTH = 1e-6
"""Of p, to which gradient training clamps it: SNNS only warns when p is no longer positive."""


@dataclass(frozen=True)
class Activation:
    """A radial function and its derivatives; q and p broadcast.

    Attributes
    ----------
    value, by_distance, by_width : callable
        h, ∂h/∂q, ∂h/∂p.
    positive_definite : bool
        Whether the matrix h(|t_j - t_l|²) is positive definite for any centers, so that it measures smoothness.
    """

    value: RadialFunction
    by_distance: RadialFunction
    by_width: RadialFunction
    positive_definite: bool


def _gaussian(q: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-p * q))


def _logarithm(q: FloatArray, p: FloatArray) -> FloatArray:
    """ln((p r)²), and 0 at q = 0, where it only stands beside a factor of zero or a kink."""
    return np.asarray(np.where(q > 0.0, np.log(np.where(q > 0.0, q, 1.0)) + 2.0 * np.log(p), 0.0))


def _inverse_root(q: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray(0.5 / np.sqrt(p + q))


ACTIVATIONS = {
    # exp(-p q)
    "gaussian": Activation(
        _gaussian,
        lambda q, p: -p * _gaussian(q, p),
        lambda q, p: -q * _gaussian(q, p),
        positive_definite=True,
    ),
    # sqrt(p + q)
    "multiquadric": Activation(
        lambda q, p: np.asarray(np.sqrt(p + q)), _inverse_root, _inverse_root, positive_definite=False
    ),
    # (p r)² ln(p r), r² = q
    "thin_plate_spline": Activation(
        lambda q, p: 0.5 * p**2 * q * _logarithm(q, p),
        lambda q, p: np.where(q > 0.0, 0.5 * p**2 * (_logarithm(q, p) + 1.0), 0.0),
        lambda q, p: np.where(q > 0.0, p * q * (_logarithm(q, p) + 1.0), 0.0),
        positive_definite=False,
    ),
}


def squared_distances(x: FloatArray, centers: FloatArray) -> FloatArray:
    """|x_i - t_j|², (n, K), by expanding the square; never below zero.

    Parameters
    ----------
    x : (n, D) float64
    centers : (K, D) float64
    """
    expanded = (x**2).sum(axis=1)[:, None] + (centers**2).sum(axis=1) - 2.0 * x @ centers.T
    return np.asarray(np.maximum(expanded, 0.0))


def usual_width(activation: str, centers: FloatArray) -> float:
    """Width parameter that makes neighboring functions overlap: from the median distance d of two centers.

    1/d² for the Gaussian, d² for the multiquadric, 1/d for the thin-plate spline: each makes the function's
    argument 1 at that distance.
    """
    squared = squared_distances(centers, centers)[np.triu_indices(len(centers), 1)]
    squared = squared[squared > 0.0]
    d2 = float(np.median(squared)) if squared.size else 1.0
    return float({"gaussian": 1.0 / d2, "multiquadric": d2, "thin_plate_spline": 1.0 / np.sqrt(d2)}[activation])

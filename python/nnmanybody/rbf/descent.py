"""`RadialBasisLearning` of SNNS: batch gradient descent with a rate each for centers, widths and weights."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnmanybody.rbf.activations import SMALLEST_WIDTH
from nnmanybody.rbf.network import RBFNetwork, error_gradient

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class DescentRates:
    """Rates of a step; the factor 2 of the gradient is in them, and for centers a further 2, as in SNNS.

    Attributes
    ----------
    centers, widths, weights : float
        η1, η2, η3. Begin with one of them above zero; that of the widths is the most dangerous.
    momentum : float
        μ, of centers, weights and shortcuts. SNNS gives widths and output bias none.
    delta_max : float
        Errors up to this count as zero.
    """

    centers: float = 0.0
    widths: float = 0.0
    weights: float = 0.0
    momentum: float = 0.0
    delta_max: float = 0.0


def descend(
    network: RBFNetwork,
    x: FloatArray,
    y: FloatArray,
    rates: DescentRates,
    epochs: int,
    *,
    one_width: bool = False,
    shortcut: bool = True,
) -> tuple[RBFNetwork, FloatArray]:
    """Train by so many epochs, all changes of an epoch at its end.

    Widths stay above `SMALLEST_WIDTH`, where SNNS only warns.

    Parameters
    ----------
    network : RBFNetwork
    x : (N, n) float64
    y : (N, m) float64
    rates : DescentRates
    epochs : int
    one_width : bool
        All units have one width, whose step is the mean of theirs.
    shortcut : bool
        Train the shortcuts, too.

    Returns
    -------
    network : RBFNetwork
    errors : (epochs,) float64
        SNNS's pattern error before each step: the sum of squares outside of the dead zone.
    """
    steps = {name: np.zeros_like(getattr(network, name)) for name in ("centers", "weights", "shortcut")}
    errors = np.zeros(epochs)
    for epoch in range(epochs):
        gradient = error_gradient(network, x, y, rates.delta_max)
        errors[epoch] = gradient.error
        own = {
            "centers": -rates.centers * gradient.centers,
            "weights": rates.weights * gradient.weights,
            "shortcut": rates.weights * gradient.shortcut * shortcut,
        }
        steps = {name: step + rates.momentum * steps[name] for name, step in own.items()}
        by_width = np.full_like(gradient.widths, gradient.widths.mean()) if one_width else gradient.widths
        network = replace(
            network,
            **{name: getattr(network, name) + step for name, step in steps.items()},
            widths=np.maximum(network.widths + rates.widths * by_width, SMALLEST_WIDTH),
            bias=network.bias + rates.weights * gradient.bias,
        )
    return network, errors

"""The network o(x) = σ(Σ_j c_j h(|x - t_j|², p_j) + D x + b): its parameters, values and the gradient of its error."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnmanybody.rbf.activations import ACTIVATIONS, squared_distances

FloatArray = NDArray[np.float64]

SATURATION = 1e-6
"""Targets of a logistic output are clipped this far from 0 and 1."""


@dataclass(frozen=True)
class RBFNetwork:
    """n inputs, K hidden units, m outputs.

    Attributes
    ----------
    centers : (K, n) float64
    widths : (K,) float64
        p_j, positive.
    weights : (K, m) float64
    shortcut : (n, m) float64
        From input to output; zeros where there is none.
    bias : (m,) float64
    activation : str
        Of `activations.ACTIVATIONS`.
    output : "identity" or "logistic"
    """

    centers: FloatArray
    widths: FloatArray
    weights: FloatArray
    shortcut: FloatArray
    bias: FloatArray
    activation: str = "gaussian"
    output: str = "identity"

    def hidden(self, x: FloatArray) -> FloatArray:
        """Values of the hidden units, (N, K), of (N, n) inputs."""
        return ACTIVATIONS[self.activation].value(squared_distances(x, self.centers), self.widths)

    def predict(self, x: FloatArray) -> FloatArray:
        """Compute outputs, (N, m), of (N, n) inputs."""
        net = self.hidden(x) @ self.weights + x @ self.shortcut + self.bias
        return logistic(net) if self.output == "logistic" else net


def logistic(net: FloatArray) -> FloatArray:
    """1/(1 + e^-net) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * net)))


@dataclass(frozen=True)
class ErrorGradient:
    """SNNS's accumulators of E = Σ_ik e_ik², e = y - o: sums over patterns, the true gradient up to a factor.

    With w_ik = e_ik σ'(net_ik) and B_ij = Σ_k w_ik c_jk,

        centers = Σ_i B_ij h_q (x_i - t_j) = +1/4 dE/dt        widths = Σ_i B_ij h_p = -1/2 dE/dp
        weights = Σ_i w_ik h_ij = -1/2 dE/dc, and so for shortcut and bias

    Attributes
    ----------
    centers, widths, weights, shortcut, bias : float64
        In the shapes of `RBFNetwork`.
    error : float
        E over those outputs that are not in the dead zone.
    """

    centers: FloatArray
    widths: FloatArray
    weights: FloatArray
    shortcut: FloatArray
    bias: FloatArray
    error: float


def error_gradient(network: RBFNetwork, x: FloatArray, y: FloatArray, delta_max: float = 0.0) -> ErrorGradient:
    """Accumulate over all patterns what a batch step needs.

    Parameters
    ----------
    network : RBFNetwork
    x : (N, n) float64
    y : (N, m) float64
    delta_max : float
        Dead zone: errors no larger than this count as zero, and nothing is propagated back from them.
    """
    q = squared_distances(x, network.centers)
    function = ACTIVATIONS[network.activation]
    hidden = function.value(q, network.widths)
    net = hidden @ network.weights + x @ network.shortcut + network.bias
    out = logistic(net) if network.output == "logistic" else net
    error = y - out
    error = np.where(np.abs(error) <= delta_max, 0.0, error)
    weighted = error * out * (1.0 - out) if network.output == "logistic" else error
    back = weighted @ network.weights.T
    by_center = back * function.by_distance(q, network.widths)
    return ErrorGradient(
        centers=by_center.T @ x - by_center.sum(axis=0)[:, None] * network.centers,
        widths=(back * function.by_width(q, network.widths)).sum(axis=0),
        weights=hidden.T @ weighted,
        shortcut=x.T @ weighted,
        bias=weighted.sum(axis=0),
        error=float((error**2).sum()),
    )


def before_output(y: FloatArray, output: str, zero_scale: float | None, one_scale: float | None) -> FloatArray:
    """Targets of the linear part: what the output's activation would make y of.

    Parameters
    ----------
    y : (N, m) float64
    output : "identity" or "logistic"
    zero_scale, one_scale : float, optional
        f0, f1 of SNNS, which takes f0 + (f1 - f0) y for targets between 0 and 1 (-4 and 4, say, for the logistic
        function). Without them the inverse of the function, of targets clipped to `SATURATION`.
    """
    if zero_scale is not None and one_scale is not None:
        return np.asarray(zero_scale + (one_scale - zero_scale) * y)
    if output == "identity":
        return y
    clipped = np.clip(y, SATURATION, 1.0 - SATURATION)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def with_widths(network: RBFNetwork, widths: FloatArray | float) -> RBFNetwork:
    """Return the network with other widths, one for all or one each."""
    return replace(network, widths=np.broadcast_to(np.asarray(widths, dtype=np.float64), len(network.centers)).copy())

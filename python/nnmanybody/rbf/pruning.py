"""A large Gaussian network -> a small one that is nearest to it, by the closed forms of Määttä et al.

f(x) = α + Σ_k β_k exp(-γ|x - Θ_k|²), one γ. With the old network (k, a, b, Z), the new one (γ, α, β, Θ) and the
expectations A of `expectations`, the objective E (f_old - f_new)² is

    L = (a-α)² + b'A_ZZ b + β'A_ΘΘ β + 2(a-α)(b·A_Z - β·A_Θ) - 2 b'A_ZΘ β                               (5)

No data is needed: a distribution of the inputs is. Reported with it: L/Var, the part of the large network's variance
that is lost, and the cancellation floor eps Σ|b_i||b_j|A_ij, below which L is rounding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nnmanybody.errors import NNPError
from nnmanybody.rbf.activations import squared_distances
from nnmanybody.rbf.expectations import Distribution

FloatArray = NDArray[np.float64]

LARGEST_EXPONENT = 50.0


@dataclass(frozen=True)
class GaussianNetwork:
    """α + Σ_k β_k exp(-γ|x - Θ_k|²).

    Attributes
    ----------
    gamma, constant : float
        γ, α.
    weights : (K,) float64
        β.
    centers : (K, D) float64
        Θ.
    """

    gamma: float
    constant: float
    weights: FloatArray
    centers: FloatArray

    def predict(self, x: FloatArray) -> FloatArray:
        """Compute outputs, (n,), of (n, D) inputs."""
        return np.asarray(self.constant + np.exp(-self.gamma * squared_distances(x, self.centers)) @ self.weights)


@dataclass(frozen=True)
class Pruned:
    """A small network and how well it stands for the large one.

    Attributes
    ----------
    network : GaussianNetwork
    loss : float
        L of equation (5).
    relative_loss : float
        L/Var.
    floor : float
        Cancellation floor of L/Var; what lies below is rounding.
    restarts : (n,) float64
        L of every start, in rising order.
    """

    network: GaussianNetwork
    loss: float
    relative_loss: float
    floor: float
    restarts: FloatArray


class PruningObjective:
    """L of small networks for one large network; what belongs to the large one alone is computed once.

    Parameters
    ----------
    old : GaussianNetwork
    distribution : Distribution
        Of the inputs.
    """

    def __init__(self, old: GaussianNetwork, distribution: Distribution) -> None:
        self.old = old
        self.distribution = distribution
        b = old.weights
        pairs = self._pairs(old.gamma, old.centers, old.gamma, old.centers)
        self.square = float(b @ pairs @ b)
        self.mean = float(b @ self._single(old.gamma, old.centers))
        self.variance = self.square - self.mean**2
        self.floor = float(np.finfo(float).eps * np.abs(b) @ pairs @ np.abs(b))

    def _pairs(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        return np.asarray(np.exp(self.distribution.log_expectation(k, u, r, v)))

    def _single(self, gamma: float, centers: FloatArray) -> FloatArray:
        return self._pairs(gamma, centers, 0.0, np.zeros((1, centers.shape[1])))[:, 0]

    def loss(self, new: GaussianNetwork) -> float:
        """L of equation (5)."""
        gap = self.old.constant - new.constant
        own = new.weights @ self._pairs(new.gamma, new.centers, new.gamma, new.centers) @ new.weights
        mean = new.weights @ self._single(new.gamma, new.centers)
        cross = self.old.weights @ self._pairs(self.old.gamma, self.old.centers, new.gamma, new.centers) @ new.weights
        return float(gap**2 + self.square + own + 2.0 * gap * (self.mean - mean) - 2.0 * cross)

    def gradient(self, new: GaussianNetwork) -> tuple[float, FloatArray]:
        """∂L/∂γ and ∂L/∂Θ, (M, D), at fixed α and β."""
        old, zero = self.old, np.zeros((1, new.centers.shape[1]))
        parts = (
            # derivatives by both arguments of A_ΘΘ are the same
            (new.weights, new.gamma, new.centers, 2.0),
            (np.ones(1), 0.0, zero, -2.0 * (old.constant - new.constant)),
            (old.weights, old.gamma, old.centers, -2.0),
        )
        by_gamma, by_center = 0.0, np.zeros_like(new.centers)
        for weights, gamma, centers, factor in parts:
            pairs = self._pairs(gamma, centers, new.gamma, new.centers)
            share = factor * weights[:, None] * pairs * new.weights
            slope_v, slope_r = self.distribution.slopes(gamma, centers, new.gamma, new.centers)
            by_gamma += float((share * slope_r).sum())
            by_center += np.einsum("ij,ijd->jd", share, slope_v)
        return by_gamma, by_center

    def best_weights(self, gamma: float, centers: FloatArray) -> GaussianNetwork:
        """Return the network of these centers whose α and β minimise L, which is quadratic in them."""
        single = self._single(gamma, centers)
        n = len(centers)
        matrix = np.empty((n + 1, n + 1))
        matrix[0, 0] = 1.0
        matrix[0, 1:] = matrix[1:, 0] = single
        matrix[1:, 1:] = self._pairs(gamma, centers, gamma, centers)
        right = np.empty(n + 1)
        right[0] = self.mean
        right[1:] = self._pairs(gamma, centers, self.old.gamma, self.old.centers) @ self.old.weights
        solution = np.linalg.lstsq(matrix, right, rcond=SMALLEST_DIRECTION)[0]
        return GaussianNetwork(gamma, self.old.constant + float(solution[0]), np.asarray(solution[1:]), centers)


SMALLEST_DIRECTION = 1e-12
"""Of the matrix of the quadratic problem, relative to the largest; less is rounding."""


def prune(
    old: GaussianNetwork,
    n_centers: int,
    distribution: Distribution,
    rng: np.random.Generator,
    *,
    restarts: int = 10,
    candidates: int = 20,
    max_iterations: int = 200,
) -> Pruned:
    """Find the network of `n_centers` centers nearest to `old`, E (f_old - f_new)² over the distribution.

    Every start draws `candidates` subsets of the centers without replacement and takes the one that is best with
    its α and β solved for (variable projection); L-BFGS then moves γ and Θ, α and β solved for at every step.

    Parameters
    ----------
    old : GaussianNetwork
    n_centers : int
    distribution : Distribution
    rng : numpy.random.Generator
    restarts, candidates, max_iterations : int

    Raises
    ------
    NNPError
        If there are not so many centers, or L of the large network is nothing but rounding.
    """
    if not 1 <= n_centers <= len(old.centers):
        raise NNPError(f"n_centers: expected 1 to {len(old.centers)}, the centers there are, got {n_centers}")
    objective = PruningObjective(old, distribution)
    if not objective.variance > objective.floor:
        raise NNPError(
            f"the variance of the network, {objective.variance:.2e}, is below the rounding of its large opposed "
            f"weights, {objective.floor:.2e}: regularise it (smoothness, L2) before it is pruned"
        )
    found = [
        _descend(objective, _best_subset(objective, n_centers, candidates, rng), max_iterations)
        for _ in range(restarts)
    ]
    losses = np.array([objective.loss(network) for network in found])
    best = int(np.argmin(losses))
    return Pruned(
        found[best],
        float(losses[best]),
        float(losses[best] / objective.variance),
        float(objective.floor / objective.variance),
        np.sort(losses),
    )


def _best_subset(
    objective: PruningObjective, n_centers: int, candidates: int, rng: np.random.Generator
) -> GaussianNetwork:
    old = objective.old
    subsets = [
        objective.best_weights(old.gamma, old.centers[rng.choice(len(old.centers), n_centers, replace=False)])
        for _ in range(candidates)
    ]
    return min(subsets, key=objective.loss)


def _descend(objective: PruningObjective, start: GaussianNetwork, max_iterations: int) -> GaussianNetwork:
    """Lower L by γ and the centers."""
    shape = start.centers.shape

    def network(flat: FloatArray) -> GaussianNetwork:
        gamma = float(np.exp(np.clip(flat[0], -LARGEST_EXPONENT, LARGEST_EXPONENT)))
        return objective.best_weights(gamma, flat[1:].reshape(shape))

    def loss_and_gradient(flat: FloatArray) -> tuple[float, FloatArray]:
        # α and β minimise L: what they change with γ and Θ adds nothing to the gradient.
        new = network(flat)
        by_gamma, by_center = objective.gradient(new)
        gradient = np.concatenate([[new.gamma * by_gamma], by_center.ravel()])
        return objective.loss(new) / objective.variance, gradient / objective.variance

    first = np.concatenate([[np.log(start.gamma)], start.centers.ravel()])
    result = minimize(
        loss_and_gradient,
        first,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations, "ftol": 1e-12, "gtol": 1e-10},
    )
    moved = network(result.x)
    return moved if objective.loss(moved) < objective.loss(start) else start

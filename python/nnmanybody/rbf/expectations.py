"""Theorem 1 of Määttä et al. (arXiv:2004.02569): E exp(-k|x - u|² - r|x - v|²) in closed form, as logarithms.

x has independent components: mixtures of normal distributions, uniform ones, or signs with a probability each. All
pairs of rows of U and V at once. The logarithm is what makes the forms usable: the difference of two error functions
loses all digits a few widths outside of the interval, the product over signs overflows for |u| = 12 in 26 dimensions.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

FloatArray = NDArray[np.float64]

SMALLEST_DIFFERENCE = -1e-300
"""log Φ(a) - log Φ(b) of an interval too narrow to tell its ends apart: keeps log(-expm1(0)) finite."""


class Distribution(Protocol):
    """A distribution of inputs with independent components."""

    def log_expectation(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """Log E exp(-k|x - u|² - r|x - v|²), (K, M), of (K, D) u and (M, D) v; k, r >= 0."""
        ...

    def slopes(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the derivatives of `log_expectation` by v, (K, M, D), and by r, (K, M); r > 0."""
        ...

    def sample(self, n: int, dimension: int, rng: np.random.Generator) -> FloatArray:
        """Draw (n, D) inputs."""
        ...


@dataclass(frozen=True)
class NormalMixture:
    """Every component of x from its own mixture Σ_j w_j N(μ_j, s²_j); one row of parameters serves all components.

    Attributes
    ----------
    weights, means, variances : (D, L) or (1, L) float64
    """

    weights: FloatArray
    means: FloatArray
    variances: FloatArray

    @classmethod
    def standard(cls) -> "NormalMixture":
        """N(0, 1) in every component."""
        return cls(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)))

    def log_expectation(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """Π_i Σ_j w (1 + 2 s²(k+r))^-½ exp(-[k(u-μ)² + r(v-μ)² + 2 s² k r (u-v)²]/(1 + 2 s²(k+r)))."""
        if self.weights.shape == (1, 1):
            return self._one_normal(k, u, r, v)
        return np.asarray(logsumexp(self._exponents(k, u, r, v), axis=-1).sum(axis=-1))

    def _exponents(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """Logarithms of the terms of the sum, (K, M, D, L)."""
        mu, s2 = self.means, self.variances
        denominator = 1.0 + 2.0 * s2 * (k + r)
        first = k * (u[:, None, :, None] - mu) ** 2 + r * (v[None, :, :, None] - mu) ** 2
        cross = 2.0 * s2 * k * r * ((u[:, None] - v[None]) ** 2)[..., None]
        return np.asarray(np.log(self.weights) - 0.5 * np.log(denominator) - (first + cross) / denominator)

    def slopes(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the derivatives of `log_expectation` by v, (K, M, D), and by r, (K, M)."""
        s2 = self.variances
        denominator = 1.0 + 2.0 * s2 * (k + r)
        exponents = self._exponents(k, u, r, v)
        share = np.exp(exponents - logsumexp(exponents, axis=-1, keepdims=True))
        apart = (u[:, None] - v[None])[..., None]
        off_u, off_v = u[:, None, :, None] - self.means, v[None, :, :, None] - self.means
        by_v = -(2.0 * r * off_v - 4.0 * s2 * k * r * apart) / denominator
        square = k * off_u**2 + r * off_v**2 + 2.0 * s2 * k * r * apart**2
        by_r = (2.0 * s2 * square / denominator - off_v**2 - 2.0 * s2 * k * apart**2 - s2) / denominator
        return (share * by_v).sum(axis=-1), (share * by_r).sum(axis=(-2, -1))

    def _one_normal(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """One normal distribution for all components: no arrays of K × M × D."""
        mu, s2 = float(self.means[0, 0]), float(self.variances[0, 0])
        u, v = u - mu, v - mu
        denominator = 1.0 + 2.0 * s2 * (k + r)
        squares = k * (1.0 + 2.0 * s2 * r) * (u**2).sum(axis=1)[:, None] + r * (1.0 + 2.0 * s2 * k) * (v**2).sum(axis=1)
        exponent = (squares - 4.0 * s2 * k * r * u @ v.T) / denominator
        return np.asarray(-0.5 * u.shape[1] * np.log(denominator) - exponent)

    def sample(self, n: int, dimension: int, rng: np.random.Generator) -> FloatArray:
        """Draw (n, D) inputs."""
        columns = []
        for i in range(dimension):
            row = min(i, len(self.weights) - 1)
            chosen = rng.choice(self.weights.shape[1], n, p=self.weights[row])
            columns.append(rng.normal(self.means[row][chosen], np.sqrt(self.variances[row][chosen])))
        return np.column_stack(columns)


@dataclass(frozen=True)
class Uniform:
    """Every component of x uniform between its bounds; (D,) or (1,) float64."""

    low: FloatArray
    high: FloatArray

    def log_expectation(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """(π/4(k+r))^(D/2) Π_i (b-a)^-1 exp(-k r (u-v)²/(k+r)) [erf(√(k+r)(b-m)) - erf(√(k+r)(a-m))].

        m = (k u + r v)/(k + r); 1 where k + r = 0.
        """
        s = k + r
        if s == 0.0:
            return np.zeros((len(u), len(v)))
        dimension = u.shape[1]
        near = -k * r * ((u[:, None] - v[None]) ** 2).sum(axis=-1) / s
        inside = _log_erf_difference(*self._ends(k, u, r, v)).sum(axis=-1)
        volume = np.broadcast_to(np.log(self.high - self.low), dimension).sum()
        return np.asarray(0.5 * dimension * np.log(np.pi / (4.0 * s)) - volume + near + inside)

    def _ends(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """√(k+r)(a - m) and √(k+r)(b - m), (K, M, D)."""
        s = k + r
        mean = (k * u[:, None] + r * v[None]) / s
        return np.sqrt(s) * (self.low - mean), np.sqrt(s) * (self.high - mean)

    def slopes(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the derivatives of `log_expectation` by v, (K, M, D), and by r, (K, M)."""
        s = k + r
        apart = u[:, None] - v[None]
        to_v = k * -apart / s  # v - m
        low, high = self._ends(k, u, r, v)
        inside = _log_erf_difference(low, high)
        # 2/√π e^(-t²) over the difference of the error functions, at both ends
        at_low, at_high = (2.0 / np.sqrt(np.pi) * np.exp(-(t**2) - inside) for t in (low, high))
        by_v = 2.0 * k * r * apart / s - (at_high - at_low) * r / np.sqrt(s)
        ends = at_high * (0.5 * high / s - to_v / np.sqrt(s)) - at_low * (0.5 * low / s - to_v / np.sqrt(s))
        by_r = ends - (k * apart / s) ** 2 - 0.5 / s
        return by_v, by_r.sum(axis=-1)

    def sample(self, n: int, dimension: int, rng: np.random.Generator) -> FloatArray:
        """Draw (n, D) inputs."""
        return rng.uniform(self.low, self.high, (n, dimension))


def _log_erf_difference(low: FloatArray, high: FloatArray) -> FloatArray:
    """log(erf(high) - erf(low)), high > low, both moved to the side where the tail is small."""
    right = low + high > 0.0
    a, b = np.where(right, -high, low), np.where(right, -low, high)
    log_b = log_ndtr(np.sqrt(2.0) * b)
    difference = np.minimum(log_ndtr(np.sqrt(2.0) * a) - log_b, SMALLEST_DIFFERENCE)
    return np.asarray(np.log(2.0) + log_b + np.log(-np.expm1(difference)))


@dataclass(frozen=True)
class Signs:
    """Every component of x is 1 with its probability, else -1 (Bernoulli); (D,) or (1,) float64 between 0 and 1."""

    probability: FloatArray

    @classmethod
    def fair(cls) -> "Signs":
        """Both signs alike in every component."""
        return cls(np.array([0.5]))

    def log_expectation(self, k: float, u: FloatArray, r: float, v: FloatArray) -> FloatArray:
        """exp(-k|u|² - r|v|² - D(k+r)) Π_i (q e^s + (1-q) e^-s), s = 2(k u_i + r v_i)."""
        squares = k * (u**2).sum(axis=1)[:, None] + r * (v**2).sum(axis=1)
        plus, minus = self._terms(k, u, r, v)
        return np.asarray(np.logaddexp(plus, minus).sum(axis=-1) - squares - u.shape[1] * (k + r))

    def _terms(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithms of q e^s and (1-q) e^-s, (K, M, D)."""
        s = 2.0 * (k * u[:, None] + r * v[None])
        with np.errstate(divide="ignore"):
            return np.log(self.probability) + s, np.log1p(-self.probability) - s

    def slopes(self, k: float, u: FloatArray, r: float, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the derivatives of `log_expectation` by v, (K, M, D), and by r, (K, M)."""
        plus, minus = self._terms(k, u, r, v)
        mean = np.tanh(0.5 * (plus - minus))  # of the component, weighted with the exponentials
        by_r = (2.0 * mean * v - v**2 - 1.0).sum(axis=-1)
        return 2.0 * r * (mean - v), by_r

    def sample(self, n: int, dimension: int, rng: np.random.Generator) -> FloatArray:
        """Draw (n, D) inputs."""
        return np.where(rng.random((n, dimension)) < self.probability, 1.0, -1.0)

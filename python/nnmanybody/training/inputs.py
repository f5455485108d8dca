"""Symmetry functions of one element -> inputs of its network: statistics, scaling, whitening. NumPy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.moments import Moments

FloatArray = NDArray[np.float64]

Scaling = tuple[str, float, float]
"""Kind, lower and upper bound; kinds without bounds ignore them."""


def statistics(values: FloatArray) -> FloatArray:
    """Minimum, maximum, mean and standard deviation of every function.

    Parameters
    ----------
    values : (n_atoms, n_functions) float64

    Returns
    -------
    (n_functions, 4) float64
    """
    moments = Moments(values.shape[1])
    moments.add(values)
    return moments.statistics()


def scaling_coefficients(scaling: Scaling, table: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Coefficients of the scaled functions `scale * (G - center) + offset`, in the potential file's kinds.

    Parameters
    ----------
    scaling : (kind, lower, upper)
    table : (n_functions, 4) float64
        From `statistics`.

    Returns
    -------
    scale, center : (n_functions,) float64
    offset : float
    """
    kind, lower, upper = scaling
    low, high, mean, sigma = table.T
    ones, zeros = np.ones(len(table)), np.zeros(len(table))
    if kind == "none":
        return ones, zeros, 0.0
    if kind == "center":
        return ones, mean, 0.0
    scale = (upper - lower) / (sigma if kind == "sigma" else high - low)
    return scale, low if kind == "minmax" else mean, lower


@dataclass(frozen=True)
class Whitening:
    """z = (x - mean) @ matrix: uncorrelated inputs of nearly equal variance from scaled functions x.

    Attributes
    ----------
    mean : (n_functions,) float64
    matrix : (n_functions, n_functions) float64
        Columns may be zero.
    """

    mean: FloatArray
    matrix: FloatArray

    @classmethod
    def fit(cls, scaled: FloatArray, floor: float) -> "Whitening":
        """Principal components v_k of variance λ_k, each divided by sqrt(λ_k + floor λ_max).

        The floor keeps components that hardly vary from being blown up to noise.

        Parameters
        ----------
        scaled : (n_atoms, n_functions) float64
        floor : float
        """
        moments = Moments(scaled.shape[1])
        moments.add(scaled)
        return cls.of_covariance(moments.mean, moments.covariance, floor)

    @classmethod
    def of_covariance(cls, mean: FloatArray, covariance: FloatArray, floor: float) -> "Whitening":
        """Make the same from mean (n_functions,) and covariance (n_functions, n_functions) of the scaled functions."""
        variance, components = _principal_components(covariance)
        return cls(mean, components / np.sqrt(variance + floor * variance.max()))

    @classmethod
    def directions(cls, mean: FloatArray, covariance: FloatArray, smallest: float) -> "Whitening":
        """Principal components of unit variance; those whose deviation is below `smallest` times the largest are zero.

        Parameters
        ----------
        mean : (n_functions,) float64
        covariance : (n_functions, n_functions) float64
            Of the scaled functions.
        smallest : float
        """
        variance, components = _principal_components(covariance)
        kept = np.sqrt(variance) > smallest * np.sqrt(variance.max())
        return cls(mean, np.where(kept, components / np.sqrt(np.where(kept, variance, 1.0)), 0.0))


def _principal_components(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variances and, as columns, principal components."""
    variance, components = np.linalg.eigh(covariance)
    # The sign of a component is arbitrary; a rule makes it the same everywhere.
    largest = np.abs(components).argmax(axis=0)
    components = components * np.sign(components[largest, np.arange(len(components))])
    return np.maximum(variance, 0.0), components


@dataclass(frozen=True)
class InputTransform:
    """From symmetry functions G to network inputs: z = (scale (G - center) + offset - mean) @ matrix.

    Attributes
    ----------
    scale, center : (n_functions,) float64
    offset : float
    whitening : Whitening, optional
    """

    scale: FloatArray
    center: FloatArray
    offset: float
    whitening: Whitening | None = None

    def values(self, functions: FloatArray) -> FloatArray:
        """Compute inputs of (n_atoms, n_functions) values."""
        scaled = self.scale * (functions - self.center) + self.offset
        if self.whitening is None:
            return scaled
        inputs: FloatArray = (scaled - self.whitening.mean) @ self.whitening.matrix
        return inputs

    @property
    def matrix(self) -> FloatArray:
        """Derivatives of the inputs by the functions: gradients of the inputs are those of the functions @ matrix."""
        diagonal = np.diag(self.scale)
        return diagonal if self.whitening is None else diagonal @ self.whitening.matrix

    def scaled_moments(self, mean: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the scaled functions, before whitening, from those of the functions."""
        return self.scale * (mean - self.center) + self.offset, np.outer(self.scale, self.scale) * covariance


def fold_whitening(kernel: FloatArray, bias: FloatArray, whitening: Whitening) -> tuple[FloatArray, FloatArray]:
    """Layer on scaled functions that equals `z @ kernel + bias` on whitened inputs.

    Parameters
    ----------
    kernel : (n_functions, n_out) float64
    bias : (n_out,) float64
    whitening : Whitening

    Returns
    -------
    kernel, bias : as the parameters
    """
    folded = whitening.matrix @ kernel
    return folded, bias - whitening.mean @ folded


def unfold_whitening(kernel: FloatArray, bias: FloatArray, whitening: Whitening) -> tuple[FloatArray, FloatArray]:
    """Inverse of `fold_whitening`."""
    unfolded = np.asarray(np.linalg.solve(whitening.matrix, kernel), dtype=np.float64)
    return unfolded, bias + whitening.mean @ kernel


Coefficients = tuple[FloatArray, FloatArray, float]


def change_scaling(
    kernel: FloatArray, bias: FloatArray, old: Coefficients, new: Coefficients
) -> tuple[FloatArray, FloatArray]:
    """Layer on functions scaled by `new` that equals the layer on functions scaled by `old`.

    Parameters
    ----------
    kernel : (n_functions, n_out) float64
    bias : (n_out,) float64
    old, new : from `scaling_coefficients`
    """
    ratio = old[0] / new[0]
    rest = old[0] * (new[1] - old[1]) + old[2] - ratio * new[2]
    return ratio[:, None] * kernel, bias + rest @ kernel

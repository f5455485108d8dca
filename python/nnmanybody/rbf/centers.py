"""Patterns -> centers: evenly from the patterns, by the Kohonen rule, by k-means++."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from nnmanybody.rbf.activations import squared_distances

FloatArray = NDArray[np.float64]

LARGEST_ANGLE = 1.4137167
"""SNNS's: its tangent is 6.3137515, so that the change of a component is at most `deviation`."""
LLOYD_STEPS = 30


def even_positions(n_patterns: int, n_centers: int) -> NDArray[np.int64]:
    """Return the indices of patterns floor((N - 1) j / (K - 1)), j = 0 … K - 1, of SNNS; the first one for K = 1.

    There SNNS divides by zero.
    """
    if n_centers == 1:
        return np.zeros(1, dtype=np.int64)
    return (n_patterns - 1) * np.arange(n_centers, dtype=np.int64) // (n_centers - 1)


def even_centers(x: FloatArray, n_centers: int, deviation: float, rng: np.random.Generator) -> FloatArray:
    """Patterns at even positions, each component times 1 + deviation/6.3137515 tan(u), u ~ U(-1.4137167, 1.4137167).

    `RBF_Weights` of SNNS: small changes are likelier, the largest is `deviation`.

    Parameters
    ----------
    x : (N, D) float64
    n_centers : int
    deviation : float
    rng : numpy.random.Generator
    """
    chosen = x[even_positions(len(x), n_centers)]
    if deviation == 0.0:
        return np.asarray(chosen.copy())
    angles = rng.uniform(-LARGEST_ANGLE, LARGEST_ANGLE, chosen.shape)
    return np.asarray(chosen * (1.0 + deviation / np.tan(LARGEST_ANGLE) * np.tan(angles)))


def kohonen_centers(
    x: FloatArray, n_centers: int, rng: np.random.Generator, *, cycles: int, rate: float, shuffle: bool, winner: str
) -> FloatArray:
    """Move the winner of each pattern towards it: t_w += rate (x - t_w), pattern by pattern.

    `RBF_Weights_Kohonen` of SNNS, whose winner has the largest scalar product <t, x>. That needs patterns of equal
    length, otherwise the longest center always wins; `winner="distance"`, our departure, does not.

    Parameters
    ----------
    x : (N, D) float64
    n_centers : int
    rng : numpy.random.Generator
    cycles : int
        Passes over all patterns.
    rate : float
    shuffle : bool
        Start from random patterns instead of those at even positions.
    winner : "distance" or "product"
    """
    positions = rng.choice(len(x), n_centers, replace=False) if shuffle else even_positions(len(x), n_centers)
    centers = x[positions].copy()
    for _ in range(cycles):
        for pattern in x:
            if winner == "product":
                won = int(np.argmax(centers @ pattern))
            else:
                won = int(np.argmin(((centers - pattern) ** 2).sum(axis=1)))
            centers[won] += rate * (pattern - centers[won])
    return np.asarray(centers)


def kmeans_centers(x: FloatArray, n_centers: int, rng: np.random.Generator) -> FloatArray:
    """k-means from the starts of k-means++ (scipy's `kmeans2`); for inputs of different length.

    A cluster that lost its patterns keeps its center; where there are fewer different patterns than centers, centers
    coincide.
    """
    different = np.unique(x, axis=0)
    if len(different) <= n_centers:
        return np.asarray(different[np.arange(n_centers) % len(different)])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="One of the clusters is empty")
        centers = kmeans2(x, n_centers, iter=LLOYD_STEPS, minit="++", rng=rng)[0]
    return np.asarray(centers, dtype=np.float64)


def nearest_center_widths(centers: FloatArray, factor: float) -> FloatArray:
    """Factor over the squared distance to the nearest other center, for each center: narrow where they are dense."""
    squared = squared_distances(centers, centers)
    squared[squared <= 1e-12 * squared.max(initial=0.0)] = np.inf
    nearest = np.asarray(squared.min(axis=1))
    usual = np.median(nearest[np.isfinite(nearest)]) if np.isfinite(nearest).any() else 1.0
    return np.asarray(factor / np.where(np.isfinite(nearest), nearest, usual))

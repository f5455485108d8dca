"""Descriptors of known and of new atoms -> how novel the new ones are: modified novelty sampling (Raff et al.).

The thesis (7.1.2, after equation 7.3) has distances to all known points, and acceptance that is likely where the
smallest or the mean distance is large; its law is not in the text. Ours is, with s the median distance of a known point
to its nearest other, m the mean distance of known points, P(x) = 1/(1 + exp(-k (x - x0))):

    p = 1 - (1 - P(d_min / s)) (1 - P(d_mean / m)),   0 for an exact duplicate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
CHUNK = 256


@dataclass(frozen=True)
class KnownPoints:
    """Known points and their typical distances.

    Attributes
    ----------
    points : (n_known, n_functions) float64
        Scaled to -1 ... 1, equation (7.5).
    nearest : float
        Median distance of a point to its nearest other.
    mean : float
        Mean distance of two points.
    """

    points: FloatArray
    nearest: float
    mean: float

    @classmethod
    def of(cls, points: FloatArray, most: int) -> KnownPoints:
        """Take at most so many points, evenly, and measure their distances."""
        stride = max(1, -(-len(points) // most))
        chosen = points[::stride]
        nearest, total = [], 0.0
        for start in range(0, len(chosen), CHUNK):
            block = distances(chosen[start : start + CHUNK], chosen)
            total += float(block.sum())
            rows = np.arange(len(block))
            block[rows, start + rows] = np.inf
            nearest.append(block.min(axis=1))
        pairs = len(chosen) * (len(chosen) - 1)
        if not pairs:
            return cls(chosen, 1.0, 1.0)
        found = np.concatenate(nearest)
        positive = found[found > 0.0]
        return cls(chosen, float(np.median(positive)) if len(positive) else 1.0, total / pairs or 1.0)


def distances(one: FloatArray, other: FloatArray) -> FloatArray:
    """Distances of every point to every other, (n_one, n_other); rounding makes none of them imaginary."""
    square = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    length: FloatArray = np.sqrt(np.maximum(square, 0.0))
    return length


def distances_to_known(points: FloatArray, known: KnownPoints) -> tuple[FloatArray, FloatArray]:
    """Return the smallest and the mean distance of each point to the known ones, (n_points,) each."""
    smallest, mean = [np.empty(0)], [np.empty(0)]
    for start in range(0, len(points), CHUNK):
        block = distances(points[start : start + CHUNK], known.points)
        smallest.append(block.min(axis=1))
        mean.append(block.mean(axis=1))
    return np.concatenate(smallest), np.concatenate(mean)


def acceptance(smallest: FloatArray, mean: FloatArray, known: KnownPoints, k: float, x0: float) -> FloatArray:
    """Return the probability of each point to be accepted.

    Parameters
    ----------
    smallest, mean : (n_points,) float64
        From `distances_to_known`.
    k, x0 : float
        Steepness and midpoint of P.
    """
    p_smallest = _logistic(smallest / known.nearest, k, x0)
    p_mean = _logistic(mean / known.mean, k, x0)
    accepted: FloatArray = np.where(smallest > 0.0, 1.0 - (1.0 - p_smallest) * (1.0 - p_mean), 0.0)
    return accepted


def _logistic(x: FloatArray, k: float, x0: float) -> FloatArray:
    value: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(k * (x - x0), -700.0, 700.0)))
    return value

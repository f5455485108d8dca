"""Fits that a few wrong numbers do not move."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_ITERATIONS = 50


def least_absolute_deviations(table: FloatArray, values: FloatArray) -> FloatArray:
    """Minimize the sum of absolute deviations, by reweighted least squares.

    Parameters
    ----------
    table : (n, m) float64
    values : (n,) float64

    Returns
    -------
    (m,) float64
        Of least norm where the table does not decide.
    """
    weights = np.ones(len(values))
    solution = np.zeros(table.shape[1])
    smallest = 1e-6 * max(float(np.mean(np.abs(values))), 1e-12)
    for _ in range(N_ITERATIONS):
        root = np.sqrt(weights)
        solution[:] = np.linalg.lstsq(table * root[:, None], values * root, rcond=None)[0]
        weights = 1.0 / np.maximum(np.abs(values - table @ solution), smallest)
    return solution

"""Networks of one element side by side -> one network that is their mean. NumPy only.

Layer l of the members has the weights W_l^m, the last one L:

    W_1 = [W_1^1 … W_1^M]    W_l = diag(W_l^1 … W_l^M)    W_L = [W_L^1; …; W_L^M] / M    b_L = mean b_L^m
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Layers = tuple[list[FloatArray], list[FloatArray]]
"""Kernels (n_in, n_out) and biases (n_out,)."""


def mean_network(kernels: Sequence[FloatArray], biases: Sequence[FloatArray]) -> Layers:
    """Layers of the network that is the mean of members with the same inputs.

    Parameters
    ----------
    kernels : sequence of (n_members, n_in, n_out) float64
    biases : sequence of (n_members, n_out) float64

    Returns
    -------
    kernels, biases : lists of (n_in, n_out) and (n_out,) float64
    """
    n_members = len(kernels[0])
    if n_members == 1 or len(kernels) == 1:
        return [kernel.mean(axis=0) for kernel in kernels], [bias.mean(axis=0) for bias in biases]
    first, *middle, last = kernels
    merged = [np.concatenate(list(first), axis=1), *map(_block_diagonal, middle)]
    merged.append(np.concatenate(list(last), axis=0) / n_members)
    return merged, [*(bias.reshape(-1) for bias in biases[:-1]), biases[-1].mean(axis=0)]


def _block_diagonal(kernel: FloatArray) -> FloatArray:
    n_members, n_in, n_out = kernel.shape
    merged = np.zeros((n_members, n_in, n_members, n_out))
    diagonal = np.arange(n_members)
    merged[diagonal, :, diagonal, :] = kernel
    return merged.reshape(n_members * n_in, n_members * n_out)

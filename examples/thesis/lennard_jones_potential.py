"""The shifted Lennard-Jones potential in reduced units (ε = σ = 1), and random distances to learn it from."""

import numpy as np

from common import FloatArray

CUTOFF = 2.5
NEAREST = 0.8
"""Both in σ; the interval of the thesis (its listing in 8.1.1)."""
SHORT = NEAREST + 0.1 * (CUTOFF - NEAREST)
"""End of the first tenth of the interval, where the potential is steepest."""


def energy(r: FloatArray) -> FloatArray:
    """4 (r^-12 - r^-6) minus its value at the cutoff, ε."""
    return 4.0 * (r**-12 - r**-6) - 4.0 * (CUTOFF**-12 - CUTOFF**-6)


def slope(r: FloatArray) -> FloatArray:
    """Return the derivative of `energy`, ε/σ."""
    return 4.0 * (-12.0 * r**-13 + 6.0 * r**-7)


def distances(rng: np.random.Generator, shape: tuple[int, int], share_short: float = 0.0) -> FloatArray:
    """Random distances.

    Parameters
    ----------
    rng : Generator
    shape : (n_members, n)
    share_short : float
        This part of each row lies in the first tenth of the interval.

    Returns
    -------
    (n_members, n, 1) float64, σ
    """
    n_short = round(share_short * shape[1])
    short = rng.uniform(NEAREST, SHORT, (shape[0], n_short, 1))
    return np.concatenate([short, rng.uniform(NEAREST, CUTOFF, (shape[0], shape[1] - n_short, 1))], axis=1)


def scaled(r: FloatArray) -> FloatArray:
    """Map the interval to [-1, 1]: what the networks are given."""
    return (2.0 * r - NEAREST - CUTOFF) / (CUTOFF - NEAREST)


UNSCALED = 2.0 / (CUTOFF - NEAREST)
"""d scaled / dr, 1/σ."""

ENERGY_SCALE = float(np.std(energy(np.linspace(NEAREST, CUTOFF, 1701))))
"""Networks learn energies divided by this, ε: so their errors are of the order of their inputs."""

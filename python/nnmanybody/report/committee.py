"""Predictions of several potentials -> their mean, and how far they are from one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody.potential import Evaluation

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Standard deviation of the members of a committee for one structure, of the sample (n - 1).

    Attributes
    ----------
    energy : float, eV/atom
    forces : (n_atoms,) float64, eV/Å
        Root of the summed variances of the three components.
    """

    energy: float
    forces: FloatArray


def mean_and_spread(members: Sequence[Sequence[Evaluation]]) -> tuple[list[Evaluation], list[Spread]]:
    """Return mean and spread of every structure.

    Parameters
    ----------
    members : sequence of sequence of Evaluation
        Of each member, one prediction per structure.
    """
    structures = list(zip(*members, strict=True))
    return [_mean(found) for found in structures], [_spread(found) for found in structures]


def _mean(found: Sequence[Evaluation]) -> Evaluation:
    stresses = [one.stress for one in found if one.stress is not None]
    return Evaluation(
        energy=float(np.mean([one.energy for one in found])),
        energies=np.mean([one.energies for one in found], axis=0),
        forces=np.mean([one.forces for one in found], axis=0),
        virial=np.mean([one.virial for one in found], axis=0),
        stress=np.mean(stresses, axis=0) if stresses else None,
    )


def _spread(found: Sequence[Evaluation]) -> Spread:
    energies = [one.energy / len(one.energies) for one in found]
    variances = np.var([one.forces for one in found], axis=0, ddof=1)
    return Spread(float(np.std(energies, ddof=1)), np.sqrt(variances.sum(axis=1)))

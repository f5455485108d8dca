"""Several potentials -> their mean, how far they are from one another, and whether that says how wrong they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.evaluation import Evaluation
from nnmanybody.potential import Potential
from nnmanybody.set_analysis import correlation_matrix

FloatArray = NDArray[np.float64]

N_BINS = 12
FEWEST_IN_BIN = 5


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


def read_potentials(paths: Sequence[Path]) -> tuple[Potential, ...]:
    """Read several files: a committee if all have the same elements, otherwise the sections of one potential.

    Raises
    ------
    NNPError
        If they are neither, or a file cannot be read.
    """
    if not paths:
        raise NNPError("expected at least one potential file (*.nnp)")
    single = [Potential.read(path) for path in paths]
    elements = [frozenset(potential.elements) for potential in single]
    if len(set(elements)) == 1:
        return tuple(single)
    if sum(map(len, elements)) > len(frozenset().union(*elements)):
        listed = "; ".join(f"{path}: {' '.join(one.elements)}" for path, one in zip(paths, single, strict=True))
        raise NNPError(
            f"expected potentials of the same elements, which are a committee, or of one element each; got {listed}"
        )
    return (Potential.read(*paths),)


def calibrate(spread: FloatArray, error: FloatArray) -> dict[str, Any]:
    """Return how spread and error belong together; empty without any.

    `error_over_spread` is 1 for a spread that is as large as the error, both as root mean square;
    `rank_correlation` is Spearman's. `bins` hold equally many items, sorted by their spread.

    Parameters
    ----------
    spread, error : (n,) float64
        Standard deviation of the members, and error of their mean.
    """
    if not len(spread):
        return {}
    n_bins = max(1, min(N_BINS, len(spread) // FEWEST_IN_BIN))
    parts = np.array_split(np.argsort(spread, kind="stable"), n_bins)
    return {
        "n": len(spread),
        "error_over_spread": _rms(error) / _rms(spread) if spread.any() else None,
        "rank_correlation": _spearman(spread, error),
        "bins": [{"n": len(part), "spread": _rms(spread[part]), "error": _rms(error[part])} for part in parts],
    }


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _spearman(one: FloatArray, other: FloatArray) -> float | None:
    """Correlation of the ranks; None for too few, or where all are equal."""
    if len(one) < 3 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return None
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (one, other)]
    return float(correlation_matrix(np.column_stack(ranks).astype(np.float64))[0, 1])

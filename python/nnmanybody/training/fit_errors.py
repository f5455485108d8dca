"""Squared errors summed over batches -> loss and root mean squares of a part of the data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.training.loss import TARGETS


class TrainingDivergedError(NNPError):
    """The loss or its gradient is no longer a finite number."""


@dataclass(frozen=True)
class FitErrors:
    """Errors over a part of the data.

    Attributes
    ----------
    loss : float
        Without L2.
    rmse : dict of target to float
        eV/atom, eV/Å, eV/Å³, eV for energy, forces, stress, atomic_energies; targets that the part lacks are absent.
    """

    loss: float
    rmse: dict[str, float]

    @classmethod
    def from_sums(cls, sums: NDArray[np.float64], weights: dict[str, float]) -> "FitErrors":
        """Errors from the four rows of `SquaredErrors`, added up over batches."""
        loss_sums, loss_counts, squares, counts = sums
        factors = np.array([weights[target] for target in TARGETS])
        loss = float((factors * loss_sums / np.where(loss_counts > 0.0, loss_counts, 1.0)).sum())
        rmse = {
            target: float(np.sqrt(square / count))
            for target, square, count in zip(TARGETS, squares, counts, strict=True)
            if count > 0
        }
        return cls(loss, rmse)

    def named(self, part: str) -> dict[str, float]:
        """Values under the names of the learning curve."""
        return {f"loss_{part}": self.loss, **{f"{target}_{part}": value for target, value in self.rmse.items()}}

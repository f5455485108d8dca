"""Error bars and true errors -> whether the bars say how wrong a prediction is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.committee import calibrate
from nnmanybody.data import Frame
from nnmanybody.error_measures import SMALLEST_DIRECTED_FORCE
from nnmanybody.evaluation import Evaluation
from nnmanybody.fisher.error_bars import Bars

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Bars of one kind against true errors: energies per atom in eV/atom, force components in eV/Å.

    Attributes
    ----------
    bars, errors : (n,) float64
        Standard deviation that was claimed, and size of the error.
    """

    bars: FloatArray
    errors: FloatArray

    def within(self, n_sigma: float) -> float:
        """Fraction of the errors that are at most so many bars; of normal errors 0.683 for 1, 0.954 for 2."""
        return float(np.mean(self.errors <= n_sigma * self.bars))

    def as_json(self) -> dict[str, Any]:
        """Return what `nnmanybody.committee.calibrate` says, root mean squares, and the fractions within 1 and 2."""
        return {
            **calibrate(self.bars, self.errors),
            "bar_rms": float(np.sqrt(np.mean(self.bars**2))),
            "error_rms": float(np.sqrt(np.mean(self.errors**2))),
            "within_1": self.within(1.0),
            "within_2": self.within(2.0),
        }


def calibrations(
    frames: Sequence[Frame], predictions: Sequence[Evaluation], bars: Sequence[Bars]
) -> dict[str, Calibration]:
    """Compare bars with errors, as far as the frames have targets.

    Of forces, components whose reference is at least `SMALLEST_DIRECTED_FORCE`: what symmetry makes zero is right in
    every model, and its bar is zero, too.

    Parameters
    ----------
    frames, predictions, bars : one per structure

    Returns
    -------
    dict of "energy", "forces" to Calibration
        Without what no frame has.
    """
    energies = [
        (bar.energy / len(frame.atoms), abs(found.energy - frame.energy) / len(frame.atoms))
        for frame, found, bar in zip(frames, predictions, bars, strict=True)
        if frame.energy is not None
    ]
    forces = []
    for frame, found, bar in zip(frames, predictions, bars, strict=True):
        if frame.forces is not None:
            kept = np.abs(frame.forces) >= SMALLEST_DIRECTED_FORCE
            forces.append(np.stack([bar.forces[kept], np.abs(found.forces - frame.forces)[kept]]))
    result = {}
    if energies:
        result["energy"] = Calibration(*np.array(energies).T)
    if sum(part.shape[1] for part in forces):
        result["forces"] = Calibration(*np.concatenate(forces, axis=1))
    return result


def committee_bars(members: Sequence[Sequence[Evaluation]]) -> list[Bars]:
    """Spread of the members of a committee (n - 1) by structure, in the form of error bars."""
    return [
        Bars(
            float(np.std([one.energy for one in found], ddof=1)),
            np.asarray(np.std([one.forces for one in found], axis=0, ddof=1)),
        )
        for found in zip(*members, strict=True)
    ]

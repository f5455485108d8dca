"""Energies of the frames -> those that are off, by a wrong unit above all, named by frame.

One frame in Hartree among hundreds in eV ruins a fit without any message: it is found here,
before the training, against a robust fit of the energies per atom over the composition.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.training.reference_energies import composition

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]

UNIT_FACTORS = {
    "Hartree": units.Hartree,
    "Rydberg": units.Rydberg,
    "kcal/mol": units.kcal / units.mol,
    "kJ/mol": units.kJ / units.mol,
    "meV": 1e-3,
    "J/mol": units.J / units.mol,
}
"""eV per unit: what a wrong energy must be multiplied by."""

OUTLIER = 20.0
"""Robust standard deviations from the fit; normally distributed energies never get there."""
SMALLEST_SPREAD = 1e-3
"""eV/atom. Equal energies have no spread; differences this small are not what a wrong unit makes."""
EXPLAINED = 10.0
"""A unit explains an outlier if it brings the energy to within so many robust standard deviations ..."""
EXPLAINED_SHARE = 0.1
"""... or to within this share of the deviation before (the outlier itself may be an unusual structure)."""
IMPLAUSIBLE_RATIO = 5.0
"""Energies of one composition that differ by more than this factor are not energies in one unit."""
N_ITERATIONS = 50


@dataclass(frozen=True)
class EnergyOutlier:
    """A frame whose energy is far from the fit.

    Attributes
    ----------
    frame : Frame
    energy, expected, spread : float, eV/atom
        What the frame has, what the fit gives, the robust standard deviation of the frames.
    unit : str or None
        The unit that explains it.
    is_mistake : bool
        A wrong unit or an implausible ratio, rather than an unusual structure.
    """

    frame: Frame
    energy: float
    expected: float
    spread: float
    unit: str | None
    is_mistake: bool

    def __str__(self) -> str:
        text = (
            f"{self.frame.name}: energy {self.energy:.6g} eV/atom, but the other frames lead to expect "
            f"{self.expected:.6g} eV/atom (robust standard deviation {self.spread:.3g})"
        )
        return text + (f"; in {self.unit} it would fit" if self.unit else "")


def energy_outliers(frames: Sequence[Frame], elements: Sequence[str]) -> list[EnergyOutlier]:
    """Find the frames whose energy per atom is more than `OUTLIER` robust standard deviations off.

    Parameters
    ----------
    frames : sequence of Frame
    elements : sequence of str

    Returns
    -------
    list of EnergyOutlier
        Empty with fewer than five energies: nothing can be said then.
    """
    known = [frame for frame in frames if frame.energy is not None]
    if len(known) < 5:
        return []
    counts = np.array([composition(frame, elements) for frame in known])
    fractions = counts / counts.sum(axis=1, keepdims=True)
    energies = np.array([frame.energy for frame in known], dtype=np.float64) / counts.sum(axis=1)
    expected = fractions @ _least_absolute_deviations(fractions, energies)
    deviation = energies - expected
    spread = max(1.4826 * float(np.median(np.abs(deviation))), SMALLEST_SPREAD)
    return [
        _judge(known[index], float(energies[index]), float(expected[index]), spread)
        for index in np.flatnonzero(np.abs(deviation) > OUTLIER * spread)
    ]


def check_energies(frames: Sequence[Frame], elements: Sequence[str], action: str) -> None:
    """Refuse mistaken energies (or only warn, with `action` "warn"); warn of other outliers.

    Raises
    ------
    NNPError
        Naming every frame whose energy is off by a factor.
    """
    outliers = energy_outliers(frames, elements)
    mistakes = [outlier for outlier in outliers if outlier.is_mistake]
    if mistakes and action == "error":
        listed = "\n".join(f"  {outlier}" for outlier in mistakes)
        raise NNPError(
            f"{len(mistakes)} of {len(frames)} frames have an energy that is off by a factor, "
            f"as by a wrong unit (expected eV):\n{listed}\n"
            "Mend or remove them; if they are right, set data.faults: warn"
        )
    for outlier in outliers:
        logger.warning("unusual energy: %s", outlier)


def _judge(frame: Frame, energy: float, expected: float, spread: float) -> EnergyOutlier:
    deviation = abs(energy - expected)
    tolerance = max(EXPLAINED * spread, EXPLAINED_SHARE * deviation)
    close = {
        unit: abs(energy * factor - expected)
        for unit, factor in UNIT_FACTORS.items()
        if abs(energy * factor - expected) < tolerance
    }
    unit = min(close, key=lambda name: close[name]) if close else None
    ratio = energy / expected if expected else 1.0
    # Energies counted from some zero in their midst have ratios that mean nothing.
    meaningful = abs(expected) > 5.0 * spread
    implausible = ratio > IMPLAUSIBLE_RATIO or 0.0 < ratio < 1.0 / IMPLAUSIBLE_RATIO
    is_mistake = meaningful and (unit is not None or implausible)
    return EnergyOutlier(frame, energy, expected, spread, unit if meaningful else None, is_mistake)


def _least_absolute_deviations(fractions: FloatArray, energies: FloatArray) -> FloatArray:
    """Fit that a few wrong energies do not move, by reweighted least squares."""
    weights = np.ones(len(energies))
    solution = np.zeros(fractions.shape[1])
    for _ in range(N_ITERATIONS):
        root = np.sqrt(weights)
        solution[:] = np.linalg.lstsq(fractions * root[:, None], energies * root, rcond=None)[0]
        weights = 1.0 / np.maximum(np.abs(energies - fractions @ solution), 1e-6)
    return solution

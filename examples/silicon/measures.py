"""Files of finished runs -> the numbers and arrays that the demo reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]

RDF_HEADER_LINES = 4
STEP_PS = 0.001


@dataclass(frozen=True)
class EnergyTrace:
    """Total energy of an NVE run.

    Attributes
    ----------
    time : (n,) float64, ps
    energy : (n,) float64, eV/atom
    temperature : (n,) float64, K
    """

    time: FloatArray
    energy: FloatArray
    temperature: FloatArray

    @property
    def slope(self) -> float:
        """Of the straight line through the energies (least squares), eV/atom/ps."""
        return float(np.polyfit(self.time - self.time.mean(), self.energy, 1)[0])

    @property
    def drift(self) -> float:
        """How far that line goes from the first to the last step, up or down, eV/atom."""
        return abs(self.slope) * float(self.time[-1] - self.time[0])

    @property
    def largest_deviation(self) -> float:
        """Of any recorded energy from the first, eV/atom."""
        return float(np.abs(self.energy - self.energy[0]).max())


def read_energies(path: Path) -> EnergyTrace:
    """Read what in.nve.lmp wrote."""
    step, energy, temperature = table(path).T
    return EnergyTrace(step * STEP_PS, energy, temperature)


def read_rdf(path: Path) -> tuple[FloatArray, FloatArray]:
    """Read what in.rdf.lmp wrote: r, Å, and g(r), (bins,) each."""
    rows = table(path, RDF_HEADER_LINES)
    return rows[:, 1], rows[:, 2]


def rdf_difference(first: Path, second: Path) -> float:
    """Mean of |g(r) - g'(r)| over all bins, from r = 0 to the range."""
    return float(np.abs(read_rdf(first)[1] - read_rdf(second)[1]).mean())


def watched_forces(paths: Sequence[Path]) -> FloatArray:
    """Force on the watched atom at every step of the sampling runs, (n,) eV/Å."""
    return np.concatenate([table(path)[:, 2] for path in paths])


def sampled_forces(paths: Sequence[Path]) -> FloatArray:
    """Force on the watched atom at the steps that were recorded, (n,) eV/Å.

    The second column counts the records: it grows where there is a new one.
    """
    kept = []
    for path in paths:
        rows = table(path)
        kept.append(rows[np.diff(rows[:, 1], prepend=0.0) > 0, 2])
    return np.concatenate(kept)


def read_dump_forces(path: Path) -> FloatArray:
    """Read the forces of all atoms in all configurations of a dump, (n, 3) eV/Å; columns id type x y z fx fy fz."""
    rows = []
    with path.open(encoding="utf-8") as dump:
        reading = False
        for line in dump:
            if line.startswith("ITEM:"):
                reading = line.startswith("ITEM: ATOMS")
            elif reading:
                rows.append(line.split()[5:8])
    return np.array(rows, dtype=np.float64)


def rms(values: FloatArray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def table(path: Path, n_header_lines: int = 0) -> FloatArray:
    """Read the rows of numbers of a file of `fix ave/time`.

    Raises
    ------
    NNPError
        If there are none.
    """
    try:
        rows: FloatArray = np.loadtxt(path, skiprows=n_header_lines, ndmin=2)
    except (OSError, ValueError) as error:
        raise NNPError(f"{path}: cannot be read as a table of numbers ({error})") from error
    if rows.size == 0:
        raise NNPError(f"{path}: no numbers; expected the output of fix ave/time")
    return rows

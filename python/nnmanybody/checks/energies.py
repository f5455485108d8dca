"""Energies of the frames -> those that are off, by a wrong unit above all, named by frame.

One frame in Hartree among hundreds in eV ruins a fit without any message: it is found here,
before the training, against a robust fit of the energies per atom over the composition.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnmanybody.checks.finding import N_NAMED, Finding, frames_text
from nnmanybody.checks.geometry import Geometry, is_dimer
from nnmanybody.checks.robust import least_absolute_deviations
from nnmanybody.data import ISOLATED_ATOM, Frame
from nnmanybody.training.reference_energies import composition

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

OUTLIER, FAR = 8.0, 20.0
"""Robust standard deviations from the fit. Normally distributed energies never get to the first; of unusual
structures, and of few, only what is beyond the second is named."""
MANY = 20
"""Frames for each element from which the robust standard deviation is well known."""
SMALLEST_SPREAD = 1e-3
"""eV/atom. Equal energies have no spread; differences this small are not what a wrong unit makes."""
EXPLAINED = 10.0
"""A unit explains an outlier if it brings the energy to within so many robust standard deviations ..."""
EXPLAINED_SHARE = 0.1
"""... or to within this share of the deviation before (the outlier itself may be an unusual structure)."""
HALF = 0.5
"""... and in any case to within this share."""
IMPLAUSIBLE_RATIO = 5.0
"""Energies of one composition that differ by more than this factor are not energies in one unit."""
SIZES_DIFFER = 1.3
"""Ratio to the usual number of atoms from which energies per atom can be told ..."""
FEWEST_UNLIKE = 3
"""... in so many frames."""
PER_ATOM = 0.2
"""Deviation from one fit over that from the other."""
STRONGEST_BOND = 15.0
"""eV/atom. Tungsten has 8.9."""


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
    """Find the frames whose energy per atom is many robust standard deviations off: `OUTLIER`, or `FAR` among few.

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
    expected = fractions @ least_absolute_deviations(fractions, energies)
    deviation = energies - expected
    spread = max(1.4826 * float(np.median(np.abs(deviation))), SMALLEST_SPREAD)
    limit = OUTLIER if len(known) >= MANY * len(elements) else FAR
    return [
        _judge(known[index], float(energies[index]), float(expected[index]), spread)
        for index in np.flatnonzero(np.abs(deviation) > limit * spread)
    ]


def check_energies(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    """Name energies off by a factor, others far from the fit, and energies per atom in the place of energies."""
    considered = [
        (frame, geometry)
        for frame, geometry in zip(frames, geometries, strict=True)
        if frame.energy is not None and frame.config_type != ISOLATED_ATOM and not is_dimer(frame, geometry)
    ]
    known = [frame for frame, _ in considered]
    elements = sorted({symbol for frame in known for symbol in frame.atoms.symbols.species()})
    yield from _isolated_atoms(frames, known)
    if len({frame.energy for frame in known}) == 1:  # another check's matter
        return
    if _are_per_atom(known, elements):
        text = "the energies do not grow with the number of atoms: they look like energies per atom"
        yield Finding("energy-per-atom", True, text, "multiply each by its number of atoms")
        return
    outliers = energy_outliers(known, elements)
    mistakes = [outlier for outlier in outliers if outlier.is_mistake]
    if mistakes:
        lines = "\n".join(f"  {outlier}" for outlier in mistakes[:N_NAMED])
        text = (
            f"{len(mistakes)} of {len(known)} frames have an energy that is off by a factor, "
            f"as by a wrong unit (expected eV):\n{lines}"
        )
        names = tuple(outlier.frame.name for outlier in mistakes)
        yield Finding(
            "energy-unit", True, text, "convert these energies to eV, of the whole frame; or remove them", names
        )
    yield from _unusual([outlier for outlier in outliers if not outlier.is_mistake], considered)


def _unusual(outliers: Sequence[EnergyOutlier], known: Sequence[tuple[Frame, Geometry]]) -> Iterator[Finding]:
    """Call an unusual energy of a usual structure a mistake, and of an unusual structure worth a look."""
    odd = {outlier.frame.name for outlier in outliers}
    usual = [_signs(*item) for item in known if item[0].name not in odd]
    if not outliers or not usual:
        return
    low, high = np.min(usual, axis=0), np.max(usual, axis=0)
    signs = {frame.name: _signs(frame, geometry) for frame, geometry in known}
    for problem in (True, False):
        found = [
            outlier
            for outlier in outliers
            if bool(((low <= signs[outlier.frame.name]) & (signs[outlier.frame.name] <= high)).all()) == problem
            and (problem or abs(outlier.energy - outlier.expected) > FAR * outlier.spread)
        ]
        if found:
            lines = "\n".join(f"  {outlier}" for outlier in found[:N_NAMED])
            what = "as the others, but for the energy" if problem else "unusual in themselves"
            text = f"{len(found)} frames have an unusual energy; their structures are {what}:\n{lines}"
            mend = (
                "look at the output of the calculation; remove what did not converge"
                if problem
                else "nothing, if meant"
            )
            yield Finding("energy-outlier", problem, text, mend, tuple(outlier.frame.name for outlier in found))


def _signs(frame: Frame, geometry: Geometry) -> FloatArray:
    """Return what an unusual structure shows in: shortest distance, nearest neighbors, volume, forces."""
    volume = frame.atoms.get_volume() / len(frame.atoms) if frame.atoms.cell.rank == 3 else 0.0
    force = 0.0 if frame.forces is None else float(np.sqrt(np.mean(frame.forces**2)))
    nearest = float(geometry.ratios.mean()) if geometry.ratios.size else 0.0
    return np.array([min(geometry.shortest, 10.0), nearest, volume, force])


def _are_per_atom(frames: Sequence[Frame], elements: Sequence[str]) -> bool:
    """Whether the energies fit the fractions of the elements far better than their numbers."""
    if len(frames) < 5:
        return False
    counts = np.array([composition(frame, elements) for frame in frames])
    sizes = counts.sum(axis=1)
    energies = np.array([frame.energy for frame in frames], dtype=np.float64)
    relative = sizes / np.median(sizes)
    unlike = (relative > SIZES_DIFFER) | (relative < 1.0 / SIZES_DIFFER)
    if np.count_nonzero(unlike) < FEWEST_UNLIKE or np.ptp(energies) == 0.0:
        return False
    total, per_atom = (
        float(np.median(np.abs(energies - table @ least_absolute_deviations(table, energies))[unlike]))
        for table in (counts, counts / sizes[:, None])
    )
    return per_atom < PER_ATOM * total


def _isolated_atoms(frames: Sequence[Frame], known: Sequence[Frame]) -> Iterator[Finding]:
    """Energies of isolated atoms against each other, and against those of the structures."""
    isolated = [frame for frame in frames if frame.config_type == ISOLATED_ATOM]
    wrong = [frame.name for frame in isolated if len(frame.atoms) != 1 or frame.energy is None]
    if wrong:
        text = f"config_type={ISOLATED_ATOM} without an energy or with several atoms: {frames_text(wrong)}"
        yield Finding("isolated-atom", True, text, "mend config_type, or leave one atom with its energy", tuple(wrong))
        return
    reference: dict[str, float] = {}
    for frame in isolated:
        element, energy = frame.atoms.get_chemical_symbols()[0], float(frame.energy or 0.0)
        if abs(reference.setdefault(element, energy) - energy) > SMALLEST_SPREAD:
            text = f"two energies of an isolated {element} atom: {reference[element]:.8g} and {energy:.8g} eV"
            yield Finding("isolated-atom", True, text, "remove one", (frame.name,))
    bindings = [
        (sum(reference[symbol] for symbol in frame.atoms.symbols) - float(frame.energy or 0.0)) / len(frame.atoms)
        for frame in known
        if frame.atoms.symbols.species() <= reference.keys()
    ]
    if bindings and not -STRONGEST_BOND / 4 < (typical := float(np.median(bindings))) < STRONGEST_BOND:
        text = (
            f"against the isolated atoms, the structures are bound by {typical:.4g} eV/atom, which no matter is: "
            "their energies do not belong together"
        )
        mend = "compute the isolated atoms with the same program, method, pseudopotentials and units"
        yield Finding("isolated-atom", True, text, mend, tuple(frame.name for frame in isolated))


def _judge(frame: Frame, energy: float, expected: float, spread: float) -> EnergyOutlier:
    deviation = abs(energy - expected)
    tolerance = min(max(EXPLAINED * spread, EXPLAINED_SHARE * deviation), HALF * deviation)
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

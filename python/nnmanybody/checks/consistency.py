"""Energies against forces and stresses -> units and signs that differ, and frames whose numbers do not belong together.

Over pairs of nearly equal frames, energy differences are fitted by the work of forces and of stresses: the
two factors are 1 if all is in eV and Å, the ratio of two units if not, and negative if a sign is wrong.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnmanybody.checks.finding import N_NAMED, Finding, frames_text
from nnmanybody.checks.near_pairs import NO_STRAIN, NearPair, near_pairs
from nnmanybody.data import Frame

FloatArray = NDArray[np.float64]

N_PAIRS = 400
"""The nearest of them are looked at."""
FEWEST = 3
"""Pairs below which nothing is said."""
EXPLAINED = 0.5
"""Mean deviation over mean energy difference below which the factors are trusted."""
UNEXPLAINED = 0.8
"""The same from which forces say nothing about the energies ..."""
NEAR = 0.4
"""... of pairs whose atoms moved by less than this, Å, of which there are at least ..."""
FEWEST_NEAR = 8
AGREE = 1.45
"""Factors up to this (and its inverse) are the error of the rule; eV/Bohr for eV/Å is 1.89."""
ODD = 8.0
"""Robust standard deviations of what the rule leaves over."""
ODD_SMALLEST = 2e-3
"""eV/atom."""
SMALLEST_WORK, SMALLEST_CHANGE = 1e-6, 1e-4
"""eV/atom. Less is the rounding of files."""
CERTAIN = 5.0
"""Standard errors that a factor must be away from zero."""

KCAL, KJ = units.kcal / units.mol, units.kJ / units.mol
FORCE_FACTORS = {
    "the energies look like Hartree (forces in eV/Å)": 1.0 / units.Hartree,
    "the energies look like Rydberg (forces in eV/Å)": 1.0 / units.Rydberg,
    "the energies look like kcal/mol (forces in eV/Å)": 1.0 / KCAL,
    "the energies look like kJ/mol (forces in eV/Å)": 1.0 / KJ,
    "the energies look like meV (forces in eV/Å)": 1000.0,
    "the forces look like Hartree/Bohr (energies in eV)": units.Hartree / units.Bohr,
    "the forces look like Rydberg/Bohr (energies in eV)": units.Rydberg / units.Bohr,
    "the forces look like Hartree/Å (energies in eV)": units.Hartree,
    "the forces look like kcal/mol/Å (energies in eV)": KCAL,
    "the forces look like kJ/mol/Å (energies in eV)": KJ,
    "the forces look like meV/Å (energies in eV)": 1e-3,
    "the forces look like eV/Bohr, or like Hartree/Bohr with energies in Hartree": 1.0 / units.Bohr,
    "the forces look like eV·Å or were multiplied by 0.529 instead of divided": units.Bohr,
}
"""Energy difference over the work of forces."""
VIRIAL = "eV (a virial, not divided by the volume)"
STRESS_FACTORS = {
    "GPa": units.GPa,
    "kbar": 0.1 * units.GPa,
    "bar": 1e-4 * units.GPa,
    "MPa": 1e-3 * units.GPa,
    "Hartree/Bohr³": units.Hartree / units.Bohr**3,
    "Rydberg/Bohr³": units.Rydberg / units.Bohr**3,
}
"""eV/Å³ per unit."""


@dataclass(frozen=True)
class Factor:
    """Energy differences over the work of forces or of stresses.

    Attributes
    ----------
    value : float
        NaN where there is no such work.
    is_certain : bool
        Whether the work explains the energy differences, and the factor is far from zero in standard errors.
    """

    value: float
    is_certain: bool

    @property
    def is_one(self) -> bool:
        """Whether both are in the same units, but for the error of the rule."""
        return 1.0 / AGREE < abs(self.value) < AGREE


def check_consistency(frames: Sequence[Frame]) -> Iterator[Finding]:
    """Compare energies with forces and stresses over pairs of near frames."""
    usable = [pair for pair in near_pairs(frames) if pair.strain < NO_STRAIN or pair.has_stress]
    pairs = sorted(usable, key=lambda pair: pair.displacement)[:N_PAIRS]
    if len(pairs) < FEWEST or max(abs(pair.energy) / pair.n_atoms for pair in pairs) < SMALLEST_CHANGE:
        return
    (force, stress), unexplained = _factors(pairs)
    findings = [*_forces(force), *_stresses(force, stress, pairs, frames)]
    yield from findings
    if unexplained > EXPLAINED:
        yield from _unrelated(pairs) if np.isfinite(force.value) else ()
    elif not findings:
        yield from _odd_frames(frames, pairs)


def _factors(pairs: Sequence[NearPair]) -> tuple[list[Factor], float]:
    """Fit the factors of both works by least absolute deviations: a few wrong frames do not move them.

    Returns
    -------
    factors : of forces, of stresses
    unexplained : float
        What they leave over, relative to the energy differences.
    """
    sizes = np.array([pair.n_atoms for pair in pairs], dtype=np.float64)
    energy = np.array([pair.energy for pair in pairs]) / sizes
    work = np.array([[pair.force_work, pair.stress_work] for pair in pairs]) / sizes[:, None]
    used = np.abs(work).max(axis=0) > SMALLEST_WORK
    table = work[:, used]
    solution = _least_absolute_deviations(table, energy)
    rest = np.abs(energy - table @ solution)
    spread = max(1.4826 * float(np.median(rest)), 1e-9)
    errors = spread * np.sqrt(np.maximum(np.diag(np.linalg.pinv(table.T @ table)), 0.0))
    factors = [Factor(np.nan, False), Factor(np.nan, False)]
    for column, value, error, term in zip(np.flatnonzero(used), solution, errors, (table * solution).T, strict=True):
        part = np.abs(term) > SMALLEST_WORK * abs(value)
        explains = float(np.median(rest[part])) < EXPLAINED * float(np.median(np.abs(term[part])))
        factors[column] = Factor(float(value), explains and abs(value) > CERTAIN * error and int(part.sum()) >= FEWEST)
    return factors, float(np.median(rest) / max(float(np.median(np.abs(energy))), 1e-12))


def _least_absolute_deviations(table: FloatArray, values: FloatArray) -> FloatArray:
    weights = np.ones(len(values))
    solution: FloatArray = np.zeros(table.shape[1])
    smallest = 1e-4 * max(float(np.mean(np.abs(values))), 1e-12)
    for _ in range(30):
        root = np.sqrt(weights)
        solution[:] = np.linalg.lstsq(table * root[:, None], values * root, rcond=None)[0]
        weights = 1.0 / np.maximum(np.abs(values - table @ solution), smallest)
    return solution


def _unrelated(pairs: Sequence[NearPair]) -> Iterator[Finding]:
    near = [pair for pair in pairs if pair.displacement < NEAR and abs(pair.energy) > SMALLEST_CHANGE * pair.n_atoms]
    if len(near) < FEWEST_NEAR:
        return
    _, unexplained = _factors(near)
    if unexplained > UNEXPLAINED:
        text = (
            f"energies and forces do not belong together: forces explain {100 * max(0.0, 1 - unexplained):.0f} % "
            f"of the energy differences of {len(near)} pairs of near frames"
        )
        mend = "look for frames, atoms or columns that were mixed up when the file was written"
        yield Finding("force-energy", True, text, mend)


def _forces(force: Factor) -> Iterator[Finding]:
    if not force.is_certain:
        return
    if force.value < 0.0:
        text = "the forces point uphill: energies rise along them. They look like gradients"
        yield Finding("force-sign", True, text, "multiply the forces by -1")
    if not force.is_one:
        size = abs(force.value)
        guesses = sorted(FORCE_FACTORS, key=lambda name: abs(np.log(FORCE_FACTORS[name] / size)))
        near = [name for name in guesses if abs(np.log(FORCE_FACTORS[name] / size)) < np.log(1.3)]
        text = f"energy differences are {size:.3g} times the work of the forces: they are in different units"
        text += "; " + ", or ".join(near[:3]) if near else ""
        yield Finding("energy-force-unit", True, text, "convert energies to eV and forces to eV/Å")


def _stresses(force: Factor, stress: Factor, pairs: Sequence[NearPair], frames: Sequence[Frame]) -> Iterator[Finding]:
    if not stress.is_certain:
        return
    # Where forces and energies disagree, the stress is right if it agrees with either.
    relative = Factor(stress.value / (abs(force.value) if force.is_certain else 1.0), True)
    if stress.value < 0.0:
        text = "the stress has the wrong sign: strained frames lose energy where it says that they gain"
        mend = "multiply the stress by -1: ASE's sign is wanted, -virial/volume, positive under tension"
        yield Finding("stress-sign", True, text, mend)
    if not (relative.is_one or stress.is_one):
        size = abs(relative.value)
        volumes = [frames[pair.first].atoms.get_volume() for pair in pairs if pair.has_stress]
        table = {**STRESS_FACTORS, VIRIAL: 1.0 / float(np.median(volumes))}
        guess = min(table, key=lambda name: abs(np.log(table[name] / size)))
        text = f"energy differences of strained frames are {size:.3g} times the work of the stresses"
        text += f"; the stresses look like {guess}" if abs(np.log(table[guess] / size)) < np.log(1.5) else ""
        yield Finding("stress-unit", True, text, "convert the stresses to eV/Å³ (1 GPa = 0.00624151 eV/Å³)")


def _odd_frames(frames: Sequence[Frame], pairs: Sequence[NearPair]) -> Iterator[Finding]:
    """Frames whose energy differs from all of their near frames by what no force explains."""
    rest = np.array([(pair.energy - pair.force_work - pair.stress_work) / pair.n_atoms for pair in pairs])
    spread = max(1.4826 * float(np.median(np.abs(rest))), ODD_SMALLEST)
    by_frame = defaultdict(list)
    for pair, value in zip(pairs, rest, strict=True):
        by_frame[pair.first].append((pair.second, -value))
        by_frame[pair.second].append((pair.first, value))
    odd = {
        index: float(np.median([value for _, value in values]))
        for index, values in by_frame.items()
        if len(values) >= FEWEST and min(abs(value) for _, value in values) > ODD * spread
    }
    if odd and len(odd) <= max(1, len(by_frame) // 4):
        names = [frames[index].name for index in sorted(odd, key=lambda index: -abs(odd[index]))]
        worst = max(odd.values(), key=abs)
        text = (
            f"the energy does not follow from the forces and the near frames in {frames_text(names)}: "
            f"off by {worst:+.3g} eV/atom where {spread:.2g} is usual"
        )
        mend = "look at the output of these calculations: not converged, other settings, or numbers of another frame?"
        yield Finding("force-energy", True, text, mend, tuple(names[:N_NAMED] if len(names) > 50 else names))

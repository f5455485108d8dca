"""Energies against forces and stresses -> units and signs that differ, and frames whose numbers do not belong together.

Over pairs of nearly equal frames, energy differences are fitted by the work of forces and of stresses: the
two factors are 1 if all is in eV and Å, the ratio of two units if not, and negative if a sign is wrong. Where
there are no such pairs, a linear potential says the same less sharply.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnmanybody.checks.finding import N_NAMED, Finding, frames_text
from nnmanybody.checks.linear_model import LinearModel
from nnmanybody.checks.near_pairs import NO_STRAIN, NearPair, near_pairs
from nnmanybody.checks.robust import least_absolute_deviations
from nnmanybody.data import Frame

FloatArray = NDArray[np.float64]

N_PAIRS = 400
"""The nearest of them are looked at."""
FEWEST = 5
"""Frames in pairs, and pairs, below which nothing is said."""
EXPLAINED = 0.5
"""Mean deviation over mean energy difference below which the factors are trusted."""
EXPLAINED_STRESS = 0.3
"""The same for the stresses of a linear potential."""
UNRELATED = 0.3
"""Share of the forces, explained by a linear potential, below which they are no forces of these structures."""
AGREE = 1.45
"""Factors up to this (and its inverse) are the error of the rule; eV/Bohr for eV/Å is 1.89."""
AGREE_LINEAR = 1.65
"""The same for a linear potential."""
ODD = 8.0
"""Robust standard deviations of what the rule leaves over."""
ODD_SMALLEST = 2e-3
"""eV/atom."""
SMALLEST_WORK, SMALLEST_CHANGE = 1e-6, 1e-4
"""eV/atom. Less is the rounding of files."""
AT_REST = 0.02
"""Å."""
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
PER_ATOM = "the energies look like energies per atom: multiply each by its number of atoms"
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
    tolerance : float
        Factors up to this, and its inverse, are the error of the rule.
    """

    value: float
    is_certain: bool
    tolerance: float = AGREE

    @property
    def is_one(self) -> bool:
        """Whether both are in the same units, but for the error of the rule."""
        return 1.0 / self.tolerance < abs(self.value) < self.tolerance


NOTHING_KNOWN = Factor(np.nan, False)


def check_consistency(frames: Sequence[Frame]) -> Iterator[Finding]:
    """Compare energies with forces and stresses: over pairs of near frames, else by a linear potential."""
    usable = [pair for pair in near_pairs(frames) if pair.strain < NO_STRAIN or pair.has_stress]
    pairs = sorted(usable, key=lambda pair: pair.displacement)[:N_PAIRS]
    are_enough = len({index for pair in pairs for index in (pair.first, pair.second)}) >= FEWEST
    changes = max((abs(pair.energy) / pair.n_atoms for pair in pairs), default=0.0)
    force, stress, unexplained = NOTHING_KNOWN, NOTHING_KNOWN, 1.0
    if are_enough and changes > SMALLEST_CHANGE:
        force, stress, unexplained = _factors(pairs)
    explained = 1.0
    if not (force.is_certain and stress.is_certain):
        force, stress, explained = _by_linear_model(frames, force, stress)
    if np.isnan(force.value) and any(pair.displacement > AT_REST for pair in pairs):
        stress = NOTHING_KNOWN  # without forces, atoms that moved hide what the strain did
    findings = list(_unrelated(explained)) or [*_forces(force, frames), *_stresses(force, stress, frames)]
    yield from findings
    if not findings and unexplained < EXPLAINED:
        yield from _odd_frames(frames, pairs)


def _by_linear_model(frames: Sequence[Frame], force: Factor, stress: Factor) -> tuple[Factor, Factor, float]:
    """Replace factors that are not certain by those of a linear potential, where these are.

    Returns
    -------
    force, stress : Factor
    explained : float
        Share of the forces that structures explain.
    """
    model = LinearModel(frames)
    if not model.is_usable:
        return force, stress, 1.0
    explained, factor, rest = model.from_forces()
    if not force.is_certain and explained > EXPLAINED and rest < EXPLAINED:
        force = Factor(factor, True, AGREE_LINEAR)
    if not stress.is_certain and explained > EXPLAINED and any(frame.stress is not None for frame in frames):
        unit = force.value if force.is_certain else 1.0
        factor, rest = model.stresses(unit)
        if rest < EXPLAINED_STRESS and factor != 0.0:
            # Like that of the pairs: energies over the work of stresses, not stresses over those of the forces.
            stress = Factor(unit / factor, True, AGREE_LINEAR)
    return force, stress, explained


def _factors(pairs: Sequence[NearPair]) -> tuple[Factor, Factor, float]:
    """Fit the factors of both works by least absolute deviations: a few wrong frames do not move them.

    Returns
    -------
    force, stress : Factor
    unexplained : float
        What they leave over, relative to the energy differences.
    """
    sizes = np.array([pair.n_atoms for pair in pairs], dtype=np.float64)
    energy = np.array([pair.energy for pair in pairs]) / sizes
    work = np.array([[pair.force_work, pair.stress_work] for pair in pairs]) / sizes[:, None]
    used, present = np.abs(work).max(axis=0) > SMALLEST_WORK, np.abs(work) > SMALLEST_WORK
    # Relative errors, so that a few pairs of large differences do not decide alone.
    size = np.abs(energy) + max(float(np.median(np.abs(energy))), 1e-12)
    energy, work = energy / size, work / size[:, None]
    table = work[:, used]
    solution = least_absolute_deviations(table, energy)
    rest = np.abs(energy - table @ solution)
    spread = max(1.4826 * float(np.median(rest)), 1e-9)
    errors = spread * np.sqrt(np.maximum(np.diag(np.linalg.pinv(table.T @ table)), 0.0))
    factors = [NOTHING_KNOWN, NOTHING_KNOWN]
    for column, value, error in zip(np.flatnonzero(used), solution, errors, strict=True):
        part = present[:, column]
        term = np.abs(value * work[part, column])
        explains = int(part.sum()) >= FEWEST and float(np.median(rest[part])) < EXPLAINED * float(np.median(term))
        factors[column] = Factor(float(value), explains and bool(abs(value) > CERTAIN * error))
    unexplained = float(np.median(rest) / max(float(np.median(np.abs(energy))), 1e-12))
    return factors[0], factors[1], unexplained


def _unrelated(explained: float) -> Iterator[Finding]:
    if explained < UNRELATED:
        text = (
            f"the forces do not belong to the structures: a fit of them, which explains nearly all of what a "
            f"potential gives, explains {100 * max(0.0, explained):.0f} %"
        )
        mend = "look for frames, atoms or columns that were mixed up when the file was written"
        yield Finding("force-energy", True, text, mend)


def _forces(force: Factor, frames: Sequence[Frame]) -> Iterator[Finding]:
    if not force.is_certain:
        return
    if force.value < 0.0:
        text = "the forces point uphill: energies rise along them. They look like gradients"
        yield Finding("force-sign", True, text, "multiply the forces by -1")
    if not force.is_one:
        size = abs(force.value)
        table = {**FORCE_FACTORS, PER_ATOM: 1.0 / float(np.median([len(frame.atoms) for frame in frames]))}
        guesses = sorted(table, key=lambda name: abs(np.log(table[name] / size)))
        near = [name for name in guesses if abs(np.log(table[name] / size)) < np.log(force.tolerance)]
        text = f"energy differences are {size:.3g} times the work of the forces: they are in different units"
        text += "; " + ", or ".join(near[:3]) if near else ""
        yield Finding("energy-force-unit", True, text, "convert energies to eV and forces to eV/Å")


def _stresses(force: Factor, stress: Factor, frames: Sequence[Frame]) -> Iterator[Finding]:
    if not stress.is_certain:
        return
    # Where forces and energies disagree, the stress is right if it agrees with either.
    relative = Factor(stress.value / (abs(force.value) if force.is_certain else 1.0), True, stress.tolerance)
    if stress.value < 0.0:
        text = "the stress has the wrong sign: strained frames lose energy where it says that they gain"
        mend = "multiply the stress by -1: ASE's sign is wanted, -virial/volume, positive under tension"
        yield Finding("stress-sign", True, text, mend)
    if not (relative.is_one or stress.is_one):
        size = abs(relative.value)
        volumes = [frame.atoms.get_volume() for frame in frames if frame.atoms.cell.rank == 3]
        table = {**STRESS_FACTORS, VIRIAL: 1.0 / float(np.median(volumes))}
        near = [name for name in table if abs(np.log(table[name] / size)) < np.log(stress.tolerance)]
        text = f"energy differences of strained frames are {size:.3g} times the work of the stresses"
        text += f"; the stresses look like {', or like '.join(near)}" if near else ""
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

"""Frames -> those that are there twice, nearly twice, or twice with different energies."""

from collections.abc import Iterator, Sequence

import numpy as np

from nnmanybody.checks.finding import Finding, listed
from nnmanybody.checks.geometry import Geometry
from nnmanybody.checks.near_pairs import difference
from nnmanybody.data import ISOLATED_ATOM, Frame

SAME = 1e-5
"""Å and strain: the digits of a file."""
NEARLY, NEARLY_STRAIN = 0.01, 1e-3
"""Å and strain. Such frames say the same."""
SAME_ENERGY = 1e-3
"""eV/atom. One structure has one energy, but for settings of the calculation."""
FINGERPRINT = 1e-6
"""Relative; structures whose sums over distances are this near are the same, turned or shifted or not."""
FINGERPRINT_NEARLY = 5e-3
WINDOW = 8
"""Frames of nearly equal fingerprints that are compared with each other."""

REMOVE = "remove the second of each pair; in a split, one of them would validate what the other has taught"
TEXTS = {
    "contradiction": (
        "the same structure with different energies",
        "find out which energy is right (method, converged or not, unit) and remove the other",
    ),
    "duplicate": ("frames that are there twice", REMOVE),
    "near-duplicate": ("frames that differ by less than 0.01 Å", REMOVE),
}
"""What is said, and how to mend it."""


def check_duplicates(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    """Look for frames that repeat another one."""
    same: list[tuple[int, int]] = []
    nearly: list[tuple[int, int]] = []
    contradictory: list[tuple[int, int]] = []
    for one, other in _candidates(geometries):
        if frames[one].config_type == ISOLATED_ATOM:
            continue
        kind = _kind(frames[one], frames[other])
        a, b = geometries[one].fingerprint, geometries[other].fingerprint
        if np.allclose(a, b, rtol=FINGERPRINT) and _energies_differ(frames[one], frames[other]):
            contradictory.append((one, other))
        elif kind == "same":
            same.append((one, other))
        elif kind == "nearly":
            nearly.append((one, other))
    yield from _finding("contradiction", frames, contradictory)
    yield from _finding("duplicate", frames, same)
    yield from _finding("near-duplicate", frames, nearly)


def _candidates(geometries: Sequence[Geometry]) -> Iterator[tuple[int, int]]:
    """Pairs of frames with nearly the same sums over distances."""
    table = np.array([geometry.fingerprint for geometry in geometries]).reshape(-1, 4)
    order = [index for index in np.lexsort(table.T[::-1]) if np.isfinite(table[index]).all()]
    for position, one in enumerate(order):
        for other in order[position + 1 : position + 1 + WINDOW]:
            if np.allclose(table[one], table[other], rtol=FINGERPRINT_NEARLY):
                yield min(one, other), max(one, other)


def _kind(one: Frame, other: Frame) -> str:
    if not np.array_equal(one.atoms.numbers, other.atoms.numbers) or (one.atoms.pbc != other.atoms.pbc).any():
        return ""
    found = difference(one, other)
    if found is None:
        return ""
    displacement, strain = (float(np.abs(array).max()) for array in found)
    if displacement < SAME and strain < SAME:
        return "same"
    return "nearly" if displacement < NEARLY and strain < NEARLY_STRAIN else ""


def _energies_differ(one: Frame, other: Frame) -> bool:
    if one.energy is None or other.energy is None:
        return False
    return abs(one.energy - other.energy) > SAME_ENERGY * len(one.atoms)


def _finding(check: str, frames: Sequence[Frame], pairs: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    if not pairs:
        return
    what, mend = TEXTS[check]
    seconds = list(dict.fromkeys(frames[other].name for _, other in pairs))
    shown = [f"{frames[one].name} and {frames[other].name}" for one, other in pairs]
    text = f"{what}: {listed(shown)}"
    if check == "contradiction":
        one, other = (frames[index] for index in pairs[0])
        text += f"; the first two have {one.energy:.8g} and {other.energy:.8g} eV"
    yield Finding(check, check == "contradiction", text, mend, tuple(seconds))

"""Distances of all frames -> lengths in a wrong unit, atoms too near, atoms alone, small cells, elements missing."""

from collections.abc import Iterator, Sequence

import numpy as np

from nnmanybody.checks.finding import Finding, frames_text, listed
from nnmanybody.checks.geometry import Geometry, is_dimer, typical_ratio
from nnmanybody.data import ENVIRONMENT, ISOLATED_ATOM, Frame

LONG, SHORT = 1.5, 0.63
"""Nearest distance over the sum of covalent radii: solids and molecules have 0.75 to 1.3, 1.9 times that in Bohr."""
ODD_LONG, ODD_SHORT = 1.6, 0.62
"""The same of one frame over that of all."""
OVERLAP, NEAR = 0.55, 0.65
"""The same of one pair: below the first nothing is bound, below the second few things are."""


def check_structures(frames: Sequence[Frame], geometries: Sequence[Geometry], cutoff: float) -> Iterator[Finding]:
    """Look at the distances; see the finding's texts."""
    yield from _unknown_elements(frames)
    units = list(_length_unit(frames, geometries))
    yield from units
    if not units:  # which would make all distances wrong
        yield from _distances(frames, geometries)
        yield from _alone(frames, geometries, cutoff)
    small = [frame.name for frame, geometry in zip(frames, geometries, strict=True) if geometry.narrowest < cutoff]
    if small:
        text = (
            f"the cell is narrower than the cutoff of {cutoff:g} Å in {frames_text(small)}: atoms see their own images"
        )
        yield Finding("small-cell", False, text, "nothing: that is computed rightly", tuple(small))


def _unknown_elements(frames: Sequence[Frame]) -> Iterator[Finding]:
    names = [frame.name for frame in frames if (frame.atoms.numbers == 0).any()]
    if names:
        text = f"atoms of no element (X) in {frames_text(names)}"
        yield Finding("element", True, text, "write chemical symbols in the column species", tuple(names))


def _length_unit(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    """Compare nearest distances with covalent radii: of all frames, then of each with all."""
    usual = typical_ratio(geometries)
    if usual is None:
        return
    if not SHORT < usual < LONG:
        guess = "they look like Bohr" if usual > LONG else "they look like nm, or converted to Å twice"
        text = (
            f"the nearest neighbors are {usual:.2f} times as far away as covalent radii say: lengths are no Å; {guess}"
        )
        mend = "convert positions and cell to Å (1 Bohr = 0.529177 Å), and forces and stresses with them"
        yield Finding("length-unit", True, text, mend)
        return
    odd = []
    for frame, geometry in zip(frames, geometries, strict=True):
        ratio = float(np.median(geometry.ratios)) / usual if geometry.ratios.size else 1.0
        if len(frame.atoms) > 3 and not ODD_SHORT < ratio < ODD_LONG:
            odd.append((frame.name, ratio))
    if odd:
        names = [name for name, _ in odd]
        text = (
            f"the nearest neighbors in {frames_text(names)} are {odd[0][1]:.2f} times as far away as in the other "
            "frames: another unit of length?"
        )
        yield Finding("length-unit", True, text, "convert these frames to Å, or remove them", tuple(names))


def _distances(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    near: dict[bool, list[tuple[float, str, str]]] = {True: [], False: []}
    for frame, geometry in zip(frames, geometries, strict=True):
        if geometry.shortest < NEAR:
            problem = geometry.shortest < OVERLAP and not is_dimer(frame, geometry)
            near[problem].append((geometry.shortest, frame.name, geometry.error or geometry.shortest_pair))
    for problem, found in near.items():
        if found:
            ratio, name, where = min(found)
            names = [name for _, name, _ in sorted(found)]
            text = f"atoms too near in {frames_text(names)}; worst in {name}: {where}"
            text += f", {ratio:.2f} of the sum of their covalent radii" if ratio else ""
            mend = "remove or mend the frames" if problem else "nothing, if that is meant (dimer curves, collisions)"
            yield Finding("distance", problem, text, mend, tuple(names))


def _alone(frames: Sequence[Frame], geometries: Sequence[Geometry], cutoff: float) -> Iterator[Finding]:
    """Atoms without neighbors: their functions are all zero, which stretches the range of every one."""
    kinds: dict[str, list[str]] = {"single": [], "dimer": [], "inside": []}
    where: dict[str, str] = {}
    for frame, geometry in zip(frames, geometries, strict=True):
        if geometry.alone and frame.config_type not in (ISOLATED_ATOM, ENVIRONMENT):
            kind = "single" if len(frame.atoms) == 1 else "dimer" if is_dimer(frame, geometry) else "inside"
            kinds[kind].append(frame.name)
            where.setdefault(kind, listed([str(atom) for atom in geometry.alone]))
    if names := kinds["single"]:
        text = f"one atom alone, not marked as such, in {frames_text(names)}"
        mend = f"write config_type={ISOLATED_ATOM}: its energy is a reference energy, and it is not trained on"
        yield Finding("isolated-atom", True, text, mend, tuple(names))
    if names := kinds["inside"]:
        text = f"atoms without a neighbor within {cutoff:g} Å in {frames_text(names)}"
        text += f"; in {names[0]}: atom {where['inside']}"
        mend = "mend the cell or the position, remove the frame, or take a larger cutoff"
        yield Finding("isolated-atom", True, text, mend, tuple(names))
    if names := kinds["dimer"]:
        text = f"two atoms farther apart than the cutoff of {cutoff:g} Å in {frames_text(names)}"
        yield Finding("isolated-atom", False, text, "nothing: they have the energy of two atoms alone", tuple(names))


def check_elements(train: Sequence[Frame], validation: Sequence[Frame], how: str) -> Iterator[Finding]:
    """Look for elements that the training part lacks.

    Parameters
    ----------
    train, validation : sequence of Frame
    how : str
        How the frames were divided, for the text.
    """

    def elements(part: Sequence[Frame]) -> set[str]:
        return {
            symbol for frame in part if frame.config_type != ISOLATED_ATOM for symbol in frame.atoms.symbols.species()
        }

    missing = sorted(elements(validation) - elements(train))
    if missing:
        names = [frame.name for frame in validation if frame.atoms.symbols.species() & set(missing)]
        text = f"no training frame has {', '.join(missing)}, but {frames_text(names)} for validation ({how})"
        mend = "add frames with it to the training part, or choose another data.split_seed"
        yield Finding("missing-element", True, text, mend, tuple(names))

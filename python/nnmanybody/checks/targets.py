"""Energies, forces and stresses by themselves -> those that cannot be right."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nnmanybody.checks.finding import Finding, frames_text
from nnmanybody.checks.geometry import Geometry
from nnmanybody.data import ENVIRONMENT, ISOLATED_ATOM, Frame

FloatArray = NDArray[np.float64]

NET_FORCE = 0.05
"""Length of the sum of the forces, in units of what it would be if they had nothing to do with each other ..."""
SMALLEST_NET_FORCE = 0.02
"""... and at least this much for each √atom, eV/Å: what codes leave over."""
SYMMETRIC = 0.02
"""An atom whose neighbors pull this little to one side may feel no force by symmetry."""


def check_targets(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    """Constant energies, forces that are zero or do not add up to zero, stresses that are zero or without a cell."""
    whole = [frame for frame in frames if frame.config_type != ENVIRONMENT]
    yield from _constant_energies(whole)
    yield from _net_forces(whole)
    yield from _zero_forces(frames, geometries)
    yield from _zero_stresses(whole)
    yield from _stress_without_cell(whole)


def _constant_energies(frames: Sequence[Frame]) -> Iterator[Finding]:
    known = [frame for frame in frames if frame.energy is not None and frame.config_type != ISOLATED_ATOM]
    energies = {frame.energy for frame in known}
    if len(known) > 2 and len(energies) == 1 and _n_different(known) > 2:
        text = f"all {len(known)} energies are {known[0].energy:.10g} eV, though the structures differ"
        yield Finding("constant-energy", True, text, "take the energies from the output of the calculations again")


def _n_different(frames: Sequence[Frame]) -> int:
    return len({np.round(frame.atoms.positions, 6).tobytes() for frame in frames})


def _net_forces(frames: Sequence[Frame]) -> Iterator[Finding]:
    worst, found = 0.0, []
    for frame in frames:
        if frame.forces is None or len(frame.atoms) < 2:
            continue
        net = float(np.linalg.norm(frame.forces.sum(axis=0)))
        scale = np.sqrt(len(frame.atoms)) * max(float(np.sqrt(np.mean(frame.forces**2))), 1e-300)
        if net > NET_FORCE * scale and net > SMALLEST_NET_FORCE * np.sqrt(len(frame.atoms)):
            found.append((net, frame))
            worst = max(worst, net)
    if not found:
        return
    names = [frame.name for _, frame in sorted(found, key=lambda item: -item[0])]
    at_rest = [frame for _, frame in found if frame.forces is not None and (frame.forces == 0.0).all(axis=1).any()]
    text = f"forces do not add up to zero in {frames_text(names)}: up to {worst:.3g} eV/Å"
    if at_rest:
        text += "; some of their atoms have no force at all: were they held fixed, and their forces taken away?"
    mend = "look for atoms that are missing, mixed up, or held fixed (ASE: get_forces(apply_constraint=False))"
    yield Finding("net-force", True, text, mend, tuple(names))


def _zero_forces(frames: Sequence[Frame], geometries: Sequence[Geometry]) -> Iterator[Finding]:
    """Find forces that are zero to the last digit where nothing in the structure makes them so."""
    zero = [
        frame.name
        for frame, geometry in zip(frames, geometries, strict=True)
        if frame.forces is not None and not frame.forces.any() and geometry.asymmetry > SYMMETRIC
    ]
    if zero:
        text = f"all forces are exactly zero in {frames_text(zero)}, though the structures are not symmetric"
        mend = "these forces are not known: leave the column out (RuNNer's input.data has zeros for them)"
        yield Finding("zero-forces", True, text, mend, tuple(zero))


def _zero_stresses(frames: Sequence[Frame]) -> Iterator[Finding]:
    with_stress = [frame for frame in frames if frame.stress is not None]
    zero = [frame.name for frame in with_stress if frame.stress is not None and not frame.stress.any()]
    if len(zero) > 1:
        text = f"all components of the stress are exactly zero in {frames_text(zero)}"
        yield Finding("zero-stress", True, text, "leave a stress that is not known out", tuple(zero))


def _stress_without_cell(frames: Sequence[Frame]) -> Iterator[Finding]:
    names = [
        frame.name
        for frame in frames
        if frame.stress is not None and not (frame.atoms.pbc.all() and frame.atoms.cell.rank == 3)
    ]
    if names:
        text = f"a stress, which is force per area of a cell, but not periodic along a, b and c: {frames_text(names)}"
        yield Finding(
            "stress-without-cell", True, text, 'mend pbc="T T T" and Lattice, or remove the stress', tuple(names)
        )

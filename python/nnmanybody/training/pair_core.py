"""Frames and what the configuration says of a core -> the core, and frames whose targets are without it."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnmanybody._core import PairCore
from nnmanybody.config import PairCoreConfig
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.evaluation import stress_from_virial
from nnmanybody.potential import Potential
from nnmanybody.training.checks import checked_neighbors
from nnmanybody.training.split import Split

logger = logging.getLogger(__name__)

STEP = 0.01
"""Å, to which the default outer radius is rounded down."""


def choose_core(
    config: PairCoreConfig | None, frames: Sequence[Frame], cutoff: float, start: Potential | None = None
) -> PairCore | None:
    """Choose the core: that of `start`, as configured, or by default one that ends at the data's shortest distance.

    Parameters
    ----------
    config : PairCoreConfig, optional
    frames : sequence of Frame
    cutoff : float, Å
        Of the symmetry functions.
    start : Potential, optional
        What the training continues from.

    Returns
    -------
    PairCore, or None
        None where it is configured so, and by default where no frame has two atoms within the cutoff.

    Raises
    ------
    NNPError
        If the outer radius is beyond the cutoff, or two atoms are on top of one another.
    """
    shortest, name = _shortest_distance(frames, cutoff)
    core = start.pair_core if start is not None else _configured(config, shortest)
    if core is None:
        return None
    if core.outer > cutoff:
        raise NNPError(
            f"pair_core.outer is {core.outer:g} Å, beyond the cutoff of the symmetry functions, {cutoff:g} Å: "
            "neighbors are not known so far out; choose a smaller one"
        )
    logger.info("core: zbl from %g to %g Å; shortest distance in the data %.3f Å", core.inner, core.outer, shortest)
    if core.outer > shortest:
        logger.warning(
            "pair_core reaches to %g Å, into the data, whose shortest distance is %.3f Å (%s): it is taken from the "
            "targets there, and the networks must make up for it; an outer radius below that leaves the data alone",
            core.outer, shortest, name,
        )  # fmt: skip
    return core


def _configured(config: PairCoreConfig | None, shortest: float) -> PairCore | None:
    if config is None:
        return None
    if config.inner is not None and config.outer is not None:
        return PairCore(config.kind, config.inner, config.outer)
    if not np.isfinite(shortest):
        return None
    outer = STEP * np.floor(shortest / STEP)
    return PairCore(config.kind, round(outer / 2.0, 3), round(outer, 3))


def _shortest_distance(frames: Sequence[Frame], cutoff: float) -> tuple[float, str]:
    """Shortest distance below the cutoff, Å, and the name of its frame; infinite where there is none."""
    near = [(float(checked_neighbors(frame, cutoff).distance.min(initial=np.inf)), frame.name) for frame in frames]
    return min(near)


def without_core(split: Split, core: PairCore | None, elements: Sequence[str]) -> Split:
    """Take the core's energies, forces and stresses from the targets of both parts; isolated atoms have none."""
    if core is None:
        return split

    def reduced(frames: Sequence[Frame]) -> tuple[Frame, ...]:
        return tuple(_without_core(frame, core, elements) for frame in frames)

    return replace(split, train=reduced(split.train), validation=reduced(split.validation))


def _without_core(frame: Frame, core: PairCore, elements: Sequence[str]) -> Frame:
    pairs = checked_neighbors(frame, core.outer)
    if not pairs.distance.size:
        return frame
    species = np.array([elements.index(symbol) for symbol in frame.atoms.get_chemical_symbols()], dtype=np.int32)
    found = core.evaluate(elements, species, pairs.first, pairs.neighbor, pairs.displacement)
    stress = stress_from_virial(found["virial"], frame.atoms)
    return replace(
        frame,
        energy=None if frame.energy is None else frame.energy - float(found["energies"].sum()),
        forces=None if frame.forces is None else frame.forces - found["forces"],
        stress=frame.stress if frame.stress is None or stress is None else frame.stress - stress,
        atomic_energies=None if frame.atomic_energies is None else frame.atomic_energies - found["energies"],
    )

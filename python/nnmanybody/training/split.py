"""Frames -> training part and validation part."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnmanybody.data import ISOLATED_ATOM, Frame
from nnmanybody.errors import NNPError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Split:
    """The parts of the data.

    Attributes
    ----------
    train, validation : tuple of Frame
    isolated : tuple of Frame
        Isolated atoms: reference energies, not structures to learn from. Their descriptors, all
        zero, would stretch the range of every function.
    """

    train: tuple[Frame, ...]
    validation: tuple[Frame, ...]
    isolated: tuple[Frame, ...]


def split_frames(
    frames: Sequence[Frame],
    validation: Sequence[Frame],
    fraction: float,
    seed: int,
    config_types: Sequence[str] = (),
) -> Split:
    """Divide the frames; those left keep their order.

    Parameters
    ----------
    frames : sequence of Frame
    validation : sequence of Frame
        Given validation frames; if there are none, nor any `config_types`, a share of `frames` is drawn.
    fraction : float
        Share drawn, rounded, but at least one frame unless 0.
    seed : int
    config_types : sequence of str
        Frames of these types all go to the validation part.

    Raises
    ------
    NNPError
        If a type is in no frame, or nothing is left to train on.
    """
    missing = sorted(set(config_types) - {frame.config_type for frame in frames})
    if missing:
        known = ", ".join(sorted({frame.config_type for frame in frames if frame.config_type})) or "none"
        raise NNPError(
            f"data.validation_config_types: no frame of the training files is {', '.join(missing)}; they have: {known}"
        )
    isolated = tuple(frame for frame in (*frames, *validation) if frame.config_type == ISOLATED_ATOM)
    rest = [frame for frame in frames if frame.config_type != ISOLATED_ATOM]
    held_out = [frame for frame in validation if frame.config_type != ISOLATED_ATOM]
    held_out += [frame for frame in rest if frame.config_type in config_types]
    rest = [frame for frame in rest if frame.config_type not in config_types]
    if not held_out and fraction > 0.0:
        n_validation = max(1, round(fraction * len(rest)))
        drawn = set(np.random.default_rng(seed).permutation(len(rest))[:n_validation].tolist())
        held_out = [frame for index, frame in enumerate(rest) if index in drawn]
        rest = [frame for index, frame in enumerate(rest) if index not in drawn]
    if not rest:
        raise NNPError(
            f"no frame is left to train on: {len(frames) + len(validation)} frames were read, {len(isolated)} are "
            f"isolated atoms, {len(held_out)} are for validation. Add data, or set data.validation_fraction: 0"
        )
    logger.info("%d frames to train on, %d for validation, %d isolated atoms", len(rest), len(held_out), len(isolated))
    return Split(tuple(rest), tuple(held_out), isolated)

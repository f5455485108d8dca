"""Networks, frames, and where to keep what is computed -> the inputs of a training."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nnmanybody import _core
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.model import Model
from nnmanybody.neighbors import NeighborList
from nnmanybody.training.frame_inputs import (
    FrameInputs,
    Geometry,
    Wanted,
    centers_of,
    frame_targets,
    geometry,
    with_blocks,
)
from nnmanybody.training.input_cache import InputCache
from nnmanybody.training.input_sources import Inputs
from nnmanybody.training.memory import Mode
from nnmanybody.training.raw_blocks import RawBlock, descriptor_values, raw_blocks

logger = logging.getLogger(__name__)

CACHE_NAME = "cache"
"""In the output folder, where no other folder is named."""


def cache_folder(config: TrainingConfig) -> Path:
    """Where values and Jacobians are kept if they are."""
    return config.cache or config.output / CACHE_NAME


@dataclass(frozen=True)
class FrameMaker:
    """Frames -> their inputs.

    Attributes
    ----------
    model : Model
    config : TrainingConfig
    mode : "memory", "stream" or "matrix_free"
    wanted : Wanted
    cache : InputCache, optional
    """

    model: Model
    config: TrainingConfig
    mode: Mode
    wanted: Wanted
    cache: InputCache | None

    @property
    def _elements(self) -> list[str]:
        return [network.description.element for network in self.model.elements]

    def inputs(self, frames: Sequence[Frame], label: str) -> Inputs:
        """Make the inputs of one part of the data."""
        reference = [network.description.reference_energy for network in self.model.elements]
        targets = [
            frame_targets(frame, self._elements, reference, wanted=self.wanted, weight=self._weight(frame))
            for frame in frames
        ]
        by_function = [network.description.transform.matrix for network in self.model.elements]
        made = Inputs(
            targets,
            lambda number: self.complete(frames[number], targets[number]),
            by_function=() if self.mode == "memory" else by_function,
            dtype=self.config.precision,
            threads=self.config.threads,
        )
        return made.held(label) if self.mode == "memory" else made

    def complete(self, frame: Frame, targets: FrameInputs) -> FrameInputs:
        """Compute or read the inputs of one frame."""
        cutoff = max(descriptor.cutoff for descriptor in self.model.descriptors)
        transforms = [network.description.transform for network in self.model.elements]
        centers = centers_of(frame, self._elements, self.wanted)
        dtype = self.config.precision

        def structure() -> Geometry:
            return geometry(frame, self._elements, cutoff, self.wanted)

        def compute() -> Sequence[RawBlock]:
            return raw_blocks(structure(), self.model.descriptors, self.wanted, dtype)

        blocks: Sequence[RawBlock]
        if self.mode == "matrix_free":
            whole = structure()
            blocks = _values_alone(whole, self.model.descriptors, dtype)
            own = whole if targets.has_forces or targets.has_stress else _without_pairs(whole)
            targets = replace(targets, geometry=own)
        else:
            blocks = compute() if self.cache is None else self.cache.get(frame, centers, compute)
        return with_blocks(targets, centers, blocks, transforms, dtype=dtype, of_functions=self.mode != "memory")

    def _weight(self, frame: Frame) -> float:
        return self.config.loss.config_types.get(frame.config_type, 1.0) * frame.weight


def _values_alone(structure: Geometry, descriptors: Sequence[_core.Descriptor], dtype: str) -> list[RawBlock]:
    blocks = []
    for values in descriptor_values(structure, descriptors):
        m, n = values.shape
        nothing = np.zeros((m, 0, 3, n), dtype), np.zeros((0, 6, n), dtype)
        blocks.append(RawBlock(values, np.zeros((m, 0), np.int32), *nothing))
    return blocks


def _without_pairs(structure: Geometry) -> Geometry:
    """Frames whose energies alone count need no products."""
    nothing = np.zeros((0, 3))
    pairs = NeighborList(np.zeros_like(structure.pairs.first), np.zeros(0, np.int32), nothing.astype(np.int32), nothing)
    return replace(structure, pairs=pairs)

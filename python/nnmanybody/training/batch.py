"""Inputs of some frames -> one batch of tensors: atoms of all frames numbered through.

Jacobians are by far the largest part. They stay frame by frame, as they lie in memory: putting them together
would copy all of them in every step.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.frame_inputs import ElementInputs, FrameInputs
from nnmanybody.training.tensorflow import tf

Tensor = Any


class BlockBatch(NamedTuple):
    """Inputs of one element's network in one frame; see `ElementInputs`.

    `atom` and `neighbor` are numbered through the batch. Frames without stress have no strain Jacobian.
    """

    atom: Tensor
    inputs: Tensor
    neighbor: Tensor
    jacobian: Tensor
    strain_jacobian: Tensor


class Batch(NamedTuple):
    """Some frames: inputs, targets, and masks (0 or 1) of the targets.

    Shapes: per frame (b,), per atom (n,), forces (n, 3), stress (b, 6); `frame` is the frame of
    every atom, `weight` that of every frame in the loss. `elements` holds the blocks of every frame, by element.
    """

    elements: tuple[tuple[BlockBatch, ...], ...]
    frame: Tensor
    n_atoms: Tensor
    volume: Tensor
    weight: Tensor
    energy: Tensor
    forces: Tensor
    stress: Tensor
    atomic_energies: Tensor
    has_energy: Tensor
    has_forces: Tensor
    has_stress: Tensor
    has_atomic_energy: Tensor


def batch_signature(n_functions: Sequence[int], n_frames: int, dtype: str) -> Batch:
    """Shapes and types of any batch of so many frames, so that one trace serves all of them."""

    def spec(*shape: int | None, kind: str = dtype) -> Tensor:
        return tf.TensorSpec(shape, kind)

    index = spec(None, kind="int32")
    blocks = tuple(
        BlockBatch(
            index,
            spec(None, size),
            spec(None, None, kind="int32"),
            spec(None, None, 3, size),
            spec(None, 6, size),
        )
        for size in n_functions
    )
    per_row = spec(None)
    return Batch(
        tuple((block,) * n_frames for block in blocks), index, per_row, per_row, per_row, per_row, spec(None, 3),
        spec(None, 6), per_row, per_row, per_row, per_row, per_row
    )  # fmt: skip


def with_tensors(frame: FrameInputs) -> FrameInputs:
    """Return the frame with its large arrays as tensors, so that batches need not copy them."""
    elements = tuple(
        replace(
            block,
            inputs=tf.constant(block.inputs),
            jacobian=tf.constant(block.jacobian),
            strain_jacobian=tf.constant(block.strain_jacobian),
        )
        for block in frame.elements
    )
    return replace(frame, elements=elements)


def make_batch(frames: Sequence[FrameInputs], dtype: str) -> Batch:
    """Put frames together.

    Parameters
    ----------
    frames : sequence of FrameInputs
    dtype : "float64" or "float32"
    """
    sizes = np.array([frame.n_atoms for frame in frames])
    offsets = np.cumsum(sizes) - sizes
    elements = tuple(
        tuple(_block(frame.elements[number], offset) for frame, offset in zip(frames, offsets, strict=True))
        for number in range(len(frames[0].elements))
    )

    def per_frame(name: str) -> NDArray[Any]:
        return np.array([getattr(frame, name) for frame in frames], dtype=dtype)

    def per_atom(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(frame, name) for frame in frames]).astype(dtype)

    has_forces = np.repeat([frame.has_forces for frame in frames], sizes)
    return Batch(
        elements=elements,
        frame=np.repeat(np.arange(len(frames), dtype=np.int32), sizes),
        n_atoms=per_frame("n_atoms"),
        volume=per_frame("volume"),
        weight=per_frame("weight"),
        energy=per_frame("energy"),
        forces=per_atom("forces"),
        stress=per_frame("stress"),
        atomic_energies=per_atom("atomic_energies"),
        has_energy=per_frame("has_energy"),
        has_forces=has_forces.astype(dtype),
        has_stress=per_frame("has_stress"),
        has_atomic_energy=per_atom("has_atomic_energy"),
    )


def _block(block: ElementInputs, offset: int) -> BlockBatch:
    return BlockBatch(
        atom=(block.atom + offset).astype(np.int32),
        inputs=block.inputs,
        neighbor=(block.neighbor + offset).astype(np.int32),
        jacobian=block.jacobian,
        strain_jacobian=block.strain_jacobian,
    )

"""Inputs of some frames -> one batch of tensors: atoms of all frames numbered through."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.frame_inputs import ElementInputs, FrameInputs
from nnmanybody.training.tensorflow import tf

Tensor = Any


class ElementBatch(NamedTuple):
    """Inputs of one element's network, all frames of the batch; see `ElementInputs`.

    `strain_row` is the row of each strain Jacobian: frames without stress have none.
    """

    atom: Tensor
    inputs: Tensor
    row: Tensor
    neighbor: Tensor
    jacobian: Tensor
    strain_row: Tensor
    strain_jacobian: Tensor


class Batch(NamedTuple):
    """Some frames: inputs, targets, and masks (0 or 1) of the targets.

    Shapes: per frame (b,), per atom (n,), forces (n, 3), stress (b, 6); `frame` is the frame of
    every atom.
    """

    elements: tuple[ElementBatch, ...]
    frame: Tensor
    n_atoms: Tensor
    volume: Tensor
    energy: Tensor
    forces: Tensor
    stress: Tensor
    atomic_energies: Tensor
    has_energy: Tensor
    has_forces: Tensor
    has_stress: Tensor
    has_atomic_energy: Tensor


def batch_signature(n_functions: Sequence[int], dtype: str) -> Batch:
    """Shapes and types of a batch of any size, so that one trace serves all."""

    def spec(*shape: int | None, kind: str = dtype) -> Tensor:
        return tf.TensorSpec(shape, kind)

    index = spec(None, kind="int32")
    elements = tuple(
        ElementBatch(index, spec(None, size), index, index, spec(None, 3, size), index, spec(None, 6, size))
        for size in n_functions
    )
    per_row = spec(None)
    return Batch(
        elements, index, per_row, per_row, per_row, spec(None, 3), spec(None, 6), per_row, per_row, per_row,
        per_row, per_row
    )  # fmt: skip


def with_tensors(frame: FrameInputs) -> FrameInputs:
    """Return the frame with its large arrays as tensors, so that batches need not copy them twice."""
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
        _element_batch([frame.elements[number] for frame in frames], offsets)
        for number in range(len(frames[0].elements))
    )

    def per_frame(name: str) -> Tensor:
        return tf.constant(np.array([getattr(frame, name) for frame in frames], dtype=dtype))

    def per_atom(name: str) -> Tensor:
        return tf.constant(np.concatenate([getattr(frame, name) for frame in frames]).astype(dtype))

    has_forces = np.repeat([frame.has_forces for frame in frames], sizes)
    return Batch(
        elements=elements,
        frame=tf.constant(np.repeat(np.arange(len(frames), dtype=np.int32), sizes)),
        n_atoms=per_frame("n_atoms"),
        volume=per_frame("volume"),
        energy=per_frame("energy"),
        forces=per_atom("forces"),
        stress=per_frame("stress"),
        atomic_energies=per_atom("atomic_energies"),
        has_energy=per_frame("has_energy"),
        has_forces=tf.constant(has_forces.astype(dtype)),
        has_stress=per_frame("has_stress"),
        has_atomic_energy=per_atom("has_atomic_energy"),
    )


def _element_batch(blocks: Sequence[ElementInputs], offsets: NDArray[np.int64]) -> ElementBatch:
    rows = np.array([len(block.atom) for block in blocks])
    row_offsets = np.cumsum(rows) - rows
    strain_rows = [
        offset + np.arange(len(block.strain_jacobian)) for block, offset in zip(blocks, row_offsets, strict=True)
    ]
    return ElementBatch(
        atom=_shifted([block.atom for block in blocks], offsets),
        inputs=tf.concat([block.inputs for block in blocks], axis=0),
        row=_shifted([block.row for block in blocks], row_offsets),
        neighbor=_shifted([block.neighbor for block in blocks], offsets),
        jacobian=tf.concat([block.jacobian for block in blocks], axis=0),
        strain_row=tf.constant(np.concatenate(strain_rows).astype(np.int32)),
        strain_jacobian=tf.concat([block.strain_jacobian for block in blocks], axis=0),
    )


def _shifted(indices: Sequence[NDArray[np.int32]], offsets: NDArray[np.int64]) -> Tensor:
    shifted = [index + offset for index, offset in zip(indices, offsets, strict=True)]
    return tf.constant(np.concatenate(shifted).astype(np.int32))

"""Inputs of some frames -> one batch of tensors: atoms of all frames numbered through.

Jacobians are by far the largest part. They stay frame by frame, as they lie in memory: putting them together
would copy all of them in every step.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.frame_inputs import ElementInputs, FrameInputs, Geometry
from nnmanybody.training.merged_neighbors import pairs_of
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


class PairBatch(NamedTuple):
    """Pairs of one element's centers in all frames of a batch, as the core takes them; see `NeighborList`.

    `center` is the center of every pair. Atoms that are no centers of this element have no pairs here.
    """

    first: Tensor
    center: Tensor
    neighbor: Tensor
    displacement: Tensor


class Batch(NamedTuple):
    """Some frames: inputs, targets, and masks (0 or 1) of the targets.

    Shapes: per frame (b,), per atom (n,), forces (n, 3), stress (b, 6); `frame` is the frame of
    every atom, `weight` that of every frame in the loss. `elements` holds the blocks of every frame, by element.

    Where the Jacobians are those of the functions, `by_function` has the derivatives of the inputs by the functions,
    (n_functions, n_functions), by element. Where there are no Jacobians, `species` of every atom and `pairs` by element
    stand for them. Both are empty otherwise.
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
    by_function: tuple[Tensor, ...] = ()
    species: tuple[Tensor, ...] = ()
    pairs: tuple[PairBatch, ...] = ()


Kind = Literal["inputs", "functions", "pairs"]
"""What the Jacobians of a batch are of; "pairs" if there are none."""


def kind_of(batch: Batch) -> Kind:
    """Say what the Jacobians of a batch are of."""
    return "pairs" if batch.pairs else "functions" if batch.by_function else "inputs"


def batch_signature(n_functions: Sequence[int], n_frames: int, dtype: str, kind: Kind = "inputs") -> Batch:
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
    pairs = PairBatch(spec(None, kind="int64"), index, index, spec(None, 3, kind="float64"))
    return Batch(
        tuple((block,) * n_frames for block in blocks), index, per_row, per_row, per_row, per_row, spec(None, 3),
        spec(None, 6), per_row, per_row, per_row, per_row, per_row,
        by_function=() if kind == "inputs" else tuple(spec(size, size) for size in n_functions),
        species=(index,) if kind == "pairs" else (),
        pairs=(pairs,) * len(n_functions) if kind == "pairs" else ()
    )  # fmt: skip


def with_tensors(frame: FrameInputs) -> FrameInputs:
    """Return the frame with its large arrays as tensors, so that batches need not copy them.

    They stay in the processor's memory: a GPU, whose memory is smaller, gets one batch at a time.
    """
    with tf.device("CPU:0"):
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


def make_batch(frames: Sequence[FrameInputs], dtype: str, by_function: Sequence[Tensor] = ()) -> Batch:
    """Put frames together.

    Parameters
    ----------
    frames : sequence of FrameInputs
    dtype : "float64" or "float32"
    by_function : sequence of (n_functions, n_functions)
        Where the Jacobians are those of the functions: `InputTransform.matrix` by element.
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
    geometries = [frame.geometry for frame in frames if frame.geometry is not None]
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
        by_function=tuple(by_function),
        species=(np.concatenate([geometry.species for geometry in geometries]),) if geometries else (),
        pairs=tuple(_pairs(geometries, number) for number in range(len(elements))) if geometries else (),
    )


def _pairs(geometries: Sequence[Geometry], number: int) -> PairBatch:
    """Pairs of the centers of one element, atoms numbered through."""
    counts, centers, neighbors, displacements, offset = [], [], [], [], 0
    for structure in geometries:
        own, pairs = structure.centers[number], structure.pairs
        row, pair = pairs_of(own, pairs.first)
        count = np.zeros(len(structure.species), dtype=np.int64)
        count[own] = np.diff(pairs.first)[own]
        counts.append(count)
        centers.append(own[row] + offset)
        neighbors.append(pairs.neighbor[pair] + offset)
        displacements.append(pairs.displacement[pair])
        offset += len(structure.species)
    first = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return PairBatch(
        first,
        np.concatenate(centers).astype(np.int32),
        np.concatenate(neighbors).astype(np.int32),
        np.concatenate(displacements),
    )


def loss_counts(frames: Sequence[FrameInputs], dtype: str) -> NDArray[Any]:
    """Sum up weights of what frames are compared with, (4,): the `loss_counts` of their `SquaredErrors`."""
    counts = [
        [frame.has_energy, 3 * frame.n_atoms * frame.has_forces, 6 * frame.has_stress, frame.has_atomic_energy.sum()]
        for frame in frames
    ]
    return (np.array([frame.weight for frame in frames]) @ np.array(counts, dtype=np.float64)).astype(dtype)


def _block(block: ElementInputs, offset: int) -> BlockBatch:
    return BlockBatch(
        atom=(block.atom + offset).astype(np.int32),
        inputs=block.inputs,
        neighbor=(block.neighbor + offset).astype(np.int32),
        jacobian=block.jacobian,
        strain_jacobian=block.strain_jacobian,
    )

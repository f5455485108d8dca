"""One frame and the functions -> their values and Jacobians, as the core computes them. NumPy and the core only.

These depend on nothing but the structure and the functions, so that they can be kept on disk; scaling and whitening,
which depend on all of the data, come afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.training.frame_inputs import FloatArray, Geometry, IntArray, Wanted
from nnmanybody.training.merged_neighbors import merged_neighbors, pairs_of

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""ASE's order of the components of the stress."""


@dataclass(frozen=True)
class RawBlock:
    """Functions of one element's centers in one frame.

    Attributes
    ----------
    values : (m, n_functions) float64
    neighbor : (m, q) int32
        Atoms around each center, each once however many of its images are near; places left over hold
        atom 0 and a Jacobian of zero. No places where no forces are wanted.
    jacobian : (m, q, 3, n_functions), 1/Å
        Derivatives of the functions of the center with respect to the position of the neighbor. The center's
        own position has minus their sum, so that images of the center itself cancel.
    strain_jacobian : (m, 6, n_functions)
        Derivatives with respect to strain, in ASE's order; no rows where no stress is wanted.
    """

    values: FloatArray
    neighbor: IntArray
    jacobian: NDArray[Any]
    strain_jacobian: NDArray[Any]


def descriptor_values(structure: Geometry, descriptors: Sequence[_core.Descriptor]) -> list[FloatArray]:
    """Values of the functions of the centers, (m, n_functions) by element."""
    pairs = structure.pairs
    return [
        descriptor.values(centers, structure.species, pairs.first, pairs.neighbor, pairs.displacement)
        for descriptor, centers in zip(descriptors, structure.centers, strict=True)
    ]


def raw_blocks(
    structure: Geometry, descriptors: Sequence[_core.Descriptor], wanted: Wanted, dtype: str
) -> tuple[RawBlock, ...]:
    """Compute values and Jacobians of one frame, by element.

    Parameters
    ----------
    structure : Geometry
    descriptors : one per element
    wanted : Wanted
    dtype : "float64" or "float32"
        Of the Jacobians.
    """
    has = wanted.targets(structure.frame)
    return tuple(
        _raw_block(structure, centers, descriptor, has=has, dtype=dtype)
        for centers, descriptor in zip(structure.centers, descriptors, strict=True)
    )


def n_numbers(structure: Geometry, cutoff: float, wanted: Wanted) -> list[int]:
    """Numbers per function that inputs and Jacobians of this frame take, by element.

    Parameters
    ----------
    structure : Geometry
    cutoff : float, Å
        The longest of the functions.
    wanted : Wanted
    """
    has = wanted.targets(structure.frame)
    counts = []
    for centers in structure.centers:
        places = merged_neighbors(structure.pairs, centers, cutoff).n_places if has["forces"] else 0
        counts.append(len(centers) * (1 + 6 * has["stress"] + 3 * places))
    return counts


def _raw_block(
    structure: Geometry,
    centers: IntArray,
    descriptor: _core.Descriptor,
    *,
    has: Mapping[str, bool],
    dtype: str,
) -> RawBlock:
    pairs = structure.pairs
    arguments = (centers, structure.species, pairs.first, pairs.neighbor, pairs.displacement)
    m, n_functions = len(centers), descriptor.n_functions
    neighbor = np.zeros((m, 0), dtype=np.int32)
    jacobian = np.zeros((m, 0, 3, n_functions), dtype=dtype)
    strain = np.zeros((0, 6, n_functions), dtype=dtype)
    if not (has["forces"] or has["stress"]):
        return RawBlock(descriptor.values(*arguments), neighbor, jacobian, strain)

    values, gradients = descriptor.values_and_jacobian(*arguments)
    if has["stress"]:
        row, pair = pairs_of(centers, pairs.first)
        # In double precision: of the sum over all neighbors little is left in a nearly relaxed cell.
        strain = _strain_jacobian(gradients, pairs.displacement[pair], row, m).astype(dtype)
    if has["forces"]:
        merged = merged_neighbors(pairs, centers, descriptor.cutoff)
        neighbor = merged.neighbor
        jacobian = np.zeros((m, merged.n_places, 3, n_functions), dtype=dtype)
        by_position = np.add.reduceat(gradients[merged.pair], merged.start, axis=0) if len(merged.start) else gradients
        jacobian[merged.row, merged.place] = by_position[: len(merged.start)]
    return RawBlock(values, neighbor, jacobian, strain)


def _strain_jacobian(jacobian: FloatArray, displacement: FloatArray, row: NDArray[np.int64], n_rows: int) -> FloatArray:
    """dG/dε_ab = Σ_pairs D_a dG/dD_b, symmetric part: a strain takes every displacement D to D + ε D."""
    strain = np.zeros((n_rows, 6, jacobian.shape[2]))
    for component, (a, b) in enumerate(VOIGT):
        per_pair = 0.5 * (displacement[:, a, None] * jacobian[:, b] + displacement[:, b, None] * jacobian[:, a])
        np.add.at(strain[:, component], row, per_pair)
    return strain

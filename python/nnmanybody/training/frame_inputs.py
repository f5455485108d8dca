"""Frames -> what a network needs of them: inputs, their Jacobians, targets. NumPy and the core only.

Everything here is computed once; the training only multiplies with it.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.neighbors import NeighborList
from nnmanybody.training.checks import checked_neighbors
from nnmanybody.training.inputs import InputTransform
from nnmanybody.training.merged_neighbors import merged_neighbors, pairs_of

FloatArray = NDArray[np.float64]
AnyFloatArray = Any
"""Of NumPy in either precision, or a tensor of TensorFlow."""
IntArray = NDArray[np.int32]
Item = TypeVar("Item")
Result = TypeVar("Result")

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""ASE's order of the components of the stress."""


@dataclass(frozen=True)
class Wanted:
    """Which targets of which frames are trained on: those with a weight.

    Attributes
    ----------
    energy, forces, stress, atomic_energies : bool
    """

    energy: bool
    forces: bool
    stress: bool
    atomic_energies: bool

    @classmethod
    def from_weights(cls, weights: Mapping[str, float]) -> "Wanted":
        """Targets whose weight is above zero."""
        return cls(**{target: weight > 0.0 for target, weight in weights.items()})

    def targets(self, frame: Frame) -> dict[str, bool]:
        """Say for each target whether it is wanted and the frame has it."""
        return {target: wanted and getattr(frame, target) is not None for target, wanted in vars(self).items()}

    def centers(self, frame: Frame) -> IntArray:
        """Atoms whose energy is needed: all, or those whose atomic energy alone is known."""
        has = self.targets(frame)
        if has["energy"] or has["forces"] or has["stress"]:
            return np.arange(len(frame.atoms), dtype=np.int32)
        if has["atomic_energies"] and frame.atomic_energies is not None:
            return np.flatnonzero(np.isfinite(frame.atomic_energies)).astype(np.int32)
        return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class Geometry:
    """A frame as the core takes it.

    Attributes
    ----------
    frame : Frame
    species : (n_atoms,) int32
    pairs : NeighborList
    centers : tuple of (m,) int32
        By element: the atoms whose energy is needed.
    """

    frame: Frame
    species: IntArray
    pairs: NeighborList
    centers: tuple[IntArray, ...]


@dataclass(frozen=True)
class ElementInputs:
    """Inputs of one element's network in one frame.

    Attributes
    ----------
    atom : (m,) int32
        Atoms of the rows.
    inputs : (m, n_functions)
    neighbor : (m, q) int32
        Atoms around each center, each once however many of its images are near; places left over hold
        atom 0 and a Jacobian of zero. No places where no forces are wanted.
    jacobian : (m, q, 3, n_functions), 1/Å
        Derivatives of the inputs of the center with respect to the position of the neighbor. The center's
        own position has minus their sum, so that images of the center itself cancel.
    strain_jacobian : (m, 6, n_functions)
        Derivatives with respect to strain, in ASE's order; no rows where no stress is wanted.
    """

    atom: IntArray
    inputs: AnyFloatArray
    neighbor: IntArray
    jacobian: AnyFloatArray
    strain_jacobian: AnyFloatArray


@dataclass(frozen=True)
class FrameInputs:
    """One frame ready for training; targets that are unknown or not wanted are zero, as is their mask.

    Attributes
    ----------
    name : str
    n_atoms : int
    volume : float, Å³
    weight : float
        Of the frame in the loss.
    elements : tuple of ElementInputs
    energy : float, eV
        Less the reference energies.
    forces : (n_atoms, 3) float64, eV/Å
    stress : (6,) float64, eV/Å³
    atomic_energies : (n_atoms,) float64, eV
        Less the reference energies.
    has_energy, has_forces, has_stress : bool
    has_atomic_energy : (n_atoms,) bool
    """

    name: str
    n_atoms: int
    volume: float
    weight: float
    elements: tuple[ElementInputs, ...]
    energy: float
    forces: FloatArray
    stress: FloatArray
    atomic_energies: FloatArray
    has_energy: bool
    has_forces: bool
    has_stress: bool
    has_atomic_energy: NDArray[np.bool_]


def in_threads(
    function: Callable[[Item], Result], items: Sequence[Item], threads: int | None = None
) -> Iterator[Result]:
    """Map in order, by default on all cores; the core releases Python's lock while it computes."""
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        yield from pool.map(function, items)


def geometry(frame: Frame, elements: Sequence[str], cutoff: float, wanted: Wanted) -> Geometry:
    """Neighbors and centers of one frame.

    Raises
    ------
    NNPError
        If atoms are on top of one another.
    """
    index = {element: species for species, element in enumerate(elements)}
    species = np.array([index[symbol] for symbol in frame.atoms.get_chemical_symbols()], dtype=np.int32)
    centers = wanted.centers(frame)
    by_element = tuple(centers[species[centers] == number] for number in range(len(elements)))
    return Geometry(frame, species, checked_neighbors(frame, cutoff), by_element)


def descriptor_values(structure: Geometry, descriptors: Sequence[_core.Descriptor]) -> list[FloatArray]:
    """Values of the functions of the centers, (m, n_functions) by element."""
    pairs = structure.pairs
    return [
        descriptor.values(centers, structure.species, pairs.first, pairs.neighbor, pairs.displacement)
        for descriptor, centers in zip(descriptors, structure.centers, strict=True)
    ]


def n_bytes(structure: Geometry, descriptors: Sequence[_core.Descriptor], wanted: Wanted, itemsize: int) -> int:
    """Memory that `frame_inputs` of this frame takes."""
    has = wanted.targets(structure.frame)
    total = 0
    for descriptor, centers in zip(descriptors, structure.centers, strict=True):
        places = merged_neighbors(structure.pairs, centers, descriptor.cutoff).n_places if has["forces"] else 0
        rows = len(centers) * (1 + 6 * has["stress"] + 3 * places)
        total += rows * descriptor.n_functions * itemsize
    return total


def frame_inputs(
    structure: Geometry,
    descriptors: Sequence[_core.Descriptor],
    transforms: Sequence[InputTransform],
    reference: Sequence[float],
    *,
    wanted: Wanted,
    dtype: str,
    weight: float = 1.0,
) -> FrameInputs:
    """Compute inputs and Jacobians of one frame and collect its targets.

    Parameters
    ----------
    structure : Geometry
    descriptors, transforms : one per element
    reference : sequence of float, eV
        Reference energy of each element.
    wanted : Wanted
    dtype : "float64" or "float32"
        Of inputs and Jacobians.
    weight : float
        Of the frame in the loss.
    """
    frame, n_atoms = structure.frame, len(structure.frame.atoms)
    has = wanted.targets(frame)
    atomic_reference = np.array(reference)[structure.species]
    blocks = tuple(
        _element_inputs(structure, centers, descriptor, transform, has=has, dtype=dtype)
        for centers, descriptor, transform in zip(structure.centers, descriptors, transforms, strict=True)
    )
    atomic = np.full(n_atoms, np.nan)
    if has["atomic_energies"] and frame.atomic_energies is not None:
        atomic = frame.atomic_energies - atomic_reference
    return FrameInputs(
        name=frame.name,
        n_atoms=n_atoms,
        volume=float(frame.atoms.get_volume()) if has["stress"] else 1.0,
        weight=weight,
        elements=blocks,
        energy=frame.energy - float(atomic_reference.sum()) if has["energy"] and frame.energy is not None else 0.0,
        forces=frame.forces if has["forces"] and frame.forces is not None else np.zeros((n_atoms, 3)),
        stress=frame.stress if has["stress"] and frame.stress is not None else np.zeros(6),
        atomic_energies=np.nan_to_num(atomic, nan=0.0),
        has_energy=has["energy"],
        has_forces=has["forces"],
        has_stress=has["stress"],
        has_atomic_energy=np.isfinite(atomic),
    )


def _element_inputs(
    structure: Geometry,
    centers: IntArray,
    descriptor: _core.Descriptor,
    transform: InputTransform,
    *,
    has: Mapping[str, bool],
    dtype: str,
) -> ElementInputs:
    pairs = structure.pairs
    arguments = (centers, structure.species, pairs.first, pairs.neighbor, pairs.displacement)
    m, n_functions = len(centers), descriptor.n_functions
    neighbor = np.zeros((m, 0), dtype=np.int32)
    jacobian = np.zeros((m, 0, 3, n_functions), dtype=dtype)
    strain = np.zeros((0, 6, n_functions), dtype=dtype)
    if not (has["forces"] or has["stress"]):
        inputs = transform.values(descriptor.values(*arguments)).astype(dtype)
        return ElementInputs(centers, inputs, neighbor, jacobian, strain)

    values, gradients = descriptor.values_and_jacobian(*arguments)
    if has["stress"]:
        row, pair = pairs_of(centers, pairs.first)
        # In double precision: of the sum over all neighbors little is left in a nearly relaxed cell.
        per_center = _strain_jacobian(gradients, pairs.displacement[pair], row, m)
        strain = transform.jacobian(per_center).astype(dtype)
    if has["forces"]:
        merged = merged_neighbors(pairs, centers, descriptor.cutoff)
        neighbor = merged.neighbor
        jacobian = np.zeros((m, merged.n_places, 3, n_functions), dtype=dtype)
        by_position = np.add.reduceat(gradients[merged.pair], merged.start, axis=0) if len(merged.start) else gradients
        jacobian[merged.row, merged.place] = transform.jacobian(by_position)[: len(merged.start)]
    return ElementInputs(centers, transform.values(values).astype(dtype), neighbor, jacobian, strain)


def _strain_jacobian(jacobian: FloatArray, displacement: FloatArray, row: NDArray[np.int64], n_rows: int) -> FloatArray:
    """dz/dε_ab = Σ_pairs D_a dz/dD_b, symmetric part: a strain takes every displacement D to D + ε D."""
    strain = np.zeros((n_rows, 6, jacobian.shape[2]))
    for component, (a, b) in enumerate(VOIGT):
        per_pair = 0.5 * (displacement[:, a, None] * jacobian[:, b] + displacement[:, b, None] * jacobian[:, a])
        np.add.at(strain[:, component], row, per_pair)
    return strain

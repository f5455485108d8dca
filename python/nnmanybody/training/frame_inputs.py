"""Frames -> what a network needs of them: inputs, their Jacobians, targets. NumPy and the core only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.neighbors import NeighborList
from nnmanybody.training.checks import checked_neighbors
from nnmanybody.training.inputs import InputTransform

if TYPE_CHECKING:
    from nnmanybody.training.raw_blocks import RawBlock

FloatArray = NDArray[np.float64]
AnyFloatArray = Any
"""Of NumPy in either precision, or a tensor of TensorFlow."""
IntArray = NDArray[np.int32]


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
    neighbor, jacobian, strain_jacobian
        As in `RawBlock`; of the inputs, or of the functions where `FrameInputs` comes from a stream.
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
    energy : float, eV
        Less the reference energies.
    forces : (n_atoms, 3) float64, eV/Å
    stress : (6,) float64, eV/Å³
    atomic_energies : (n_atoms,) float64, eV
        Less the reference energies.
    has_energy, has_forces, has_stress : bool
    has_atomic_energy : (n_atoms,) bool
    elements : tuple of ElementInputs
        Nothing where only the targets are at hand.
    geometry : Geometry, optional
        Where products with the Jacobians are computed from it, because there are none.
    """

    name: str
    n_atoms: int
    volume: float
    weight: float
    energy: float
    forces: FloatArray
    stress: FloatArray
    atomic_energies: FloatArray
    has_energy: bool
    has_forces: bool
    has_stress: bool
    has_atomic_energy: NDArray[np.bool_]
    elements: tuple[ElementInputs, ...] = ()
    geometry: Geometry | None = None


def species_of(frame: Frame, elements: Sequence[str]) -> IntArray:
    """Species of every atom, (n_atoms,)."""
    index = {element: species for species, element in enumerate(elements)}
    return np.array([index[symbol] for symbol in frame.atoms.get_chemical_symbols()], dtype=np.int32)


def centers_of(frame: Frame, elements: Sequence[str], wanted: Wanted) -> tuple[IntArray, ...]:
    """Atoms whose energy is needed, by element."""
    centers = wanted.centers(frame)
    species = species_of(frame, elements)[centers]
    return tuple(centers[species == number] for number in range(len(elements)))


def geometry(frame: Frame, elements: Sequence[str], cutoff: float, wanted: Wanted) -> Geometry:
    """Neighbors and centers of one frame.

    Raises
    ------
    NNPError
        If atoms are on top of one another.
    """
    pairs = checked_neighbors(frame, cutoff)
    return Geometry(frame, species_of(frame, elements), pairs, centers_of(frame, elements, wanted))


def frame_targets(
    frame: Frame, elements: Sequence[str], reference: Sequence[float], *, wanted: Wanted, weight: float = 1.0
) -> FrameInputs:
    """Collect what one frame is compared with; inputs and Jacobians are left for later.

    Parameters
    ----------
    frame : Frame
    elements : sequence of str
    reference : sequence of float, eV
        Reference energy of each element.
    wanted : Wanted
    weight : float
        Of the frame in the loss.
    """
    n_atoms, has = len(frame.atoms), wanted.targets(frame)
    atomic_reference = np.array(reference)[species_of(frame, elements)]
    atomic = np.full(n_atoms, np.nan)
    if has["atomic_energies"] and frame.atomic_energies is not None:
        atomic = frame.atomic_energies - atomic_reference
    return FrameInputs(
        name=frame.name,
        n_atoms=n_atoms,
        volume=float(frame.atoms.get_volume()) if has["stress"] else 1.0,
        weight=weight,
        energy=frame.energy - float(atomic_reference.sum()) if has["energy"] and frame.energy is not None else 0.0,
        forces=frame.forces if has["forces"] and frame.forces is not None else np.zeros((n_atoms, 3)),
        stress=frame.stress if has["stress"] and frame.stress is not None else np.zeros(6),
        atomic_energies=np.nan_to_num(atomic, nan=0.0),
        has_energy=has["energy"],
        has_forces=has["forces"],
        has_stress=has["stress"],
        has_atomic_energy=np.isfinite(atomic),
    )


def with_blocks(
    targets: FrameInputs,
    centers: Sequence[IntArray],
    blocks: Sequence["RawBlock"],
    transforms: Sequence[InputTransform],
    *,
    dtype: str,
    of_functions: bool = False,
) -> FrameInputs:
    """Add inputs and Jacobians.

    Parameters
    ----------
    targets : FrameInputs
    centers, blocks, transforms : by element
    dtype : "float64" or "float32"
    of_functions : bool
        Leave the Jacobians those of the functions: to transform them takes as long as some steps of training.
    """

    def one(atom: IntArray, block: "RawBlock", transform: InputTransform) -> ElementInputs:
        inputs = transform.values(block.values).astype(dtype)
        jacobian, strain = block.jacobian, block.strain_jacobian
        if not of_functions:
            matrix = transform.matrix.astype(dtype)
            jacobian, strain = _product(jacobian, matrix), _product(strain, matrix)
        return ElementInputs(atom, inputs, block.neighbor, jacobian, strain)

    return replace(targets, elements=tuple(map(one, centers, blocks, transforms)))


def _product(gradients: NDArray[Any], matrix: NDArray[Any]) -> NDArray[Any]:
    """(..., n_functions) times matrix, in one call of BLAS."""
    product: NDArray[Any] = gradients.reshape(-1, len(matrix)) @ matrix
    return product.reshape(gradients.shape)

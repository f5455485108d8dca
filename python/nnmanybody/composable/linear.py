"""Structures and a layout -> the linear coefficients, by least squares on energies and forces.

Where submodels are multiplied the energy is linear in one factor at a time: alternating least squares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.composable.layout import Layout, linear_groups, neutral_coefficients
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import NeighborList, neighbor_list

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

SMALLEST_SINGULAR_VALUE = 1e-13
"""Relative to the largest, of columns scaled to unit length."""
CONVERGED = 1e-5
"""Relative fall of the loss in a sweep below which alternating stops."""


@dataclass(frozen=True)
class Data:
    """Structures with their targets.

    Attributes
    ----------
    frames : tuple of Frame
    species : tuple of (n_atoms,) int32
    pairs : tuple of NeighborList
    row_weights : (n_rows,) float64
        Root of the weight in the loss of every row: the energies of the frames that have one, then the components of
        the forces, frame by frame.
    targets : (n_rows,) float64
        Energies in eV and forces in eV/Å, times these.
    """

    frames: tuple[Frame, ...]
    species: tuple[IntArray, ...]
    pairs: tuple[NeighborList, ...]
    row_weights: FloatArray
    targets: FloatArray

    @classmethod
    def of(cls, frames: Sequence[Frame], elements: Sequence[str], cutoff: float, energy_weight: float = 1.0) -> "Data":
        """Take what the frames have of energies and forces.

        Parameters
        ----------
        frames : sequence of Frame
        elements : sequence of str
        cutoff : float, Å
        energy_weight : float, 1/eV² beside 1 Å²/eV² of a force component
            Of the squared error of the energy of a whole structure, as in the paper (eq. 26).

        Raises
        ------
        NNPError
            If no frame has an energy or forces.
        """
        index = {element: number for number, element in enumerate(elements)}
        species = tuple(np.array([index[symbol] for symbol in frame.atoms.symbols], dtype=np.int32) for frame in frames)
        energies = [(frame.weight * energy_weight, frame.energy) for frame in frames if frame.energy is not None]
        forces = [(frame.weight, frame.forces.ravel()) for frame in frames if frame.forces is not None]
        if not energies and not forces:
            raise NNPError("a composable model is fitted to energies and forces: no frame has either")
        weights = np.concatenate(
            [[weight for weight, _ in energies], *(np.full(len(values), weight) for weight, values in forces)]
        )
        targets = np.concatenate([[energy for _, energy in energies], *(values for _, values in forces)])
        roots = np.sqrt(weights)
        pairs = tuple(neighbor_list(frame.atoms, cutoff) for frame in frames)
        return cls(tuple(frames), species, pairs, roots, roots * targets)

    def rows(self, layout: Layout, logarithms: FloatArray, coefficients: FloatArray) -> FloatArray:
        """Weighted design matrix, (n_rows, n_coefficients) float64, at these parameters."""
        core = _core.Potential(_core.PotentialDefinition(layout.sections(logarithms, coefficients)))
        energies, forces = [], []
        for frame, species, pairs in zip(self.frames, self.species, self.pairs, strict=True):
            energy, force = _core.design(core, species, pairs.first, pairs.neighbor, pairs.displacement)
            if frame.energy is not None:
                energies.append(energy[None])
            if frame.forces is not None:
                forces.append(force.reshape(len(energy), -1).T)
        matrix = np.concatenate([*energies, *forces])
        matrix *= self.row_weights[:, None]
        return matrix


@dataclass(frozen=True)
class LinearFit:
    """Coefficients and what is left of the loss.

    Attributes
    ----------
    coefficients : (n_coefficients,) float64, eV
    losses : tuple of float
        After each sweep.
    """

    coefficients: FloatArray
    losses: tuple[float, ...]

    @property
    def loss(self) -> float:
        """After the last sweep."""
        return self.losses[-1]


def least_squares(matrix: FloatArray, targets: FloatArray) -> FloatArray:
    """Solve by SVD, columns scaled to unit length first."""
    lengths = np.linalg.norm(matrix, axis=0)
    lengths[lengths == 0.0] = 1.0
    solution: FloatArray = np.linalg.lstsq(matrix / lengths, targets, rcond=SMALLEST_SINGULAR_VALUE)[0] / lengths
    return solution


def _of_all_elements(layout: Layout, chosen: Sequence[int]) -> IntArray:
    n = layout.expression.n_coefficients
    return np.concatenate([np.array(sorted(chosen)) + n * index for index in range(len(layout.elements))])


def fit_linear(
    data: Data,
    layout: Layout,
    logarithms: FloatArray,
    start: FloatArray | None = None,
    *,
    free: Sequence[int] | None = None,
    sweeps: int = 30,
) -> LinearFit:
    """Fit the coefficients, all others as they are.

    Parameters
    ----------
    data : Data
    layout : Layout
    logarithms : (n_parameters,) float64
        The nonlinear parameters.
    start : (n_coefficients,) float64, optional
        Where alternating begins; factors of 1 by default.
    free : sequence of int, optional
        Coefficients of the expression to fit, of every element; all by default.
    sweeps : int
        At most so many, where there is something to alternate over.
    """
    neutral = np.tile(neutral_coefficients(layout.expression), len(layout.elements))
    coefficients = neutral if start is None else start.copy()
    chosen = set(range(layout.expression.n_coefficients)) if free is None else set(free)
    groups = [group for group in ({*one} & chosen for one in linear_groups(layout.expression)) if group]
    if len(groups) > 1 and all(groups[0] == group for group in groups):
        groups = groups[:1]
    losses: list[float] = []
    for _ in range(sweeps if len(groups) > 1 else 1):
        for group in groups:
            columns = _of_all_elements(layout, tuple(group))
            matrix = data.rows(layout, logarithms, coefficients)
            whole = next(one for one in linear_groups(layout.expression) if group <= {*one})
            held = np.setdiff1d(_of_all_elements(layout, whole), columns)
            rest = data.targets - matrix[:, held] @ coefficients[held]
            coefficients[columns] = least_squares(matrix[:, columns], rest)
            loss = float(np.sum((matrix[:, columns] @ coefficients[columns] - rest) ** 2))
        losses.append(loss)
        if len(losses) > 1 and losses[-2] - losses[-1] <= CONVERGED * losses[-1]:
            break
    return LinearFit(coefficients, tuple(losses))


def random_start(data: Data, layout: Layout, logarithms: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw coefficients of factors: each term as large as the factor's shift of 1, of either sign."""
    neutral = np.tile(neutral_coefficients(layout.expression), len(layout.elements))
    matrix = data.rows(layout, logarithms, neutral)
    n_energies = sum(frame.energy is not None for frame in data.frames)
    sizes = np.abs(matrix[:n_energies] / data.row_weights[:n_energies, None])
    atoms = [len(frame.atoms) for frame in data.frames if frame.energy is not None]
    per_atom = np.max(sizes / np.array(atoms)[:, None], axis=0) if n_energies else np.ones(matrix.shape[1])
    drawn = rng.normal(size=len(neutral)) / np.where(per_atom > 0.0, per_atom, 1.0)
    return np.where(neutral == 1.0, neutral, drawn)


def best_of_starts(
    data: Data,
    layout: Layout,
    logarithms: FloatArray,
    start: FloatArray | None,
    *,
    rng: np.random.Generator,
    starts: int,
) -> LinearFit:
    """Alternate from the given start and from random ones (methods: from factors of 1 alone it is trapped)."""
    fits = [fit_linear(data, layout, logarithms, start)]
    if len(linear_groups(layout.expression)) > 1:
        fits += [
            fit_linear(data, layout, logarithms, random_start(data, layout, logarithms, rng)) for _ in range(starts - 1)
        ]
    return min(fits, key=lambda fit: fit.loss)

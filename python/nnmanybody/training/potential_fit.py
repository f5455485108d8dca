"""Energies and forces -> the linear parameters of radial basis functions, by least squares; width and ridge held out.

Energies and forces (and stresses, atomic energies) are linear in (β, s, α): the rows of all frames are stacked,
weighted as in the loss, and reduced to a triangle, frame by frame. Each width needs one pass over the frames, each
ridge only small problems more.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import LossConfig
from nnmanybody.model import Model
from nnmanybody.model_config import RadialBasisModel
from nnmanybody.training.frame_inputs import FrameInputs
from nnmanybody.training.lbfgs import Projection
from nnmanybody.training.radial_basis_element import RadialBasisElement

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]

SMALLEST_SINGULAR_VALUE = 1e-13
"""Relative; of the least squares."""


@dataclass(frozen=True)
class RowWeights:
    """Factors of the rows of all frames: those of the loss, whose means run over all frames.

    Attributes
    ----------
    energy, forces, stress, atomic_energies : float
    """

    energy: float
    forces: float
    stress: float
    atomic_energies: float

    @classmethod
    def of(cls, frames: Sequence[FrameInputs], loss: LossConfig) -> "RowWeights":
        """From the weights of the loss and the numbers of targets."""
        counts = {
            "energy": sum(frame.weight for frame in frames if frame.has_energy),
            "forces": sum(3.0 * frame.n_atoms * frame.weight for frame in frames if frame.has_forces),
            "stress": sum(6.0 * frame.weight for frame in frames if frame.has_stress),
            "atomic_energies": sum(frame.weight * int(frame.has_atomic_energy.sum()) for frame in frames),
        }
        return cls(**{name: float(np.sqrt(loss.targets[name] / n)) if n else 0.0 for name, n in counts.items()})


def frame_rows(elements: Sequence[RadialBasisElement], frame: FrameInputs, weights: RowWeights) -> FloatArray:
    """Weighted rows [J | y] of a frame: those of its targets that are known.

    Parameters
    ----------
    elements : sequence of RadialBasisElement
    frame : FrameInputs
    weights : RowWeights

    Returns
    -------
    (n_rows, n_parameters + 1) float64
    """
    parts: dict[str, list[FloatArray]] = {"energy": [], "forces": [], "stress": [], "atomic_energies": []}
    for element, block in zip(elements, frame.elements, strict=True):
        values, slopes = element.columns(np.asarray(block.inputs, dtype=np.float64))
        parts["energy"].append(values.sum(axis=0)[None])
        if frame.has_forces:
            jacobian = np.asarray(block.jacobian)
            parts["forces"].append(_force_columns(block.atom, block.neighbor, jacobian, slopes, frame.n_atoms))
        if frame.has_stress:
            parts["stress"].append(np.einsum("msn,mnp->sp", np.asarray(block.strain_jacobian), slopes))
        atomic = np.zeros((frame.n_atoms, values.shape[1]))
        atomic[block.atom] = values
        parts["atomic_energies"].append(atomic[frame.has_atomic_energy])
    known = (
        ("energy", frame.has_energy, weights.energy / frame.n_atoms, np.array([frame.energy])),
        ("forces", frame.has_forces, weights.forces, frame.forces.ravel()),
        ("stress", frame.has_stress, weights.stress / frame.n_atoms, frame.volume * frame.stress),
        ("atomic_energies", True, weights.atomic_energies, frame.atomic_energies[frame.has_atomic_energy]),
    )
    rows = [
        factor * np.concatenate([*parts[name], target[:, None]], axis=1) for name, has, factor, target in known if has
    ]
    return np.asarray(np.sqrt(frame.weight) * np.concatenate(rows))


def _force_columns(
    atom: NDArray[np.int32],
    neighbor: NDArray[np.int32],
    jacobian: FloatArray,
    slopes: FloatArray,
    n_atoms: int,
) -> FloatArray:
    """Compute forces by each linear parameter, (3 n_atoms, P): -dE/dr of neighbors, the opposite on the center."""
    m, places = neighbor.shape
    n_linear = slopes.shape[2]
    gradient = np.matmul(jacobian.reshape(m, 3 * places, -1), slopes).reshape(m, places, 3, n_linear)
    forces = np.zeros((n_atoms, 3, n_linear))
    np.add.at(forces, atom, gradient.sum(axis=1))
    np.subtract.at(forces, neighbor.ravel(), gradient.reshape(m * places, 3, n_linear))
    return forces.reshape(3 * n_atoms, n_linear)


def triangle(rows: FloatArray) -> FloatArray:
    """Return R of rows [J | y], no more of them than columns: |R [c; -1]|² is their part of the loss."""
    return np.asarray(np.linalg.qr(rows, mode="r"))


class _Choice(NamedTuple):
    """How well it does, and what it is."""

    loss: float
    start: int
    gamma: float
    ridge: float

    def apply(self, elements: Sequence[RadialBasisElement]) -> None:
        """Give the models these centers, width and ridge."""
        for element in elements:
            element.set_centers(self.start)
            element.set_gamma(self.gamma)
            element.ridge = self.ridge


def fit_directly(
    model: Model,
    frames: Sequence[FrameInputs],
    config: RadialBasisModel,
    loss: LossConfig,
    seed: int,
) -> None:
    """Set centers, width and linear parameters: the start, γ and ridge that frames held out like best.

    Parameters
    ----------
    model : Model
        Of radial basis functions.
    frames : sequence of FrameInputs
        Of the training part; with only one, the choice is made on it.
    config : RadialBasisModel
    loss : LossConfig
    seed : int
        Of the division into folds.
    """
    elements = _elements(model)
    weights = RowWeights.of(frames, loss)
    n_folds = min(config.folds, len(frames))
    folds = np.array_split(np.random.default_rng(seed).permutation(len(frames)), n_folds)
    found: list[tuple[_Choice, FloatArray]] = []
    for start, gamma in product(range(config.starts), config.gammas):
        _Choice(0.0, start, gamma, 0.0).apply(elements)
        triangles = [triangle(frame_rows(elements, frame, weights)) for frame in frames]
        parts = [[triangles[index] for index in fold] for fold in folds]
        rows = triangle(np.concatenate(triangles))
        for ridge in config.ridges:
            _Choice(0.0, start, gamma, ridge).apply(elements)
            found.append((_Choice(_held_out_loss(parts, _ridge(elements)), start, gamma, ridge), rows))
        found = [min(found, key=lambda one: one[0].loss)]
    ((choice, rows),) = found
    choice.apply(elements)
    _distribute(elements, rows)
    logger.info(
        "radial basis functions: gamma %g and ridge %g, by %d parts of the training frames held out in turn",
        choice.gamma,
        choice.ridge,
        len(folds),
    )


def _held_out_loss(parts: Sequence[Sequence[FloatArray]], ridge: FloatArray) -> float:
    """Mean logarithm of the losses of all frames, those of each part with the solution of the other parts.

    The logarithm, because the most extreme frame of all, held out, is predicted badly by anything.
    """
    whole = [triangle(np.concatenate(part)) for part in parts]
    losses = []
    for index, part in enumerate(parts):
        others = [other for number, other in enumerate(whole) if number != index] or whole
        solution = np.append(_solve(np.concatenate(others), ridge), -1.0)
        losses += [float(np.sum((rows @ solution) ** 2)) for rows in part]
    return float(np.mean(np.log(np.maximum(losses, np.finfo(float).tiny))))


def linear_projection(model: Model, frames: Sequence[FrameInputs], loss: LossConfig) -> Projection | None:
    """Make what L-BFGS solves for instead of searching: the linear parameters, with the ridge of the first fit.

    Returns
    -------
    Projection, or None for other models than radial basis functions
    """
    elements = _elements(model)
    if not elements:
        return None
    weights = RowWeights.of(frames, loss)

    def solve() -> float:
        rows = np.zeros((0, sum(int(element.linear.shape[1]) for element in elements) + 1))
        for frame in frames:
            rows = triangle(np.concatenate([rows, frame_rows(elements, frame, weights)]))
        _distribute(elements, rows)
        linear = np.concatenate([element.coefficients for element in elements])
        return float(np.sum((rows @ np.append(linear, -1.0)) ** 2) + np.sum(_ridge(elements) * linear**2))

    return Projection(solve, [element.linear for element in elements])


def _elements(model: Model) -> list[RadialBasisElement]:
    return [element for element in model.elements if isinstance(element, RadialBasisElement)]


def _penalised(element: RadialBasisElement) -> FloatArray:
    """1 for the weights β, 0 for shortcut and constant."""
    return np.asarray(np.arange(element.linear.shape[1]) < element.n_centers, dtype=np.float64)


def _ridge(elements: Sequence[RadialBasisElement]) -> FloatArray:
    return np.concatenate([element.ridge * _penalised(element) for element in elements])


def _with_ridge(rows: FloatArray, ridge: FloatArray) -> FloatArray:
    """Return the rows and, below them, those of the ridge, whose targets are zero."""
    below = np.zeros((len(ridge), rows.shape[1]))
    below[:, :-1] = np.diag(np.sqrt(ridge))
    return np.concatenate([rows, below])


def _solve(rows: FloatArray, ridge: FloatArray) -> FloatArray:
    stacked = _with_ridge(rows, ridge)
    return np.asarray(np.linalg.lstsq(stacked[:, :-1], stacked[:, -1], rcond=SMALLEST_SINGULAR_VALUE)[0])


def _distribute(elements: Sequence[RadialBasisElement], rows: FloatArray) -> None:
    """Solve, and give every element its part of the solution."""
    linear = _solve(rows, _ridge(elements))
    ends = np.cumsum([int(element.linear.shape[1]) for element in elements])
    for element, part in zip(elements, np.split(linear, ends[:-1]), strict=True):
        element.linear.assign(part[None])

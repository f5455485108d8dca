"""Design rows of all frames -> triangles that hold all there is to know of them: Fisher information without J^T J.

The information matrix is F = sum_d w_d J_d^T J_d over all energies and force components d (Wang et al.,
arXiv:2504.19372, eqs. 9, 10 and 34). Its eigenvalues are the squares of the singular values of the rows sqrt(w_d) J_d,
and these are those of the triangle R of their QR decomposition, which grows with the parameters, not with the data.
J^T J is never formed: it would lose half of the digits (10^16 is the end of condition numbers then, and ordinary
models have 10^25).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.design import DesignRows, design_rows
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import predict
from nnmanybody.evaluation import Evaluation
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]
RowsOf = Callable[[Frame | Atoms], DesignRows]
"""Derivatives of energy and forces of one frame by the parameters; `linear_rows` makes one."""

FEWEST_ROWS = 512
"""Rows are collected until there are so many, or as many as parameters: QR of single rows is slow."""


class Weights(NamedTuple):
    """Weights w_d of the rows: energies 1/eV², or 1/(eV/atom)² with `per_atom`; force components Å²/eV²."""

    energy: float = 1.0
    forces: float = 1.0
    per_atom: bool = False


UNIT = Weights()
"""1/eV² and Å²/eV², of whole structures: those of Wang et al. (eq. 26)."""


@dataclass(frozen=True)
class Information:
    """What data says about parameters.

    Attributes
    ----------
    energies : (k, n_parameters) float64
        Triangle (or fewer rows) of dE/dc over the frames with an energy, each times the root of the frame's weight.
    energies_per_atom : (k, n_parameters) float64
        The same of dE/dc divided by the number of atoms.
    forces : (k, n_parameters) float64, 1/Å
        The same of dF/dc, over the components of the forces that are known.
    n_energies, n_forces : int
        Frames with an energy; force components.
    energy_errors, force_errors : float, (eV/atom)², (eV/Å)²
        Sums of the squared errors of the potential, by the frames' weights.
    """

    energies: FloatArray
    energies_per_atom: FloatArray
    forces: FloatArray
    n_energies: int
    n_forces: int
    energy_errors: float
    force_errors: float

    @property
    def n_parameters(self) -> int:
        """Columns."""
        return int(self.forces.shape[1])

    @property
    def n_rows(self) -> int:
        """Energies and force components: no more directions than these are seen."""
        return self.n_energies + self.n_forces

    def rows(self, weights: Weights = UNIT) -> FloatArray:
        """Return rows whose products are those of all data: F = rows^T rows, (k, n_parameters) float64."""
        energies = self.energies_per_atom if weights.per_atom else self.energies
        return np.concatenate([np.sqrt(weights.energy) * energies, np.sqrt(weights.forces) * self.forces])


class _Triangle:
    """Rows, reduced to a triangle whenever enough have come together."""

    def __init__(self) -> None:
        self._rows: list[FloatArray] = []

    def add(self, rows: FloatArray) -> None:
        self._rows.append(rows)
        n_parameters = rows.shape[1]
        if sum(map(len, self._rows)) >= n_parameters + max(n_parameters, FEWEST_ROWS):
            self._rows = [self.reduced(n_parameters)]

    def reduced(self, n_parameters: int) -> FloatArray:
        rows = np.concatenate([np.empty((0, n_parameters)), *self._rows])
        return rows if len(rows) <= n_parameters else np.asarray(np.linalg.qr(rows, mode="r"))


def linear_rows(potential: Potential) -> RowsOf:
    """Return what computes the rows of the linear parameters of a potential (`nnmanybody.design`)."""
    return lambda frame: design_rows(potential, [frame])


def information(
    potential: Potential,
    frames: Sequence[Frame],
    rows_of: RowsOf | None = None,
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> Information:
    """Collect the rows of all frames, and the errors of the potential on them.

    Parameters
    ----------
    potential : Potential
        Of any kind of model; no committee unless `rows_of` is given.
    frames : sequence of Frame
        Energies and forces that they have count, by the weights of the frames; stresses do not.
    rows_of : callable, optional
        By default of the linear parameters.
    progress : callable
        Wraps the frames to show how far the work is.

    Raises
    ------
    NNPError
        If no frame has energy or forces, and as `design_rows` and `Potential.evaluate`.
    """
    rows_of = rows_of or linear_rows(potential)
    known = [frame for frame in frames if frame.weight > 0 and (frame.energy is not None or frame.forces is not None)]
    if not known:
        raise NNPError(f"expected frames with energies or forces, got {len(frames)} frames, none of which has either")
    energies, per_atom, forces = _Triangle(), _Triangle(), _Triangle()
    counts, squares, n_parameters = np.zeros(2, dtype=int), np.zeros(2), 0
    predictions = predict(potential, known)
    for frame, found in zip(progress(known), predictions, strict=True):
        rows = rows_of(frame)
        n_parameters = rows.energies.shape[1]
        root = np.sqrt(frame.weight)
        if frame.energy is not None:
            energies.add(root * rows.energies)
            per_atom.add(root / len(frame.atoms) * rows.energies)
        if frame.forces is not None:
            forces.add(root * rows.forces)
        n, square = _errors(frame, found)
        counts += n
        squares += frame.weight * square
    return Information(
        energies.reduced(n_parameters),
        per_atom.reduced(n_parameters),
        forces.reduced(n_parameters),
        int(counts[0]),
        int(counts[1]),
        float(squares[0]),
        float(squares[1]),
    )


def _errors(frame: Frame, found: Evaluation) -> tuple[NDArray[np.int_], FloatArray]:
    """Count energies and force components; sum up their squared errors, (eV/atom)² and (eV/Å)²."""
    n, squares = np.zeros(2, dtype=int), np.zeros(2)
    if frame.energy is not None:
        n[0], squares[0] = 1, ((found.energy - frame.energy) / len(frame.atoms)) ** 2
    if frame.forces is not None:
        n[1], squares[1] = frame.forces.size, np.sum((found.forces - frame.forces) ** 2)
    return n, squares

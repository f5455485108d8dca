"""Information and noise -> error bars of energies and forces (Cramér and Rao), and the noise itself from residuals.

Rows divided by the standard deviation of their noise give F = J^T J, and no unbiased estimate of the parameters has
less covariance than F^-1 (Cramér-Rao; least squares with these weights reach it where the model is linear). A quantity
with the derivatives j by the parameters then has the variance j F^-1 j^T.

The noise has two levels: of energies per atom and of force components. Each is estimated from the sum of its squared
residuals over what is left of their number when the parameters have taken their part of it (Helmert's variance
components in Förstner's form): σ_g² = Σ_g r² / (n_g - h_g), h_g the trace of that part of the hat matrix. What a model
cannot represent passes for noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.fisher.triangles import Information, RowsOf, Weights

FloatArray = NDArray[np.float64]

SMALLEST = 1e-13
"""Singular values, relative to the largest, of columns scaled to unit length: below, the fit did not see a direction
(`nnmanybody.composable.linear` leaves out the same) and it gets no error bar."""
CONVERGED = 1e-8
MOST_STEPS = 200


class Noise(NamedTuple):
    """Standard deviation of the data about the model: energies eV/atom, force components eV/Å; None where unknown."""

    energy: float | None
    forces: float | None

    @property
    def weights(self) -> Weights:
        """Inverse variances, zero where there is no noise level."""
        energy, forces = (0.0 if level is None else level**-2 for level in self)
        return Weights(energy, forces, per_atom=True)


class Bars(NamedTuple):
    """Standard deviations of one structure: energy eV, forces (n_atoms, 3) eV/Å."""

    energy: float
    forces: FloatArray


@dataclass(frozen=True)
class Uncertainty:
    """Covariance of the parameters, as it is needed.

    Attributes
    ----------
    noise : Noise
    directions : (n_parameters, n_seen) float64
        Square root of the covariance F^-1 = directions directions^T.
    n_unseen : int
        Directions without an error bar, gauges among them.
    """

    noise: Noise
    directions: FloatArray
    n_unseen: int

    def bars(self, rows_of: RowsOf, frame: Frame | Atoms) -> Bars:
        """Error bars of energy and forces of a structure, by the uncertainty of the parameters alone."""
        rows = rows_of(frame)
        energy = float(np.linalg.norm(rows.energies[0] @ self.directions))
        forces = np.linalg.norm(rows.forces @ self.directions, axis=1)
        return Bars(energy, forces.reshape(-1, 3))

    @property
    def parameters(self) -> FloatArray:
        """Standard deviation of every parameter, (n_parameters,) float64; of seen directions alone."""
        return np.asarray(np.linalg.norm(self.directions, axis=1))


def uncertainty(data: Information, noise: Noise | None = None, smallest: float = SMALLEST) -> Uncertainty:
    """Return the covariance of the parameters that data with this noise leaves.

    Parameters
    ----------
    data : Information
    noise : Noise, optional
        By default from the residuals.
    smallest : float
        Relative singular value below which a direction counts as not seen.

    Raises
    ------
    NNPError
        If there are no more energies (or forces) than parameters that they alone determine: then there is nothing left
        to estimate their noise from; or the model has no error at all.
    """
    start = noise or _residual_levels(data)
    weights = start.weights
    rows = data.rows(weights)
    sizes = np.linalg.norm(rows, axis=0)
    sizes[sizes == 0.0] = 1.0
    left, values, right = np.linalg.svd(rows / sizes, full_matrices=False)
    seen = values > smallest * values[:1].sum()
    directions = right[seen].T / values[seen] / sizes[:, None]
    if noise is None:
        n_energies = len(data.energies_per_atom)
        # Of rows that are orthonormal together, energies have the share c² in each direction, forces 1 - c².
        _, cosines, turned = np.linalg.svd(left[:n_energies, seen])
        shares = np.zeros(len(turned))
        shares[: len(cosines)] = np.minimum(cosines, 1.0) ** 2
        noise, stiffness = _helmert(data, start, shares)
        directions = directions @ turned.T / np.sqrt(stiffness)
    return Uncertainty(noise, directions, data.n_parameters - int(seen.sum()))


def _residual_levels(data: Information) -> Noise:
    """Root mean squares of the residuals."""
    found = []
    for count, squares, what in (
        (data.n_energies, data.energy_errors, "energies"),
        (data.n_forces, data.force_errors, "forces"),
    ):
        if count and squares == 0.0:
            raise NNPError(
                f"the potential has no error in its {what} to estimate the noise from: give that of the data (--noise)"
            )
        found.append(float(np.sqrt(squares / count)) if count else None)
    return Noise(*found)


def _helmert(data: Information, start: Noise, shares: FloatArray) -> tuple[Noise, FloatArray]:
    """Noise levels, and the stiffness of every direction with them relative to those of the start."""
    groups = [(data.n_energies, data.energy_errors, start.energy), (data.n_forces, data.force_errors, start.forces)]
    parts = np.array([shares, 1.0 - shares])
    first = np.array([1.0 if level is None else level**2 for _, _, level in groups])
    variances = first.copy()
    for _ in range(MOST_STEPS):
        stiffness = (parts * (first / variances)[:, None]).sum(axis=0)
        taken = (parts / stiffness).sum(axis=1) * first / variances
        before = variances.copy()
        for group, (count, squares, level) in enumerate(groups):
            if level is not None:
                variances[group] = squares / max(count - taken[group], 1e-3 * count)
        if np.max(np.abs(variances / before - 1.0)) < CONVERGED:
            break
    for (count, _, level), used, what in zip(groups, taken, ("energies", "force components"), strict=True):
        if level is not None and count - used < 0.01 * count:
            raise NNPError(
                f"{count} {what} determine {used:.1f} parameters and leave nothing to estimate their noise from: "
                "give more data, or the noise (--noise)"
            )
    stiffness = (parts * (first / variances)[:, None]).sum(axis=0)
    levels = [None if level is None else float(np.sqrt(v)) for (_, _, level), v in zip(groups, variances, strict=True)]
    return Noise(*levels), stiffness


def with_noise(bars: Bars, noise: Noise, n_atoms: int) -> Bars:
    """Add the noise: how far data of the same kind is expected from the prediction."""
    energy = float(np.hypot(bars.energy, n_atoms * (noise.energy or 0.0)))
    return Bars(energy, np.hypot(bars.forces, noise.forces or 0.0))


def root_mean_square(members: Sequence[Bars]) -> Bars:
    """Bars of several members of a committee -> one: the members see the same data, their mean is not more certain."""
    energy = float(np.sqrt(np.mean([one.energy**2 for one in members])))
    return Bars(energy, np.sqrt(np.mean([one.forces**2 for one in members], axis=0)))

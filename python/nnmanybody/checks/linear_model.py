"""Frames -> a linear potential, which says whether energies, forces and stresses belong together.

For data without pairs of near frames. A potential linear in a few symmetry functions is fitted to the forces
alone; its energies are then those that belong to these forces, nearly, and the factor between them and the
data's shows units and signs. Fitted to energies and forces together, it predicts the stresses likewise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

from nnmanybody._core import Descriptor
from nnmanybody.checks.robust import least_absolute_deviations
from nnmanybody.data import ENVIRONMENT, ISOLATED_ATOM, Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.symmetry_functions import SymmetryFunctionSet, distance_range

FloatArray = NDArray[np.float64]

CUTOFF = 5.0
"""Å."""
N_RADIAL, N_ANGULAR = 8, 8
MOST_ATOMS = 1200
"""Over all frames used: enough for some hundred coefficients."""
FEWEST_FRAMES = 6
FEWEST_ROWS = 4
"""Force components for each coefficient."""
ENERGY_WEIGHT = 30.0
"""Of energies per atom, against forces: as large as makes stresses right and leaves forces as they are."""
RIDGE = 1e-8
"""Of the largest eigenvalue."""


@dataclass(frozen=True)
class _Design:
    """Derivatives of one frame's numbers with respect to the coefficients."""

    frame: Frame
    energy: FloatArray
    forces: FloatArray
    strain: FloatArray


class LinearModel:
    """Frames as a linear potential sees them.

    Parameters
    ----------
    frames : sequence of Frame
        Some of them are taken.

    Attributes
    ----------
    is_usable : bool
        Whether there is enough to fit.
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        chosen = _chosen(frames)
        try:
            self._designs = _designs(chosen) if len(chosen) >= FEWEST_FRAMES else []
        except NNPError:  # structures that other checks find fault with
            self._designs = []
        self.is_usable = False
        if self._designs:
            self._slopes = np.concatenate([design.forces for design in self._designs])
            self._forces = np.concatenate([np.asarray(design.frame.forces).ravel() for design in self._designs])
            self.is_usable = len(self._slopes) >= FEWEST_ROWS * self._slopes.shape[1]
            self._functions, self._energies = self._without_composition()

    def _without_composition(self) -> tuple[FloatArray, FloatArray]:
        """Functions and energies per atom, less what the composition explains."""
        elements = sorted({symbol for design in self._designs for symbol in design.frame.atoms.symbols.species()})
        fractions = np.array(
            [[np.mean(design.frame.atoms.symbols == element) for element in elements] for design in self._designs]
        )
        sizes = np.array([len(design.frame.atoms) for design in self._designs])
        left = np.eye(len(sizes)) - fractions @ np.linalg.pinv(fractions)
        functions = np.array([design.energy for design in self._designs]) / sizes[:, None]
        energies = np.array([design.frame.energy for design in self._designs], dtype=np.float64) / sizes
        return left @ functions, left @ energies

    def from_forces(self) -> tuple[float, float, float]:
        """Fit the forces alone.

        Returns
        -------
        explained : float
            Share of the mean squared force that the fit explains.
        factor : float
            Energies of the data over those of the fit.
        rest : float
            What that leaves of the energies, relative.
        """
        coefficients = _ridge(self._slopes, self._forces)
        error = self._forces - self._slopes @ coefficients
        factor, rest = _factor(self._functions @ coefficients, self._energies)
        return 1.0 - float(np.mean(error**2) / np.mean(self._forces**2)), factor, rest

    def stresses(self, energy_factor: float) -> tuple[float, float]:
        """Fit energies and forces together.

        Parameters
        ----------
        energy_factor : float
            Unit of the energies over that of the forces times Å; they are divided by it.

        Returns
        -------
        factor : float
            Stresses of the data over those of the fit, in units of the forces per Å².
        rest : float
            What that leaves of the stresses, relative; 1 without any.
        """
        known = [design for design in self._designs if design.frame.stress is not None and _fills_space(design.frame)]
        if len(known) < FEWEST_FRAMES:
            return 1.0, 1.0
        weight = ENERGY_WEIGHT * np.sqrt(len(self._forces) / len(self._energies))
        table = np.concatenate([self._slopes, weight * self._functions])
        targets = np.concatenate([self._forces, weight * self._energies / energy_factor])
        coefficients = _ridge(table, targets)
        return _factor(
            np.concatenate([_stress(design, coefficients) for design in known]),
            np.concatenate([np.asarray(design.frame.stress) for design in known]),
        )


def _ridge(table: FloatArray, targets: FloatArray) -> FloatArray:
    scale = np.maximum(np.sqrt(np.mean(table**2, axis=0)), 1e-12)
    normal = (table / scale).T @ (table / scale)
    ridge = RIDGE * max(float(np.linalg.eigvalsh(normal)[-1]), 1e-300)
    solution: FloatArray = np.linalg.solve(normal + ridge * np.eye(len(scale)), (table / scale).T @ targets) / scale
    return solution


def _factor(predicted: FloatArray, true: FloatArray) -> tuple[float, float]:
    """Factor by least absolute deviations, and the mean deviation over the mean of the true values."""
    factor = float(least_absolute_deviations(predicted[:, None], true)[0])
    return factor, float(np.mean(np.abs(true - factor * predicted)) / max(float(np.mean(np.abs(true))), 1e-12))


def _fills_space(frame: Frame) -> bool:
    return bool(frame.atoms.pbc.all()) and int(frame.atoms.cell.rank) == 3


def _stress(design: _Design, coefficients: FloatArray) -> FloatArray:
    tensor = design.strain @ coefficients / design.frame.atoms.get_volume()
    stress: FloatArray = full_3x3_to_voigt_6_stress(0.5 * (tensor + tensor.T))
    return stress


def _chosen(frames: Sequence[Frame]) -> list[Frame]:
    """Frames with forces, evenly spaced, not more than `MOST_ATOMS`."""
    known = [
        frame
        for frame in frames
        if frame.forces is not None
        and frame.energy is not None
        and frame.config_type not in (ENVIRONMENT, ISOLATED_ATOM)
        and np.any(frame.forces)
    ]
    n_atoms = sum(len(frame.atoms) for frame in known)
    return known[:: max(1, -(-n_atoms // MOST_ATOMS))]


def _designs(frames: Sequence[Frame]) -> list[_Design]:
    elements = sorted({symbol for frame in frames for symbol in frame.atoms.symbols.species()})
    ranges = distance_range(frames, CUTOFF)
    chosen = SymmetryFunctionSet.behler(
        elements,
        n_radial=N_RADIAL,
        n_angular=N_ANGULAR,
        cutoff=CUTOFF,
        shortest={pair: low for pair, (low, _) in ranges.items()},
        longest={pair: high for pair, (_, high) in ranges.items()},
    )
    descriptors = [Descriptor(elements, list(chosen.for_element(element))) for element in elements]
    return [_design(frame, elements, descriptors) for frame in frames]


def _design(frame: Frame, elements: Sequence[str], descriptors: Sequence[Descriptor]) -> _Design:
    pairs = neighbor_list(frame.atoms, CUTOFF)
    species = np.array([elements.index(symbol) for symbol in frame.atoms.get_chemical_symbols()], dtype=np.int32)
    energy, forces, strain = [], [], []
    for number, descriptor in enumerate(descriptors):
        centers = np.flatnonzero(species == number).astype(np.int32)
        values, slopes = descriptor.values_and_jacobian(
            centers, species, pairs.first, pairs.neighbor, pairs.displacement
        )
        pair = np.flatnonzero(np.isin(pairs.center, centers))
        on_atoms = np.zeros((len(species), 3, descriptor.n_functions))
        np.add.at(on_atoms, pairs.center[pair], slopes)
        np.add.at(on_atoms, pairs.neighbor[pair], -slopes)
        energy.append(values.sum(axis=0))
        forces.append(on_atoms.reshape(3 * len(species), -1))
        strain.append(np.einsum("pa,pbf->abf", pairs.displacement[pair], slopes))
    return _Design(frame, np.concatenate(energy), np.concatenate(forces, axis=1), np.concatenate(strain, axis=2))

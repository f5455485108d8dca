"""Targets and predictions -> errors of one group of frames or of the atoms of one element.

Errors are those of equations (29)-(33) of Wang et al. (composable potentials, 2025): energies per
atom, forces per component, and for forces also the error of their lengths and directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.evaluation import Evaluation

FloatArray = NDArray[np.float64]
FramePair: TypeAlias = tuple[Frame, Evaluation]

SMALLEST_DIRECTED_FORCE = 1e-3
"""eV/Å. The direction and relative length of a smaller reference force are noise."""


@dataclass(frozen=True)
class Errors:
    """Errors over one group of frames or atoms; None where no frame has the target.

    Attributes
    ----------
    n_frames, n_atoms : int
    n_energies, n_forces, n_stresses, n_atomic_energies : int
        Targets compared: frames, atoms, frames, atoms.
    n_force_directions : int
        Atoms with a reference force of at least `SMALLEST_DIRECTED_FORCE`.
    energy_rmse, energy_mae, energy_max : float, eV/atom
    force_rmse, force_mae : float, eV/Å
        Per component.
    force_max : float, eV/Å
        Length of the longest error vector.
    force_amplitude_rmse, force_amplitude_mae, force_amplitude_max : float, eV/Å
        Of the lengths of forces, over `n_force_directions` atoms.
    force_angle_rmse, force_angle_mae, force_angle_max : float, rad
        Of the directions, over the same atoms.
    stress_rmse, stress_mae, stress_max : float, eV/Å³
        Per component of six.
    atomic_energy_rmse, atomic_energy_mae, atomic_energy_max : float, eV
    """

    n_frames: int
    n_atoms: int
    n_energies: int
    n_forces: int
    n_force_directions: int
    n_stresses: int
    n_atomic_energies: int
    energy_rmse: float | None
    energy_mae: float | None
    energy_max: float | None
    force_rmse: float | None
    force_mae: float | None
    force_max: float | None
    force_amplitude_rmse: float | None
    force_amplitude_mae: float | None
    force_amplitude_max: float | None
    force_angle_rmse: float | None
    force_angle_mae: float | None
    force_angle_max: float | None
    stress_rmse: float | None
    stress_mae: float | None
    stress_max: float | None
    atomic_energy_rmse: float | None
    atomic_energy_mae: float | None
    atomic_energy_max: float | None


def errors_of(pairs: Sequence[FramePair], element: str | None = None) -> Errors:
    """Compute errors over these frames; with an element, over its atoms, without energies and stresses of frames."""
    chosen = [_mask(frame.atoms, element) for frame, _ in pairs]
    whole = pairs if element is None else []
    energies = np.array([(found.energy - f.energy) / len(f.atoms) for f, found in whole if f.energy is not None])
    stresses = np.array(
        [found.stress - f.stress for f, found in whole if f.stress is not None and found.stress is not None]
    )
    reference, predicted = _forces(pairs, chosen)
    atomic = _atomic_energy_errors(pairs, chosen)
    return Errors(
        n_frames=sum(bool(mask.any()) for mask in chosen),
        n_atoms=int(sum(mask.sum() for mask in chosen)),
        n_energies=len(energies),
        n_stresses=len(stresses),
        n_atomic_energies=len(atomic),
        **_named("energy", energies),
        **_named("stress", stresses),
        **_named("atomic_energy", atomic),
        **_force_errors(reference, predicted),
    )


def _force_errors(reference: FloatArray, predicted: FloatArray) -> dict[str, Any]:
    """Errors of forces (n, 3): components, lengths and directions; equations (30)-(33)."""
    difference = predicted - reference
    length = np.linalg.norm(reference, axis=1)
    directed = length >= SMALLEST_DIRECTED_FORCE
    true, found = reference[directed], predicted[directed]
    # atan2 keeps its precision for small angles, where arccos of a cosine near one does not.
    angle = np.arctan2(np.linalg.norm(np.cross(found, true), axis=1), np.einsum("ik,ik->i", found, true))
    return {
        "n_forces": len(reference),
        "n_force_directions": int(directed.sum()),
        "force_rmse": _rms(difference),
        "force_mae": _mean_abs(difference),
        "force_max": _max_abs(np.linalg.norm(difference, axis=1)),
        **_named("force_amplitude", np.linalg.norm(found, axis=1) - length[directed]),
        **_named("force_angle", angle),
    }


def _forces(pairs: Sequence[FramePair], chosen: Sequence[NDArray[np.bool_]]) -> tuple[FloatArray, FloatArray]:
    """Join the reference and the predicted forces of the chosen atoms, (n, 3) each."""
    known = [
        (frame.forces[mask], prediction.forces[mask])
        for (frame, prediction), mask in zip(pairs, chosen, strict=True)
        if frame.forces is not None
    ]
    empty = np.empty((0, 3))
    return np.concatenate([empty, *(one for one, _ in known)]), np.concatenate([empty, *(one for _, one in known)])


def _atomic_energy_errors(pairs: Sequence[FramePair], chosen: Sequence[NDArray[np.bool_]]) -> FloatArray:
    errors = [
        (prediction.energies - frame.atomic_energies)[mask & ~np.isnan(frame.atomic_energies)]
        for (frame, prediction), mask in zip(pairs, chosen, strict=True)
        if frame.atomic_energies is not None
    ]
    return np.concatenate([np.empty(0), *errors])


def _mask(atoms: Atoms, element: str | None) -> NDArray[np.bool_]:
    if element is None:
        return np.ones(len(atoms), dtype=np.bool_)
    mask: NDArray[np.bool_] = np.asarray(atoms.symbols == element, dtype=np.bool_)
    return mask


def _named(name: str, errors: FloatArray) -> dict[str, Any]:
    return {f"{name}_rmse": _rms(errors), f"{name}_mae": _mean_abs(errors), f"{name}_max": _max_abs(errors)}


def _rms(errors: FloatArray) -> float | None:
    return float(np.sqrt(np.mean(errors**2))) if errors.size else None


def _mean_abs(errors: FloatArray) -> float | None:
    return float(np.mean(np.abs(errors))) if errors.size else None


def _max_abs(errors: FloatArray) -> float | None:
    return float(np.max(np.abs(errors))) if errors.size else None

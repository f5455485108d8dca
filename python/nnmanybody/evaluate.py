"""Potential and frames -> predictions and their errors, overall and by element and `config_type`.

Errors are those of equations (29)-(33) of Wang et al. (composable potentials, 2025): energies per
atom, forces per component, and for forces also the error of their lengths and directions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.potential import Evaluation, Potential

FloatArray = NDArray[np.float64]

SMALLEST_DIRECTED_FORCE = 1e-3
"""eV/Å. The direction and relative length of a smaller reference force are noise."""
N_WORST_ATOMS = 10
NO_CONFIG_TYPE = "(none)"
_OF_WHOLE_FRAMES = {"n_energies", "n_stresses", "energy_rmse", "energy_mae", "energy_max", "stress_rmse"}


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
    force_amplitude_rmse : float, eV/Å
        Of the lengths of forces, over `n_force_directions` atoms.
    force_angle_rmse : float, rad
        Of the directions, over the same atoms.
    stress_rmse : float, eV/Å³
        Per component of six.
    atomic_energy_rmse : float, eV
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
    force_angle_rmse: float | None
    stress_rmse: float | None
    atomic_energy_rmse: float | None


@dataclass(frozen=True)
class AtomError:
    """One atom and the error of its force; forces in eV/Å, atoms counted from 0."""

    frame: str
    atom: int
    element: str
    force_error: float
    reference: list[float]
    predicted: list[float]


@dataclass(frozen=True)
class ErrorReport:
    """Errors of a potential on a data set.

    Attributes
    ----------
    overall : Errors
    per_element, per_config_type : dict of str to Errors
        The energies of frames belong to no element: None there.
    worst_atoms : tuple of AtomError
        At most `N_WORST_ATOMS`, largest force error first.
    """

    overall: Errors
    per_element: dict[str, Errors]
    per_config_type: dict[str, Errors]
    worst_atoms: tuple[AtomError, ...]

    def as_json(self) -> dict[str, Any]:
        """Overall errors at the top level, the rest below their names."""
        element_keys = [field.name for field in fields(Errors) if field.name not in _OF_WHOLE_FRAMES]
        return {
            **asdict(self.overall),
            "per_element": {
                element: {key: getattr(errors, key) for key in element_keys}
                for element, errors in self.per_element.items()
            },
            "per_config_type": {name: asdict(errors) for name, errors in self.per_config_type.items()},
            "worst_atoms": [asdict(worst) for worst in self.worst_atoms],
        }


def predict(
    potential: Potential,
    frames: Iterable[Frame],
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> list[Evaluation]:
    """Evaluate the potential on every frame.

    Parameters
    ----------
    progress : callable
        Wraps the frames to show how far the work is.

    Raises
    ------
    NNPError
        If a structure cannot be evaluated; names the frame.
    """
    predictions = []
    for frame in progress(frames):
        try:
            predictions.append(potential.evaluate(frame.atoms))
        except NNPError as error:
            raise NNPError(f"{frame.name}: {error}") from error
    return predictions


def error_report(frames: Sequence[Frame], predictions: Sequence[Evaluation]) -> ErrorReport:
    """Compare predictions with the targets of the frames, as far as they have them.

    Raises
    ------
    NNPError
        If there are no frames, or not one prediction for each.
    """
    if not frames or len(frames) != len(predictions):
        raise NNPError(f"expected one prediction for each of at least one frame, got {len(predictions)}, {len(frames)}")
    config_types = sorted({frame.config_type for frame in frames})
    elements = sorted({element for frame in frames for element in frame.atoms.symbols})
    pairs = list(zip(frames, predictions, strict=True))
    return ErrorReport(
        overall=_errors(pairs),
        per_element={element: _errors(pairs, element) for element in elements},
        per_config_type={
            name or NO_CONFIG_TYPE: _errors([pair for pair in pairs if pair[0].config_type == name])
            for name in config_types
        },
        worst_atoms=_worst_atoms(pairs),
    )


def frames_with_predictions(frames: Sequence[Frame], predictions: Sequence[Evaluation]) -> list[Atoms]:
    """Structures with targets (`REF_…`) and predictions (`NNP_…`) side by side, for OVITO or chemiscope.

    Every atom has the length of its force error as `force_error`, eV/Å, where its force is known.
    """
    written = []
    for frame, prediction in zip(frames, predictions, strict=True):
        atoms = frame.atoms.copy()
        atoms.info |= _known(
            {"name": frame.name, "REF_energy": frame.energy, "REF_stress": frame.stress}
            | {"NNP_energy": prediction.energy, "NNP_stress": prediction.stress}
        )
        arrays = {"REF_forces": frame.forces, "REF_atomic_energies": frame.atomic_energies}
        arrays |= {"NNP_forces": prediction.forces, "NNP_atomic_energies": prediction.energies}
        for name, values in _known(arrays).items():
            atoms.arrays[name] = values
        if frame.forces is not None:
            atoms.arrays["force_error"] = np.linalg.norm(prediction.forces - frame.forces, axis=1)
        written.append(atoms)
    return written


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


FramePair = tuple[Frame, Evaluation]


def _errors(pairs: Sequence[FramePair], element: str | None = None) -> Errors:
    """Errors over these frames; with an element, over its atoms only and without energies and stresses of frames."""
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
        energy_rmse=_rms(energies),
        energy_mae=_mean_abs(energies),
        energy_max=_max_abs(energies),
        stress_rmse=_rms(stresses),
        atomic_energy_rmse=_rms(atomic),
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
        "force_amplitude_rmse": _rms(np.linalg.norm(found, axis=1) - length[directed]),
        "force_angle_rmse": _rms(angle),
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


def _worst_atoms(pairs: Sequence[FramePair]) -> tuple[AtomError, ...]:
    errors = [
        AtomError(
            frame=frame.name,
            atom=int(atom),
            element=str(frame.atoms.symbols[atom]),
            force_error=float(length[atom]),
            reference=frame.forces[atom].tolist(),
            predicted=prediction.forces[atom].tolist(),
        )
        for frame, prediction in pairs
        if frame.forces is not None
        for length in [np.linalg.norm(prediction.forces - frame.forces, axis=1)]
        for atom in np.argsort(-length, kind="stable")[:N_WORST_ATOMS]
    ]
    return tuple(sorted(errors, key=lambda error: -error.force_error)[:N_WORST_ATOMS])


def _rms(errors: FloatArray) -> float | None:
    return float(np.sqrt(np.mean(errors**2))) if errors.size else None


def _mean_abs(errors: FloatArray) -> float | None:
    return float(np.mean(np.abs(errors))) if errors.size else None


def _max_abs(errors: FloatArray) -> float | None:
    return float(np.max(np.abs(errors))) if errors.size else None

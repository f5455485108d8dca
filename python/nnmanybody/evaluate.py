"""Potential and frames -> predictions and their errors, overall and by element and `config_type`.

`error_measures` says what the errors are, `committee` what several potentials say together.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.committee import Spread, calibrate, mean_and_spread
from nnmanybody.data import Frame
from nnmanybody.error_measures import Errors, FramePair, errors_of
from nnmanybody.errors import NNPError
from nnmanybody.evaluation import Evaluation
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]

N_WORST = 10
NO_CONFIG_TYPE = "(none)"
_OF_WHOLE_FRAMES = {
    *("n_energies", "energy_rmse", "energy_mae", "energy_max"),
    *("n_stresses", "stress_rmse", "stress_mae", "stress_max"),
}


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
class FrameError:
    """One frame and the error of its energy, eV/atom, predicted less reference; None without forces."""

    frame: str
    config_type: str
    n_atoms: int
    energy_error: float
    force_rmse: float | None


@dataclass(frozen=True)
class ErrorReport:
    """Errors of a potential on a data set.

    Attributes
    ----------
    overall : Errors
    per_element, per_config_type : dict of str to Errors
        The energies of frames belong to no element: None there.
    worst_atoms : tuple of AtomError
        At most `N_WORST`, largest force error first.
    worst_frames : tuple of FrameError
        As many, largest energy error per atom first.
    """

    overall: Errors
    per_element: dict[str, Errors]
    per_config_type: dict[str, Errors]
    worst_atoms: tuple[AtomError, ...]
    worst_frames: tuple[FrameError, ...]

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
            "worst_frames": [asdict(worst) for worst in self.worst_frames],
        }


def predict(
    potential: Potential,
    frames: Iterable[Frame],
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> list[Evaluation]:
    """Evaluate the potential on every frame, on all cores.

    Parameters
    ----------
    progress : callable
        Wraps the frames to show how far the work is.

    Raises
    ------
    NNPError
        If a structure cannot be evaluated; names the frame.
    """
    frames = list(frames)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(potential.evaluate, frame.atoms) for frame in frames]
        predictions = []
        for frame, result in zip(progress(frames), waiting, strict=True):
            try:
                predictions.append(result.result())
            except NNPError as error:
                pool.shutdown(wait=False, cancel_futures=True)
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
        overall=errors_of(pairs),
        per_element={element: errors_of(pairs, element) for element in elements},
        per_config_type={
            name or NO_CONFIG_TYPE: errors_of([pair for pair in pairs if pair[0].config_type == name])
            for name in config_types
        },
        worst_atoms=_worst_atoms(pairs),
        worst_frames=_worst_frames(pairs),
    )


@dataclass(frozen=True)
class CommitteeResult:
    """What one potential, or several together, say about frames.

    Attributes
    ----------
    report : ErrorReport
        Of the potential, or of the mean of the members.
    predictions : list of Evaluation
        The same.
    members : dict of file name to ErrorReport
        Empty for a single potential.
    spread : list of Spread
        Of the members, by frame; empty for a single potential.
    calibration : dict of "energy", "forces" to dict
        From `committee.calibrate`; eV/atom, eV/Å.
    """

    report: ErrorReport
    predictions: list[Evaluation]
    members: dict[str, ErrorReport]
    spread: list[Spread]
    calibration: dict[str, dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """Return the errors of the mean at the top level, of the members under their names."""
        if not self.members:
            return self.report.as_json()
        members = {name: asdict(report.overall) for name, report in self.members.items()}
        return {**self.report.as_json(), "members": members, "calibration": self.calibration}


def evaluate_committee(
    potentials: Sequence[Potential],
    frames: Sequence[Frame],
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> CommitteeResult:
    """Evaluate one potential, or several and their mean, and compare with the targets.

    Raises
    ------
    NNPError
        As `predict` and `error_report`.
    """
    each = [predict(potential, frames, progress) for potential in potentials]
    if len(each) == 1:
        return CommitteeResult(error_report(frames, each[0]), each[0], {}, [], {})
    mean, spread = mean_and_spread(each)
    names = [potential.name for potential in potentials]
    members = {
        name if names.count(name) == 1 else f"{name} ({number})": error_report(frames, found)
        for number, (name, found) in enumerate(zip(names, each, strict=True), start=1)
    }
    return CommitteeResult(error_report(frames, mean), mean, members, spread, _calibration(frames, mean, spread))


def _calibration(
    frames: Sequence[Frame], mean: Sequence[Evaluation], spread: Sequence[Spread]
) -> dict[str, dict[str, Any]]:
    """Spread against error: of energies over frames, eV/atom, and of forces over atoms, eV/Å."""
    energies = [
        (around.energy, (found.energy - frame.energy) / len(frame.atoms))
        for frame, found, around in zip(frames, mean, spread, strict=True)
        if frame.energy is not None
    ]
    forces = [
        (around.forces, np.linalg.norm(found.forces - frame.forces, axis=1))
        for frame, found, around in zip(frames, mean, spread, strict=True)
        if frame.forces is not None
    ]
    empty = np.empty(0)
    return {
        "energy": calibrate(*np.array(energies).reshape(-1, 2).T),
        "forces": calibrate(*(np.concatenate([empty, *part]) for part in zip(*forces, strict=True))) if forces else {},
    }


def frames_with_predictions(
    frames: Sequence[Frame], predictions: Sequence[Evaluation], spread: Sequence[Spread] = ()
) -> list[Atoms]:
    """Structures with targets (`REF_…`) and predictions (`NNP_…`) side by side, for OVITO or chemiscope.

    Every atom has the length of its force error as `force_error`, eV/Å, where its force is known; of a
    committee also `force_spread`, eV/Å. Frames have `energy_error` and `energy_spread`, eV/atom.
    """
    written = []
    for index, (frame, prediction) in enumerate(zip(frames, predictions, strict=True)):
        atoms = frame.atoms.copy()
        atoms.info |= _known(
            {"name": frame.name, "REF_energy": frame.energy, "REF_stress": frame.stress}
            | {"NNP_energy": prediction.energy, "NNP_stress": prediction.stress}
        )
        arrays = {"REF_forces": frame.forces, "REF_atomic_energies": frame.atomic_energies}
        arrays |= {"NNP_forces": prediction.forces, "NNP_atomic_energies": prediction.energies}
        for name, values in _known(arrays).items():
            atoms.arrays[name] = values
        if frame.energy is not None:
            atoms.info["energy_error"] = (prediction.energy - frame.energy) / len(atoms)
        if spread:
            atoms.info["energy_spread"] = spread[index].energy
            atoms.arrays["force_spread"] = spread[index].forces
        if frame.forces is not None:
            atoms.arrays["force_error"] = np.linalg.norm(prediction.forces - frame.forces, axis=1)
        written.append(atoms)
    return written


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


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
        for atom in np.argsort(-length, kind="stable")[:N_WORST]
    ]
    return tuple(sorted(errors, key=lambda error: -error.force_error)[:N_WORST])


def _worst_frames(pairs: Sequence[FramePair]) -> tuple[FrameError, ...]:
    errors = [
        FrameError(
            frame=frame.name,
            config_type=frame.config_type,
            n_atoms=len(frame.atoms),
            energy_error=(prediction.energy - frame.energy) / len(frame.atoms),
            force_rmse=None
            if frame.forces is None
            else float(np.sqrt(np.mean((prediction.forces - frame.forces) ** 2))),
        )
        for frame, prediction in pairs
        if frame.energy is not None
    ]
    return tuple(sorted(errors, key=lambda error: -abs(error.energy_error))[:N_WORST])

"""Files -> what a report is about: potentials, data sets with predictions, the training."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody.committee import Spread, mean_and_spread, read_potentials
from nnmanybody.data import DataKeys, Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import ErrorReport, error_report, predict
from nnmanybody.evaluation import Evaluation
from nnmanybody.potential import Potential
from nnmanybody.report.training_folder import TrainingFolder, find_training

FloatArray = NDArray[np.float64]
Progress = Callable[[Iterable[Frame]], Iterable[Frame]]

MOST_TRAINING_ATOMS = 50_000
"""Of each part of the training data; more are thinned out evenly, frame by frame."""
PART_NAMES = {"validation": "validation", "train": "training"}
"""Validation comes first: without other data its errors make the title; those of the training say less."""


@dataclass(frozen=True)
class DataSet:
    """Structures with targets and predictions.

    Attributes
    ----------
    name : str
    frames : list of Frame
    predictions : list of Evaluation
        Of the mean, if there are several potentials.
    errors : ErrorReport
    n_frames_available : int
        More than `frames` if these are a selection.
    seconds : float
        That one potential took, with neighbor lists.
    members : list of ErrorReport
        Of each potential, if there are several.
    spread : list of Spread
        The same.
    """

    name: str
    frames: list[Frame]
    predictions: list[Evaluation]
    errors: ErrorReport
    n_frames_available: int
    seconds: float
    members: list[ErrorReport]
    spread: list[Spread]

    def force_errors(self) -> dict[int, FloatArray]:
        """Return the lengths of the error vectors of all atoms, eV/Å, by the index of each frame that has forces."""
        return {
            index: np.linalg.norm(found.forces - frame.forces, axis=1)
            for index, (frame, found) in enumerate(zip(self.frames, self.predictions, strict=True))
            if frame.forces is not None
        }


@dataclass(frozen=True)
class Inputs:
    """All that a report is made of.

    Attributes
    ----------
    paths : tuple of Path
        Potential files as they were given.
    potentials : tuple of Potential
        One, or the members of a committee.
    sets : tuple of DataSet
    training : TrainingFolder or None
    given : tuple of Path
        Data files.
    """

    paths: tuple[Path, ...]
    potentials: tuple[Potential, ...]
    sets: tuple[DataSet, ...]
    training: TrainingFolder | None
    given: tuple[Path, ...]

    @property
    def name(self) -> str:
        """What the report is about, in a few words."""
        if len(self.potentials) > 1:
            return f"committee of {len(self.potentials)}: " + ", ".join(path.name for path in self.paths)
        return ", ".join(path.name for path in self.paths)


def read_inputs(
    paths: Sequence[Path], data: Sequence[Path], keys: DataKeys | None = None, progress: Progress = iter
) -> Inputs:
    """Read and evaluate everything.

    Parameters
    ----------
    paths : sequence of Path
        Potential files: one; one per element; or several of the same elements, a committee.
    data : sequence of Path
        Data files, each a set of its own; all of their frames are evaluated.
    keys : DataKeys, optional
        Of these files.
    progress : callable
        Wraps frames to show how far the work is.

    Raises
    ------
    NNPError
        If a file cannot be read, or there is no data at all to compare with.
    """
    potentials = read_potentials(paths)
    training = find_training(paths[0], dict(potentials[0].definition.provenance))
    named = _named_sets(data, keys)
    parts = {} if training is None else training.parts
    for part, name in PART_NAMES.items():
        if parts.get(part):
            named.append((name, parts[part], _thinned(parts[part])))
    if not named:
        why = "its training's folder is not beside it" if training is None else training.missing
        raise NNPError(f"{paths[0]}: nothing to compare with ({why}); give data by --data test.xyz")
    sets = tuple(_evaluated(name, chosen, len(frames), potentials, progress) for name, frames, chosen in named)
    return Inputs(tuple(paths), potentials, sets, training, tuple(data))


def _named_sets(data: Sequence[Path], keys: DataKeys | None) -> list[tuple[str, list[Frame], list[Frame]]]:
    """Name, all frames, frames to evaluate of each file; folders are named only where two files are namesakes."""
    names = [path.name for path in data]
    sets = []
    for index, path in enumerate(data):
        name = path.name if names.count(path.name) == 1 else f"{path.name} ({index + 1})"
        frames = [replace(frame, name=_short(frame.name)) for frame in read_frames(path, keys)]
        sets.append((name, frames, frames))
    return sets


def _short(name: str) -> str:
    """`test.xyz:3` for `/home/me/test.xyz:3`: a page that is passed on need not say where files lay."""
    path, _, number = name.rpartition(":")
    return f"{Path(path).name}:{number}"


def _thinned(frames: Sequence[Frame]) -> list[Frame]:
    """Every k-th frame, so that not more than `MOST_TRAINING_ATOMS` atoms are left."""
    n_atoms = sum(len(frame.atoms) for frame in frames)
    stride = max(1, -(-n_atoms // MOST_TRAINING_ATOMS))
    return [replace(frame, name=_short(frame.name)) for frame in frames[::stride]]


def _evaluated(
    name: str, frames: list[Frame], n_available: int, potentials: Sequence[Potential], progress: Progress
) -> DataSet:
    began = time.perf_counter()
    members = [predict(potentials[0], frames, progress)]
    seconds = time.perf_counter() - began
    members += [predict(potential, frames, progress) for potential in potentials[1:]]
    predictions, spread = mean_and_spread(members) if len(members) > 1 else (members[0], [])
    errors = error_report(frames, predictions)
    each = [error_report(frames, found) for found in members] if spread else []
    return DataSet(name, frames, predictions, errors, n_available, seconds, each, spread)

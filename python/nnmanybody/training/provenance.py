"""Where a potential comes from: hash of its data, configuration, errors, for the head and foot of its file."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version

import numpy as np

from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.descriptor_config import FileSet
from nnmanybody.training.progress_state import Progress
from nnmanybody.training.split import Split
from nnmanybody.training.trainer import FitErrors

_UNITS = {"energy": "eV/atom", "forces": "eV/Å", "stress": "eV/Å³", "atomic_energies": "eV"}


def data_hash(split: Split) -> str:
    """SHA-256 of structures and targets, part by part; names of files and frames do not matter.

    Each frame counts with its atomic numbers (int32), pbc, cell, positions and, where known, energy,
    forces, stress and atomic energies (float64), all little-endian.
    """
    digest = hashlib.sha256()
    for name, part in (("train", split.train), ("validation", split.validation), ("isolated", split.isolated)):
        digest.update(name.encode())
        for content in _contents(part):
            digest.update(content)
    return digest.hexdigest()


def _contents(frames: Iterable[Frame]) -> Iterable[bytes]:
    for frame in frames:
        yield frame.atoms.numbers.astype("<i4").tobytes() + frame.atoms.pbc.tobytes()
        yield np.concatenate([frame.atoms.cell.array, frame.atoms.get_positions()]).astype("<f8").tobytes()
        for target in ("energy", "forces", "stress", "atomic_energies"):
            value = getattr(frame, target)
            yield target.encode() + (b"" if value is None else np.asarray(value, dtype="<f8").tobytes())


def header() -> dict[str, str]:
    """Fields of the first line of the potential file."""
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    return {"date": today, "units": "metal", "contributor": "nnmanybody", "citation": "none"}


def provenance(
    config: TrainingConfig, split: Split, hashed: str, progress: Progress, errors: dict[str, FitErrors]
) -> list[tuple[str, str]]:
    """Lines of the potential file's last block.

    Parameters
    ----------
    config : TrainingConfig
    split : Split
    hashed : str
        From `data_hash`.
    progress : Progress
    errors : dict of "train", "valid" to FitErrors
        Of the exported weights.
    """
    lines = [
        ("package_version", version("nnmanybody")),
        ("data_sha256", hashed),
        ("frames", f"{len(split.train)} train, {len(split.validation)} validation, {len(split.isolated)} isolated"),
        ("split_seed", str(config.data.split_seed)),
        ("seed", str(config.seed)),
        ("precision", config.precision),
        ("epoch", f"{progress.best_epoch} of {progress.epoch}"),
    ]
    for part, reached in errors.items():
        lines += [(f"{target}_rmse_{part}", f"{value:.6g} {_UNITS[target]}") for target, value in reached.rmse.items()]
    # Where the files lie on one machine is nobody else's business; the hash says what was in them.
    settings = config.model_dump(
        mode="json", exclude={"output": True, "potential": True, "data": {"train", "validation"}}
    )
    if config.start is not None:
        settings["start"] = config.start.name
    if isinstance(config.symmetry_functions, FileSet):
        settings["symmetry_functions"]["path"] = config.symmetry_functions.path.name
    return [*lines, ("config", json.dumps(settings, sort_keys=True, ensure_ascii=False))]

"""Where a potential comes from: hash of its data, configuration, errors, for the head and foot of its file."""

import datetime
import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from nnmanybody import _core
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.data_sources import DataFile
from nnmanybody.descriptor_config import FileSet
from nnmanybody.training.fit_errors import FitErrors
from nnmanybody.training.prefetch import n_threads
from nnmanybody.training.progress_state import Progress
from nnmanybody.training.split import Split

if TYPE_CHECKING:
    from nnmanybody.training.prepare import Prepared

_UNITS = {"energy": "eV/atom", "forces": "eV/Å", "stress": "eV/Å³", "atomic_energies": "eV"}


def data_hash(split: Split) -> str:
    """SHA-256 of structures and targets, part by part; names of files and frames do not matter.

    Each frame counts with its atomic numbers (int32), pbc, cell, positions, where known energy,
    forces, stress and atomic energies, its weight (all float64, little-endian), and its config_type.
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
        yield np.float64(frame.weight).astype("<f8").tobytes() + frame.config_type.encode()


def header() -> dict[str, str]:
    """Fields of the first line of the potential file."""
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    return {"date": today, "units": "metal", "contributor": "nnmanybody", "citation": "none"}


def provenance(
    config: TrainingConfig, prepared: "Prepared", progress: Progress, errors: dict[str, FitErrors], processes: int
) -> list[tuple[str, str]]:
    """Lines of the potential file's last block: what it takes to repeat the fit.

    Parameters
    ----------
    config : TrainingConfig
    prepared : Prepared
    progress : Progress
    errors : dict of "train", "valid" to FitErrors
        Of the exported weights.
    processes : int
        That each took `batch_size` frames of every batch.
    """
    split = prepared.split
    lines = [
        ("package_version", version("nnmanybody")),
        ("software", _software()),
        ("data_sha256", prepared.data_hash),
        ("data_files", json.dumps(_data_files(config), ensure_ascii=False)),
        ("frames", f"{len(split.train)} train, {len(split.validation)} validation, {len(split.isolated)} isolated"),
        ("split_seed", str(config.data.split_seed)),
        ("seed", str(config.seed)),
        ("precision", config.precision),
        ("inputs", f"{prepared.mode}, {n_threads(config.threads)} threads, {processes} processes"),
        ("epoch", f"{progress.best_epoch} of {progress.epoch}"),
    ]
    for part, reached in errors.items():
        lines += [(f"{target}_rmse_{part}", f"{value:.6g} {_UNITS[target]}") for target, value in reached.rmse.items()]
    # Where the files lie on one machine is nobody else's business; the hash says what was in them.
    settings = config.model_dump(
        mode="json", exclude={"output": True, "potential": True, "cache": True, "data": {"train", "validation"}}
    )
    if config.start is not None:
        settings["start"] = config.start.name
        lines.append(("start_sha256", hashlib.sha256(config.start.read_bytes()).hexdigest()))
    if isinstance(config.symmetry_functions, FileSet):
        settings["symmetry_functions"]["path"] = config.symmetry_functions.path.name
    return [*lines, ("config", json.dumps(settings, sort_keys=True, ensure_ascii=False))]


def _software() -> str:
    """Name what else the last digits depend on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "scipy", "ase"))
    return f"{packages}, python {platform.python_version()}, {platform.machine()} {_core.simd_level()}"


def _data_files(config: TrainingConfig) -> dict[str, list[dict[str, Any]]]:
    """Files of both parts in their order, by name, with what was said about each: weight, index, units, config_type."""
    return {
        part: [
            {"path": entry.path.name, **entry.model_dump(mode="json", exclude={"path"}, exclude_defaults=True)}
            if isinstance(entry, DataFile)
            else {"path": entry.name}
            for entry in entries
        ]
        for part, entries in (("train", config.data.train), ("validation", config.data.validation))
        if entries
    }

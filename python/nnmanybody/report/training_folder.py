"""A potential file -> the folder that its training wrote beside it: curve, result, configuration, parts of the data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from nnmanybody.config import DataConfig
from nnmanybody.data import Frame
from nnmanybody.data_sources import read_entries
from nnmanybody.errors import NNPError
from nnmanybody.plots.learning_curve import Column, read_learning_curve
from nnmanybody.training.split import split_frames

CURVE_NAME = "lcurve.txt"
RESULT_NAME = "result.json"
SPLIT_NAME = "split.txt"
CONFIG_NAME = "config.yaml"
SUFFIX = ".training"


@dataclass(frozen=True)
class TrainingFolder:
    """What a training left.

    Attributes
    ----------
    path : Path
    curve : list of Column
    result : mapping
        Content of `result.json`: errors in eV and Å, epochs, seconds.
    config_text : str
        `config.yaml` without the folders of one machine.
    parts : dict of "train", "validation" to list of Frame
        Empty where the data is not there any more.
    missing : str
        Why it is not; empty if it is.
    """

    path: Path
    curve: list[Column]
    result: Mapping[str, Any]
    config_text: str = ""
    parts: dict[str, list[Frame]] = field(default_factory=dict)
    missing: str = ""


def find_training(potential: Path, provenance: Mapping[str, str]) -> TrainingFolder | None:
    """Return the training that a potential came from, if its folder is there.

    Parameters
    ----------
    potential : Path
        `Si.nnp` with the folder `Si.training` beside it, or a file in its training's folder.
    provenance : mapping
        Last block of the file: a folder whose best epoch is another belongs to another potential.
    """
    for folder in (potential.with_suffix(SUFFIX), potential.parent):
        if (folder / CURVE_NAME).is_file() and (folder / RESULT_NAME).is_file():
            result = json.loads((folder / RESULT_NAME).read_text(encoding="utf-8"))
            if _epochs(result) == provenance.get("epoch", _epochs(result)):
                return _read(folder, result)
    return None


def _epochs(result: Mapping[str, Any]) -> str:
    return f"{result.get('best_epoch')} of {result.get('epochs')}"


def _read(folder: Path, result: Mapping[str, Any]) -> TrainingFolder:
    curve = read_learning_curve(folder / CURVE_NAME)
    try:
        text = (folder / CONFIG_NAME).read_text(encoding="utf-8")
        settings = yaml.safe_load(text)
        data = DataConfig.model_validate(settings["data"])
        shown = yaml.safe_dump(_without_folders(settings), sort_keys=False, allow_unicode=True)
        return TrainingFolder(folder, curve, result, shown, _parts(folder / SPLIT_NAME, data))
    except (NNPError, OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        # The data moved, or another version wrote the configuration: the rest of the page does not need either.
        return TrainingFolder(folder, curve, result, missing=str(error))


def _without_folders(value: object) -> object:
    """Where files lie on one machine is nobody else's business."""
    if isinstance(value, dict):
        return {key: _without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_folders(item) for item in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def _parts(record: Path, data: DataConfig) -> dict[str, list[Frame]]:
    """Divide the data as the training did, and compare with its record of who was where."""
    keys = data.keys.keys()
    frames, validation = (read_entries(entries, keys, data.index) for entries in (data.train, data.validation))
    split = split_frames(frames, validation, data.validation_fraction, data.split_seed, data.validation_config_types)
    parts = {"train": list(split.train), "validation": list(split.validation)}
    recorded: dict[str, list[str]] = {name: [] for name in parts}
    for line in record.read_text(encoding="utf-8").splitlines():
        part, _, name = line.partition(" ")
        recorded.setdefault(part, []).append(Path(name).name)
    for name, listed in parts.items():
        if [Path(frame.name).name for frame in listed] != recorded[name]:
            raise NNPError(f"{record}: names other frames than the data has now; it changed since the training")
    return parts

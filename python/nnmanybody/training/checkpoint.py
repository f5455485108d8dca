"""A training that can go on where it stopped: all of its state in one file, written in one move."""

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.errors import NNPError

FILE_NAME = "checkpoint.npz"
FORMAT = 1
ARRAYS = ("weights", "average", "best", "optimizer")

MAY_CHANGE = {
    "output",
    "potential",
    "epochs",
    "early_stopping",
    "checkpoint_every",
    "tensorboard",
    "threads",
    "report",
    "cache",
    "refit",
}
"""Sections that may differ between the parts of one training: they say how long, how to watch and how to end, not what.

(More epochs stretch a cosine schedule, so the result is then not that of one uninterrupted run.)
"""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training at the end of an epoch.

    Attributes
    ----------
    arrays : mapping of weights, average, best, optimizer to arrays
        Variables of the model, their moving average, those of the best epoch, those of the optimizer.
    state : mapping
        Progress and learning rate.
    config : mapping
        The configuration, as `TrainingConfig.model_dump(mode="json")` gives it.
    data_hash : str
    """

    arrays: Mapping[str, Sequence[NDArray[Any]]]
    state: Mapping[str, Any]
    config: Mapping[str, Any]
    data_hash: str

    def write(self, path: Path) -> None:
        """Write the file; until it is complete, an older one stays.

        Raises
        ------
        NNPError
            If it cannot be written, as on a full disk.
        """
        about = {"format": FORMAT, "state": self.state, "config": self.config, "data_hash": self.data_hash}
        named: dict[str, Any] = {
            f"{group}_{n}": array for group in ARRAYS for n, array in enumerate(self.arrays[group])
        }
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **named)
        temporary = path.with_name(f".{path.name}.part")
        try:
            with temporary.open("wb") as file:
                file.write(buffer.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise NNPError(
                f"{path}: cannot write the checkpoint ({error.strerror}); the one before is whole: "
                "make room and go on by --resume"
            ) from None

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """Read the file.

        Raises
        ------
        NNPError
            If it cannot be read or is no checkpoint.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                arrays = {
                    group: [file[f"{group}_{n}"] for n in range(sum(name.startswith(f"{group}_") for name in file))]
                    for group in ARRAYS
                }
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise NNPError(f"{path}: not a checkpoint of nnmanybody ({error})") from None
        if about.get("format") != FORMAT:
            raise NNPError(f"{path}: checkpoint of format {about.get('format')}, expected {FORMAT}; start anew")
        return cls(arrays, about["state"], about["config"], about["data_hash"])

    def check_same_training(self, config: TrainingConfig, data_hash: str, path: Path) -> None:
        """Refuse to go on with another configuration or other data.

        Raises
        ------
        NNPError
            Naming the sections that differ.
        """
        now = config.model_dump(mode="json")
        changed = sorted(
            key
            for key in now.keys() | self.config.keys()
            if key not in MAY_CHANGE and now.get(key) != self.config.get(key)
        )
        # Where the files lie does not matter, only what is in them.
        if "data" in changed and data_hash == self.data_hash and _without_paths(now) == _without_paths(self.config):
            changed.remove("data")
        if changed:
            raise NNPError(
                f"{path}: was written with another configuration; {', '.join(changed)} differ. "
                f"Restore them to resume (only {', '.join(sorted(MAY_CHANGE))} may change), or start anew"
            )
        if data_hash != self.data_hash:
            raise NNPError(f"{path}: was written with other data (another hash); restore the data files, or start anew")


def _without_paths(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config["data"].items() if key not in ("train", "validation")}

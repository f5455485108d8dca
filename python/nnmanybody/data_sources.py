"""The `data` section of a configuration -> frames to train on and frames to validate on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, NonNegativeFloat, Tag

from nnmanybody.data import DataKeys, Frame, read_frames
from nnmanybody.yaml_config import FilePath, Section


class DataFile(Section):
    """A file, or a folder of files, with what is to be known about it."""

    path: FilePath
    weight: NonNegativeFloat = 1.0  # of its frames in the loss, times their own
    index: str | None = None  # frames, as in ASE; by default data.index
    units: Literal["bohr-hartree", "metal"] | None = None  # of RuNNer's input.data
    config_type: str | None = None  # of frames that name none


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | Path | dict | DataFile) else value


def _kind(value: object) -> str:
    return "with settings" if isinstance(value, dict | DataFile) else "path alone"


Entry: TypeAlias = Annotated[
    Annotated[FilePath, Tag("path alone")] | Annotated[DataFile, Tag("with settings")], Discriminator(_kind)
]
Entries: TypeAlias = Annotated[tuple[Entry, ...], BeforeValidator(_listed)]
"""One file, or several: `a.xyz`, `[a.xyz, b.xyz]`, `[{path: a.xyz, weight: 2.0}, b.xyz]`."""


def paths(entries: Sequence[Path | DataFile]) -> tuple[Path, ...]:
    """Paths of the entries."""
    return tuple(entry.path if isinstance(entry, DataFile) else entry for entry in entries)


def read_entries(entries: Sequence[Path | DataFile], keys: DataKeys, index: str) -> list[Frame]:
    """Read files with their settings.

    Parameters
    ----------
    entries : sequence of Path or DataFile
    keys : DataKeys
    index : str
        Frames of the files that do not say it themselves.

    Raises
    ------
    NNPError
        As `read_frames`.
    """
    if not any(isinstance(entry, DataFile) for entry in entries):
        return read_frames(paths(entries), keys, index) if entries else []
    frames = []
    for entry in entries:
        file = entry if isinstance(entry, DataFile) else DataFile(path=entry)
        for frame in read_frames(file.path, keys, file.index or index, file.units):
            config_type = frame.config_type or file.config_type or ""
            frames.append(replace(frame, weight=frame.weight * file.weight, config_type=config_type))
    return frames

"""The folder of a loop -> its files: written whole or not at all, by one loop at a time."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from nnmanybody.errors import NNPError

DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
PROBE_BYTES = 1 << 20


class StorageError(NNPError):
    """The disk takes nothing more; what is on it is whole."""


class LoopFolder:
    """Names of the files of a loop.

    Parameters
    ----------
    path : Path
        The folder; made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "loop.yaml"
        self.status = path / "status.json"
        self.database = path / "structures.db"
        self.labels = path / "labels"
        self.failed = path / "failed"
        self.locks = path / "locks"
        self.log = path / "loop.log"

    def iteration(self, number: int) -> Path:
        """Return the folder of one iteration."""
        return self.path / "iterations" / f"{number:03d}"

    def marker(self, number: int, step: str) -> Path:
        """Return the file whose presence says that a step is done, and what came of it."""
        return self.iteration(number) / f"{step}.json"

    def record(self, number: int, step: str) -> dict[str, Any] | None:
        """Read what a step left, None if it is not done."""
        path = self.marker(number, step)
        return read_json(path) if path.exists() else None

    def records(self, step: str) -> list[dict[str, Any]]:
        """Read what a step left in every iteration in which it is done, in their order."""
        found: list[dict[str, Any]] = []
        while (one := self.record(len(found), step)) is not None:
            found.append(one)
        return found

    def make(self) -> None:
        """Make the folder.

        Raises
        ------
        NNPError
            If that is impossible.
        """
        try:
            for path in (self.path, self.labels, self.failed, self.locks):
                path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NNPError(
                f"{self.path}: cannot be made ({error.strerror or error}); name another folder in `folder`"
            ) from error

    @contextmanager
    def only_loop(self) -> Iterator[None]:
        """Keep other loops out of the folder; the lock goes with the process, however it ends.

        Raises
        ------
        NNPError
            If another loop is at work here.
        """
        self.make()
        with (self.locks / "loop").open("a", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise NNPError(
                    f"{self.path}: another loop is running in this folder; see it by `nnp sample status`, "
                    "or give this one a `folder` of its own"
                ) from None
            yield

    def is_running(self) -> bool:
        """Return whether a loop is at work here."""
        try:
            with (self.locks / "loop").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False


@contextmanager
def job_lock(folder: Path, name: str) -> Iterator[None]:
    """Wait until nobody else is at the job of this name: a worker that outlived its loop may still be at it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_text(path: Path, text: str) -> None:
    """Write a file; what was at `path` stays whole until the new one is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 (what json.dumps takes)
    """Write a JSON file whole or not at all."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of the loop.

    Raises
    ------
    NNPError
        If it is not one.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NNPError(f"{path}: cannot be read ({error}); remove it to have this step done again") from error
    if not isinstance(content, dict):
        raise NNPError(f"{path}: expected a JSON object; remove it to have this step done again")
    return content


def structure_key(atoms: Atoms) -> str:
    """Name of a structure, the same wherever it comes from: hash of elements, periodicity, cell and positions."""
    digest = hashlib.sha256(np.asarray(atoms.numbers, dtype="<i4").tobytes() + np.asarray(atoms.pbc).tobytes())
    digest.update(np.concatenate([atoms.cell.array, atoms.get_positions()]).astype("<f8").tobytes())
    return "s" + digest.hexdigest()[:24]  # ase.db refuses words that look like numbers, hence the s


def content_key(content: Any) -> str:  # noqa: ANN401 (what json.dumps takes)
    """Hash of anything that can be written as JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


def file_hash(path: Path) -> str:
    """Hash of the content of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:24]


def seed_of(*parts: object) -> int:
    """Make a seed between 1 and 900 million, which LAMMPS takes, of anything with a fixed text."""
    return 1 + int(hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12], 16) % 900_000_000


def is_disk_error(error: BaseException) -> bool:
    """Return whether an error, or one that it comes from, says that the disk takes nothing more."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, StorageError) or (isinstance(error, OSError) and error.errno in DISK_ERRORS):
            return True
        if isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in ("full", "I/O")):
            return True
        inner = error.__cause__ or error.__context__
        if inner is None:
            return False
        error = inner
    return False


@contextmanager
def disk_guard(folder: Path) -> Iterator[None]:
    """Turn errors of a full disk into one message.

    Raises
    ------
    StorageError
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, StorageError) or not is_disk_error(error):
            raise
        raise StorageError(
            f"{folder}: the disk takes nothing more ({error}). Everything that was done is kept; "
            "make room and go on by `nnp sample resume`"
        ) from error


def check_room(folder: Path) -> None:
    """Write something and remove it, to see whether a program failed because of the disk.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    probe = folder / f".room.{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)

"""Values and Jacobians on disk, a file for each frame, named by the hash of all that they depend on.

A file is a line of JSON (CRC-32 of the rest, shapes and types), then the numbers. Several trainings may share a folder:
files are complete before they get their name, and whatever cannot be read, or is not what was written, is computed
again.
"""

import hashlib
import json
import logging
import os
import shutil
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.training.frame_inputs import IntArray, Wanted
from nnmanybody.training.raw_blocks import RawBlock

logger = logging.getLogger(__name__)

NUMBERS = 1
"""Raise it when the core computes other numbers, or the files hold others."""
ARRAYS = ("values", "jacobian", "strain_jacobian", "neighbor")


class InputCache:
    """A folder of values and Jacobians.

    Parameters
    ----------
    folder : Path
        Is made where it is not there.
    elements : sequence of str
    functions : sequence of sequences of SymmetryFunction
        Of every element.
    wanted : Wanted
    dtype : "float64" or "float32"
        Of the Jacobians.

    Raises
    ------
    NNPError
        If the folder cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        elements: Sequence[str],
        functions: Sequence[Sequence[_core.SymmetryFunction]],
        *,
        wanted: Wanted,
        dtype: str,
    ) -> None:
        self.folder = folder
        self._wanted = wanted
        # The last bits depend on the instruction set.
        about = [NUMBERS, _core.simd_level(), dtype, list(elements), [list(map(str, own)) for own in functions]]
        self._about = json.dumps(about).encode()
        self._n_elements = len(elements)
        self._lock = threading.Lock()
        self.n_read = self.n_written = 0
        self._full = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NNPError(
                f"{folder}: cannot make this folder for the cache ({error.strerror}); choose another"
            ) from None

    def key(self, frame: Frame, centers: Sequence[IntArray]) -> str:
        """SHA-256 of structure, centers, functions and what is computed of them."""
        digest = hashlib.sha256(self._about)
        has = self._wanted.targets(frame)
        digest.update(bytes(map(int, (has["forces"], has["stress"], *frame.atoms.pbc))))
        for array, kind in ((frame.atoms.numbers, "<i4"), (np.concatenate(centers), "<i4")):
            digest.update(np.asarray(array).astype(kind).tobytes() + b"|")
        digest.update(np.concatenate([frame.atoms.cell.array, frame.atoms.get_positions()]).astype("<f8").tobytes())
        return digest.hexdigest()

    def get(
        self, frame: Frame, centers: Sequence[IntArray], compute: Callable[[], Sequence[RawBlock]]
    ) -> Sequence[RawBlock]:
        """Read the blocks of a frame, by element; compute and keep them where they are not there."""
        key = self.key(frame, centers)
        path = self.folder / key[:2] / f"{key}.inputs"
        found = self._read(path, frame.name)
        if found is not None:
            with self._lock:
                self.n_read += 1
            return found
        blocks = compute()
        self._write(path, blocks)
        return blocks

    def contains(self, frame: Frame, centers: Sequence[IntArray]) -> bool:
        """Say whether there is a file for the frame; only `get` sees whether it is whole."""
        key = self.key(frame, centers)
        return (self.folder / key[:2] / f"{key}.inputs").exists()

    def remove(self) -> None:
        """Delete the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, path: Path, name: str) -> list[RawBlock] | None:
        try:
            with path.open("rb") as file:
                header, body = file.readline(), file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("%s: cannot be read (%s); %s is computed again", path, error.strerror, name)
            return None
        arrays = _arrays(header, body)
        n = len(ARRAYS)
        if arrays is None or len(arrays) != n * self._n_elements:
            logger.warning("%s: is damaged; %s is computed again", path, name)
            return None
        return [
            RawBlock(**dict(zip(ARRAYS, arrays[n * number : n * number + n], strict=True)))
            for number in range(self._n_elements)
        ]

    def _write(self, path: Path, blocks: Sequence[RawBlock]) -> None:
        """Write a file in one move; a full disk ends the writing, not the training."""
        if self._full:
            return
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            path.parent.mkdir(exist_ok=True)
            with temporary.open("wb") as file:
                for piece in _pieces(blocks):
                    file.write(piece)
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            self._full = True
            logger.warning(
                "%s: cannot write (%s); what is not there is computed in every epoch. Make room, or name another "
                "folder as cache",
                self.folder,
                error.strerror,
            )
            return
        with self._lock:
            self.n_written += 1


def _pieces(blocks: Sequence[RawBlock]) -> list[bytes | memoryview]:
    """Header and numbers of a file."""
    arrays = [np.ascontiguousarray(getattr(block, name)) for block in blocks for name in ARRAYS]
    numbers = [array.reshape(-1).view(np.uint8).data if array.size else b"" for array in arrays]
    kinds = [[array.dtype.str, list(array.shape)] for array in arrays]
    header = {"crc32": _check(kinds, numbers), "arrays": kinds}
    return [json.dumps(header).encode() + b"\n", *numbers]


def _check(kinds: object, numbers: Sequence[bytes | memoryview]) -> int:
    check = zlib.crc32(json.dumps(kinds).encode())
    for piece in numbers:
        check = zlib.crc32(piece, check)
    return check


def _arrays(header: bytes, body: bytes) -> list[NDArray[Any]] | None:
    """Arrays of a file; None if it is not whole."""
    try:
        about = json.loads(header)
        if _check(about["arrays"], [body]) != about["crc32"]:
            return None
    except (ValueError, KeyError, TypeError):
        return None
    arrays, offset = [], 0
    for kind, shape in about["arrays"]:
        dtype, size = np.dtype(kind), int(np.prod(shape))
        arrays.append(np.frombuffer(body, dtype, size, offset).reshape(shape))
        offset += size * dtype.itemsize
    return arrays

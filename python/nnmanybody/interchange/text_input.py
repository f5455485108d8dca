"""Text files of other programs: lines, numbers, and errors that name the place."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nnmanybody.errors import NNPError


class Place(NamedTuple):
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Line(NamedTuple):
    """The words of one line and where it stands."""

    words: list[str]
    place: Place
    text: str


def read_text(path: Path, what: str) -> str:
    """Text of a file; bytes that are no UTF-8 (names in old comments) do not matter.

    Raises
    ------
    NNPError
        If the file is missing or cannot be read; says `what` was expected.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise NNPError(f"{path}: no such file; expected {what}") from None
    except OSError as error:
        raise NNPError(f"{path}: cannot be read ({error.strerror or error}); expected {what}") from error


def lines_of(path: Path, what: str, comment: str = "#") -> Iterator[Line]:
    """Lines that hold words, without comments."""
    for number, text in enumerate(read_text(path, what).splitlines(), start=1):
        words = text.split(comment, 1)[0].split()
        if words:
            yield Line(words, Place(str(path), number), text)


def number(word: str, what: str, place: Place) -> float:
    """One finite number; Fortran's exponents (1.0d-3) are understood.

    Raises
    ------
    NNPError
        If the word is something else; names the place.
    """
    try:
        # Python would take 1_000, which no other program writes.
        value = float(word.replace("d", "e").replace("D", "e").replace("_", "?"))
    except ValueError:
        raise NNPError(f"{place}: expected a number for {what}, got '{word}'") from None
    if not math.isfinite(value):
        raise NNPError(f"{place}: expected a finite number for {what}, got '{word}'")
    return value


def integer(word: str, what: str, place: Place) -> int:
    """One whole number.

    Raises
    ------
    NNPError
        If the word is something else; names the place.
    """
    try:
        return int(word.replace("_", "?"))
    except ValueError:
        raise NNPError(f"{place}: expected a whole number for {what}, got '{word}'") from None


def exact(value: float) -> str:
    """Shortest decimal that reads back as the same number."""
    return repr(float(value))

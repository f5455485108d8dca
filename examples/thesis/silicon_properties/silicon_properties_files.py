"""Files of finished runs -> arrays."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common import FloatArray
from nnmanybody.errors import NNPError

DUMP_HEADER_LINES = 9
SAID = re.compile(r"nn/manybody: (\d+) of (\d+) checks .* found atoms outside of the training ranges")
AT_ONCE = re.compile(r": up to (\d+) of (\d+) at once; the worst was .*?, by (\S+) of the width")


@dataclass(frozen=True)
class Trace:
    """A state at constant pressure: energies (eV/atom), volumes (Å³/atom), and steps from one to the next."""

    energies: FloatArray
    volumes: FloatArray
    interval: int


def read_trace(path: Path) -> Trace:
    """Read what in.silicon_averages.lmp wrote.

    Raises
    ------
    NNPError
        If there are fewer than two rows.
    """
    rows: FloatArray = np.loadtxt(path, ndmin=2)
    if len(rows) < 2:
        raise NNPError(f"{path}: expected rows of step, energy, volume and temperature, got {len(rows)}")
    return Trace(rows[:, 1], rows[:, 2], int(rows[1, 0] - rows[0, 0]))


def read_blocks(path: Path) -> tuple[FloatArray, FloatArray]:
    """Read blocks of a `fix ave/time ... mode vector` with two columns.

    Returns
    -------
    (n,) float64
        First column, the same in every block.
    (n_blocks, n) float64
        Second column.
    """
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    n_rows = int(lines[0][1])
    blocks = np.array([row[1:] for number, row in enumerate(lines) if number % (n_rows + 1)], dtype=np.float64)
    blocks = blocks.reshape(-1, n_rows, 2)
    return blocks[0, :, 0], blocks[:, :, 1]


def read_dump(path: Path) -> FloatArray:
    """Read a text dump of records with the same atoms in the same order.

    Returns
    -------
    (n_records, n_atoms, n_columns) float64
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    n_atoms = int(lines[3])
    length = n_atoms + DUMP_HEADER_LINES
    rows = [
        line for start in range(0, len(lines), length) for line in lines[start + DUMP_HEADER_LINES : start + length]
    ]
    table = np.loadtxt(rows, ndmin=2)
    return table.reshape(-1, n_atoms, table.shape[1])


@dataclass(frozen=True)
class Outside:
    """What the pair style says of one run about the ranges of its training.

    Attributes
    ----------
    checks, found : int
        How often it looked, and how often atoms were outside.
    at_once : float
        Largest part of the atoms that were outside at the same time.
    overshoot : float
        The worst, in widths of the range.
    """

    checks: int = 0
    found: int = 0
    at_once: float = 0.0
    overshoot: float = 0.0

    def __add__(self, other: "Outside") -> "Outside":
        """Return both together."""
        return Outside(
            self.checks + other.checks,
            self.found + other.found,
            max(self.at_once, other.at_once),
            max(self.overshoot, other.overshoot),
        )


def read_outside(log: Path) -> list[Outside]:
    """Read what the log says at the end of each of its `run` commands."""
    said = []
    for line in log.read_text(encoding="utf-8").splitlines():
        if counts := SAID.search(line):
            worst = AT_ONCE.search(line)
            at_once, overshoot = (int(worst[1]) / int(worst[2]), float(worst[3])) if worst else (0.0, 0.0)
            said.append(Outside(int(counts[2]), int(counts[1]), at_once, overshoot))
    return said

"""`lcurve.txt`: one line per epoch, readable by people and by `numpy.loadtxt`."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError

FILE_NAME = "lcurve.txt"

# name: (unit, factor from eV and Å)
_TARGETS = {
    "energy": ("meV/atom", 1e3),
    "forces": ("eV/Å", 1.0),
    "stress": ("meV/Å³", 1e3),
    "atomic_energies": ("meV", 1e3),
}
COLUMNS: dict[str, str] = {
    "epoch": "",
    "loss_train": "",
    "loss_valid": "",
    **{f"{target}_{part}": unit for target, (unit, _) in _TARGETS.items() for part in ("train", "valid")},
    "learning_rate": "",
    "seconds": "s",
}
"""Columns and their units, in the order of the file."""

_HEADER = """\
# Learning curve of nnmanybody. Root-mean-square errors; nan where there is nothing to compare.
# train: mean over the batches of the epoch as they came, while the weights changed.
# valid: all validation frames at the end of the epoch, with the weights that would be exported.
"""
_NAMES = [f"{name}[{unit}]" if unit else name for name, unit in COLUMNS.items()]
_WIDTHS = [max(len(name), 15) for name in _NAMES]


class LearningCurve:
    """The file while a training writes it.

    Parameters
    ----------
    path : Path
    epochs_kept : int
        Epochs of an earlier run to keep: those up to its checkpoint. Later lines are cut off.

    Raises
    ------
    NNPError
        If the earlier file lacks some of these epochs.
    """

    def __init__(self, path: Path, epochs_kept: int = 0) -> None:
        self.path = path
        lines = _epoch_lines(path)[:epochs_kept] if epochs_kept else []
        if len(lines) < epochs_kept:
            raise NNPError(
                f"{path}: has {len(lines)} epochs, but the checkpoint was written after {epochs_kept}; "
                "expected the file of the same training"
            )
        names = " ".join(f"{name:>{width}}" for name, width in zip(_NAMES, _WIDTHS, strict=True))
        header = f"{_HEADER}#{names[1:]}\n"
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_text(header + "".join(lines), encoding="utf-8")
        temporary.replace(path)

    def append(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write the line of one epoch; names as in `COLUMNS`, in eV and Å; those not given are nan.

        Raises
        ------
        NNPError
            If it cannot be written, as on a full disk.
        """
        fields = [f"{epoch:>{_WIDTHS[0]}d}"]
        for name, width in list(zip(COLUMNS, _WIDTHS, strict=True))[1:]:
            value = values.get(name, math.nan) * _TARGETS.get(name.rsplit("_", 1)[0], ("", 1.0))[1]
            fields.append(f"{value:>{width}.9g}")
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(" ".join(fields) + "\n")
        except OSError as error:
            raise NNPError(
                f"{self.path}: cannot write the learning curve ({error.strerror}); "
                "make room and go on from the last checkpoint by --resume"
            ) from None


def read_learning_curve(path: str | Path) -> dict[str, NDArray[np.float64]]:
    """Read the columns of a learning curve.

    Parameters
    ----------
    path : path
        The file, or the output folder of a training with `lcurve.txt` in it.

    Returns
    -------
    dict of name to (n_epochs,) float64
        Names and units as in `COLUMNS`.

    Raises
    ------
    NNPError
        If the file is missing or is not a learning curve.
    """
    path = Path(path)
    path = path / FILE_NAME if path.is_dir() else path
    lines = _epoch_lines(path)
    if not lines:
        raise NNPError(f"{path}: no epoch is there; expected the {FILE_NAME} of a training")
    try:
        table = np.array([[float(word) for word in line.split()] for line in lines], dtype=np.float64)
    except ValueError as error:
        raise NNPError(f"{path}: not a learning curve ({error})") from None
    if table.ndim != 2 or table.shape[1] != len(COLUMNS):
        raise NNPError(f"{path}: not a learning curve; expected {len(COLUMNS)} numbers a line, {', '.join(COLUMNS)}")
    return dict(zip(COLUMNS, table.T, strict=True))


def _epoch_lines(path: Path) -> list[str]:
    """Return the complete lines of epochs; one cut off while it was written does not count."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise NNPError(f"{path}: cannot read the learning curve: {error}") from None
    return [line for line in lines if line.endswith("\n") and not line.startswith("#") and line.strip()]

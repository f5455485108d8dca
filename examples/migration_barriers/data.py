"""Occupations of the 26 sites around a migrating copper atom -> its energy barrier: the published files, or a stand-in.

The published set (Kimari et al., arXiv:1806.03062; Fairdata urn-nbn-fi-csc-kata20180603133722588355) has three files,
`Cu_ANN_processed/barriers/Cu_20170906_{100,110,111}.26d`: a table with 26 zeros or ones and the barrier in eV a line,
comments behind #.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_SITES = 26
SURFACES = ("100", "110", "111")


@dataclass(frozen=True)
class Barriers:
    """Inputs and targets of the three parts.

    Attributes
    ----------
    train, validation, test : (x, y)
        (n, 26) float64 of -1 (empty) and 1 (occupied), (n,) float64 eV.
    name : str
    """

    train: tuple[FloatArray, FloatArray]
    validation: tuple[FloatArray, FloatArray]
    test: tuple[FloatArray, FloatArray]
    name: str


def split(x: FloatArray, y: FloatArray, sizes: tuple[int, int, int], name: str, rng: np.random.Generator) -> Barriers:
    """Divide by chance; the sizes of training, validation and test part are cut to what there is."""
    order = rng.permutation(len(x))
    n_train, n_validation, n_test = sizes
    parts = np.split(order, [n_train, n_train + n_validation])
    chosen = (parts[0], parts[1], parts[2][:n_test])
    if not all(len(part) for part in chosen):
        raise ValueError(f"{name}: expected more than {n_train + n_validation} lines, got {len(x)}")
    train, validation, test = ((x[part], y[part]) for part in chosen)
    return Barriers(train, validation, test, name)


def read(path: Path) -> tuple[FloatArray, FloatArray]:
    """Read a published file.

    Raises
    ------
    ValueError
        If it is no table of 26 zeros or ones and a barrier.
    """
    table = np.loadtxt(path, comments="#", ndmin=2)
    if table.shape[1] != N_SITES + 1 or not np.isin(table[:, :N_SITES], (0.0, 1.0)).all():
        raise ValueError(
            f"{path}: expected lines of {N_SITES} zeros or ones and a barrier, got {table.shape[1]} columns"
        )
    return 2.0 * table[:, :N_SITES] - 1.0, table[:, N_SITES]


def find(folder: Path, surface: str) -> Path | None:
    """Return the published file of a surface, wherever it lies in the folder."""
    return next(iter(sorted(folder.rglob(f"Cu_*_{surface}.26d"))), None)


def synthetic(n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Make a task of the same form: 0.45 + 0.35 tanh(sparse linear and pair terms), in eV.

    12 of the sites count much, 14 little; a twelfth of all pairs interact.
    """
    own = np.random.default_rng(0)
    linear = own.normal(size=N_SITES) * np.where(np.arange(N_SITES) < 12, 1.0, 0.4)
    pairs = np.triu(own.normal(size=(N_SITES, N_SITES)) * (own.uniform(size=(N_SITES, N_SITES)) < 0.08), 1)
    x = rng.choice([-1.0, 1.0], (n, N_SITES))
    s = 0.25 * (x @ linear + ((x @ pairs) * x).sum(axis=1))
    return x, 0.45 + 0.35 * np.tanh(s)

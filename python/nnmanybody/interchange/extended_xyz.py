"""Atoms with targets -> extended XYZ, every number with all its digits (ASE's writer keeps eight decimals)."""

from collections.abc import Iterable, Iterator

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.interchange.text_input import exact


def frame_text(atoms: Atoms) -> str:
    """One frame: symbols, positions, and the columns of `atoms.arrays`; `atoms.info` in the comment line.

    Parameters
    ----------
    atoms : ase.Atoms
        Its columns are numbers, its info numbers and strings.
    """
    columns = {name: array for name, array in atoms.arrays.items() if name not in ("numbers", "positions")}
    properties = ["species:S:1", "pos:R:3"]
    properties += [f"{name}:R:{1 if array.ndim == 1 else array.shape[1]}" for name, array in columns.items()]
    head = [f"Properties={':'.join(properties)}"]
    if atoms.cell.rank > 0:
        head.append(f'Lattice="{_numbers(atoms.cell.array.ravel())}"')
    head += [f"{key}={_value(value)}" for key, value in atoms.info.items()]
    head.append('pbc="{} {} {}"'.format(*("T" if periodic else "F" for periodic in atoms.pbc)))
    return "\n".join([str(len(atoms)), " ".join(head), *_rows(atoms, columns.values())]) + "\n"


def _value(value: object) -> str:
    if isinstance(value, float):
        return exact(value)
    text = str(value).replace('"', '\\"')
    # A backslash at the end would hide the closing quote.
    return f'"{text} "' if text.endswith("\\") else f'"{text}"'


def _numbers(values: Iterable[float]) -> str:
    return " ".join(map(exact, values))


def _rows(atoms: Atoms, columns: Iterable[NDArray[np.float64]]) -> Iterator[str]:
    numbers = np.column_stack([atoms.positions, *columns])
    for symbol, row in zip(atoms.symbols, numbers, strict=True):
        yield f"{symbol:<2} " + " ".join(f"{exact(value):>24}" for value in row)

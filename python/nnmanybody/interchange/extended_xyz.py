"""Atoms with targets -> extended XYZ, every number with all its digits (ASE's writer keeps eight decimals)."""

from collections.abc import Iterator

import numpy as np
from ase import Atoms
from ase.io.extxyz import key_val_dict_to_str

from nnmanybody.interchange.text_input import exact


def frame_text(atoms: Atoms) -> str:
    """One frame: symbols, positions, and the columns of `atoms.arrays`; `atoms.info` in the comment line."""
    columns = {name: array for name, array in atoms.arrays.items() if name not in ("numbers", "positions")}
    properties = ["species:S:1", "pos:R:3"]
    for name, array in columns.items():
        properties.append(f"{name}:R:{1 if array.ndim == 1 else array.shape[1]}")
    head: dict[str, object] = {}
    if atoms.cell.rank > 0:
        head["Lattice"] = atoms.cell.array.T
    info = {key: exact(value) if isinstance(value, float) else value for key, value in atoms.info.items()}
    comment = key_val_dict_to_str({**head, **info, "pbc": atoms.pbc})
    lines = [str(len(atoms)), f"Properties={':'.join(properties)} {comment}", *_rows(atoms, list(columns.values()))]
    return "\n".join(lines) + "\n"


def _rows(atoms: Atoms, columns: list[np.ndarray]) -> Iterator[str]:
    numbers = np.column_stack([atoms.positions, *columns])
    for symbol, row in zip(atoms.symbols, numbers, strict=True):
        yield f"{symbol:<2} " + " ".join(f"{exact(value):>24}" for value in row)

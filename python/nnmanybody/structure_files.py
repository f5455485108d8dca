"""Files and folders of structures -> ASE's Atoms, whatever the format; targets stay where the format has them."""

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io.formats import string2index

from nnmanybody.errors import NNPError

IN_FOLDERS = (
    *("*.xyz", "*.extxyz", "*.traj", "*.db", "input.data", "*.input.data"),
    *("OUTCAR*", "*.OUTCAR", "vasprun*.xml", "*.dump", "*.lammpstrj"),
)
"""Names that are taken from a folder; others are left alone."""
LAMMPS_DUMPS = ("*.dump", "*.lammpstrj", "dump.*")
ATOMIC_ENERGY_COLUMNS = ("c_pe", "c_peatom", "c_eatom", "c_energy")
"""Columns of a LAMMPS dump that hold `compute pe/atom`."""


def expanded(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files themselves, and in the place of a folder the files of structures in it, sorted.

    Raises
    ------
    NNPError
        If a folder has none.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.append(path)
            continue
        found = sorted(file for file in path.rglob("*") if file.is_file() and _matches(file, IN_FOLDERS))
        if not found:
            raise NNPError(f"{path}: no file of structures in this folder; looked for {', '.join(IN_FOLDERS)}")
        files += found
    return files


def read_structures(path: Path, index: str = ":", units: str | None = None) -> Sequence[tuple[int, Atoms]]:
    """Return the chosen structures of one file with their numbers, counted from 0.

    Parameters
    ----------
    path : path
        Extended XYZ, RuNNer's input.data, a LAMMPS dump, or what ASE recognises: VASP's OUTCAR and
        vasprun.xml, an ASE database, trajectories.
    index : str
        As in ASE: ":" all, "::10" every tenth, "-1" the last.
    units : str, optional
        Of input.data, which does not say them itself: "bohr-hartree" or "metal".

    Raises
    ------
    NNPError
        If the file is missing or damaged, `index` selects nothing, or units are needed and not given.
    """
    if not path.exists():
        raise NNPError(f"{path}: no such file; expected a data file in extended XYZ")
    numbered = list(enumerate(_runner(path, units) if _is_runner(path) else _by_ase(path)))
    return _select(numbered, index, path)


def _matches(path: Path, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)


def _is_runner(path: Path) -> bool:
    """Whether the first word is `begin`, as in every input.data."""
    if path.suffix in {".xyz", ".extxyz", ".db", ".traj"}:
        return False
    with path.open("rb") as file:
        words = file.read(200).split()
    return words[:1] == [b"begin"]


def _runner(path: Path, units: str | None) -> list[Atoms]:
    from nnmanybody.interchange.runner_structures import read_structures as read_runner  # it imports this module
    from nnmanybody.interchange.units import NAMES, named_units

    if units is None:
        raise NNPError(
            f"{path}: input.data does not say its units; add --units bohr-hartree or --units metal (Å and eV), "
            f"in a configuration `- {{path: {path.name}, units: {NAMES[0]}}}`"
        )
    return list(read_runner(path, named_units(units)))


def _by_ase(path: Path) -> list[Atoms]:
    file_format = "extxyz" if path.suffix in {".xyz", ".extxyz"} else None
    if _matches(path, LAMMPS_DUMPS):
        _check_dump(path)
        file_format = "lammps-dump-text"
    try:
        read = list(_by_database(path)) if path.suffix == ".db" else ase.io.read(path, index=":", format=file_format)
    except Exception as error:  # ASE's readers raise whatever their parsing stumbles over
        raise NNPError(
            f"{path}: cannot be read as structures ({type(error).__name__}: {error}).\n"
            "Expected extended XYZ; a file cut off in the middle has too few lines in its last frame."
        ) from error
    structures = read if isinstance(read, list) else [read]
    for atoms in structures if file_format == "lammps-dump-text" else ():
        _energy_of_dump(atoms)
    return structures


def _check_dump(path: Path) -> None:
    """Types of LAMMPS are no elements; ASE would make hydrogen and helium of them."""
    with path.open(encoding="utf-8", errors="replace") as file:
        columns = next((line.split()[2:] for line in file if line.startswith("ITEM: ATOMS")), None)
    if columns is not None and "element" not in columns:
        raise NNPError(
            f"{path}: a LAMMPS dump without the column `element`: its types are no elements. Write it by\n"
            "dump d all custom 100 data.dump id type element x y z fx fy fz c_pe\ndump_modify d element Si O sort id\n"
            "with `compute pe all pe/atom`"
        )


def _energy_of_dump(atoms: Atoms) -> None:
    """Give a frame of a LAMMPS dump its energy, the sum of `compute pe/atom`; ASE makes it 0 eV."""
    results = {} if atoms.calc is None else {**atoms.calc.results}
    results.pop("energy", None)
    for column in ATOMIC_ENERGY_COLUMNS:
        if column in atoms.arrays:
            energies = np.asarray(atoms.arrays.pop(column), dtype=np.float64).reshape(-1)
            results |= {"energies": energies, "energy": float(energies.sum())}
            break
    atoms.calc = SinglePointCalculator(atoms, **results)


def _by_database(path: Path) -> Iterator[Atoms]:
    """Structures of an ASE database; key-value pairs and arrays go where the other formats have them."""
    import ase.db  # here: it takes a second

    for row in ase.db.connect(path).select():
        atoms = row.toatoms()
        atoms.info |= row.key_value_pairs
        for key, value in row.data.items():
            array = np.asarray(value)
            is_column = array.ndim > 0 and len(array) == len(atoms) and array.shape != (6,)
            (atoms.arrays if is_column else atoms.info)[key] = array if is_column else value
        yield atoms


def _select(numbered: list[tuple[int, Atoms]], index: str, path: Path) -> list[tuple[int, Atoms]]:
    try:
        chosen = string2index(index)
        selected = numbered[chosen]
    except (ValueError, IndexError) as error:
        raise NNPError(
            f"{path}: index {index!r} selects nothing of its {len(numbered)} frames; "
            'expected ":", a number, or start:stop:step'
        ) from error
    return selected if isinstance(selected, list) else [selected]

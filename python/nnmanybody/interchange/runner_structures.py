"""input.data of RuNNer and n2p2 <-> structures with energies, forces, charges and comments, in eV and Å.

What an Atoms object carries: info `REF_energy`, `REF_total_charge`, `comment`, `set` (train or test); columns
`REF_forces`, `REF_charges`, and `runner_n` where the seventh column of input.data, which neither program
uses, is not zero everywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.interchange.text_input import Place, exact, number, read_text
from nnmanybody.interchange.units import Units

SETS = ("train", "test")
TOTAL_CHARGE, CHARGES, UNUSED = "REF_total_charge", "REF_charges", "runner_n"
ATOM_USAGE = "atom x y z element charge n fx fy fz"


@dataclass
class _Block:
    """The lines between begin and end."""

    place: Place
    set_name: str = ""
    comments: list[str] = field(default_factory=list)
    cell: list[list[float]] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    energy: float | None = None
    charge: float | None = None


def read_structures(path: Path, units: Units) -> Iterator[Atoms]:
    """Structures of an input.data, one after the other.

    Raises
    ------
    NNPError
        If a line is not what n2p2's documentation says; names it.
    """
    block: _Block | None = None
    for count, text in enumerate(read_text(path, "structures in the format of RuNNer").splitlines(), start=1):
        words, place = text.split(), Place(str(path), count)
        if not words:
            continue
        if block is None:
            block = _begin(words, place)
        elif words[0] == "end":
            yield _atoms(block, units)
            block = None
        else:
            _read_line(block, words, text, place)
    if block is not None:
        raise NNPError(f"{block.place}: this structure has no end")


def _begin(words: list[str], place: Place) -> _Block:
    if words[0] != "begin":
        raise NNPError(f"{place}: expected 'begin', got '{words[0]}'")
    block = _Block(place)
    for word in words[1:]:
        key, _, value = word.partition("=")
        if key != "set" or value not in SETS:
            raise NNPError(f"{place}: expected 'begin', 'begin set=train' or 'begin set=test', got '{word}'")
        block.set_name = value
    return block


def _read_line(block: _Block, words: list[str], text: str, place: Place) -> None:
    keyword, arguments = words[0], words[1:]
    if keyword == "comment":
        block.comments.append(text.strip()[len("comment") :].strip())
    elif keyword == "lattice":
        if len(arguments) != 3 or len(block.cell) == 3:
            raise NNPError(f"{place}: expected three lines 'lattice x y z', got '{text.strip()}'")
        block.cell.append([number(word, "a lattice vector", place) for word in arguments])
    elif keyword == "atom":
        if len(arguments) != 9:
            raise NNPError(f"{place}: expected '{ATOM_USAGE}', got {len(arguments)} values behind atom")
        if atomic_numbers.get(arguments[3], 0) == 0:
            raise NNPError(f"{place}: expected a chemical symbol as the fourth value, got '{arguments[3]}'")
        block.symbols.append(arguments[3])
        block.rows.append([number(word, "a value of an atom", place) for word in arguments[:3] + arguments[4:]])
    elif keyword in ("energy", "charge"):
        if not arguments:
            raise NNPError(f"{place}: {keyword} lacks its value")
        setattr(block, keyword, number(arguments[0], f"the {keyword}", place))
    else:
        raise NNPError(f"{place}: expected comment, lattice, atom, energy, charge or end, got '{keyword}'")


def _atoms(block: _Block, units: Units) -> Atoms:
    if len(block.cell) not in (0, 3):
        raise NNPError(f"{block.place}: expected three lattice vectors or none, got {len(block.cell)}")
    if not block.rows:
        raise NNPError(f"{block.place}: this structure has no atoms")
    rows = np.array(block.rows)
    atoms = Atoms(block.symbols, rows[:, :3] / units.cflength)
    if block.cell:
        atoms.set_cell(np.array(block.cell) / units.cflength)
        atoms.pbc = True
    if block.energy is not None:
        atoms.info["REF_energy"] = block.energy / units.cfenergy
    if block.charge is not None:
        atoms.info[TOTAL_CHARGE] = block.charge
    if block.comments:
        atoms.info["comment"] = " ".join(filter(None, block.comments))
    if block.set_name:
        atoms.info["set"] = block.set_name
    atoms.set_array(CHARGES, rows[:, 3])
    if rows[:, 4].any():
        atoms.set_array(UNUSED, rows[:, 4])
    atoms.set_array("REF_forces", rows[:, 5:] / units.cfforce)
    return atoms


def structures_text(frames: Iterable[Frame], units: Units) -> Iterator[str]:
    """Text of an input.data, structure by structure; forces that are not known are written as zeros.

    Raises
    ------
    NNPError
        If a structure is periodic in one or two directions only, which the format cannot say.
    """
    for frame in frames:
        atoms = frame.atoms
        if atoms.pbc.any() != atoms.pbc.all():
            raise NNPError(
                f"{frame.name}: periodic in {int(atoms.pbc.sum())} of 3 directions; input.data knows periodic and "
                "not periodic only"
            )
        yield "\n".join([*_head(frame, units), *_atom_lines(frame, units), *_tail(frame, units), "end"]) + "\n"


def _head(frame: Frame, units: Units) -> Iterator[str]:
    info = frame.atoms.info
    name = str(info.get("set", ""))
    yield f"begin set={name}" if name in SETS else "begin"
    comment = _comment(info.get("comment", frame.config_type))
    if comment:
        yield f"comment {comment}"
    if frame.atoms.pbc.all():
        for vector in frame.atoms.cell.array * units.cflength:
            yield f"lattice {_columns(vector)}"


def _comment(value: object) -> str:
    """One line; ASE makes numbers of a comment that looks like some."""
    words = map(str, value.ravel()) if isinstance(value, np.ndarray) else str(value).splitlines()
    return " ".join(words).strip()


def _atom_lines(frame: Frame, units: Units) -> Iterator[str]:
    atoms, n_atoms = frame.atoms, len(frame.atoms)
    charges = atoms.arrays.get(CHARGES, np.zeros(n_atoms))
    unused = atoms.arrays.get(UNUSED, np.zeros(n_atoms))
    forces = (np.zeros((n_atoms, 3)) if frame.forces is None else frame.forces) * units.cfforce
    for place, symbol, charge, other, force in zip(
        atoms.positions * units.cflength, atoms.symbols, charges, unused, forces, strict=True
    ):
        yield f"atom {_columns(place)} {symbol:>2} {_columns((charge, other))} {_columns(force)}"


def _tail(frame: Frame, units: Units) -> Iterator[str]:
    if frame.energy is not None:
        yield f"energy {exact(frame.energy * units.cfenergy)}"
    charge = float(frame.atoms.info.get(TOTAL_CHARGE, frame.atoms.arrays.get(CHARGES, np.zeros(1)).sum()))
    yield f"charge {exact(charge)}"


def _columns(values: Iterable[float]) -> str:
    return " ".join(f"{exact(value):>24}" for value in values)

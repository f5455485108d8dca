"""Structures, labels and reasons of a loop in one database (ase.db, SQLite), each structure once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import ase.db
import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from numpy.typing import NDArray

from nnmanybody.data import Frame

FloatArray = NDArray[np.float64]
Status = Literal["selected", "labelled", "failed", "refused"]
STATUSES: tuple[Status, ...] = ("selected", "labelled", "failed", "refused")
Reason = dict[str, Any]


@dataclass(frozen=True)
class Selected:
    """A structure that is to be labelled.

    Attributes
    ----------
    key : str
        From `folder.structure_key`.
    atoms : ase.Atoms
    origin : str
        Run or file it comes from.
    reasons : list of dict
        `method`, `value`, `threshold` and what else there is to say.
    """

    key: str
    atoms: Atoms
    origin: str
    reasons: Sequence[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class Label:
    """What the reference says about a structure: eV, (n_atoms, 3) eV/Å, (6,) eV/Å³ in ASE's sign and order."""

    energy: float
    forces: FloatArray
    stress: FloatArray | None = None

    def as_json(self) -> dict[str, Any]:
        """Return numbers that JSON keeps to the last bit."""
        stress = None if self.stress is None else self.stress.tolist()
        return {"energy": self.energy, "forces": self.forces.tolist(), "stress": stress}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Label:
        """Read what `as_json` made."""
        stress = content["stress"]
        return cls(
            float(content["energy"]),
            np.array(content["forces"], dtype=np.float64).reshape(-1, 3),
            None if stress is None else np.array(stress, dtype=np.float64),
        )


@dataclass(frozen=True)
class Row:
    """One structure of the database."""

    identifier: int
    key: str
    status: Status
    iteration: int
    rank: int
    origin: str
    atoms: Atoms
    label: Label | None
    reasons: list[Reason]
    note: str


class Store:
    """The database of one loop.

    Parameters
    ----------
    path : Path
        Made at the first write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = _connect(path)

    def make(self) -> None:
        """Make the database, if there is none: with all its tables or not at all."""
        if self.path.exists():
            return
        temporary = self.path.with_name(f".{self.path.name}.part")
        temporary.unlink(missing_ok=True)
        _connect(temporary).count()  # ase.db makes the tables one by one, when it is first asked
        temporary.replace(self.path)

    def add(self, found: Iterable[Selected], iteration: int) -> int:
        """Add structures that are not there yet; returns how many of them are there now."""
        self.make()
        known = self.keys()
        count = 0
        for rank, one in enumerate(found):
            count += 1
            if one.key in known:
                continue
            known[one.key] = "selected"
            bare = Atoms(one.atoms.numbers, one.atoms.get_positions(), cell=one.atoms.cell, pbc=one.atoms.pbc)
            self._db.write(
                bare,
                key=one.key,
                status="selected",
                iteration=iteration,
                rank=rank,
                data={"origin": one.origin, "reasons": json.dumps(one.reasons), "note": ""},
            )
        return count

    def set_label(self, key: str, label: Label) -> None:
        """Give a structure its label."""
        row = self._db.get(key=key)
        atoms = row.toatoms()
        results: dict[str, Any] = {"energy": label.energy, "forces": label.forces}
        if label.stress is not None:
            results["stress"] = label.stress
        atoms.calc = SinglePointCalculator(atoms, **results)
        self._db.update(row.id, atoms=atoms, status="labelled")

    def set_status(self, key: str, status: Status, note: str) -> None:
        """Set a structure aside and say why."""
        row = self._db.get(key=key)
        self._db.update(row.id, status=status, data={"note": note})

    def keys(self) -> dict[str, Status]:
        """Status of every structure by its key."""
        return {row.key: row.status for row in self._rows(include_data=False)}

    def rows(self, status: Status | None = None) -> list[Row]:
        """All structures, or those of one status, in the order in which they were selected."""
        found = [_row(row) for row in self._rows() if status is None or row.status == status]
        return sorted(found, key=lambda row: (row.iteration, row.rank))

    def count(self, status: Status | None = None) -> int:
        """Return how many structures there are."""
        keys = self.keys()
        return len(keys) if status is None else sum(one == status for one in keys.values())

    def frames(self) -> list[Frame]:
        """Labelled structures as data to train on, named by their keys."""
        return [frame_of_row(row) for row in self.rows("labelled")]

    def dataset_hash(self) -> str:
        """SHA-256 over structures and labels, whatever their order; empty without any."""
        parts = []
        for row in self.rows("labelled"):
            if row.label is None:
                continue
            digest = hashlib.sha256(row.key.encode())
            digest.update(np.array([row.label.energy], dtype="<f8").tobytes())
            digest.update(row.label.forces.astype("<f8").tobytes())
            parts.append(digest.hexdigest())
        return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest() if parts else ""

    def _rows(self, include_data: bool = True) -> Iterable[Any]:
        return self._db.select(include_data=include_data) if self.path.exists() else []


def _connect(path: Path) -> Any:  # noqa: ANN401 (ase.db's)
    # The lock file of ase.db stays behind when its process is killed; the loop has a lock that does not.
    return ase.db.connect(path, type="db", use_lock_file=False)


def frame_of_row(row: Row) -> Frame:
    """Return a structure with its label as data."""
    label = row.label
    return Frame(
        atoms=row.atoms,
        energy=None if label is None else label.energy,
        forces=None if label is None else label.forces,
        stress=None if label is None else label.stress,
        name=row.key,
        config_type=row.origin.partition("/")[0],
    )


def _row(row: Any) -> Row:  # noqa: ANN401 (ase.db.row.AtomsRow)
    data = row.data
    label = None
    if row.status != "selected" and "energy" in row:
        stress = np.asarray(row.stress, dtype=np.float64) if "stress" in row else None
        label = Label(float(row.energy), np.asarray(row.forces, dtype=np.float64), stress)
    atoms = row.toatoms()
    atoms.calc = None
    atoms.info.clear()
    return Row(
        row.id,
        row.key,
        row.status,
        int(row.iteration),
        int(row.rank),
        data["origin"],
        atoms,
        label,
        json.loads(data["reasons"]),
        data["note"],
    )

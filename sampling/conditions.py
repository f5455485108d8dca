"""Conditions of the configuration -> the simulations of one iteration: every combination of their variables."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnmanybody.sampling.config import ConditionConfig

Value = str | int | float


@dataclass(frozen=True)
class Condition:
    """One point of the grid.

    Attributes
    ----------
    name : str
        Of the entry it comes from and the values that vary in it: `crystal/temperature=300`.
    variables : dict of str to str, int or float
    structure : Path or None
        To begin with; else the input makes its own.
    """

    name: str
    variables: dict[str, Value]
    structure: Path | None

    @property
    def folder(self) -> str:
        """Name that a folder can have."""
        return re.sub(r"[^\w.=,+-]", "_", self.name)


def grid(entries: Sequence[ConditionConfig]) -> list[Condition]:
    """Return all combinations of the variables of every entry."""
    return [condition for entry in entries for condition in _combinations(entry)]


def _combinations(entry: ConditionConfig) -> Iterator[Condition]:
    lists = {name: value if isinstance(value, tuple) else (value,) for name, value in entry.variables.items()}
    varying = [name for name, values in lists.items() if len(values) > 1]
    structures: Sequence[Path | None] = entry.structures or (None,)
    for structure in structures:
        for values in itertools.product(*lists.values()):
            variables = dict(zip(lists, values, strict=True))
            parts = [f"{name}={variables[name]}" for name in varying]
            if structure is not None and len(structures) > 1:
                parts.append(structure.stem)
            yield Condition("/".join([entry.name, ",".join(parts)]).rstrip("/"), variables, structure)

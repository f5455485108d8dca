"""Atoms -> energy, forces, stress by a potential read from its text file(s)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols

from nnmanybody import _core
from nnmanybody.errors import NNPError
from nnmanybody.evaluation import (
    ElementDescriptors,
    Evaluation,
    Extrapolation,
    IntArray,
    MemberEvaluations,
    stress_from_virial,
)
from nnmanybody.neighbors import NeighborList, neighbor_list


class Potential:
    """A Behler-Parrinello potential: symmetry functions, networks and scaling of every element.

    Parameters
    ----------
    definition : _core.PotentialDefinition
    name : str
        How messages call it, usually the file it came from.

    Raises
    ------
    ValueError
        If the definition contradicts itself.
    """

    def __init__(self, definition: _core.PotentialDefinition, name: str = "potential") -> None:
        self._core = _core.Potential(definition)
        self._definition = definition
        self.name = name
        self._species = np.full(len(chemical_symbols), -1, dtype=np.int32)
        for species, element in enumerate(self._core.elements):
            self._species[chemical_symbols.index(element)] = species

    @classmethod
    def read(cls, *paths: str | os.PathLike[str]) -> "Potential":
        """Read a potential from its file, or from one file per element.

        Raises
        ------
        NNPError
            If a file is missing or malformed, or two files define the same element.
        """
        if not paths:
            raise NNPError("Potential.read needs the path of at least one potential file (*.nnp)")
        definitions = [_parse_file(Path(path)) for path in paths]
        name = ", ".join(str(path) for path in paths)
        try:
            return cls(_core.PotentialDefinition.merge(definitions), name)
        except ValueError as error:
            raise NNPError(f"{name}: {error}") from error

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the text file; what was at `path` stays whole until the new file is complete.

        Raises
        ------
        NNPError
            If the file cannot be written.
        """
        target = Path(path)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            temporary.write_text(self._definition.text(), encoding="utf-8")
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise NNPError(f"{target}: the potential cannot be written ({error.strerror or error})") from error

    @property
    def definition(self) -> _core.PotentialDefinition:
        """Everything that is in the file."""
        return self._definition

    @property
    def elements(self) -> tuple[str, ...]:
        """Chemical symbols, in the order of the file."""
        return tuple(self._core.elements)

    @property
    def cutoff(self) -> float:
        """The longest cutoff of any symmetry function, Å."""
        return float(self._core.cutoff)

    @property
    def pair_core(self) -> _core.PairCore | None:
        """The repulsive core with its `kind`, `inner` and `outer` radius (Å), which is part of the energy; or None."""
        return self._definition.pair_core

    @property
    def n_models(self) -> int:
        """How many networks every element has: the members of a committee, or 1."""
        return int(self._core.n_models)

    @property
    def members(self) -> tuple["Potential", ...]:
        """The members of a committee as potentials of one network per element."""
        return tuple(self._member(index) for index in range(self.n_models))

    def _member(self, index: int) -> "Potential":
        definition = self._definition
        sections = [
            _core.ElementSection(
                one.element,
                one.reference_energy,
                one.functions,
                one.statistics,
                one.scaling,
                one.models[index],
            )
            for one in definition.sections
        ]
        name = self.name if self.n_models == 1 else f"{self.name}, member {index + 1}"
        return Potential(
            _core.PotentialDefinition(sections, definition.provenance, definition.header, definition.pair_core), name
        )

    def species(self, atoms: Atoms) -> IntArray:
        """Index in `elements` of every atom, (n_atoms,) int32.

        Raises
        ------
        NNPError
            If an atom's element is not in the potential.
        """
        species: IntArray = self._species[atoms.numbers]
        if (species < 0).any():
            atom = int(np.argmax(species < 0))
            raise NNPError(
                f"atom {atom} is {atoms.symbols[atom]}, which {self.name} does not know; "
                f"its elements are {', '.join(self.elements)}"
            )
        return species

    def evaluate(
        self,
        atoms: Atoms,
        per_atom_virial: bool = False,
        neighbors: NeighborList | None = None,
        committee: bool = False,
    ) -> Evaluation:
        """Energy, forces, virial and stress of one structure.

        Parameters
        ----------
        atoms : ase.Atoms
        per_atom_virial : bool
            Also return the virial of every atom, which takes longer.
        neighbors : NeighborList, optional
            Of these atoms and at least this cutoff; made here by default.
        committee : bool
            Also return energies and forces of every member of a committee, which takes longer.

        Returns
        -------
        Evaluation

        Raises
        ------
        NNPError
            If an element is unknown, a position is not finite, or two atoms are on top of one another.
        """
        species = self.species(atoms)
        pairs = neighbor_list(atoms, self.cutoff) if neighbors is None else neighbors
        result = self._core.evaluate(
            species, pairs.first, pairs.neighbor, pairs.displacement, per_atom_virial, committee
        )
        virial = result["virial"]
        return Evaluation(
            energy=float(result["energies"].sum()),
            energies=result["energies"],
            forces=result["forces"],
            virial=virial,
            stress=stress_from_virial(virial, atoms),
            virials=result.get("virials"),
            centroid_virials=result.get("centroid_virials"),
            committee=(
                MemberEvaluations(result["committee_energies"], result["committee_forces"]) if committee else None
            ),
        )

    def extrapolation(self, atoms: Atoms, neighbors: NeighborList | None = None) -> Extrapolation:
        """How far each atom lies outside of the ranges of the training set.

        Raises
        ------
        NNPError
            As `evaluate`.
        """
        species = self.species(atoms)
        pairs = neighbor_list(atoms, self.cutoff) if neighbors is None else neighbors
        return Extrapolation(*self._core.extrapolation(species, pairs.first, pairs.neighbor, pairs.displacement))

    def descriptors(self, atoms: Atoms, neighbors: NeighborList | None = None) -> dict[str, ElementDescriptors]:
        """Values of the symmetry functions (not scaled), by element; atoms in the order of the structure.

        Raises
        ------
        NNPError
            As `evaluate`.
        """
        species = self.species(atoms)
        pairs = neighbor_list(atoms, self.cutoff) if neighbors is None else neighbors
        blocks = self._core.descriptors(species, pairs.first, pairs.neighbor, pairs.displacement)
        return {
            element: ElementDescriptors(centers, values)
            for element, (centers, values) in zip(self.elements, blocks, strict=True)
        }

    def __repr__(self) -> str:
        members = f", committee of {self.n_models}" if self.n_models > 1 else ""
        return f"<Potential {self.name}: {' '.join(self.elements)}, cutoff {self.cutoff:g} Å{members}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled as text: the file format is the one description that lasts.
        return _from_text, (self._definition.text(), self.name)


def join_committee(potentials: Sequence[Potential]) -> Potential:
    """Make one potential of several with the same symmetry functions: a committee, whose result is their mean.

    Parameters
    ----------
    potentials : sequence of Potential
        At least two; those that are committees give all their members.

    Raises
    ------
    NNPError
        If they differ in more than their networks; names the first difference.
    """
    names = ", ".join(potential.name for potential in potentials)
    try:
        definition = _core.PotentialDefinition.committee([potential.definition for potential in potentials])
    except ValueError as error:
        raise NNPError(
            f"{names}: no committee: {error}. Members may differ in their networks only: train them with the same "
            "functions on the same split; `nnp evaluate` takes files that differ"
        ) from error
    return Potential(definition, f"committee of {names}")


def _from_text(text: str, name: str) -> Potential:
    return Potential(_core.PotentialDefinition.parse(text, name), name)


def _parse_file(path: Path) -> _core.PotentialDefinition:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NNPError(f"{path}: no such file; expected a potential file (*.nnp)") from None
    except UnicodeDecodeError as error:
        raise NNPError(f"{path}: not a text file ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise NNPError(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        return _core.PotentialDefinition.parse(text, str(path))
    except ValueError as error:
        raise NNPError(str(error)) from error

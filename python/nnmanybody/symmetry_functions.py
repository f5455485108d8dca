"""Sets of symmetry functions: which functions describe the atoms of each element; text form; generator's entry."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ase.data import chemical_symbols

from nnmanybody._core import SymmetryFunction
from nnmanybody.behler_set import AngularKind, AngularParts, Distances, behler_functions, distance_range
from nnmanybody.errors import NNPError
from nnmanybody.interval_set import Layer, interval_functions, nearest_distances
from nnmanybody.potential import Potential

__all__ = ["Layer", "SymmetryFunction", "SymmetryFunctionSet", "distance_range", "nearest_distances"]


@dataclass(frozen=True)
class SymmetryFunctionSet:
    """The symmetry functions of every element, in the order of the descriptors.

    Attributes
    ----------
    functions : mapping of element to tuple of SymmetryFunction
        Neighbor elements of a function must be elements of the set.

    Raises
    ------
    NNPError
        If an element is unknown, appears without functions, or a function is there twice.
    """

    functions: Mapping[str, tuple[SymmetryFunction, ...]]

    def __post_init__(self) -> None:
        checked = {element: tuple(functions) for element, functions in self.functions.items()}
        if not checked:
            raise NNPError('the set of symmetry functions is empty; expected "element Si" and its functions')
        for element, functions in checked.items():
            _check_element(element, functions, checked)
        object.__setattr__(self, "functions", MappingProxyType(checked))

    @classmethod
    def behler(
        cls,
        elements: Sequence[str],
        *,
        n_radial: int,
        n_angular: int,
        cutoff: float,
        shortest: Distances,
        longest: Distances,
        angular: AngularKind = "G5",
        angular_parts: AngularParts = "shells",
    ) -> "SymmetryFunctionSet":
        """Make a set from the distances in the data; `behler_set` says how and why.

        Parameters
        ----------
        elements : sequence of str
        n_radial, n_angular : int
            Functions per neighbor element, and per pair of neighbor elements.
        cutoff : float, Å
        shortest, longest : float or mapping of (element, element) to float, Å
            Distances between atoms in the data, as `distance_range` finds them.
        angular : "G4", "G5" or "both"
        angular_parts : "shells" or "cutoffs"
            How the radial parts of the angular functions differ.

        Raises
        ------
        NNPError
            If a number is out of range.
        """
        return cls(
            behler_functions(
                elements,
                n_radial=n_radial,
                n_angular=n_angular,
                cutoff=cutoff,
                shortest=shortest,
                longest=longest,
                angular=angular,
                angular_parts=angular_parts,
            )
        )

    @classmethod
    def intervals(
        cls,
        elements: Sequence[str],
        *,
        n_radial: int,
        cutoff: float,
        layers: Sequence[Layer],
        nearest: Mapping[tuple[str, str], float],
    ) -> "SymmetryFunctionSet":
        """Make a set whose radial parts cover every interval of shells; `interval_set` says how and why.

        Parameters
        ----------
        elements : sequence of str
        n_radial : int
            G2 functions per neighbor element.
        cutoff : float, Å
        layers : sequence of Layer
            Angular functions by reach.
        nearest : mapping of (center, neighbor) to float, Å
            Distances of nearest neighbors, as `nearest_distances` finds them.

        Raises
        ------
        NNPError
            If a cutoff is too short for the distances.
        """
        return cls(interval_functions(elements, n_radial=n_radial, cutoff=cutoff, layers=layers, nearest=nearest))

    @classmethod
    def of_potential(cls, potential: Potential) -> "SymmetryFunctionSet":
        """Return the functions of a potential."""
        return cls({section.element: tuple(section.functions) for section in potential.definition.sections})

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "SymmetryFunctionSet":
        """Read the text form from a file.

        Raises
        ------
        NNPError
            If the file is missing or a line is not what it should be; names the line.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NNPError(f"{path}: no such file; expected a set of symmetry functions") from None
        except (OSError, UnicodeDecodeError) as error:
            raise NNPError(f"{path}: cannot be read as text ({error})") from error
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, name: str = "<string>") -> "SymmetryFunctionSet":
        """Read the text form: `element Si`, then one function a line; `#` starts a comment.

        Raises
        ------
        NNPError
            If a line is not what it should be; names the line.
        """
        functions: dict[str, list[SymmetryFunction]] = {}
        current: list[SymmetryFunction] | None = None
        for number, raw in enumerate(text.splitlines(), start=1):
            line = raw.split("#", 1)[0].strip()
            if not line:
                continue
            if line.split()[0] == "element":
                current = functions.setdefault(_element_of(line, f"{name}:{number}", functions), [])
            elif current is None:
                raise NNPError(f'{name}:{number}: expected "element <symbol>" before the first function, got "{line}"')
            else:
                current.append(_parse_function(line, f"{name}:{number}"))
        try:
            return cls({element: tuple(listed) for element, listed in functions.items()})
        except NNPError as error:
            raise NNPError(f"{name}: {error}") from None

    def text(self) -> str:
        """Text form; `parse` reads it back."""
        lines = ["# symmetry functions; distances in Å, eta in 1/Å²"]
        for element, functions in self.functions.items():
            lines += [f"element {element}", *map(str, functions)]
        return "\n".join(lines) + "\n"

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the text form.

        Raises
        ------
        NNPError
            If the file cannot be written.
        """
        try:
            Path(path).write_text(self.text(), encoding="utf-8")
        except OSError as error:
            raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements in the order of the set."""
        return tuple(self.functions)

    @property
    def cutoff(self) -> float:
        """The longest cutoff, Å."""
        return max(function.cutoff for _, function in self)

    def for_element(self, element: str) -> tuple[SymmetryFunction, ...]:
        """Functions of one element.

        Raises
        ------
        NNPError
            If the set lacks the element.
        """
        if element not in self.functions:
            raise NNPError(f"no symmetry functions for {element}; the set has {', '.join(self.elements)}")
        return self.functions[element]

    def select(self, kept: Mapping[str, Sequence[int]]) -> "SymmetryFunctionSet":
        """Keep only the functions with these indices, by element; elements not named stay whole."""
        return SymmetryFunctionSet(
            {
                element: tuple(functions[index] for index in kept.get(element, range(len(functions))))
                for element, functions in self.functions.items()
            }
        )

    def __iter__(self) -> Iterator[tuple[str, SymmetryFunction]]:
        """Every (element of the center, function)."""
        for element, functions in self.functions.items():
            for function in functions:
                yield element, function

    def __len__(self) -> int:
        return sum(map(len, self.functions.values()))

    def __reduce__(self) -> tuple[object, ...]:
        # The read-only view of the mapping cannot be pickled.
        return SymmetryFunctionSet, (dict(self.functions),)


def _check_element(
    element: str, functions: tuple[SymmetryFunction, ...], all_functions: Mapping[str, tuple[SymmetryFunction, ...]]
) -> None:
    if element not in chemical_symbols[1:]:
        raise NNPError(f'"{element}" is not a chemical symbol')
    if not functions:
        raise NNPError(f"element {element} has no symmetry functions; expected at least one")
    seen: set[SymmetryFunction] = set()
    for function in functions:
        if function in seen:
            raise NNPError(f'element {element} has the function "{function}" twice; remove one')
        seen.add(function)
        unknown = [neighbor for neighbor in function.neighbors if neighbor != "*" and neighbor not in all_functions]
        if unknown:
            raise NNPError(
                f'element {element}: the function "{function}" looks for {unknown[0]}, '
                f"but the set has {', '.join(all_functions)}"
            )


def _element_of(line: str, where: str, known: Mapping[str, object]) -> str:
    words = line.split()
    if len(words) != 2 or words[1] not in chemical_symbols[1:]:
        raise NNPError(f'{where}: expected "element <chemical symbol>", got "{line}"')
    if words[1] in known:
        raise NNPError(f"{where}: element {words[1]} appears a second time; expected its functions in one place")
    return words[1]


def _parse_function(line: str, where: str) -> SymmetryFunction:
    try:
        return SymmetryFunction.parse(line)
    except ValueError as error:
        raise NNPError(f"{where}: {error}") from error

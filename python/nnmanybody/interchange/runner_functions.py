"""Symmetry functions of RuNNer and n2p2 <-> ours: the lines of input.nn, and the order the networks see.

Type numbers, the order of the parameters, and the order of the functions are those of n2p2
(classes SymFnc…; the formulas stand in its documentation under "Atomic environment descriptors").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nnmanybody._core import SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_keywords import Entry
from nnmanybody.interchange.text_input import Place, exact, integer, number
from nnmanybody.interchange.units import Units


class FunctionType(NamedTuple):
    """What a type number stands for: kind in the core, neighbor elements, names of the numbers behind them."""

    kind: str
    n_neighbors: int
    numbers: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def is_compact(self) -> bool:
        """Whether a shape stands behind the numbers."""
        return self.kind.startswith("compact")

    @property
    def usage(self) -> str:
        """Arguments behind the element of the center, for messages."""
        neighbors = [f"neighbor{n + 1}" if self.n_neighbors > 1 else "neighbor" for n in range(self.n_neighbors)]
        shape = ["shape"] if self.is_compact else []
        return " ".join([*neighbors, *self.numbers, *(f"[{name}]" for name in self.optional), *shape])


_ANGLES = ("r_left", "cutoff", "theta_left", "theta_right")
TYPES = {
    2: FunctionType("G2", 1, ("eta", "r_shift", "cutoff")),
    3: FunctionType("G4", 2, ("eta", "lambda", "zeta", "cutoff"), ("r_shift",)),
    9: FunctionType("G5", 2, ("eta", "lambda", "zeta", "cutoff"), ("r_shift",)),
    12: FunctionType("G2", 0, ("eta", "r_shift", "cutoff")),
    13: FunctionType("G4", 0, ("eta", "r_shift", "lambda", "zeta", "cutoff")),
    20: FunctionType("compact_radial", 1, ("r_left", "cutoff")),
    21: FunctionType("compact_narrow", 2, _ANGLES),
    22: FunctionType("compact_wide", 2, _ANGLES),
    23: FunctionType("compact_radial", 0, ("r_left", "cutoff")),
    24: FunctionType("compact_narrow", 0, _ANGLES),
    25: FunctionType("compact_wide", 0, _ANGLES),
}
"""By the number in input.nn. Types without neighbor elements sum over all, weighted by atomic numbers."""

CUTOFF_FUNCTIONS = ("hard", "cosine", "tanhu", "tanh", "exp", "poly1", "poly2", "poly3", "poly4")
"""In the order of n2p2's numbers, from 0."""
WITHOUT_ALPHA = ("hard", "tanhu", "tanh")

LENGTH_POWERS = {"cutoff": 1, "r_left": 1, "r_shift": 1, "eta": -2}
"""Power of the length unit that a number has; the others have none."""

_SORTING = {
    "G2": ("cutoff", "eta", "r_shift", "neighbors"),
    "G4": ("cutoff", "eta", "r_shift", "zeta", "lambda", "neighbors"),
    "G5": ("cutoff", "eta", "r_shift", "zeta", "lambda", "neighbors"),
    "compact_radial": ("shape", "neighbors", "cutoff", "r_left"),
    "compact_narrow": ("shape", "neighbors", "cutoff", "r_left", "theta_left", "theta_right"),
    "compact_wide": ("shape", "neighbors", "cutoff", "r_left", "theta_left", "theta_right"),
}
"""What n2p2 compares, one after the other, between functions of one center and one type."""


@dataclass(frozen=True)
class CutoffSettings:
    """The cutoff function that all functions but the compact ones share; alpha is the inner cutoff / cutoff."""

    name: str
    alpha: float


@dataclass(frozen=True)
class RunnerFunction:
    """One symfunction_short line; numbers in the units of the file.

    Attributes
    ----------
    center : str
        Element of the central atom.
    type : int
        One of TYPES.
    neighbors : tuple of str
        Elements of the neighbors, by atomic number; none for weighted functions.
    numbers : dict of name to value
    shape : str
        As it stands in the file, e.g. p2a; empty for functions that are not compact.
    place : Place, optional
        The line it was read from.
    """

    center: str
    type: int
    neighbors: tuple[str, ...]
    numbers: dict[str, float]
    shape: str = ""
    place: Place | None = None

    def sort_key(self, elements: Sequence[str]) -> tuple[object, ...]:
        """Key for sorting the functions of one center as n2p2 does; `elements` go by atomic number."""
        values: dict[str, object] = {"shape": self.shape, **self.numbers}
        values["neighbors"] = tuple(elements.index(element) for element in self.neighbors)
        return (self.type, *(values[name] for name in _SORTING[TYPES[self.type].kind]))

    def text(self) -> str:
        """Line of input.nn."""
        form = TYPES[self.type]
        optional = [name for name in form.optional if self.numbers[name] != 0.0]
        numbers = [exact(self.numbers[name]) for name in (*form.numbers, *optional)]
        words = ["symfunction_short", self.center, str(self.type), *self.neighbors, *numbers, self.shape]
        return " ".join(filter(None, words))


def parse_function(entry: Entry, elements: Sequence[str]) -> RunnerFunction:
    """Read one symfunction_short line.

    Raises
    ------
    NNPError
        If the line is not what n2p2's documentation says, or the type is not supported.
    """
    words, place = entry.arguments, entry.place
    if len(words) < 2:
        raise NNPError(f"{place}: expected '{entry.name} element type …', got '{' '.join((entry.name, *words))}'")
    kind = integer(words[1], "the type of the symmetry function", place)
    if kind not in TYPES:
        known = ", ".join(map(str, TYPES))
        raise NNPError(f"{place}: symmetry function type {kind} is not supported; expected one of {known}")
    form = TYPES[kind]
    arguments = list(words[2:])
    shape = arguments.pop() if form.is_compact and arguments else ""
    n_least = form.n_neighbors + len(form.numbers)
    if not n_least <= len(arguments) <= n_least + len(form.optional):
        raise NNPError(f"{place}: type {kind} takes the arguments '{form.usage}', got '{' '.join(words[2:])}'")
    for element in (words[0], *arguments[: form.n_neighbors]):
        if element not in elements:
            raise NNPError(f"{place}: element {element} is not among the elements of the file ({' '.join(elements)})")
    names = (*form.numbers, *form.optional)
    values = dict.fromkeys(form.optional, 0.0)
    for name, word in zip(names, arguments[form.n_neighbors :], strict=False):
        values[name] = number(word, name, place)
    neighbors = tuple(sorted(arguments[: form.n_neighbors], key=elements.index))
    function = RunnerFunction(words[0], kind, neighbors, values, shape, place)
    if form.is_compact:
        _check_compact(function)
    return function


def _check_compact(function: RunnerFunction) -> None:
    """As n2p2 checks: a compact function of the angle must be flat at 0 and 180 degrees, or zero there."""
    if not re.fullmatch(r"p[1-4]a?|e\w{0,2}", function.shape):
        raise NNPError(
            f"{function.place}: expected a shape p1, p2, p3, p4 (with an a behind it for the asymmetric form) "
            f"or e, got '{function.shape}'"
        )
    left, right = function.numbers.get("theta_left", 0.0), function.numbers.get("theta_right", 180.0)
    center = (left + right) / 2.0
    if (left < 0.0 and center != 0.0) or (right > 180.0 and center != 180.0) or right - left > 360.0:
        raise NNPError(
            f"{function.place}: expected angles within 0 and 180, or centered at one of them, got {left:g} to {right:g}"
        )


def to_core(function: RunnerFunction, cutoff: CutoffSettings, units: Units) -> SymmetryFunction:
    """Our function, lengths in Å.

    Raises
    ------
    NNPError
        If a parameter is out of the range that the core allows; names the line.
    """
    form = TYPES[function.type]
    values: dict[str, Any] = {
        name: value / units.cflength ** LENGTH_POWERS.get(name, 0) for name, value in function.numbers.items()
    }
    lam = values.pop("lambda", 1.0)
    if lam not in (1.0, -1.0):
        raise NNPError(f"{function.place}: expected lambda 1 or -1, got {lam:g}")
    radius = values.pop("cutoff")
    weighted = not function.neighbors
    n_neighbors = 1 if form.kind in ("G2", "compact_radial") else 2
    if form.is_compact:
        polynomial = function.shape.startswith("p")
        values["cutoff_function"] = f"poly{function.shape[1]}" if polynomial else "exp"
        values["asymmetric"] = polynomial and function.shape.endswith("a")
    else:
        values.update(cutoff_function=cutoff.name, cutoff_alpha=cutoff.alpha)
    try:
        return SymmetryFunction(
            form.kind,
            ["*"] * n_neighbors if weighted else list(function.neighbors),
            radius,
            lam=int(lam),
            weight_by_atomic_number=weighted,
            **values,
        )
    except ValueError as error:
        raise NNPError(f"{function.place}: {error}") from error


def from_core(function: SymmetryFunction, center: str, elements: Sequence[str], units: Units) -> RunnerFunction:
    """Return what stands in input.nn for one of our functions.

    Raises
    ------
    NNPError
        If RuNNer and n2p2 have no such function; names it.
    """
    weighted = function.weight_by_atomic_number
    matching = [
        kind for kind, form in TYPES.items() if form.kind == function.kind and (form.n_neighbors == 0) == weighted
    ]
    if not matching:
        raise NNPError(f"{center}: RuNNer and n2p2 have no function '{function}'{_hint(function)}")
    form = TYPES[matching[0]]
    if "*" in function.neighbors and not weighted:
        raise NNPError(f"{center}: RuNNer and n2p2 have no function over all elements without weights: '{function}'")
    given = {"lambda": float(function.lam)}
    values = {
        name: given.get(name, getattr(function, name, 0.0)) * units.cflength ** LENGTH_POWERS.get(name, 0)
        for name in (*form.numbers, *form.optional)
    }
    shape = ""
    if form.is_compact:
        shape = "e" if function.cutoff_function == "exp" else f"p{function.cutoff_function[-1]}"
        shape += "a" if function.asymmetric else ""
    neighbors = () if weighted else tuple(sorted(function.neighbors, key=elements.index))
    return RunnerFunction(center, matching[0], neighbors, values, shape)


def _hint(function: SymmetryFunction) -> str:
    if function.kind == "G1":
        return "; a G2 with eta 0 and r_shift 0 is the same function"
    return ""

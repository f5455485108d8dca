"""Networks of aenet in text form (`*.nn.ascii`, one file per element) -> ours.

The order of the records is that of aenet-PyTorch's `nnASCII2bin`; symmetry functions, scaling and energies are
those of aenet's modules symmfunc, sfsetup and potential. Lengths are in Å, energies in eV.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import ElementSection, PotentialDefinition, SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.interchange import origin
from nnmanybody.interchange.layers import Layer, network, scale_output
from nnmanybody.interchange.text_input import Place, exact, integer, number, read_text

FloatArray = NDArray[np.float64]
Value = TypeVar("Value")

SUFFIX = ".nn.ascii"
MTANH_OUT, MTANH_IN = 1.7159, 0.666666666666667
"""mtanh(x) = 1.7159 tanh(0.666666666666667 x), with the digits that aenet has."""
MTANH, TWIST = 3, 4
ACTIVATIONS = {0: "identity", 1: "tanh", 2: "sigmoid", MTANH: "tanh"}
PARAMETERS = {
    1: ("cutoff",),
    2: ("cutoff", "r_shift", "eta"),
    3: ("cutoff", "kappa"),
    4: ("cutoff", "lambda", "zeta", "eta"),
    5: ("cutoff", "lambda", "zeta", "eta"),
}
"""Numbers of each kind of function, in the order of the file."""
SMALLEST_SIGMA = 1e-10
"""aenet sets a function to zero when it varies less than this on the training set."""


class _Records:
    """The file as records: each begins on a new line and may run over several."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = read_text(path, "a network of aenet in text form").splitlines()
        self._at = 0

    @property
    def place(self) -> Place:
        """The last line that was read."""
        return Place(str(self.path), self._at)

    def line(self, what: str) -> str:
        """Return a whole line."""
        if self._at >= len(self._lines):
            raise NNPError(f"{self.path}: ends where {what} was expected")
        self._at += 1
        return self._lines[self._at - 1].strip()

    def words(self, count: int, what: str) -> list[str]:
        """`count` words from as many lines as it takes."""
        words: list[str] = []
        while len(words) < count:
            words += self.line(what).split()
        return words[:count]

    def values(self, count: int, what: str, parse: Callable[[str, str, Place], Value]) -> list[Value]:
        """`count` numbers."""
        return [parse(word, what, self.place) for word in self.words(count, what)]

    def integer(self, what: str) -> int:
        return self.values(1, what, integer)[0]

    def number(self, what: str) -> float:
        return self.values(1, what, number)[0]


@dataclass(frozen=True)
class _Setup:
    """Functions and their statistics in the order of the network's inputs."""

    element: str
    functions: list[SymmetryFunction]
    statistics: FloatArray


def read_aenet(paths: Sequence[Path]) -> PotentialDefinition:
    """Read the networks of all elements of a potential.

    Raises
    ------
    NNPError
        If a file is malformed or its functions have no counterpart (Chebyshev descriptors, the twist activation).
    """
    sections = [_read_element(path) for path in paths]
    elements = [section.element for section in sections]
    if len(set(elements)) != len(elements):
        raise NNPError(f"two files are for the same element: {' '.join(elements)}")
    source = "aenet networks " + " ".join(path.name for path in paths)
    return PotentialDefinition(sections, origin.provenance(source, []), origin.header())


def _read_element(path: Path) -> ElementSection:
    records = _Records(path)
    layers = _read_network(records)
    setup = _read_setup(records)
    scale, shift, atom_energy = _read_energies(records, setup.element)
    n_inputs = layers[0].weights.shape[1]
    if n_inputs != len(setup.functions):
        raise NNPError(f"{path}: the network has {n_inputs} inputs, but there are {len(setup.functions)} functions")
    layers = scale_output(layers, 1.0 / scale)
    used = np.flatnonzero(setup.statistics[:, 3] > SMALLEST_SIGMA)
    first = Layer(layers[0].weights[:, used], layers[0].biases, layers[0].activation)
    try:
        return ElementSection(
            setup.element,
            shift + atom_energy,
            [setup.functions[index] for index in used],
            setup.statistics[used],
            ("sigma", 0.0, 1.0),
            network([first, *layers[1:]]),
        )
    except ValueError as error:
        raise NNPError(f"{path}: {error}") from error


def _read_network(records: _Records) -> list[Layer]:
    n_layers = records.integer("the number of layers")
    if n_layers < 2:
        raise NNPError(f"{records.place}: expected two layers or more, got {n_layers}")
    for what in ("the largest layer", "the number of weights", "the number of values"):
        records.integer(what)
    sizes = records.values(n_layers, "neurons of each layer", integer)
    kinds = records.values(n_layers - 1, "activation functions", integer)
    for kind in kinds:
        if kind not in ACTIVATIONS:
            name = "twist (a tanh and a linear term)" if kind == TWIST else f"number {kind}"
            raise NNPError(f"{records.place}: the activation function {name} is not supported")
    for what in ("ends of the weights", "ends of the values"):
        records.values(n_layers, what, integer)
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))
    weights = np.array(records.values(n_weights, "weights", number))
    layers: list[Layer] = []
    at, factor = 0, 1.0
    for (n_in, n_out), kind in zip(itertools.pairwise(sizes), kinds, strict=True):
        block = weights[at : at + (n_in + 1) * n_out].reshape(n_in + 1, n_out).T
        at += (n_in + 1) * n_out
        inner = MTANH_IN if kind == MTANH else 1.0
        layers.append(Layer(block[:, :-1] * (factor * inner), block[:, -1] * inner, ACTIVATIONS[kind]))
        factor = MTANH_OUT if kind == MTANH else 1.0
    return layers if factor == 1.0 else scale_output(layers, factor)


def _read_setup(records: _Records) -> _Setup:
    records.line("a description")
    element = records.words(1, "the element of the central atom")[0]
    neighbors = records.words(records.integer("the number of neighbor elements"), "neighbor elements")
    for what in ("the shortest distance", "the longest cutoff"):
        records.number(what)
    basis = records.line("the type of the functions").split()[:1]
    if basis != ["Behler2011"]:
        raise NNPError(f"{records.place}: functions of the type {' '.join(basis)} have no counterpart, only Behler2011")
    n_functions = records.integer("the number of functions")
    n_parameters = records.integer("the number of parameters")
    kinds = records.values(n_functions, "kinds of functions", integer)
    parameters = np.array(records.values(n_parameters * n_functions, "parameters", number)).reshape(n_functions, -1)
    environment = np.array(records.values(2 * n_functions, "neighbor elements of functions", integer)).reshape(-1, 2)
    place = records.place
    records.integer("the number of evaluations")
    names = ("minima", "maxima", "averages", "averages of squares")
    low, high, mean, square = (np.array(records.values(n_functions, name, number)) for name in names)
    rows = list(zip(kinds, parameters, environment, strict=True))
    functions = [_function(*row, neighbors, place) for row in rows]
    order = sorted(range(n_functions), key=lambda index: _sort_key(kinds[index], environment[index]))
    # The statistics stand in the order of the network already, the functions in that of the set-up file.
    sigma = np.sqrt(np.maximum(square - mean**2, 0.0))
    return _Setup(element, [functions[index] for index in order], np.column_stack([low, high, mean, sigma]))


def _sort_key(kind: int, environment: FloatArray) -> tuple[int, ...]:
    """Where aenet puts a function: by neighbor element, then pair of elements, then kind; otherwise as they came."""
    first, second = int(environment[0]), int(environment[1])
    if kind <= 3:
        return (first, 0, 0, kind)
    return (min(first, second), 1, max(first, second), kind)


def _function(
    kind: int, parameters: FloatArray, environment: FloatArray, neighbors: Sequence[str], place: Place
) -> SymmetryFunction:
    if kind not in PARAMETERS:
        raise NNPError(f"{place}: symmetry function G{kind} is not supported; expected G1 to G5")
    values: dict[str, Any] = dict(zip(PARAMETERS[kind], map(float, parameters), strict=False))
    indices = environment[: 1 if kind <= 3 else 2]
    if len(values) < len(PARAMETERS[kind]) or not all(1 <= index <= len(neighbors) for index in indices):
        raise NNPError(f"{place}: a function G{kind} lacks a parameter or a neighbor element")
    lam = values.pop("lambda", 1.0)
    if lam not in (1.0, -1.0):
        raise NNPError(f"{place}: expected lambda 1 or -1 in a function G{kind}, got {exact(lam)}")
    cutoff = values.pop("cutoff")
    try:
        return SymmetryFunction(f"G{kind}", [neighbors[index - 1] for index in indices], cutoff, lam=int(lam), **values)
    except ValueError as error:
        raise NNPError(f"{place}: {error}") from error


def _read_energies(records: _Records, element: str) -> tuple[float, float, float]:
    """Scale and shift of the training set's energies, and the energy of the free atom, eV."""
    records.line("the name of the training set")
    records.words(1, "whether the energies are normalized")
    scale, shift = records.number("the scale of the energies"), records.number("the shift of the energies")
    n_types = records.integer("the number of elements")
    types = records.words(n_types, "elements")
    energies = records.values(n_types, "energies of free atoms", number)
    if element not in types or scale == 0.0:
        raise NNPError(f"{records.place}: expected a scale that is not zero and {element} among {' '.join(types)}")
    return scale, shift, energies[types.index(element)]

"""A potential of SIMPLE-NN (`potential_saved`) -> ours.

One file holds all elements: symmetry functions, two rows of scaling numbers, weights row by row; lengths in Å,
energies in eV. The meaning of each line is that of SIMPLE-NN's `pair_style nn`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnmanybody._core import ElementSection, PotentialDefinition, SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.interchange import origin
from nnmanybody.interchange.layers import Layer, network
from nnmanybody.interchange.text_input import Line, integer, lines_of, number

FloatArray = NDArray[np.float64]

FIRST_WORD = "ELEM_LIST"
"""By which such a file is known."""
ACTIVATIONS = {"linear": "identity", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu", "swish": "silu"}
KINDS = {2: "G2", 4: "G4", 5: "G5"}


def read_simple_nn(path: Path) -> PotentialDefinition:
    """Read a `potential_saved`.

    Its scaling (G - scale1) / scale2 becomes our scaling by mean and sigma. The range of the training set is
    not in the file: it is set to scale1 ± scale2, which it is when SIMPLE-NN scaled to -1 … 1.

    Raises
    ------
    NNPError
        If the file is malformed or has a function or activation that is not supported; names the line.
    """
    lines = lines_of(path, "a potential of SIMPLE-NN")
    elements = _expect(lines, path, FIRST_WORD).words[1:]
    for element in elements:
        if atomic_numbers.get(element, 0) == 0:
            raise NNPError(f"{path}: '{element}' is not a chemical symbol")
    sections: dict[str, ElementSection] = {}
    for line in lines:
        element = line.words[1] if line.words[0] == "POT" and len(line.words) > 1 else ""
        if element not in elements or element in sections:
            raise NNPError(f"{line.place}: expected 'POT element cutoff' with an element that {FIRST_WORD} has once")
        sections[element] = _section(element, lines, path)
    missing = [element for element in elements if element not in sections]
    if not elements or missing:
        raise NNPError(f"{path}: ends before the potential of {' '.join(missing) or 'any element'}")
    note = "the range of each function is scale1 ± scale2, as the file does not have that of the training set"
    details = [(origin.NOTE, note)]
    ordered = [sections[element] for element in elements]
    return PotentialDefinition(ordered, origin.provenance(f"SIMPLE-NN potential {path.name}", details), origin.header())


def _expect(lines: Iterator[Line], path: Path, word: str) -> Line:
    line = next(lines, None)
    if line is None:
        raise NNPError(f"{path}: ends where a line '{word} …' was expected")
    if line.words[0] != word:
        raise NNPError(f"{line.place}: expected a line '{word} …', got '{line.words[0]} …'")
    return line


def _section(element: str, lines: Iterator[Line], path: Path) -> ElementSection:
    head = _expect(lines, path, "SYM")
    count = integer(head.words[-1], "the number of symmetry functions", head.place)
    functions = [_function(_next(lines, path, "a symmetry function")) for _ in range(count)]
    mean, scale = (_numbers(_expect(lines, path, name), count) for name in ("scale1", "scale2"))
    layers = _layers(_expect(lines, path, "NET"), count, lines, path)
    statistics = np.column_stack([mean - abs(scale), mean + abs(scale), mean, scale])
    try:
        return ElementSection(element, 0.0, functions, statistics, ("sigma", 0.0, 1.0), network(layers))
    except ValueError as error:
        raise NNPError(f"{path}: element {element}: {error}") from error


def _next(lines: Iterator[Line], path: Path, what: str) -> Line:
    line = next(lines, None)
    if line is None:
        raise NNPError(f"{path}: ends where {what} was expected")
    return line


def _function(line: Line) -> SymmetryFunction:
    """`type cutoff eta r_shift 0 neighbor` or `type cutoff eta zeta lambda neighbor neighbor`."""
    kind = integer(line.words[0], "the type of a symmetry function", line.place)
    if kind not in KINDS:
        raise NNPError(f"{line.place}: symmetry function type {kind} is not supported; expected 2, 4 or 5")
    n_neighbors = 1 if kind == 2 else 2
    if len(line.words) != 5 + n_neighbors:
        raise NNPError(f"{line.place}: expected a type, four numbers and {n_neighbors} element(s), got '{line.text}'")
    cutoff, eta, third, fourth = (number(word, "a parameter", line.place) for word in line.words[1:5])
    try:
        if kind == 2:
            return SymmetryFunction("G2", line.words[5:], cutoff, eta=eta, r_shift=third)
        if fourth not in (1.0, -1.0):
            raise NNPError(f"{line.place}: expected lambda 1 or -1, got {fourth:g}")
        return SymmetryFunction(KINDS[kind], line.words[5:], cutoff, eta=eta, zeta=third, lam=int(fourth))
    except ValueError as error:
        raise NNPError(f"{line.place}: {error}") from error


def _numbers(line: Line, count: int) -> FloatArray:
    values = [number(word, line.words[0], line.place) for word in line.words[1:]]
    if len(values) != count:
        raise NNPError(f"{line.place}: expected {count} numbers behind {line.words[0]}, got {len(values)}")
    return np.array(values)


def _layers(head: Line, n_inputs: int, lines: Iterator[Line], path: Path) -> list[Layer]:
    """`NET hidden n n … 1`, then per layer `LAYER index activation` and per neuron `w…` and `b…`."""
    words = [integer(word, "a number of neurons", head.place) for word in head.words[1:]]
    if len(words) < 2 or len(words) != words[0] + 2 or words[-1] != 1:
        raise NNPError(f"{head.place}: expected 'NET hidden_layers neurons … 1', got '{head.text.strip()}'")
    layers, n_in = [], n_inputs
    for n_out in words[1:]:
        line = _expect(lines, path, "LAYER")
        name = line.words[2] if len(line.words) > 2 else ""
        if name not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise NNPError(f"{line.place}: activation function '{name}' is not supported; expected {known}")
        rows = [(_next(lines, path, "weights"), _next(lines, path, "a bias")) for _ in range(n_out)]
        weights = np.array([_numbers(row, n_in) for row, _ in rows])
        biases = np.array([_numbers(bias, 1)[0] for _, bias in rows])
        layers.append(Layer(weights, biases, ACTIVATIONS[name]))
        n_in = n_out
    return layers

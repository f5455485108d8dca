"""Networks of RuNNer and n2p2 <-> ours: their shape in input.nn, their weights in weights.ZZZ.data."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.interchange.layers import Layer
from nnmanybody.interchange.runner_keywords import Entry, Keywords
from nnmanybody.interchange.text_input import exact, integer, lines_of, number

FloatArray = NDArray[np.float64]

ACTIVATIONS = {
    "l": "identity",
    "t": "tanh",
    "s": "sigmoid",
    "p": "softplus",
    "r": "relu",
    "g": "gaussian",
    "c": "cos",
    "S": "reverse_sigmoid",
    "e": "exp",
    "h": "harmonic",
}
"""Letters of n2p2 to names in the core."""


class Topology(NamedTuple):
    """Neurons of the hidden layers, and the activation of each of them and of the output."""

    hidden: tuple[int, ...]
    activations: tuple[str, ...]

    def n_weights(self, n_inputs: int) -> int:
        """Return the number of weights and biases."""
        sizes = (n_inputs, *self.hidden, 1)
        return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))

    def __str__(self) -> str:
        return "hidden layers " + (" ".join(map(str, self.hidden)) or "none")


def topologies(keywords: Keywords, element: str) -> list[Topology]:
    """Return what the network of an element can look like, the most trusted reading first.

    element_nodes_short means one thing to RuNNer ("element layer nodes") and another to n2p2 ("element
    nodes nodes …"), which moreover does not apply its last number: the number of weights decides.

    Raises
    ------
    NNPError
        If the keywords contradict each other or something is not said.
    """
    n_hidden = _n_hidden(keywords, element)
    defaults = _global_nodes(keywords)
    activations = _activations(keywords, element, n_hidden)
    if len(defaults) != n_hidden:
        # Another depth than the other elements': RuNNer then takes the first numbers of the global line.
        defaults = defaults[:n_hidden] + (0,) * (n_hidden - len(defaults))
    entries = _of_element(keywords, "element_nodes_short", element)
    candidates: list[tuple[int, ...] | None] = [defaults]
    if entries:
        candidates = [
            _nodes_n2p2(entries, defaults, n_applied=n_hidden - 1),
            _nodes_n2p2(entries, defaults, n_applied=n_hidden),
            _nodes_runner(entries, defaults),
        ]
    complete = [nodes for nodes in candidates if nodes is not None and 0 not in nodes]
    if not complete:
        where = entries[-1].place if entries else keywords.path
        raise NNPError(
            f"{where}: expected the neurons of the {n_hidden} hidden layers of {element}, by global_nodes_short "
            "or element_nodes_short"
        )
    return [Topology(nodes, activations) for nodes in dict.fromkeys(complete)]


def _of_element(keywords: Keywords, keyword: str, element: str) -> list[Entry]:
    return [entry for entry in keywords.entries.get(keyword, []) if entry.arguments[:1] == (element,)]


def _n_hidden(keywords: Keywords, element: str) -> int:
    own = _of_element(keywords, "element_hidden_layers_short", element)
    if own and len(own[-1].arguments) > 1:
        return integer(own[-1].arguments[1], "the number of hidden layers", own[-1].place)
    entry = keywords.require("global_hidden_layers_short", "number of hidden layers")
    return integer(entry.arguments[0], "the number of hidden layers", entry.place)


def _global_nodes(keywords: Keywords) -> tuple[int, ...]:
    entry = keywords.find("global_nodes_short")
    if entry is None:
        return ()
    nodes = tuple(integer(word, "a number of neurons", entry.place) for word in entry.arguments)
    expected = keywords.find("global_hidden_layers_short")
    if expected is not None and expected.arguments[:1] != (str(len(nodes)),):
        raise NNPError(
            f"{entry.place}: global_nodes_short has {len(nodes)} numbers, but global_hidden_layers_short "
            f"in line {expected.place.line} says {' '.join(expected.arguments)}"
        )
    return nodes


def _nodes_n2p2(entries: Sequence[Entry], defaults: Sequence[int], n_applied: int) -> tuple[int, ...] | None:
    """`element nodes nodes …`, one number per hidden layer, of which the first `n_applied` count."""
    nodes = list(defaults)
    for entry in entries:
        words = entry.arguments[1:]
        if len(words) != len(nodes):
            return None
        given = [integer(word, "a number of neurons", entry.place) for word in words]
        nodes[:n_applied] = given[:n_applied]
    return tuple(nodes)


def _nodes_runner(entries: Sequence[Entry], defaults: Sequence[int]) -> tuple[int, ...] | None:
    """`element layer nodes`, layers counted from 1."""
    nodes = list(defaults)
    for entry in entries:
        words = entry.arguments[1:]
        if len(words) != 2:
            return None
        layer, count = (integer(word, "a layer and its neurons", entry.place) for word in words)
        if not 1 <= layer <= len(nodes):
            return None
        nodes[layer - 1] = count
    return tuple(nodes)


def _activations(keywords: Keywords, element: str, n_hidden: int) -> tuple[str, ...]:
    entry = keywords.find("global_activation_short")
    letters = list(entry.arguments) if entry is not None else []
    where = entry.place if entry is not None else keywords.path
    for own in _of_element(keywords, "element_activation_short", element):
        given, where = own.arguments[1:], own.place
        if len(given) == 3 and given[0].isdigit() and given[1].isdigit():
            raise NNPError(f"{where}: activation functions of single neurons are not supported, only of whole layers")
        # n2p2 applies the letters of the hidden layers and leaves the output layer its global one.
        output = letters[-1:] if len(letters) == len(given) else list(given[-1:])
        if output != list(given[-1:]):
            keywords.notes.append(
                f"{where}: the output layer keeps the activation '{output[0]}' of global_activation_short, as in n2p2"
            )
        letters = [*given[:-1], *output]
    if len(letters) != n_hidden + 1:
        raise NNPError(
            f"{where}: expected {n_hidden + 1} activation functions for {element} ({n_hidden} hidden layers and the "
            f"output), got {len(letters)}"
        )
    for letter in letters:
        if letter not in ACTIVATIONS:
            raise NNPError(f"{where}: expected activation functions out of {' '.join(ACTIVATIONS)}, got '{letter}'")
    return tuple(ACTIVATIONS[letter] for letter in letters)


def read_weights(path: Path) -> FloatArray:
    """Read the first column of a weights.ZZZ.data.

    Returns
    -------
    (n_weights,) float64

    Raises
    ------
    NNPError
        If the file is missing or a line does not begin with a number.
    """
    lines = lines_of(path, "the weights of an element's network")
    return np.array([number(line.words[0], "a weight", line.place) for line in lines], dtype=np.float64)


def to_layers(weights: FloatArray, n_inputs: int, choices: Sequence[Topology], path: Path) -> list[Layer]:
    """Layers of the first of the topologies that has this number of weights.

    A file holds layer after layer: the weights on one neuron of the layer before, for every neuron of
    the layer; then on the next; then the biases.

    Raises
    ------
    NNPError
        If no topology fits.
    """
    for topology in choices:
        if topology.n_weights(n_inputs) == len(weights):
            break
    else:
        expected = " or ".join(f"{one.n_weights(n_inputs)} ({one})" for one in choices)
        raise NNPError(
            f"{path}: expected {expected} weights and biases for {n_inputs} symmetry functions, got {len(weights)}"
        )
    layers = []
    n_in, at = n_inputs, 0
    for n_out, activation in zip((*topology.hidden, 1), topology.activations, strict=True):
        end = at + n_in * n_out
        layers.append(Layer(weights[at:end].reshape(n_in, n_out).T.copy(), weights[end : end + n_out], activation))
        at, n_in = end + n_out, n_out
    return layers


def weights_text(layers: Sequence[Layer]) -> str:
    """Content of a weights.ZZZ.data, with n2p2's columns: value, a or b, number, and the places it connects."""
    rows: list[tuple[Any, ...]] = []
    counts = {"a": 0, "b": 0}
    for depth, layer in enumerate(layers, start=1):
        n_out, n_in = layer.weights.shape
        for j, i in itertools.product(range(n_in), range(n_out)):
            counts["a"] += 1
            rows.append((layer.weights[i, j], "a", counts["a"], depth - 1, j + 1, depth, i + 1))
        for i in range(n_out):
            counts["b"] += 1
            rows.append((layer.biases[i], "b", counts["b"], depth, i + 1))
    return "".join(f"{exact(value):>25} {' '.join(map(str, rest))}\n" for value, *rest in rows)

"""Layers of a network while a foreign file is turned into one of ours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import Network

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """y' = f(W y + b).

    Attributes
    ----------
    weights : (n_out, n_in) float64
    biases : (n_out,) float64
    activation : str
        Name of f in the core.
    """

    weights: FloatArray
    biases: FloatArray
    activation: str

    def scaled(self, factor: float) -> "Layer":
        """W and b times a factor."""
        return Layer(self.weights * factor, self.biases * factor, self.activation)


def scale_output(layers: Sequence[Layer], factor: float) -> list[Layer]:
    """Layers whose output is `factor` times that of the given ones.

    A last layer that is not linear gets a linear one of one neuron behind it.
    """
    *hidden, last = layers
    if last.activation == "identity":
        return [*hidden, last.scaled(factor)]
    return [*layers, Layer(np.array([[factor]]), np.zeros(1), "identity")]


def network(layers: Sequence[Layer]) -> Network:
    """Return the network of these layers."""
    return Network(
        [layer.weights for layer in layers],
        [layer.biases for layer in layers],
        [layer.activation for layer in layers],
    )


def layers_of(model: Network) -> list[Layer]:
    """Return the layers of a network; its shortcut is not among them."""
    return [Layer(*parts) for parts in zip(model.weights, model.biases, model.activations, strict=True)]


def sum_equal_inputs(layers: Sequence[Layer], groups: Sequence[Sequence[int]]) -> list[Layer]:
    """Layers for inputs of which each group of equal ones is given once, with the sum of their weights."""
    first = layers[0]
    weights = np.column_stack([first.weights[:, list(group)].sum(axis=1) for group in groups])
    return [Layer(weights, first.biases, first.activation), *layers[1:]]


def fill_last_hidden_layer(layers: Sequence[Layer], size: int) -> list[Layer]:
    """Layers with neurons added to the last hidden one that have no connections: the output stays what it was."""
    *below, hidden, output = layers
    missing = size - len(hidden.biases)
    if missing <= 0:
        return list(layers)
    filled = Layer(
        np.vstack([hidden.weights, np.zeros((missing, hidden.weights.shape[1]))]),
        np.concatenate([hidden.biases, np.zeros(missing)]),
        hidden.activation,
    )
    return [*below, filled, Layer(np.pad(output.weights, ((0, 0), (0, missing))), output.biases, output.activation)]

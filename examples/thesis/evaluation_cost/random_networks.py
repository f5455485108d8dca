"""Untrained networks with one input, one output and sigmoid hidden layers: the same weights for every contestant."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from common import FloatArray
from nnmanybody import _core


@dataclass(frozen=True)
class RandomNetwork:
    """One network.

    Attributes
    ----------
    n_layers, n_nodes : int
        Hidden layers and nodes in each.
    weights : list of (n_out, n_in) float64
    biases : list of (n_out,) float64
    """

    n_layers: int
    n_nodes: int
    weights: list[FloatArray]
    biases: list[FloatArray]

    def reference(self, x: float) -> tuple[float, float]:
        """Value and derivative by plain NumPy: forward, the derivative along with it."""
        value, derivative = np.array([x]), np.array([1.0])
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            value = 1.0 / (1.0 + np.exp(-(weights @ value + biases)))
            derivative = value * (1.0 - value) * (weights @ derivative)
        output = self.weights[-1] @ value + self.biases[-1]
        return float(output[0]), float((self.weights[-1] @ derivative)[0])

    def core(self) -> _core.Network:
        """Return the same network in the core."""
        return _core.Network(self.weights, self.biases, [*["sigmoid"] * self.n_layers, "identity"])


def random_network(n_layers: int, n_nodes: int, rng: np.random.Generator) -> RandomNetwork:
    """Draw weights whose sums have a spread of a few, so that no layer is constant."""
    sizes = (1, *[n_nodes] * n_layers, 1)
    weights = [rng.normal(scale=3.0 / np.sqrt(n_in), size=(n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    return RandomNetwork(n_layers, n_nodes, weights, [rng.normal(size=n_out) for n_out in sizes[1:]])


def write_networks(networks: list[RandomNetwork], path: Path) -> None:
    """Write what `armadillo_atoms.cpp` reads."""
    with path.open("wb") as file:
        for network in networks:
            file.write(np.int32(len(network.weights)).tobytes())
            for weights, biases in zip(network.weights, network.biases, strict=True):
                file.write(np.array(weights.shape, dtype=np.int32).tobytes())
                file.write(np.ascontiguousarray(weights).tobytes())
                file.write(biases.tobytes())

"""TensorFlow in Python, and the core: CPU time of an evaluation of each network, and what came out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnmanybody.training.tensorflow import tf
from random_networks import RandomNetwork

BATCH = 1000
"""Atoms that the core, or TensorFlow where it may, is given at once."""


@dataclass(frozen=True)
class Timing:
    """How carefully is measured.

    Attributes
    ----------
    least : float
        Seconds that a measurement takes at least.
    repeats : int
        Measurements, of which the shortest counts.
    """

    least: float
    repeats: int

    def seconds(self, call: Callable[[], object]) -> float:
        """CPU time of a call, all threads together, s."""
        count = 1
        while self._measure(call, count) < self.least:
            count *= 2
        return min(self._measure(call, count) for _ in range(self.repeats)) / count

    @staticmethod
    def _measure(call: Callable[[], object], count: int) -> float:
        began = time.process_time()
        for _ in range(count):
            call()
        return time.process_time() - began


@dataclass(frozen=True)
class Result:
    """CPU time of one evaluation of one atom, s; the value, and the derivative where it was asked for."""

    seconds: float
    value: float
    derivative: float | None = None


class Module(tf.Module):
    """A network as constants and variables of TensorFlow."""

    def __init__(self, network: RandomNetwork) -> None:
        super().__init__()
        self.kernels = [tf.Variable(weights.T) for weights in network.weights]
        self.biases = [tf.Variable(biases) for biases in network.biases]

    def __call__(self, x: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        """Return outputs (n, 1) of inputs (n, 1)."""
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            x = tf.sigmoid(tf.matmul(x, kernel) + bias)
        return tf.matmul(x, self.kernels[-1]) + self.biases[-1]

    def with_derivative(self, x: Any) -> tuple[Any, Any]:  # noqa: ANN401 (tf.Tensor)
        """Return outputs and their derivatives, (n, 1) each."""
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = self(x)
        return outputs, tape.gradient(outputs, x)


def eager(module: Module, x: float, timing: Timing) -> Result:
    """TensorFlow operation by operation."""
    given = tf.constant([[x]], dtype=tf.float64)
    return Result(timing.seconds(lambda: module(given)), module(given).numpy().item())


def graph(module: Module, x: float, timing: Timing, xla: bool = False) -> Result:
    """`tf.function`, compiled by XLA or not."""
    given = tf.constant([[x]], dtype=tf.float64)
    function = tf.function(module.__call__, jit_compile=xla).get_concrete_function(given)
    return Result(timing.seconds(lambda: function(given)), function(given).numpy().item())


def graph_batch(module: Module, x: float, timing: Timing) -> Result:
    """`tf.function` with derivatives, many atoms at once."""
    given = tf.constant(np.full((BATCH, 1), x))
    function = tf.function(module.with_derivative).get_concrete_function(given)
    values, derivatives = function(given)
    seconds = timing.seconds(lambda: function(given)) / BATCH
    return Result(seconds, float(values[0, 0]), float(derivatives[0, 0]))


def core(network: RandomNetwork, x: float, timing: Timing, n_atoms: int) -> Result:
    """Our core, called from Python; it always computes derivatives too."""
    compiled, given = network.core(), np.full((n_atoms, 1), x)
    values, derivatives = compiled.evaluate(given)
    seconds = timing.seconds(lambda: compiled.evaluate(given)) / n_atoms
    return Result(seconds, float(values[-1]), float(derivatives[-1, 0]))

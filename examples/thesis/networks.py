"""Small networks of their own in TensorFlow, several of one shape trained at once, and their way into the core."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from common import FloatArray
from nnmanybody import _core
from nnmanybody.optimizer_config import SGD, Adadelta, Adagrad, Adam, Momentum
from nnmanybody.training.element_model import ACTIVATIONS
from nnmanybody.training.optimizers import make_optimizer
from nnmanybody.training.tensorflow import keras, tf

Optimizer = SGD | Momentum | Adagrad | Adadelta | Adam

EPOCHS_AT_ONCE = 100
"""So many epochs are one call of TensorFlow: steps this small would otherwise wait for Python."""
COMPILE_FROM = 3000
"""From so many steps on XLA saves more time than its compilation takes."""

# Every training is a graph of its own, which is what TensorFlow warns of.
tf.get_logger().setLevel("ERROR")


class Networks:
    """Networks of the same shape that know nothing of each other.

    Parameters
    ----------
    layers : sequence of int
        Inputs, nodes of each hidden layer, outputs.
    activation : str
        Of the hidden layers; the output is linear.
    n_members : int
    seed : int
        Weights begin as Glorot and Bengio's.
    """

    def __init__(self, layers: Sequence[int], activation: str, n_members: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.activation = activation
        self.n_members = n_members
        self.kernels, self.biases = [], []
        for n_in, n_out in pairwise(layers):
            width = np.sqrt(6.0 / (n_in + n_out))
            self.kernels.append(tf.Variable(rng.uniform(-width, width, (n_members, n_in, n_out))))
            self.biases.append(tf.Variable(np.zeros((n_members, 1, n_out))))

    @property
    def variables(self) -> list[Any]:
        """What is trained."""
        return [*self.kernels, *self.biases]

    @property
    def n_weights(self) -> int:
        """Weights and biases of one network."""
        return sum(int(np.prod(variable.shape[1:])) for variable in self.variables)

    def __call__(self, inputs: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        """Return outputs (n_members, n, n_out) for inputs (n_members or 1, n, n_in)."""
        values = inputs
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            values = ACTIVATIONS[self.activation](tf.matmul(values, kernel) + bias)
        return tf.matmul(values, self.kernels[-1]) + self.biases[-1]

    def layers(self, member: int, output: int = 0) -> tuple[list[FloatArray], list[FloatArray]]:
        """Weights (n_out, n_in) and biases (n_out,) of one network with one of its outputs."""
        weights = [np.ascontiguousarray(kernel.numpy()[member].T) for kernel in self.kernels]
        biases = [bias.numpy()[member, 0] for bias in self.biases]
        return [*weights[:-1], weights[-1][output : output + 1]], [*biases[:-1], biases[-1][output : output + 1]]

    def core(self, member: int, output: int = 0) -> _core.Network:
        """One network with one of its outputs, in the core."""
        weights, biases = self.layers(member, output)
        return _core.Network(weights, biases, [*[self.activation] * (len(weights) - 1), "identity"])


class Training:
    """Gradient descent on the mean squared error of every network.

    Parameters
    ----------
    networks : Networks
    inputs : (n_members, n, n_in) float64
    targets : (n_members, n, n_out) float64
    optimizer : Optimizer
    batch : int
        Must divide n; n itself is batch learning, 1 online learning.
    epochs : int
        Of the whole training.
    seed : int
        Of the order of the examples.
    cosine : bool
        Lower the learning rate to zero along half a cosine.
    """

    def __init__(
        self,
        networks: Networks,
        inputs: FloatArray,
        targets: FloatArray,
        optimizer: Optimizer,
        *,
        batch: int,
        epochs: int,
        seed: int = 0,
        cosine: bool = True,
    ) -> None:
        self.networks = networks
        self.inputs, self.targets = tf.constant(inputs), tf.constant(targets)
        self.batch, self.epochs = batch, epochs
        self.rng = np.random.default_rng(seed)
        n_steps = epochs * (inputs.shape[1] // batch)
        self.optimizer = make_optimizer(optimizer)
        if cosine:
            self.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(optimizer.learning_rate, n_steps)
        self.optimizer.build(networks.variables)
        self._epochs = tf.function(self._run_epochs, jit_compile=n_steps >= COMPILE_FROM)

    def run(self, watch: Callable[[int], None] = lambda _: None, every: int = EPOCHS_AT_ONCE) -> FloatArray:
        """Train; returns the cost of the training set in every epoch, (epochs, n_members), while it changes.

        Parameters
        ----------
        watch : callable, optional
            Told the number of epochs done, `every` so many.
        every : int
        """
        costs = []
        n = self.inputs.shape[1]
        for first in range(0, self.epochs, every):
            n_epochs = min(every, self.epochs - first)
            orders = np.stack([self.rng.permutation(n) for _ in range(n_epochs)])
            batches = orders.reshape(n_epochs, n // self.batch, self.batch)
            costs.append(self._epochs(tf.constant(batches, dtype=tf.int32)).numpy())
            watch(first + n_epochs)
        return np.concatenate(costs)

    def _run_epochs(self, orders: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        costs = tf.TensorArray(tf.float64, size=orders.shape[0], element_shape=(self.networks.n_members,))
        for epoch in tf.range(orders.shape[0]):
            total = tf.zeros(self.networks.n_members, tf.float64)
            for step in tf.range(orders.shape[1]):
                total += self._step(orders[epoch, step])
            costs = costs.write(epoch, total / orders.shape[1])
        return costs.stack()

    def _step(self, chosen: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        with tf.GradientTape() as tape:
            outputs = self.networks(tf.gather(self.inputs, chosen, axis=1))
            squares = tf.reduce_mean((outputs - tf.gather(self.targets, chosen, axis=1)) ** 2, axis=(1, 2))
            # The sum over networks that share nothing: the gradient of each is its own.
            cost = tf.reduce_sum(squares)
        gradients = tape.gradient(cost, self.networks.variables)
        self.optimizer.apply(gradients, self.networks.variables)
        return squares

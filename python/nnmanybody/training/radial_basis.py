"""Gradient training of radial basis networks in TensorFlow, several seeds side by side: the best is kept.

The schedule of Määttä et al.: Adam, batches of 64, the loss of a batch is the sum of squares, L2 is added to the
gradient of every parameter; the rate falls to a tenth after ten epochs without a better validation error, then ten
epochs do not count; training stops at the third fall. Stopping depends on the seed (of three seeds of one task one
stopped ten times too early), so that at least five are worth their time; as a leading axis they cost little more
than one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.rbf.activations import SMALLEST_WIDTH
from nnmanybody.rbf.network import RBFNetwork
from nnmanybody.training.tensorflow import tf

FloatArray = NDArray[np.float64]
Tensor = Any

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Schedule:
    """How long and how fast.

    Attributes
    ----------
    learning_rate, reduction : float
        First rate and the factor of a fall.
    patience, cooldown : int
        Epochs without improvement before a fall; epochs after it that do not count.
    falls : int
        Training stops at the fall that comes after this many.
    max_epochs, batch_size : int
    l2 : float
        Added to the gradient of every parameter, times the parameter.
    """

    learning_rate: float = 1e-2
    reduction: float = 0.1
    patience: int = 10
    cooldown: int = 10
    falls: int = 2
    max_epochs: int = 2000
    batch_size: int = 64
    l2: float = 1e-5


@dataclass
class Rates:
    """Learning rates of all seeds, each by its own validation errors."""

    schedule: Schedule
    n_seeds: int
    best: FloatArray = field(init=False)
    _bad: NDArray[np.int64] = field(init=False)
    _cooling: NDArray[np.int64] = field(init=False)
    _falls: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.best = np.full(self.n_seeds, np.inf)
        self._bad, self._cooling, self._falls = (np.zeros(self.n_seeds, dtype=np.int64) for _ in range(3))

    @property
    def values(self) -> FloatArray:
        """Rate of every seed; zero for those that have stopped."""
        falls = self._falls.astype(np.float64)
        rates = self.schedule.learning_rate * self.schedule.reduction**falls
        return np.where(self.stopped, 0.0, rates)

    @property
    def stopped(self) -> NDArray[np.bool_]:
        """Which seeds have used up their falls."""
        return np.asarray(self._falls > self.schedule.falls)

    def end_epoch(self, errors: FloatArray) -> NDArray[np.bool_]:
        """Tell the validation errors, (n_seeds,); returns which are better than ever."""
        better = (errors < self.best) & ~self.stopped
        self.best = np.where(better, errors, self.best)
        self._bad = np.where(better, 0, self._bad + (self._cooling == 0))
        self._cooling = np.maximum(self._cooling - 1, 0)
        falling = (self._bad >= self.schedule.patience) & ~self.stopped
        self._falls += falling
        self._bad[falling] = 0
        self._cooling[falling] = self.schedule.cooldown
        return np.asarray(better)


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Attributes
    ----------
    network : RBFNetwork
        Of the seed with the smallest validation error, where it had it.
    validation_errors : (n_seeds,) float64
        Smallest mean squared error of every seed.
    epochs : int
    """

    network: RBFNetwork
    validation_errors: FloatArray
    epochs: int


def random_start(
    n_centers: int,
    n_inputs: int,
    n_outputs: int,
    rng: np.random.Generator,
    *,
    activation: str = "gaussian",
    largest_weight: float = 2.0,
) -> RBFNetwork:
    """Draw α, β, Θ from U(-2, 2) and ln γ from U(-0.1, 0.1) - ln D, one γ for all, as Määttä et al. do.

    With β from U(-b, b), b the `largest_weight`: 2/√K keeps the first function of any number K of centers as large
    as the targets. With b = 2 it grows with √K, and where K is not small beside the number of patterns, what the
    patterns do not say of it stays in the network.
    """
    width = np.exp(rng.uniform(-0.1, 0.1)) / n_inputs
    return RBFNetwork(
        centers=rng.uniform(-2.0, 2.0, (n_centers, n_inputs)),
        widths=np.full(n_centers, width),
        weights=rng.uniform(-largest_weight, largest_weight, (n_centers, n_outputs)),
        shortcut=np.zeros((n_inputs, n_outputs)),
        bias=rng.uniform(-2.0, 2.0, n_outputs),
        activation=activation,
    )


def train_networks(
    starts: Sequence[RBFNetwork],
    train: tuple[FloatArray, FloatArray],
    validation: tuple[FloatArray, FloatArray],
    schedule: Schedule,
    rng: np.random.Generator,
    *,
    one_width: bool = True,
    shortcut: bool = False,
    precision: str = "float64",
) -> Trained:
    """Train all starts side by side and keep the best.

    Parameters
    ----------
    starts : sequence of RBFNetwork
        One per seed, all of one shape.
    train, validation : ((N, n), (N, m)) float64
        Inputs and targets.
    schedule : Schedule
    rng : numpy.random.Generator
        Gives the order of the patterns.
    one_width : bool
        All units of a network share a width.
    shortcut : bool
        Train a linear path from inputs to outputs, too.
    precision : "float64" or "float32"
    """
    model = _Seeds(starts, one_width=one_width, shortcut=shortcut, precision=precision)
    x, y = (np.asarray(part, dtype=precision) for part in train)
    held = tuple(tf.constant(np.asarray(part, dtype=precision)) for part in validation)
    rates = Rates(schedule, len(starts))
    kept = model.values()
    epoch = 0
    while epoch < schedule.max_epochs and not rates.stopped.all():
        order, now = rng.permutation(len(x)), tf.constant(rates.values, precision)
        for begin in range(0, len(x), schedule.batch_size):
            chosen = order[begin : begin + schedule.batch_size]
            model.step(tf.constant(x[chosen]), tf.constant(y[chosen]), now, tf.constant(schedule.l2, precision))
        epoch += 1
        better = rates.end_epoch(np.asarray(model.errors(*held).numpy(), dtype=np.float64))
        for old, new in zip(kept, model.values(), strict=True):
            old[better] = new[better]
    return Trained(model.network(int(np.argmin(rates.best)), kept), rates.best, epoch)


class _Seeds:
    """Networks of one shape as variables with a leading axis of seeds, and Adam for them."""

    def __init__(self, starts: Sequence[RBFNetwork], *, one_width: bool, shortcut: bool, precision: str) -> None:
        self.template = starts[0]
        self.shortcut = shortcut

        def variable(parts: Sequence[FloatArray]) -> Tensor:
            return tf.Variable(np.stack(parts).astype(precision))

        self.centers = variable([one.centers for one in starts])
        self.log_widths = variable([np.log(one.widths[:1] if one_width else one.widths) for one in starts])
        self.weights = variable([one.weights for one in starts])
        self.bias = variable([one.bias for one in starts])
        self.linear = variable([one.shortcut for one in starts])
        self.variables = [self.centers, self.log_widths, self.weights, self.bias]
        self.variables += [self.linear] if shortcut else []
        self.moments = [tf.Variable(tf.zeros_like(each)) for each in self.variables]
        self.squares = [tf.Variable(tf.zeros_like(each)) for each in self.variables]
        self.count = tf.Variable(0.0, dtype=precision)
        n_inputs, n_outputs = self.centers.shape[2], self.weights.shape[2]
        rows = [tf.TensorSpec((None, n_inputs), precision), tf.TensorSpec((None, n_outputs), precision)]
        more = [tf.TensorSpec((len(starts),), precision), tf.TensorSpec((), precision)]
        self.step = tf.function(self._step, input_signature=rows + more, autograph=False)
        self.errors = tf.function(self._errors, input_signature=rows, autograph=False)

    def values(self) -> list[NDArray[Any]]:
        """Copy all variables."""
        return [each.numpy().copy() for each in self.variables]

    def predict(self, x: Tensor) -> Tensor:
        """Compute outputs of all seeds, (n_seeds, n, m)."""
        square = tf.reduce_sum(x**2, axis=1)[None, :, None] + tf.reduce_sum(self.centers**2, axis=2)[:, None]
        q = tf.maximum(square - 2.0 * tf.matmul(x[None], self.centers, transpose_b=True), 0.0)
        out = tf.matmul(_hidden(self.template.activation, q, self.log_widths[:, None]), self.weights)
        out += self.bias[:, None]
        if self.shortcut:
            out += tf.matmul(x[None], self.linear)
        return tf.sigmoid(out) if self.template.output == "logistic" else out

    def _errors(self, x: Tensor, y: Tensor) -> Tensor:
        return tf.reduce_mean((self.predict(x) - y) ** 2, axis=(1, 2))

    def _step(self, x: Tensor, y: Tensor, rates: Tensor, l2: Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((self.predict(x) - y) ** 2)
        gradients = tape.gradient(loss, self.variables)
        self.count.assign_add(1.0)
        first, second = 1.0 - BETA_1**self.count, 1.0 - BETA_2**self.count
        for each, gradient, m, v in zip(self.variables, gradients, self.moments, self.squares, strict=True):
            slope = gradient + l2 * each
            m.assign(BETA_1 * m + (1.0 - BETA_1) * slope)
            v.assign(BETA_2 * v + (1.0 - BETA_2) * slope**2)
            rate = tf.reshape(rates, (-1,) + (1,) * (len(each.shape) - 1))
            each.assign_sub(rate * (m / first) / (tf.sqrt(v / second) + EPSILON))

    def network(self, seed: int, values: Sequence[NDArray[Any]]) -> RBFNetwork:
        """Return one seed's network."""
        own = [each[seed].astype(np.float64) for each in values]
        centers, log_widths, weights, bias = own[:4]
        template = self.template
        return RBFNetwork(
            centers,
            np.broadcast_to(np.maximum(np.exp(log_widths), SMALLEST_WIDTH), len(centers)).copy(),
            weights,
            own[4] if self.shortcut else np.zeros_like(template.shortcut),
            bias,
            template.activation,
            template.output,
        )


def _hidden(activation: str, q: Tensor, log_p: Tensor) -> Tensor:
    """Return h(q, p) as `rbf.activations` has it."""
    p = tf.exp(log_p)
    if activation == "gaussian":
        return tf.exp(-p * q)
    if activation == "multiquadric":
        return tf.sqrt(p + q)
    inside = q > 0.0
    log_q = tf.where(inside, tf.math.log(tf.where(inside, q, 1.0)), 0.0)
    return 0.5 * p**2 * q * (log_q + 2.0 * log_p)

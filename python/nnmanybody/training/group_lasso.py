"""Group lasso on the first layer: which functions a network keeps when every one it looks at has its price.

A small network per element is fitted to the loss of the training with all functions, each scaled to a standard
deviation of 1 but not whitened, so that row f of the first layer's kernel W belongs to function f alone. The price is
λ Σ_f ||W_f|| (Yuan and Lin, J. R. Stat. Soc. B 68, 49 (2006); on symmetry functions: Sandberg et al., Mach.
Learn.: Sci. Technol. 5, 025043 (2024)). It has a corner at W_f = 0, so that rows become exactly zero, by the proximal
step after each of Adam's:

    W_f <- W_f max(0, 1 − t_f / ||W_f||),    t_f = rate λ / (sqrt(v_f) + ε)

v_f is the mean over the row of Adam's second moments: the price is paid in the metric in which Adam moves (Yun, Lozano
and Yang, NeurIPS 34 (2021)). λ rises by the epoch, from next to nothing to the loss of a model that predicts nothing,
until no more functions are left than asked for. The later a function falls, the higher it ranks; those left by ||W_f||.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.descriptor_config import IntervalSet, ScalingConfig
from nnmanybody.model_config import NetworkModel
from nnmanybody.network_config import NetworkConfig
from nnmanybody.optimizer_config import Adam, Constant
from nnmanybody.training.tensorflow import tf
from nnmanybody.training.trainer import Trainer

if TYPE_CHECKING:
    from nnmanybody import _core
    from nnmanybody.training.prepare import Prepared

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
Tensor = Any

HIDDEN = (16,)
FREE_STEPS, STEPS = 80, 1200
"""Steps without a price, so that what is needed shows first; steps in all, in whole epochs."""
FIRST_PRICE = 1e-4
"""Of the loss of a model that predicts nothing, which the price reaches at the last step."""


class ProximalAdam:
    """Adam with a proximal step on the rows of some variables; in place of an optimizer of Keras.

    Parameters
    ----------
    settings : Adam
    variables : sequence of tf.Variable
    priced : sequence of tf.Variable
        Kernels (n_members, n_functions, n_out) among them whose rows have a price.
    """

    def __init__(self, settings: Adam, variables: Sequence[Any], priced: Sequence[Any]) -> None:
        self._settings = settings
        self._targets = list(variables)
        self._priced = {id(variable) for variable in priced}
        self._moments = [[tf.Variable(tf.zeros_like(each)) for each in variables] for _ in range(2)]
        kind = variables[0].dtype
        self._powers = [tf.Variable(1.0, dtype=kind), tf.Variable(1.0, dtype=kind)]
        self.learning_rate = tf.Variable(settings.learning_rate, dtype=kind)
        self.price = tf.Variable(0.0, dtype=kind)

    def apply(self, gradients: Sequence[Tensor]) -> None:
        """Change the variables."""
        betas = (self._settings.beta_1, self._settings.beta_2)
        for power, beta in zip(self._powers, betas, strict=True):
            power.assign(beta * power)
        for variable, gradient, first, second in zip(self._targets, gradients, *self._moments, strict=True):
            first.assign(betas[0] * first + (1.0 - betas[0]) * gradient)
            second.assign(betas[1] * second + (1.0 - betas[1]) * gradient**2)
            mean = first / (1.0 - self._powers[0])
            square = second / (1.0 - self._powers[1])
            moved = variable - self.learning_rate * mean / (tf.sqrt(square) + self._settings.epsilon)
            if id(variable) in self._priced:
                size = tf.sqrt(tf.reduce_mean(square, axis=2, keepdims=True)) + self._settings.epsilon
                moved = shrunk(moved, self.learning_rate * self.price / size)
            variable.assign(moved)


def shrunk(rows: Tensor, threshold: Tensor) -> Tensor:
    """Proximal operator of threshold · ||row||: rows nearer to zero by the threshold, zero if they are shorter."""
    length = tf.norm(rows, axis=2, keepdims=True)
    return rows * tf.nn.relu(1.0 - tf.math.divide_no_nan(threshold, length))


@dataclass
class Ranking:
    """Order in which the functions of one element fell.

    Attributes
    ----------
    norms : (n_functions,) float64
        ||W_f|| when it was last above zero.
    epochs : (n_functions,) int64
        Epoch after which that was.
    """

    norms: FloatArray
    epochs: NDArray[np.int64]

    def update(self, norms: FloatArray, epoch: int) -> int:
        """Take norms at the end of an epoch; returns how many functions are left."""
        left = norms > 0.0
        self.norms[left], self.epochs[left] = norms[left], epoch
        return int(left.sum())

    def best(self, count: int) -> list[tuple[int, str]]:
        """Return indices and reasons, best first."""
        order = np.lexsort((-self.norms, -self.epochs))[:count]
        return [(int(f), f"norm {self.norms[f]:.3g} in epoch {self.epochs[f] + 1} of the group lasso") for f in order]


def rank_functions(
    config: TrainingConfig, count: int, prepare: Callable[[TrainingConfig], "Prepared"]
) -> dict[str, list[tuple["_core.SymmetryFunction", str]]]:
    """Choose functions and say why each.

    Parameters
    ----------
    config : TrainingConfig
        Its data, symmetry functions, loss, batch size, seed and threads are used.
    count : int
        How many for each element.
    prepare : callable
        `prepare.prepare`, which itself calls this function.

    Returns
    -------
    dict of element to list of (SymmetryFunction, str)
        Best first.
    """
    small = _small(config)
    prepared = prepare(small)
    n_steps = -(-len(prepared.train) // small.batch_size)
    n_epochs = -(-STEPS // n_steps)
    # As many epochs as this takes: those of the training are followed by its last stretch.
    trainer, model = Trainer(prepared.model, small.model_copy(update={"epochs": n_epochs})), prepared.model
    first = [element.kernels[0] for element in model.networks]
    optimizer = ProximalAdam(Adam(), model.variables, first)
    trainer.optimizer = optimizer
    with model.holding([np.zeros(variable.shape) for variable in model.variables]):
        nothing = trainer.measure_now(trainer.batches(prepared.train)).loss
    rankings = [Ranking(np.zeros(n), np.zeros(n, dtype=np.int64)) for n in (int(each.shape[1]) for each in first)]
    for epoch in range(n_epochs):
        progress = (epoch * n_steps - FREE_STEPS) / (STEPS - FREE_STEPS)
        price = nothing * FIRST_PRICE ** (1.0 - progress) if progress >= 0.0 else 0.0
        optimizer.price.assign(price)
        trainer.train_epoch(prepared.train, epoch)
        norms = [np.linalg.norm(kernel.numpy()[0], axis=1).astype(np.float64) for kernel in first]
        left = [ranking.update(norm, epoch) for ranking, norm in zip(rankings, norms, strict=True)]
        logger.info("group lasso, epoch %d: price %.3g, functions left: %s", epoch + 1, price, left)
        if max(left) <= count:
            break
    return {
        element.description.element: [
            (element.description.functions[index], reason) for index, reason in ranking.best(count)
        ]
        for element, ranking in zip(model.networks, rankings, strict=True)
    }


def _small(config: TrainingConfig) -> TrainingConfig:
    """Return the same data and functions for one small network that sees scaled functions."""
    functions = (config.symmetry_functions or IntervalSet()).model_copy(update={"select": "drop", "count": None})
    changes = {
        "symmetry_functions": functions,
        "model": NetworkModel(),  # whatever model the chosen functions are for
        "scaling": ScalingConfig(),
        "whitening": None,
        "network": NetworkConfig(hidden_layers=HIDDEN, members=1, shortcut=False),
        "optimizer": Adam(),
        "schedule": Constant(),
        "average": None,
        "last_stretch": None,
    }
    return config.model_copy(update=changes)

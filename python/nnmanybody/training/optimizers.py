"""Configuration -> Keras optimizer, Keras initializer, learning rate."""

import math
from typing import Any

from nnmanybody.network_config import InitializationConfig
from nnmanybody.optimizer_config import (
    Constant,
    Cosine,
    Exponential,
    Kalman,
    OptimizerConfig,
    Piecewise,
    Plateau,
    ScheduleConfig,
)
from nnmanybody.training.tensorflow import keras

_OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "momentum": keras.optimizers.SGD,
    "adagrad": keras.optimizers.Adagrad,
    "adadelta": keras.optimizers.Adadelta,
    "adam": keras.optimizers.Adam,
}


def make_optimizer(config: OptimizerConfig) -> Any:  # noqa: ANN401 (keras.optimizers.Optimizer)
    """Return Keras's optimizer of this name.

    Raises
    ------
    TypeError
        For Kalman, which is none of Keras's; see `kalman.KalmanFilter`.
    """
    if isinstance(config, Kalman):
        raise TypeError("kalman is not an optimizer of Keras: it needs more than gradients")
    return _OPTIMIZERS[config.name](**config.parameters())


def initializer(config: InitializationConfig) -> dict[str, Any]:
    """Class name and parameters of Keras's initializer, without a seed."""
    names = {"normal": "RandomNormal", "uniform": "RandomUniform"}
    class_name = names.get(config.kind) or "".join(word.capitalize() for word in config.kind.split("_"))
    return {"class_name": class_name, "config": config.model_dump(exclude={"kind"})}


class LearningRate:
    """The learning rate at every step; only a plateau schedule remembers anything.

    Parameters
    ----------
    config : ScheduleConfig
    base : float
        The optimizer's learning rate.
    n_epochs : int
        Of the whole training.
    """

    def __init__(self, config: ScheduleConfig, base: float, n_epochs: int) -> None:
        self.config = config
        self.base = base
        self.n_epochs = n_epochs
        self.factor = 1.0
        self.best = math.inf
        self.waited = 0

    def at(self, epoch: float) -> float:
        """Rate at a time in epochs: 2.5 is the middle of the third."""
        config = self.config
        match config:
            case Constant():
                return self.base
            case Exponential():
                return self.base * float(config.factor ** (epoch / config.epochs))
            case Cosine():
                return self.base * _cosine(config, epoch, self.n_epochs)
            case Piecewise():
                return config.rates[sum(boundary <= epoch for boundary in config.boundaries)]
            case Plateau():
                return max(self.base * self.factor, min(self.base, config.min_learning_rate))

    def end_epoch(self, loss: float) -> None:
        """Tell the validation loss of an epoch."""
        if not isinstance(self.config, Plateau):
            return
        if loss < self.best - self.config.min_delta:
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited >= self.config.patience:
            self.factor *= self.config.factor
            self.waited = 0

    def state(self) -> dict[str, float]:
        """Return what a checkpoint keeps."""
        return {"factor": self.factor, "best": self.best, "waited": self.waited}

    def restore(self, state: dict[str, float]) -> None:
        """Continue from the state of a checkpoint."""
        self.factor, self.best, self.waited = state["factor"], state["best"], int(state["waited"])


def _cosine(config: Cosine, epoch: float, n_epochs: int) -> float:
    if epoch < config.warmup_epochs:
        # Not from zero: the first step should move.
        return (epoch + 1.0) / (config.warmup_epochs + 1.0)
    progress = min(1.0, (epoch - config.warmup_epochs) / max(n_epochs - config.warmup_epochs, 1e-12))
    return config.final + (1.0 - config.final) * 0.5 * (1.0 + math.cos(math.pi * progress))

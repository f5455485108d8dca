"""One epoch of training and one of validation, in TensorFlow."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.errors import NNPError
from nnmanybody.model import Model
from nnmanybody.training.batch import Batch, batch_signature, make_batch
from nnmanybody.training.frame_inputs import FrameInputs
from nnmanybody.training.loss import TARGETS, data_loss, l2_loss, predict, squared_errors
from nnmanybody.training.optimizers import LearningRate, make_optimizer
from nnmanybody.training.tensorflow import tf

Tensor = Any


class TrainingDivergedError(NNPError):
    """The loss or its gradient is no longer a finite number."""


@dataclass(frozen=True)
class FitErrors:
    """Errors over a part of the data.

    Attributes
    ----------
    loss : float
        Without L2.
    rmse : dict of target to float
        eV/atom, eV/Å, eV/Å³, eV for energy, forces, stress, atomic_energies; targets that the part lacks are absent.
    """

    loss: float
    rmse: dict[str, float]

    @classmethod
    def from_sums(cls, sums: NDArray[np.float64], weights: dict[str, float]) -> "FitErrors":
        """Errors from rows loss_sums, sums and counts of `squared_errors`, added up over batches."""
        loss_sums, squares, counts = sums
        factors = np.array([weights[target] for target in TARGETS])
        loss = float((factors * loss_sums / np.maximum(counts, 1.0)).sum())
        rmse = {
            target: float(np.sqrt(square / count))
            for target, square, count in zip(TARGETS, squares, counts, strict=True)
            if count > 0
        }
        return cls(loss, rmse)

    def named(self, part: str) -> dict[str, float]:
        """Values under the names of the learning curve."""
        return {f"loss_{part}": self.loss, **{f"{target}_{part}": value for target, value in self.rmse.items()}}


class Trainer:
    """The networks, their optimizer and moving average, and the compiled steps.

    Parameters
    ----------
    model : Model
    config : TrainingConfig
    """

    def __init__(self, model: Model, config: TrainingConfig) -> None:
        self.model = model
        self.config = config
        self.weights = config.loss.targets
        self.optimizer = make_optimizer(config.optimizer)
        self.optimizer.build(model.variables)
        self.learning_rate = LearningRate(config.schedule, config.optimizer.learning_rate, config.epochs)
        self._average = None
        if config.average is not None:
            self._average = [tf.Variable(variable, trainable=False) for variable in model.variables]
        sizes = [len(element.description.functions) for element in model.elements]
        signature = batch_signature(sizes, config.precision)
        scalar = tf.TensorSpec((), config.precision)
        self._step = tf.function(self._train_step, input_signature=[signature, scalar], autograph=False)
        self._measure = tf.function(self._squared_errors, input_signature=[signature], autograph=False)

    @property
    def graph_function(self) -> Any:  # noqa: ANN401 (tf.types.experimental.ConcreteFunction)
        """The training step as TensorBoard can draw it."""
        return self._step.get_concrete_function()

    def exported_values(self) -> list[NDArray[Any]]:
        """Weights to validate and export: the moving average where there is one."""
        if self._average is None:
            return self.model.values()
        return [variable.numpy().copy() for variable in self._average]

    def arrays(self) -> dict[str, list[NDArray[Any]]]:
        """All variables, for a checkpoint."""
        average = [] if self._average is None else [variable.numpy() for variable in self._average]
        optimizer = [np.asarray(variable.numpy()) for variable in self.optimizer.variables]
        return {"weights": self.model.values(), "average": average, "optimizer": optimizer}

    def restore(self, arrays: Any) -> None:  # noqa: ANN401 (mapping of str to arrays)
        """Set all variables from a checkpoint."""
        self.model.assign(arrays["weights"])
        for variable, value in zip(self._average or [], arrays["average"], strict=True):
            variable.assign(value)
        for variable, value in zip(self.optimizer.variables, arrays["optimizer"], strict=True):
            variable.assign(value)

    def train_epoch(self, frames: Sequence[FrameInputs], epoch: int) -> FitErrors:
        """Go through all frames once, in an order that depends on seed and epoch alone.

        Parameters
        ----------
        frames : sequence of FrameInputs
        epoch : int
            From 0.

        Raises
        ------
        TrainingDivergedError
            If loss or gradient are not finite; the weights are those of the step before.
        """
        order = np.random.default_rng([self.config.seed, epoch]).permutation(len(frames))
        batches = [[frames[index] for index in part] for part in _slices(order, self.config.batch_size)]
        sums = np.zeros((3, len(TARGETS)))
        for number, chosen in enumerate(batches):
            self.optimizer.learning_rate.assign(self.learning_rate.at(epoch + number / len(batches)))
            decay = self._decay(epoch * len(batches) + number)
            finite, *parts = self._step(make_batch(chosen, self.config.precision), decay)
            if not finite.numpy():
                raise TrainingDivergedError(self._diagnosis(chosen, epoch, number))
            sums += np.array([part.numpy() for part in parts], dtype=np.float64)
        return FitErrors.from_sums(sums, self.weights)

    def measure(self, batches: Iterable[Batch]) -> FitErrors:
        """Errors over batches with the weights to export."""
        with self.model.holding(None if self._average is None else self.exported_values()):
            return self.measure_now(batches)

    def measure_now(self, batches: Iterable[Batch]) -> FitErrors:
        """Errors over batches with the weights that the model holds."""
        sums = np.zeros((3, len(TARGETS)))
        for batch in batches:
            sums += np.array([part.numpy() for part in self._measure(batch)], dtype=np.float64)
        return FitErrors.from_sums(sums, self.weights)

    def batches(self, frames: Sequence[FrameInputs]) -> Iterator[Batch]:
        """Yield the frames in their order, batch by batch."""
        for part in _slices(np.arange(len(frames)), self.config.batch_size):
            yield make_batch([frames[index] for index in part], self.config.precision)

    def _decay(self, step: int) -> Tensor:
        """Decay of the moving average; small at first, so that it forgets the random start."""
        decay = 0.0 if self.config.average is None else min(self.config.average.decay, (1.0 + step) / (10.0 + step))
        return tf.constant(decay, self.config.precision)

    def _squared_errors(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        return squared_errors(predict(self.model, batch), batch)

    def _train_step(self, batch: Batch, decay: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One step of the optimizer, left out if loss or gradient are not finite."""
        variables = self.model.variables
        with tf.GradientTape() as tape:
            prediction = predict(self.model, batch)
            with tf.name_scope("loss"):
                loss_sums, sums, counts = squared_errors(prediction, batch)
                loss = data_loss(loss_sums, counts, self.weights)
                if self.config.loss.l2 > 0.0:
                    loss += l2_loss(self.model, self.config.loss.l2)
        with tf.name_scope("optimizer"):
            with tf.name_scope("gradients"):
                gradients = tape.gradient(loss, variables, unconnected_gradients="zero")
            finite = tf.math.is_finite(loss) & tf.math.is_finite(tf.linalg.global_norm(gradients))
            tf.cond(finite, lambda: self._apply(gradients, decay), lambda: False)
        return finite, loss_sums, sums, counts

    def _apply(self, gradients: list[Tensor], decay: Tensor) -> bool:
        """Change weights and their average; both branches of a tf.cond must return something."""
        self.optimizer.apply(gradients)
        for average, variable in zip(self._average or [], self.model.variables, strict=False):
            average.assign(decay * average + (1.0 - decay) * variable)
        return True

    def _diagnosis(self, frames: Sequence[FrameInputs], epoch: int, step: int) -> str:
        """Say where the loss stopped being finite, frame by frame."""
        losses = {}
        for frame in frames:
            loss_sums, _, counts = self._measure(make_batch([frame], self.config.precision))
            losses[frame.name] = float(data_loss(loss_sums, counts, self.weights).numpy())
        broken = [name for name, loss in losses.items() if not np.isfinite(loss)]
        worst = max(losses, key=lambda name: losses[name])
        blame = (
            f"the loss of {', '.join(broken)} is not finite"
            if broken
            else f"the gradient is not finite; the largest loss, {losses[worst]:.3g}, is that of {worst}"
        )
        return (
            f"training stopped in epoch {epoch + 1}, step {step + 1}: {blame}. "
            "Lower optimizer.learning_rate, set optimizer.global_clipnorm, or look at that frame"
        )


def _slices(order: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    return [order[start : start + size] for start in range(0, len(order), size)]

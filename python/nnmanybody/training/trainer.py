"""One epoch of training and one of validation, in TensorFlow."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.errors import NNPError
from nnmanybody.model import Model
from nnmanybody.optimizer_config import Kalman, LastStretch
from nnmanybody.training.batch import Batch, batch_signature, make_batch
from nnmanybody.training.frame_inputs import FrameInputs
from nnmanybody.training.kalman import KalmanFilter
from nnmanybody.training.lbfgs import minimize_loss
from nnmanybody.training.loss import (
    TARGETS,
    SquaredErrors,
    data_loss,
    l2_loss,
    mean_prediction,
    predict,
    predict_members,
    squared_errors,
)
from nnmanybody.training.optimizers import LearningRate, make_optimizer
from nnmanybody.training.potential_fit import linear_projection
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
        """Errors from the four rows of `SquaredErrors`, added up over batches."""
        loss_sums, loss_counts, squares, counts = sums
        factors = np.array([weights[target] for target in TARGETS])
        loss = float((factors * loss_sums / np.where(loss_counts > 0.0, loss_counts, 1.0)).sum())
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
        self._kalman: KalmanFilter | None = None
        if isinstance(config.optimizer, Kalman):
            self._kalman = KalmanFilter(model, config.optimizer, config.loss.energy, config.loss.forces)
            self.optimizer: Any = self._kalman
        else:
            self.optimizer = make_optimizer(config.optimizer)
            self.optimizer.build(model.variables)
        self.learning_rate = LearningRate(config.schedule, config.optimizer.learning_rate, config.epochs)
        self._average = None
        if config.average is not None:
            self._average = [tf.Variable(variable, trainable=False) for variable in model.variables]
        self._huber = config.loss.huber
        self._steps: dict[int, Any] = {}
        self._parts: dict[int, Any] = {}
        self._counts: Tensor = None
        self._n_frames = 0
        self._measures: dict[int, Any] = {}

    def _signature(self, n_frames: int) -> Batch:
        sizes = [len(element.description.functions) for element in self.model.elements]
        return batch_signature(sizes, n_frames, self.config.precision)

    def _step_for(self, n_frames: int) -> Any:  # noqa: ANN401 (tf.function)
        """Compiled step for batches of so many frames."""
        if n_frames not in self._steps:
            scalar, seed = tf.TensorSpec((), self.config.precision), tf.TensorSpec((2,), "int32")
            signature = [self._signature(n_frames), scalar, seed, scalar]
            self._steps[n_frames] = tf.function(self._train_step, input_signature=signature, autograph=False)
        return self._steps[n_frames]

    def _measure(self, batch: Batch) -> SquaredErrors:
        n_frames = len(batch.n_atoms)
        if n_frames not in self._measures:
            signature = [self._signature(n_frames)]
            self._measures[n_frames] = tf.function(self._squared_errors, input_signature=signature, autograph=False)
        return SquaredErrors(*self._measures[n_frames](batch))

    @property
    def graph_function(self) -> Any:  # noqa: ANN401 (tf.types.experimental.ConcreteFunction)
        """The training step of one frame as TensorBoard can draw it."""
        return self._step_for(1).get_concrete_function()

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
        if epoch >= self._first_epoch_of_last_stretch:
            return self._last_stretch(frames, epoch)
        order = np.random.default_rng([self.config.seed, epoch]).permutation(len(frames))
        batches = [[frames[index] for index in part] for part in _slices(order, self.config.batch_size)]
        sums = np.zeros((len(SquaredErrors._fields), len(TARGETS)))
        for number, chosen in enumerate(batches):
            self.optimizer.learning_rate.assign(self.learning_rate.at(epoch + number / len(batches)))
            step = epoch * len(batches) + number
            batch = make_batch(chosen, self.config.precision)
            energy = self.config.loss.energy_at((epoch + number / len(batches)) / self.config.epochs)
            finite, *parts = self._step_for(len(chosen))(batch, self._decay(step), (self.config.seed, step), energy)
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
        sums = np.zeros((len(SquaredErrors._fields), len(TARGETS)))
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

    def _squared_errors(self, batch: Batch) -> SquaredErrors:
        return squared_errors(predict(self.model, batch), batch, self._huber)

    def _train_step(self, batch: Batch, decay: Tensor, seed: Tensor, energy: Tensor) -> tuple[Tensor, ...]:
        """One step of the optimizer, left out if loss or gradient are not finite; returns the committee's errors."""
        if self._kalman is not None:
            errors = self._squared_errors(batch)
            finite = self._kalman.step(batch, seed)
            self._follow(decay)
            return finite, *errors
        variables = self.model.variables
        with tf.GradientTape() as tape:
            members = predict_members(self.model, batch)
            with tf.name_scope("loss"):
                errors = squared_errors(members, batch, self._huber)
                weights = {**self.weights, "energy": energy}
                loss = tf.reduce_sum(data_loss(errors.loss_sums, errors.loss_counts, weights))
                if self.config.loss.l2 > 0.0:
                    loss += l2_loss(self.model, self.config.loss.l2)
        with tf.name_scope("optimizer"):
            with tf.name_scope("gradients"):
                gradients = tape.gradient(loss, variables, unconnected_gradients="zero")
            finite = tf.math.is_finite(loss) & tf.math.is_finite(tf.linalg.global_norm(gradients))
            tf.cond(finite, lambda: self._apply(gradients, decay), lambda: False)
        return finite, *squared_errors(mean_prediction(members), batch, self._huber)

    def _apply(self, gradients: list[Tensor], decay: Tensor) -> bool:
        """Change weights and their average; both branches of a tf.cond must return something."""
        self.optimizer.apply(gradients)
        self._follow(decay)
        return True

    def _follow(self, decay: Tensor) -> None:
        """Let the moving average follow the weights."""
        for average, variable in zip(self._average or [], self.model.variables, strict=False):
            average.assign(decay * average + (1.0 - decay) * variable)

    @property
    def _first_epoch_of_last_stretch(self) -> int:
        stretch = self.config.last_stretch
        return self.config.epochs - (0 if stretch is None else min(stretch.epochs, self.config.epochs))

    def _last_stretch(self, frames: Sequence[FrameInputs], epoch: int) -> FitErrors:
        """One epoch of L-BFGS over all frames, from the average of the weights on."""
        stretch = self.config.last_stretch or LastStretch()
        if self._average is not None:
            self.model.assign(self._average)
        batches = list(self.batches(frames))
        self._n_frames = len(frames)
        self._counts = sum(self._measure(batch).loss_counts for batch in batches)
        finite, _ = minimize_loss(
            self.model,
            batches,
            self._part_of_loss,
            iterations=stretch.iterations,
            memory=stretch.memory,
            projection=linear_projection(self.model, frames, self.config.loss),
        )
        if not finite:
            raise TrainingDivergedError(self._diagnosis(frames, epoch, 0))
        self._follow(tf.constant(0.0, self.config.precision))
        return self.measure_now(batches)

    def _part_of_loss(self, batch: Batch) -> tuple[Tensor, Sequence[Tensor]]:
        """Part of a batch in the loss of all frames, and its gradients."""
        n_frames = len(batch.n_atoms)
        if n_frames not in self._parts:
            signature = [self._signature(n_frames), tf.TensorSpec((len(TARGETS),), self.config.precision)]
            self._parts[n_frames] = tf.function(self._loss_and_gradients, input_signature=signature, autograph=False)
        loss, gradients = self._parts[n_frames](batch, self._counts)
        return loss, gradients

    def _loss_and_gradients(self, batch: Batch, counts: Tensor) -> tuple[Tensor, Sequence[Tensor]]:
        with tf.GradientTape() as tape:
            errors = squared_errors(predict_members(self.model, batch), batch, self._huber)
            loss = tf.reduce_sum(data_loss(errors.loss_sums, counts, self.weights))
            if self.config.loss.l2 > 0.0:
                share = tf.cast(tf.size(batch.n_atoms), counts.dtype) / self._n_frames
                loss += share * l2_loss(self.model, self.config.loss.l2)
        return loss, tape.gradient(loss, self.model.variables, unconnected_gradients="zero")

    def _diagnosis(self, frames: Sequence[FrameInputs], epoch: int, step: int) -> str:
        """Say where the loss stopped being finite, frame by frame."""
        losses = {}
        for frame in frames:
            errors = self._measure(make_batch([frame], self.config.precision))
            losses[frame.name] = float(data_loss(errors.loss_sums, errors.loss_counts, self.weights).numpy())
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

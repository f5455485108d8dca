"""One epoch of training and one of validation, in TensorFlow."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.model import Model
from nnmanybody.optimizer_config import Kalman, LastStretch
from nnmanybody.training.batch import Batch, Kind, batch_signature, kind_of, loss_counts
from nnmanybody.training.fit_errors import FitErrors, TrainingDivergedError
from nnmanybody.training.frame_inputs import FrameInputs
from nnmanybody.training.input_sources import Inputs
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
from nnmanybody.training.processes import ALONE, Processes
from nnmanybody.training.tensorflow import tf

Tensor = Any


class Trainer:
    """The networks, their optimizer and moving average, and the compiled steps.

    Parameters
    ----------
    model : Model
    config : TrainingConfig
    processes : Processes
        That train together.
    """

    def __init__(self, model: Model, config: TrainingConfig, processes: Processes = ALONE) -> None:
        self.model = model
        self.config = config
        self.processes = processes
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
        self._steps: dict[tuple[int, Kind], Any] = {}
        self._parts: dict[tuple[int, Kind], Any] = {}
        self._applied: Any = None
        self._measures: dict[tuple[int, Kind], Any] = {}

    def _signature(self, n_frames: int, kind: Kind) -> Batch:
        sizes = [len(element.description.functions) for element in self.model.elements]
        return batch_signature(sizes, n_frames, self.config.precision, kind)

    def _step_for(self, n_frames: int, kind: Kind = "inputs") -> Any:  # noqa: ANN401 (tf.function)
        """Compiled step for batches of so many frames."""
        if (n_frames, kind) not in self._steps:
            scalar, seed = tf.TensorSpec((), self.config.precision), tf.TensorSpec((2,), "int32")
            signature = [self._signature(n_frames, kind), scalar, seed, scalar]
            self._steps[n_frames, kind] = tf.function(self._train_step, input_signature=signature, autograph=False)
        return self._steps[n_frames, kind]

    def _measure(self, batch: Batch) -> SquaredErrors:
        size = len(batch.n_atoms), kind_of(batch)
        if size not in self._measures:
            signature = [self._signature(*size)]
            self._measures[size] = tf.function(self._squared_errors, input_signature=signature, autograph=False)
        return SquaredErrors(*self._measures[size](batch))

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

    def train_epoch(self, frames: Inputs, epoch: int) -> FitErrors:
        """Go through all frames once, in an order that depends on seed and epoch alone.

        Parameters
        ----------
        frames : Inputs
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
        parts = _slices(order, self.config.batch_size * self.processes.count)
        shares = [self.processes.share(part) for part in parts]
        batches = frames.batches([share for share in shares if len(share)])
        sums = np.zeros((len(SquaredErrors._fields), len(TARGETS)))
        for number, (part, share) in enumerate(zip(parts, shares, strict=True)):
            time = epoch + number / len(parts)
            self.optimizer.learning_rate.assign(self.learning_rate.at(time))
            step = epoch * len(parts) + number
            energy = self.config.loss.energy_at(time / self.config.epochs)
            batch = next(batches) if len(share) else None
            if self.processes.count == 1 and batch is not None:
                compiled = self._step_for(len(share), kind_of(batch))
                finite, *errors = compiled(batch, self._decay(step), (self.config.seed, step), energy)
            else:
                together = [frames.targets[index] for index in part]
                finite, *errors = self._shared_step(batch, together, self._decay(step), energy)
            if not finite.numpy():
                raise TrainingDivergedError(self._diagnosis(frames, part, epoch, number))
            sums += np.array([each.numpy() for each in errors], dtype=np.float64)
        return FitErrors.from_sums(sums, self.weights)

    def measure(self, batches: Iterable[Batch]) -> FitErrors:
        """Errors over batches with the weights to export; over those of all processes."""
        with self.model.holding(None if self._average is None else self.exported_values()):
            return self.measure_now(batches)

    def measure_now(self, batches: Iterable[Batch]) -> FitErrors:
        """Errors over batches with the weights that the model holds; over those of all processes."""
        sums = np.zeros((len(SquaredErrors._fields), len(TARGETS)))
        for batch in batches:
            sums += np.array([part.numpy() for part in self._measure(batch)], dtype=np.float64)
        return FitErrors.from_sums(self.processes.sum(sums), self.weights)

    def batches(self, frames: Inputs) -> Iterator[Batch]:
        """Yield the frames in their order, batch by batch; of several processes, each has its own."""
        parts = _slices(np.arange(len(frames)), self.config.batch_size)
        return frames.batches(parts[self.processes.rank :: self.processes.count])

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
            finite = self._apply_if_finite(loss, gradients, decay)
        return finite, *squared_errors(mean_prediction(members), batch, self._huber)

    def _apply(self, gradients: Sequence[Tensor], decay: Tensor) -> bool:
        """Change weights and their average; both branches of a tf.cond must return something."""
        self.optimizer.apply(gradients)
        self._follow(decay)
        return True

    def _follow(self, decay: Tensor) -> None:
        """Let the moving average follow the weights."""
        for average, variable in zip(self._average or [], self.model.variables, strict=False):
            average.assign(decay * average + (1.0 - decay) * variable)

    def _shared_step(
        self, batch: Batch | None, frames: Sequence[FrameInputs], decay: Tensor, energy: float
    ) -> tuple[Tensor, ...]:
        """Do the same with several processes: this one has `batch` of the frames, or nothing."""
        counts = loss_counts(frames, self.config.precision)
        if batch is None:
            gradients: Sequence[Any] = [np.zeros(variable.shape) for variable in self.model.variables]
            parts = [0.0, *gradients, *np.zeros((len(SquaredErrors._fields), len(TARGETS)))]
        else:
            parts = self._part_of_loss(batch, counts, len(frames), energy)
        loss, *sums = self.processes.sum_each(parts)
        n = len(self.model.variables)
        if self._applied is None:
            self._applied = tf.function(self._apply_if_finite, autograph=False)
        kind = self.config.precision
        gradients = [tf.constant(gradient, dtype=kind) for gradient in sums[:n]]
        finite = self._applied(tf.constant(loss, dtype=kind), gradients, decay)
        return finite, *(tf.constant(each) for each in sums[n:])

    def _apply_if_finite(self, loss: Tensor, gradients: Sequence[Tensor], decay: Tensor) -> Tensor:
        finite = tf.math.is_finite(loss) & tf.math.is_finite(tf.linalg.global_norm(gradients))
        tf.cond(finite, lambda: self._apply(gradients, decay), lambda: False)
        return finite

    @property
    def _first_epoch_of_last_stretch(self) -> int:
        stretch = self.config.last_stretch
        return self.config.epochs - (0 if stretch is None else min(stretch.epochs, self.config.epochs))

    def _last_stretch(self, frames: Inputs, epoch: int) -> FitErrors:
        """One epoch of L-BFGS over all frames, from the average of the weights on."""
        stretch = self.config.last_stretch or LastStretch()
        if self._average is not None:
            self.model.assign(self._average)
        counts = loss_counts(frames.targets, self.config.precision)
        finite, _ = minimize_loss(
            self.model,
            lambda: self.batches(frames),
            lambda batch: self._part_of_loss(batch, counts, len(frames), self.config.loss.energy),
            total=self.processes.sum,
            iterations=stretch.iterations,
            memory=stretch.memory,
            projection=linear_projection(self.model, frames, self.config.loss),
        )
        if not finite:
            raise TrainingDivergedError(self._diagnosis(frames, np.arange(len(frames)), epoch, 0))
        self._follow(tf.constant(0.0, self.config.precision))
        return self.measure_now(self.batches(frames))

    def _part_of_loss(self, batch: Batch, counts: NDArray[Any], n_frames: int, energy: float) -> list[Tensor]:
        """Part of a batch in the loss of all frames of these counts, its gradients, and the committee's errors."""
        kind = self.config.precision
        size = len(batch.n_atoms), kind_of(batch)
        if size not in self._parts:
            scalar = tf.TensorSpec((), kind)
            signature = [self._signature(*size), tf.TensorSpec((len(TARGETS),), kind), scalar, scalar]
            self._parts[size] = tf.function(self._loss_and_gradients, input_signature=signature, autograph=False)
        loss, gradients, errors = self._parts[size](batch, counts, len(batch.n_atoms) / n_frames, energy)
        return [loss, *gradients, *errors]

    def _loss_and_gradients(
        self, batch: Batch, counts: Tensor, share: Tensor, energy: Tensor
    ) -> tuple[Tensor, Sequence[Tensor], SquaredErrors]:
        with tf.GradientTape() as tape:
            members = predict_members(self.model, batch)
            errors = squared_errors(members, batch, self._huber)
            loss = tf.reduce_sum(data_loss(errors.loss_sums, counts, {**self.weights, "energy": energy}))
            if self.config.loss.l2 > 0.0:
                loss += share * l2_loss(self.model, self.config.loss.l2)
        gradients = tape.gradient(loss, self.model.variables, unconnected_gradients="zero")
        return loss, gradients, squared_errors(mean_prediction(members), batch, self._huber)

    def _diagnosis(self, frames: Inputs, part: NDArray[np.int64], epoch: int, step: int) -> str:
        """Say where the loss stopped being finite, frame by frame."""
        losses = {}
        for number in part:
            errors = self._measure(frames.batch(np.array([number])))
            loss = data_loss(errors.loss_sums, errors.loss_counts, self.weights)
            losses[frames.targets[number].name] = float(loss.numpy())
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

"""Last layers by least squares: what the weights of the last layer and the shortcut can still do at the end.

Predictions are linear in these weights θ: the energy of a frame is Σ_f θ_f Σ_i φ_f(i), φ being the signals of the last
hidden layer, the inputs that the shortcut passes on, and 1 for the bias; forces, stress and atomic energies have the
same sum over derivatives of φ. With all else fixed the loss is a quadratic form, whose minimum is a linear system:

    (A + l2 + ridge · tr A / n) δ = b − A θ − l2 θ,    A = Σ_t w_t ⟨φ_t φ_tᵀ⟩,    b = Σ_t w_t ⟨φ_t target_t⟩

over the targets t of the loss (l2 without the bias). The ridge keeps combinations that the data do not decide where
they were. (Linear least squares of output weights, as in Webb and Lowe, IEEE Trans. Neural Netw. 1, 286 (1990).)
Every member of a committee has its own θ, all have one pass over the data in common.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.model import ElementModel, Model
from nnmanybody.training.batch import Batch
from nnmanybody.training.fit_errors import FitErrors
from nnmanybody.training.input_sources import Inputs
from nnmanybody.training.loss import TARGETS, mean_prediction, predict_members
from nnmanybody.training.processes import Processes
from nnmanybody.training.tensorflow import tf
from nnmanybody.training.trainer import Trainer

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
Tensor = Any

FEATURES_AT_ONCE = 64
"""Features that share one pass over the Jacobians: more need more memory, fewer more passes."""
ENOUGH_ATOMS = 50_000
"""Of the training part, evenly spread: hundreds of times more measurements than unknowns."""


@dataclass(frozen=True)
class Layout:
    """Where the weights of one element stand among all features.

    Attributes
    ----------
    element : ElementModel
    first : int
        Feature of the first of them.
    """

    element: ElementModel
    first: int

    @property
    def n_hidden(self) -> int:
        """Inputs of the last layer."""
        return int(self.element.kernels[-1].shape[1])

    @property
    def n_shared(self) -> int:
        """Features that all members share: inputs of the shortcut, and 1."""
        return 1 + (0 if self.element.shortcut is None else int(self.element.shortcut.shape[1]))

    @property
    def n_features(self) -> int:
        """Of all members."""
        return self.element.n_members * self.n_hidden + self.n_shared

    def columns(self, member: int) -> NDArray[np.int64]:
        """Features of one member: its last layer, the shortcut, the bias."""
        hidden = self.first + member * self.n_hidden + np.arange(self.n_hidden)
        shared = self.first + self.element.n_members * self.n_hidden + np.arange(self.n_shared)
        return np.concatenate([hidden, shared])

    def weights(self, member: int) -> FloatArray:
        """Weights of these features now."""
        shortcut = [] if self.element.shortcut is None else [self.element.shortcut[member, :, 0].numpy()]
        bias = self.element.biases[-1][member].numpy()
        return np.concatenate([self.element.kernels[-1][member, :, 0].numpy(), *shortcut, bias]).astype(np.float64)

    def assign(self, member: int, weights: FloatArray) -> None:
        """Set them."""
        self.element.kernels[-1][member, :, 0].assign(weights[: self.n_hidden])
        if self.element.shortcut is not None:
            self.element.shortcut[member, :, 0].assign(weights[self.n_hidden : -1])
        self.element.biases[-1][member].assign(weights[-1:])


def layouts(model: Model) -> list[Layout]:
    """Give every element its features, numbered through."""
    made: list[Layout] = []
    for element in model.networks:
        made.append(Layout(element, sum(layout.n_features for layout in made)))
    return made


class FeatureModel:
    """Networks whose committee are the features: member f has the weight 1 for feature f and 0 for all others.

    What computes energies, forces and stresses of a committee thereby computes those of features, whatever
    form the Jacobians have.

    Parameters
    ----------
    layout : list of Layout
    n_features : int
        Features at once.
    threads : int, optional
        As in `Model`.
    """

    def __init__(self, layout: Sequence[Layout], n_features: int, threads: int | None) -> None:
        self._layouts = layout
        self._n = n_features
        self.model = Model([_blank(each.element, n_features) for each in layout], threads)

    def hold(self, first: int) -> None:
        """Become the features from this one on; those beyond the last are zero."""
        for layout, network in zip(self._layouts, self.model.networks, strict=True):
            own = np.arange(first, first + self._n) - layout.first
            hidden, n_members = layout.n_hidden, layout.element.n_members
            member = np.clip(own // hidden, 0, n_members - 1)
            for target, source in zip(network.kernels[:-1], layout.element.kernels[:-1], strict=True):
                target.assign(source.numpy()[member])
            for target, source in zip(network.biases[:-1], layout.element.biases[:-1], strict=True):
                target.assign(source.numpy()[member])
            is_hidden = (own >= 0) & (own < n_members * hidden)
            last = np.zeros((self._n, hidden, 1))
            last[is_hidden, own[is_hidden] % hidden] = 1.0
            network.kernels[-1].assign(last)
            shared = own - n_members * hidden
            network.biases[-1].assign((shared == layout.n_shared - 1).astype(np.float64)[:, None])
            if network.shortcut is not None:
                network.shortcut.assign((shared[:, None] == np.arange(layout.n_shared - 1))[:, :, None] * 1.0)


def _blank(element: ElementModel, n_features: int) -> ElementModel:
    """Make a committee of so many networks of the same shape; `FeatureModel.hold` sets all weights."""
    kernels = [np.zeros((n_features, *kernel.shape[1:])) for kernel in element.kernels]
    biases = [np.zeros((n_features, bias.shape[1])) for bias in element.biases]
    shortcut = None if element.shortcut is None else np.zeros((n_features, *element.shortcut.shape[1:]))
    dtype = element.kernels[0].dtype.name
    return ElementModel(element.description, kernels, biases, element.activations, shortcut=shortcut, dtype=dtype)


class NormalEquations:
    """Sums over batches that the quadratic form of the loss is made of, target by target.

    Parameters
    ----------
    model : Model
        With the weights to improve.
    huber : float, eV/Å, optional
        Force components whose error δ is beyond it count with huber/|δ|, so that outliers stay as light as in the loss.
    """

    def __init__(self, model: Model, huber: float | None) -> None:
        self._model = model
        self._huber = huber
        self.layouts = layouts(model)
        n = sum(layout.n_features for layout in self.layouts)
        self._n_once = min(n, FEATURES_AT_ONCE)
        self._features = FeatureModel(self.layouts, self._n_once, model.threads)
        self._rows = tf.function(self._feature_rows, autograph=False, reduce_retracing=True)
        self.squares = np.zeros((len(TARGETS), n, n))
        self.products = np.zeros((len(TARGETS), n))
        self.counts = np.zeros(len(TARGETS))

    def add(self, batch: Batch) -> None:
        """Add the measurements of a batch."""
        n = self.squares.shape[1]
        rows: list[list[FloatArray]] = [[] for _ in TARGETS]
        for first in range(0, n, self._n_once):
            self._features.hold(first)
            for each, tensor in zip(rows, self._rows(batch), strict=True):
                each.append(tensor.numpy())
        weights, targets = self._measurements(batch)
        for target, parts in enumerate(rows):
            features = np.concatenate(parts)[:n].astype(np.float64)
            self.squares[target] += (weights[target] * features) @ features.T
            self.products[target] += features @ (weights[target] * targets[target])

    def _feature_rows(self, batch: Batch) -> list[Tensor]:
        """Features of energies per atom, forces, virials per atom and atomic energies, (n_once, measurements) each."""
        found = predict_members(self._features.model, batch)
        volume = batch.volume / batch.n_atoms
        return [
            found.energy / batch.n_atoms,
            tf.reshape(found.forces, (self._n_once, -1)),
            tf.reshape(found.stress * volume[:, None], (self._n_once, -1)),
            found.atomic_energies,
        ]

    def _measurements(self, batch: Batch) -> tuple[list[FloatArray], list[FloatArray]]:
        """Weights and targets of the same; counts what the loss divides by."""
        frame_weight = np.asarray(batch.weight, dtype=np.float64)
        atom_weight = frame_weight[batch.frame]
        force_weight = np.repeat(atom_weight * batch.has_forces, 3)
        weights = [
            frame_weight * batch.has_energy,
            force_weight,
            np.repeat(frame_weight * batch.has_stress, 6),
            atom_weight * batch.has_atomic_energy,
        ]
        self.counts += [each.sum() for each in weights]
        targets = [
            np.asarray(batch.energy, dtype=np.float64) / batch.n_atoms,
            np.asarray(batch.forces, dtype=np.float64).ravel(),
            (np.asarray(batch.stress, dtype=np.float64) * (batch.volume / batch.n_atoms)[:, None]).ravel(),
            np.asarray(batch.atomic_energies, dtype=np.float64),
        ]
        if self._huber is not None:
            predicted = mean_prediction(predict_members(self._model, batch)).forces.numpy().ravel()
            size = np.abs(predicted - targets[1])
            weights[1] = force_weight * self._huber / np.maximum(size, self._huber)
        return weights, targets

    def share(self, processes: Processes) -> None:
        """Add what the other processes have."""
        self.squares, self.products, self.counts = processes.sum_each([self.squares, self.products, self.counts])

    def solve(self, factors: FloatArray, *, ridge: float, l2: float) -> None:
        """Put the weights of the minimum into the model, member by member.

        Parameters
        ----------
        factors : (4,) float64
            Weights of the targets.
        ridge, l2 : float
        """
        factors = factors / np.where(self.counts > 0.0, self.counts, 1.0)
        squares = np.tensordot(factors, self.squares, axes=1)
        products = factors @ self.products
        for member in range(self._model.n_members):
            columns = [layout.columns(member) for layout in self.layouts]
            start = np.concatenate([layout.weights(member) for layout in self.layouts])
            pull = np.concatenate([np.where(np.arange(len(own)) < len(own) - 1, l2, 0.0) for own in columns])
            flat = np.concatenate(columns)
            matrix = squares[np.ix_(flat, flat)] + np.diag(pull)
            ridged = matrix + ridge * np.trace(matrix) / len(matrix) * np.eye(len(matrix))
            change = np.linalg.lstsq(ridged, products[flat] - matrix @ start)[0]
            pieces = np.split(start + change, np.cumsum([len(own) for own in columns])[:-1])
            for layout, piece in zip(self.layouts, pieces, strict=True):
                layout.assign(member, piece)


def refit_last_layers(trainer: Trainer, train: Inputs, validation: Inputs) -> None:
    """Set the last layers and shortcuts of the networks to the minimum of the loss over the training part.

    If the validation part then has a larger loss, with the weights of the refit, everything stays as it was.

    Parameters
    ----------
    trainer : Trainer
        Its model holds the weights to start from.
    train, validation : Inputs
        The parts of the data; there may be no validation part.
    """
    config, loss, model = trainer.config.refit, trainer.config.loss, trainer.model
    if config is None:
        return
    weights = {**loss.targets, "energy": config.energy_factor * loss.energy}
    extra = weights["energy"] - loss.energy
    own, before = model.values(), _loss(trainer.measure_now(trainer.batches(validation)), extra)
    equations = NormalEquations(model, loss.huber)
    for batch in train.batches(_parts(trainer, train)):
        equations.add(batch)
    equations.share(trainer.processes)
    equations.solve(np.array([weights[target] for target in TARGETS]), ridge=config.ridge, l2=loss.l2)
    after = _loss(trainer.measure_now(trainer.batches(validation)), extra)
    if not after <= before:
        model.assign(own)
        logger.info("last layers: least squares do not help the validation part; left as they were")


def _parts(trainer: Trainer, train: Inputs) -> list[NDArray[np.int64]]:
    """Frames of every batch of this process, `ENOUGH_ATOMS` in all."""
    every = max(1, sum(frame.n_atoms for frame in train.targets) // ENOUGH_ATOMS)
    numbers, size = np.arange(0, len(train), every), trainer.config.batch_size
    parts = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return parts[trainer.processes.rank :: trainer.processes.count]


def _loss(errors: FitErrors, extra: float) -> float:
    """Loss with so much more weight on the energies."""
    return errors.loss + extra * errors.rmse.get("energy", 0.0) ** 2

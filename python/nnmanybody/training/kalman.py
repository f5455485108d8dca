"""Extended Kalman filter: weights as the state, energies and sampled force components as measurements.

With the weights w_e of element e, errors ξ of the measurements of a step (several streams at once: all frames of
the batch), their derivatives H_e = ∂(prediction)/∂w_e and the error covariance P_e:

    A = (λ 1 + Σ_e H_e P_e H_eᵀ)⁻¹    K_e = P_e H_eᵀ A    w_e += rate K_e ξ    P_e = (P_e − K_e H_e P_e)/λ + q 1

λ rises to 1 by λ <- ν λ + 1 − ν: early measurements are forgotten. (Blank and Brown, J. Chemometrics 8, 391 (1994);
as a fit of neural network potentials Singraber et al., JCTC 15, 3075 (2019). Elements are decoupled: covariances
between the weights of different elements are left out.) Every member of a committee has its own filter.
"""

from typing import Any

import numpy as np

from nnmanybody.model import Model
from nnmanybody.optimizer_config import Kalman
from nnmanybody.training.batch import Batch
from nnmanybody.training.loss import predict_members
from nnmanybody.training.tensorflow import tf

Tensor = Any


class KalmanFilter:
    """The filter and its state.

    Parameters
    ----------
    model : Model
    config : Kalman
    energy_weight, force_weight : float
        Of the loss: a measurement counts with the square root of its weight.
    """

    def __init__(self, model: Model, config: Kalman, energy_weight: float, force_weight: float) -> None:
        self.model = model
        self.config = config
        self._factors = (energy_weight**0.5, force_weight**0.5)
        self._covariance = [
            tf.Variable(np.tile(config.covariance * np.eye(size), (element.n_members, 1, 1)), trainable=False)
            for element, size in zip(model.elements, map(_n_weights, model.elements), strict=True)
        ]
        self._forgetting = tf.Variable(config.forgetting, dtype="float64", trainable=False)
        self.learning_rate = tf.Variable(config.learning_rate, dtype="float64", trainable=False)

    @property
    def variables(self) -> list[Any]:
        """Return what a checkpoint keeps."""
        return [self._forgetting, *self._covariance]

    def step(self, batch: Batch, seed: Tensor) -> Tensor:
        """Update the weights by one batch; returns whether all was finite (else nothing is changed).

        Parameters
        ----------
        batch : Batch
        seed : (2,) int32
            Chooses the force components.
        """
        variables = [element.variables for element in self.model.elements]
        with tf.GradientTape(persistent=True) as tape:
            error, by_member = self._errors(batch, seed)
        flat = [variable for own in variables for variable in own]
        # One measurement after the other: vectorised, TensorFlow 2.21 crashes on batches of real size.
        derivatives = tape.jacobian(by_member, flat, unconnected_gradients="zero", experimental_use_pfor=False)
        blocks, first = [], 0
        for own in variables:
            blocks.append(_columns(derivatives[first : first + len(own)]))
            first += len(own)
        products = [tf.matmul(p, h, transpose_b=True) for p, h in zip(self._covariance, blocks, strict=True)]
        m = tf.shape(error)[1]
        innovation = self._forgetting * tf.eye(m, dtype="float64") + tf.add_n(
            [tf.matmul(h, product) for h, product in zip(blocks, products, strict=True)]
        )
        gain_error = tf.linalg.solve(innovation, error[:, :, None])
        finite = tf.reduce_all(tf.math.is_finite(gain_error))
        tf.cond(finite, lambda: self._update(variables, products, innovation, gain_error), lambda: False)
        return finite

    def _errors(self, batch: Batch, seed: Tensor) -> tuple[Tensor, Tensor]:
        """Weighted errors (n_members, m), and the predictions summed over members, whose derivatives are per member."""
        prediction = predict_members(self.model, batch)
        energy_factor, force_factor = self._factors
        known = tf.where(batch.has_energy > 0.0)[:, 0]
        energies = tf.gather(prediction.energy, known, axis=1) / tf.gather(batch.n_atoms, known)
        energy_targets = tf.gather(batch.energy, known) / tf.gather(batch.n_atoms, known)
        components = tf.where(tf.repeat(batch.has_forces, 3) > 0.0)[:, 0]
        order = tf.random.experimental.stateless_shuffle(components, seed=seed)
        chosen = order[: self.config.forces_per_step]
        forces = tf.gather(tf.reshape(prediction.forces, (self.model.n_members, -1)), chosen, axis=1)
        force_targets = tf.gather(tf.reshape(batch.forces, (-1,)), chosen)
        targets = tf.concat([energy_factor * energy_targets, force_factor * force_targets], axis=0)
        predicted = tf.concat([energy_factor * energies, force_factor * forces], axis=1)
        return tf.cast(targets - predicted, "float64"), tf.reduce_sum(predicted, axis=0)

    def _update(
        self, variables: list[list[Any]], products: list[Tensor], innovation: Tensor, gain_error: Tensor
    ) -> bool:
        """Change weights and covariances; both branches of a tf.cond must return something."""
        for own, covariance, product in zip(variables, self._covariance, products, strict=True):
            change = self.learning_rate * tf.matmul(product, gain_error)[:, :, 0]
            sizes = [int(np.prod(variable.shape[1:])) for variable in own]
            for variable, piece in zip(own, tf.split(change, sizes, axis=1), strict=True):
                variable.assign_add(tf.cast(tf.reshape(piece, variable.shape), variable.dtype))
            reduced = covariance - tf.matmul(product, tf.linalg.solve(innovation, tf.linalg.matrix_transpose(product)))
            reduced = 0.5 * (reduced + tf.linalg.matrix_transpose(reduced)) / self._forgetting
            noise = self.config.process_noise * tf.eye(tf.shape(reduced)[1], dtype="float64")
            covariance.assign(reduced + noise)
        rise = self.config.forgetting_rate
        self._forgetting.assign(rise * self._forgetting + 1.0 - rise)
        return True


def _n_weights(element: Any) -> int:  # noqa: ANN401 (ElementModel)
    return sum(int(np.prod(variable.shape[1:])) for variable in element.variables)


def _columns(derivatives: list[Tensor]) -> Tensor:
    """Put derivatives by variable, (m, n_members, ...) each, together: (n_members, m, n_weights)."""
    flat = [tf.reshape(each, (tf.shape(each)[0], each.shape[1], -1)) for each in derivatives]
    return tf.cast(tf.transpose(tf.concat(flat, axis=2), (1, 0, 2)), "float64")

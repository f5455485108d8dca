"""Radial basis functions of one element as TensorFlow variables, and their part of the potential file.

    E = α + Σ_k β_k exp(-γ_k |z - Θ_k|²) + s · z

The linear parameters c = (β, s, α) are solved for, not searched: `potential_fit`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.model_config import RadialBasisModel
from nnmanybody.rbf.centers import kmeans_centers
from nnmanybody.training.element_model import Description
from nnmanybody.training.inputs import Whitening
from nnmanybody.training.moments import Moments
from nnmanybody.training.tensorflow import tf

FloatArray = NDArray[np.float64]
Tensor = Any


class RadialBasisElement:
    """Trainable radial basis functions of one element.

    Parameters
    ----------
    description : Description
        With whitening; functions without a direction of their own have zeros in its matrix.
    starts : sequence of (K, n_functions) float64
        Θ, of whitened inputs, to choose from; the first ones at first.
    config : RadialBasisModel
    dtype : "float64" or "float32"

    Attributes
    ----------
    ridge : float
        Of β in the direct fit; 0 before it.
    """

    def __init__(
        self, description: Description, starts: Sequence[FloatArray], config: RadialBasisModel, dtype: str
    ) -> None:
        self.starts = tuple(starts)
        centers = self.starts[0]
        self.description = description
        self.n_members = 1
        whitening = description.whitening
        matrix = np.eye(centers.shape[1]) if whitening is None else whitening.matrix
        self.directions = np.flatnonzero(matrix.any(axis=0))
        self.shortcut = config.shortcut
        self.ridge = 0.0
        n_gammas = len(centers) if config.widths == "per_center" else 1
        n_linear = len(centers) + (len(self.directions) if config.shortcut else 0) + 1

        def variable(value: FloatArray, name: str) -> Tensor:
            return tf.Variable(np.asarray(value, dtype=dtype), dtype=dtype, name=f"{description.element}/{name}")

        self.centers = variable(centers[None], "centers")
        self.log_gammas = variable(np.zeros((1, n_gammas)), "log_gammas")
        self.linear = variable(np.zeros((1, n_linear)), "linear")

    @property
    def n_centers(self) -> int:
        """K."""
        return int(self.centers.shape[1])

    @property
    def weights(self) -> list[Any]:
        """Variables that L2 regularisation applies to: none, as the ridge is theirs."""
        return []

    @property
    def variables(self) -> list[Any]:
        """All trainable variables, in a fixed order."""
        return [self.centers, self.log_gammas, self.linear]

    @property
    def coefficients(self) -> FloatArray:
        """(β, s, α), eV."""
        return np.asarray(self.linear.numpy()[0], dtype=np.float64)

    def set_centers(self, start: int) -> None:
        """Begin with one of the sets of centers."""
        self.centers.assign(self.starts[start][None])

    def set_gamma(self, gamma: float) -> None:
        """Give all centers one width."""
        self.log_gammas.assign(np.full(self.log_gammas.shape, np.log(gamma)))

    def energies(self, inputs: Tensor) -> Tensor:
        """Atomic energies less the reference energy, (1, m) eV, from (1, m, n_functions) inputs."""
        with tf.name_scope(self.description.element):
            square = tf.reduce_sum(inputs**2, axis=2)[:, :, None] + tf.reduce_sum(self.centers**2, axis=2)[:, None]
            distance = square - 2.0 * tf.matmul(inputs, self.centers, transpose_b=True)
            columns = [tf.exp(-tf.exp(self.log_gammas)[:, None] * distance)]
            if self.shortcut:
                columns.append(tf.gather(inputs, self.directions, axis=2))
            columns.append(tf.ones_like(inputs[:, :, :1]))
            return tf.matmul(tf.concat(columns, axis=2), self.linear[:, :, None])[:, :, 0]

    def columns(self, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what (β, s, α) multiply, (m, P), and its derivatives by the inputs, (m, n_functions, P)."""
        centers = self.centers.numpy()[0].astype(np.float64)
        gammas = np.broadcast_to(np.exp(self.log_gammas.numpy()[0].astype(np.float64)), len(centers))
        apart = inputs[:, None] - centers
        kernel = np.exp(-gammas * (apart**2).sum(axis=2))
        slopes = (-2.0 * (gammas * kernel)[:, :, None] * apart).transpose(0, 2, 1)
        m, n = inputs.shape
        values, gradients = [kernel], [slopes]
        if self.shortcut:
            values.append(inputs[:, self.directions])
            gradients.append(np.broadcast_to(np.eye(n)[:, self.directions], (m, n, len(self.directions))))
        values.append(np.ones((m, 1)))
        gradients.append(np.zeros((m, n, 1)))
        return np.concatenate(values, axis=1), np.concatenate(gradients, axis=2)

    def section(self) -> _core.ElementSection:
        """Return the element's part of a potential file; the mean of the whitening goes into centers and constant."""
        description = self.description
        n_functions = len(description.functions)
        whitening = description.whitening or Whitening(np.zeros(n_functions), np.eye(n_functions))
        matrix = whitening.matrix[:, self.directions].T
        shift = matrix @ whitening.mean
        linear, n_centers = self.coefficients, self.n_centers
        centers = self.centers.numpy()[0].astype(np.float64)[:, self.directions]
        gammas = np.broadcast_to(np.exp(self.log_gammas.numpy()[0].astype(np.float64)), n_centers)
        shortcut = linear[n_centers:-1] if self.shortcut else None
        constant = float(linear[-1]) - (0.0 if shortcut is None else float(shortcut @ shift))
        model = _core.RadialBasis(matrix, centers + shift, gammas, linear[:n_centers], constant, shortcut)
        return _core.ElementSection(
            description.element,
            description.reference_energy,
            list(description.functions),
            description.statistics,
            description.scaling,
            model,
        )


def new_radial_basis(
    description: Description,
    *,
    moments: Moments,
    kept: Sequence[int],
    table: FloatArray,
    config: RadialBasisModel,
    rng: np.random.Generator,
    dtype: str,
) -> RadialBasisElement:
    """Whiten the functions and put centers where the atoms are, by k-means++; the weights are still zero.

    Parameters
    ----------
    description : Description
        Without whitening.
    moments : Moments
        Of all candidates over the training atoms.
    kept : sequence of int
        Those of the description.
    table : (n_atoms, n_functions) float64
        Values of the description's functions, to find centers in.
    config : RadialBasisModel
    rng : numpy.random.Generator
    dtype : "float64" or "float32"
    """
    whitening = Whitening.directions(*description.scaled_moments(moments, kept), config.smallest_direction)
    whitened = replace(description, whitening=whitening, energy_scale=1.0)
    inputs = whitened.transform.values(table)
    starts = [kmeans_centers(inputs, min(config.centers, len(table)), rng) for _ in range(config.starts)]
    return RadialBasisElement(whitened, starts, config, dtype)

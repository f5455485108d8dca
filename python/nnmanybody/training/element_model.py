"""The networks of one element as TensorFlow variables: atomic energies, and their part of the potential file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.network_config import NetworkShape
from nnmanybody.training.inputs import InputTransform, Scaling, Whitening, fold_whitening, scaling_coefficients
from nnmanybody.training.moments import Moments
from nnmanybody.training.tensorflow import keras, tf

FloatArray = NDArray[np.float64]

MemberLayers = tuple[list[FloatArray], list[FloatArray], FloatArray | None]
"""Kernels (n_in, n_out), biases (n_out,) and shortcut (n_functions, 1) of one network."""

ACTIVATIONS = {
    "identity": tf.identity,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "relu": tf.nn.relu,
    "softplus": tf.math.softplus,
    "silu": lambda u: u * tf.sigmoid(u),
}


@dataclass(frozen=True)
class Description:
    """What an element's network is given to see.

    Attributes
    ----------
    element : str
    functions : tuple of _core.SymmetryFunction
    statistics : (n_functions, 4) float64
        Minimum, maximum, mean, standard deviation over the training part.
    scaling : (kind, lower, upper)
    whitening : Whitening, optional
    reference_energy : float, eV
    energy_scale : float, eV
        What the networks put out is multiplied by it: weights then have the same size whatever the energies are.
    """

    element: str
    functions: tuple[_core.SymmetryFunction, ...]
    statistics: FloatArray
    scaling: Scaling
    whitening: Whitening | None
    reference_energy: float
    energy_scale: float = 1.0

    @property
    def transform(self) -> InputTransform:
        """From values of the functions to inputs of the network."""
        return InputTransform(*scaling_coefficients(self.scaling, self.statistics), self.whitening)

    def scaled_moments(self, moments: Moments, kept: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the scaled functions, from moments of all candidates and the numbers of the kept."""
        mean, covariance = moments.mean[list(kept)], moments.covariance[np.ix_(kept, kept)]
        return self.transform.scaled_moments(mean, covariance)


class ElementModel:
    """Trainable networks of one element: members of a committee, all of one shape, with inputs in common.

    Parameters
    ----------
    description : Description
    kernels : sequence of (n_members, n_in, n_out) float64
    biases : sequence of (n_members, n_out) float64
    activations : sequence of str
    shortcut : (n_members, n_functions, 1) float64, optional
        Weights of the linear path from the inputs to the atomic energy.
    dtype : "float64" or "float32"
    """

    def __init__(
        self,
        description: Description,
        kernels: Sequence[FloatArray],
        biases: Sequence[FloatArray],
        activations: Sequence[str],
        *,
        shortcut: FloatArray | None,
        dtype: str,
    ) -> None:
        self.description = description
        self.activations = tuple(activations)
        self._dtype = dtype
        self.kernels = [self._variable(kernel, n, "weights") for n, kernel in enumerate(kernels, start=1)]
        self.biases = [self._variable(bias, n, "biases") for n, bias in enumerate(biases, start=1)]
        self.shortcut = None if shortcut is None else self._variable(shortcut, "shortcut", "weights")

    def _variable(self, value: FloatArray, layer: int | str, name: str) -> Any:  # noqa: ANN401 (tf.Variable)
        layer = f"layer_{layer}" if isinstance(layer, int) else layer
        return tf.Variable(
            np.asarray(value, dtype=self._dtype), dtype=self._dtype, name=f"{self.description.element}/{layer}/{name}"
        )

    @property
    def n_members(self) -> int:
        """How many networks there are."""
        return int(self.kernels[0].shape[0])

    @property
    def weights(self) -> list[Any]:
        """Variables that L2 regularisation applies to."""
        return [*self.kernels, *([] if self.shortcut is None else [self.shortcut])]

    @property
    def variables(self) -> list[Any]:
        """All trainable variables, in a fixed order."""
        return [*self.weights, *self.biases]

    def energies(self, inputs: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        """Atomic energies less the reference energy, (n_members, m) eV, from (n_members, m, n_functions) inputs."""
        with tf.name_scope(self.description.element):
            signal = inputs
            layers = zip(self.kernels, self.biases, self.activations, strict=True)
            for number, (kernel, bias, activation) in enumerate(layers, start=1):
                with tf.name_scope(f"layer_{number}"):
                    before = tf.add(tf.matmul(signal, kernel), bias[:, None, :], name="preactivation")
                    signal = ACTIVATIONS[activation](before)
            if self.shortcut is not None:
                with tf.name_scope("shortcut"):
                    signal += tf.matmul(inputs, self.shortcut)
            return tf.multiply(tf.squeeze(signal, axis=2), self.description.energy_scale, name="atomic_energies")

    def members(self) -> list[MemberLayers]:
        """Kernels, biases and shortcut (n_functions, 1) of every member, such that the output is in eV."""
        scale = self.description.energy_scale
        kernels, biases = _numbers(self.kernels), _numbers(self.biases)
        shortcuts = [None] * self.n_members if self.shortcut is None else list(scale * _numbers([self.shortcut])[0])
        kernels[-1], biases[-1] = scale * kernels[-1], scale * biases[-1]
        return [
            ([kernel[member] for kernel in kernels], [bias[member] for bias in biases], shortcut)
            for member, shortcut in enumerate(shortcuts)
        ]

    def section(self) -> _core.ElementSection:
        """Return the element's part of a potential file, whitening folded into the weights."""
        description = self.description
        return _core.ElementSection(
            description.element,
            description.reference_energy,
            list(description.functions),
            description.statistics,
            description.scaling,
            [self._network(*member) for member in self.members()],
        )

    def _network(
        self, kernels: list[FloatArray], biases: list[FloatArray], shortcut: FloatArray | None
    ) -> _core.Network:
        whitening = self.description.whitening
        if whitening is not None:
            kernels[0], biases[0] = fold_whitening(kernels[0], biases[0], whitening)
            if shortcut is not None:
                shortcut, biases[-1] = fold_whitening(shortcut, biases[-1], whitening)
        return _core.Network(
            [kernel.T for kernel in kernels],
            biases,
            list(self.activations),
            None if shortcut is None else shortcut[:, 0],
        )


def _numbers(variables: Sequence[Any]) -> list[FloatArray]:
    return [variable.numpy().astype(np.float64) for variable in variables]


def new_element_model(
    description: Description,
    shape: NetworkShape,
    *,
    initializer: Mapping[str, Any],
    rng: np.random.Generator,
    output_bias: float,
    dtype: str,
    n_members: int = 1,
) -> ElementModel:
    """Make networks with random weights; biases are zero, as is the shortcut.

    Parameters
    ----------
    description : Description
    shape : NetworkShape
    initializer : mapping
        `class_name` and `config` of a Keras initializer.
    rng : numpy.random.Generator
        Gives every layer of every member its seed.
    output_bias : float, eV
        Bias of the last layer: the mean atomic energy that the reference energy leaves over.
    dtype : "float64" or "float32"
    n_members : int
        Networks of the committee.
    """
    sizes = (len(description.functions), *shape.hidden_layers, 1)

    def draw(n_in: int, n_out: int) -> FloatArray:
        config = {**initializer["config"], "seed": int(rng.integers(2**31))}
        drawing = keras.initializers.get({"class_name": initializer["class_name"], "config": config})
        return np.asarray(drawing((n_in, n_out), dtype="float64"))

    members = [[draw(n_in, n_out) for n_in, n_out in pairwise(sizes)] for _ in range(n_members)]
    kernels = [np.stack(layer) for layer in zip(*members, strict=True)]
    biases = [np.zeros((n_members, n_out)) for n_out in sizes[1:]]
    biases[-1][:] = output_bias / description.energy_scale
    shortcut = np.zeros((n_members, sizes[0], 1)) if shape.shortcut else None
    return ElementModel(description, kernels, biases, shape.activations, shortcut=shortcut, dtype=dtype)

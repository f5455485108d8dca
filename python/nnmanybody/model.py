"""The networks of a potential as TensorFlow variables: atomic energies, and to and from the potential file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.config import NetworkShape
from nnmanybody.potential import Potential
from nnmanybody.training.inputs import (
    InputTransform,
    Scaling,
    Whitening,
    change_scaling,
    fold_whitening,
    scaling_coefficients,
    unfold_whitening,
)
from nnmanybody.training.tensorflow import keras, tf

FloatArray = NDArray[np.float64]

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
    """

    element: str
    functions: tuple[_core.SymmetryFunction, ...]
    statistics: FloatArray
    scaling: Scaling
    whitening: Whitening | None
    reference_energy: float

    @property
    def transform(self) -> InputTransform:
        """From values of the functions to inputs of the network."""
        return InputTransform(*scaling_coefficients(self.scaling, self.statistics), self.whitening)


class ElementModel:
    """Trainable network of one element.

    Parameters
    ----------
    description : Description
    kernels : sequence of (n_in, n_out) float64
    biases : sequence of (n_out,) float64
    activations : sequence of str
    shortcut : (n_functions, 1) float64, optional
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
    def weights(self) -> list[Any]:
        """Variables that L2 regularisation applies to."""
        return [*self.kernels, *([] if self.shortcut is None else [self.shortcut])]

    @property
    def variables(self) -> list[Any]:
        """All trainable variables, in a fixed order."""
        return [*self.weights, *self.biases]

    def energies(self, inputs: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        """Atomic energies less the reference energy, (m,) eV, from (m, n_functions) inputs."""
        with tf.name_scope(self.description.element):
            signal = inputs
            layers = zip(self.kernels, self.biases, self.activations, strict=True)
            for number, (kernel, bias, activation) in enumerate(layers, start=1):
                with tf.name_scope(f"layer_{number}"):
                    before = tf.add(tf.matmul(signal, kernel), bias, name="preactivation")
                    signal = ACTIVATIONS[activation](before)
            if self.shortcut is not None:
                with tf.name_scope("shortcut"):
                    signal += tf.matmul(inputs, self.shortcut)
            return tf.squeeze(signal, axis=1, name="atomic_energies")

    def section(self) -> _core.ElementSection:
        """Return the element's part of a potential file, whitening folded into the weights."""
        kernels = [kernel.numpy().astype(np.float64) for kernel in self.kernels]
        biases = [bias.numpy().astype(np.float64) for bias in self.biases]
        shortcut = None if self.shortcut is None else self.shortcut.numpy().astype(np.float64)
        description = self.description
        if description.whitening is not None:
            kernels[0], biases[0] = fold_whitening(kernels[0], biases[0], description.whitening)
            if shortcut is not None:
                shortcut, biases[-1] = fold_whitening(shortcut, biases[-1], description.whitening)
        network = _core.Network(
            [kernel.T for kernel in kernels],
            biases,
            list(self.activations),
            None if shortcut is None else shortcut[:, 0],
        )
        return _core.ElementSection(
            description.element,
            description.reference_energy,
            list(description.functions),
            description.statistics,
            description.scaling,
            network,
        )


class Model:
    """The networks of all elements of a potential."""

    def __init__(self, elements: Sequence[ElementModel]) -> None:
        self.elements = tuple(elements)

    @property
    def variables(self) -> list[Any]:
        """All trainable variables, in a fixed order."""
        return [variable for element in self.elements for variable in element.variables]

    @property
    def weights(self) -> list[Any]:
        """Variables that L2 regularisation applies to."""
        return [variable for element in self.elements for variable in element.weights]

    def values(self) -> list[NDArray[Any]]:
        """Copy all variables."""
        return [variable.numpy().copy() for variable in self.variables]

    def assign(self, values: Sequence[Any]) -> None:
        """Set all variables."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)

    @contextmanager
    def holding(self, values: Sequence[Any] | None) -> Iterator[None]:
        """Hold other values for a while; None changes nothing."""
        if values is None:
            yield
            return
        own = self.values()
        self.assign(values)
        try:
            yield
        finally:
            self.assign(own)

    def definition(
        self, provenance: Sequence[tuple[str, str]] = (), header: Mapping[str, str] | None = None
    ) -> _core.PotentialDefinition:
        """Everything that the potential file holds."""
        return _core.PotentialDefinition(
            [element.section() for element in self.elements], list(provenance), header or {}
        )


def new_element_model(
    description: Description,
    shape: NetworkShape,
    *,
    initializer: Mapping[str, Any],
    rng: np.random.Generator,
    output_bias: float,
    dtype: str,
) -> ElementModel:
    """Make a network with random weights; biases are zero, as is the shortcut.

    Parameters
    ----------
    description : Description
    shape : NetworkShape
    initializer : mapping
        `class_name` and `config` of a Keras initializer.
    rng : numpy.random.Generator
        Gives every layer its seed.
    output_bias : float, eV
        Bias of the last layer: the mean atomic energy that the reference energy leaves over.
    dtype : "float64" or "float32"
    """
    sizes = (len(description.functions), *shape.hidden_layers, 1)
    kernels = []
    for n_in, n_out in pairwise(sizes):
        config = {**initializer["config"], "seed": int(rng.integers(2**31))}
        draw = keras.initializers.get({"class_name": initializer["class_name"], "config": config})
        kernels.append(np.asarray(draw((n_in, n_out), dtype="float64")))
    biases = [np.zeros(n_out) for n_out in sizes[1:]]
    biases[-1][0] = output_bias
    shortcut = np.zeros((sizes[0], 1)) if shape.shortcut else None
    return ElementModel(description, kernels, biases, shape.activations, shortcut=shortcut, dtype=dtype)


def element_model_from_section(section: _core.ElementSection, dtype: str = "float64") -> ElementModel:
    """Make the trainable network of an element of a potential file."""
    network = section.network
    description = Description(
        element=section.element,
        functions=tuple(section.functions),
        statistics=section.statistics,
        scaling=section.scaling,
        whitening=None,
        reference_energy=section.reference_energy,
    )
    kernels = [np.asarray(weights).T for weights in network.weights]
    shortcut = None if network.shortcut is None else np.asarray(network.shortcut).reshape(-1, 1)
    biases = [np.asarray(bias) for bias in network.biases]
    return ElementModel(description, kernels, biases, network.activations, shortcut=shortcut, dtype=dtype)


def model_from_potential(path: str | Path, precision: str = "float64") -> Model:
    """Read a potential file back into trainable networks.

    Parameters
    ----------
    path : path
    precision : "float64" or "float32"

    Raises
    ------
    NNPError
        If the file is missing or malformed.
    """
    definition = Potential.read(path).definition
    return Model([element_model_from_section(section, precision) for section in definition.sections])


def with_inputs(model: ElementModel, statistics: FloatArray, whitening: Whitening | None) -> ElementModel:
    """Return the same function of the structure as a network on other inputs.

    Parameters
    ----------
    model : ElementModel
        Without whitening.
    statistics : (n_functions, 4) float64
        Those the new scaling goes by.
    whitening : Whitening, optional
        Of the newly scaled functions.
    """
    old = scaling_coefficients(model.description.scaling, model.description.statistics)
    new = scaling_coefficients(model.description.scaling, statistics)
    kernels = [kernel.numpy().astype(np.float64) for kernel in model.kernels]
    biases = [bias.numpy().astype(np.float64) for bias in model.biases]
    shortcut = None if model.shortcut is None else model.shortcut.numpy().astype(np.float64)
    kernels[0], biases[0] = change_scaling(kernels[0], biases[0], old, new)
    if shortcut is not None:
        shortcut, biases[-1] = change_scaling(shortcut, biases[-1], old, new)
    if whitening is not None:
        kernels[0], biases[0] = unfold_whitening(kernels[0], biases[0], whitening)
        if shortcut is not None:
            shortcut, biases[-1] = unfold_whitening(shortcut, biases[-1], whitening)
    description = replace(model.description, statistics=statistics, whitening=whitening)
    return ElementModel(
        description, kernels, biases, model.activations, shortcut=shortcut, dtype=model.kernels[0].dtype.name
    )

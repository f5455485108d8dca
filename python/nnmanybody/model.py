"""The models of a potential as TensorFlow variables: all elements, to and from the potential file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.errors import NNPError
from nnmanybody.potential import Potential
from nnmanybody.training.element_model import Description, ElementModel, new_element_model
from nnmanybody.training.inputs import Whitening, change_scaling, scaling_coefficients, unfold_whitening
from nnmanybody.training.trainable import TrainableElement

__all__ = [
    "Description",
    "ElementModel",
    "Model",
    "element_model_from_section",
    "model_from_potential",
    "new_element_model",
    "with_inputs",
]

FloatArray = NDArray[np.float64]


class Model:
    """The models of all elements of a potential.

    Parameters
    ----------
    elements : sequence of TrainableElement
    threads : int, optional
        Of the core, where it computes products with Jacobians; all cores by default.
    pair_core : PairCore, optional
        Beside the networks in the potential; there is nothing to train of it.
    """

    def __init__(
        self,
        elements: Sequence[TrainableElement],
        threads: int | None = None,
        pair_core: _core.PairCore | None = None,
    ) -> None:
        self.elements = tuple(elements)
        self.threads = threads
        self.pair_core = pair_core

    @cached_property
    def descriptors(self) -> tuple[_core.Descriptor, ...]:
        """Functions of every element."""
        names = [network.description.element for network in self.elements]
        return tuple(_core.Descriptor(names, list(network.description.functions)) for network in self.elements)

    @property
    def networks(self) -> tuple[ElementModel, ...]:
        """All elements, for what is done with neural networks only."""
        return tuple(element for element in self.elements if isinstance(element, ElementModel))

    @property
    def n_members(self) -> int:
        """How many models every element has."""
        return self.elements[0].n_members

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
            [element.section() for element in self.elements], list(provenance), header or {}, self.pair_core
        )


def _shape(network: _core.Network) -> tuple[object, ...]:
    return [weights.shape for weights in network.weights], network.activations, network.shortcut is None


def element_model_from_section(section: _core.ElementSection, dtype: str = "float64") -> ElementModel:
    """Make the trainable network of an element of a potential file, or those of the members of its committee.

    Raises
    ------
    NNPError
        If the members do not have the same layers.
    """
    other = [model.kind for model in section.models if model.kind != "network"]
    if other:
        raise NNPError(f"element {section.element}: only neural networks can be trained further, this is a {other[0]}")
    networks = section.networks
    network = networks[0]
    if any(_shape(other) != _shape(network) for other in networks):
        raise NNPError(f"element {section.element}: expected members with the same layers and activation functions")
    description = Description(
        element=section.element,
        functions=tuple(section.functions),
        statistics=section.statistics,
        scaling=section.scaling,
        whitening=None,
        reference_energy=section.reference_energy,
    )
    kernels = [np.stack(layers).swapaxes(1, 2) for layers in zip(*(one.weights for one in networks), strict=True)]
    shortcuts = [one.shortcut for one in networks if one.shortcut is not None]
    shortcut = np.stack(shortcuts)[:, :, None] if shortcuts else None
    biases = [np.stack(layers) for layers in zip(*(one.biases for one in networks), strict=True)]
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
    sections = [element_model_from_section(section, precision) for section in definition.sections]
    return Model(sections, pair_core=definition.pair_core)


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
    adapted = []
    for kernels, biases, shortcut in model.members():
        kernels[0], biases[0] = change_scaling(kernels[0], biases[0], old, new)
        if shortcut is not None:
            shortcut, biases[-1] = change_scaling(shortcut, biases[-1], old, new)  # noqa: PLW2901 (its new form)
        if whitening is not None:
            kernels[0], biases[0] = unfold_whitening(kernels[0], biases[0], whitening)
            if shortcut is not None:
                shortcut, biases[-1] = unfold_whitening(shortcut, biases[-1], whitening)  # noqa: PLW2901
        adapted.append((kernels, biases, shortcut))
    all_kernels, all_biases, shortcuts = zip(*adapted, strict=True)
    return ElementModel(
        replace(model.description, statistics=statistics, whitening=whitening, energy_scale=1.0),
        [np.stack(layer) for layer in zip(*all_kernels, strict=True)],
        [np.stack(layer) for layer in zip(*all_biases, strict=True)],
        model.activations,
        shortcut=None if shortcuts[0] is None else np.stack(shortcuts),
        dtype=model.kernels[0].dtype.name,
    )

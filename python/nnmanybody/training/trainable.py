"""What a training asks of the model of an element, whatever its kind."""

from typing import Any, Protocol

from nnmanybody import _core
from nnmanybody.training.element_model import Description


class TrainableElement(Protocol):
    """Atomic energies of one element as TensorFlow computes them, and their part of the potential file."""

    @property
    def description(self) -> Description:
        """What the model is given to see."""
        ...

    @property
    def n_members(self) -> int:
        """Models of the committee."""
        ...

    @property
    def weights(self) -> list[Any]:
        """Variables that L2 regularisation applies to."""
        ...

    @property
    def variables(self) -> list[Any]:
        """All trainable variables, in a fixed order, each with a leading axis of members."""
        ...

    def energies(self, inputs: Any) -> Any:  # noqa: ANN401 (tf.Tensor)
        """Atomic energies less the reference energy, (n_members, m) eV, from (n_members, m, n_functions) inputs."""
        ...

    def section(self) -> _core.ElementSection:
        """Return the element's part of a potential file."""
        ...

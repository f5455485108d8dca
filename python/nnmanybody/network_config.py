"""Shapes of the networks and how their weights start, as the configuration of a training has them."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from nnmanybody.descriptor_config import Element
from nnmanybody.yaml_config import Section, named

Activation = Literal["identity", "tanh", "sigmoid", "relu", "softplus", "silu"]


class VarianceScaling(Section):
    """Keras's initializers of these names; they have no parameters."""

    kind: Literal["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"] = "glorot_uniform"


class Normal(Section):
    """Normal distribution."""

    kind: Literal["normal"]
    mean: float = 0.0
    stddev: PositiveFloat = 0.1


class Uniform(Section):
    """Uniform distribution."""

    kind: Literal["uniform"]
    minval: float = -0.1
    maxval: float = 0.1


InitializationConfig = Annotated[VarianceScaling | Normal | Uniform, Field(discriminator="kind"), named("kind")]


class NetworkShape(Section):
    """Shape of the networks."""

    hidden_layers: tuple[PositiveInt, ...] = (32, 32)
    activation: Activation | tuple[Activation, ...] = "silu"  # one for all hidden layers, or one each
    shortcut: bool = True  # a linear path from the inputs to the atomic energy

    @model_validator(mode="after")
    def _check(self) -> "NetworkShape":
        if not isinstance(self.activation, str) and len(self.activation) != len(self.hidden_layers):
            raise ValueError(
                f"expected one activation for each of the {len(self.hidden_layers)} hidden layers "
                f"or one name for all, got {len(self.activation)}"
            )
        return self

    @property
    def activations(self) -> tuple[str, ...]:
        """Of every layer; the last one, the atomic energy, is linear."""
        hidden = (self.activation,) * len(self.hidden_layers) if isinstance(self.activation, str) else self.activation
        return (*hidden, "identity")


class NetworkConfig(NetworkShape):
    """Shape of the networks and how their weights start."""

    initialization: InitializationConfig = VarianceScaling()
    members: PositiveInt = 4  # networks per element, whose mean is the potential
    elements: dict[Element, NetworkShape] = Field(default_factory=dict)  # shapes of single elements

    def for_element(self, element: str) -> NetworkShape:
        """Return the shape of one element's network."""
        return self.elements.get(element, self)

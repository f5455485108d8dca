"""Which atomic model a training makes, as the configuration names it: `model: {kind: composable, ...}`."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from nnmanybody.yaml_config import Section


class NetworkModel(Section):
    """The multilayer perceptron; its shape is the section `network`."""

    kind: Literal["network"] = "network"


class ComposableModel(Section):
    """An expression of pair-cluster functions; `docs/models.md` has the notation, the formulas and the fit."""

    kind: Literal["composable"]
    expression: str  # such as "E[G8L4] + N[E[G8L4]]"
    cutoff: PositiveFloat = 5.0  # Å
    cutoff_function: Literal["poly3", "poly4", "exp", "quartic", "biquartic", "cosine_squared"] = "poly3"
    energy_weight: PositiveFloat = 1.0  # 1/eV², of the squared error of a structure's energy beside 1 Å²/eV² of forces
    trials: PositiveInt = 60  # of the Bayesian optimization, each time a submodel has its turn
    random_trials: NonNegativeInt = 20  # of these, the first ones
    cycles: PositiveInt = 2  # turns of every submodel
    starts: PositiveInt = 7  # of alternating least squares, for products
    gradient_steps: NonNegativeInt = 0  # of L-BFGS over all parameters at once, at last


ModelConfig = Annotated[NetworkModel | ComposableModel, Field(discriminator="kind")]

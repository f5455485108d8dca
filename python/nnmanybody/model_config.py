"""Which atomic model a training makes, as the configuration names it: `model: rbf` or `model: {kind: rbf, ...}`."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from nnmanybody.yaml_config import Section


class NetworkModel(Section):
    """The multilayer perceptron; its shape is the section `network`."""

    kind: Literal["network"] = "network"


class RadialBasisModel(Section):
    """Radial basis functions of the whitened symmetry functions; `docs/models.md` has the formula and the fit."""

    kind: Literal["rbf"]
    centers: PositiveInt = 40  # per element
    starts: PositiveInt = 3  # of k-means, to choose from
    shortcut: bool = True  # a linear function of the inputs beside them
    widths: Literal["global", "per_center"] = "global"  # pruning needs one width for all
    gammas: tuple[PositiveFloat, ...] = Field((0.003, 0.01, 0.03), min_length=1)  # to choose from
    ridges: tuple[NonNegativeFloat, ...] = Field((1e-12, 1e-10, 1e-8, 1e-6, 1e-4), min_length=1)  # to choose from
    folds: int = Field(4, ge=2)  # parts of the training frames, each held out once, that the choices are made by
    smallest_direction: PositiveFloat = 1e-3  # deviation, of the largest, of a principal component that is kept

    @staticmethod
    def training_defaults() -> dict[str, object]:
        """Return what holds where nothing else is said: few full-batch steps, as the fit begins with the solution."""
        return {
            "precision": "float64",  # weights are large and opposed
            "inputs": "memory",
            "average": None,
            "refit": None,
            "epochs": 10,
            "last_stretch": {"epochs": 10, "iterations": 10},
        }


class ComposableModel(Section):
    """An expression of pair-cluster functions; `docs/composable.md` has the notation, the formulas and the fit."""

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


ModelConfig = Annotated[NetworkModel | RadialBasisModel | ComposableModel, Field(discriminator="kind")]

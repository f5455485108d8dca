"""Optimizers and learning-rate schedules as the configuration names them; parameters are Keras's."""

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)


class _Optimizer(BaseModel):
    """Parameters that all optimizers share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    learning_rate: PositiveFloat = 0.001
    weight_decay: NonNegativeFloat | None = None
    clipnorm: PositiveFloat | None = None
    clipvalue: PositiveFloat | None = None
    global_clipnorm: PositiveFloat | None = None

    @model_validator(mode="after")
    def _check(self) -> "_Optimizer":
        if sum(clip is not None for clip in (self.clipnorm, self.clipvalue, self.global_clipnorm)) > 1:
            raise ValueError("only one of clipnorm, clipvalue, global_clipnorm can be given")
        return self

    def parameters(self) -> dict[str, Any]:
        """Return the keyword arguments of the Keras class."""
        return self.model_dump(exclude={"name"}, exclude_none=True)


class SGD(_Optimizer):
    """Plain gradient descent."""

    name: Literal["sgd"]
    learning_rate: PositiveFloat = 0.01


class Momentum(_Optimizer):
    """Gradient descent with momentum: Keras's SGD."""

    name: Literal["momentum"]
    learning_rate: PositiveFloat = 0.01
    momentum: float = Field(0.9, ge=0.0, lt=1.0)
    nesterov: bool = False


class Adagrad(_Optimizer):
    """Step sizes from the sum of squared gradients."""

    name: Literal["adagrad"]
    initial_accumulator_value: NonNegativeFloat = 0.1
    epsilon: PositiveFloat = 1e-7


class Adadelta(_Optimizer):
    """Step sizes from decaying averages of squared gradients and squared steps."""

    name: Literal["adadelta"]
    learning_rate: PositiveFloat = 1.0  # Keras's 0.001 hardly moves; 1 is the original algorithm
    rho: float = Field(0.95, ge=0.0, lt=1.0)
    epsilon: PositiveFloat = 1e-7


class Adam(_Optimizer):
    """Step sizes from decaying averages of the gradients and their squares."""

    name: Literal["adam"] = "adam"
    learning_rate: PositiveFloat = 0.01
    beta_1: float = Field(0.9, ge=0.0, lt=1.0)
    beta_2: float = Field(0.95, ge=0.0, lt=1.0)
    epsilon: PositiveFloat = 1e-7
    amsgrad: bool = False


class Kalman(BaseModel):
    """Extended Kalman filter over energies and sampled force components; `training/kalman.py` has its equations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["kalman"]
    learning_rate: PositiveFloat = 1.0  # of the gain; the schedule applies to it
    forces_per_step: NonNegativeInt = 40  # components drawn from each batch
    covariance: PositiveFloat = 1.0  # of the first weights
    process_noise: NonNegativeFloat = 1e-6
    forgetting: float = Field(0.98, gt=0.0, le=1.0)  # at first; rises to 1 ...
    forgetting_rate: float = Field(0.999, gt=0.0, le=1.0)  # ... by λ <- rate λ + 1 - rate


OptimizerConfig = Annotated[SGD | Momentum | Adagrad | Adadelta | Adam | Kalman, Field(discriminator="name")]


class LastStretch(BaseModel):
    """Epochs at the end, each so many iterations of full-batch L-BFGS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: PositiveInt = 5
    iterations: PositiveInt = 20
    memory: PositiveInt = 20


class _Schedule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Constant(_Schedule):
    """The optimizer's learning rate throughout."""

    kind: Literal["constant"] = "constant"


class Exponential(_Schedule):
    """rate = learning_rate * factor^(epoch / epochs), falling with every step."""

    kind: Literal["exponential"]
    factor: float = Field(0.5, gt=0.0, le=1.0)
    epochs: PositiveFloat = 100.0


class Cosine(_Schedule):
    """Up in a straight line for `warmup_epochs`, then down a half cosine to `final` times the rate at the end."""

    kind: Literal["cosine"] = "cosine"
    warmup_epochs: NonNegativeFloat = 2.0
    final: float = Field(0.0, ge=0.0, le=1.0)


class Piecewise(_Schedule):
    """`rates[k]` until epoch `boundaries[k]`, the last one from then on."""

    kind: Literal["piecewise"]
    boundaries: tuple[PositiveFloat, ...]
    rates: tuple[PositiveFloat, ...]

    @model_validator(mode="after")
    def _check(self) -> "Piecewise":
        if len(self.rates) != len(self.boundaries) + 1:
            raise ValueError(
                f"expected one rate more than boundaries, got {len(self.rates)} rates "
                f"and {len(self.boundaries)} boundaries"
            )
        if any(later <= earlier for earlier, later in pairwise(self.boundaries)):
            raise ValueError("the boundaries must grow")
        return self


class Plateau(_Schedule):
    """rate *= factor when the validation loss has not fallen by `min_delta` for `patience` epochs."""

    kind: Literal["plateau"]
    factor: float = Field(0.5, gt=0.0, lt=1.0)
    patience: int = Field(20, ge=1)
    min_delta: NonNegativeFloat = 0.0
    min_learning_rate: NonNegativeFloat = 0.0


ScheduleConfig = Annotated[Constant | Exponential | Cosine | Piecewise | Plateau, Field(discriminator="kind")]

"""Symmetry functions, their scaling and whitening, as the configuration names them."""

from typing import Annotated, Literal, TypeAlias

from ase.data import chemical_symbols
from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from nnmanybody.interval_set import Layer
from nnmanybody.yaml_config import FilePath, Section

Selection = Literal["drop", "report", "none", "cur", "farthest", "group_lasso"]
COUNTING = ("cur", "farthest", "group_lasso")
"""Ways to choose the best so many functions."""

ScalingKind = Literal["none", "minmax", "center", "minmax_center", "sigma"]

SCALING_BOUNDS: dict[ScalingKind, tuple[float, float]] = {
    "minmax": (-1.0, 1.0),
    "minmax_center": (0.0, 1.0),
    "sigma": (0.0, 1.0),
}
"""Usual bounds of the kinds that have them. The last two are centred: a lower bound would shift the mean."""


def _element(symbol: str) -> str:
    if symbol not in chemical_symbols[1:]:
        raise ValueError(f"{symbol!r} is not a chemical symbol")
    return symbol


Element: TypeAlias = Annotated[str, AfterValidator(_element)]


class _Analysed(Section):
    """What the analysis of a set (thesis 7.2.2) does.

    Nearly dependent functions still carry what whitening brings out: with 0.98, the threshold of `analyse_set`, 26 of
    40 functions stay for mlearn's Si, and the force error on held-out frames is 0.132 instead of 0.126 eV/Å with 0.999,
    which keeps 38 (`docs/accuracy.md`).
    """

    select: Selection = "report"
    count: PositiveInt | None = None  # of the functions of an element that "cur", "farthest", "group_lasso" choose
    range_threshold: NonNegativeFloat = 1e-3
    correlation_threshold: float = Field(0.999, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _check_count(self) -> "_Analysed":
        if (self.select in COUNTING) != (self.count is not None):
            raise ValueError(f"count goes with select: {', '.join(COUNTING)}, and these with a count")
        return self


class IntervalSet(_Analysed):
    """Functions over all intervals of shells (`interval_set`), lengths from the nearest neighbors in the data."""

    kind: Literal["intervals"] = "intervals"
    n_radial: NonNegativeInt = 16
    cutoff: PositiveFloat = 6.0  # Å
    inner_cutoff: PositiveFloat = 4.5  # Å; of the angular functions with fine shells
    inner_shells: NonNegativeInt | None = None  # by default 3, with more than one element 2
    inner_zetas: tuple[PositiveFloat, ...] = (1.0, 2.0, 4.0, 16.0)
    outer_shells: NonNegativeInt | None = None  # by default 3, 2 with two elements, 1 with more
    outer_zetas: tuple[PositiveFloat, ...] = (1.0, 2.0, 4.0)
    select: Selection = "drop"
    correlation_threshold: float = Field(0.99999, gt=0.0, le=1.0)  # nearly dependent ones still carry what counts

    @model_validator(mode="after")
    def _check(self) -> "IntervalSet":
        if self.inner_cutoff > self.cutoff:
            raise ValueError("inner_cutoff must not be beyond the cutoff")
        if self.n_radial == 0 and self.inner_shells == 0 and self.outer_shells == 0:
            raise ValueError("n_radial, inner_shells and outer_shells are all zero: there is no function")
        return self

    def layers(self, n_elements: int) -> tuple[Layer, ...]:
        """Return the angular layers, with fewer shells where pairs of elements are many."""
        inner = (3 if n_elements == 1 else 2) if self.inner_shells is None else self.inner_shells
        outer = max(1, 4 - n_elements) if self.outer_shells is None else self.outer_shells
        return Layer(self.inner_cutoff, inner, self.inner_zetas), Layer(self.cutoff, outer, self.outer_zetas)


class BehlerSet(_Analysed):
    """Functions generated from the distances in the data (thesis 7.2.1), then analysed (7.2.2)."""

    kind: Literal["behler"]
    n_radial: NonNegativeInt = 16
    n_angular: NonNegativeInt = 24
    cutoff: PositiveFloat = 6.0  # Å
    angular: Literal["G4", "G5", "both"] = "G5"
    angular_parts: Literal["shells", "cutoffs"] = "shells"  # how radial parts of angular functions differ
    shortest: PositiveFloat | None = None  # Å; from the data by default
    longest: PositiveFloat | None = None
    select: Selection = "drop"


class FileSet(_Analysed):
    """Functions from a file that `SymmetryFunctionSet.write` wrote."""

    kind: Literal["file"]
    path: FilePath


class ListedSet(_Analysed):
    """Functions written out, one line of the potential file each."""

    kind: Literal["list"]
    functions: dict[Element, tuple[str, ...]] = Field(min_length=1)


FunctionsConfig = Annotated[IntervalSet | BehlerSet | FileSet | ListedSet, Field(discriminator="kind")]


class ScalingConfig(Section):
    """Scaling of the functions before the network; bounds None stand for `SCALING_BOUNDS`."""

    kind: ScalingKind = "sigma"
    lower: float | None = None
    upper: float | None = None

    @model_validator(mode="after")
    def _check(self) -> "ScalingConfig":
        if self.kind not in SCALING_BOUNDS and (self.lower is not None or self.upper is not None):
            raise ValueError(f"scaling {self.kind} has no bounds lower and upper")
        if self.kind in SCALING_BOUNDS and self.bounds[0] >= self.bounds[1]:
            raise ValueError("the lower bound must be below the upper one")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper bound; of kinds without bounds, those that the core has and does not use."""
        lower, upper = SCALING_BOUNDS.get(self.kind, (0.0, 1.0))
        return (lower if self.lower is None else self.lower, upper if self.upper is None else self.upper)


class WhiteningConfig(Section):
    """Principal components of the scaled functions, each divided by sqrt(variance + floor * largest variance)."""

    floor: float = Field(0.01, ge=1e-8, le=1.0)

"""What `nnp sample` is told: one frozen object per section of loop.yaml, every default in sight."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from nnmanybody.sampling.sampling_rule import Rule
from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from nnmanybody.descriptor_config import Element
from nnmanybody.yaml_config import FilePath, FilePaths, Section, load_yaml

Scalar = str | int | float
OWN_VARIABLES = ("pair", "catch", "data", "seed", "steps")
"""Variables that the loop sets in every exploration."""


def _tuple(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class ConditionConfig(Section):
    """Simulations under one kind of condition; a variable with a list of values is a dimension of a grid."""

    name: str = Field(pattern=r"^[A-Za-z][\w-]*$")
    variables: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    structures: FilePaths = ()  # to begin with, any format of ASE: written as data file, variable `data`

    @field_validator("variables")
    @classmethod
    def _check(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name in OWN_VARIABLES or not re.fullmatch(r"\w+", name):
                raise ValueError(f"{name!r} cannot be a variable; the loop itself sets {', '.join(OWN_VARIABLES)}")
        return value


class StartConfig(Section):
    """What there is before the first iteration."""

    structures: FilePaths = ()  # those with energy and forces bring their label along
    pair: FilePath | None = None  # pair_style and pair_coeff of an empirical potential to explore with
    potential: FilePath | None = None  # *.nnp to explore with
    conditions: tuple[ConditionConfig, ...] = ()  # by default those of explore
    steps: PositiveInt | None = None  # by default those of explore
    most: PositiveInt = 50  # structures of the simulations, farthest from one another

    @model_validator(mode="after")
    def _check(self) -> StartConfig:
        if not self.structures and self.pair is None and self.potential is None:
            raise ValueError("needs `structures`, `pair` (an empirical potential) or `potential` to begin with")
        if self.pair is not None and self.potential is not None:
            raise ValueError("has `pair` and `potential`; the first exploration takes one of them")
        return self


class SampleConfig(Section):
    """The force-weighted rule, `compute nn/sample`."""

    alpha: dict[Element, PositiveFloat]  # eV/Å
    taumax: PositiveInt = 200  # steps
    atoms: PositiveInt = 1  # watched, chosen at random
    rule: Rule = "strict"


class TrapConfig(Section):
    """`fix nn/trap`: catch, and stop, above these (below, for the distance); the last good frame in any case."""

    every: PositiveInt = 10  # steps
    extrapolation: tuple[NonNegativeFloat, PositiveFloat | None] | None = None  # share of the range
    deviation: tuple[PositiveFloat, PositiveFloat | None] | None = None  # eV/Å
    force: tuple[PositiveFloat, PositiveFloat | None] | None = None  # eV/Å
    distance: tuple[PositiveFloat, PositiveFloat | None] | None = None  # Å
    cooldown: NonNegativeInt = 100  # steps
    max: PositiveInt = 20


class ExploreConfig(Section):
    """Simulations that look for what the potential does not know."""

    input: FilePath
    files: FilePaths = ()  # that the input includes or reads
    conditions: tuple[ConditionConfig, ...] = Field(min_length=1)
    steps: Annotated[tuple[PositiveInt, ...], BeforeValidator(_tuple)] = (2000,)  # by iteration; the last one repeats
    repeats: PositiveInt = 1  # of every condition, with seeds of their own
    sample: SampleConfig
    trap: TrapConfig = TrapConfig()
    ranks: PositiveInt = 1  # MPI
    mpi: str = "mpiexec -n {ranks}"
    timeout_s: PositiveFloat = 86400.0


class DeviationConfig(Section):
    """Deviation from the reference: every candidate is given to the labeller. For references that cost nothing."""

    energy: PositiveFloat | None = None  # eV/atom
    force: PositiveFloat | None = None  # eV/Å, of any atom


class RangeConfig(Section):
    """Symmetry functions outside of their range in the training data."""

    overshoot: NonNegativeFloat = 0.0  # share of the range


class CommitteeConfig(Section):
    """Disagreement of the networks."""

    energy: PositiveFloat | None = None  # eV/atom
    force: PositiveFloat | None = None  # eV/Å, of any atom


class NoveltyConfig(Section):
    """Modified novelty sampling: accepted by chance, the more likely the farther from all that is known."""

    steepness: PositiveFloat = 4.0
    midpoint: PositiveFloat = 2.0
    most_known: PositiveInt = 4000  # atoms per element that distances are computed to


class ThinConfig(Section):
    """Of what was selected, what is labelled."""

    method: Literal["farthest", "cur", "none"] = "farthest"
    most: PositiveInt = 30  # in an iteration


class SelectConfig(Section):
    """Which of the candidates are worth a label."""

    deviation: DeviationConfig | None = None
    range: RangeConfig | None = None
    committee: CommitteeConfig | None = None
    novelty: NoveltyConfig | None = None
    combine: Literal["any", "all"] = "any"
    thin: ThinConfig = ThinConfig()
    most_candidates: PositiveInt = 2000
    last_frames: NonNegativeInt = 3  # of a run that exploded
    shortest: PositiveFloat = 0.6  # of the sum of covalent radii; nearer atoms are no structure

    @model_validator(mode="after")
    def _check(self) -> SelectConfig:
        if not any((self.deviation, self.range, self.committee, self.novelty)):
            raise ValueError("needs at least one of deviation, range, committee, novelty")
        for name in ("deviation", "committee"):
            part = getattr(self, name)
            if part is not None and part.energy is None and part.force is None:
                raise ValueError(f"{name} needs a threshold: energy (eV/atom), force (eV/Å) or both")
        return self


class AseLabel(Section):
    """A calculator of ASE."""

    kind: Literal["ase"]
    calculator: str = Field(pattern=r"^[\w.]+:\w+$")  # module:class
    arguments: dict[str, Any] = Field(default_factory=dict)


class LammpsLabel(Section):
    """A LAMMPS input that includes ${structures} and ${rerun}."""

    kind: Literal["lammps"]
    input: FilePath
    files: FilePaths = ()
    ranks: PositiveInt = 1
    mpi: str = "mpiexec -n {ranks}"


class ShellLabel(Section):
    """A command that reads {input} and writes {output}, both extended XYZ or what their names say."""

    kind: Literal["shell"]
    command: str
    files: FilePaths = ()
    input: str = "input.xyz"
    output: str = "output.xyz"


class LabelConfig(Section):
    """Who says what is right."""

    by: Annotated[AseLabel | LammpsLabel | ShellLabel, Field(discriminator="kind")]
    batch: PositiveInt = 10  # structures of a job
    retries: NonNegativeInt = 1
    timeout_s: PositiveFloat = 86400.0


class TrainConfig(Section):
    """How the networks learn: the configuration of `nnp train`, without data and output."""

    config: FilePath | None = None  # a file of it
    settings: dict[str, Any] = Field(default_factory=dict)  # keys of it, which replace those of the file
    weights: Literal["last", "new"] = "new"
    function: str | None = Field(None, pattern=r"^[\w.]+:\w+$")  # another trainer: module:function
    retries: NonNegativeInt = 1


class CheckConfig(Section):
    """What `nnp check` may say about a new structure without keeping it out."""

    allow: tuple[str, ...] = ()


class HeldOutConfig(Section):
    """Labelled structures that are never trained on, and how small errors on them must be."""

    data: FilePaths
    energy: PositiveFloat | None = None  # eV/atom
    force: PositiveFloat | None = None  # eV/Å


class StopConfig(Section):
    """When it is enough."""

    nothing_new: PositiveInt | None = 2  # iterations in a row
    errors: HeldOutConfig | None = None
    stable_ps: PositiveFloat | None = None
    goals: Literal["any", "all"] = "any"
    iterations: PositiveInt | None = None  # budgets; one that is spent ends the loop in any case
    labels: PositiveInt | None = None
    hours: PositiveFloat | None = None


class ExecutorConfig(Section):
    """Where jobs run."""

    kind: Literal["threads", "processes", "slurm", "pbs"] = "threads"
    workers: PositiveInt = 2  # jobs at a time, on each node
    provider: dict[str, Any] = Field(default_factory=dict)  # arguments of Parsl's provider
    retries: NonNegativeInt = 2  # of a job whose worker died


class LoopConfig(Section):
    """All of loop.yaml."""

    folder: FilePath = Field(Path("loop"), validate_default=True)
    elements: Annotated[tuple[Element, ...], Field(min_length=1)]  # of atom types 1, 2, … in the inputs
    seed: NonNegativeInt = 0
    start: StartConfig
    explore: ExploreConfig
    select: SelectConfig
    label: LabelConfig
    check: CheckConfig = CheckConfig()
    train: TrainConfig = TrainConfig()
    stop: StopConfig = StopConfig()
    executor: ExecutorConfig = ExecutorConfig()

    @model_validator(mode="after")
    def _check(self) -> LoopConfig:
        missing = sorted(set(self.elements) - set(self.explore.sample.alpha))
        if missing:
            raise ValueError(f"explore.sample.alpha needs a force (eV/Å) for {', '.join(missing)} too")
        return self


def read_loop(path: Path) -> LoopConfig:
    """Read and check a configuration.

    Raises
    ------
    NNPError
        Naming file, line and key of every mistake, and the nearest known key.
    """
    return load_yaml(path.absolute(), LoopConfig)

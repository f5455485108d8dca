"""What `nnp train` is told: one frozen object per section of the YAML file, every default in sight."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from nnmanybody.data import DataKeys
from nnmanybody.data_sources import Entries, paths
from nnmanybody.descriptor_config import Element, FunctionsConfig, ScalingConfig, WhiteningConfig
from nnmanybody.model_config import ComposableModel, ModelConfig, NetworkModel, RadialBasisModel
from nnmanybody.network_config import NetworkConfig
from nnmanybody.optimizer_config import Adam, Cosine, Kalman, LastStretch, OptimizerConfig, ScheduleConfig
from nnmanybody.yaml_config import FilePath, Section, load_yaml, named

FOR_NETWORKS = {
    "start",
    "symmetry_functions",
    "scaling",
    "whitening",
    "reference_energies",
    "network",
    "loss",
    "optimizer",
    "schedule",
    "last_stretch",
    "epochs",
    "batch_size",
    "early_stopping",
    "average",
    "refit",
    "pair_core",
}
"""Keys that mean nothing to a model that is fitted in one go."""


def _nothing_if_off(value: object) -> object:
    """Let `off`, which YAML reads as false, stand for none."""
    return None if value is False or value == "off" else value


class KeysConfig(Section):
    """Names of the targets in the files; see `nnmanybody.data.DataKeys`."""

    energy: str = DataKeys.energy
    forces: str = DataKeys.forces
    stress: str = DataKeys.stress
    atomic_energies: str = DataKeys.atomic_energies
    weight: str = DataKeys.weight

    def keys(self) -> DataKeys:
        """Return the same names as `read_frames` takes them."""
        return DataKeys(self.energy, self.forces, self.stress, self.atomic_energies, self.weight)


class DataConfig(Section):
    """Files of structures and how they are divided."""

    train: Entries = Field(min_length=1)
    validation: Entries = ()
    validation_config_types: tuple[str, ...] = ()  # of `train`, whose frames all go to the validation part
    validation_fraction: float = Field(0.05, ge=0.0, lt=1.0)  # of the frames of `train`, without `validation`
    split_seed: NonNegativeInt = 0
    index: str = ":"  # frames of each file, as in ASE
    keys: KeysConfig = KeysConfig()
    faults: Literal["error", "warn"] = "error"  # that `nnp check` finds

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files of both parts."""
        return paths((*self.train, *self.validation))


def _as_train(value: object) -> object:
    """Let `data: [a.xyz, b.xyz]` stand for `data: {train: [a.xyz, b.xyz]}`, and a name alone too."""
    is_file = isinstance(value, dict) and "path" in value
    return {"train": value} if is_file or isinstance(value, str | Path | list | tuple) else value


class LossConfig(Section):
    """Weights of the terms; `docs/training.md` defines them. Zero leaves a term out."""

    energy: NonNegativeFloat = 30.0  # of (ΔE/N)², 1/(eV/atom)²
    energy_end: PositiveFloat | None = None  # to which `energy` rises or falls, geometrically with the epochs
    forces: NonNegativeFloat = 1.0  # of (ΔF)², 1/(eV/Å)²
    stress: NonNegativeFloat = 0.0  # of (Δstress V/N)², 1/(eV/atom)²
    atomic_energies: NonNegativeFloat = 0.0  # of (ΔE_i)², 1/eV²
    l2: NonNegativeFloat = 0.0  # of the sum of squares of all weights (biases excepted)
    huber: PositiveFloat | None = None  # eV/Å; larger errors of force components count linearly
    config_types: dict[str, NonNegativeFloat] = Field(default_factory=dict)  # weights of their frames

    @model_validator(mode="after")
    def _check(self) -> "LossConfig":
        if self.energy_end is not None and self.energy == 0.0:
            raise ValueError("energy_end needs an energy above zero to begin with")
        if not any(self.targets.values()):
            raise ValueError("all weights are zero: there is nothing to train on")
        return self

    def energy_at(self, progress: float) -> float:
        """Weight of the energies when this part of the training, 0 to 1, is done."""
        return self.energy if self.energy_end is None else self.energy * (self.energy_end / self.energy) ** progress

    @property
    def targets(self) -> dict[str, float]:
        """Weights of the terms that compare with data."""
        return {
            "energy": self.energy,
            "forces": self.forces,
            "stress": self.stress,
            "atomic_energies": self.atomic_energies,
        }


class EarlyStoppingConfig(Section):
    """Stop when the validation loss has not fallen by `min_delta` for `patience` epochs."""

    patience: PositiveInt = 100
    min_delta: NonNegativeFloat = 0.0


class AverageConfig(Section):
    """Exponential moving average of the weights, by step; it is what is validated and exported."""

    decay: float = Field(0.999, gt=0.0, lt=1.0)


class RefitConfig(Section):
    """Last layers by linear least squares, at the end; `training/refit.py` has its equations."""

    energy_factor: PositiveFloat = 5.0  # of the weight of the energies in the loss
    ridge: NonNegativeFloat = 1e-9  # of the mean diagonal element


class PairCoreConfig(Section):
    """A repulsive core, part of the potential; by default it ends where the distances of the data begin."""

    kind: Literal["zbl"] = "zbl"
    inner: PositiveFloat | None = None  # Å; half of the outer radius by default
    outer: PositiveFloat | None = None  # Å; the shortest distance in the data by default

    @model_validator(mode="after")
    def _check(self) -> "PairCoreConfig":
        if (self.inner is None) != (self.outer is None):
            raise ValueError("expected both inner and outer, or none of them: then the data chooses")
        if self.inner is not None and self.outer is not None and self.inner >= self.outer:
            raise ValueError(f"expected inner < outer, got {self.inner:g} and {self.outer:g}")
        return self


class TensorBoardConfig(Section):
    """Logs for TensorBoard."""

    enabled: bool = False
    histograms_every: PositiveInt = 10  # epochs


class TrainingConfig(Section):
    """All of `nnp train`'s file."""

    data: Annotated[DataConfig, BeforeValidator(_as_train)]
    output: FilePath = Field(Path("training"), validate_default=True)
    potential: FilePath | None = None  # by default potential.nnp in the output folder
    elements: tuple[Element, ...] | None = None  # order of the potential; by atomic number by default
    start: FilePath | None = None  # potential to continue from, with its functions, scaling and networks
    symmetry_functions: FunctionsConfig | None = None  # IntervalSet() without `start`
    scaling: ScalingConfig = ScalingConfig()
    whitening: WhiteningConfig | None = WhiteningConfig()
    pair_core: PairCoreConfig | None = PairCoreConfig()
    reference_energies: Literal["fit", "isolated_atoms"] | dict[Element, float] = "fit"  # eV
    model: Annotated[ModelConfig, named("kind")] = NetworkModel()
    network: NetworkConfig = NetworkConfig()
    loss: LossConfig = LossConfig()
    optimizer: Annotated[OptimizerConfig, named("name", "adam")] = Adam()
    schedule: Annotated[ScheduleConfig, named("kind")] = Cosine()
    last_stretch: LastStretch | None = None  # the last of the epochs by L-BFGS
    epochs: PositiveInt = 300
    batch_size: PositiveInt = 8
    early_stopping: EarlyStoppingConfig | None = None
    average: AverageConfig | None = AverageConfig()
    refit: RefitConfig | None = RefitConfig()
    seed: NonNegativeInt = 0
    precision: Literal["float64", "float32"] = "float32"
    threads: PositiveInt | None = None  # all cores by default
    inputs: Literal["auto", "memory", "stream", "matrix_free"] = "auto"  # where values and Jacobians are kept
    cache: Annotated[FilePath | None, BeforeValidator(_nothing_if_off)] = None  # folder for them, used again later
    checkpoint_every: PositiveInt = 10  # epochs
    tensorboard: TensorBoardConfig = TensorBoardConfig()
    report: bool = True  # report.html in the output folder, when the training is done

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, content: Any) -> Any:  # noqa: ANN401 (pydantic's)
        """Let a model bring its own defaults."""
        model = content.get("model") if isinstance(content, dict) else None
        kind = model.get("kind") if isinstance(model, dict) else getattr(model, "kind", model)
        return {**RadialBasisModel.training_defaults(), **content} if kind == "rbf" else content

    @model_validator(mode="after")
    def _check(self) -> "TrainingConfig":
        if isinstance(self.model, RadialBasisModel):
            self._check_radial_basis()
        if isinstance(self.model, ComposableModel):
            foreign = FOR_NETWORKS & self.model_fields_set
            if foreign:
                raise ValueError(
                    f"model composable knows no {', '.join(sorted(foreign))}: remove the key; its own settings stand "
                    "in the section `model`"
                )
        if self.start is not None:
            brought = {"symmetry_functions", "scaling", "model", "network", "reference_energies", "pair_core"}
            fixed = brought & self.model_fields_set
            if fixed:
                raise ValueError(f"`start` brings its own {', '.join(sorted(fixed))}; remove the key or `start`")
        if isinstance(self.optimizer, Kalman) and (self.loss.stress or self.loss.atomic_energies or self.loss.huber):
            raise ValueError("the optimizer kalman knows energies and forces only, and no huber; choose another")
        return self

    def _check_radial_basis(self) -> None:
        """Refuse what has no meaning for radial basis functions."""
        if {"network", "start"} & self.model_fields_set:
            raise ValueError("model rbf has no network and no start: remove these keys")
        if self.loss.huber or self.loss.l2 or self.refit:
            raise ValueError("model rbf is fitted by least squares with a ridge of its own: no huber, l2 or refit")
        if self.inputs != "memory":
            raise ValueError("model rbf needs Jacobians at hand; set inputs: memory, which is its default")


def read_config(path: str | Path, overrides: Mapping[str, Any] | None = None) -> TrainingConfig:
    """Read and check a configuration file.

    Parameters
    ----------
    path : path
    overrides : mapping, optional
        Values of top-level keys that replace those of the file, such as an `output` from the command line.

    Raises
    ------
    NNPError
        Naming file, line and key of every mistake, and the nearest known key.
    """
    config = load_yaml(path, TrainingConfig)
    return config.model_copy(update=dict(overrides)) if overrides else config

"""What `nnp fisher scan` reads: data, the models to compare, what counts."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, NonNegativeFloat, field_validator, model_validator

from nnmanybody.config import FOR_NETWORKS, KeysConfig
from nnmanybody.yaml_config import FilePath, FilePaths, Section, load_yaml

ErrorName = Literal["force", "energy", "force_amplitude", "force_angle"]
TAKEN = ("data", "output", "potential", "report")
"""Keys of a training that the scan itself sets."""


class ScanData(Section):
    """Structures to fit to, and others to judge by."""

    train: FilePaths
    test: FilePaths
    keys: KeysConfig = KeysConfig()
    index: str = ":"
    faults: Literal["error", "warn"] = "error"  # of the training part; see `nnp check`
    validation_fraction: float = Field(0.05, ge=0.0, lt=1.0)  # of `train`, by which trainings choose their epoch


class ScanModel(Section):
    """One model: an expression, or settings of a training."""

    name: str
    training: dict[str, Any]


class ScanConfig(Section):
    """All of the file."""

    data: ScanData
    output: FilePath = Field(Path("scan"), validate_default=True)
    error: ErrorName = "force"  # RMSE on the test part that counts
    tolerance: NonNegativeFloat = 0.05  # of the best, within which the smallest model is named
    composable: dict[str, Any] = Field(default_factory=dict)  # settings of all expressions: cutoff, trials, ...
    common: dict[str, Any] = Field(default_factory=dict)  # keys of `nnp train`; expressions know few of them
    models: tuple[ScanModel, ...] = Field(min_length=1)

    @field_validator("models", mode="before")
    @classmethod
    def _short_forms(cls, listed: Any) -> Any:  # noqa: ANN401 (pydantic's)
        """`E[G8L4]` is an expression; a mapping has `name` and the keys of a training."""
        if not isinstance(listed, list | tuple):
            return listed
        return [_model(one) for one in listed]

    @model_validator(mode="after")
    def _check(self) -> "ScanConfig":
        names = [model.name for model in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two models are called {', '.join(twice)}: give each a `name` of its own")
        for where, keys in (("common", self.common), *((model.name, model.training) for model in self.models)):
            taken = sorted(set(TAKEN) & set(keys))
            if taken:
                raise ValueError(f"{where}: {', '.join(taken)} is set by the scan itself: remove the key")
        return self

    def settings(self, model: ScanModel) -> dict[str, Any]:
        """Return the configuration of a training of one model, to be checked by `TrainingConfig`."""
        kind = model.training.get("model")
        common = self.common
        if isinstance(kind, dict) and kind.get("kind") == "composable":
            common = {key: value for key, value in common.items() if key not in FOR_NETWORKS}
            kind = {**self.composable, **kind}
        settings = {**common, **model.training, **({} if kind is None else {"model": kind})}
        data = {name: getattr(self.data, name) for name in ("train", "keys", "index", "faults", "validation_fraction")}
        return {**settings, "data": data, "output": self.output / folder_name(model.name), "report": False}


def _model(one: Any) -> Any:  # noqa: ANN401 (what the file has)
    if isinstance(one, str):
        return {"name": one, "training": {"model": {"kind": "composable", "expression": one}}}
    if not isinstance(one, dict):
        return one
    rest = {key: value for key, value in one.items() if key != "name"}
    kind = rest.get("model")
    default = kind.get("expression") if isinstance(kind, dict) else kind
    return {"name": str(one.get("name") or default or "network"), "training": rest}


def folder_name(name: str) -> str:
    """Return the name of a model as that of a folder."""
    return "".join("x" if letter == "*" else letter for letter in name if letter.isalnum() or letter in "[]()+*-_'.")


def read_scan(path: str | Path) -> ScanConfig:
    """Read and check the configuration of a scan.

    Raises
    ------
    NNPError
        Naming file, line and key of every mistake, and the nearest known key.
    """
    return load_yaml(path, ScanConfig)

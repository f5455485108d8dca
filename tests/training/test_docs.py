"""The tables of docs/training.md against the configuration they describe: every key, every default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from nnmanybody import config, descriptor_config, optimizer_config

TEXT = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
SECTIONS = {
    "top level": config.TrainingConfig,
    "`data`": config.DataConfig,
    "`symmetry_functions`": descriptor_config.IntervalSet,
    "`whitening`": descriptor_config.WhiteningConfig,
    "`pair_core`": config.PairCoreConfig,
    "`network`": config.NetworkConfig,
    "`loss`": config.LossConfig,
    "`refit`": config.RefitConfig,
    "`last_stretch`": optimizer_config.LastStretch,
}
MEMBERS = {
    "early_stopping": config.EarlyStoppingConfig,
    "average": config.AverageConfig,
    "tensorboard": config.TensorBoardConfig,
}
COMMON = {"learning_rate", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "name"}


def rows(heading):
    """Cells of the table below a heading, without its first two lines."""
    section = TEXT.split(f"### {heading}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
    lines = [line for line in section.split("\nOf `behler`")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def documented(heading):
    """Default by key, as the table has it."""
    return {key: row[1].strip("`") for row in rows(heading) for key in re.findall(r"`([\w.]+)`", row[0])}


def plain(value):
    """The default of a field as the tables write it."""
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), {}):
        return "none"
    if hasattr(value, "kind") and not hasattr(value, "lower") and len(type(value).model_fields) == 1:
        return value.kind
    if isinstance(value, BaseModel):
        return "section"
    return yaml.safe_load(yaml.safe_dump(list(value) if isinstance(value, tuple) else str(value)))


def defaults(model):
    return {name: plain(field.get_default(call_default_factory=True)) for name, field in model.model_fields.items()}


def as_yaml(text):
    return str(yaml.safe_load(text)) if text.startswith("[") else text


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_and_default(heading):
    table = {key: as_yaml(text) for key, text in documented(heading).items()}
    assert table == {
        key: {"True": "true", "False": "false"}.get(str(value), str(value))
        for key, value in defaults(SECTIONS[heading]).items()
    }


def test_keys_of_the_small_sections():
    table = documented("`early_stopping`, `average`, `tensorboard`")
    expected = {
        f"{section}.{key}": str(value).lower()
        for section, model in MEMBERS.items()
        for key, value in defaults(model).items()
    }
    assert table == expected


@pytest.mark.parametrize(
    ("heading", "members", "tag"),
    [("`optimizer`", config.OptimizerConfig, "name"), ("`schedule`", config.ScheduleConfig, "kind")],
)
def test_members_with_their_parameters(heading, members, tag):
    models = {get_args(model.model_fields[tag].annotation)[0]: model for model in get_args(get_args(members)[0])}
    table = {re.findall(r"`(\w+)`", row[0])[0]: row for row in rows(heading)}
    assert table.keys() == models.keys()
    for name, model in models.items():
        own = {key: str(value).lower() for key, value in defaults(model).items() if key not in COMMON | {tag}}
        own = {key: value for key, value in own.items() if value != "required"}
        assert dict(re.findall(r"`(\w+)` ([\w.-]+)", table[name][2])) == own, name
        if tag == "name":
            assert table[name][1].strip("`") == str(model.model_fields["learning_rate"].default)


def test_default_optimizer_schedule_and_scaling():
    made = config.TrainingConfig.model_validate({"data": {"train": "x"}})
    assert f"`{made.optimizer.name}` (default)" in TEXT
    assert f"`{made.schedule.kind}` (default)" in TEXT
    assert f"`{made.scaling.kind}` (default)" in TEXT


def test_default_bounds_of_the_scalings():
    table = {re.findall(r"`(\w+)`", row[0])[0]: row[2].replace("−", "-") for row in rows("`scaling`")}
    bounds = {kind: tuple(float(word) for word in text.split(",")) for kind, text in table.items() if text}
    assert bounds == descriptor_config.SCALING_BOUNDS

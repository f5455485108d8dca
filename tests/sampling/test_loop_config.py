"""loop.yaml: what is wrong is named before anything starts, and the page has every key with its default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from nnmanybody.sampling import config as configs
from nnmanybody.sampling.conditions import grid
from nnmanybody.sampling.config import ConditionConfig, TrainConfig, read_loop
from nnmanybody.sampling.plan import check, plan
from nnmanybody.sampling.train import BROUGHT_BY_START, training_settings
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import tiny_loop
from nnmanybody.config import read_config
from nnmanybody.errors import NNPError

TEXT = (Path(__file__).parents[2] / "docs" / "sampling.md").read_text(encoding="utf-8")
SECTIONS = {
    "top level": configs.LoopConfig,
    "`start`": configs.StartConfig,
    "`explore`": configs.ExploreConfig,
    "`sample`": configs.SampleConfig,
    "`trap`": configs.TrapConfig,
    "`select`": configs.SelectConfig,
    "`label`": configs.LabelConfig,
    "`check`": configs.CheckConfig,
    "`train`": configs.TrainConfig,
    "`stop`": configs.StopConfig,
    "`executor`": configs.ExecutorConfig,
}


@pytest.fixture(autouse=True)
def _modules(monkeypatch):
    monkeypatch.syspath_prepend(str(tiny_loop.HERE))


def shown(value) -> str:
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, BaseModel):
        return "section"
    return str(list(value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_page_has_every_key_and_default(heading):
    text = TEXT.split(f"### {heading}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.MULTILINE)
    fields = SECTIONS[heading].model_fields
    expected = {name: shown(field.get_default(call_default_factory=True)) for name, field in fields.items()}
    assert {name: default.strip("`") for name, default in rows} == expected


def test_every_combination_of_the_lists_is_a_run():
    entry = ConditionConfig(name="md", variables={"temperature": (300, 900), "pressure": (0, 1000), "cell": 2})
    found = grid([entry, ConditionConfig(name="slab")])
    assert [one.name for one in found] == [
        "md/temperature=300,pressure=0",
        "md/temperature=300,pressure=1000",
        "md/temperature=900,pressure=0",
        "md/temperature=900,pressure=1000",
        "slab",
    ]
    assert found[1].variables == {"temperature": 300, "pressure": 1000, "cell": 2}


def test_a_plan_names_all_that_would_be_done(tmp_path):
    settings = read_loop(tiny_loop.write(tmp_path))
    check(settings)
    text = "\n".join(plan(settings))
    for words in ("6 given structures", "md/temperature=900", "range, committee", "ase", "train_linear", "threads"):
        assert words in text
    assert not (tmp_path / "loop").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stop": {"iteration": 3}}, r"\[stop\] has no key 'iteration'; did you mean 'iterations'\?"),
        ({"select": {"range": None, "committee": None}}, "at least one of deviation, range, committee, novelty"),
        ({"select": {"committee": {}}}, "committee needs a threshold"),
        ({"start": {"structures": []}}, "needs `structures`, `pair`"),
        ({"explore": {"sample": {"alpha": {"Au": 1.0}}}}, "needs a force .* for Cu too"),
        ({"explore": {"conditions": [{"name": "md", "variables": {"seed": 1}}]}}, "'seed' cannot be a variable"),
    ],
)
def test_mistakes_in_the_file_are_named(changes, message, tmp_path):
    with pytest.raises(NNPError, match=message):
        read_loop(tiny_loop.write(tmp_path, **changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"explore": {"conditions": [{"name": "md", "structures": "cell.xyz"}]}}, "uses the variable temperature"),
        ({"explore": {"input": "none.lmp"}}, "none.lmp: no such file"),
        ({"label": {"by": {"kind": "ase", "calculator": "no.such:Thing"}}}, "no.such:Thing: cannot be imported"),
        ({"label": {"by": {"kind": "shell", "command": "dft input.xyz"}}}, r"expected \{input\} and \{output\}"),
        ({"elements": ["Au"], "explore": {"sample": {"alpha": {"Au": 1.0}}}}, "has Cu, which is not among `elements`"),
        ({"train": {"function": None, "settings": {"epoch": 3}}}, "has no key 'epoch'; did you mean 'epochs'"),
        ({"train": {"function": None, "settings": {"network": {"members": 1}}}}, "needs network.members of 2 or more"),
    ],
)
def test_a_dry_run_names_what_would_stop_the_loop_later(changes, message, tmp_path):
    with pytest.raises(NNPError, match=message):
        check(read_loop(tiny_loop.write(tmp_path, **changes)))


def test_an_input_without_the_files_of_the_loop_is_refused(tmp_path):
    path = tiny_loop.write(tmp_path)
    (tmp_path / "in.cu.lmp").write_text(tiny_loop.INPUT.replace("include ${catch}\n", ""))
    with pytest.raises(NNPError, match=r"has no line: include \$\{catch\}"):
        check(read_loop(path))


def test_the_tiny_loop_is_valid_yaml(tmp_path):
    assert yaml.safe_load(tiny_loop.write(tmp_path).read_text())["elements"] == ["Cu"]


def test_a_training_from_the_last_weights_takes_functions_and_networks_with_it(tmp_path, silicon_file):
    settings = {"network": {"members": 3}, "epochs": 7, "data": {"validation_fraction": 0.2}}
    new = training_settings(TrainConfig(settings=settings), ["Si"], None)
    last = training_settings(TrainConfig(settings=settings, weights="last"), ["Si"], silicon_file)
    assert new["network"] == {"members": 3}
    assert "start" not in new
    assert last["start"] == str(silicon_file)
    assert not set(BROUGHT_BY_START) & set(last)
    for made in (new, last):
        assert made["epochs"] == 7
        assert made["data"] == {"faults": "warn", "validation_fraction": 0.2, "train": "data.xyz"}
        path = tmp_path / "train.yaml"
        path.write_text(yaml.safe_dump(made))
        read_config(path)

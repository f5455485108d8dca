"""The configuration file: defaults, shorthand, and every mistake named with line, key and nearest known word."""

from __future__ import annotations

import pytest
import yaml

from nnmanybody.commands.train import TEMPLATE
from nnmanybody.config import TrainingConfig, read_config
from nnmanybody.errors import NNPError

DATA = "data: {train: train.xyz}\n"


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return read_config(path)

    return read_text


def test_paths_count_from_the_folder_of_the_file(read, tmp_path):
    config = read(DATA)
    assert config.data.train == (tmp_path / "train.xyz",)
    assert config.output == tmp_path / "training"


def test_overrides_replace_values_of_the_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(DATA)
    assert read_config(path, {"output": tmp_path / "elsewhere"}).output == tmp_path / "elsewhere"


def test_a_name_alone_stands_for_a_section(read):
    config = read(DATA + "optimizer: Adagrad\nschedule: plateau\nnetwork: {initialization: he_normal}\n")
    assert (config.optimizer.name, config.schedule.kind) == ("adagrad", "plateau")
    assert config.network.initialization.kind == "he_normal"


def test_an_optimizer_without_a_name_is_adam(read):
    optimizer = read(DATA + "optimizer: {learning_rate: 1e-3}\n").optimizer  # YAML 1.1 reads 1e-3 as text
    assert (optimizer.name, optimizer.learning_rate) == ("adam", 0.001)


def test_shapes_by_element(read):
    network = read(
        DATA + "network: {hidden_layers: [9], elements: {O: {hidden_layers: [5, 4], activation: silu}}}"
    ).network
    assert network.for_element("Si").hidden_layers == (9,)
    assert network.for_element("O").activations == ("silu", "silu", "identity")


def test_the_settings_written_beside_a_training_can_be_read_again(read, tmp_path):
    config = read(
        DATA + "optimizer: momentum\nsymmetry_functions: {kind: list, functions: {Si: [G1 neighbor Si cutoff 4]}}"
    )
    again = yaml.safe_load(yaml.safe_dump(config.model_dump(mode="json")))
    assert TrainingConfig.model_validate(again) == config


@pytest.mark.parametrize("kind", ["none", "center", "minmax", "minmax_center", "sigma"])
def test_every_kind_of_scaling_has_bounds_that_the_core_takes(read, kind):
    # As core/src/scaling.cpp asks, also of the kinds that do not use them
    lower, upper = read(DATA + f"scaling: {{kind: {kind}}}").scaling.bounds
    assert lower < upper


def test_the_template_is_a_valid_configuration(read):
    assert read(TEMPLATE).data.train[0].name == "train.xyz"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DATA + "epoch: 3", r"config\.yaml:2: \[the top level\] has no key 'epoch'; did you mean 'epochs'\?"),
        (
            DATA + "network:\n  activaton: tanh",
            r"config\.yaml:3: \[network\] has no key 'activaton'; did",
        ),
        (DATA + "network: {activation: tahn}", r"\[network\.activation\] cannot be 'tahn'; did you mean 'tanh'"),
        (DATA + "optimizer: {name: adam, beta1: 0.8}", r"\[optimizer\] has no key 'beta1'; did you mean 'beta_1'"),
        (DATA + "optimizer: {name: sgd, rho: 0.9}", r"\[optimizer\] has no key 'rho'; known are: .*learning_rate"),
        (DATA + "optimizer: adm", r"\[optimizer\] name is 'adm'; did you mean 'adam'"),
        (DATA + "schedule: {epochs: 3}", r"\[schedule\] needs the key 'kind'"),
        (DATA + "network: {elements: {O: {hiden_layers: [3]}}}", r"\[network\.elements\.O\] has no key 'hiden_layers'"),
        (
            DATA + "network: {hidden_layers: [3, 4], activation: [tanh]}",
            r"\[network\] expected one activation for each",
        ),
        (DATA + "reference_energies: {Sj: 3}", r"\[reference_energies\.Sj\] 'Sj' is not a chemical symbol"),
        (DATA + "loss: {energy: -1}", r"\[loss\.energy\] input should be greater than or equal to 0; got -1"),
        (DATA + "loss: {energy: 0, forces: 0}", r"\[loss\] all weights are zero"),
        (DATA + "scaling: {kind: center, lower: 0}", r"\[scaling\] scaling center has no bounds"),
        (DATA + "scaling: {kind: minmax, lower: 2}", r"\[scaling\] the lower bound must be below the upper"),
        (DATA + "schedule: {kind: piecewise, boundaries: [3], rates: [1]}", r"expected one rate more than boundaries"),
        (DATA + "schedule: {kind: piecewise, boundaries: [3, 3], rates: [1, 1, 1]}", r"the boundaries must grow"),
        (DATA + "optimizer: {clipnorm: 1, clipvalue: 1}", r"only one of clipnorm, clipvalue, global_clipnorm"),
        (DATA + "start: old.nnp\nscaling: {kind: none}", r"`start` brings its own scaling"),
        ("epochs: 3", r"config\.yaml:1: \[the top level\] needs the key 'data'"),
        ("data: {train: []}", r"\[data\.train\] tuple should have at least 1 item"),
        (DATA + DATA, r"config\.yaml:2: the key 'data' is there twice"),
        ("- train.xyz", r"config\.yaml: expected `key: value` lines, got list"),
        ("data: [", r"config\.yaml: not valid YAML"),
    ],
)
def test_mistakes_are_named(read, text, message):
    with pytest.raises(NNPError, match=message):
        read(text)


def test_all_mistakes_are_named_at_once(read):
    with pytest.raises(NNPError) as caught:
        read(DATA + "epoch: 3\nbatch_size: 0\n")
    assert len(str(caught.value).splitlines()) == 2


def test_a_missing_file(tmp_path):
    with pytest.raises(NNPError, match=r"none\.yaml: cannot read the configuration: No such file"):
        read_config(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data: a.xyz\n", ["a.xyz"]),
        ("data: [a.xyz, b.xyz]\n", ["a.xyz", "b.xyz"]),
        ("data: {train: a.xyz}\n", ["a.xyz"]),
        ("data: {path: a.xyz, weight: 2.0}\n", ["a.xyz"]),
        ("data: [{path: a.xyz, weight: 2.0}, b.xyz]\n", ["a.xyz", "b.xyz"]),
        ("data: {train: [a.xyz], validation: {path: b.xyz}}\n", ["a.xyz", "b.xyz"]),
    ],
)
def test_files_alone_or_with_settings(tmp_path, text, expected):
    (tmp_path / "config.yaml").write_text(text)
    config = read_config(tmp_path / "config.yaml")
    assert config.data.paths == tuple(tmp_path / name for name in expected)
    weights = [getattr(entry, "weight", 1.0) for entry in config.data.train]
    assert weights[0] == (2.0 if "weight" in text else 1.0)


def test_a_mistake_in_the_settings_of_a_file_is_named(tmp_path):
    (tmp_path / "config.yaml").write_text("data:\n  train:\n    - a.xyz\n    - {path: b.xyz, wieght: 2.0}\n")
    with pytest.raises(
        NNPError, match=r"config\.yaml:4: \[data\.train\.1\] has no key 'wieght'; did you mean 'weight'"
    ):
        read_config(tmp_path / "config.yaml")

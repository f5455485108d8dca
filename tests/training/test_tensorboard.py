"""What TensorBoard is given: the graph with its scopes, losses, histograms of the weights."""

from __future__ import annotations

import pytest

from nnmanybody.training.run import train
from nnmanybody.training.tensorflow import tf

GRAPH_SCOPES = ("O/layer_1/", "Si/layer_2/", "Si/forces/", "loss/energy/", "loss/forces/", "optimizer/gradients/")


@pytest.fixture(scope="module")
def events(silica_xyz, tmp_path_factory):
    """Graph definitions and values by tag of a training of two epochs."""
    from nnmanybody.config import TrainingConfig

    settings = {
        "data": {"train": silica_xyz},
        "output": tmp_path_factory.mktemp("board"),
        "symmetry_functions": {"kind": "behler", "n_radial": 4, "n_angular": 2, "cutoff": 4.0, "select": "none"},
        "network": {"hidden_layers": (4,)},
        "epochs": 2,
        "tensorboard": {"enabled": True, "histograms_every": 2},
    }
    config = TrainingConfig.model_validate(settings)
    train(config)
    graphs, tags = [], {}
    for path in sorted((config.output / "tensorboard").iterdir()):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            if event.graph_def:
                graphs.append(tf.compat.v1.GraphDef.FromString(event.graph_def))
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "graph_run_metadata_graph":
                    graphs.append(tf.compat.v1.GraphDef.FromString(value.tensor.string_val[0]))
                tags.setdefault(value.tag, []).append((event.step, tf.make_ndarray(value.tensor)))
    return graphs, tags


def test_the_graph_is_grouped_by_element_layer_loss_and_optimizer(events):
    names = [node.name for graph in events[0] for node in graph.node]
    for scope in GRAPH_SCOPES:
        assert any(scope in name for name in names), scope


def test_losses_and_errors_of_every_epoch(events):
    for tag in ("loss/train", "loss/valid", "energy/train", "forces/valid", "learning_rate"):
        assert [step for step, _ in events[1][tag]] == [1, 2], tag


def test_histograms_now_and_then(events):
    for tag in ("Si/layer_1/weights", "O/layer_2/biases"):
        assert [step for step, _ in events[1][tag]] == [2], tag

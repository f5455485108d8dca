"""Per-element settings of networks in input.nn: what n2p2 applies, what RuNNer means, and the weights as the judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_keywords import read_keywords
from nnmanybody.interchange.runner_network import ACTIVATIONS, read_weights, to_layers, topologies, weights_text

GLOBAL = "global_hidden_layers_short 2\nglobal_nodes_short 8 6\nglobal_activation_short t p l\n"


def hidden(tmp_path: Path, settings: str, element: str = "O") -> list[tuple[int, ...]]:
    path = tmp_path / "input.nn"
    path.write_text(settings)
    return [topology.hidden for topology in topologies(read_keywords(path), element)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", [(8, 6)]),
        ("element_nodes_short Si 5 4", [(8, 6)]),
        # n2p2 applies the 5 and leaves the 6; sense would be 5 4; RuNNer's "layer 5" does not exist.
        ("element_nodes_short O 5 4", [(5, 6), (5, 4)]),
        ("element_nodes_short O 5 6", [(5, 6)]),
        # "layer nodes" of RuNNer; n2p2 would take a layer of one neuron.
        ("element_nodes_short O 1 4", [(1, 6), (1, 4), (4, 6)]),
        ("element_nodes_short O 1 4\nelement_nodes_short O 2 3", [(2, 6), (2, 3), (4, 3)]),
        ("element_hidden_layers_short O 2", [(8, 6)]),
    ],
)
def test_every_reading_of_the_neurons_the_most_trusted_first(tmp_path, settings, expected):
    assert hidden(tmp_path, GLOBAL + settings) == expected


def test_one_layer_fewer_for_one_element(tmp_path):
    """RuNNer reduces layers; the activation functions of the element must then be given."""
    settings = GLOBAL + "element_hidden_layers_short O 1\nelement_activation_short O t l\n"
    assert hidden(tmp_path, settings) == [(8,)]
    assert hidden(tmp_path, settings, "Si") == [(8, 6)]


def test_without_hidden_layers(tmp_path):
    assert hidden(tmp_path, "global_hidden_layers_short 0\nglobal_activation_short l\n") == [()]


def test_elements_may_do_without_global_neurons(tmp_path):
    settings = "global_hidden_layers_short 2\nglobal_activation_short t t l\nelement_nodes_short O 5 4\n"
    assert hidden(tmp_path, settings) == [(5, 4)]
    with pytest.raises(NNPError, match="expected the neurons of the 2 hidden layers of Si"):
        hidden(tmp_path, settings, "Si")


@pytest.mark.parametrize(("n_weights", "expected"), [(3 * 5 + 6 * 6 + 7, (5, 6)), (3 * 5 + 6 * 4 + 5, (5, 4))])
def test_the_number_of_weights_decides(tmp_path, n_weights, expected):
    path = tmp_path / "input.nn"
    path.write_text(GLOBAL + "element_nodes_short O 5 4")
    layers = to_layers(np.arange(n_weights, dtype=float), 2, topologies(read_keywords(path), "O"), path)
    assert tuple(len(layer.biases) for layer in layers[:-1]) == expected


def test_a_number_of_weights_that_fits_no_reading_is_refused_with_all_of_them(tmp_path):
    path = tmp_path / "input.nn"
    path.write_text(GLOBAL + "element_nodes_short O 5 4")
    choices = topologies(read_keywords(path), "O")
    with pytest.raises(NNPError, match=r"58 \(hidden layers 5 6\) or 44 \(hidden layers 5 4\) weights .* got 50"):
        to_layers(np.zeros(50), 2, choices, path)


def test_activations_of_one_element_leave_its_output_as_it_is_for_all(tmp_path):
    path = tmp_path / "input.nn"
    path.write_text(GLOBAL + "element_activation_short O s g t")
    keywords = read_keywords(path)
    assert topologies(keywords, "O")[0].activations == ("sigmoid", "gaussian", "identity")
    assert topologies(keywords, "Si")[0].activations == ("tanh", "softplus", "identity")
    assert len(keywords.notes) == 1
    assert "keeps the activation 'l'" in keywords.notes[0]


def test_every_letter_has_a_name_in_the_core(tmp_path):
    path = tmp_path / "input.nn"
    for letter, name in ACTIVATIONS.items():
        path.write_text(f"global_hidden_layers_short 1\nglobal_nodes_short 3\nglobal_activation_short {letter} l\n")
        assert topologies(read_keywords(path), "O")[0].activations == (name, "identity")


def test_weights_stand_by_layer_then_neuron_below_then_neuron_above_then_biases(tmp_path):
    path = tmp_path / "weights.008.data"
    path.write_text("# head\n  1.0 a 1 0 1 1 1\n2 a\n3 a\n4 a\n5.0d+0 b\n6 b\n7 a\n8 a\n9 b\n")
    settings = tmp_path / "input.nn"
    settings.write_text("global_hidden_layers_short 1\nglobal_nodes_short 2\nglobal_activation_short t l\n")
    layers = to_layers(read_weights(path), 2, topologies(read_keywords(settings), "O"), path)
    assert layers[0].weights.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert layers[0].biases.tolist() == [5.0, 6.0]
    assert layers[1].weights.tolist() == [[7.0, 8.0]]
    assert layers[1].biases.tolist() == [9.0]
    path.write_text(weights_text(layers))
    assert read_weights(path).tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert path.read_text().splitlines()[0].split() == ["1.0", "a", "1", "0", "1", "1", "1"]
    assert path.read_text().splitlines()[4].split() == ["5.0", "b", "1", "1", "1"]

"""SIMPLE-NN's potential_saved against plain numpy, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import reference as ref
from core_cases import cluster, crystal
from nnmanybody import Potential
from nnmanybody.errors import NNPError
from nnmanybody.interchange.simple_nn import read_simple_nn
from runner_reference import as_atoms
from simple_nn_files import section, text

ENERGY_TOLERANCE = 1e-12  # eV


@pytest.fixture
def potential_saved(tmp_path):
    sections = [section("Si", 1, "sigmoid"), section("O", 2, "sigmoid")]
    path = tmp_path / "potential_saved"
    path.write_text(text(sections, ("sigmoid", "sigmoid", "linear")))
    return path


@pytest.mark.parametrize(
    ("name", "activation"), [("sigmoid", "sigmoid"), ("tanh", "tanh"), ("relu", "relu"), ("swish", "silu")]
)
@pytest.mark.parametrize("structure", [crystal(41), cluster(42)], ids=["crystal", "cluster"])
def test_energies_equal_plain_numpy(tmp_path, structure, name, activation):
    sections = [section("Si", 1, activation), section("O", 2, activation)]
    path = tmp_path / "potential_saved"
    path.write_text(text(sections, (name, name, "linear")))
    found = Potential(read_simple_nn(path)).evaluate(as_atoms(structure)).energies
    expected = ref.atomic_energies(sections, structure.symbols, ref.pairs(*structure[1:], 6.0))
    assert np.abs(found - expected).max() <= ENERGY_TOLERANCE


def test_a_pca_layer_is_a_linear_layer(tmp_path):
    """SIMPLE-NN writes its principal components as `LAYER 0 linear PCA`."""
    sections = [section("Si", 1, "tanh"), section("O", 2, "tanh")]
    path = tmp_path / "potential_saved"
    path.write_text(text(sections, ("linear PCA", "tanh", "linear")))
    definition = read_simple_nn(path)
    assert definition.sections[0].network.activations == ["identity", "tanh", "identity"]


def test_provenance_says_what_the_range_is(potential_saved):
    definition = read_simple_nn(potential_saved)
    assert dict(definition.provenance)["converted_from"] == "SIMPLE-NN potential potential_saved"
    assert "scale1 ± scale2" in dict(definition.provenance)["note"]
    assert [section.element for section in definition.sections] == ["Si", "O"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ELEM_LIST Si O", "ELEM_LIST Si Ox", "'Ox' is not a chemical symbol"),
        ("POT O 6.0", "POT Si 6.0", "expected 'POT element cutoff'"),
        ("SYM 5", "SYM 6", "a whole number for the type of a symmetry function, got 'scale1'"),
        (
            "2 6.0 0.7 1.5 0.0 O",
            "3 6.0 0.7 1.5 0.0 O",
            ":6: symmetry function type 3 is not supported; expected 2, 4 or 5",
        ),
        ("2 6.0 0.7 1.5 0.0 O", "2 6.0 0.7 1.5 0.0", ":6: expected a type, four numbers and 1 element"),
        ("4 5.5 0.028569 2.0 -1.0 Si O", "4 5.5 0.028569 2.0 0.5 Si O", ":7: expected lambda 1 or -1, got 0.5"),
        ("4 5.5 0.028569 2.0 -1.0 Si O", "4 5.5 0.028569 0.5 -1.0 Si O", ":7: .*zeta >= 1, got 0.5"),
        ("scale2 ", "scale2 1.0 ", ":11: expected 5 numbers behind scale2, got 6"),
        ("scale2", "scale3", ":11: expected a line 'scale2 …', got 'scale3 …'"),
        ("NET 2 4 3 1", "NET 2 4 3", ":12: expected 'NET hidden_layers neurons … 1'"),
        ("LAYER 0 sigmoid", "LAYER 0 selu", ":13: activation function 'selu' is not supported; expected linear"),
        ("b0 ", "b0 1.0 ", ":15: expected 1 numbers behind b0, got 2"),
    ],
)
def test_a_line_that_is_wrong_is_refused_where_it_stands(potential_saved, old, new, message):
    before = potential_saved.read_text()
    assert old in before
    potential_saved.write_text(before.replace(old, new, 1))
    with pytest.raises(NNPError, match=message):
        read_simple_nn(potential_saved)


@pytest.mark.parametrize("lines", [0, 1, 5, 9, 13, 30, 31])
def test_a_file_that_is_cut_off_is_refused(potential_saved, lines):
    kept = potential_saved.read_text().splitlines()[:lines]
    potential_saved.write_text("\n".join(kept))
    with pytest.raises(NNPError, match="ends "):
        read_simple_nn(potential_saved)

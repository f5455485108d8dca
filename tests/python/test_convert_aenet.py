"""aenet networks in text form against plain numpy, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import reference as ref
from aenet_files import FUNCTIONS, expected_energies, section, write
from core_cases import cluster, crystal
from nnmanybody import Potential
from nnmanybody.errors import NNPError
from nnmanybody.interchange.aenet import read_aenet
from runner_reference import as_atoms

ENERGY_TOLERANCE = 1e-11  # eV; energies are some tens of eV


@pytest.mark.parametrize("per_line", [10**6, 4], ids=["aenet-PyTorch", "Fortran"])
@pytest.mark.parametrize("structure", [crystal(51), cluster(52)], ids=["crystal", "cluster"])
def test_energies_equal_plain_numpy(tmp_path, structure, per_line):
    sections = [section("Si", 1), section("O", 2)]
    potential = Potential(read_aenet(write(tmp_path, sections, per_line=per_line)))
    found = potential.evaluate(as_atoms(structure)).energies
    assert np.abs(found - expected_energies(sections, structure)).max() <= ENERGY_TOLERANCE


@pytest.mark.parametrize(("kind", "activation"), [(0, "identity"), (1, "tanh"), (2, "sigmoid")])
def test_every_activation_of_hidden_layers(tmp_path, kind, activation):
    sections = [section("Si", 1, activation), section("O", 2, activation)]
    found = Potential(read_aenet(write(tmp_path, sections, kinds=(kind, kind, 0)))).evaluate(as_atoms(crystal(51)))
    assert np.abs(found.energies - expected_energies(sections, crystal(51))).max() <= ENERGY_TOLERANCE


@pytest.mark.parametrize("kinds", [(3, 3, 0), (1, 3, 3), (1, 1, 1)])
def test_scaled_tanh_and_outputs_that_are_not_linear(tmp_path, monkeypatch, kinds):
    """mtanh(x) = 1.7159 tanh(2 x / 3), with aenet's fifteen digits of 2/3."""
    mtanh = lambda x: 1.7159 * np.tanh(0.666666666666667 * x)  # noqa: E731
    monkeypatch.setitem(ref.ACTIVATIONS, "mtanh", mtanh)
    names = {0: "identity", 1: "tanh", 3: "mtanh"}
    sections = []
    for seed, element in enumerate(("Si", "O")):
        made = section(element, seed)
        net = ref.Net(made.net.weights, made.net.biases, tuple(names[kind] for kind in kinds))
        sections.append(ref.Section(element, made.reference_energy, made.functions, made.statistics, made.scaling, net))
    found = Potential(read_aenet(write(tmp_path, sections, kinds=kinds))).evaluate(as_atoms(crystal(51)))
    assert np.abs(found.energies - expected_energies(sections, crystal(51))).max() <= ENERGY_TOLERANCE


def test_a_function_that_never_changed_is_left_out_as_in_aenet(tmp_path):
    """aenet multiplies it by zero."""
    sections = [section("Si", 1), section("O", 2)]
    statistics = sections[0].statistics
    statistics[3] = [0.5, 0.5, 0.5, 0.0]
    definition = read_aenet(write(tmp_path, sections))
    assert len(definition.sections[0].functions) == len(FUNCTIONS) - 1
    without = sections[0].net.weights[0].copy()
    without[:, 3] = 0.0
    statistics[3, 3] = 1.0
    net = ref.Net((without, *sections[0].net.weights[1:]), sections[0].net.biases, sections[0].net.activations)
    sections[0] = ref.Section(
        "Si", sections[0].reference_energy, sections[0].functions, statistics, ("sigma", 0.0, 1.0), net
    )
    found = Potential(definition).evaluate(as_atoms(crystal(51))).energies
    assert np.abs(found - expected_energies(sections, crystal(51))).max() <= ENERGY_TOLERANCE


def test_provenance_names_the_files(tmp_path):
    definition = read_aenet(write(tmp_path, [section("Si", 1), section("O", 2)]))
    assert dict(definition.provenance)["converted_from"] == "aenet networks Si.nn.ascii O.nn.ascii"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sftype": "Chebyshev"},
            r"Si.nn.ascii:16: functions of the type Chebyshev have no counterpart, only Behler2011",
        ),
        ({"kinds": (4, 4, 0)}, r"Si.nn.ascii:6: the activation function twist .* is not supported"),
        ({"kinds": (9, 1, 0)}, r"Si.nn.ascii:6: the activation function number 9 is not supported"),
    ],
)
def test_what_has_no_counterpart_is_refused_by_name(tmp_path, options, message):
    with pytest.raises(NNPError, match=message):
        read_aenet(write(tmp_path, [section("Si", 1)], **options))


@pytest.mark.parametrize(
    ("line", "new", "message"),
    [
        (1, "four", ":1: expected a whole number for the number of layers, got 'four'"),
        (1, "1", ":1: expected two layers or more, got 1"),
        (5, "8 4 3 1", "the network has 8 inputs, but there are 10 functions"),
        (19, " ".join(["7"] * 10), "symmetry function G7 is not supported; expected G1 to G5"),
        (21, " ".join(["3"] * 20), "lacks a parameter or a neighbor element"),
        (29, "0.0", "expected a scale that is not zero"),
        (32, "N O", "and Si among N O"),
    ],
)
def test_a_record_that_is_wrong_is_refused(tmp_path, line, new, message):
    (path,) = write(tmp_path, [section("Si", 1)])
    lines = path.read_text().splitlines()
    lines[line - 1] = new
    path.write_text("\n".join(lines))
    with pytest.raises(NNPError, match=message):
        read_aenet([path])


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    (path,) = write(tmp_path, [section("Si", 1)])
    lines = path.read_text().splitlines()
    for kept in range(len(lines) - 4):  # the last three records are not needed
        path.write_text("\n".join(lines[:kept]))
        with pytest.raises(NNPError, match=r"Si.nn.ascii: ends where .* was expected"):
            read_aenet([path])


def test_an_element_may_not_have_two_files(tmp_path):
    paths = write(tmp_path, [section("Si", 1)])
    with pytest.raises(NNPError, match="two files are for the same element"):
        read_aenet(paths * 2)

"""All weights of networks: derivatives against differences, the last layer against the core, what is refused.

The command stands in docs/fisher.md.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest
from ase.io import write

import helpers
from model_cases import radial_basis
from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.cli import main
from nnmanybody.data import Frame
from nnmanybody.design import design_rows
from nnmanybody.errors import NNPError
from nnmanybody.fisher import analyse, analysis, information
from nnmanybody.potential import Potential, join_committee
from nnmanybody.training.weight_jacobian import WeightJacobian, weight_columns

STEP = 1e-3  # of a weight
DIFFERENCE_TOLERANCE = 1e-7  # relative to the largest derivative: the issue's, of differences of sixth order


def relu_potential():
    """Two elements; relu in the first layer, so that each of its units has a scale that is free."""
    rng = np.random.default_rng(7)
    sections = []
    for one in helpers.random_potential(["Si", "O"]).definition.sections:
        n = len(one.functions)
        weights = [rng.normal(size=(4, n)), rng.normal(size=(3, 4)), rng.normal(size=(1, 3))]
        biases = [rng.normal(size=4), rng.normal(size=3), rng.normal(size=1)]
        network = Network(weights, biases, ["relu", "tanh", "identity"], 0.1 * rng.normal(size=n))
        sections.append(
            ElementSection(one.element, one.reference_energy, one.functions, one.statistics, one.scaling, network)
        )
    return Potential(PotentialDefinition(sections))


def moved(potential, column, step):
    """The potential with one weight, by its place among the columns, changed."""
    sections, start = [], 0
    for one in potential.definition.sections:
        network = one.models[0]
        weights = [layer.copy() for layer in network.weights]
        biases, shortcut = [layer.copy() for layer in network.biases], np.array(network.shortcut)
        for layer in (part for pair in zip(weights, biases, strict=True) for part in pair):
            if start <= column < start + layer.size:
                layer.flat[column - start] += step
            start += layer.size
        if start <= column < start + len(shortcut):
            shortcut[column - start] += step
        start += len(shortcut)
        other = Network(weights, biases, list(network.activations), shortcut)
        sections.append(
            ElementSection(one.element, one.reference_energy, one.functions, one.statistics, one.scaling, other)
        )
    return Potential(PotentialDefinition(sections))


def slope(values):
    """Derivative of sixth order from the values at ±1, ±2, ±3 steps."""
    return sum(c * (values[n] - values[-n]) for n, c in ((1, 0.75), (2, -0.15), (3, 1.0 / 60.0))) / STEP


@pytest.fixture(scope="module")
def relu():
    potential = relu_potential()
    return potential, WeightJacobian(potential), weight_columns(potential)


def test_derivatives_are_those_of_differences(relu):
    potential, jacobian, columns = relu
    atoms = helpers.triclinic()
    rows = jacobian(atoms)
    assert rows.forces.shape == (3 * len(atoms), len(columns.names))
    largest = max(np.abs(rows.forces).max(), np.abs(rows.energies).max())
    for column in [*range(0, len(columns.names), 7), len(columns.names) - 1]:
        found = {n: moved(potential, column, n * STEP).evaluate(atoms) for n in (-3, -2, -1, 1, 2, 3)}
        energy, forces = (slope({n: getattr(one, what) for n, one in found.items()}) for what in ("energy", "forces"))
        assert np.abs(rows.energies[0, column] - energy) < DIFFERENCE_TOLERANCE * largest, columns.names[column]
        assert np.abs(rows.forces[:, column] - forces.ravel()).max() < DIFFERENCE_TOLERANCE * largest


def test_the_last_layer_is_that_of_the_core(relu):
    potential, jacobian, columns = relu
    atoms = helpers.silica()
    last = [
        index
        for element in potential.elements
        for index, name in enumerate(columns.names)
        if name.startswith((f"{element}: layer 3", f"{element}: shortcut"))
    ]
    expected, found = design_rows(potential, [atoms]), jacobian(atoms)
    assert found.energies[:, last] == pytest.approx(expected.energies, abs=1e-12)
    assert found.forces[:, last] == pytest.approx(expected.forces, abs=1e-12)


def test_scales_of_relu_units_and_the_shift_of_a_composition_are_gauges(relu):
    potential, jacobian, columns = relu
    frames = []
    for seed in range(3):
        atoms = helpers.silica(seed=seed)
        found = potential.evaluate(atoms)
        frames.append(Frame(atoms, found.energy + 0.01, found.forces + 0.01))
    rows = information(potential, frames, jacobian).rows()
    gauges = analysis.find_gauges(columns, rows, np.array([[3.0, 6.0]] * 3), potential.elements)
    kinds = [gauge.kind for gauge in gauges]
    assert kinds.count("scale of a unit") == 8
    assert kinds.count("shift of the composition") == 1
    assert {"layer 1", "layer 2", "layer 3", "shortcut", "Si", "O"} == set(columns.submodels)
    found = jacobian(frames[0])
    for gauge in gauges:
        assert np.abs(found.forces @ gauge.direction).max() < 1e-12 * np.abs(found.forces).max()


def test_what_has_no_weights_or_no_room_is_refused(relu, monkeypatch):
    potential, _, _ = relu
    frame = Frame(helpers.silica(), 0.0)
    with pytest.raises(NNPError, match="of neural networks only, this is rbf"):
        analyse(radial_basis(), [frame], all_weights=True)
    with pytest.raises(NNPError, match="take one of its members"):
        WeightJacobian(join_committee([potential, potential]))
    monkeypatch.setattr("nnmanybody.training.memory.available", lambda: 1e5)
    with pytest.raises(NNPError, match=r"need .* GiB .* leave out --all-weights: the last layer alone"):
        analyse(potential, [frame], all_weights=True)
    assert analysis.MATRICES * 8 * 6**2 < 0.7e5  # the last layers of the next potential have room
    assert analyse(helpers.random_potential("Si"), [Frame(helpers.silicon(), 0.0)]).whole.n_parameters == 6


def test_the_command_says_what_memory_it_takes(relu, tmp_path, monkeypatch, capsys):
    potential, jacobian, columns = relu
    monkeypatch.setattr("nnmanybody.training.weight_jacobian.WeightJacobian", lambda _: jacobian)  # traced already
    potential.write(tmp_path / "Si.nnp")
    atoms = helpers.silica()
    atoms.info["REF_energy"], atoms.arrays["REF_forces"] = -30.0, np.ones((9, 3))
    write(tmp_path / "data.xyz", atoms, format="extxyz")
    words = ["nnp", "fisher", str(tmp_path / "Si.nnp"), str(tmp_path / "data.xyz"), "--all-weights"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    told = capsys.readouterr().out
    assert f"{len(columns.names)} weights (all)" in told
    assert "memory:" in told

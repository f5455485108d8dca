"""Training with `model: rbf`: the direct fit against least squares, forces, LAMMPS, committees, pruning."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from ase.io import read

import helpers
from nnmanybody._core import Network, PotentialDefinition, RadialBasis
from nnmanybody.cli import main
from nnmanybody.config import TrainingConfig
from nnmanybody.errors import NNPError
from nnmanybody.model import element_model_from_section
from nnmanybody.potential import Potential, join_committee
from nnmanybody.rbf.potential import inputs_of, prototypes, prune_potential
from nnmanybody.training.loss import predict
from nnmanybody.training.potential_fit import RowWeights, frame_rows
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train

STEP = 1e-4  # Å
DIFFERENCE_TOLERANCE = 1e-7  # eV/Å, of central differences with this step: the issue's


@pytest.fixture
def rbf(silicon_xyz, tmp_path):
    """Make a small configuration; keywords replace its keys, `model` adds to the section."""

    def make(model=None, **sections):
        settings = {
            "data": {"train": silicon_xyz, "validation_fraction": 0.2},
            "output": tmp_path / "training",
            "symmetry_functions": {"kind": "behler", "n_radial": 6, "n_angular": 6, "cutoff": 4.0, "select": "none"},
            "model": {"kind": "rbf", "centers": 12, "gammas": (0.01, 0.1), "ridges": (1e-8, 1e-4), **(model or {})},
            "loss": {"energy": 10.0, "forces": 1.0, "stress": 0.5, "atomic_energies": 0.1},
            "report": False,
            "pair_core": None,
            "epochs": 2,
            "last_stretch": {"epochs": 2, "iterations": 2},
        }
        return TrainingConfig.model_validate({**settings, **sections})

    return make


def test_rows_are_what_tensorflow_predicts(rbf):
    prepared = prepare(rbf())
    element = prepared.model.elements[0]
    frame = prepared.train[0]
    rows = frame_rows([element], frame, RowWeights(1.0, 1.0, 1.0, 1.0))
    found = rows[:, :-1] @ element.coefficients
    prediction = predict(prepared.model, prepared.train.batch(np.array([0])))
    n = frame.n_atoms
    expected = np.concatenate(
        [
            np.ravel(prediction.energy) / n,
            np.ravel(prediction.forces),
            np.ravel(prediction.stress) * frame.volume / n,
            np.ravel(prediction.atomic_energies),
        ]
    )
    assert found == pytest.approx(expected, abs=1e-9)
    assert rows[0, -1] == pytest.approx(frame.energy / n)
    assert rows[1 : 3 * n + 1, -1] == pytest.approx(frame.forces.ravel())


def test_first_weights_are_the_ridge_solution(rbf):
    config = rbf()
    prepared = prepare(config)
    element = prepared.model.elements[0]
    weights = RowWeights.of(prepared.train, config.loss)
    rows = np.concatenate([frame_rows([element], frame, weights) for frame in prepared.train])
    ridge = np.zeros(rows.shape[1] - 1)
    ridge[:12] = element.ridge
    gradient = rows[:, :-1].T @ (rows @ np.append(element.coefficients, -1.0)) + ridge * element.coefficients
    assert np.abs(gradient).max() < 1e-9 * np.abs(rows[:, :-1].T @ rows[:, -1]).max()
    assert element.ridge in {1e-8, 1e-4}


def test_steps_lower_the_loss_and_the_file_has_the_trained_model(rbf):
    config = rbf(data={"train": rbf().data.train, "validation_fraction": 0.0})
    first = prepare(config)
    result = train(config)
    assert 0 < result.best_epoch <= 2
    potential = Potential.read(result.potential)
    model = potential.definition.sections[0].models[0]
    assert isinstance(model, RadialBasis)
    assert len(model.weights) == 12
    assert np.ptp(model.gammas) == 0.0
    structures = read(config.data.train[0], ":")
    errors = [potential.evaluate(atoms).forces - atoms.arrays["REF_forces"] for atoms in structures]
    rmse = float(np.sqrt(np.mean(np.square(errors))))
    # The file and TensorFlow say the same, and it is better than the direct fit alone.
    assert rmse == pytest.approx(result.errors["train"].rmse["forces"], rel=1e-6)
    start = Potential(first.model.definition())
    before = [start.evaluate(atoms).forces - atoms.arrays["REF_forces"] for atoms in structures]
    assert rmse < float(np.sqrt(np.mean(np.square(before))))
    assert rmse < 0.2 * float(np.sqrt(np.mean([atoms.arrays["REF_forces"] ** 2 for atoms in structures])))


@pytest.fixture
def fitted(rbf):
    """A potential as the direct fit leaves it, with one width and with several."""

    def make(**model):
        prepared = prepare(rbf(model))
        element = prepared.model.elements[0]
        if model.get("widths") == "per_center":
            element.log_gammas.assign(element.log_gammas + np.linspace(-0.5, 0.5, 12)[None])
        return Potential(prepared.model.definition()), prepared

    return make


@pytest.mark.parametrize("model", [{}, {"shortcut": False}, {"widths": "per_center"}])
def test_exported_forces_are_those_of_tensorflow_and_finite_differences(fitted, model):
    potential, prepared = fitted(**model)
    atoms = read(prepared.split.train[0].name.rsplit(":", 1)[0], "0")
    frame = next(n for n, one in enumerate(prepared.split.train) if one.name.endswith(":0"))
    prediction = predict(prepared.model, prepared.train.batch(np.array([frame])))
    found = potential.evaluate(atoms)
    assert found.forces == pytest.approx(np.asarray(prediction.forces), abs=1e-9)
    for atom, axis in ((0, 0), (5, 2)):
        ends = []
        for sign in (1.0, -1.0):
            moved = atoms.copy()
            moved.positions[atom, axis] += sign * STEP
            ends.append(potential.evaluate(moved).energy)
        assert abs(found.forces[atom, axis] + (ends[0] - ends[1]) / (2.0 * STEP)) < DIFFERENCE_TOLERANCE


def test_resumed_training_is_the_uninterrupted_one(rbf, tmp_path):
    whole = train(rbf(output=tmp_path / "whole"))
    half = rbf(output=tmp_path / "parts", epochs=1, last_stretch={"epochs": 2, "iterations": 2})
    train(half)
    resumed = train(rbf(output=tmp_path / "parts"), resume=True)
    assert resumed.errors["train"].loss == pytest.approx(whole.errors["train"].loss, rel=1e-9)


def test_a_committee_may_have_networks_and_radial_basis_functions(fitted):
    potential, _ = fitted()
    section = potential.definition.sections[0]
    n = len(section.functions)
    network = Network([np.full((1, n), 0.01)], [np.zeros(1)], ["identity"])
    other = Potential(PotentialDefinition([helpers.with_model(section, network)]))
    committee = join_committee([potential, other])
    atoms = helpers.silicon()
    each = [one.evaluate(atoms) for one in (potential, other)]
    both = committee.evaluate(atoms, committee=True)
    assert both.forces == pytest.approx(0.5 * (each[0].forces + each[1].forces), abs=1e-10)
    assert both.committee.energies == pytest.approx([one.energy for one in each], abs=1e-9)
    assert [one.kind for one in committee.definition.sections[0].models] == ["rbf", "network"]


def test_prototypes_of_a_pruned_potential_are_told_and_drawn(fitted, silicon_xyz, tmp_path, capsys, monkeypatch):
    potential, _ = fitted(shortcut=False, ridges=(1e-3,), gammas=(0.1,))
    path, small, picture = (tmp_path / name for name in ("Si.nnp", "small.nnp", "prototypes.png"))
    potential.write(path)
    words = ["nnp", "prototypes", str(path), str(silicon_xyz), "--prune", "4", "-o", str(small)]
    monkeypatch.setattr(sys, "argv", [*words, "--picture", str(picture)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    told = capsys.readouterr().out
    assert "Si: pruned to 4 centers" in told
    assert told.count(" atom ") == 4 * 2  # two nearest atoms of each
    assert picture.read_bytes().startswith(b"\x89PNG")
    pruned = Potential.read(small)
    assert pruned.definition.sections[0].models[0].weights.shape == (4,)
    assert dict(pruned.definition.provenance)["pruned"] == "to 4 centers per element"


def test_a_prototype_that_is_an_atom_of_the_data_finds_it(fitted):
    potential, prepared = fitted()
    atoms = prepared.split.train[0].atoms
    section = potential.definition.sections[0]
    model = section.models[0]
    inputs = inputs_of(section, potential.descriptors(atoms)["Si"].values)
    moved = RadialBasis(model.whitening, inputs[3:4], [0.1], [1.0], 0.0)
    there = Potential(PotentialDefinition([helpers.with_model(section, moved)]))
    (found,) = prototypes(there, [frame.atoms for frame in prepared.split.train], n_nearest=2)
    assert (found.nearest[0].frame, found.nearest[0].atom) == (0, 3)
    assert found.nearest[0].distance == pytest.approx(0.0, abs=1e-6)
    assert found.nearest[1].distance > 1e-3


def test_what_cannot_be_pruned_is_said(fitted):
    potential, _ = fitted(widths="per_center")
    with pytest.raises(NNPError, match="widths: global"):
        prune_potential(potential, 4, np.random.default_rng(0))
    with pytest.raises(NNPError, match="expected one model rbf, got network"):
        prune_potential(helpers.random_potential("Si"), 4, np.random.default_rng(0))


def test_what_a_training_cannot_do_is_said(rbf, fitted):
    with pytest.raises(ValueError, match="no huber"):
        rbf(loss={"huber": 0.1})
    with pytest.raises(ValueError, match="no network and no start"):
        rbf(network={"members": 2})
    with pytest.raises(ValueError, match="inputs: memory"):
        rbf(inputs="stream")
    potential, _ = fitted()
    with pytest.raises(NNPError, match="only neural networks can be trained further"):
        element_model_from_section(potential.definition.sections[0])

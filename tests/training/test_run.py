"""Whole trainings: they fit, report what they reached, keep the best, and continue from a potential."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase import Atoms
from ase.io import read, write

import helpers
from nnmanybody import Potential
from nnmanybody.config import read_config
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.training.fit_errors import TrainingDivergedError
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.provenance import data_hash
from nnmanybody.training.run import train
from nnmanybody.training.split import split_frames


def test_overfits_five_structures(configure):
    """Five structures have 125 numbers; a network with more weights than that must come close to them."""
    config = configure(
        data={"index": ":5", "validation_fraction": 0.0},
        network={"hidden_layers": (16, 8), "activation": "silu", "shortcut": True},
        symmetry_functions={"kind": "behler", "n_radial": 12, "n_angular": 24, "cutoff": 4.0, "select": "none"},
        whitening={"floor": 0.1},
        loss={"energy": 100.0},
        optimizer={"learning_rate": 0.02},
        schedule={"kind": "cosine"},
        epochs=400,
        batch_size=5,
        early_stopping=None,
        average=None,
    )
    result = train(config)
    frames = read_frames(config.data.train, index=":5")
    forces = np.sqrt(np.mean([frame.forces**2 for frame in frames]))
    energies = np.std([frame.energy / len(frame.atoms) for frame in frames])
    assert result.errors["train"].rmse["forces"] < 0.1 * forces
    assert result.errors["train"].rmse["energy"] < 0.1 * energies


def test_the_potential_has_the_errors_that_were_reported(configure):
    config = configure(loss={"stress": 1.0})
    result = train(config)
    names = {
        line.split()[1]
        for line in (config.output / "split.txt").read_text().splitlines()
        if line.startswith("validation")
    }
    frames = [frame for frame in read_frames(config.data.train) if frame.name in names]
    potential = Potential.read(result.potential)
    found = [potential.evaluate(frame.atoms) for frame in frames]
    energy = [(e.energy - f.energy) / len(f.atoms) for e, f in zip(found, frames, strict=True)]
    forces = [e.forces - f.forces for e, f in zip(found, frames, strict=True)]
    stress = [e.stress - f.stress for e, f in zip(found, frames, strict=True)]
    reported = result.errors["valid"].rmse
    for name, errors in (("energy", energy), ("forces", forces), ("stress", stress)):
        assert reported[name] == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-10)
    content = json.loads((config.output / "result.json").read_text())
    assert content["valid"]["energy_rmse"] == reported["energy"]
    assert content["finished"] is True


def test_early_stopping_keeps_the_best_weights(configure):
    """A rate that jumps after the second epoch makes everything worse from there on."""
    config = configure(
        schedule={"kind": "piecewise", "boundaries": (2,), "rates": (0.01, 5.0)},
        early_stopping={"patience": 3},
        average=None,
        epochs=50,
    )
    result = train(config)
    curve = read_learning_curve(config.output)
    assert result.best_epoch == 2
    assert result.epochs == 5
    assert result.errors["valid"].loss == pytest.approx(curve["loss_valid"][1], rel=1e-8)  # as the file rounds


def test_a_loss_that_is_not_finite_stops_and_keeps_the_best(configure):
    rates = {"kind": "piecewise", "boundaries": (2,), "rates": (1e-3, 1e200)}
    config = configure(optimizer={"name": "sgd"}, schedule=rates, average=None, epochs=9)
    with pytest.raises(
        TrainingDivergedError, match=r"in epoch 3, step \d: the .*silicon\.xyz:\d(?s:.*)best weights, of epoch 2"
    ):
        train(config)
    assert len(read_learning_curve(config.output)["epoch"]) == 2
    atoms = read_frames(config.data.train, index="0")[0].atoms
    assert np.isfinite(Potential.read(config.output / "potential.nnp").evaluate(atoms).forces).all()


def test_continues_from_a_potential(configure, tmp_path):
    """The first error is the one the potential had, although whitening and statistics are new."""
    first = train(configure(network={"hidden_layers": (6,), "shortcut": True}, epochs=10))
    config = configure(
        output=tmp_path / "more", epochs=1, optimizer={"learning_rate": 1e-12}, average=None
    ).model_dump()
    for own in ("symmetry_functions", "scaling", "model", "network", "reference_energies", "pair_core"):
        config.pop(own)
    config = type(configure()).model_validate({**config, "start": first.potential, "whitening": {"floor": 0.1}})
    second = train(config)
    assert second.errors["train"].rmse == pytest.approx(first.errors["train"].rmse, rel=1e-6)


def test_atomic_energies_of_environments(tmp_path, silicon_structures, configure):
    """Records as `compute nn/sample ... mode environment` writes them."""
    teacher = helpers.random_potential("Si", cutoff=4.0)
    records = []
    for atoms in silicon_structures:
        energies = teacher.evaluate(atoms).energies
        around = atoms * (3, 3, 3)
        center = 13 * len(atoms)
        vectors = around.positions - around.positions[center]
        near = np.argsort(np.linalg.norm(vectors, axis=1), kind="stable")
        near = near[np.linalg.norm(vectors[near], axis=1) < 4.0]
        record = Atoms(f"Si{len(near)}", vectors[near])
        record.info.update(config_type="environment", REF_atomic_energy=energies[0])
        records.append(record)
    path = tmp_path / "environments.xyz"
    write(path, records, format="extxyz")
    loss = {"energy": 0.0, "forces": 0.0, "atomic_energies": 1.0}
    config = configure(
        data={"train": path, "validation_fraction": 0.0}, loss=loss, epochs=60, optimizer={"learning_rate": 0.02}
    )
    result = train(config)
    deviation = np.std([record.info["REF_atomic_energy"] for record in records])
    assert result.errors["train"].rmse.keys() == {"atomic_energies"}
    assert result.errors["train"].rmse["atomic_energies"] < 0.3 * deviation


def test_two_elements_in_single_precision(configure, silica_xyz):
    config = configure(
        data={"train": silica_xyz},
        precision="float32",
        network={"elements": {"O": {"hidden_layers": (4, 3), "activation": "silu"}}},
        reference_energies={"Si": -4.0, "O": -2.0},
        loss={"l2": 1e-4},
        epochs=5,
    )
    result = train(config)
    potential = Potential.read(result.potential)
    assert potential.elements == ("O", "Si")
    assert [section.network.activations[0] for section in potential.definition.sections] == ["silu", "tanh"]
    loss = read_learning_curve(config.output)["loss_train"]
    assert loss[-1] < loss[0]


def test_the_file_says_where_it_comes_from(configure):
    config = configure(epochs=2, data={"split_seed": 9})
    train(config)
    lines = dict(Potential.read(config.output / "potential.nnp").definition.provenance)
    assert len(lines["data_sha256"]) == 64
    assert lines["frames"] == "8 train, 2 validation, 0 isolated"
    assert (lines["split_seed"], lines["seed"], lines["precision"]) == ("9", "0", "float64")
    assert lines["forces_rmse_valid"].endswith(" eV/Å")
    assert json.loads(lines["config"])["data"]["split_seed"] == 9
    assert str(config.output) not in lines["config"]


def test_the_settings_written_down_repeat_the_training(configure, tmp_path):
    config = configure(epochs=1)
    first = train(config)
    again = read_config(config.output / "config.yaml", {"output": tmp_path / "again"})
    second = train(again)
    assert first.potential.read_text() == second.potential.read_text()


def test_the_hash_is_that_of_the_content(tmp_path, silicon_structures):
    """The name of a file does not matter, one number in it does."""
    hashes = []
    for name, shift in (("a.xyz", 0.0), ("b.xyz", 0.0), ("c.xyz", 1e-3)):
        structures = [atoms.copy() for atoms in silicon_structures]
        structures[3].info["REF_energy"] += shift
        write(tmp_path / name, structures, format="extxyz")
        hashes.append(data_hash(split_frames(read_frames(tmp_path / name), [], 0.2, 0)))
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_constant_function_is_refused_or_dropped(configure):
    far = "G2 neighbor Si cutoff 4 eta 500 r_shift 0"  # exp(-500 r²) is zero wherever there are atoms
    near = ["G2 neighbor Si cutoff 4 eta 1 r_shift 2.4", "G1 neighbor Si cutoff 4"]
    listed = {"kind": "list", "functions": {"Si": [far, *near]}}
    with pytest.raises(NNPError, match=r"1 of 3 symmetry functions are constant.*\n  G2 .*eta 500 .*always"):
        train(configure(symmetry_functions={**listed, "select": "report"}))
    result = train(configure(symmetry_functions={**listed, "select": "drop"}, epochs=1))
    functions = Potential.read(result.potential).definition.sections[0].functions
    assert [str(function) for function in functions] == near


def test_faults_in_the_data_are_found_before_anything_is_computed(configure, tmp_path, silicon_structures):
    structures = [atoms.copy() for atoms in silicon_structures]
    structures[6].info["REF_energy"] /= 27.211386  # Hartree
    path = tmp_path / "mixed.xyz"
    write(path, structures, format="extxyz")
    with pytest.raises(NNPError, match=r"mixed\.xyz:6: .*in Hartree it would fit"):
        train(configure(data={"train": path}))


def test_an_isolated_atom_gives_the_reference_energy(configure, tmp_path, silicon_xyz):
    atom = Atoms("Si", cell=[20, 20, 20], pbc=True)
    atom.info.update(config_type="IsolatedAtom", REF_energy=-0.75)
    path = tmp_path / "with_atom.xyz"
    write(path, [*read(silicon_xyz, ":"), atom], format="extxyz")
    result = train(configure(data={"train": path}, reference_energies="isolated_atoms", epochs=1))
    assert Potential.read(result.potential).definition.sections[0].reference_energy == -0.75

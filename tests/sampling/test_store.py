"""The database of a loop: each structure once, labels to the last bit, a hash that does not depend on the order."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk
from nnmanybody.sampling.folder import structure_key
from nnmanybody.sampling.store import Label, Selected, Store
from nnmanybody.sampling.train import write_data

from nnmanybody.data import Frame, read_frames


def selected(seed):
    atoms = bulk("Cu", cubic=True)
    atoms.positions += np.random.default_rng(seed).normal(0.0, 0.1, atoms.positions.shape)
    return Selected(structure_key(atoms), atoms, "md/300/1:20", [{"method": "range", "value": 0.25, "atom": 3}])


def label(seed):
    rng = np.random.default_rng(seed)
    return Label(float(rng.normal()), rng.normal(size=(4, 3)), rng.normal(size=6))


def test_structures_labels_and_reasons_come_back_as_they_were(tmp_path):
    store = Store(tmp_path / "structures.db")
    one = selected(1)
    assert store.add([one, one], 2) == 2
    store.set_label(one.key, label(1))
    (row,) = Store(tmp_path / "structures.db").rows()
    assert (row.key, row.status, row.iteration, row.origin) == (one.key, "labelled", 2, one.origin)
    assert (row.atoms.positions == one.atoms.positions).all()
    assert row.label.energy == label(1).energy
    assert (row.label.forces == label(1).forces).all()
    assert (row.label.stress == label(1).stress).all()
    assert row.reasons == one.reasons


def test_the_hash_knows_structures_and_labels_and_no_order(tmp_path):
    hashes = []
    for name, order in (("a", (1, 2)), ("b", (2, 1))):
        store = Store(tmp_path / f"{name}.db")
        assert store.dataset_hash() == ""
        store.add([selected(seed) for seed in order], 0)
        for seed in order:
            store.set_label(selected(seed).key, label(seed))
        hashes.append(store.dataset_hash())
    assert hashes[0] == hashes[1]
    store.set_label(selected(1).key, label(3))
    assert store.dataset_hash() != hashes[0]


def test_what_is_set_aside_is_not_trained_on(tmp_path):
    store = Store(tmp_path / "structures.db")
    store.add([selected(1), selected(2)], 0)
    for seed in (1, 2):
        store.set_label(selected(seed).key, label(seed))
    store.set_status(selected(1).key, "refused", "net-force: 3 eV/Å")
    assert [frame.name for frame in store.frames()] == [selected(2).key]
    assert store.count("refused") == 1
    assert next(row.note for row in store.rows("refused")) == "net-force: 3 eV/Å"


def test_a_database_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    store = Store(tmp_path / "structures.db")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", killed)
        with pytest.raises(KeyboardInterrupt):
            store.add([selected(1)], 0)
    assert not store.path.exists()
    assert Store(store.path).add([selected(1)], 0) == 1


def test_data_to_train_on_come_back_with_and_without_a_name(tmp_path):
    atoms = selected(1).atoms
    frames = [Frame(atoms, energy=1.5, forces=np.zeros((4, 3)), name=name, config_type=name) for name in ("", "md")]
    write_data(tmp_path / "data.xyz", frames)
    found = read_frames(tmp_path / "data.xyz")
    assert [frame.energy for frame in found] == [1.5, 1.5]
    assert [frame.config_type for frame in found] == ["", "md"]

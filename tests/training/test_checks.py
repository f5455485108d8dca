"""What is wrong with data is said before the training starts, each fault in its own words."""

from __future__ import annotations

import logging
import os
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody.checks.before_training import check_before_training
from nnmanybody.data import DataKeys, Frame
from nnmanybody.errors import NNPError
from nnmanybody.training import checks


def silicon_frames(count):
    return [Frame(helpers.silicon(seed=seed), energy=-40.0 - seed, name=f"data.xyz:{seed}") for seed in range(count)]


def test_a_target_with_a_weight_that_no_frame_has():
    frames = silicon_frames(3)
    weights = {"energy": 1.0, "forces": 0.5, "stress": 0.0, "atomic_energies": 0.0}
    message = r"loss\.forces is 0\.5, but none of the 3 training frames has forces \(looked for the key 'REF_forces'\)"
    with pytest.raises(NNPError, match=message):
        checks.check_targets(frames, weights, DataKeys())


def test_targets_are_counted(caplog):
    frames = [*silicon_frames(3), Frame(helpers.silicon(), stress=np.zeros(6))]
    with caplog.at_level(logging.INFO):
        checks.check_targets(frames, {"energy": 1.0, "stress": 0.0}, DataKeys())
    assert "training on the energy of 3 of 4 frames" in caplog.text
    assert "1 training frames have stress, which are not used" in caplog.text


def test_validation_frames_without_any_target():
    weights = {"energy": 1.0, "forces": 1.0, "stress": 0.0}
    frames = [Frame(helpers.silicon(), stress=np.zeros(6))]
    with pytest.raises(NNPError, match=r"none of the 1 validation frames has energy or forces"):
        checks.check_validation(frames, weights)


def test_validation_frames_without_one_of_the_targets(caplog):
    checks.check_validation(silicon_frames(2), {"energy": 1.0, "forces": 1.0})
    assert "no validation frame has forces" in caplog.text


def test_atoms_on_top_of_one_another_are_named_with_their_frame():
    atoms = helpers.silicon()
    atoms.positions[5] = atoms.positions[2] + [0.0, 0.1, 0.0]
    with pytest.raises(NNPError, match=r"data\.xyz:9: atoms 2 \(Si\) and 5 \(Si\) are on top of one another, 0\.1 Å"):
        checks.checked_neighbors(Frame(atoms, name="data.xyz:9"), 4.0)


def test_atoms_in_one_place_are_named_with_their_frame():
    atoms = Atoms("Si2", np.zeros((2, 3)))
    with pytest.raises(NNPError, match=r"data\.xyz:9: .*on top of one another"):
        checks.checked_neighbors(Frame(atoms, name="data.xyz:9"), 4.0)


def test_an_element_without_atoms_to_learn_from():
    with pytest.raises(NNPError, match=r"no training frame has O with a known energy or force.*found: Si"):
        checks.check_elements({"Si": 8, "O": 0})


def test_an_element_beyond_those_of_the_configuration():
    with pytest.raises(NNPError, match=r"data\.xyz:0: has O, but the elements of the potential are Si"):
        checks.elements_of([Frame(helpers.silica(), name="data.xyz:0")], ["Si"])


def test_elements_come_in_the_order_of_their_numbers():
    assert checks.elements_of([Frame(helpers.silica())], None) == ("O", "Si")


def test_what_nnp_check_finds_stops_a_training(caplog):
    frames = [replace(frame, stress=np.zeros(6)) for frame in silicon_frames(3)]
    frames[0].atoms.pbc = [True, True, False]
    settings = {"keys": DataKeys(), "wanted": ["energy", "stress"], "cutoff": 4.0}
    message = (
        r"2 problems with the data:(?s:.)*stress-without-cell: .*data\.xyz:0(?s:.)*→ mend pbc(?s:.)*data.faults: warn"
    )
    with pytest.raises(NNPError, match=message):
        check_before_training(frames, [], **settings, action="error")
    check_before_training(frames, [], **settings, action="warn")
    assert "WARNING" in caplog.text
    assert "stress-without-cell" in caplog.text


def test_notes_do_not_stop_a_training(caplog):
    with caplog.at_level(logging.INFO):
        check_before_training(silicon_frames(3), [], keys=DataKeys(), wanted=["energy"], cutoff=6.0, action="error")
    assert "small-cell" in caplog.text


def test_an_output_folder_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(NNPError, match=r"out: cannot write into this output folder \(File exists\)"):
        checks.check_output(tmp_path / "out")


def test_an_output_folder_that_refuses_files(tmp_path, monkeypatch):
    """Permissions do not stop the superuser, who runs many a container: the refusal is made."""

    def refuse(*arguments, **keywords):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("pathlib.Path.write_text", refuse)
    with pytest.raises(NNPError, match=r"cannot write into this output folder \(Permission denied\); choose another"):
        checks.check_output(tmp_path)

"""Trainings repeated, stopped, killed and resumed: the same bits, or a clear refusal."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
from ase.io import write

from nnmanybody.errors import NNPError
from nnmanybody.training.checkpoint import Checkpoint
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train
from training_runs import assert_same, interrupt_at, kept

RESUMABLE = {
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "schedule": {"kind": "plateau", "patience": 1, "factor": 0.7},
    "epochs": 6,
    "checkpoint_every": 2,
}


def test_same_seed_same_bits(configure, tmp_path):
    runs = {}
    for name in ("one", "again"):
        config = configure(output=tmp_path / name, seed=3)
        train(config)
        runs[name] = kept(config.output)
    assert_same(runs["one"], runs["again"])


def test_another_seed_gives_other_weights(configure):
    first, second = (prepare(configure(seed=seed)).model.values()[0] for seed in (3, 4))
    assert np.all(first != second)


@pytest.mark.parametrize("average", [None, {"decay": 0.9}], ids=["plain", "averaged"])
def test_stopped_and_resumed_is_as_uninterrupted(configure, tmp_path, monkeypatch, average, caplog):
    whole = configure(output=tmp_path / "whole", average=average, **RESUMABLE)
    train(whole)
    parts = configure(output=tmp_path / "parts", average=average, **RESUMABLE)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 2, lambda: signal.raise_signal(signal.SIGINT))
        first = train(parts)
    assert (first.epochs, first.finished) == (3, False)
    assert "finishing this epoch, then writing a checkpoint" in caplog.text
    assert train(parts, resume=True).finished
    assert_same(kept(whole.output), kept(parts.output))


def test_killed_and_resumed_is_as_uninterrupted(configure, tmp_path, monkeypatch):
    """The learning curve is two lines ahead of the last checkpoint: they are cut off and written again."""

    def die():
        raise SystemExit

    whole = configure(output=tmp_path / "whole", **RESUMABLE)
    train(whole)
    parts = configure(output=tmp_path / "parts", **RESUMABLE)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 3, die)
        with pytest.raises(SystemExit):
            train(parts)
    assert len(read_learning_curve(parts.output)["epoch"]) == 3
    train(parts, resume=True)
    assert_same(kept(whole.output), kept(parts.output))


def test_a_second_signal_stops_at_once(configure, monkeypatch):
    def twice():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)

    interrupt_at(monkeypatch, 1, twice)
    with pytest.raises(KeyboardInterrupt):
        train(configure())


def test_resuming_refuses_another_training(configure, silicon_structures, tmp_path):
    config = configure(epochs=1)
    train(config)
    with pytest.raises(NNPError, match=r"written with another configuration; network, seed differ"):
        train(configure(seed=5, network={"hidden_layers": (7,)}), resume=True)
    other = tmp_path / "other.xyz"
    write(other, silicon_structures[1:], format="extxyz")
    with pytest.raises(NNPError, match=r"written with (another configuration; data|other data)"):
        train(configure(data={"train": other}), resume=True)
    with pytest.raises(NNPError, match=r"has a training already; continue it by --resume"):
        train(config)


def test_resuming_needs_a_checkpoint(configure):
    config = configure()
    with pytest.raises(NNPError, match=r"no checkpoint to resume from"):
        train(config, resume=True)
    (config.output / "checkpoint.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(NNPError, match=r"not a checkpoint of nnmanybody"):
        train(config, resume=True)


def test_a_full_disk_leaves_the_checkpoint_before(configure, tmp_path, monkeypatch):
    config = configure(epochs=2, checkpoint_every=1)
    before = tmp_path / "before"
    original = Checkpoint.write

    def refuse(number):
        raise OSError(28, os.strerror(28))

    def write_then_fill_the_disk(self, path):
        original(self, path)
        before.write_bytes(path.read_bytes())
        monkeypatch.setattr(os, "fsync", refuse)

    monkeypatch.setattr(Checkpoint, "write", write_then_fill_the_disk)
    with pytest.raises(
        NNPError, match=r"cannot write the checkpoint \(No space left on device\); the one before is whole"
    ):
        train(config)
    assert (config.output / "checkpoint.npz").read_bytes() == before.read_bytes()

"""What tests do with whole trainings: interrupt them, and compare what they leave bit for bit."""

from __future__ import annotations

import numpy as np

from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.trainer import Trainer


def kept(folder):
    """What a training leaves, apart from times: the potential, the checkpoint's arrays, the learning curve."""
    with np.load(folder / "checkpoint.npz") as file:
        arrays = {name: file[name] for name in file if name != "about"}
    curve = read_learning_curve(folder)
    curve.pop("seconds")
    return (folder / "potential.nnp").read_text(), arrays, curve


def assert_same(one, other):
    """Compare bit for bit."""
    assert one[0] == other[0]
    for mine, theirs in zip(one[1:], other[1:], strict=True):
        assert mine.keys() == theirs.keys()
        for name, value in mine.items():
            np.testing.assert_array_equal(value, theirs[name], err_msg=name)


def interrupt_at(monkeypatch, epoch, action):
    """Let something happen in the middle of an epoch (counted from 0)."""
    original = Trainer.train_epoch

    def train_epoch(self, frames, number):
        if number == epoch:
            action()
        return original(self, frames, number)

    monkeypatch.setattr(Trainer, "train_epoch", train_epoch)

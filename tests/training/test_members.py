"""Committees: the potential is the mean of the members, and each member is trained as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest

from nnmanybody import Potential
from nnmanybody.data import read_frames
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train
from nnmanybody.training.trainer import Trainer


def test_the_file_holds_what_was_reported(configure):
    """Errors of the mean, by TensorFlow, against those of the potential, by the core."""
    config = configure(network={"members": 3, "shortcut": True}, epochs=2)
    result = train(config)
    assert len(Potential.read(result.potential).definition.sections[0].networks) == 3
    names = (config.output / "split.txt").read_text().splitlines()
    frames = [frame for frame in read_frames(config.data.train) if f"validation {frame.name}" in names]
    potential = Potential.read(result.potential)
    errors = [potential.evaluate(frame.atoms).forces - frame.forces for frame in frames]
    assert result.errors["valid"].rmse["forces"] == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-10)


def test_members_learn_side_by_side_what_they_learn_alone(configure):
    """The first member has the weights of a committee of one, and takes the same steps."""
    kernels = []
    for members in (1, 3):
        config = configure(network={"members": members}, average=None)
        prepared = prepare(config)
        trainer = Trainer(prepared.model, config)
        trainer.train_epoch(prepared.train, 0)
        kernels.append(prepared.model.elements[0].kernels[0].numpy())
    np.testing.assert_allclose(kernels[1][0], kernels[0][0], rtol=1e-9)
    assert np.all(kernels[1][1] != kernels[1][0])

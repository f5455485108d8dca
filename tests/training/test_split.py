"""Who trains and who validates: by file, by a share with its own seed, by config_type."""

from __future__ import annotations

import pytest

import helpers
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.training.split import split_frames


@pytest.fixture
def frames():
    kinds = ["melt", "crystal"] * 10
    return [Frame(helpers.silicon(), name=str(number), config_type=kind) for number, kind in enumerate(kinds)]


def names(part):
    return [frame.name for frame in part]


def test_by_file(frames):
    split = split_frames(frames[:15], frames[15:], 0.5, 0)
    assert (names(split.train), names(split.validation)) == (names(frames[:15]), names(frames[15:]))


def test_by_a_share_with_a_seed(frames):
    one, again, other = (split_frames(frames, [], 0.2, seed) for seed in (0, 0, 1))
    assert len(one.validation) == 4
    assert names(one.validation) == names(again.validation) != names(other.validation)
    assert sorted(names(one.train) + names(one.validation), key=int) == names(frames)


def test_by_config_type(frames):
    split = split_frames(frames, [], 0.2, 0, ["melt"])
    assert (names(split.train), names(split.validation)) == (names(frames[1::2]), names(frames[::2]))


def test_a_config_type_that_no_frame_has(frames):
    with pytest.raises(NNPError, match=r"no frame of the training files is glass; they have: crystal, melt"):
        split_frames(frames, [], 0.2, 0, ["glass"])


def test_nothing_left_to_train_on(frames):
    with pytest.raises(NNPError, match=r"no frame is left to train on: 20 frames were read"):
        split_frames(frames, [], 0.2, 0, ["melt", "crystal"])

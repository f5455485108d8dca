"""The learning curve: written epoch by epoch, read back, cut at a checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

from nnmanybody.errors import NNPError
from nnmanybody.training.display import brief, summary
from nnmanybody.training.learning_curve import COLUMNS, LearningCurve, read_learning_curve


@pytest.fixture
def path(tmp_path):
    """A curve of three epochs."""
    path = tmp_path / "lcurve.txt"
    curve = LearningCurve(path)
    for epoch in (1, 2, 3):
        curve.append(epoch, {"energy_train": 0.002 * epoch, "forces_valid": 0.5 / epoch, "learning_rate": 1e-3})
    return path


def test_read_back_in_the_units_of_the_header(path):
    curve = read_learning_curve(path)
    assert list(curve) == list(COLUMNS)
    np.testing.assert_allclose(curve["energy_train"], [2.0, 4.0, 6.0])  # meV/atom
    np.testing.assert_allclose(curve["forces_valid"], [0.5, 0.25, 0.5 / 3], rtol=1e-8)  # eV/Å
    assert np.isnan(curve["stress_train"]).all()
    np.testing.assert_array_equal(read_learning_curve(path.parent)["epoch"], [1, 2, 3])


def test_the_header_has_every_column_with_its_unit(path):
    names = path.read_text(encoding="utf-8").splitlines()[3].lstrip("# ").split()
    assert names == [f"{name}[{unit}]" if unit else name for name, unit in COLUMNS.items()]
    assert {"energy_train[meV/atom]", "forces_valid[eV/Å]", "stress_valid[meV/Å³]", "seconds[s]"} <= set(names)


def test_numpy_reads_it_too(path):
    assert np.loadtxt(path, encoding="utf-8").shape == (3, len(COLUMNS))


def test_a_resumed_training_cuts_what_came_after_its_checkpoint(path):
    LearningCurve(path, epochs_kept=2).append(3, {"energy_train": 9.0})
    np.testing.assert_allclose(read_learning_curve(path)["energy_train"], [2.0, 4.0, 9000.0])


def test_a_line_cut_off_while_it_was_written_does_not_count(path):
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    np.testing.assert_array_equal(read_learning_curve(path)["epoch"], [1, 2])


def test_epochs_that_the_file_lacks(path):
    with pytest.raises(NNPError, match=r"has 3 epochs, but the checkpoint was written after 5"):
        LearningCurve(path, epochs_kept=5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# only a header\n", "no epoch is there"),
        ("1 2 3\n", "not a learning curve; expected 13 numbers a line, epoch, loss_train"),
        ("one two\n", "not a learning curve"),
    ],
)
def test_other_files(tmp_path, text, message):
    path = tmp_path / "lcurve.txt"
    path.write_text(text)
    with pytest.raises(NNPError, match=message):
        read_learning_curve(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(NNPError, match=r"lcurve\.txt: cannot read the learning curve"):
        read_learning_curve(tmp_path)


def test_beside_the_bar_there_is_room_for_two_errors():
    """80 columns less the name, the bar of 16, the count and the time left 36 for the text."""
    values = {"loss_valid": 1.0, "energy_valid": 1.2345e-3, "forces_valid": 0.098765, "stress_valid": 1e-3}
    assert brief(values) == "1.23 meV/atom, 0.0988 eV/Å"
    assert len(brief(values)) <= 36
    assert summary(values).startswith("validation RMSE energy 1.23 meV/atom, forces 0.0988 eV/Å, stress 1 meV/Å³")

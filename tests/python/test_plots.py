"""Pictures: what is drawn is the data, with labels, units and legends; files are pictures."""

from __future__ import annotations

import dataclasses
import sys

import ase.io
import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody import NNPError, SymmetryFunction
from nnmanybody.data import Frame
from nnmanybody.evaluate import error_report, predict
from nnmanybody.plots.correlation import plot_correlation
from nnmanybody.plots.force_distribution import plot_force_distribution, read_force_lengths
from nnmanybody.plots.learning_curve import plot_learning_curve, read_learning_curve
from nnmanybody.plots.parity import MOST_GROUPS, parities, plot_parity
from nnmanybody.plots.style import new_figure, save, style
from nnmanybody.plots.thesis_figures import plot_thesis_figure

CURVE = """\
# anything
# epoch loss_train loss_valid energy_train[meV/atom] energy_valid (meV/atom) stress_train[GPa] learning_rate seconds[s]
1  4.0  5.0  10.0  12.0  nan  0.1  2.0
2  2.0  2.5   5.0   6.0  nan  0.1  4.0
3  1.0  3.0   2.5   7.0  nan  0.1  6.0
"""


def curves(axes):
    """Lines with data of their own, by label."""
    return {line.get_label(): line.get_xydata() for line in axes.lines if not line.get_label().startswith("_")}


def texts(figure):
    return " ".join(text.get_text() for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text")))


# --- learning curve -------------------------------------------------------------------------------


@pytest.fixture
def curve(tmp_path):
    path = tmp_path / "lcurve.txt"
    path.write_text(CURVE, encoding="utf-8")
    return path


def test_learning_curve_draws_every_column_by_name(curve):
    figure = plot_learning_curve(read_learning_curve(curve))
    loss, energy, rate = figure.axes  # no panel for stress, which has no numbers, nor for seconds
    np.testing.assert_array_equal(curves(loss)["training"], [[1, 4], [2, 2], [3, 1]])
    np.testing.assert_array_equal(curves(loss)["validation"], [[1, 5], [2, 2.5], [3, 3]])
    np.testing.assert_array_equal(curves(energy)["validation"], [[1, 12], [2, 6], [3, 7]])
    assert energy.get_ylabel() == "energy RMSE (meV/atom)"
    assert energy.get_yscale() == "log"
    assert rate.get_ylabel() == "learning rate"
    assert loss.get_xlabel() == "epoch"


def test_learning_curve_marks_the_lowest_validation_loss(curve):
    figure = plot_learning_curve(read_learning_curve(curve))
    for axes in figure.axes:
        np.testing.assert_array_equal(curves(axes)["lowest validation loss, epoch 2"][:, 0], [2, 2])


def test_columns_are_found_by_name_in_any_order(tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("# validation_loss  step\n0.5 10\n0.25 20\n", encoding="utf-8")
    (axes,) = plot_learning_curve(read_learning_curve(path)).axes
    np.testing.assert_array_equal(curves(axes)["validation"], [[10, 0.5], [20, 0.25]])


def test_the_learning_curve_of_a_training_is_read(tmp_path):
    from nnmanybody.training.learning_curve import LearningCurve

    written = LearningCurve(tmp_path / "lcurve.txt")
    for epoch in (1, 2):
        written.append(epoch, {"loss_train": 1.0 / epoch, "forces_valid": 0.5 / epoch})
    force = plot_learning_curve(read_learning_curve(tmp_path / "lcurve.txt")).axes[1]
    assert force.get_ylabel() == "force RMSE (eV/Å)"
    np.testing.assert_array_equal(curves(force)["validation"], [[1, 0.5], [2, 0.25]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# epoch loss\n", "no epochs"),
        ("1 2\n", "expected a line that starts with #"),
        ("# epoch loss extra\n1 2\n", "names the 2 columns"),
        ("# epoch loss\n1 2\n3\n", ":3: expected 2 columns, got 1"),
        ("# epoch loss\n1 two\n", ":2: expected numbers"),
    ],
)
def test_faulty_learning_curves_are_refused(tmp_path, text, message):
    (tmp_path / "l.txt").write_text(text, encoding="utf-8")
    with pytest.raises(NNPError, match=message):
        read_learning_curve(tmp_path / "l.txt")


# --- parity ---------------------------------------------------------------------------------------


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    made = []
    for kind, atoms in (("bulk", helpers.silica()), ("skew", helpers.triclinic()), ("free", helpers.cluster())):
        forces, stress = rng.normal(size=(len(atoms), 3)), rng.normal(size=6) * 0.01
        made.append(Frame(atoms, -3.0 * len(atoms), forces, stress, name=kind, config_type=kind))
    return made


def test_parity_draws_targets_against_predictions(silica_potential, frames):
    predictions = predict(silica_potential, frames)
    figure = plot_parity(parities(frames, predictions))
    energy, energy_error, force, force_error, stress, _ = figure.axes
    assert [axes.get_title("left") for axes in (energy, force, stress)] == ["energy", "force components", "stress"]
    per_atom = {f.config_type: (-3.0, p.energy / len(f.atoms)) for f, p in zip(frames, predictions, strict=True)}
    for kind, (target, predicted) in per_atom.items():
        np.testing.assert_allclose(curves(energy)[kind], [[target, predicted]])
    oxygen = [f.atoms.symbols == "O" for f in frames]
    targets = np.concatenate([f.forces[mask].ravel() for f, mask in zip(frames, oxygen, strict=True)])
    found = np.concatenate([p.forces[mask].ravel() for p, mask in zip(predictions, oxygen, strict=True)])
    np.testing.assert_array_equal(curves(force)["O"], np.column_stack([targets, found]))
    np.testing.assert_allclose(force_error.lines[0].get_xydata(), np.column_stack([targets, found - targets]))
    assert set(curves(stress)) == {"bulk", "skew"}  # the cluster has a target, but no volume
    assert energy_error.get_xlabel() == "target (eV/atom)"
    assert energy_error.get_ylabel() == "error (meV/atom)"


def test_parity_prints_the_errors_that_evaluate_finds(silica_potential, frames):
    predictions = predict(silica_potential, frames)
    overall = error_report(frames, predictions).overall
    figure = plot_parity(parities(frames, predictions))
    assert f"RMSE {1e3 * overall.energy_rmse:.3g} meV/atom\n3 values" in figure.axes[0].texts[0].get_text()
    assert f"RMSE {overall.force_rmse:.3g} eV/Å\n63 values" in figure.axes[2].texts[0].get_text()


def test_too_many_groups_become_others(silica_potential, frames):
    many = [dataclasses.replace(frames[0], config_type=f"kind {index}") for index in range(MOST_GROUPS + 3)]
    (energy, *_) = parities(many, predict(silica_potential, many))
    assert len(energy.groups) == MOST_GROUPS
    assert len(energy.groups["others"][0]) == 4
    assert len(energy.error) == len(many)


def test_parity_without_targets_is_refused(silica_potential):
    nothing = [Frame(helpers.silica(), name="a")]
    with pytest.raises(NNPError, match="no frame has energies, forces or stresses"):
        parities(nothing, predict(silica_potential, nothing))


# --- force distribution ---------------------------------------------------------------------------


def record(force, **info):
    atoms = Atoms("Si2", [[0, 0, 0], [2.3, 0, 0]])
    atoms.info |= {"config_type": "environment", "REF_atomic_force": np.array(force), "REF_atomic_energy": -4.3, **info}
    return atoms


def test_one_force_per_environment(tmp_path):
    path = tmp_path / "sampled.xyz"
    ase.io.write(path, [record([3.0, 0.0, 4.0]), record([0.0, 0.5, 0.0])], format="extxyz")
    np.testing.assert_allclose(read_force_lengths(path), [5.0, 0.5])


def test_of_frames_only_the_atoms_that_had_them_recorded(tmp_path):
    atoms = helpers.silicon()
    atoms.arrays["REF_forces"] = np.outer(np.arange(8.0), [0.0, 0.6, 0.8])
    atoms.arrays["id"] = np.arange(1, 9)
    whole = atoms.copy()
    atoms.info["atom_ids"] = np.array([3, 8])
    ase.io.write(tmp_path / "sampled.xyz", [atoms, whole], format="extxyz")
    np.testing.assert_allclose(read_force_lengths(tmp_path / "sampled.xyz"), [2.0, 7.0, *range(8)])


def test_force_distribution_counts_every_force():
    rng = np.random.default_rng(0)
    everything = np.abs(rng.normal(0.0, 2.0, 1000))
    sampled = everything[everything > 1.0]
    figure = plot_force_distribution(sampled, everything, alpha=3.0)
    (axes,) = figure.axes
    heights = [sum(bar.get_height() for bar in bars) for bars in axes.containers]
    assert heights == [1000, len(sampled)]
    high = [bar.get_height() for bars in axes.containers for bar in bars if bar.get_x() > 1.1]
    assert high[: len(high) // 2] == high[len(high) // 2 :]  # both the same where all are kept
    assert axes.get_xlabel() == "|F| (eV/Å)"
    assert "α = 3 eV/Å" in texts(figure)
    assert axes.get_title("left").startswith(f"{len(sampled) / 10:.1f} %")


def test_records_without_forces_are_refused(tmp_path):
    ase.io.write(tmp_path / "a.xyz", helpers.silicon(), format="extxyz")
    with pytest.raises(NNPError, match=r"a\.xyz:0: no forces"):
        read_force_lengths(tmp_path / "a.xyz")
    with pytest.raises(NNPError, match=r"nowhere\.xyz: cannot be read"):
        read_force_lengths(tmp_path / "nowhere.xyz")


# --- correlation ----------------------------------------------------------------------------------


def test_correlation_picture_shows_the_matrix_and_its_strong_pairs():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(50, 4))
    values[:, 2] = -3.0 * values[:, 0] + 0.01 * values[:, 1]
    values[:, 3] = 1.0
    functions = [SymmetryFunction("G2", ["Si"], 6.0, eta=eta) for eta in (0.1, 0.2, 0.3, 0.4)]
    figure = plot_correlation("Si", functions, values)
    axes, bar = figure.axes
    shown = axes.images[0].get_array()
    np.testing.assert_allclose(shown[:3, :3], np.corrcoef(values[:, :3].T), atol=1e-12)
    assert shown.mask[3].all()  # a constant function has no correlation
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0, 2]])
    assert "1 pairs above 0.98" in axes.get_title("left")
    assert "1 constant" in axes.get_title("left")
    assert "Pearson correlation" in bar.get_ylabel()
    assert [label.get_text() for label in axes.get_yticklabels()][1].startswith("1  G2 Si η=0.2")


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_pictures_are_written_in_the_format_of_their_name(tmp_path, suffix, start):
    path = tmp_path / f"figure{suffix}"
    save(plot_thesis_figure("7.2"), path)
    assert path.read_bytes().startswith(start)


def test_a_picture_is_not_blank(tmp_path):
    from matplotlib.image import imread

    save(plot_thesis_figure("7.2"), tmp_path / "figure.png")
    pixels = imread(tmp_path / "figure.png")[..., :3]
    assert 0.02 < (pixels.min(axis=2) < 0.9).mean() < 0.5


def test_unknown_formats_and_unwritable_files(tmp_path):
    with style():
        figure = new_figure(2.0, 2.0)
    with pytest.raises(NNPError, match=r"expected a name that ends in \.png, \.pdf, \.svg"):
        save(figure, tmp_path / "figure.jpg")
    with pytest.raises(NNPError, match="cannot be written"):
        save(figure, tmp_path / "no_folder" / "figure.png")


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NNPError, match=r"pip install nnmanybody\[plot\]"):
        plot_thesis_figure("4.2")

"""Errors of predictions: planted ones are found again, overall and by element and config_type."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import helpers
from nnmanybody import NNPError
from nnmanybody.committee import calibrate
from nnmanybody.data import Frame
from nnmanybody.evaluate import (
    NO_CONFIG_TYPE,
    error_report,
    evaluate_committee,
    frames_with_predictions,
    predict,
)

ROUNDING = 1e-11


@pytest.fixture
def perfect(silica_potential):
    """Frames whose targets are what the potential says: bulk, triclinic and a cluster."""
    frames = []
    for name, atoms in {"bulk": helpers.silica(), "skew": helpers.triclinic(), "": helpers.cluster()}.items():
        found = silica_potential.evaluate(atoms)
        frames.append(
            Frame(
                atoms,
                energy=found.energy,
                forces=found.forces,
                stress=found.stress,
                atomic_energies=found.energies,
                name=f"data.xyz:{len(frames)}",
                config_type=name,
            )
        )
    return frames


def report_of(potential, frames):
    return error_report(frames, predict(potential, frames))


def changed(frame, **targets):
    return dataclasses.replace(frame, **targets)


def test_a_perfect_potential_has_no_errors(silica_potential, perfect):
    overall = report_of(silica_potential, perfect).overall
    assert (overall.n_frames, overall.n_atoms) == (3, 21)
    assert (overall.n_energies, overall.n_forces, overall.n_stresses, overall.n_atomic_energies) == (3, 21, 2, 21)
    for field in dataclasses.fields(overall):
        if not field.name.startswith("n_"):
            assert getattr(overall, field.name) == pytest.approx(0.0, abs=ROUNDING)


def test_energy_errors_are_per_atom(silica_potential, perfect):
    # 9, 5 and 7 atoms, each energy off by a known amount per atom.
    errors = np.array([0.001, -0.003, 0.002])
    frames = [
        changed(frame, energy=frame.energy - error * len(frame.atoms))
        for frame, error in zip(perfect, errors, strict=True)
    ]
    report = report_of(silica_potential, frames)
    assert report.overall.energy_rmse == pytest.approx(np.sqrt(14e-6 / 3), abs=ROUNDING)
    assert report.overall.energy_mae == pytest.approx(0.002, abs=ROUNDING)
    assert report.overall.energy_max == pytest.approx(0.003, abs=ROUNDING)
    assert report.per_config_type["skew"].energy_rmse == pytest.approx(0.003, abs=ROUNDING)
    assert report.per_config_type[NO_CONFIG_TYPE].energy_rmse == pytest.approx(0.002, abs=ROUNDING)
    assert all(errors.energy_rmse is None for errors in report.per_element.values())


def test_one_planted_force_error(silica_potential, perfect):
    forces = perfect[1].forces.copy()
    planted = np.array([0.3, 0.0, -0.4])  # 0.5 eV/Å long
    forces[2] -= planted
    report = report_of(silica_potential, [perfect[0], changed(perfect[1], forces=forces), perfect[2]])
    n_components = 3 * 21
    assert report.overall.force_rmse == pytest.approx(0.5 / np.sqrt(n_components), abs=ROUNDING)
    assert report.overall.force_mae == pytest.approx(0.7 / n_components, abs=ROUNDING)
    assert report.overall.force_max == pytest.approx(0.5, abs=ROUNDING)
    element = perfect[1].atoms.symbols[2]
    n_element = sum((frame.atoms.symbols == element).sum() for frame in perfect)
    assert report.per_element[element].force_rmse == pytest.approx(0.5 / np.sqrt(3 * n_element), abs=ROUNDING)
    (other,) = set(report.per_element) - {element}
    assert report.per_element[other].force_max == pytest.approx(0.0, abs=ROUNDING)
    worst = report.worst_atoms[0]
    assert (worst.frame, worst.atom, worst.element) == ("data.xyz:1", 2, element)
    assert worst.force_error == pytest.approx(0.5, abs=ROUNDING)
    np.testing.assert_allclose(np.subtract(worst.predicted, worst.reference), planted, atol=ROUNDING)


def test_worst_atoms_are_sorted_and_ten(silica_potential, perfect):
    rng = np.random.default_rng(5)
    frames = [changed(frame, forces=frame.forces + rng.normal(size=frame.forces.shape)) for frame in perfect]
    worst = report_of(silica_potential, frames).worst_atoms
    lengths = [np.linalg.norm(frame.forces - true.forces, axis=1) for frame, true in zip(frames, perfect, strict=True)]
    expected = np.sort(np.concatenate(lengths))[::-1][:10]
    np.testing.assert_allclose([error.force_error for error in worst], expected, atol=ROUNDING)


def test_lengths_and_directions_of_forces(silica_potential, perfect):
    # Targets twice as long and turned by 90°: the length is off by the predicted length, the angle by π/2.
    def turned(forces):
        across = np.cross(forces, [0.2, 0.5, 1.0])
        return 2.0 * across / np.linalg.norm(across, axis=1)[:, None] * np.linalg.norm(forces, axis=1)[:, None]

    report = report_of(silica_potential, [changed(frame, forces=turned(frame.forces)) for frame in perfect])
    lengths = np.concatenate([np.linalg.norm(frame.forces, axis=1) for frame in perfect])
    assert report.overall.n_force_directions == 21
    assert report.overall.force_amplitude_rmse == pytest.approx(np.sqrt(np.mean(lengths**2)), abs=ROUNDING)
    assert report.overall.force_angle_rmse == pytest.approx(np.pi / 2, abs=1e-7)


def test_tiny_reference_forces_have_no_direction(silica_potential, perfect):
    tiny = perfect[0].forces.copy()
    tiny[:4] = 1e-4  # 1.7e-4 eV/Å long, below the threshold of 1e-3
    overall = report_of(silica_potential, [changed(perfect[0], forces=tiny)]).overall
    assert (overall.n_forces, overall.n_force_directions) == (9, 5)
    assert overall.force_angle_rmse == pytest.approx(0.0, abs=1e-7)


def test_stress_and_atomic_energy_errors(silica_potential, perfect):
    frames = [
        changed(perfect[0], stress=perfect[0].stress - 0.01, atomic_energies=perfect[0].atomic_energies + 0.5),
        perfect[1],
        perfect[2],
    ]
    overall = report_of(silica_potential, frames).overall
    assert overall.stress_rmse == pytest.approx(0.01 * np.sqrt(6 / 12), abs=ROUNDING)
    assert overall.atomic_energy_rmse == pytest.approx(0.5 * np.sqrt(9 / 21), abs=ROUNDING)


def test_only_known_atomic_energies_count(silica_potential, perfect):
    energies = np.full(7, np.nan)
    energies[0] = perfect[2].atomic_energies[0] - 0.25
    frame = Frame(perfect[2].atoms, atomic_energies=energies, name="sampled.xyz:0", config_type="environment")
    report = report_of(silica_potential, [frame])
    assert report.overall.n_atomic_energies == 1
    assert report.overall.atomic_energy_rmse == pytest.approx(0.25, abs=ROUNDING)
    assert report.per_element["Si"].n_atomic_energies == 1
    assert report.per_element["O"].atomic_energy_rmse is None


def test_targets_in_no_frame_are_null(silica_potential, perfect):
    frames = [changed(frame, forces=None, stress=None, atomic_energies=None) for frame in perfect]
    report = report_of(silica_potential, frames)
    read = json.loads(json.dumps(report.as_json()))
    assert read["n_forces"] == read["n_stresses"] == 0
    for name in ("force_rmse", "force_mae", "force_max", "force_angle_rmse", "stress_rmse", "atomic_energy_rmse"):
        assert read[name] is None
    assert read["energy_rmse"] == pytest.approx(0.0, abs=ROUNDING)
    assert read["worst_atoms"] == []


def test_json_has_the_promised_keys(silica_potential, perfect):
    read = json.loads(json.dumps(report_of(silica_potential, perfect).as_json()))
    promised = {"energy_rmse", "force_rmse", "energy_mae", "force_mae", "energy_max", "force_max", "stress_rmse"}
    promised |= {"n_frames", "n_atoms", "per_element", "per_config_type", "worst_atoms"}
    assert promised <= set(read)
    assert set(read["per_element"]) == {"Si", "O"}
    assert set(read["per_config_type"]) == {"bulk", "skew", NO_CONFIG_TYPE}
    assert promised - {"per_element", "per_config_type", "worst_atoms"} <= set(read["per_config_type"]["bulk"])
    assert "energy_rmse" not in read["per_element"]["Si"]


def test_predictions_stand_beside_the_targets(silica_potential, perfect):
    frames = [perfect[0], changed(perfect[2], forces=None, atomic_energies=None)]
    predictions = predict(silica_potential, frames)
    first, second = frames_with_predictions(frames, predictions)
    assert first.info["REF_energy"] == perfect[0].energy
    assert first.info["NNP_energy"] == predictions[0].energy
    np.testing.assert_array_equal(first.arrays["NNP_forces"], predictions[0].forces)
    np.testing.assert_allclose(first.arrays["force_error"], 0.0, atol=ROUNDING)
    assert "force_error" not in second.arrays
    assert "NNP_stress" not in second.info
    assert "NNP_energy" not in perfect[0].atoms.info  # the frames themselves are left as they were


def test_a_frame_that_cannot_be_evaluated_is_named(silicon_potential, perfect):
    with pytest.raises(NNPError, match=r"data\.xyz:0: atom 3 is O"):
        predict(silicon_potential, perfect)


def test_nothing_to_compare():
    with pytest.raises(NNPError, match="at least one frame"):
        error_report([], [])


def test_mean_and_largest_of_stress_and_atomic_energy_errors(silica_potential, perfect):
    stress = perfect[0].stress + np.array([0.02, 0.0, 0.0, 0.0, 0.0, -0.01])
    energies = perfect[0].atomic_energies - np.array([0.5, *np.zeros(8)])
    overall = report_of(silica_potential, [changed(perfect[0], stress=stress, atomic_energies=energies)]).overall
    assert (overall.stress_mae, overall.stress_max) == pytest.approx((0.03 / 6, 0.02), abs=ROUNDING)
    assert (overall.atomic_energy_mae, overall.atomic_energy_max) == pytest.approx((0.5 / 9, 0.5), abs=ROUNDING)


def test_worst_frames_are_sorted_by_their_energy_error(silica_potential, perfect):
    frames = [
        changed(frame, energy=frame.energy + error) for frame, error in zip(perfect, (0.9, -1.0, 0.0), strict=True)
    ]
    worst = report_of(silica_potential, frames).worst_frames
    assert [error.frame for error in worst] == ["data.xyz:1", "data.xyz:0", "data.xyz:2"]
    assert worst[0].energy_error == pytest.approx(1.0 / len(perfect[1].atoms), abs=ROUNDING)
    assert worst[0].force_rmse == pytest.approx(0.0, abs=ROUNDING)


def test_a_committee_is_its_mean(perfect):
    members = [helpers.random_potential(["Si", "O"], seed=seed) for seed in (1, 2, 3)]
    result = evaluate_committee(members, perfect)
    alone = [predict(member, perfect) for member in members]
    energies = np.array([[found.energy / len(found.energies) for found in one] for one in alone])
    np.testing.assert_allclose(
        [found.energy / len(found.energies) for found in result.predictions], energies.mean(axis=0), rtol=1e-14
    )
    np.testing.assert_allclose([one.energy for one in result.spread], energies.std(axis=0, ddof=1), rtol=1e-9)
    forces = np.array([one[0].forces for one in alone])
    np.testing.assert_allclose(result.spread[0].forces, np.sqrt(forces.var(axis=0, ddof=1).sum(axis=1)), rtol=1e-9)
    read = json.loads(json.dumps(result.as_json()))
    assert len(read["members"]) == 3
    assert [member["energy_rmse"] for member in read["members"].values()] == pytest.approx(
        [error_report(perfect, one).overall.energy_rmse for one in alone]
    )
    assert read["calibration"]["forces"]["n"] == 21
    assert read["calibration"]["energy"]["n"] == 3


def test_calibration_of_a_spread_that_is_the_error():
    spread = np.random.default_rng(0).exponential(size=1200)
    found = calibrate(spread, 2.0 * spread)
    assert found["error_over_spread"] == pytest.approx(2.0)
    assert found["rank_correlation"] == pytest.approx(1.0)
    assert [group["n"] for group in found["bins"]] == [100] * 12
    for group in found["bins"]:
        assert group["error"] == pytest.approx(2.0 * group["spread"])


def test_calibration_without_anything_to_compare_with():
    assert calibrate(np.empty(0), np.empty(0)) == {}
    assert calibrate(np.zeros(4), np.ones(4))["error_over_spread"] is None


def test_errors_and_spread_stand_in_the_structures(silica_potential, perfect):
    members = [silica_potential, helpers.random_potential(["Si", "O"], seed=7)]
    result = evaluate_committee(members, perfect)
    written = frames_with_predictions(perfect, result.predictions, result.spread)
    for atoms, found, frame, spread in zip(written, result.predictions, perfect, result.spread, strict=True):
        assert atoms.info["energy_error"] == pytest.approx((found.energy - frame.energy) / len(atoms))
        assert atoms.info["energy_spread"] == spread.energy
        np.testing.assert_array_equal(atoms.arrays["force_spread"], spread.forces)

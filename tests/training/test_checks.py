"""What is wrong with data is said before the training starts, each fault in its own words."""

from __future__ import annotations

import logging
import os

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody.data import DataKeys, Frame
from nnmanybody.errors import NNPError
from nnmanybody.training import checks
from nnmanybody.training.energy_check import check_energies, energy_outliers

HARTREE = 27.211386  # eV, CODATA


def silicon_frames(count, seed=0):
    """Frames with energies about -5 eV/atom, of different sizes."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(count):
        atoms = helpers.silicon() * (1 + number % 2, 1, 1)
        frames.append(Frame(atoms, energy=len(atoms) * (-5.0 + 0.05 * rng.normal()), name=f"data.xyz:{number}"))
    return frames


def replaced(frames, index, energy):
    return [*frames[:index], Frame(frames[index].atoms, energy=energy, name=frames[index].name), *frames[index + 1 :]]


@pytest.mark.parametrize(
    ("factor", "unit"),
    [
        (1.0 / HARTREE, "Hartree"),
        (2.0 / HARTREE, "Rydberg"),
        (23.0605, "kcal/mol"),
        (96.485, "kJ/mol"),
        (1000.0, "meV"),
    ],
)
def test_an_energy_in_another_unit_is_refused_by_frame_and_unit(factor, unit):
    frames = silicon_frames(20)
    frames = replaced(frames, 13, frames[13].energy * factor)
    with pytest.raises(NNPError, match=rf"1 of 20 frames .*factor(?s:.)*data\.xyz:13: .*in {unit} it would fit"):
        check_energies(frames, ["Si"], "error")


def test_an_energy_per_atom_among_energies_is_refused_by_frame():
    frames = silicon_frames(20)
    frames = replaced(frames, 4, frames[4].energy / len(frames[4].atoms))
    with pytest.raises(NNPError, match=r"data\.xyz:4: energy -0\.6\d* eV/atom, but .* expect -[45]\.\d* eV/atom"):
        check_energies(frames, ["Si"], "error")


def test_a_wrong_unit_among_frames_of_two_elements():
    rng = np.random.default_rng(1)
    frames = []
    for number in range(12):
        atoms = helpers.silica() if number % 2 else helpers.silicon()
        symbols = np.array(atoms.get_chemical_symbols())
        energy = -5.0 * np.sum(symbols == "Si") - 8.0 * np.sum(symbols == "O") + len(atoms) * 0.05 * rng.normal()
        frames.append(Frame(atoms, energy=energy, name=f"data.xyz:{number}"))
    assert energy_outliers(frames, ["Si", "O"]) == []
    frames = replaced(frames, 7, frames[7].energy / HARTREE)
    (outlier,) = energy_outliers(frames, ["Si", "O"])
    assert (outlier.frame.name, outlier.unit) == ("data.xyz:7", "Hartree")


def test_a_mistaken_energy_passes_with_a_warning_where_that_is_asked_for(caplog):
    frames = silicon_frames(20)
    check_energies(replaced(frames, 3, frames[3].energy / HARTREE), ["Si"], "warn")
    assert "data.xyz:3" in caplog.text


def test_an_unusual_structure_is_warned_of_but_not_refused(caplog):
    """A crystal compressed until it is not bound any more: far off, but by no factor."""
    frames = silicon_frames(20)
    check_energies(replaced(frames, 3, 2.0 * len(frames[3].atoms)), ["Si"], "error")
    assert "unusual energy: data.xyz:3" in caplog.text


def test_ordinary_energies_pass_silently(caplog):
    check_energies(silicon_frames(20), ["Si"], "error")
    assert caplog.text == ""


def test_energies_about_zero_are_not_mistaken_for_another_unit():
    frames = [
        Frame(frame.atoms, energy=frame.energy + 5.0 * len(frame.atoms), name=frame.name)
        for frame in silicon_frames(20)
    ]
    check_energies(replaced(frames, 3, 10.0 * len(frames[3].atoms)), ["Si"], "error")


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


def test_a_stress_needs_three_periodic_directions():
    atoms = helpers.silicon()
    atoms.pbc = [True, True, False]
    with pytest.raises(NNPError, match=r"data\.xyz:0: has a stress, but is not periodic"):
        checks.check_cells([Frame(atoms, stress=np.zeros(6), name="data.xyz:0")])


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

"""Energies that are off by a factor, or by too much: named by frame, with the unit that explains them."""

from __future__ import annotations

import numpy as np
import pytest

import helpers
from nnmanybody.checks.energies import check_energies, energy_outliers
from nnmanybody.checks.geometry import geometry_of
from nnmanybody.data import Frame

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


def findings(frames):
    return list(check_energies(frames, [geometry_of(frame, 4.0) for frame in frames]))


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
def test_an_energy_in_another_unit_is_named_by_frame_and_unit(factor, unit):
    frames = silicon_frames(20)
    (found,) = findings(replaced(frames, 13, frames[13].energy * factor))
    assert found.check == "energy-unit"
    assert found.problem
    assert found.frames == ("data.xyz:13",)
    assert found.text.startswith("1 of 20 frames have an energy that is off by a factor")
    assert f"in {unit} it would fit" in found.text


def test_an_energy_per_atom_among_energies_is_named_by_frame():
    frames = silicon_frames(20)
    (found,) = findings(replaced(frames, 4, frames[4].energy / len(frames[4].atoms)))
    assert (found.check, found.frames) == ("energy-unit", ("data.xyz:4",))


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


def test_an_unusual_energy_of_an_unusual_structure_is_a_note():
    """A crystal compressed until it is not bound any more: far off, but by no factor."""
    frames = silicon_frames(20)
    frames[3].atoms.set_cell(0.8 * frames[3].atoms.cell.array, scale_atoms=True)
    (found,) = findings(replaced(frames, 3, 2.0 * len(frames[3].atoms)))
    assert (found.check, found.problem, found.frames) == ("energy-outlier", False, ("data.xyz:3",))


def test_an_unusual_energy_of_a_usual_structure_is_a_problem():
    frames = silicon_frames(20)
    (found,) = findings(replaced(frames, 3, -2.5 * len(frames[3].atoms)))
    assert (found.check, found.problem, found.frames) == ("energy-outlier", True, ("data.xyz:3",))


def test_ordinary_energies_pass():
    assert findings(silicon_frames(20)) == []


def test_energies_about_zero_are_not_mistaken_for_another_unit():
    frames = [
        Frame(frame.atoms, energy=frame.energy + 5.0 * len(frame.atoms), name=frame.name)
        for frame in silicon_frames(20)
    ]
    (found,) = findings(replaced(frames, 3, 10.0 * len(frames[3].atoms)))
    assert found.check == "energy-outlier"

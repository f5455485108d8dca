"""Division of the frames, and reference energies."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.training.reference_energies import reference_energies, residual_energies
from nnmanybody.training.split import split_frames

ENERGIES = {"Si": -5.25, "O": -1.5}


def energy_of(atoms):
    return sum(ENERGIES[symbol] for symbol in atoms.get_chemical_symbols())


@pytest.fixture
def frames():
    """Frames whose energies are exactly sums over their atoms."""
    structures = [helpers.silicon(), helpers.silica(), helpers.triclinic()]
    return [Frame(atoms, energy=energy_of(atoms), name=f"f:{n}") for n, atoms in enumerate(structures)]


def isolated(element, energy, name="i:0", count=1):
    return Frame(Atoms(element * count), energy=energy, name=name, config_type="IsolatedAtom")


def test_least_squares_finds_the_energies_that_made_the_data(frames):
    assert reference_energies("fit", frames, [], ["Si", "O"]) == pytest.approx(ENERGIES, rel=1e-12)


def test_least_squares_uses_atomic_energies_where_there_is_no_other():
    atomic = np.array([-1.25, np.nan, np.nan])
    known = Frame(Atoms("SiO2", np.eye(3)), atomic_energies=atomic)
    assert reference_energies("fit", [known], [], ["Si", "O"]) == pytest.approx({"Si": -1.25, "O": 0.0})


def test_without_energies_the_fit_is_zero():
    assert reference_energies("fit", [Frame(Atoms("Si"))], [], ["Si"]) == {"Si": 0.0}


def test_isolated_atoms(frames):
    atoms = [isolated("O", -0.5), isolated("Si", -0.25)]
    assert reference_energies("isolated_atoms", frames, atoms, ["Si", "O"]) == {"Si": -0.25, "O": -0.5}


def test_given_numbers(frames):
    assert reference_energies({"Si": -1, "O": -2.0}, frames, [], ["Si", "O"]) == {"Si": -1.0, "O": -2.0}


@pytest.mark.parametrize(
    ("choice", "atoms", "message"),
    [
        ("isolated_atoms", [isolated("Si", -1.0)], r"needs a frame with config_type=IsolatedAtom and one atom of O"),
        ("isolated_atoms", [isolated("Si", -1.0, count=2)], r"i:0: .* must be one atom with an energy, got 2 atoms"),
        ("isolated_atoms", [isolated("Si", None)], r"i:0: .* got 1 atoms and the energy None"),
        (
            "isolated_atoms",
            [isolated("Si", -1.0), isolated("Si", -1.1, "i:7")],
            r"two energies of an .* Si .*i:7",
        ),
        ({"Si": -1.0}, [], r"reference_energies has no number for O"),
    ],
)
def test_what_is_missing_is_named(frames, choice, atoms, message):
    with pytest.raises(NNPError, match=message):
        reference_energies(choice, frames, atoms, ["Si", "O"])


def test_the_rest_is_what_the_references_leave_over(frames):
    rest = residual_energies(frames, {"Si": -5.0, "O": -1.0})
    assert rest == pytest.approx({"Si": -0.25, "O": -0.5}, rel=1e-12)


def many(count):
    return [Frame(Atoms("Si"), name=f"f:{number}") for number in range(count)]


def test_the_split_depends_on_its_seed_alone():
    one, again, other = (split_frames(many(20), [], 0.25, seed) for seed in (0, 0, 1))
    assert len(one.validation) == 5
    assert [frame.name for frame in one.train] == [frame.name for frame in again.train]
    assert [frame.name for frame in one.train] != [frame.name for frame in other.train]
    assert {frame.name for frame in (*one.train, *one.validation)} == {f"f:{number}" for number in range(20)}


def test_a_small_fraction_is_at_least_one_frame():
    assert len(split_frames(many(3), [], 0.01, 0).validation) == 1


def test_given_validation_frames_replace_the_fraction():
    split = split_frames(many(4), [Frame(Atoms("Si"), name="v:0")], 0.5, 0)
    assert ([frame.name for frame in split.validation], len(split.train)) == (["v:0"], 4)


def test_isolated_atoms_are_no_structures_to_learn_from():
    split = split_frames([*many(2), isolated("Si", -1.0)], [], 0.0, 0)
    assert ([frame.name for frame in split.isolated], len(split.train), split.validation) == (["i:0"], 2, ())


def test_nothing_left_to_train_on():
    with pytest.raises(
        NNPError, match=r"no frame is left to train on: 2 frames were read, 1 are isolated atoms, 1 are"
    ):
        split_frames([*many(1), isolated("Si", -1.0)], [], 0.5, 0)

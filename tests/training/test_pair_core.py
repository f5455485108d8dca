"""A training with a core: targets are without it, the file has it, and what does not fit is said."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody import Potential
from nnmanybody.config import PairCoreConfig, TrainingConfig
from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.training.pair_core import choose_core, without_core
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train
from nnmanybody.training.split import Split

CUTOFF = 4.0  # Å, of the functions of `configure`
INNER, OUTER = 1.1, 2.3  # Å, into the data: the rattled crystals have pairs from 1.8 Å on
ROUNDING = 1e-11  # eV, eV/Å
TARGETS = ("energy", "forces", "stress", "atomic_energies")


def labelled(atoms, potential):
    """Make a frame with all targets that a potential computes."""
    found = potential.evaluate(atoms)
    return Frame(atoms, found.energy, found.forces, found.stress, found.energies)


def test_targets_are_those_of_a_potential_without_its_core():
    teacher = helpers.random_potential(["Si", "O"], cutoff=CUTOFF)
    with_core = helpers.with_core(teacher, INNER, OUTER)
    structures = [helpers.silica(), helpers.triclinic(), helpers.cluster(), Atoms("Si", cell=[9, 9, 9], pbc=True)]
    frames = tuple(labelled(atoms, with_core) for atoms in structures)
    lone = Frame(structures[1])  # nothing is known of it
    split = without_core(Split(frames[:2], (*frames[2:], lone), ()), with_core.pair_core, ["Si", "O"])
    *reduced, still_lone = (*split.train, *split.validation)
    assert all(getattr(still_lone, target) is None for target in TARGETS)
    for frame, atoms in zip(reduced, structures, strict=True):
        expected = labelled(atoms, teacher)
        for target in TARGETS:
            if getattr(expected, target) is None:
                assert getattr(frame, target) is None
            else:
                np.testing.assert_allclose(getattr(frame, target), getattr(expected, target), rtol=0, atol=ROUNDING)
    assert np.abs(reduced[1].forces - frames[1].forces).max() > 0.1


def test_a_core_in_the_data_is_fitted_around_written_and_kept_by_the_next_training(configure, tmp_path, caplog):
    config = configure(pair_core={"inner": INNER, "outer": OUTER}, epochs=2)
    with caplog.at_level(logging.WARNING):
        result = train(config)
    assert "pair_core reaches to 2.3 Å, into the data, whose shortest distance is 1." in caplog.text
    potential = Potential.read(result.potential)
    assert str(potential.pair_core) == "zbl 1.1 2.3"
    frames = {frame.name: frame for frame in read_frames(config.data.train)}
    lines = (config.output / "split.txt").read_text().splitlines()
    held_out = [frames[line.split()[1]] for line in lines if line.startswith("validation")]
    found = [potential.evaluate(frame.atoms) for frame in held_out]
    energy = [(e.energy - f.energy) / len(f.atoms) for e, f in zip(found, held_out, strict=True)]
    forces = [e.forces - f.forces for e, f in zip(found, held_out, strict=True)]
    for name, errors in (("energy", energy), ("forces", forces)):
        assert result.errors["valid"].rmse[name] == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-9)
    brought = ("symmetry_functions", "scaling", "model", "network", "reference_energies", "pair_core")
    settings = {key: value for key, value in config.model_dump().items() if key not in brought}
    again = prepare(TrainingConfig.model_validate({**settings, "start": result.potential}))
    assert str(again.model.definition().pair_core) == "zbl 1.1 2.3"


def test_the_default_core_ends_where_the_data_begins_and_leaves_every_target_as_it_is(configure, caplog):
    frames = tuple(read_frames(configure().data.train))
    core = choose_core(PairCoreConfig(), frames, CUTOFF)
    assert "into the data" not in caplog.text
    shortest = min(neighbor_list(frame.atoms, CUTOFF).distance.min() for frame in frames)
    assert shortest - 0.01 < core.outer <= shortest
    assert core.inner == pytest.approx(core.outer / 2.0, abs=1e-3)
    split = Split(frames, (), ())
    assert all(one is other for one, other in zip(without_core(split, core, ["Si"]).train, frames, strict=True))
    assert without_core(split, None, ["Si"]) is split


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"inner": 1.0}, "both inner and outer"),
        ({"outer": 1.0}, "both inner and outer"),
        ({"inner": 2.0, "outer": 1.0}, "inner < outer, got 2 and 1"),
        ({"inner": 0.0, "outer": 1.0}, "greater than 0"),
        ({"kind": "zlb"}, "zbl"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        PairCoreConfig.model_validate(settings)


def test_a_start_brings_its_own_core():
    with pytest.raises(ValueError, match="`start` brings its own pair_core"):
        TrainingConfig.model_validate({"data": "x.xyz", "start": "old.nnp", "pair_core": None})


def test_a_core_beyond_the_functions_is_refused(silicon_structures):
    frames = [Frame(atoms) for atoms in silicon_structures]
    config = PairCoreConfig(inner=1.0, outer=4.5)
    with pytest.raises(NNPError, match=r"pair_core.outer is 4\.5 Å, beyond the cutoff of the symmetry functions, 4 Å"):
        choose_core(config, frames, CUTOFF)


def test_data_without_pairs_has_no_core_by_default():
    frames = [Frame(Atoms("Si", cell=[9, 9, 9], pbc=True))]
    assert choose_core(PairCoreConfig(), frames, CUTOFF) is None
    assert choose_core(PairCoreConfig(inner=1.0, outer=2.0), frames, CUTOFF).outer == 2.0

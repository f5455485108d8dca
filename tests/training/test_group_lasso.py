"""Group lasso: the proximal step by its definition; functions that a known potential is made of are found."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from ase.io import write

import helpers
from nnmanybody import Potential, SymmetryFunction, SymmetryFunctionSet
from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.cli import main
from nnmanybody.config import TrainingConfig
from nnmanybody.describe import describe
from nnmanybody.training.group_lasso import _small, shrunk
from nnmanybody.training.inputs import statistics
from nnmanybody.training.prepare import prepare
from nnmanybody.training.radial_basis_element import RadialBasisElement
from nnmanybody.training.tensorflow import tf

CUTOFF = 4.0
RELEVANT = (1, 4, 6)


@pytest.fixture(scope="module")
def candidates():
    """Five radial and four angular functions."""
    radial = [
        SymmetryFunction("G2", ["Si"], CUTOFF, eta=4.0, r_shift=shift) for shift in (1.9, 2.3, 2.7, 3.1, 3.5)
    ]  # fmt: skip
    angular = [
        SymmetryFunction("G5", ["Si", "Si"], CUTOFF, eta=eta, r_shift=2.3, zeta=zeta, lam=lam)
        for eta, zeta, lam in ((0.2, 1.0, 1), (0.2, 4.0, -1), (0.2, 4.0, 1), (2.0, 1.0, 1))
    ]
    return (*radial, *angular)


@pytest.fixture(scope="module")
def labelled(candidates, tmp_path_factory):
    """Structures whose atomic energies are a linear combination of three of the functions, in a file."""
    structures = [helpers.silicon(seed=seed) for seed in range(12)]
    chosen = tuple(candidates[index] for index in RELEVANT)
    path = tmp_path_factory.mktemp("lasso") / "known.xyz"
    write(path, structures, format="extxyz")
    from nnmanybody.data import read_frames

    table = statistics(describe(SymmetryFunctionSet({"Si": chosen}), read_frames(path))["Si"])
    network = Network([np.array([[0.5, -0.4, 0.3]])], [np.zeros(1)], ["identity"], None)
    section = ElementSection("Si", 0.0, list(chosen), table, ("sigma", 0.0, 1.0), [network])
    known = Potential(PotentialDefinition([section], [], {}), "known.nnp")
    for atoms in structures:
        found = known.evaluate(atoms)
        atoms.info["REF_energy"], atoms.arrays["REF_forces"] = found.energy, found.forces
    write(path, structures, format="extxyz")
    return path


def test_the_proximal_step_is_the_minimum_it_stands_for():
    """x = prox(y) minimises |x − y|²/2 + t |x|: y − x = t x/|x|, or x = 0 where |y| <= t."""
    y = np.random.default_rng(0).normal(size=(2, 5, 4))
    t = np.linspace(0.0, 3.0, 10).reshape(2, 5, 1)
    x = shrunk(tf.constant(y), tf.constant(t)).numpy()
    length = np.linalg.norm(x, axis=2, keepdims=True)
    fallen = (length == 0.0)[..., 0]
    np.testing.assert_array_equal(fallen, np.linalg.norm(y, axis=2) <= t[..., 0])
    assert 0 < fallen.sum() < fallen.size
    np.testing.assert_allclose((y - x)[~fallen], (t * x)[~fallen] / length[~fallen], atol=1e-12)


def test_the_functions_of_a_known_potential_are_chosen(configure, candidates, labelled):
    functions = {"kind": "list", "functions": {"Si": tuple(map(str, candidates))}, "select": "group_lasso", "count": 3}
    data = {"train": labelled, "validation_fraction": 0.0}
    config = configure(data=data, symmetry_functions=functions)
    assert prepare(config).model.elements[0].description.functions == tuple(candidates[index] for index in RELEVANT)


@pytest.mark.parametrize("method", ["cur", "farthest"])
def test_other_choices_look_at_values_alone(configure, candidates, labelled, method):
    functions = {"kind": "list", "functions": {"Si": tuple(map(str, candidates))}, "select": method, "count": 3}
    config = configure(data={"train": labelled, "validation_fraction": 0.0}, symmetry_functions=functions)
    chosen = prepare(config).model.elements[0].description.functions
    assert len(chosen) == 3
    assert set(chosen) < set(candidates)


def test_suggest_ranks_by_it(labelled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nnmanybody.training.group_lasso.STEPS", 1)
    arguments = ["suggest", str(labelled), "--cutoff", "4", "--count", "5", "--method", "group_lasso", "-o", "set.txt"]
    monkeypatch.setattr(sys, "argv", ["nnp", "descriptors", *arguments])
    with pytest.raises(SystemExit) as status:
        main()
    assert status.value.code == 0
    text = (tmp_path / "set.txt").read_text()
    assert text.count("of the group lasso") == 5
    assert len(SymmetryFunctionSet.read(tmp_path / "set.txt")) == 5


@pytest.mark.parametrize("section", [{"select": "cur"}, {"select": "drop", "count": 4}])
def test_a_count_goes_with_a_choice(configure, section):
    with pytest.raises(ValueError, match="count goes with select: cur, farthest, group_lasso"):
        configure(symmetry_functions={"kind": "intervals", **section})


def test_functions_for_radial_basis_functions_are_chosen_by_a_network(candidates, labelled, tmp_path, monkeypatch):
    """The group lasso is one of networks; what it has chosen serves any model."""
    settings = {
        "data": {"train": labelled, "validation_fraction": 0.0},
        "output": tmp_path / "training",
        "symmetry_functions": {
            "kind": "list",
            "functions": {"Si": tuple(map(str, candidates))},
            "select": "group_lasso",
            "count": 2,
        },
        "model": {"kind": "rbf", "centers": 5, "starts": 1},
        "pair_core": None,
    }

    def ranked(config, count, prepared):
        (network,) = prepared(_small(config)).model.networks  # what the steps of the lasso, tested above, begin with
        assert network.kernels[0].shape[1] == len(candidates)
        return {"Si": [(candidates[index], "known") for index in RELEVANT[:count]]}

    monkeypatch.setattr("nnmanybody.training.prepare.rank_functions", ranked)
    element = prepare(TrainingConfig.model_validate(settings)).model.elements[0]
    assert isinstance(element, RadialBasisElement)
    assert element.description.functions == tuple(candidates[index] for index in RELEVANT[:2])

"""Our potentials written for RuNNer and n2p2: the same numbers when read again; what does not map is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import helpers
from core_cases import crystal
from nnmanybody import Potential, SymmetryFunction
from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.units import METAL, Units, named_units
from runner_reference import CASES, RUNNER, as_atoms, read

ENERGY_TOLERANCE = 1e-11  # eV per atom; numbers are converted and back, each conversion one rounding
FORCE_TOLERANCE = 1e-10  # relative to the largest

BOHR = named_units("bohr-hartree")
G2 = SymmetryFunction("G2", ["Si"], 5.0, eta=0.5, r_shift=1.0)


def section(
    element: str = "Si",
    functions: tuple[SymmetryFunction, ...] = (G2,),
    hidden: tuple[int, ...] = (3, 2),
    activations: tuple[str, ...] = ("tanh", "tanh", "identity"),
    scaling: tuple[str, float, float] = ("minmax", -1.0, 1.0),
    shortcut: bool = False,
) -> ElementSection:
    rng = np.random.default_rng(len(functions) + ord(element[0]))
    sizes = (len(functions), *hidden, 1)
    weights = [rng.normal(size=(n_out, n_in)) for n_in, n_out in itertools.pairwise(sizes)]
    biases = [rng.normal(size=n) for n in sizes[1:]]
    linear = rng.normal(size=len(functions)) if shortcut else None
    network = Network(weights, biases, activations, linear)
    statistics = np.array([[0.0, 1.0 + s, 0.5, 0.25] for s in range(len(functions))])
    return ElementSection(element, -1.5, list(functions), statistics, scaling, network)


def back(definition: PotentialDefinition, units: Units, tmp_path) -> PotentialDefinition:
    """Write a definition in some units and read it again."""
    for name, text in runner_files(definition, units).items():
        (tmp_path / name).write_text(text)
    return read_runner(tmp_path, units)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("units", [METAL, BOHR], ids=["metal", "bohr-hartree"])
def test_there_and_back_gives_the_same_energies_and_forces(name, units, tmp_path):
    potential = read(name)
    again = Potential(back(potential.definition, units, tmp_path))
    atoms = as_atoms(crystal(35))
    before, after = potential.evaluate(atoms), again.evaluate(atoms)
    assert np.abs(after.energies - before.energies).max() <= ENERGY_TOLERANCE * max(1.0, np.abs(before.energies).max())
    assert np.abs(after.forces - before.forces).max() <= FORCE_TOLERANCE * np.abs(before.forces).max()


@pytest.mark.parametrize("name", ["mixed", "compact"])
def test_in_the_same_units_nothing_changes_at_all(name, tmp_path):
    definition = read(name).definition
    for now, then in zip(back(definition, METAL, tmp_path).sections, definition.sections, strict=True):
        assert (now.element, now.reference_energy, now.scaling) == (then.element, then.reference_energy, then.scaling)
        assert [str(f) for f in now.functions] == [str(f) for f in then.functions]
        assert np.array_equal(now.statistics, then.statistics)
        for a, b in zip(now.network.weights, then.network.weights, strict=True):
            assert np.array_equal(a, b)


def test_functions_and_elements_may_stand_in_any_order(tmp_path):
    """A potential of our own: its functions are not in n2p2's order, its elements not by atomic number."""
    kinds = [
        SymmetryFunction("G5", ["O", "Si"], 5.0, eta=0.02, zeta=2.0),
        SymmetryFunction("G2", ["O"], 5.0, eta=2.0),
        SymmetryFunction("G4", ["O", "O"], 5.0, eta=0.02, r_shift=1.5, zeta=1.0, lam=-1),
        SymmetryFunction("G2", ["Si"], 4.5, eta=0.5, r_shift=2.0),
    ]
    definition = PotentialDefinition([section("Si", tuple(kinds)), section("O", tuple(kinds[::-1]))])
    again = back(definition, BOHR, tmp_path)
    assert [s.element for s in again.sections] == ["O", "Si"]
    assert (tmp_path / "input.nn").read_text().index("symfunction_short O 2 Si") < (
        (tmp_path / "input.nn").read_text().index("symfunction_short O 3 O O")
    )
    atoms = helpers.silica()
    before, after = Potential(definition).evaluate(atoms), Potential(again).evaluate(atoms)
    assert np.abs(after.energies - before.energies).max() <= ENERGY_TOLERANCE
    assert np.abs(after.forces - before.forces).max() <= FORCE_TOLERANCE * np.abs(before.forces).max()


def test_networks_of_different_sizes_are_written_as_n2p2_reads_them(tmp_path):
    """Neurons of all layers but the last hidden one, which is filled up, and the activations of one element."""
    o = SymmetryFunction("G2", ["O"], 5.0, eta=2.0)
    definition = PotentialDefinition(
        [
            section("H", (o,), (4, 2)),
            section("O", (o,), (4, 2), ("sigmoid", "cos", "identity")),
            section("Si", (o,), (6, 1)),
        ]
    )
    again = back(definition, METAL, tmp_path)
    assert "element_nodes_short Si 6 2" in (tmp_path / "input.nn").read_text()
    assert "element_activation_short O s c l" in (tmp_path / "input.nn").read_text()
    for now, then in zip(again.sections, definition.sections, strict=True):
        assert now.network.activations == then.network.activations
        features = np.random.default_rng(1).normal(size=(5, 1))
        for a, b in zip(now.network.evaluate(features), then.network.evaluate(features), strict=True):
            assert a == pytest.approx(b, rel=1e-13)


@pytest.mark.parametrize("kind", ["none", "minmax", "center", "minmax_center", "sigma"])
def test_every_scaling_comes_back(kind, tmp_path):
    bounds = (0.0, 1.0) if kind in ("none", "center") else (-0.5, 1.5)
    definition = PotentialDefinition([section(scaling=(kind, *bounds))])
    assert back(definition, METAL, tmp_path).sections[0].scaling == (kind, *bounds)


def test_an_output_that_is_not_linear_gets_a_linear_layer_behind_it(tmp_path):
    definition = PotentialDefinition([section(activations=("tanh", "tanh", "sigmoid"))])
    again = back(definition, BOHR, tmp_path)
    assert again.sections[0].network.activations == ["tanh", "tanh", "sigmoid", "identity"]
    atoms = helpers.silicon()
    expected = Potential(definition).evaluate(atoms).energies
    assert np.abs(Potential(again).evaluate(atoms).energies - expected).max() <= ENERGY_TOLERANCE


COMPACT = SymmetryFunction("compact_radial", ["Si"], 5.0, cutoff_function="exp")


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ([section(functions=(SymmetryFunction("G1", ["Si"], 5.0),))], "Si: .* no function 'G1 .*'; a G2 with eta 0"),
        ([section(functions=(SymmetryFunction("G3", ["Si"], 5.0, kappa=1.0),))], "Si: .* no function 'G3 neighbor Si"),
        ([section(functions=(SymmetryFunction("G2", ["*"], 5.0),))], "no function over all elements without weights"),
        (
            [section(functions=(SymmetryFunction("G5", ["*", "*"], 5.0, weight_by_atomic_number=True),))],
            "Si: .* no function 'G5 neighbors",
        ),
        ([section(activations=("silu", "tanh", "identity"))], "Si: .* no activation function silu .layer 1."),
        ([section(shortcut=True)], "Si: .* no networks with a shortcut"),
        (
            [section(functions=(G2, SymmetryFunction("G2", ["Si"], 5.0, cutoff_function="tanh"), COMPACT))],
            "one cutoff function .* Si: 'G2 .*' and Si: 'G2 .* cutoff_function tanh' differ",
        ),
        (
            [section(functions=(SymmetryFunction("G2", ["Si"], 5.0, cutoff_alpha=0.5),)), section("O")],
            "one cutoff function and one inner cutoff .* O: .* and Si: ",
        ),
        ([section(), section("O", scaling=("center", 0.0, 1.0))], "scale the inputs of all elements alike, but O has"),
        (
            [section(), section("O", hidden=(3,), activations=("tanh", "identity"))],
            "Si: 2 hidden layers where other .* 1",
        ),
        ([section(), section("O", activations=("tanh", "tanh", "tanh"))], "Si: 2 hidden layers where other .* 3"),
        (
            [
                section(),
                section("O", activations=("cos", "tanh", "identity")),
                section("H", activations=("relu", "tanh", "identity")),
                section("C"),
            ],
            "H and O: other activation functions",
        ),
    ],
)
def test_what_they_do_not_have_is_refused_by_name(sections, message):
    with pytest.raises(NNPError, match=message):
        runner_files(PotentialDefinition(sections), METAL)


def test_only_compact_functions_need_no_common_cutoff_function(tmp_path):
    other = SymmetryFunction("compact_radial", ["Si"], 5.0, r_left=1.0, cutoff_function="poly2", asymmetric=True)
    again = back(PotentialDefinition([section(functions=(COMPACT, other, G2))]), METAL, tmp_path)
    assert {f.cutoff_function for f in again.sections[0].functions} == {"exp", "poly2", "cosine"}


def test_the_files_say_their_units_and_are_not_read_in_others(tmp_path):
    back(PotentialDefinition([section()]), METAL, tmp_path)
    with pytest.raises(
        NNPError, match=r"says that it is written with cflength 1.0, but .* --cflength 1.0 --cfenergy 1.0"
    ):
        read_runner(tmp_path, BOHR)
    (tmp_path / "bohr").mkdir()
    back(PotentialDefinition([section()]), BOHR, tmp_path / "bohr")
    # Other digits of the same constant are no other unit.
    read_runner(tmp_path / "bohr", Units(1.8897261328, 0.0367493254, "given"))


def test_a_directory_of_others_says_nothing_about_units():
    assert read_runner(RUNNER / "compact", BOHR).sections[0].element == "O"

"""RuNNer and n2p2 directories read as n2p2 reads them: energies and forces against plain numpy in their own units."""

from __future__ import annotations

import numpy as np
import pytest

import reference as ref
from core_cases import cluster, crystal
from nnmanybody import Potential
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.units import Units
from runner_reference import CASES, GENERATOR, MEANINGS, RUNNER, as_atoms, energies, read, sections

ENERGY_TOLERANCE = 1e-9  # eV per atom, the issue's
FORCE_TOLERANCE = 1e-8  # relative to the largest, the issue's

each_case = pytest.mark.parametrize("name", CASES)


def test_the_files_are_those_of_the_generator(tmp_path):
    GENERATOR.write_all(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    kept = {path.relative_to(RUNNER): path.read_bytes() for path in RUNNER.rglob("*.*")}
    assert made == kept


@each_case
@pytest.mark.parametrize("structure", [crystal(31), cluster(32)], ids=["crystal", "cluster"])
def test_atomic_energies_equal_plain_numpy_in_the_units_of_the_files(name, structure):
    found = read(name).evaluate(as_atoms(structure))
    expected = energies(name, structure)
    assert np.abs(found.energies - expected).max() <= ENERGY_TOLERANCE
    assert abs(found.energy - expected.sum()) <= ENERGY_TOLERANCE * len(expected)


@each_case
def test_forces_equal_complex_steps_of_plain_numpy(name):
    structure = cluster(33, 5)
    expected = -ref.complex_step(lambda x: energies(name, structure._replace(positions=x)).sum(), structure.positions)
    found = read(name).evaluate(as_atoms(structure)).forces
    assert np.abs(expected).max() > 1e-4
    assert np.abs(found - expected).max() <= FORCE_TOLERANCE * np.abs(expected).max()


@each_case
def test_every_function_counts_on_its_own(name):
    """The order of the functions would not show where their weights or values were alike: no two values are."""
    structure = crystal(31)
    for section, own in zip(read(name).definition.sections, sections(name), strict=True):
        cutoff = max(f.cutoff for f in own.functions)
        scale = MEANINGS[name].cflength
        near = ref.pairs(structure.positions * scale, structure.cell * scale, True, cutoff)
        center = structure.symbols.index(section.element)
        mine = slice(near.first[center], near.first[center + 1])
        species = [structure.symbols[j] for j in near.neighbor[mine]]
        values = ref.descriptor(own.functions, species, near.displacement[mine])
        assert np.abs(np.subtract.outer(values, values) + np.eye(len(values))).min() > 1e-6
        got = Potential(read(name).definition).descriptors(as_atoms(structure))[section.element]
        assert got.values[list(got.centers).index(center)] == pytest.approx(values, rel=1e-9, abs=1e-12)


def test_reference_energies_are_mean_energy_and_atom_energy_in_ev():
    potential = read("mixed")
    assert potential.elements == ("O", "Si")
    hartree = 27.211386245988
    assert [s.reference_energy for s in potential.definition.sections] == pytest.approx(
        [(-3.5 - 15.0) * hartree, (-3.5 - 7.75) * hartree], rel=1e-14
    )


def test_lengths_are_in_angstrom():
    assert read("mixed").cutoff == pytest.approx(12.0 * 0.529177210903, rel=1e-15)
    function = next(f for f in read("mixed").definition.sections[0].functions if f.r_shift < 0.0)
    assert function.r_shift == pytest.approx(-1.5 * 0.529177210903, rel=1e-15)
    assert function.eta == pytest.approx(0.3 / 0.529177210903**2, rel=1e-15)


def test_the_factors_of_a_lammps_script_are_taken_as_they_are():
    """A little longer an Å, a little shorter the cutoff: the names and values of pair_style hdnnp."""
    units = Units(1.8897261328, 0.0367493254, "given")
    potential = Potential(read_runner(RUNNER / "mixed", units))
    assert potential.cutoff == 12.0 / 1.8897261328
    assert potential.definition.sections[0].reference_energy == pytest.approx(-18.5 / 0.0367493254, rel=1e-15)


def test_provenance_keeps_the_factors_and_what_has_no_meaning_for_the_energy():
    provenance = read("mixed").definition.provenance
    named = dict(provenance)
    assert named["converted_from"] == "RuNNer or n2p2 directory mixed"
    assert float(named["cflength"]) == pytest.approx(1.0 / 0.529177210903, rel=1e-15)
    assert float(named["cfenergy"]) == pytest.approx(1.0 / 27.211386245988, rel=1e-15)
    kept = [value for key, value in provenance if key == "input.nn"]
    assert kept == [
        "mean_energy -3.5000000000000000E+00",
        "conv_energy 1.25d+01",
        "conv_length 4.0000000000000000E+00",
        "atom_energy O -15.0",
        "atom_energy Si -7.75",
        "epochs 25",
        "random_seed 1234567",
        "write_trainpoints 5 10",
    ]


def test_the_output_activation_of_one_element_is_the_global_one_as_in_n2p2():
    definition = read("compact").definition
    activations = {section.element: section.network.activations for section in definition.sections}
    # A linear layer stands behind an output that is not linear.
    assert activations == {
        "O": ["gaussian", "sigmoid", "harmonic", "identity"],
        "Si": ["cos", "reverse_sigmoid", "harmonic", "identity"],
    }
    notes = [value for key, value in definition.provenance if key == "note"]
    assert notes == [
        "input.nn:10: the output layer keeps the activation 'h' of global_activation_short, as in n2p2",
    ]


def test_the_definition_can_be_written_and_read_again():
    for name in CASES:
        definition = read(name).definition
        assert type(definition).parse(definition.text()).text() == definition.text()

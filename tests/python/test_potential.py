"""`Potential`: files read and written, structures with and without neighbors, and what is refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody import NNPError, Potential, neighbor_list
from nnmanybody._core import PotentialDefinition

ROUNDING = 1e-11  # eV, eV/Å: sums of some hundred terms of order one
FAR = 100.0  # Å, beyond every cutoff


def test_reading_what_was_written_gives_the_same_file_and_the_same_numbers(silica_potential, tmp_path):
    path = tmp_path / "SiO.nnp"
    silica_potential.write(path)
    read = Potential.read(path)
    read.write(tmp_path / "again.nnp")
    assert (tmp_path / "again.nnp").read_bytes() == path.read_bytes()
    assert read.elements == ("Si", "O")
    assert read.cutoff == 5.0
    atoms = helpers.silica()
    np.testing.assert_array_equal(read.evaluate(atoms).forces, silica_potential.evaluate(atoms).forces)


def test_writing_leaves_nothing_else_behind(silica_potential, tmp_path):
    silica_potential.write(tmp_path / "SiO.nnp")
    assert [path.name for path in tmp_path.iterdir()] == ["SiO.nnp"]


def test_one_file_per_element(silica_potential, tmp_path):
    sections = silica_potential.definition.sections
    paths = []
    for section in reversed(sections):
        paths.append(tmp_path / f"{section.element}.nnp")
        paths[-1].write_text(PotentialDefinition([section]).text(), encoding="utf-8")
    potential = Potential.read(*paths)
    assert potential.elements == ("O", "Si")
    atoms = helpers.silica()
    np.testing.assert_allclose(
        potential.evaluate(atoms).forces, silica_potential.evaluate(atoms).forces, rtol=0, atol=ROUNDING
    )


def test_order_of_atoms_and_elements_does_not_matter(silica_potential):
    atoms = helpers.silica()
    order = np.random.default_rng(0).permutation(len(atoms))
    before, after = silica_potential.evaluate(atoms), silica_potential.evaluate(atoms[order])
    np.testing.assert_allclose(after.energies, before.energies[order], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(after.forces, before.forces[order], rtol=0, atol=ROUNDING)


def test_pickled_potential_gives_the_same_numbers(silica_potential):
    copy = pickle.loads(pickle.dumps(silica_potential))
    assert copy.evaluate(helpers.silica()).energy == silica_potential.evaluate(helpers.silica()).energy
    assert copy.name == silica_potential.name


@pytest.mark.parametrize("name", helpers.STRUCTURES)
def test_parts_add_up(silica_potential, name):
    atoms = helpers.STRUCTURES[name]()
    found = silica_potential.evaluate(atoms, per_atom_virial=True)
    assert found.energy == pytest.approx(found.energies.sum(), abs=ROUNDING)
    np.testing.assert_allclose(found.forces.sum(axis=0), 0.0, atol=ROUNDING)
    np.testing.assert_allclose(found.virial, found.virial.T, atol=ROUNDING)
    six = found.virials.sum(axis=0)
    np.testing.assert_allclose(six, found.virial[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]], atol=ROUNDING)
    np.testing.assert_allclose(found.centroid_virials.sum(axis=0)[:6], six, atol=ROUNDING)
    if atoms.pbc.all():
        expected = -found.virial[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]] / atoms.get_volume()
        np.testing.assert_allclose(found.stress, expected, atol=ROUNDING)


def test_a_list_longer_than_the_cutoff_changes_nothing(silica_potential):
    atoms = helpers.silica()
    longer = silica_potential.evaluate(atoms, neighbors=neighbor_list(atoms, 7.0))
    np.testing.assert_allclose(longer.forces, silica_potential.evaluate(atoms).forces, rtol=0, atol=ROUNDING)


def test_isolated_atoms_feel_nothing_and_add_up(silica_potential):
    alone = {element: silica_potential.evaluate(Atoms(element)) for element in ("Si", "O")}
    assert not alone["Si"].forces.any()
    assert not alone["Si"].virial.any()
    assert alone["Si"].stress is None
    both = silica_potential.evaluate(Atoms("SiO", [[0, 0, 0], [FAR, 0, 0]]))
    np.testing.assert_allclose(both.energies, [alone["Si"].energy, alone["O"].energy], rtol=0, atol=ROUNDING)


def test_an_atom_alone_in_a_large_periodic_cell_has_zero_stress(silicon_potential):
    found = silicon_potential.evaluate(Atoms("Si", cell=[FAR, FAR, FAR], pbc=True))
    np.testing.assert_array_equal(found.stress, np.zeros(6))


def test_no_atoms_at_all(silicon_potential):
    found = silicon_potential.evaluate(Atoms())
    assert found.energy == 0.0
    assert found.forces.shape == (0, 3)


def test_stress_needs_three_periodic_directions(silicon_potential):
    slab = helpers.silicon()
    slab.pbc = (1, 1, 0)
    assert silicon_potential.evaluate(slab).stress is None


def test_a_slab_is_the_limit_of_a_wide_periodic_cell(silicon_potential):
    slab = helpers.silicon()
    slab.pbc = (1, 1, 0)
    slab.cell[2] = 0.0
    wide = slab.copy()
    wide.cell[2] = (0.0, 0.0, FAR)
    wide.pbc = True
    np.testing.assert_array_equal(silicon_potential.evaluate(slab).forces, silicon_potential.evaluate(wide).forces)


def test_descriptors_by_element(silica_potential):
    atoms = helpers.silica()
    found = silica_potential.descriptors(atoms)
    assert list(found) == ["Si", "O"]
    np.testing.assert_array_equal(found["O"].centers, np.flatnonzero(atoms.symbols == "O"))
    assert found["O"].values.shape == (6, len(silica_potential.definition.sections[1].functions))
    # G1 is the first function: the sum of the cutoff functions of the Si neighbors of each O.
    pairs = neighbor_list(atoms, 5.0)
    cutoff_function = 0.5 * (np.cos(np.pi * pairs.distance / 5.0) + 1.0) * (atoms.symbols[pairs.neighbor] == "Si")
    expected = np.add.reduceat(cutoff_function, pairs.first[:-1])[found["O"].centers]
    np.testing.assert_allclose(found["O"].values[:, 0], expected, rtol=1e-12)


# --- refusals -------------------------------------------------------------------------------------


def test_an_element_the_potential_lacks_is_named_with_its_atom(silicon_potential):
    with pytest.raises(NNPError, match=r"atom 1 is Ge, which random potential does not know; its elements are Si"):
        silicon_potential.evaluate(Atoms("SiGe", [[0, 0, 0], [2, 0, 0]]))


def test_positions_that_are_not_numbers(silicon_potential):
    with pytest.raises(NNPError, match="position of atom 1"):
        silicon_potential.evaluate(Atoms("Si2", [[0, 0, 0], [2, np.nan, 0]]))


def test_atoms_on_top_of_one_another(silicon_potential):
    with pytest.raises(NNPError, match=r"atoms 0 \(Si\) and 2 \(Si\) are on top of one another: 0 Å"):
        silicon_potential.evaluate(Atoms("Si3", [[0, 0, 0], [2, 0, 0], [0, 0, 0]]))


def test_reading_nothing():
    with pytest.raises(NNPError, match="path of at least one"):
        Potential.read()


def test_missing_file(tmp_path):
    with pytest.raises(NNPError, match=r"nowhere\.nnp: no such file"):
        Potential.read(tmp_path / "nowhere.nnp")


def test_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(NNPError, match="cannot be read"):
        Potential.read(tmp_path)


def test_file_that_is_not_text(tmp_path):
    (tmp_path / "Si.nnp").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NNPError, match="not a text file"):
        Potential.read(tmp_path / "Si.nnp")


def test_truncated_file_is_refused_with_its_line(silicon_file, tmp_path):
    lines = silicon_file.read_text(encoding="utf-8").splitlines()
    (tmp_path / "cut.nnp").write_text("\n".join(lines[:20]) + "\n", encoding="utf-8")
    with pytest.raises(NNPError, match=r"cut\.nnp:2\d: expected"):
        Potential.read(tmp_path / "cut.nnp")


def test_the_same_element_in_two_files(silicon_file):
    with pytest.raises(NNPError, match="Si stands in more than one file"):
        Potential.read(silicon_file, silicon_file)


def test_unwritable_file(silicon_potential, tmp_path):
    with pytest.raises(NNPError, match=r"Si\.nnp: the potential cannot be written \(No such file"):
        silicon_potential.write(tmp_path / "no_folder" / "Si.nnp")


def test_a_failed_write_keeps_the_old_file(silicon_potential, tmp_path, monkeypatch):
    path = tmp_path / "Si.nnp"
    path.write_text("the old potential", encoding="utf-8")

    def full_disk(self, text, encoding):
        with self.open("w", encoding=encoding) as file:
            file.write(text[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full_disk)
    with pytest.raises(NNPError, match="No space left on device"):
        silicon_potential.write(path)
    assert path.read_text(encoding="utf-8") == "the old potential"
    assert list(tmp_path.iterdir()) == [path]

"""The same structures from the files of other programs; what a format does not say must be said."""

from __future__ import annotations

import ase.db
import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

import helpers
import sw_silicon
import vasp_files
from nnmanybody.data import DataKeys, read_frames
from nnmanybody.data_sources import DataFile, read_entries
from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_structures import structures_text
from nnmanybody.interchange.units import named_units

PRINTED = 1e-8
"""Digits of the files."""
ENTROPY = 0.1  # eV, what VASP's free energy is below its energy


@pytest.fixture(scope="module")
def silicon():
    return [sw_silicon.label(helpers.silicon(seed=seed)) for seed in range(2)]


def energies(frames):
    return [atoms.info["REF_energy"] for atoms in frames]


def check(found, silicon, tolerance=PRINTED):
    """Compare frames with the structures they were written from."""
    assert len(found) == len(silicon)
    for frame, atoms in zip(found, silicon, strict=True):
        assert frame.atoms.get_chemical_symbols() == atoms.get_chemical_symbols()
        np.testing.assert_allclose(frame.atoms.positions, atoms.positions, atol=tolerance)
        np.testing.assert_allclose(frame.atoms.cell.array, atoms.cell.array, atol=tolerance)
        assert frame.energy == pytest.approx(atoms.info["REF_energy"], abs=tolerance)
        np.testing.assert_allclose(frame.forces, atoms.arrays["REF_forces"], atol=tolerance)


@pytest.mark.parametrize(("name", "write"), [("vasprun.xml", vasp_files.vasprun), ("OUTCAR", vasp_files.outcar)])
def test_vasp(name, write, silicon, tmp_path):
    free = [energy - ENTROPY for energy in energies(silicon)]
    (tmp_path / name).write_text(write(silicon, energies(silicon), free), encoding="utf-8")
    found = read_frames(tmp_path / name)
    check(found, silicon)
    assert [frame.name for frame in found] == [f"{tmp_path / name}:0", f"{tmp_path / name}:1"]
    found = read_frames(tmp_path / name, DataKeys(energy="free_energy"))
    assert [frame.energy for frame in found] == pytest.approx(free, abs=PRINTED)


def test_a_database_of_ase(silicon, tmp_path):
    with ase.db.connect(tmp_path / "silicon.db") as database:
        atoms = silicon[0].copy()
        calculator = SinglePointCalculator(
            atoms, energy=silicon[0].info["REF_energy"], forces=silicon[0].arrays["REF_forces"]
        )
        atoms.calc = calculator
        database.write(atoms, key_value_pairs={"config_type": "crystal"})
        plain = silicon[1].copy()
        del plain.arrays["REF_forces"]
        forces = {"REF_forces": silicon[1].arrays["REF_forces"]}
        database.write(plain, key_value_pairs={"REF_energy": silicon[1].info["REF_energy"]}, data=forces)
    found = read_frames(tmp_path / "silicon.db")
    check(found, silicon)
    assert [frame.config_type for frame in found] == ["crystal", ""]


def dump_text(atoms, columns="id type element x y z fx fy fz c_pe"):
    """One frame of `dump custom`; every atom has the same part of the energy."""
    energy = atoms.info["REF_energy"] / len(atoms)
    text = f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{len(atoms)}\nITEM: BOX BOUNDS pp pp pp\n"
    text += "".join(f"0.0 {length!r}\n" for length in atoms.cell.lengths().tolist())
    text += f"ITEM: ATOMS {columns}\n"
    for index, (position, force) in enumerate(zip(atoms.positions, atoms.arrays["REF_forces"], strict=True)):
        known = {"id": index + 1, "type": 1, "element": "Si", "c_pe": energy}
        known |= dict(zip(("x", "y", "z", "fx", "fy", "fz"), (*position, *force), strict=True))
        text += " ".join(str(known[column]) for column in columns.split()) + "\n"
    return text


def test_a_dump_of_lammps_with_atomic_energies(silicon, tmp_path):
    (tmp_path / "md.dump").write_text("".join(map(dump_text, silicon)), encoding="utf-8")
    found = read_frames(tmp_path / "md.dump")
    check(found, silicon)
    assert found[0].atomic_energies == pytest.approx(np.full(8, silicon[0].info["REF_energy"] / 8))


def test_a_dump_without_elements_says_how_to_write_one(silicon, tmp_path):
    (tmp_path / "md.dump").write_text(dump_text(silicon[0], "id type x y z"), encoding="utf-8")
    with pytest.raises(NNPError, match=r"md\.dump: a LAMMPS dump without the column `element`(?s:.)*dump_modify"):
        read_frames(tmp_path / "md.dump")


@pytest.mark.parametrize("units", ["bohr-hartree", "metal"])
def test_input_data_of_runner(units, silicon, tmp_path):
    ase.io.write(tmp_path / "silicon.xyz", silicon, format="extxyz")
    text = structures_text(read_frames(tmp_path / "silicon.xyz"), named_units(units))
    (tmp_path / "input.data").write_text("".join(text), encoding="utf-8")
    check(read_frames(tmp_path / "input.data", units=units), silicon, 2 * PRINTED)  # two files
    with pytest.raises(NNPError, match=r"input\.data does not say its units; add --units bohr-hartree"):
        read_frames(tmp_path / "input.data")


def test_a_folder_stands_for_the_files_in_it(silicon, tmp_path):
    (tmp_path / "deep").mkdir()
    ase.io.write(tmp_path / "deep" / "a.xyz", silicon[0], format="extxyz")
    ase.io.write(tmp_path / "b.traj", silicon[1])
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    found = read_frames(tmp_path)
    assert [frame.name for frame in found] == [f"{tmp_path}/b.traj:0", f"{tmp_path}/deep/a.xyz:0"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(NNPError, match=r"empty: no file of structures in this folder"):
        read_frames(tmp_path / "empty")


def test_files_with_settings_of_their_own(silicon, tmp_path):
    silicon[1].info["weight"] = 0.5
    ase.io.write(tmp_path / "a.xyz", silicon, format="extxyz")
    ase.io.write(tmp_path / "b.xyz", silicon, format="extxyz")
    file = DataFile(path=tmp_path / "a.xyz", weight=3.0, config_type="crystal")
    found = read_entries([file, DataFile(path=tmp_path / "b.xyz", index="1")], DataKeys(), ":")
    assert [frame.weight for frame in found] == [3.0, 1.5, 0.5]
    assert [frame.config_type for frame in found] == ["crystal", "crystal", ""]
    del silicon[1].info["weight"]


@pytest.mark.parametrize("weight", [-1.0, np.nan, "heavy"])
def test_a_weight_that_is_none_is_refused(weight, silicon, tmp_path):
    atoms = silicon[0].copy()
    atoms.info["weight"] = weight
    ase.io.write(tmp_path / "a.xyz", atoms, format="extxyz")
    with pytest.raises(NNPError, match=r"a\.xyz:0: weight must be a number from 0 on"):
        read_frames(tmp_path / "a.xyz")

"""input.data of RuNNer and n2p2 to extended XYZ and back: nothing is lost, every number with all its digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.interchange.extended_xyz import frame_text
from nnmanybody.interchange.runner_structures import read_structures, structures_text
from nnmanybody.interchange.units import METAL, Units, named_units

BOHR, HARTREE = 0.529177210903, 27.211386245988  # CODATA 2018
ATOMIC_UNITS = named_units("bohr-hartree")

# Two structures as n2p2's documentation has them: periodic with everything, not periodic with the least.
TEXT = """\
begin set=test
comment Quartz, 1st try:  "α"  a=b {c}
lattice  9.0 0.0 0.0
lattice  0.5 8.0 0.0
lattice  0.0 -0.25 10.0
atom 0.1 0.2 0.3 Si  0.75 0.0 -0.1 -0.3  0.1
atom 3.1 -0.5 9.9 O  -0.5 0.125 0.2 0.6 1.0d-3
energy -123.456789012345678
charge 0.25
end
begin

atom 0.9 0.1 0.8 O 0 0 0 0 0
end
"""


def structures(tmp_path: Path, text: str = TEXT, units: Units = METAL) -> list[Atoms]:
    path = tmp_path / "input.data"
    path.write_text(text)
    return list(read_structures(path, units))


def test_every_value_arrives_where_it_belongs(tmp_path):
    periodic, molecule = structures(tmp_path)
    assert periodic.get_chemical_symbols() == ["Si", "O"]
    assert periodic.pbc.all()
    assert periodic.cell.array.tolist() == [[9.0, 0.0, 0.0], [0.5, 8.0, 0.0], [0.0, -0.25, 10.0]]
    assert periodic.positions.tolist() == [[0.1, 0.2, 0.3], [3.1, -0.5, 9.9]]
    assert periodic.arrays["REF_forces"].tolist() == [[-0.1, -0.3, 0.1], [0.2, 0.6, 0.001]]
    assert periodic.arrays["REF_charges"].tolist() == [0.75, -0.5]
    assert periodic.arrays["runner_n"].tolist() == [0.0, 0.125]
    assert periodic.info == {
        "REF_energy": -123.456789012345678,
        "REF_total_charge": 0.25,
        "comment": 'Quartz, 1st try:  "α"  a=b {c}',
        "set": "test",
    }
    assert not molecule.pbc.any()
    assert molecule.info == {}
    assert "runner_n" not in molecule.arrays


def test_units_are_converted(tmp_path):
    periodic, _ = structures(tmp_path, units=ATOMIC_UNITS)
    assert periodic.positions[0] == pytest.approx(np.array([0.1, 0.2, 0.3]) * BOHR, rel=1e-15)
    assert periodic.cell.array[1] == pytest.approx(np.array([0.5, 8.0, 0.0]) * BOHR, rel=1e-15)
    assert periodic.info["REF_energy"] == pytest.approx(-123.456789012345678 * HARTREE, rel=1e-15)
    assert periodic.arrays["REF_forces"][0] == pytest.approx(np.array([-0.1, -0.3, 0.1]) * HARTREE / BOHR, rel=1e-14)
    assert periodic.arrays["REF_charges"].tolist() == [0.75, -0.5]


@pytest.mark.parametrize("units", [METAL, ATOMIC_UNITS], ids=["metal", "bohr-hartree"])
def test_through_extended_xyz_and_back_nothing_is_lost(tmp_path, units):
    before = structures(tmp_path, units=units)
    path = tmp_path / "data.xyz"
    path.write_text("".join(map(frame_text, before)))
    again = structures(tmp_path, "".join(structures_text(read_frames(path), units)), units)
    for then, now in zip(before, again, strict=True):
        assert (now.pbc == then.pbc).all()
        assert now.positions == pytest.approx(then.positions, rel=1e-14)
        assert now.cell.array == pytest.approx(then.cell.array, rel=1e-14)
        assert {k: v for k, v in now.info.items() if isinstance(v, str)} == {
            k: v for k, v in then.info.items() if isinstance(v, str)
        }
        assert ("REF_energy" in now.info) == ("REF_energy" in then.info)
        assert now.info.get("REF_energy", 0.0) == pytest.approx(then.info.get("REF_energy", 0.0), rel=1e-14)
        assert now.info["REF_total_charge"] == then.info.get("REF_total_charge", 0.0)
        for name, column in then.arrays.items():
            assert now.arrays[name] == pytest.approx(column, rel=1e-13)


def test_extended_xyz_keeps_every_bit(tmp_path):
    before = structures(tmp_path, units=ATOMIC_UNITS)
    path = tmp_path / "data.xyz"
    path.write_text("".join(map(frame_text, before)))
    for then, frame in zip(before, read_frames(path), strict=True):
        assert np.array_equal(frame.atoms.positions, then.positions)
        assert np.array_equal(frame.atoms.cell.array, then.cell.array)
        assert np.array_equal(frame.forces, then.arrays["REF_forces"])
        assert frame.energy == then.info.get("REF_energy")


@pytest.mark.parametrize(
    "comment", ["frame number 26", "26", "1 2 3", "=", '"', "it's", "x,y", "a=b", "{1} [2]", "end\\", "two  blanks"]
)
def test_comments_survive(tmp_path, comment):
    before = structures(tmp_path, f"begin\ncomment {comment}\natom 0 0 0 H 0 0 0 0 0\nend\n")
    path = tmp_path / "data.xyz"
    path.write_text(frame_text(before[0]))
    again = structures(tmp_path, "".join(structures_text(read_frames(path), METAL)))
    assert again[0].info["comment"] == comment.rstrip("\\")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("begin set=test", "begin set=validation", ":1: expected 'begin', 'begin set=train' or 'begin set=test'"),
        ("begin set=test", "bgin", ":1: expected 'begin', got 'bgin'"),
        ("lattice  9.0 0.0 0.0", "lattice 9.0 0.0", ":3: expected three lines 'lattice x y z'"),
        ("lattice  9.0 0.0 0.0\n", "", ":1: expected three lattice vectors or none, got 2"),
        ("lattice  9.0 0.0 0.0\n", "lattice 9 0 0\nlattice 9 0 0\n", ":6: expected three lines"),
        ("atom 0.1 0.2 0.3 Si", "atom 0.1 0.2 Si", ":6: expected 'atom x y z element charge n fx fy fz', got 8 values"),
        ("atom 0.1 0.2 0.3 Si", "atom 0.1 0.2 0.3 Xx", ":6: expected a chemical symbol as the fourth value, got 'Xx'"),
        ("atom 0.1 0.2 0.3 Si", "atom 0.1 0.2 nan Si", ":6: expected a finite number for a value of an atom"),
        ("energy -123.456789012345678", "energy", ":8: energy lacks its value"),
        ("charge 0.25", "charge neutral", ":9: expected a number for the charge, got 'neutral'"),
        ("charge 0.25", "stress 0.25", ":9: expected comment, lattice, atom, energy, charge or end, got 'stress'"),
        ("charge 0.25\nend", "charge 0.25", ":10: expected comment, lattice"),
        ("0 0 0 0 0\nend\n", "0 0 0 0 0\n", ":11: this structure has no end"),
        ("atom 0.9 0.1 0.8 O 0 0 0 0 0\n", "", ":11: this structure has no atoms"),
    ],
)
def test_a_line_that_is_wrong_is_refused_where_it_stands(tmp_path, old, new, message):
    assert old in TEXT
    with pytest.raises(NNPError, match="input.data" + message):
        structures(tmp_path, TEXT.replace(old, new, 1))


def test_mixed_boundaries_cannot_be_said():
    slab = Atoms("Si", cell=[5, 5, 20], pbc=(True, True, False))
    with pytest.raises(NNPError, match=r"slab.xyz:0: periodic in 2 of 3 directions"):
        list(structures_text([Frame(slab, name="slab.xyz:0")], METAL))


def test_what_is_not_known_is_not_invented(tmp_path):
    """No energy line without an energy; forces must stand there, and are zero."""
    (text,) = structures_text([Frame(Atoms("Si", [[0.5, 0.0, 0.0]]), config_type="isolated")], METAL)
    assert [line.split() for line in text.splitlines()] == [
        ["begin"],
        ["comment", "isolated"],
        ["atom", "0.5", "0.0", "0.0", "Si", "0.0", "0.0", "0.0", "0.0", "0.0"],
        ["charge", "0.0"],
        ["end"],
    ]

"""`nnp convert` as users run it: what a source is, what it becomes, exit status and message for wrong input."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass

import ase.io
import numpy as np
import pytest

import aenet_files
import helpers
import simple_nn_files
from core_cases import crystal
from nnmanybody import Potential
from nnmanybody.cli import main
from runner_reference import RUNNER, as_atoms, read

ENERGY_TOLERANCE = 1e-11  # eV per atom
BOHR_HARTREE = ("--units", "bohr-hartree")


@dataclass
class Run:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def convert(tmp_path, monkeypatch, capsys):
    """Run `nnp convert` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments) -> Run:
        monkeypatch.setattr(sys, "argv", ["nnp", "convert", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return Run(stop.value.code or 0, *capsys.readouterr())

    return run


def energy_of(path) -> float:
    return Potential.read(path).evaluate(as_atoms(crystal(61))).energy


def test_a_runner_directory_becomes_a_potential(convert):
    run = convert(RUNNER / "mixed", "water.nnp", *BOHR_HARTREE)
    assert run.returncode == 0
    assert "water.nnp: O: 18 symmetry functions, layers 4 3 1" in run.stderr
    assert energy_of("water.nnp") == pytest.approx(read("mixed").evaluate(as_atoms(crystal(61))).energy, rel=1e-15)


def test_its_input_nn_is_as_good_as_the_directory(convert):
    assert convert(RUNNER / "compact" / "input.nn", "a.nnp", "--units", "metal").returncode == 0
    assert convert(RUNNER / "compact", "b.nnp", "--units", "metal").returncode == 0
    assert energy_of("a.nnp") == energy_of("b.nnp")


def test_the_factors_of_pair_style_hdnnp_are_kept_in_the_file(convert, tmp_path):
    run = convert(RUNNER / "mixed", "water.nnp", "--cflength", 1.8897261328, "--cfenergy", 0.0367493254)
    assert run.returncode == 0
    lines = (tmp_path / "water.nnp").read_text().splitlines()
    assert "cflength 1.8897261328" in lines
    assert "cfenergy 0.0367493254" in lines


def test_notes_are_told(convert):
    run = convert(RUNNER / "compact", "a.nnp", "--units", "metal")
    assert "note: input.nn:10: the output layer keeps the activation 'h'" in run.stderr


def test_there_and_back(convert, tmp_path):
    assert convert(RUNNER / "mixed", "water.nnp", *BOHR_HARTREE).returncode == 0
    run = convert("water.nnp", "out", "--format", "runner")
    assert run.returncode == 0
    assert "out: metal: cflength 1.0, cfenergy 1.0" in run.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "input.nn",
        "scaling.data",
        "weights.008.data",
        "weights.014.data",
    ]
    assert convert("out", "again.nnp", "--units", "metal").returncode == 0
    assert convert("water.nnp", "bohr", "--format", "runner", *BOHR_HARTREE).returncode == 0
    assert convert("bohr", "third.nnp", *BOHR_HARTREE).returncode == 0
    for path in ("again.nnp", "third.nnp"):
        assert energy_of(path) == pytest.approx(energy_of("water.nnp"), abs=6 * ENERGY_TOLERANCE)


def test_files_of_a_runner_directory_are_not_replaced_by_accident(convert, tmp_path, silicon_file):
    shutil.copytree(RUNNER / "compact", tmp_path / "precious")
    before = (tmp_path / "precious" / "input.nn").read_bytes()
    run = convert(RUNNER / "mixed", "a.nnp", *BOHR_HARTREE)
    run = convert("a.nnp", "precious", "--format", "runner")
    assert run.returncode == 1
    assert "precious: has input.nn, scaling.data, weights.008.data, weights.014.data already" in run.stderr
    assert (tmp_path / "precious" / "input.nn").read_bytes() == before
    assert convert("a.nnp", "precious", "--format", "runner", "--overwrite").returncode == 0


def test_structures_there_and_back(convert, tmp_path):
    source = tmp_path / "data.xyz"
    frames = [helpers.silica(), helpers.cluster()]
    for number, atoms in enumerate(frames):
        atoms.info |= {"REF_energy": -1.5 - number, "set": ("train", "test")[number], "comment": f"no {number}"}
        atoms.arrays["REF_forces"] = np.random.default_rng(number).normal(size=(len(atoms), 3))
    ase.io.write(source, frames, format="extxyz")
    assert convert("data.xyz", "input.data", *BOHR_HARTREE).returncode == 0
    assert "begin set=train" in (tmp_path / "input.data").read_text()
    assert convert("input.data", "again.xyz", *BOHR_HARTREE).returncode == 0
    for then, now in zip(ase.io.read(source, ":"), ase.io.read("again.xyz", ":"), strict=True):
        assert now.positions == pytest.approx(then.positions, rel=1e-13)
        assert now.arrays["REF_forces"] == pytest.approx(then.arrays["REF_forces"], rel=1e-13)
        assert now.info["REF_energy"] == pytest.approx(then.info["REF_energy"], rel=1e-13)
        assert (now.info["set"], now.info["comment"]) == (then.info["set"], then.info["comment"])


def test_structures_without_forces_are_told(convert):
    ase.io.write("data.xyz", [helpers.silica(), helpers.silicon()], format="extxyz")
    run = convert("data.xyz", "input.data", "--units", "metal")
    assert run.returncode == 0
    assert "note: 2 of 2 frames have no forces; they have zeros in input.data" in run.stderr


def test_simple_nn_and_aenet_need_no_units(convert, tmp_path):
    (tmp_path / "potential_saved").write_text(
        simple_nn_files.text(
            [simple_nn_files.section(element, 1, "tanh") for element in ("Si", "O")], ("tanh", "tanh", "linear")
        )
    )
    paths = aenet_files.write(tmp_path, [aenet_files.section("Si", 1), aenet_files.section("O", 2)])
    assert convert("potential_saved", "simple.nnp").returncode == 0
    assert convert(*paths, "files.nnp").returncode == 0
    assert convert(tmp_path, "folder.nnp").returncode == 0
    assert energy_of("files.nnp") == pytest.approx(energy_of("folder.nnp"), abs=ENERGY_TOLERANCE)
    run = convert("potential_saved", "other.nnp", "--units", "metal")
    assert run.returncode == 1
    assert "potential_saved (SIMPLE-NN potential) is in Å and eV always" in run.stderr


def test_one_file_per_element_is_one_potential(convert, silica_potential, tmp_path):
    for section in silica_potential.definition.sections:
        definition = type(silica_potential.definition)([section])
        (tmp_path / f"{section.element}.nnp").write_text(definition.text())
    run = convert("Si.nnp", "O.nnp", "out", "--format", "runner")
    assert run.returncode == 1
    assert "RuNNer and n2p2 have no function 'G1 neighbor Si cutoff 5'" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((RUNNER / "mixed", "a.nnp"), "does not say its units: choose --units bohr-hartree"),
        ((RUNNER / "mixed", "a.nnp", "--units", "real"), "--units real: expected bohr-hartree or metal"),
        ((RUNNER / "mixed", "a.nnp", *BOHR_HARTREE, "--format", "runner"), "can become nnp, not runner"),
        ((RUNNER / "mixed", RUNNER / "compact", "a.nnp", *BOHR_HARTREE), "expected one source, or one .nn.ascii"),
        (("none.nnp", "out", "--format", "runner"), "none.nnp: no such file or directory"),
        ((RUNNER, "a.nnp", "--units", "metal"), "expected input.nn"),
        (("potential.nnp", "b.nnp"), "is a potential of nnmanybody already"),
        (("potential.nnp", "out", "--format", "xyz"), "can become runner, not xyz"),
        (("potential.nnp", "out", "--format", "runner"), "potential.nnp:1: expected 'nnp_format'"),
        (("O.nn", "O.nnp"), "a binary network of aenet becomes a text file by"),
        (("input.data", "a.xyz"), "input.data (RuNNer structures (input.data)) does not say its units"),
        (("input.data", "a.xyz", "--units", "metal", "--format", "nnp"), "can become xyz, not nnp"),
        (("notes.xyz", "input.data", "--units", "metal"), "notes.xyz: cannot be read as structures"),
        (("notes.xyz", "input.data"), "notes.xyz (structures (extended XYZ)) does not say its units"),
        ((RUNNER / "mixed", "missing/a.nnp", *BOHR_HARTREE), "missing/a.nnp: the potential cannot be written"),
        (("input.data", "missing/a.xyz", "--units", "metal"), "missing/a.xyz: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(convert, tmp_path, arguments, message):
    (tmp_path / "potential.nnp").write_text("not what it says")
    (tmp_path / "O.nn").write_bytes(b"\x00\x01\x02")
    (tmp_path / "input.data").write_text("begin\natom 0 0 0 H 0 0 0 0 0\nend\n")
    (tmp_path / "notes.xyz").write_text("no structure\n")
    run = convert(*arguments)
    assert run.returncode == 1
    assert run.stderr.startswith("nnp: ")
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_nothing_is_left_of_a_conversion_that_failed(convert, tmp_path):
    """The second structure is broken; what was at the target stays, and no half-written file beside it."""
    (tmp_path / "input.data").write_text("begin\natom 0 0 0 H 0 0 0 0 0\nend\nbegin\natom 0\nend\n")
    (tmp_path / "data.xyz").write_text("precious")
    run = convert("input.data", "data.xyz", "--units", "metal")
    assert run.returncode == 1
    assert "input.data:5: expected 'atom x y z element charge n fx fy fz', got 1 values" in run.stderr
    assert (tmp_path / "data.xyz").read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.xyz", "input.data"]


@pytest.mark.parametrize("arguments", [(), ("a.nnp",), ("a", "b", "--format", "lammps")])
def test_wrong_usage_has_exit_status_two(convert, arguments):
    assert convert(*arguments).returncode == 2

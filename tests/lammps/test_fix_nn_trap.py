"""fix nn/trap: what it catches, when it writes, what is in the file, how it stops a run."""

from __future__ import annotations

import re

import ase.io
import numpy as np
import pytest

import helpers
from doc_blocks import blocks
from lammps_runner import KCAL_MOL_PER_EV, LammpsRun, lammps, largest, run, write_data
from uncertainty_cases import PAIR

AGREES = 1e-9  # relative to the largest
# Positions follow the box, step by step: the same structures in every run
SQUEEZE = "fix squeeze all deform 1 z scale 0.7 remap x\nthermo 1\n"
ALL_CRITERIA = "extrapolation 0.05 NULL deviation 0.02 NULL force 0.5 NULL distance 1.55 NULL"


@pytest.fixture
def quartz(folder):
    """A folder with 9 atoms of silica in atoms.data."""
    write_data(folder / "atoms.data", helpers.silica(), ["Si", "O"])
    return folder


def script(trap: str, *, pair: str = PAIR, units: str = "metal", steps: int = 20, before: str = "") -> str:
    """Return input of a run that is squeezed, with `fix t all nn/trap {trap}`."""
    return f"""units {units}
read_data atoms.data
{pair}{before}fix t all nn/trap {trap}
{SQUEEZE}thermo_style custom step f_t f_t[*]
thermo_modify format float %.17g
run {steps}
print "FROM THE NEXT COMMAND"
"""


def caught(result: LammpsRun, name: str = "out.xyz"):
    """Read all records as ASE reads them."""
    return ase.io.read(result.folder / name, index=":")


def steps_of(frames) -> list[int]:
    return [frame.info["step"] for frame in frames]


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_records_say_what_python_says(quartz, made, ranks):
    result = run(quartz, script(f"2 out.xyz {ALL_CRITERIA} cooldown 0 max 9"), ranks)
    frames, thermo, potential = caught(result), result.thermo()[0], made["committee"]
    assert len(frames) == 9
    assert "9 configurations are in out.xyz" in result.output
    assert "FROM THE NEXT COMMAND" in result.output
    assert thermo["f_t"][-1] == 9
    assert set(thermo["Step"]) == set(range(21))
    for frame in frames:
        step, info = frame.info["step"], frame.info
        assert step % 2 == 0
        said = potential.evaluate(frame, committee=True)
        outside = potential.extrapolation(frame)
        np.testing.assert_allclose(frame.arrays["predicted_forces"], said.forces, rtol=0, atol=1e-9)
        np.testing.assert_allclose(frame.arrays["extrapolation"], outside.overshoot, rtol=0, atol=1e-9)
        np.testing.assert_allclose(frame.arrays["deviation"], said.committee.force_deviation, rtol=0, atol=1e-9)
        assert list(frame.arrays["id"]) == list(range(1, 10))
        distances = frame.get_all_distances(mic=True) + 99.0 * np.eye(9)
        values = {
            "max_extrapolation": outside.overshoot.max(),
            "max_deviation": said.committee.force_deviation.max(),
            "max_force": np.linalg.norm(said.forces, axis=1).max(),
            "min_distance": distances.min(),
        }
        for column, (key, value) in enumerate(values.items(), 2):
            assert info[key] == pytest.approx(value, rel=1e-9)
            assert thermo[f"f_t[{column}]"][step] == pytest.approx(value, rel=1e-9)
        by_name = {name.split("_")[1]: value for name, value in values.items()}
        beyond = {"extrapolation": 0.05, "deviation": 0.02, "force": 0.5}
        expected = [name for name, bound in beyond.items() if by_name[name] > bound]
        expected += ["distance"] if by_name["distance"] < 1.55 else []
        assert info["criteria"].split() == expected
        assert info["level"] == "catch"
        assert info["config_type"] == "trap"
        assert not [key for key in [*info, *frame.arrays] if key.startswith("REF_")]


def test_reason_names_atom_function_and_element(quartz, made):
    result = run(quartz, script("1 out.xyz extrapolation 0.05 NULL max 1"))
    (frame,) = caught(result)
    outside = made["committee"].extrapolation(frame)
    worst = int(np.argmax(outside.overshoot))
    element = frame.symbols[worst]
    section = {one.element: one for one in made["committee"].definition.sections}[element]
    number = int(outside.function[worst])
    assert frame.info["criterion"] == "extrapolation"
    assert frame.info["atom_id"] == worst + 1
    assert frame.info["element"] == element
    assert frame.info["function_number"] == number
    assert frame.info["function"] == str(section.functions[number - 1])
    assert frame.info["threshold"] == 0.05
    assert frame.info["value"] == pytest.approx(outside.overshoot.max(), rel=AGREES)
    start = f"symmetry function {number} ({section.functions[number - 1]}) of atom {worst + 1} ({element}) is outside"
    assert frame.info["reason"].startswith(start)


def test_distance_names_the_pair(quartz):
    (frame,) = caught(run(quartz, script("1 out.xyz distance 1.5 NULL max 1"), 2))
    distances = frame.get_all_distances(mic=True) + 99.0 * np.eye(9)
    assert distances[frame.info["atom_id"] - 1, frame.info["partner_id"] - 1] == pytest.approx(distances.min())
    assert frame.info["value"] == pytest.approx(distances.min(), rel=AGREES)
    assert distances.min() < 1.5
    assert f"atom {frame.info['partner_id']} are" in frame.info["reason"]


def test_cooldown_cap_and_a_step_that_was_written(quartz):
    # From the first step on everything is caught
    trap = "5 out.xyz force 1e-6 NULL cooldown {} max {}"
    text = "".join(
        script(trap.replace("out", str(number)).format(*limits), steps=30) + "run 0\nclear\n"
        for number, limits in enumerate([(0, 100), (5, 100), (9, 100), (0, 3)])
    )
    result = run(quartz, text)
    expected = [list(range(0, 31, 5)), list(range(0, 31, 10)), list(range(0, 31, 10)), [0, 5, 10]]
    for number, steps in enumerate(expected):
        assert steps_of(caught(result, f"{number}.xyz")) == steps


@pytest.mark.parametrize("ranks", [1, 2])
def test_second_threshold_ends_the_run_softly(quartz, ranks):
    """Whatever cooldown and cap say; what follows in the input is done, but for runs."""
    trap = "1 out.xyz distance 1.55 1.4 force 1e-6 NULL cooldown 1000 max 1"
    result = run(quartz, script(trap) + "run 5\n", ranks)
    first, last = caught(result)
    assert first.info["level"] == "catch"
    assert (last.info["level"], last.info["criterion"], last.info["threshold"]) == ("stop", "distance", 1.4)
    assert last.info["value"] < 1.4
    assert last.info["step"] < 20
    (thermo,) = result.thermo()
    assert thermo["Step"][-1] == last.info["step"]
    assert f"Fix nn/trap t: the run ends at step {last.info['step']}" in result.output
    assert "FROM THE NEXT COMMAND" in result.output


def test_other_units_and_a_pair_style_without_networks(quartz):
    """Thresholds are in units of the run, records in eV and Å."""
    lj = "pair_style lj/cut 5.0\npair_coeff * * {} 2.0\n"
    options = "force 1e-6 NULL distance 1.5 NULL max 1 elements Si O config_type hot"
    text = script(f"1 metal.xyz {options}", pair=lj.format(0.1), steps=1) + "clear\n"
    text += script(f"1 real.xyz {options}", pair=lj.format(0.1 * KCAL_MOL_PER_EV), units="real", steps=1)
    result = run(quartz, text)
    (one,), (other,) = caught(result, "metal.xyz"), caught(result, "real.xyz")
    assert one.info["config_type"] == "hot"
    assert str(one.symbols) == str(helpers.silica().symbols)
    for key in ("max_force", "min_distance"):
        assert one.info[key] == pytest.approx(other.info[key], rel=1e-7)  # LAMMPS's own factors have 8 digits
    np.testing.assert_allclose(one.positions, other.positions, atol=1e-12)
    assert largest(one.arrays["predicted_forces"] - other.arrays["predicted_forces"]) < 1e-6 * one.info["max_force"]
    assert result.thermo()[1]["f_t[4]"][0] == pytest.approx(one.info["max_force"] * KCAL_MOL_PER_EV, rel=1e-7)


def test_file_that_holds_records(quartz):
    trap = "1 out.xyz force 1e-6 NULL max 2 append {}"
    run(quartz, script(trap.format("auto"), steps=1))
    assert len(ase.io.read(quartz / "out.xyz", index=":")) == 1
    refused = lammps(quartz, script(trap.format("auto"), steps=1))
    assert refused.status != 0
    assert "Fix nn/trap t: out.xyz already holds 1 records" in refused.output
    run(quartz, script(trap.format("yes"), steps=1))
    assert len(ase.io.read(quartz / "out.xyz", index=":")) == 2
    run(quartz, script(trap.format("no"), steps=1))
    assert len(ase.io.read(quartz / "out.xyz", index=":")) == 1


def test_page_reads_what_was_caught_and_names_every_keyword(quartz, monkeypatch, capsys):
    """docs/fix_nn_trap.md."""
    page = blocks("fix_nn_trap.md")
    run(quartz, script("1 unknown.xyz distance 1.55 NULL max 1"))
    monkeypatch.chdir(quartz)
    exec(next(block.text for block in page if block.language == "python"), {})
    (frame,) = caught(LammpsRun(0, "", quartz), "unknown.xyz")
    assert capsys.readouterr().out.split() == [str(frame.info["step"]), "catch", *frame.info["reason"].split()]
    described = next(re.search(r"keyword = (.*)", block.text) for block in page if "keyword = " in block.text)
    known = lammps(quartz, script("1 other.xyz keywords", steps=0)).output.split("Known are ")[1].splitlines()[0]
    assert sorted(described.group(1).split(" or ")) == sorted(known.split(" (")[0].split(", "))


SW = "pair_style lj/cut 3.0\npair_coeff * * 0.1 2.0\n"
ERRORS = {
    "0 out.xyz": "expected N, how often to look (steps, >= 1): nn/trap N FILE keyword …, got '0'",
    "5": "expected the file to write: nn/trap N FILE keyword … after the last word",
    "5 out.xyz extrapolaton 0.1 NULL": "unknown keyword 'extrapolaton': did you mean extrapolation?",
    "5 out.xyz force 20": "expected from which force the run is stopped, a number not below the one before it, or NULL",
    "5 out.xyz force 20 10": "a number not below the one before it, or NULL, got '10'",
    "5 out.xyz distance 1.2 1.6": "a number not above the one before it, or NULL, got '1.6'",
    "5 out.xyz force -1 NULL": "expected from which force a configuration is written, a number > 0, got '-1'",
    "5 out.xyz force 1 2 force 1 2": "expected each keyword once, got 'force'",
    "5 out.xyz cooldown -1": "expected the steps after a catch without another, >= 0, got '-1'",
    "5 out.xyz append maybe": "expected auto or yes or no, got 'maybe'",
    "5 out.xyz config_type a=b": "expected a name of letters, digits and _ - . / for config_type, got 'a=b'",
    "5 nowhere/out.xyz": "cannot open nowhere/out.xyz for writing: No such file or directory",
    "5 out.xyz force 1 2 elements Si": "the keyword elements needs one element for each of the 2 atom types, got 1",
    "5 out.xyz elements Si O distance 3.5 NULL": "distance 3.5 is larger than the 3 up to which the pair style lists",
    "5 out.xyz force 1 2": "the element of atom type 1 is not known, there is no pair style nn/manybody; add",
    "5 out.xyz elements Si O extrapolation 0.1 0.2": "needs pair style nn/manybody, alone or under hybrid",
}


@pytest.mark.parametrize("trap", ERRORS)
def test_errors_say_how_to_mend_them(quartz, trap):
    result = lammps(quartz, script(trap, pair=SW, steps=0))
    assert result.status != 0
    assert ERRORS[trap] in " ".join(result.output.split())


def test_one_model_is_no_committee(quartz):
    single = "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O\n"
    result = lammps(quartz, script("5 out.xyz deviation 0.1 NULL", pair=single))
    assert result.status != 0
    assert "needs a committee, but the potential has one model per element; give a file of 'nnp committee'" in " ".join(
        result.output.split()
    )

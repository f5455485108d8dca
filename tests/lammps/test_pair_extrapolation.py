"""pair_style nn/manybody ... extrapolation N [threshold]: warnings now and then, a summary at the end of a run."""

from __future__ import annotations

import re

import numpy as np
import pytest

import helpers
from lammps_runner import dump, lammps, run, write_data

WARNING = "WARNING: Pair style nn/manybody: step"


def script(settings: str, *, run_steps: str = "run 12\n", hybrid: bool = False) -> str:
    """Return input of quartz that is squeezed along z, step by step."""
    name = "nn/manybody"
    style = f"pair_style {'hybrid/overlay ' if hybrid else ''}{name} {settings}"
    return f"""units metal
read_data atoms.data
{style}
pair_coeff * * {name if hybrid else ""} committee.nnp Si O
fix squeeze all deform 1 z scale 0.6 remap x
{dump("x.dump", "id type x y z")}
{run_steps}"""


@pytest.fixture
def quartz(folder):
    write_data(folder / "atoms.data", helpers.silica(), ["Si", "O"])
    return folder


@pytest.mark.parametrize(("ranks", "hybrid"), [(1, False), (2, True), (4, False)])
def test_warnings_and_summary_are_those_of_python(quartz, made, ranks, hybrid):
    """The first structure with an atom outside, then at twice the overshoot that was told; all of it at the end."""
    result = run(quartz, script("extrapolation 2 0.01", hybrid=hybrid), ranks)
    potential, told, checks, outside, most = made["committee"], 0.0, 0, 0, 0
    expected, worst = [], (0.0, 0)
    length = helpers.silica().cell.array
    frames = result.dump("x.dump")
    for step in range(0, 13, 2):
        before = max(step - 1, 0)  # fix deform moves the atoms at the end of a step, behind the forces
        frame, scale = frames[before], 1.0 - 0.4 * before / 12
        atoms = helpers.silica()
        atoms.set_cell(length * [1.0, 1.0, scale], scale_atoms=False)
        atoms.positions[:] = np.column_stack([frame[axis] for axis in "xyz"])
        overshoot = potential.extrapolation(atoms).overshoot
        checks += 1
        outside += overshoot.max() > 0.01
        most = max(most, int((overshoot > 0.01).sum()))
        worst = max(worst, (overshoot.max(), step))
        if overshoot.max() > max(0.01, 2.0 * told):
            told = overshoot.max()
            expected.append((step, int(np.argmax(overshoot)) + 1, f"{told:.4g}"))
    assert 1 < len(expected) < 7
    found = re.findall(
        r"step (\d+): symmetry function \d+ \([^)]+\) of atom (\d+) \(\w+\) is outside of its training range by (\S+)",
        result.output,
    )
    assert [(int(step), int(atom), value) for step, atom, value in found] == expected
    assert "fix nn/trap writes them" in result.output
    assert f"nn/manybody: {outside} of {checks} checks (every 2 steps) found atoms outside" in result.output
    assert f"up to {most} of 9 at once" in result.output
    assert f"by {worst[0]:.4g} of the width of its range, at step {worst[1]}" in result.output


def test_off_by_default_and_quiet_inside(quartz):
    text = script("") + "clear\n" + script("committee extrapolation 1 1e9")
    result = run(quartz, text)
    assert WARNING not in result.output
    assert result.output.count("nn/manybody: ") == 3  # what was read, twice; and one summary
    assert "nn/manybody: 0 of 13 checks (every 1 steps) found atoms outside" in result.output


def test_every_run_has_a_summary_of_its_own(quartz):
    result = run(quartz, script("extrapolation 1", run_steps="run 2\nrun 3\n"))
    assert re.findall(r"of (\d) checks", result.output) == ["3", "4"]


SETTINGS = {
    "5.0": "unknown keyword '5.0': expected 'pair_style nn/manybody [committee] [extrapolation N [threshold]]'; "
    "everything else, the cutoff too, stands in the potential file",
    "extrapolation": "expected every how many steps the ranges are looked at, >= 1 after the last word",
    "extrapolation 0": "expected every how many steps the ranges are looked at, >= 1, got '0'",
    "extrapolation 10 -1": "expected the overshoot that is not told yet, a number >= 0, got '-1'",
}


@pytest.mark.parametrize("settings", SETTINGS)
def test_wrong_settings(quartz, settings):
    result = lammps(quartz, script(settings))
    assert result.status != 0
    assert SETTINGS[settings] in " ".join(result.output.split())

"""fix nn/trap: a run that comes apart leaves its last good configuration on disk, however LAMMPS ends."""

from __future__ import annotations

import ase.io
import numpy as np
import pytest

import helpers
from agreement_cases import PAIR
from lammps_runner import lammps, run, write_data
from sampling_helpers import lammps_in_python

FAILS = 5  # the step at which something goes wrong
SILICA = PAIR.format("SiO", "Si O")


@pytest.fixture
def quartz(folder):
    """A folder with 9 atoms of silica in atoms.data."""
    write_data(folder / "atoms.data", helpers.silica(), ["Si", "O"])
    return folder


def script(accident: str, *, trap: str = "1000 out.xyz force 1e9 NULL") -> str:
    """Return input of a run with an accident; `huge` is infinite from step FAILS on, and zero before."""
    return f"""units metal
read_data atoms.data
{SILICA}variable late equal step>={FAILS}
variable huge equal exp(1e4*v_late)-1
{accident}
fix t all nn/trap {trap}
thermo 1
run 20
print "FROM THE NEXT COMMAND"
"""


def records(folder):
    return ase.io.read(folder / "out.xyz", index=":")


def assert_last_good(frame, criterion: str, step: int) -> None:
    assert (frame.info["criterion"], frame.info["level"], frame.info["step"]) == (criterion, "last_good", step)
    assert np.isfinite(frame.positions).all()
    assert np.isfinite(frame.arrays["predicted_forces"]).all()
    assert len(frame) == 9


@pytest.mark.parametrize("ranks", [1, 2])
def test_force_that_is_not_finite_ends_the_run_softly(quartz, ranks):
    result = run(quartz, script("fix move all nve\nfix push all addforce v_huge 0 0"), ranks)
    last_good, failed = records(quartz)
    assert_last_good(last_good, "not_finite", FAILS - 1)
    assert (failed.info["level"], failed.info["step"]) == ("failed", FAILS)
    assert "predicted_forces" not in failed.arrays
    assert "a force or the energy is not a finite number at step 5" in last_good.info["reason"]
    assert result.thermo()[0]["Step"][-1] == FAILS
    assert "FROM THE NEXT COMMAND" in result.output


@pytest.mark.parametrize("ranks", [1, 2])
def test_position_that_is_not_finite(quartz, ranks):
    accident = f"fix move all nve\nrun {FAILS}\ngroup one id 4\ntimestep 1e9\nvelocity one set 1e308 0 0"
    result = lammps(quartz, script(accident), ranks)
    assert result.status != 0
    assert "a position or the box is not a finite number at step 6: the simulation has come apart" in result.output
    (frame,) = records(quartz)
    assert_last_good(frame, "not_finite", FAILS)


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_on_top_of_one_another(quartz, ranks):
    """The pair style refuses them, before the fix has its turn."""
    atoms = helpers.silica()
    dx, dy, dz = atoms.positions[4] - atoms.positions[3]
    commands = [f"variable {axis} equal ({d:.17g})*v_late" for axis, d in zip("xyz", (dx, dy, dz), strict=True)]
    accident = "group one id 4\n" + "\n".join([*commands, "fix jump one move variable v_x v_y v_z NULL NULL NULL"])
    result = lammps(quartz, script(accident), ranks)
    assert result.status != 0
    assert "sit on top of one another" in result.output
    last_good, failed = records(quartz)
    assert_last_good(last_good, "error", FAILS - 1)
    assert (failed.info["level"], failed.info["step"]) == ("failed", FAILS)
    assert "on top of one another" in failed.info["reason"]
    assert np.linalg.norm(failed.positions[4] - failed.positions[3]) < 1e-6


@pytest.mark.parametrize("ranks", [1, 2])
def test_lost_atoms(quartz, ranks):
    accident = "change_box all z delta -2 2 boundary p p f\nfix move all nve\n"
    accident += f"run {FAILS}\ngroup one id 4\nvelocity one set 0 0 1e6"
    result = lammps(quartz, script(accident), ranks)
    assert result.status != 0
    assert "Lost atoms" in result.output
    (frame,) = records(quartz)
    assert_last_good(frame, "lost_atoms", FAILS)
    assert "1 of 9 atoms are lost" in frame.info["reason"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_error_of_another_command(quartz, ranks):
    """All ranks stop: LAMMPS deletes nothing, and yet the frame is there."""
    result = lammps(quartz, script("fix stop all halt 1 v_late > 0.5 error hard"), ranks)
    assert result.status != 0
    assert "Fix halt condition" in result.output
    (frame,) = records(quartz)
    assert_last_good(frame, "broken_off", FAILS)


def test_error_of_one_rank_alone(quartz):
    """LAMMPS then ends all processes at once; a single one still writes."""
    accident = "neigh_modify one 300 page 3000 delay 0 every 1 check no\nfix squeeze all deform 1 z scale 0.2 remap x"
    result = lammps(quartz, script(accident))
    assert result.status != 0
    assert "Neighbor list overflow" in result.output
    (frame,) = records(quartz)
    assert_last_good(frame, "broken_off", frame.info["step"])
    assert frame.info["step"] > 0


def test_python_goes_on_after_an_exception(quartz):
    text = script("fix stop all halt 1 v_late > 0.5 error hard")
    result = lammps_in_python(
        quartz,
        f"""
try:
    lmp.commands_string({text!r})
except Exception as error:
    print("RAISED", error)
lmp.close()
print("CLOSED")
""",
    )
    assert result.status == 0, result.output
    assert "CLOSED" in result.output
    (frame,) = records(quartz)
    assert_last_good(frame, "broken_off", FAILS)


def test_run_that_ends_well_leaves_no_frame(quartz):
    run(quartz, script("fix move all nve"), 2)
    assert (quartz / "out.xyz").stat().st_size == 0


def test_minimization_and_rerun(quartz):
    head = script("").split("thermo 1")[0].replace("1e9", "1e-9").replace("1000 out", "1 out") + "thermo 1\n"
    first = head.replace("force", "cooldown 0 force") + "dump x all custom 1 x.dump id type x y z\nminimize 0 0 3 9\n"
    again = head.replace("out.xyz", "again.xyz cooldown 0") + "rerun x.dump dump x y z\n"
    run(quartz, first + "clear\n" + again)
    frames, same = records(quartz), ase.io.read(quartz / "again.xyz", index=":")
    assert [frame.info["step"] for frame in same] == [0, 1, 2, 3]
    assert [frame.info["step"] for frame in frames] == [0, 1, 2, 3]

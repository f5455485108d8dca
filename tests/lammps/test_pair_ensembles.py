"""Boxes that change during a run: fix npt and fix box/relax see the potential's pressure at every step."""

import pytest

import helpers
from agreement_cases import PAIR
from lammps_runner import FULL_DIGITS, THERMO_BOX, assert_frame, dump, run, write_data

CONSERVED = f"thermo_style custom step pe econserve\nthermo_modify format float {FULL_DIGITS}\n"


def start(folder, thermo: str = THERMO_BOX, tilt: bool = False) -> str:
    """Return input up to the fixes: 64 atoms, their box skewable or not."""
    write_data(folder / "atoms.data", helpers.silicon(2), ["Si"])
    skew = "change_box all triclinic\n" if tilt else ""
    pair = PAIR.format("Si", "Si")
    return f"clear\nunits metal\nread_data atoms.data\n{skew}{pair}neighbor 0.3 bin\nneigh_modify delay 0\n{thermo}"


BAROSTATS = {
    "iso": "iso 0.0 0.0 0.05",
    "aniso": "aniso 0.0 0.0 0.05",
    "tri": "tri 0.0 0.0 0.05",
}


@pytest.mark.parametrize("ranks", [1, 2])
def test_npt_frame_by_frame(folder, made, ranks):
    """Energy, forces and pressure are those of the atoms and the box of the same step."""
    text = ""
    for name, barostat in BAROSTATS.items():
        text += start(folder, tilt=name == "tri")
        text += f"velocity all create 800 4242 loop geom\nfix npt all npt temp 800 800 0.05 {barostat}\n"
        text += f"{dump(f'{name}.dump', every=10)}thermo 10\nrun 40\n"
    result = run(folder, text, ranks)
    for name, thermo in zip(BAROSTATS, result.thermo(), strict=True):
        frames = result.dump(f"{name}.dump")
        for row, frame in enumerate(frames):
            assert_frame(thermo, frame, ["Si"], made["Si"], row)
        assert abs(thermo["Lx"][-1] - thermo["Lx"][0]) > 0.01
        assert (abs(thermo["Xy"][-1]) > 1e-4) == (name == "tri")


def test_npt_goes_on_from_a_restart(folder):
    """With the state of thermostat and barostat, and so with the same conserved quantity."""
    fixes = "timestep 0.001\nfix npt all npt temp 800 800 0.1 iso 0.0 0.0 0.5\n"
    hot = start(folder, CONSERVED) + f"velocity all create 800 4242 loop geom\n{fixes}"
    again = f"clear\nread_restart half.restart\n{PAIR.format('Si', 'Si')}neighbor 0.3 bin\n{CONSERVED}{fixes}run 10\n"
    whole, _, resumed = run(folder, f"{hot}run 20\n{hot}run 10\nwrite_restart half.restart\n{again}").thermo()
    assert resumed["Step"][-1] == 20
    for column in ("PotEng", "Econserve"):
        assert resumed[column][-1] == pytest.approx(whole[column][-1], rel=1e-12)


@pytest.mark.parametrize("kind", ["aniso", "tri"])
def test_box_relax(folder, made, kind):
    """The box gives way to the pressure, down in energy; the end is what Python says of it."""
    text = start(folder, tilt=kind == "tri") + f"fix relax all box/relax {kind} 0.0 vmax 0.002\n"
    text += f"min_modify line quadratic\nminimize 0 0 15 100\n{dump('end.dump')}run 0\n"
    result = run(folder, text)
    minimization, end = result.thermo()
    assert_frame(end, result.dump("end.dump")[-1], ["Si"], made["Si"])
    work = minimization["c_p[1]"][0] * (minimization["Volume"][-1] - minimization["Volume"][0])
    assert work > 0.0
    assert minimization["PotEng"][-1] < minimization["PotEng"][0] - 1.0


def test_shear_that_flips_the_box(folder, made):
    """LAMMPS takes another cell of the same crystal when the tilt passes half of the edge.

    It moves box and atoms after the forces of a step, so that only the next run has all of them alike.
    """
    text = start(folder, tilt=True) + "fix i all nve\nfix shear all deform 1 xy erate 40 remap x flip yes\n"
    text += "velocity all create 300 4242 loop geom\nthermo 5\n"
    for number in range(2):
        text += f"run 10\n{dump(f'{number}.dump')}run 0\nundump d\n"
    result = run(folder, text)
    before, after = result.thermo()[1::2]
    assert before["Xy"][0] > 4.0
    assert after["Xy"][0] < 0.0
    for number, thermo in enumerate((before, after)):
        assert_frame(thermo, result.dump(f"{number}.dump")[0], ["Si"], made["Si"])


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_handed_over_by_fix_balance(folder, made, ranks):
    """Half of the crystal is deleted, so that the ranks' parts of the box move at once."""
    text = start(folder) + "region half block 0 5 0 10.8 0 10.8 units box\ndelete_atoms region half\n"
    text += "comm_style tiled\nfix even all balance 5 1.0 rcb\nfix i all nve\nvelocity all create 800 4242 loop geom\n"
    result = run(folder, f"{text}{dump('a.dump', every=10)}thermo 10\nrun 20\n", ranks)
    for row, frame in enumerate(result.dump("a.dump")):
        assert_frame(result.thermo()[0], frame, ["Si"], made["Si"], row)

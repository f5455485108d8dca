"""What other commands of LAMMPS ask of the pair style: they get the potential's numbers, or are refused by name."""

import numpy as np
import pytest

import helpers
from agreement_cases import PAIR
from lammps_runner import (
    FULL_DIGITS,
    THERMO_BOX,
    assert_agrees,
    assert_frame,
    dump,
    forces,
    lammps,
    largest,
    run,
    single,
    write_data,
)
from nnmanybody.plugin import plugin_directory
from sampling_helpers import lammps_in_python

SILICA = PAIR.format("SiO", "Si O")


@pytest.fixture
def quartz(folder):
    """A folder with five atoms of silicon and oxygen in atoms.data."""
    write_data(folder / "atoms.data", helpers.triclinic(), ["Si", "O"])
    return folder


# --- settings that must change nothing ------------------------------------------------------------------

HARMLESS = {
    "pair_modify shift": f"{SILICA}pair_modify shift yes",
    "pair_modify tail": f"{SILICA}pair_modify tail yes",
    "pair_modify table": f"{SILICA}pair_modify table 10 mix arithmetic",
    "pair_modify nofdotr": f"{SILICA}pair_modify nofdotr",
    "newton for bonds alone off": SILICA,
    "suffix": f"suffix omp\n{SILICA}",
    "no skin": f"{SILICA}neighbor 0.0 bin",
    "nsq neighbor lists": f"{SILICA}neighbor 2.0 nsq",
    "multi neighbor lists": f"{SILICA}neighbor 2.0 multi\ncomm_modify mode multi",
    "longer ghost cutoff": f"{SILICA}comm_modify cutoff 11.0",
    "scaled by one": "pair_style hybrid/scaled 1.0 nn/manybody\npair_coeff * * nn/manybody SiO.nnp Si O",
}
BEFORE = {"newton for bonds alone off": "units metal\nnewton on off", "suffix": "units metal\npackage omp 2"}


@pytest.mark.parametrize("ranks", [1, 2])
def test_settings_that_change_nothing(quartz, made, ranks):
    text = ""
    for number, (name, pair) in enumerate(HARMLESS.items()):
        text += "suffix off\n" + single("atoms.data", pair, f"{number}.dump", BEFORE.get(name, "units metal"))
    result = run(quartz, text, ranks)
    expected = made["SiO"].evaluate(helpers.triclinic())
    for number, thermo in enumerate(result.thermo()):
        assert_agrees(thermo, result.dump(f"{number}.dump")[0], expected)


def test_suffix_of_the_command_line(quartz, made):
    """There is no variant nn/manybody/omp: LAMMPS takes the plain one, with neighbor lists of two threads."""
    options = ["-sf", "omp", "-pk", "omp", "2"]
    result = run(quartz, single("atoms.data", SILICA, "a.dump"), options=options)
    assert_agrees(result.thermo()[0], result.dump("a.dump")[0], made["SiO"].evaluate(helpers.triclinic()))


def test_newton_off_for_pairs_alone(quartz):
    result = lammps(quartz, single("atoms.data", SILICA, "a.dump", "units metal\nnewton off on"))
    assert result.status == 1
    assert "Pair style nn/manybody requires newton pair on" in result.output


def test_a_trajectory_does_not_depend_on_when_lists_are_built(folder):
    """Sorted or not, lists built at every step or only when an atom has moved by half of the skin."""
    write_data(folder / "atoms.data", helpers.silicon(2), ["Si"])
    settings = {
        "every step": "neigh_modify every 1 delay 0 check no",
        "when needed": "neighbor 1.0 bin\nneigh_modify every 2 delay 4 check yes",
        "sorted": "neighbor 1.0 bin\nneigh_modify every 1 delay 0 check yes",
    }
    text = ""
    for name, setting in settings.items():
        sort = "atom_modify sort 3 0" if name == "sorted" else "atom_modify sort 0 0"
        text += f"clear\nunits metal\n{sort}\nread_data atoms.data\n{PAIR.format('Si', 'Si')}{setting}\n"
        text += f"velocity all create 1500 4242 loop geom\nfix i all nve\n{dump(repr(name), every=30)}run 30\n"
    result = run(folder, text)
    first, *others = [result.dump(name)[-1] for name in settings]
    for other in others:
        assert largest(forces(other) - forces(first)) <= 1e-9


# --- what asks for energies ------------------------------------------------------------------------------


def test_compute_pair_is_the_energy_of_the_style_in_an_overlay(quartz, made):
    pair = "pair_style hybrid/overlay nn/manybody lj/cut 4.0\npair_coeff * * nn/manybody SiO.nnp Si O\n"
    pair += "pair_coeff * * lj/cut 0.01 2.0\ncompute n all pair nn/manybody\ncompute l all pair lj/cut\n"
    thermo = f"thermo_style custom step pe c_n c_l\nthermo_modify format float {FULL_DIGITS}\n"
    (table,) = run(quartz, f"units metal\nread_data atoms.data\n{pair}{thermo}run 0\n").thermo()
    assert table["c_n"][0] == pytest.approx(made["SiO"].evaluate(helpers.triclinic()).energy, abs=5e-10, rel=0)
    assert table["c_n"][0] + table["c_l"][0] == pytest.approx(table["PotEng"][0], abs=5e-10, rel=0)


def test_monte_carlo_swaps_change_types_and_the_energy_follows(quartz, made):
    text = f"units metal\nread_data atoms.data\n{SILICA}fix s all atom/swap 1 20 4242 9e4 types 1 2 ke no\n"
    text += f"thermo 1\n{THERMO_BOX}{dump('a.dump')}run 5\n"
    result = run(quartz, text)
    frames = result.dump("a.dump")
    for row, frame in enumerate(frames):
        assert_frame(result.thermo()[0], frame, ["Si", "O"], made["SiO"], row)
    assert any((frame["type"] != frames[0]["type"]).any() for frame in frames)


def test_types_set_between_runs(quartz, made):
    text = f"units metal\nread_data atoms.data\n{SILICA}{THERMO_BOX}run 0\nset atom 1 type 2\n{dump('a.dump')}run 0\n"
    result = run(quartz, text)
    frame = result.dump("a.dump")[0]
    assert frame["type"][0] == 2
    assert_frame(result.thermo()[1], frame, ["Si", "O"], made["SiO"])


def test_boxes_changed_and_replicated_between_runs(quartz, made):
    text = f"units metal\nread_data atoms.data\n{SILICA}{THERMO_BOX}run 0\n"
    changes = ["change_box all x scale 1.05 xy delta 0.3 remap units box", "replicate 2 1 2"]
    for number, change in enumerate(changes):
        text += f"{change}\n{dump(f'{number}.dump')}run 0\nundump d\n"
    result = run(quartz, text)
    for number, n_atoms in enumerate((5, 20)):
        frame = result.dump(f"{number}.dump")[0]
        assert len(frame["id"]) == n_atoms
        assert_frame(result.thermo()[number + 1], frame, ["Si", "O"], made["SiO"])


def test_dynamical_matrix_is_the_slope_of_pythons_forces(quartz, made):
    """By central differences with the same step on both sides, divided by the masses (units metal: no other factor)."""
    step = 1e-3
    text = f"units metal\natom_modify map array\nread_data atoms.data\n{SILICA}"
    run(quartz, f"{text}dynamical_matrix all regular {step} file matrix.txt\n")
    got = np.loadtxt(quartz / "matrix.txt").reshape(15, 15)
    atoms = helpers.triclinic()
    expected = np.zeros((15, 15))
    for k in range(15):
        for sign in (1, -1):
            moved = atoms.copy()
            moved.positions[k // 3, k % 3] += sign * step
            expected[k] -= sign * made["SiO"].evaluate(moved).forces.ravel() / (2.0 * step)
    mass = np.repeat(atoms.get_masses(), 3)
    expected /= np.sqrt(np.outer(mass, mass))
    assert largest(got - expected) <= 1e-6 * largest(expected)


def test_two_partitions_with_a_potential_each(quartz, made):
    """Every partition reads its own file: what is shared is shared within a world."""
    made["Si"].write(quartz / "one.nnp")
    made["SiO"].write(quartz / "two.nnp")
    write_data(quartz / "Si.data", helpers.silicon(), ["Si", "O"])
    text = "units metal\nvariable f world 'one.nnp Si NULL' 'two.nnp Si O'\nvariable n world one two\n"
    text += "read_data Si.data\n"
    text += "pair_style hybrid/overlay nn/manybody zero 5.0\npair_coeff * * zero\npair_coeff * * nn/manybody ${f}\n"
    text += f"run 0\nprint '$(pe:{FULL_DIGITS})' file ${{n}}.txt\n"
    run(quartz, text, ranks=2, options=["-partition", "2x1", "-plog", "none", "-pscreen", "none"])
    for name, potential in (("one", "Si"), ("two", "SiO")):
        energy = float((quartz / f"{name}.txt").read_text())
        assert energy == pytest.approx(made[potential].evaluate(helpers.silicon()).energy, abs=8e-10, rel=0)


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "fix g all gcmc 1 5 5 1 2345 300 -4 0.2",
            "neigh_modify exclude hides neighbors, so that energies and forces would be wrong",
        ),
        ("compute v all pressure NULL virial\ncompute b all born/matrix", "does not support compute born/matrix"),
    ],
    ids=["gcmc", "born/matrix"],
)
def test_what_would_be_wrong_is_refused(quartz, command, expected):
    """Grand-canonical deletion leaves an atom without neighbors behind, whose energy is not zero."""
    result = lammps(quartz, f"units metal\nread_data atoms.data\n{SILICA}{command}\nrun 0\n")
    assert result.status == 1
    assert expected in result.output


# --- the plugin, Python -----------------------------------------------------------------------------------


def test_unloaded_and_loaded_again(quartz, made):
    """While another style is in use; between, its name is unknown, and LAMMPS goes on."""
    again = f"plugin load {plugin_directory()}/nnmanybodyplugin.so\n"
    text = "plugin unload pair nn/manybody\nunits metal\nread_data atoms.data\n"
    text += "pair_style zero 5.0\npair_coeff * *\nrun 0\n"
    unknown = lammps(quartz, f"{text}pair_style nn/manybody\n")
    assert unknown.status == 1
    assert "Unrecognized pair style 'nn/manybody'" in unknown.output
    result = run(quartz, text + again + single("atoms.data", SILICA, "a.dump"))
    assert_agrees(result.thermo()[1], result.dump("a.dump")[0], made["SiO"].evaluate(helpers.triclinic()))


MOVED_FROM_PYTHON = """
import numpy as np
lmp.commands_string(open("in.lammps").read())
x = np.array(lmp.gather_atoms("x", 1, 3))
x += np.loadtxt("moves.txt").ravel()
lmp.scatter_atoms("x", 1, 3, np.ctypeslib.as_ctypes(x))
lmp.command("run 0 post no")
found = [*lmp.gather_atoms("f", 1, 3), *x, lmp.get_thermo("pe")]
if MPI.COMM_WORLD.rank == 0:
    np.savetxt("found.txt", found, fmt="%.17g")
lmp.close()
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_moved_by_a_python_program(quartz, made, ranks):
    """LAMMPS as a library, alone and under mpiexec: positions in, forces and energy out."""
    text = f"units metal\natom_modify map array\nread_data atoms.data\n{SILICA}run 0 post no\n"
    (quartz / "in.lammps").write_text(text)
    np.savetxt(quartz / "moves.txt", np.random.default_rng(3).normal(0.0, 0.05, (5, 3)))
    result = lammps_in_python(quartz, MOVED_FROM_PYTHON, ranks)
    assert result.status == 0, result.output
    found = np.loadtxt(quartz / "found.txt")
    atoms = helpers.triclinic()
    atoms.positions = found[15:30].reshape(5, 3)
    expected = made["SiO"].evaluate(atoms)
    assert largest(found[:15] - expected.forces.ravel()) <= 1e-9
    assert found[30] == pytest.approx(expected.energy, abs=5e-10, rel=0)

"""`compute nn/sample`: each wrong input has its own message, and silence is never mistaken for success."""

import json

import pytest

from sampling_helpers import ASK_EVERY_STEP, lammps, lammps_in_python, run, silicon

START = "compute s all nn/sample out.xyz"
GOOD = f"{START} alpha Si 3.0 taumax 10"
RUN = "thermo_style custom step c_s\nrun 0\n"


WRONG_COMMANDS = [
    ("compute s all nn/sample", "the file to write is missing"),
    (f"{START} taumax 10", "the keyword alpha is missing"),
    (f"{START} alpha Si 3.0", "the keyword taumax is missing"),
    (f"{START} alpha Xx 3.0 taumax 10", "expected the symbol of an element, got 'Xx'"),
    (f"{START} alpha Si", "expected the alpha of Si, a number > 0 after the last word"),
    (f"{START} alpha Si three taumax 10", "expected the alpha of Si, a number > 0, got 'three'"),
    (f"{START} alpha Si 0 taumax 10", "expected the alpha of Si, a number > 0, got '0'"),
    (f"{START} alpha Si nan taumax 10", "expected the alpha of Si, a number > 0, got 'nan'"),
    (f"{START} alpha Si 3 Si 4 taumax 10", "expected each element once in alpha, got 'Si'"),
    (f"{START} alpha O 3.0 taumax 10 elements Si", "alpha is given for element O, but the atom types are of Si"),
    (f"{START} alpha Si 3.0 taumax 0", "expected the largest tau in steps, >= 1, got '0'"),
    (f"{START} alpha Si 3.0 taumax 2.5", "expected the largest tau in steps, >= 1, got '2.5'"),
    (f"{GOOD} elements Si O", "the keyword elements needs one element for each of the 1 atom types, got 2"),
    (f"{GOOD} elements silicon", "expected the symbol of an element, got 'silicon'"),
    (f"{GOOD} atoms 3 3", "expected each atom id once, got '3'"),
    (f"{GOOD} atoms 0", "expected atom ids, or random N SEED, got '0'"),
    (f"{GOOD} atoms 65", "atom 65 of the keyword atoms is not in group all (64 atoms, ids 1 to 64)"),
    (f"{GOOD} atoms random 65 1", "atoms random asks for 65 atoms, group all holds 64"),
    (f"{GOOD} atoms random 3", "expected the seed of the choice, >= 0 after the last word"),
    (f"{GOOD.replace(' all ', ' few ')} atoms 6", "atom 6 of the keyword atoms is not in group"),
    (GOOD.replace(" all ", " none "), "group none holds no atoms to sample"),
    (f"{GOOD} mode frames", "expected environment or frame, got 'frames'"),
    (f"{GOOD} rule loose", "expected strict or thesis, got 'loose'"),
    (f"{GOOD} append maybe", "expected auto or yes or no, got 'maybe'"),
    (f"{GOOD} cutoff -1", "expected the cutoff, a number > 0, got '-1'"),
    (f"{GOOD} mode frame cutoff 3", "cutoff belongs to mode environment"),
    (f"{GOOD} config_type hot", "config_type belongs to mode frame"),
    (f"{GOOD} mode frame config_type hot=1", "expected a name of letters, digits and _ - . / for config_type"),
    (f"{GOOD} taumax 10", "expected each keyword once, got 'taumax'"),
    (f"{START} alpha Si 3 taumx 10", "expected the symbol of an element or a keyword such as taumax, got 'taumx'"),
    (f"{GOOD} moed frame", "unknown keyword 'moed': did you mean mode?"),
]  # fmt: skip


@pytest.fixture(scope="module")
def creation_errors(tmp_path_factory):
    """What LAMMPS says to each of WRONG_COMMANDS, one after the other in one process."""
    folder = tmp_path_factory.mktemp("creation")
    scripts = [command for command, _ in WRONG_COMMANDS]
    code = f"""
import json, pathlib
lmp.commands_string({silicon() + "group few id 5 9" + chr(10) + "group none empty"!r})
said = dict()
for command in {scripts!r}:
    try:
        lmp.command(command)
        lmp.command("uncompute s")
    except Exception as error:
        said[command] = str(error)
pathlib.Path("said.json").write_text(json.dumps(said))
"""
    result = lammps_in_python(folder, code)
    assert result.status == 0, result.output
    assert not (folder / "out.xyz").exists()  # the file is not touched before everything is known to be right
    return json.loads((folder / "said.json").read_text())


@pytest.mark.parametrize(("command", "message"), WRONG_COMMANDS)
def test_wrong_command_has_its_own_message(creation_errors, command, message):
    assert creation_errors[command].startswith(f"ERROR: Compute nn/sample s: {message}")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"{GOOD} cutoff 4.5\n{RUN}",
         "the cutoff 4.5 is larger than the 3.77118 to which the pair style lists neighbors of types 1 and 1; "
         "give a smaller cutoff, or add 'pair_style hybrid/overlay ... zero 4.5'"),
        (f"{GOOD}\nneigh_modify exclude type 1 1\n{RUN}", "neigh_modify exclude hides neighbors"),
        (f"{GOOD}\npair_style none\n{RUN}", "a pair style is needed, none is defined"),
        (f"{GOOD} atoms 7\ngroup gone id 7\n{ASK_EVERY_STEP}\nrun 1\ndelete_atoms group gone compress no\nrun 1\n",
         "atom 7 is chosen for sampling but no longer exists at step 2"),
    ],
)  # fmt: skip
def test_wrong_run_has_its_own_message(tmp_path, command, message):
    result = lammps(tmp_path, silicon() + command + "\n")
    assert result.status != 0
    assert f"ERROR: Compute nn/sample s: {message}" in result.output


@pytest.mark.parametrize(
    ("system", "command", "message"),
    [
        ({"two_types": True}, f"{GOOD} ", "the elements of the 2 atom types are not known"),
        ({"two_types": True}, f"{GOOD} elements Si Ge", "atoms of element Ge are chosen for sampling, but alpha"),
        ({"units": "lj", "pair": "pair_style lj/cut 3.0\npair_coeff * * 1 1"}, f"{GOOD}\n{RUN}",
         "records are in eV and Å, but units lj have no eV and no Å; use units metal, real, electron"),
        ({"two_types": True, "pair": "pair_style lj/cut 3.0\npair_coeff * * 0 1\npair_coeff 2 2 0 1 5.0 #"},
         f"{GOOD} elements Si Si\n{RUN}", "the cutoff 5 is larger than the 3 to which the pair style lists neighbors"),
    ],
)  # fmt: skip
def test_wrong_system_has_its_own_message(tmp_path, system, command, message):
    result = lammps(tmp_path, silicon(**system) + command + "\n")
    assert result.status != 0
    assert f"ERROR: Compute nn/sample s: {message}" in result.output


def test_word_at_fault_is_pointed_at(tmp_path):
    output = lammps(tmp_path, silicon() + f"{GOOD} mode frames\n").output
    line, pointer = output[output.index("Last input line:") :].splitlines()[:2]
    assert line[pointer.index("^") :].startswith("frames")


def test_flat_system_has_environments_but_no_frames(tmp_path):
    flat = """
        dimension 2
        units metal
        lattice sq 3.0
        region box block 0 4 0 4 -0.5 0.5
        create_box 1 box
        create_atoms 1 box
        mass 1 28.0855
        pair_style lj/cut 5.0
        pair_coeff * * 0.1 2.5
        """
    assert len(run(tmp_path, flat + f"{GOOD}\n{RUN}").records()) == 16
    result = lammps(tmp_path, flat + f"{GOOD} append no mode frame\n{RUN}")
    assert "Compute nn/sample s: mode frame needs a 3d system" in result.output


BONDED = """
    units metal
    atom_style bond
    region box block 0 10 0 10 0 10
    create_box 1 box bond/types 1 extra/bond/per/atom 1 extra/special/per/atom 1
    create_atoms 1 single 4 5 5
    create_atoms 1 single 6 5 5
    mass 1 28.0855
    bond_style harmonic
    bond_coeff 1 1.5 1.9
    special_bonds lj/coul {weight} 1 1
    create_bonds single/bond 1 1 2
    pair_style lj/cut 4.0
    pair_coeff * * 0.1 2.0
    compute e all pe/atom
    thermo_style custom step c_s
    """


def test_bonded_neighbors_are_never_missing_and_bonds_count_in_the_energy(tmp_path):
    result = lammps(tmp_path, BONDED.format(weight=0).replace("thermo_style", f"{GOOD}\nthermo_style") + "run 0\n")
    assert "special_bonds with weight zero" in result.output
    script = BONDED.format(weight=1e-50).replace("thermo_style", f"{GOOD} append no\nthermo_style") + "run 0\n"
    for record in run(tmp_path, script).records():
        assert len(record) == 2
        # k (r - r0)^2 shared by the two atoms of the bond; the pair term has no weight
        assert record.info["REF_atomic_energy"] == pytest.approx(1.5 * 0.1**2 / 2, rel=1e-12)


def test_compute_that_was_never_invoked_says_so(tmp_path):
    result = run(tmp_path, silicon() + f"{GOOD}\nrun 2\nrun 2\n")
    assert "WARNING: Compute nn/sample s was not invoked in the run before." in result.output
    assert "WARNING: Compute nn/sample s was never invoked, so nothing was sampled." in result.output
    assert result.output.count("'fix ID all ave/time 1 1 1 c_s'") == 2
    assert (tmp_path / "out.xyz").stat().st_size == 0


def test_warning_of_never_invoked_is_not_given_without_reason(tmp_path):
    invoked = run(tmp_path, silicon() + f"{GOOD}\n{ASK_EVERY_STEP}\nrun 2\nunfix ask\nrun 2\n")
    no_run = run(tmp_path, silicon() + f"{GOOD} append no\n")
    assert "invoked" not in invoked.output.replace("c_s", "")
    assert "invoked" not in no_run.output


def test_steps_that_were_not_seen_are_reported_once(tmp_path):
    result = run(tmp_path, silicon() + f"{GOOD}\nthermo_style custom step c_s\nthermo 5\nrun 20\n")
    assert result.output.count("was invoked at step 0 and next at step 5") == 1
    assert result.output.count("it did not see the steps between") == 1


def test_forces_changed_by_a_fix_are_reported(tmp_path):
    quiet = run(tmp_path, silicon() + f"fix store all store/force\n{GOOD}\n{RUN}")
    assert "may change the forces" not in quiet.output
    script = silicon() + f"fix heat all langevin 300 300 0.1 42\n{GOOD} append no\n{RUN}run 0\n"
    assert run(tmp_path, script).output.count("fix heat (langevin) may change the forces") == 1


def test_force_that_is_not_a_number_stops_the_run_and_writes_nothing(tmp_path):
    (tmp_path / "forces.txt").write_text("1\n3 inf\n")
    script = silicon() + f"variable f atomfile forces.txt\nfix set all setforce v_f 0 0\n{GOOD}\n{RUN}"
    result = lammps(tmp_path, script)
    assert result.status != 0
    assert "the force on atom 3 is not a finite number at step 0" in result.output
    assert (tmp_path / "out.xyz").stat().st_size == 0


def test_between_runs_the_scalar_is_read_and_nothing_is_sampled(tmp_path):
    script = silicon() + f"{GOOD} atoms 1\nthermo_style custom step c_s\n" + "run 2 every 1 \"print 'COUNT $(c_s)'\"\n"
    result = run(tmp_path, script)
    assert int(result.last_value("COUNT")) == len(result.records())


@pytest.mark.parametrize("mode", ["environment", "frame"])
def test_energy_that_was_not_tallied_is_an_error_as_for_every_compute(tmp_path, mode):
    # Asked for in the middle of a step that nobody had announced
    result = lammps_in_python(
        tmp_path,
        f"""
def look(lmp, step, nlocal, tag, x, f):
    if step != 2:
        return
    try:
        lmp.extract_compute("s", LMP_STYLE_GLOBAL, LMP_TYPE_SCALAR)
    except Exception as error:
        print("RAISED", error)
lmp.commands_string({silicon() + f"{GOOD} mode {mode}" + chr(10) + "fix look all external pf/callback 1 1"!r})
lmp.set_fix_external_callback("look", look, lmp)
lmp.command("run 3")
""",
    )
    assert result.status == 0
    assert "Compute nn/sample s: per-atom energy was not tallied on needed timestep" in result.last_value("RAISED")
    assert (tmp_path / "out.xyz").stat().st_size == 0

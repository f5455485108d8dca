"""The plugin is there after installation, in `lmp` and in `import lammps`: the user sets and types nothing."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import helpers
from lammps_runner import BIN, environment, lammps, run, run_python

COMPUTES = [f"compute style plugin nn/{name}" for name in ("sample", "extrapolation", "deviation")]
STYLES = ["pair style plugin nn/manybody", *COMPUTES, "fix style plugin nn/trap"]
ENERGY_TOLERANCE = 1e-10  # eV/atom, the issue's


def listed(output: str) -> list[str]:
    """Return what `plugin list` lists, without its numbers."""
    return re.findall(r"^ *\d+: (\w+ style plugin \S+)", output, re.MULTILINE)


def test_lmp_loads_all_styles_by_itself(tmp_path):
    output = run(tmp_path, "plugin list\ninfo styles pair\ninfo styles compute\ninfo styles fix\n").output
    assert listed(output) == STYLES
    assert "Loaded 1 plugins from " in output
    assert {style.split()[-1] for style in STYLES} <= set(output.split())


def test_every_rank_loads_the_plugin(tmp_path):
    output = run(tmp_path, "plugin list\npair_style nn/manybody\n", ranks=2).output
    assert "pair style plugin nn/manybody" in output


def test_an_unloaded_plugin_takes_its_style_along(tmp_path):
    script = "pair_style nn/manybody\nplugin unload pair nn/manybody\nplugin list\npair_style nn/manybody\n"
    result = lammps(tmp_path, script)
    assert result.status == 1
    assert listed(result.output) == STYLES[1:]
    assert "Unrecognized pair style 'nn/manybody'" in result.output


IN_PROCESS = """
import json, sys
from mpi4py import MPI
import lammps
lmp = lammps.lammps(cmdargs=["-log", "none", "-screen", "none", "-nocite"])
found = {"styles": [lmp.has_style("pair", "nn/manybody"), lmp.has_style("compute", "nn/sample")]}
lmp.commands_string(open("in.lammps").read())
found |= {"energy": lmp.get_thermo("pe"), "atoms": lmp.get_natoms(), "ranks": MPI.COMM_WORLD.size}
found["heavy"] = [name for name in ("tensorflow", "matplotlib", "ase") if name in sys.modules]
lmp.close()
if MPI.COMM_WORLD.rank == 0:
    print("FOUND", json.dumps(found))
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_import_lammps_has_the_styles(tmp_path, silicon_file, silicon_potential, ranks):
    """As a user's script: libmpi comes in with mpi4py; nothing heavy comes in with the plugin."""
    (tmp_path / "in.lammps").write_text(
        "units metal\nlattice diamond 5.431\nregion box block 0 1 0 1 0 1\ncreate_box 1 box\ncreate_atoms 1 box\n"
        f"mass 1 28.0855\npair_style nn/manybody\npair_coeff * * {silicon_file} Si\nrun 0\n"
    )
    start = [str(BIN / "mpiexec"), "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run(
        [*start, str(BIN / "python"), "-c", IN_PROCESS],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.split("FOUND", 1)[1])
    assert found.pop("energy") == pytest.approx(
        silicon_potential.evaluate(helpers.silicon(rattle=0.0)).energy, abs=8 * ENERGY_TOLERANCE
    )
    assert found == {"styles": [True, True], "atoms": 8, "ranks": ranks, "heavy": []}


def test_the_entry_point_is_quiet_light_and_right():
    """`import lammps` calls it in every session of the environment, whether nnmanybody is used or not."""
    script = """
import sys
before = set(sys.modules)
from nnmanybody.plugin import plugin_directory
folder = plugin_directory()
top = {name.partition(".")[0] for name in set(sys.modules) - before}
heavy = {"numpy", "tensorflow", "keras", "ase", "scipy", "matplotlib", "torch", "pydantic", "mpi4py"}
sys.exit(f"{folder}|{sorted(top & heavy)}|{'nnmanybody._core' in sys.modules}")
"""
    done = run_python(script)
    assert done.stdout == ""
    folder, heavy, core = done.stderr.strip().split("|")
    assert (Path(folder) / "nnmanybodyplugin.so").is_file()
    assert (heavy, core) == ("[]", "False")


def test_the_entry_point_is_registered_with_lammps():
    script = """
import importlib.metadata
(entry,) = [e for e in importlib.metadata.entry_points(group="lammps.plugins") if e.name == "nnmanybody"]
print(entry.value)
"""
    assert run_python(script).stdout.strip() == "nnmanybody.plugin:plugin_directory"


def test_a_plugin_path_of_the_user_is_kept(tmp_path):
    """LAMMPS_PLUGIN_PATH may name a folder of the user's own plugins; ours is found beside it."""
    done = subprocess.run(
        [str(BIN / "lmp"), "-log", "none", "-nocite"],
        input="plugin list\n",
        cwd=tmp_path,
        env=environment() | {"LAMMPS_PLUGIN_PATH": os.fspath(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert "pair style plugin nn/manybody" in done.stdout

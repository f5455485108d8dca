"""A LAMMPS other than the one the plugin was built for is named in one line, as the plugin is loaded.

The other LAMMPS is this one, made to answer differently: its C interface is overruled by a preloaded library.
"""

import os
import shutil
import subprocess

import pytest

from lammps_runner import BIN, environment

ANSWERS = {
    "version": "int lammps_version(void *lmp) { return 20230802; }",
    "sizes": "int lammps_extract_setting(void *lmp, const char *name) { return 8; }",
    "no MPI": "int lammps_config_has_mpi_support(void) { return 0; }",
    "Open MPI": "int ompi_mpi_comm_world;",
    "nothing": "int nnmb_of_no_meaning;",
}


@pytest.fixture
def answering(tmp_path):
    """Lines that LAMMPS prints when part of its interface answers as given."""

    def start(answer: str) -> list[str]:
        (tmp_path / "answer.c").write_text(ANSWERS[answer])
        compiler = shutil.which(os.environ.get("CC", "cc"))
        assert compiler is not None, "the compiler that built the plugin is gone"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", "answer.so", "answer.c"], cwd=tmp_path, check=True)
        (tmp_path / "in.lammps").write_text("plugin list\n")
        done = subprocess.run(
            [str(BIN / "lmp"), "-in", "in.lammps", "-log", "none", "-nocite"],
            cwd=tmp_path,
            env=environment() | {"LD_PRELOAD": str(tmp_path / "answer.so")},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return done.stdout.splitlines()

    return start


def warnings(lines: list[str]) -> list[str]:
    return [line for line in lines if "nnmanybody" in line and line.startswith("WARNING")]


def styles(lines: list[str]) -> int:
    return sum("style plugin nn/" in line for line in lines)


def test_another_version_is_named_and_may_work(answering):
    lines = answering("version")
    (said,) = warnings(lines)
    assert "found LAMMPS 20230802" in said
    assert "built for LAMMPS 2025" in said
    assert "reinstall nnmanybody against this LAMMPS" in said
    assert styles(lines) == 5


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("sizes", "built with LAMMPS_SIZES=smallbig"), ("no MPI", "runs on no MPI"), ("Open MPI", "runs on Open MPI")],
)
def test_what_would_crash_is_not_loaded(answering, answer, expected):
    lines = answering(answer)
    (said,) = warnings(lines)
    assert expected in said
    assert "not loaded" in said
    assert styles(lines) == 0


def test_the_right_lammps_is_met_in_silence(answering):
    lines = answering("nothing")
    assert warnings(lines) == []
    assert styles(lines) == 5

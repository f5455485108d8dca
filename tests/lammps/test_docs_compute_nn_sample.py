"""docs/compute_nn_sample.md: its inputs run, and its keywords and defaults are those of the command."""

import re

import pytest

from doc_blocks import blocks, read_page
from sampling_helpers import ASK_EVERY_STEP, lammps, run, silicon

NAME = "compute_nn_sample.md"
PAGE = read_page(NAME)
EXAMPLES, ASKING, ZERO, COMPLETE = (block.text for block in blocks(NAME) if block.language == "LAMMPS")
GOOD = "compute s all nn/sample out.xyz alpha Si 3.0 taumax 10"


def test_complete_input_runs_and_samples(tmp_path):
    result = run(tmp_path, COMPLETE)
    assert "WARNING: Compute" not in result.output
    records = result.records("si.xyz")
    assert len(records) > 20
    assert all(len(record) == 64 for record in records)


@pytest.mark.parametrize("command", EXAMPLES.splitlines())
def test_every_example_is_a_valid_command(tmp_path, command):
    n_types = 2 if "sio2" in command else 1
    pair = "pair_style zero 6.0\npair_coeff * * #"
    script = silicon((4, 3, 3), pair=pair, two_types=n_types == 2) + "group hot id < 9\n"
    run(tmp_path, script + f"{command}\nthermo_style custom step c_s\nrun 0\n")


def test_input_for_a_longer_cutoff_runs(tmp_path):
    pair, sample = ZERO.rsplit("compute", 1)
    records = run(tmp_path, silicon(pair=pair) + f"compute{sample}{ASK_EVERY_STEP}\nrun 0\n").records("si.xyz")
    assert {record.info["cutoff"] for record in records} == {6.0}


def test_each_way_of_asking_works_alone(tmp_path):
    ways = ASKING.split("\n\n")
    assert len(ways) == 3
    for number, way in enumerate(ways):
        result = run(tmp_path / str(number), silicon() + f"{GOOD} atoms 1\n{way}\nrun 12\n")
        assert "WARNING: Compute" not in result.output
        assert len(result.records()) > 1


def test_page_names_every_keyword_that_the_command_knows(tmp_path):
    output = lammps(tmp_path, silicon() + f"{GOOD} keywords\n").output
    known = re.search(r"Known are ([a-z_, ]+)", output).group(1).strip().split(", ")
    described = re.search(r"keyword = (.*)", PAGE).group(1).split(" or ")
    assert sorted([*described, "alpha", "taumax"]) == sorted(known)


@pytest.mark.parametrize(
    ("given", "explicit"),
    [
        ("", "mode environment rule strict append auto cutoff 3.77118 elements Si"),
        ("mode frame", "mode frame config_type md"),
    ],
)
def test_defaults_are_those_of_the_page(tmp_path, given, explicit):
    for word in ("*mode* = environment", "*rule* = strict", "*append* = auto", "*config_type* = md"):
        assert word in PAGE
    texts = []
    for name, options in (("given", given), ("explicit", explicit)):
        result = run(tmp_path / name, silicon() + f"{GOOD} {options}\n{ASK_EVERY_STEP}\nrun 12\n")
        texts.append((result.folder / "out.xyz").read_text())
    assert texts[0] == texts[1]

"""docs/conversion.md: its commands run on small potentials, its lists are those of the code."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

import aenet_files
import simple_nn_files
from nnmanybody.cli import main
from nnmanybody.interchange.runner_functions import CUTOFF_FUNCTIONS, TYPES, WITHOUT_ALPHA
from nnmanybody.interchange.runner_keywords import EVALUATION, REFUSED
from nnmanybody.interchange.runner_network import ACTIVATIONS
from nnmanybody.interchange.units import named_units
from runner_reference import RUNNER

PAGE = (Path(__file__).parents[2] / "docs" / "conversion.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the commands of the page find: a RuNNer directory, structures, and files of SIMPLE-NN and aenet."""
    shutil.copytree(RUNNER / "mixed", tmp_path / "hdnnp-data")
    (tmp_path / "input.data").write_text("begin\natom 0 0 0 H 0 0 0 0 0\nenergy -0.5\nend\n")
    described = [simple_nn_files.section(element, 1, "tanh") for element in ("Si", "O")]
    (tmp_path / "potential_saved").write_text(simple_nn_files.text(described, ("tanh", "tanh", "linear")))
    sections = [aenet_files.section("Si", 1), aenet_files.section("O", 2)]
    aenet_files.write(tmp_path, sections)[0].rename(tmp_path / "Ti.nn.ascii")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_run(folder, monkeypatch):
    commands = re.search(r"```\n(nnp .*?)```", PAGE, re.S).group(1).splitlines()
    assert len(commands) == 7
    for line in commands:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code, line


def test_the_python_snippet_runs(folder):
    names: dict[str, object] = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.S).group(1), names)
    assert names["potential"].elements == ("O", "Si")


def test_constants_are_those_of_the_code():
    bohr, hartree = map(float, re.search(r"1 Bohr = (\S+) Å, 1 Hartree = (\S+) eV", PAGE).groups())
    units = named_units("bohr-hartree")
    assert (1.0 / units.cflength, 1.0 / units.cfenergy) == pytest.approx((bohr, hartree), rel=1e-15)


def test_types_and_numbers_are_those_of_the_code():
    row = next(line for line in PAGE.splitlines() if line.startswith("| symmetry functions"))
    listed = re.sub(r"\(.*?\)", "", row.split("types")[1].split(";")[0])
    assert [int(number) for number in re.findall(r"\d+", listed)] == list(TYPES)
    row = next(line for line in PAGE.splitlines() if line.startswith("| `cutoff_type`"))
    assert f"0 to {len(CUTOFF_FUNCTIONS) - 1} with" in row
    assert [CUTOFF_FUNCTIONS[n] for n in (0, 2, 3)] == list(WITHOUT_ALPHA)
    assert "which 0, 2 and 3 do not know" in row
    assert len(ACTIVATIONS) == 10
    assert "all ten activations" in PAGE


def test_keywords_are_those_of_the_code():
    section = PAGE.split("## RuNNer and n2p2")[1].split("## Structures")[0]
    named = {word for word in re.findall(r"`([a-z]+_\w+)`", section) if "…" not in word}
    settings = named - {"pair_style", "r_shift", "remove_atom_energies"}
    assert settings <= EVALUATION | REFUSED.keys()

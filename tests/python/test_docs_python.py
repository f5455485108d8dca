"""Every Python snippet of the user guide runs, from top to bottom of each page; every `nnp` line too."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import ase.io
import pytest

import helpers
from nnmanybody.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["python.md", "symmetry_functions.md"]


@pytest.fixture
def folder(tmp_path, monkeypatch, silicon_potential):
    """What the pages say is there: a potential for silicon and data."""
    silicon_potential.write(tmp_path / "Si.nnp")
    frames = []
    for seed in range(3):
        atoms = helpers.silicon(seed=seed)
        found = silicon_potential.evaluate(atoms)
        atoms.info["REF_energy"] = found.energy
        atoms.arrays["REF_forces"] = found.forces
        frames.append(atoms)
    ase.io.write(tmp_path / "data.xyz", frames, format="extxyz")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("page", PAGES)
def test_python_snippets_run(page, folder):
    snippets = blocks(page, "python")
    assert snippets
    names: dict[str, object] = {}
    for snippet in snippets:
        exec(compile(snippet, page, "exec"), names)  # the pages are ours


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page, folder, monkeypatch):
    exec(compile("\n".join(blocks(page, "python")), page, "exec"), {})  # commands may use the files made there
    for line in "\n".join(blocks(page, "bash")).splitlines():
        monkeypatch.setattr(sys, "argv", shlex.split(line, comments=True))
        assert sys.argv[0] == "nnp"
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code, line

"""docs/troubleshooting.md quotes what the software really says: every message is provoked."""

from __future__ import annotations

import os
import re
import shlex
import sys

import pytest

import doc_provocations as provocations
from doc_blocks import Block, blocks
from lammps_runner import lammps, run_python
from nnmanybody.cli import main

QUOTED = [block for block in blocks("troubleshooting.md") if block.marker[0] == "printed by"]
NAMES = [*provocations.LAMMPS_INPUTS, *provocations.COMMANDS, *provocations.CODE, *provocations.SCRIPTS]


def said(name: str, folder, monkeypatch, capfd) -> str:
    """What a mistake makes LAMMPS, `nnp` or Python say."""
    if name in provocations.LAMMPS_INPUTS:
        return lammps(folder, provocations.LAMMPS_INPUTS[name]).output
    if name in provocations.CODE:
        with pytest.raises(Exception) as raised:  # noqa: PT011  # the message is what is compared
            exec(provocations.CODE[name], {})
        return f"{raised.type.__name__}: {raised.value}"
    if name in provocations.SCRIPTS:
        return run_python(provocations.SCRIPTS[name]).stderr
    if name in provocations.FIRST_ON_PATH:
        monkeypatch.setenv("PATH", f"{folder / provocations.FIRST_ON_PATH[name]}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sys, "argv", shlex.split(provocations.COMMANDS[name]))
    with pytest.raises(SystemExit):
        main()
    return "".join(capfd.readouterr())


def test_every_provocation_is_on_the_page_and_has_a_name():
    assert sorted(block.marker[1] for block in QUOTED) == sorted(NAMES)


@pytest.mark.parametrize("block", QUOTED, ids=lambda block: block.marker[1])
def test_the_message_is_the_one_that_is_printed(block: Block, folder, monkeypatch, capfd):
    provocations.faulty_data(folder)
    output = said(block.marker[1], folder, monkeypatch, capfd)
    for line in block.text.splitlines():
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert re.search(pattern, output), f"{block.where}: {line}\n---\n{output}"

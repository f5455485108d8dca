"""The examples of every page run, from top to bottom, in a folder with the files that the page speaks of.

`python` blocks share their names; `bash` blocks are lines of `nnp`; `LAMMPS` blocks are inputs of the real `lmp`.
What cannot be run as it stands has a comment right above it:

* `<!-- before: NAME -->`: a fragment of LAMMPS input, behind the commands of BEFORE;
* `<!-- tested: FILE -->`: another test runs it, with more to look at;
* `<!-- not run: REASON -->`.

A training of the template is cut to three epochs. Blocks of `text` and of formats show output or
grammar; they are not run.
"""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path

import pytest

from doc_blocks import DOCS, PAGES, Block, blocks
from lammps_runner import run
from nnmanybody.cli import main

SHOWN = {"text", "nnp", "yaml", "bibtex"}
RUN = {"python", "bash", "LAMMPS"}
MARKERS = {"", "before", "tested", "not run", "printed by"}
SILICON = """\
units metal
lattice diamond 5.431
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass * 28.0855
"""
BEFORE = {
    "silicon": SILICON,
    "silicon and its potential": SILICON + "pair_style nn/manybody\npair_coeff * * Si.nnp\n",
    "silicon and its committee": SILICON + "pair_style nn/manybody committee\npair_coeff * * Si.nnp Si.nnp Si\n",
    "two types": SILICON.replace("create_box 1", "create_box 2") + "set group all type/fraction 2 0.6 11\n",
    "three types": SILICON.replace("create_box 1", "create_box 3") + "set group all type/fraction 2 0.6 11\n",
}
EVERY_BLOCK = [block for page in PAGES for block in blocks(page)]


def test_every_block_is_shown_run_or_says_why_not():
    assert len(EVERY_BLOCK) > 30
    for block in EVERY_BLOCK:
        assert block.language in SHOWN | RUN, block.where
        word, rest = block.marker
        assert word in MARKERS, f"{block.where}: unknown marker {word!r}"
        assert not word or rest, f"{block.where}: {word} what?"
        assert word != "before" or rest in BEFORE, block.where
        assert word != "tested" or block.page in (DOCS.parent / rest).read_text(encoding="utf-8"), block.where


def runnable(page: str) -> list[Block]:
    return [block for block in blocks(page) if block.language in RUN and block.marker[0] in ("", "before")]


@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page)])
def test_examples_run(page, folder, monkeypatch):
    names: dict[str, object] = {}
    for block in runnable(page):
        if block.language == "python":
            exec(compile("\n" * block.line + block.text, DOCS / page, "exec"), names)  # the pages are ours
        elif block.language == "bash":
            for line in block.text.replace("\\\n", " ").splitlines():
                run_command(line, block, monkeypatch)
        else:
            run(folder, BEFORE.get(block.marker[1], "") + block.text + ("" if "\nrun " in block.text else "\nrun 0\n"))


def shorten(template: Path) -> None:
    """Let a training of the template end after a moment."""
    text = template.read_text()
    assert "epochs: 300\n" in text
    template.write_text(text.replace("epochs: 300\n", "epochs: 3\n"))


def run_command(line: str, block: Block, monkeypatch) -> None:
    """Run one line of a shell in this process, where imports are paid for once."""
    words = shlex.split(line, comments=True)
    if not words:
        return
    assert words[0] == "nnp", f"{block.where}: only nnp can be run, not {line!r}; mark it"
    with contextlib.ExitStack() as stack:
        if ">" in words:
            *words, _, target = words
            stack.enter_context(contextlib.redirect_stdout(stack.enter_context(Path(target).open("w"))))
        monkeypatch.setattr(sys, "argv", words)
        stop = stack.enter_context(pytest.raises(SystemExit))
        main()
    if "--template" in words:
        shorten(Path(target))
    assert not stop.value.code, f"{block.where}: {line}"

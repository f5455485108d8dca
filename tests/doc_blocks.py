"""Pages of docs/ and README.md -> their fenced blocks, each with the marker above it: what a test does with it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*sorted(path.name for path in DOCS.glob("*.md")), "../README.md"]
_FENCE = re.compile(
    r"(?:^ *<!-- (?P<marker>[^\n]*) -->\n)?^(?P<indent> *)```(?P<language>[^\n]*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """One fenced block.

    `marker` is the comment right above it, `<!-- word: text -->`, as (word, text); ("", "") where there is none.
    """

    page: str
    line: int
    language: str
    text: str
    marker: tuple[str, str]

    @property
    def where(self) -> str:
        """Page and line of the fence."""
        return f"{self.page}:{self.line}"


def read_page(page: str) -> str:
    """Text of a page."""
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in order; Sphinx's own directives left out."""
    text = read_page(page)
    found = []
    for match in _FENCE.finditer(text):
        word, _, rest = (match["marker"] or "").partition(": ")
        line = text.count("\n", 0, match.start("language")) + 1
        if not match["language"].startswith("{"):
            found.append(Block(page, line, match["language"], textwrap.dedent(match["text"]), (word, rest)))
    return found

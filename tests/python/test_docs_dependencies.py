"""docs/dependencies.md names every package that the installation brings, and no other."""

import re
from importlib.metadata import requires
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "dependencies.md").read_text(encoding="utf-8")
DEBIAN = {"libarmadillo-dev", "catch2", "chromium"}


def test_the_page_has_every_dependency_and_no_other():
    required = {re.match(r"[\w.-]+", entry).group().lower() for entry in requires("nnmanybody")} - {"nnmanybody"}
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")]
    named = {name.lower() for row in rows for name in re.findall(r"`([\w.-]+)`", row)}
    assert named == required | DEBIAN

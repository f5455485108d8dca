"""docs/conversion.md: its lists and constants are those of the code."""

from __future__ import annotations

import re

import pytest

from doc_blocks import read_page
from nnmanybody.interchange.runner_functions import CUTOFF_FUNCTIONS, TYPES, WITHOUT_ALPHA
from nnmanybody.interchange.runner_keywords import EVALUATION, REFUSED
from nnmanybody.interchange.runner_network import ACTIVATIONS
from nnmanybody.interchange.units import named_units

PAGE = read_page("conversion.md")


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

"""The potential file: what is written is read back byte by byte, and what could not be read back is not written."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnmanybody import _core

DATA = Path(__file__).parents[1] / "data"
TEXT = (DATA / "SiO.nnp").read_text()
LINES = TEXT.splitlines()
LAST_ELEMENT_END = len(LINES) - 1 - LINES[::-1].index("end element")


def parse(text: str) -> _core.PotentialDefinition:
    return _core.PotentialDefinition.parse(text, "SiO.nnp")


# --- what is written is read --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SiO.nnp", "SiO.Si.nnp", "SiO.O.nnp"])
def test_reading_and_writing_gives_the_same_bytes(name):
    text = (DATA / name).read_text()
    assert parse(text).text() == text


def test_the_files_are_those_their_generator_makes():
    potential = runpy.run_path(str(DATA / "generate.py"))["potential"]
    assert potential(("Si", "O")) == TEXT
    for element in ("Si", "O"):
        assert potential((element,)) == (DATA / f"SiO.{element}.nnp").read_text()


def test_everything_in_the_file_arrives():
    definition = parse(TEXT)
    assert definition.header == {
        "date": "2026-11-21",
        "units": "metal",
        "contributor": "nnmanybody tests",
        "citation": "none",
    }
    assert definition.provenance[2] == ("note", "numbers  with  two blanks, a # and an end")
    silicon, oxygen = definition.sections
    assert (silicon.element, oxygen.element) == ("Si", "O")
    assert (silicon.reference_energy, oxygen.reference_energy) == (-4.3366, -1.90625)
    assert [str(f) for f in silicon.functions] == LINES[7:10]
    assert silicon.scaling == ("minmax", -1.0, 1.0)
    assert oxygen.scaling == ("sigma", 0.0, 1.0)
    assert silicon.statistics[2].tolist() == [float(word) for word in LINES[13].split()]
    assert list(oxygen.network.activations) == ["silu", "identity"]
    assert silicon.network.shortcut is None


def test_rows_of_a_layer_are_weights_and_bias_and_the_shortcut_comes_last():
    network = parse(TEXT).sections[1].network
    at = LINES.index("layer 1", LINES.index("element O"))
    table = np.array([[float(word) for word in line.split()] for line in LINES[at + 1 : at + 3]])
    assert np.array_equal(network.weights[0], table[:, :-1])
    assert np.array_equal(network.biases[0], table[:, -1])
    assert network.shortcut.tolist() == [float(word) for word in LINES[LINES.index("shortcut_weights") + 1].split()]


finite = st.floats(allow_nan=False, allow_infinity=False)  # with -0.0, denormal and largest numbers
words = st.text("abcXYZ019._-+#", min_size=1, max_size=8)
lines = st.lists(words, max_size=4).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    arrays(float, (3, 4), elements=finite),
    finite,
    st.lists(st.tuples(words.filter(lambda word: word != "end" and word[0] != "#"), lines), max_size=3),
    st.tuples(lines, lines, lines),
)
def test_any_numbers_and_words_survive(numbers, reference_energy, provenance, header):
    network = _core.Network([numbers[:, :3], numbers[:1, :3]], [numbers[:, 3], numbers[0, 3:]], ["tanh", "identity"])
    functions = [_core.SymmetryFunction("G1", ["Si"], cutoff) for cutoff in (4.0, 5.0, 6.1)]
    statistics = np.sort(np.abs(numbers), axis=1)[:, [0, 3, 1, 2]]
    section = _core.ElementSection("Si", reference_energy, functions, statistics, ("none", 0.0, 1.0), network)
    names = dict(zip(("date", "contributor", "citation"), header, strict=True))
    definition = _core.PotentialDefinition([section], provenance, {"units": "metal", **names})
    again = parse(definition.text())
    assert again.text() == definition.text()
    assert again.header == definition.header
    assert again.provenance == provenance
    assert np.array([again.sections[0].reference_energy]).tobytes() == np.array([reference_energy]).tobytes()
    assert again.sections[0].statistics.tobytes() == statistics.tobytes()
    assert again.sections[0].network.weights[0].tobytes() == numbers[:, :3].tobytes()
    assert again.sections[0].network.biases[0].tobytes() == numbers[:, 3].tobytes()


def test_line_ends_of_windows_are_read():
    assert parse(TEXT.replace("\n", "\r\n")).text() == TEXT


def test_a_last_line_without_its_end_is_read():
    assert parse(TEXT.rstrip("\n")).text() == TEXT


def test_comments_and_empty_lines_may_stand_anywhere_behind_the_header():
    commented = LINES[0] + "\n" + "".join(f"{line}\n\n# {line}\n  # end\n\t\n" for line in LINES[1:])
    assert parse(commented).text() == TEXT


def test_blanks_and_tabs_separate_words():
    spaced = "\n".join([LINES[0], *("\t " + line.replace(" ", " \t ") + "  " for line in LINES[1:LAST_ELEMENT_END])])
    assert parse("\n".join([spaced, *LINES[LAST_ELEMENT_END:]])).text() == TEXT


def test_the_cosine_may_be_named():
    named = TEXT.replace("G1 neighbor Si cutoff 5\n", "G1 neighbor Si cutoff 5 cutoff_function cosine\n")
    assert named != TEXT
    assert parse(named).text() == TEXT


def test_provenance_may_be_missing():
    assert parse("\n".join(LINES[: LAST_ELEMENT_END + 1])).provenance == []


# --- sections and files ---------------------------------------------------------------------------


def definitions() -> list[_core.PotentialDefinition]:
    return [_core.PotentialDefinition.parse((DATA / f"SiO.{element}.nnp").read_text()) for element in ("Si", "O")]


def test_one_file_per_element_makes_the_same_potential():
    assert _core.PotentialDefinition.merge(definitions()).text() == TEXT


def test_an_element_in_two_files_is_refused():
    with pytest.raises(ValueError, match="Si stands in more than one file"):
        _core.PotentialDefinition.merge([definitions()[0], parse(TEXT)])


def test_a_section_alone_lacks_the_elements_its_functions_need():
    with pytest.raises(ValueError, match=r"element Si: .*needs the element O.*add the section of O"):
        _core.Potential(definitions()[0])


def test_a_function_that_stands_twice_is_refused():
    twice = TEXT.replace("G3 neighbor O cutoff 5.5 kappa 1.25", "G2 neighbor Si cutoff 6 eta 0.5 r_shift 2")
    with pytest.raises(ValueError, match=r"'G2 neighbor Si cutoff 6 eta 0\.5 r_shift 2' stands twice"):
        _core.Potential(parse(twice))


def test_a_potential_keeps_its_definition():
    assert _core.Potential(parse(TEXT)).definition.text() == TEXT


# --- definitions made in Python ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"date": "2026\n1"}, "date"),
        ({"author": "me"}, "author"),
        ({"contributor": "me UNITS: real"}, "UNITS:"),
    ],
)
def test_a_header_that_could_not_be_read_back_is_refused(header, message):
    with pytest.raises(ValueError, match=message):
        _core.PotentialDefinition(parse(TEXT).sections, [], header).text()


@pytest.mark.parametrize("entry", [("end", "x"), ("two words", "x"), ("", "x"), ("#key", "x"), ("key", "a\nb")])
def test_provenance_that_could_not_be_read_back_is_refused(entry):
    with pytest.raises(ValueError, match="provenance"):
        _core.PotentialDefinition(parse(TEXT).sections, [entry]).text()


def test_a_section_needs_a_model():
    section = parse(TEXT).sections[0]
    arguments = (section.element, 0.0, section.functions, section.statistics, section.scaling)
    with pytest.raises((TypeError, ValueError), match="model"):
        _core.ElementSection(*arguments, None)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("reference_energy", np.nan, "reference_energy"),
        ("statistics", np.zeros((2, 4)), "statistics"),
        ("statistics", np.full((3, 4), np.inf), "statistics"),
        ("scaling", ("minmx", -1.0, 1.0), "minmax"),
    ],
)
def test_a_section_that_contradicts_itself_is_refused(name, value, message):
    section = parse(TEXT).sections[0]
    keys = ("element", "reference_energy", "functions", "statistics", "scaling", "models")
    arguments = {key: getattr(section, key) for key in keys} | {name: value}
    with pytest.raises(ValueError, match=message):
        _core.ElementSection(**arguments)


@pytest.mark.parametrize("element", ["", "Si O", "Si\n", "#Si"])
def test_a_section_of_no_element_is_refused(element):
    section = parse(TEXT).sections[0]
    arguments = (section.functions, section.statistics, section.scaling, section.network)
    with pytest.raises(ValueError, match="element"):
        _core.ElementSection(element, 0.0, *arguments)

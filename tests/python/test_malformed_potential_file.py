"""A malformed potential file: whatever is cut, lost, doubled or edited is refused with its line and its own message."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnmanybody import _core

TEXT = (Path(__file__).parents[1] / "data" / "SiO.nnp").read_text()
LINES = TEXT.splitlines()
LAST_ELEMENT_END = len(LINES) - 1 - LINES[::-1].index("end element")


def parse(text: str) -> _core.PotentialDefinition:
    return _core.PotentialDefinition.parse(text, "SiO.nnp")


def refusal(text: str) -> tuple[int, str]:
    """Line number and message with which a text is refused; every message names the file and the line."""
    with pytest.raises(ValueError, match=r"^SiO\.nnp:[0-9]+: .") as caught:
        parse(text)
    _, line, message = str(caught.value).split(":", 2)
    return int(line), message.strip()


# --- cut, lost, doubled lines ---------------------------------------------------------------------


@pytest.mark.parametrize("n_lines", range(len(LINES)))
def test_a_file_cut_after_a_line_is_refused(n_lines):
    text = "".join(line + "\n" for line in LINES[:n_lines])
    if n_lines in (LAST_ELEMENT_END + 1, LAST_ELEMENT_END + 2):  # all but the provenance is there
        assert len(parse(text).sections) == 2
        return
    line, message = refusal(text)
    assert "incomplete" in message
    assert line == n_lines + 1


def test_a_file_cut_within_any_line_is_refused():
    complete = TEXT.rindex("end element") + len("end element")
    start_of_provenance = TEXT.rindex("\nprovenance") + 1
    for end in [*range(complete), *range(start_of_provenance + 1, len(TEXT) - 1)]:
        refusal(TEXT[:end])


@pytest.mark.parametrize("number", [n for n, line in enumerate(LINES[:LAST_ELEMENT_END], 1) if line])
def test_a_lost_line_is_missed_there_or_where_it_is_needed(number):
    line, _ = refusal("\n".join(LINES[: number - 1] + LINES[number:]) + "\n")
    assert line >= min(number, 2) - 1


@pytest.mark.parametrize("number", [n for n, line in enumerate(LINES[:LAST_ELEMENT_END], 1) if line and n > 1])
def test_a_doubled_line_is_refused(number):
    line, _ = refusal("\n".join(LINES[:number] + LINES[number - 1 :]) + "\n")
    assert line >= number


# --- edited lines ---------------------------------------------------------------------------------

ROW = LINES[LINES.index("layer 1") + 1]  # three weights and the bias
STATISTICS = LINES[13]
G4 = "G4 neighbors O Si cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1"


def words_of(line: str, **replaced: str) -> str:
    """The line with its n-th word replaced: words_of(line, word2="nan")."""
    split = line.split()
    for name, word in replaced.items():
        split[int(name.removeprefix("word"))] = word
    return " ".join(split)


@pytest.mark.parametrize(
    ("line", "edited", "message"),
    [
        ("nnp_format 1", "nnp_format 2", "expected nnp_format 1, got 2"),
        ("nnp_format 1", "nnp_format one", "expected nnp_format 1, got one"),
        ("nnp_format 1", "nnp_fromat 1", "expected 'nnp_format', got 'nnp_fromat 1'"),
        ("elements Si O", "elemens Si O", "expected 'elements', got 'elemens Si O'"),
        ("elements Si O", "elements", "at least one symbol"),
        ("elements Si O", "elements Si Si", "the element Si stands twice"),
        ("element Si", "element O", "expected 'element Si'"),
        ("element Si", "element", "2 words"),
        ("reference_energy -4.3366", "reference_energy", "2 words"),
        ("reference_energy -4.3366", "reference_energy low", "expected a number for the reference energy, got 'low'"),
        ("reference_energy -4.3366", "reference_energy nan", "finite number for the reference energy, got 'nan'"),
        ("reference_energy -4.3366", "reference_energy -4.3366 eV", "2 words"),
        ("symmetry_functions 3", "symmetry_functions 0", "positive number of symmetry_functions, got 0"),
        ("symmetry_functions 3", "symmetry_functions -3", "positive number of symmetry_functions, got -3"),
        ("symmetry_functions 3", "symmetry_functions 2.5", "whole number for symmetry_functions, got '2.5'"),
        ("symmetry_functions 3", "symmetry_functions 99999999999", "symmetry_functions"),
        (G4, G4.replace("G4", "G9"), "compact_narrow, compact_wide), got 'G9'"),
        (G4, G4.replace(" eta", " etta"), "has no parameter 'etta'; did you mean 'eta'?"),
        (G4, G4.replace("zeta 4", "zeta 0.5"), "expected zeta >= 1, got 0.5"),
        (G4, G4.replace("zeta 4 ", ""), "parameter 'zeta' is missing"),
        (G4, G4.replace("lambda -1", "lambda -2"), "expected lambda 1 or -1, got -2"),
        (G4, G4.replace("cutoff 6", "cutoff -6"), "expected a positive cutoff, got -6"),
        (G4, G4.replace("O Si", "Si"), "expected 2 neighbor element(s) behind 'neighbors', got 'cutoff'"),
        (G4, G4 + " cutoff_function cosin", "did you mean 'cosine'?"),
        ("statistics min max mean sigma", "statistics min max sigma mean", "expected 'statistics min max mean sigma'"),
        (STATISTICS, words_of(STATISTICS, word0="inf"), "finite number for statistics of symmetry function 3"),
        (STATISTICS, words_of(STATISTICS, word3=""), "expected 4 numbers"),
        (STATISTICS, words_of(STATISTICS, word0="5.0"), "min <= max"),
        (STATISTICS, words_of(STATISTICS, word3="-0.1"), "sigma >= 0"),
        ("scaling minmax -1 1", "scaling minmx -1 1", "did you mean 'minmax'?"),
        ("scaling minmax -1 1", "scaling minmax -1", "expected 'scaling minmax lower upper'"),
        ("scaling minmax -1 1", "scaling center -1 1", "expected 'scaling center'"),
        ("scaling minmax -1 1", "scaling minmax 1 -1", "expected lower < upper, got 1 and -1"),
        ("scaling minmax -1 1", "scaling minmax -1 nan", "finite number for the upper bound of the scaling"),
        ("scaling minmax -1 1", "scaling", "expected the kind of scaling"),
        ("model network", "model netwrk", "expected a model (network, rbf, composable), got 'netwrk'"),
        ("layers 3 2 1", "layers 3", "expected 'layers n_inputs … 1'"),
        ("layers 3 2 1", "layers 3 x 1", "whole number for the size of a layer, got 'x'"),
        ("layers 3 2 1", "layers 3 0 1", "layer sizes from 1"),
        ("layers 3 2 1", "layers 3 -2 1", "layer sizes from 1"),
        ("activations tanh identity", "activations tanh", "3 words"),
        ("activations tanh identity", "activations tahn identity", "did you mean 'tanh'?"),
        ("shortcut no", "shortcut maybe", "expected 'shortcut yes' or 'shortcut no', got 'maybe'"),
        ("layer 1", "layer 2", "expected 'layer 1', got 'layer 2'"),
        (ROW, words_of(ROW, word3=""), "expected 4 numbers (layer 1, row 1: weights and the bias), got 3"),
        (ROW, ROW + " 1.0", "expected 4 numbers (layer 1, row 1: weights and the bias), got 5"),
        (ROW, words_of(ROW, word1="nan"), "expected a finite number for layer 1, row 1"),
        (ROW, words_of(ROW, word1="-inf"), "expected a finite number for layer 1, row 1"),
        (ROW, words_of(ROW, word1="1e999"), "layer 1, row 1"),
        (ROW, words_of(ROW, word1="0,5"), "expected a number for layer 1, row 1: weights and the bias, got '0,5'"),
        (ROW, words_of(ROW, word1="0x10"), "got '0x10'"),
        ("end network", "end netwrk", "expected 'end network', got 'end netwrk'"),
        ("end network", "end", "2 words"),
        ("end element", "end elements", "expected 'end element', got 'end elements'"),
        ("provenance", "provenence", "expected 'provenance', got 'provenence'"),
        ("end provenance", "end", "expected 'end provenance', got 'end'"),
        ("end provenance", "end provenance\nelement H", "expected the end of the file, got 'element H'"),
    ],
)
def test_an_edited_line_is_refused_with_its_number_and_its_own_message(line, edited, message):
    number = LINES.index(line) + 1
    got, text = refusal("\n".join([*LINES[: number - 1], edited, *LINES[number:]]) + "\n")
    assert message in text
    assert got == number + edited.count("\n")


@pytest.mark.parametrize(
    ("line", "edited", "noticed_at", "message"),
    [
        ("symmetry_functions 3", "symmetry_functions 2", G4, "did the number of symmetry functions change?"),
        ("symmetry_functions 3", "symmetry_functions 4", "statistics min max mean sigma", "got 'statistics'"),
        (STATISTICS, words_of(STATISTICS, word1="0.2"), "scaling minmax -1 1", "symmetry function 3 has max - min = 0"),
        ("layers 3 2 1", "layers 3 2 2", "end network", "expected 3 numbers (layer 2, row 2"),
        ("layers 3 2 1", "layers 1000000 1000000 1", ROW, "expected 1000001 numbers (layer 1, row 1"),
        ("layers 3 2 1", "layers 3 2 2 1", "activations tanh identity", "4 words"),
        ("shortcut no", "shortcut yes", "end network", "expected 'shortcut_weights'"),
        ("elements Si O", "elements O Si", "element Si", "expected 'element O'"),
        ("elements Si O", "elements Si", "element O", "expected 'provenance', got 'element O'"),
        ("elements Si O", "elements Si O H", "provenance", "expected 'element', got 'provenance'"),
    ],
)
def test_lines_that_contradict_each_other_are_refused_where_it_shows(line, edited, noticed_at, message):
    number, other = LINES.index(line), LINES.index(noticed_at)
    got, text = refusal("\n".join([*LINES[:number], edited, *LINES[number + 1 :]]) + "\n")
    assert message in text
    assert number + 1 <= got <= other + 1


def test_inputs_and_functions_must_be_as_many():
    text = TEXT.replace(f"{G4}\n", "").replace(f"{STATISTICS}\n", "", 1).replace("functions 3", "functions 2")
    assert "3 inputs, but there are 2 symmetry functions" in refusal(text)[1]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (LINES[0].replace("metal", "real"), "expected UNITS: metal (eV, Å) in the first line, got 'real'"),
        (LINES[0].replace("UNITS: metal", ""), "UNITS: metal"),
        ("# a potential of mine", "is this a potential file?"),
        ("", "is this a potential file?"),
    ],
)
def test_the_header_states_the_units(header, message):
    line, text = refusal("\n".join([header, *LINES[1:]]))
    assert message in text
    assert line == 1


@pytest.mark.parametrize("text", ["", "\n\n", "# DATE: x UNITS: metal CONTRIBUTOR: y", "\x00\x01\x02", "Si 3.0\n", "é"])
def test_what_is_no_potential_file_is_refused(text):
    assert "expected 'nnp_format'" in refusal(text)[1]

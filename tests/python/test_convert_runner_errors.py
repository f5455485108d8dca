"""What is wrong with a RuNNer directory is said with file and line; what is not supported is refused by name."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from nnmanybody import Potential
from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.units import METAL, choose_units, named_units
from runner_reference import RUNNER


@pytest.fixture
def directory(tmp_path):
    """A copy of the potential `mixed` that a test may spoil."""
    return shutil.copytree(RUNNER / "mixed", tmp_path / "mixed")


def edit(path, old: str, new: str) -> int:
    """Replace the first occurrence; returns the number of its line."""
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    return text[: text.index(old)].count("\n") + 1


def definition_of(directory):
    return read_runner(directory, METAL)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nnp_gen 2", "nnp_gen 4", "nnp_gen 4: only the second generation"),
        ("nnp_gen 2", "nnp_type 4G-HDNNP", "nnp_type 4G-HDNNP: only the second generation"),
        ("nnp_gen 2", "nnp_type 20", "nnp_type 20: only the second generation"),
        ("nnp_gen 2", "nnp_generation", "nnp_generation: only the second generation"),
        ("epochs 25", "nn_type_short 2", "nn_type_short 2: only atomic networks"),
        ("epochs 25", "use_electrostatics", "use_electrostatics: electrostatics from atomic charges"),
        ("epochs 25", "use_vdw", "use_vdw: dispersion corrections"),
        (
            "epochs 25",
            "symfunction_electrostatic O 2 O 0 0 8",
            "symfunction_electrostatic: networks for atomic charges",
        ),
        ("epochs 25", "global_symfunction_short 2 0 0 8", "global_symfunction_short: write one symfunction_short line"),
        ("epochs 25", "elements H", "elements stands a second time"),
        ("number_of_elements 2", "number_of_elements 3", "number_of_elements is 3, but line 7 has 2: Si O"),
        ("number_of_elements 2", "number_of_elements two", "a whole number for number_of_elements, got 'two'"),
        ("elements Si O ", "elements Si Oxygen", "'Oxygen' is not a chemical symbol"),
        ("elements Si O ", "elements Si Si", "an element stands twice"),
        ("elements Si O ", "elements", "elements .chemical symbols. needs an argument"),
        ("atom_energy O -15.0", "atom_energy O", "expected 'atom_energy element energy'"),
        ("atom_energy O -15.0", "atom_energy N -15.0", "with an element out of O Si"),
        ("atom_energy O -15.0", "atom_energy O -15.0eV", "a number for an atomic energy, got '-15.0eV'"),
        ("cutoff_type 6 0.2", "cutoff_type 9", "cutoff_type 9 is not supported; expected 0 hard, 1 cosine"),
        ("cutoff_type 6 0.2", "cutoff_type 6 1.5", "expected 0 <= alpha < 1, got 1.5"),
        ("cutoff_type 6 0.2", "cutoff_type 6 0.2\ncutoff_alpha 0.3", "inner cutoff 0.2 differs from cutoff_alpha 0.3"),
        ("1.25d+01", "-1.25", "expected a positive conv_energy, got -1.25"),
        ("1.25d+01", "inf", "a finite number for conv_energy, got 'inf'"),
        ("global_hidden_layers_short 2", "global_hidden_layers_short 3", "global_nodes_short has 2 numbers"),
        ("global_activation_short t p l", "global_activation_short t l", "expected 3 activation functions for O"),
        ("global_activation_short t p l", "global_activation_short t T l", "out of l t s p r g c S e h, got 'T'"),
        ("epochs 25", "element_activation_short O 1 2 t", "activation functions of single neurons"),
        ("epochs 25", "element_activation_short O t l", "expected 3 activation functions for O"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 4 O 0.5 11.0", "type 4 is not supported; expected one of 2, 3, 9, 12, 13"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O nine", "the type of the symmetry function, got 'nine'"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O", "expected 'symfunction element type …'"),
        (
            "O 9 O Si 0.02 -1.0 2.5 11.0",
            "O 9 O Si 0.02 -1.0 2.5",
            r"type 9 takes the arguments 'neighbor1 neighbor2 eta lambda zeta cutoff \[r_shift\]'",
        ),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 9 O N 0.02 -1.0 2.5 11.0", "element N is not among the elements"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "N 9 O O 0.02 -1.0 2.5 11.0", "element N is not among the elements"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 9 O Si x -1.0 2.5 11.0", "a number for eta, got 'x'"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 9 O Si 0.02 -0.5 2.5 11.0", "expected lambda 1 or -1, got -0.5"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 9 O Si 0.02 -1.0 0.5 11.0", "zeta >= 1, got 0.5"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 9 O Si 0.02 -1.0 2.5 0.0", "positive cutoff, got 0"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 22 O Si 0 8 0 90 q2", "expected a shape p1, p2, p3, p4"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 22 O Si 0 8 -30 90 p2", "angles within 0 and 180, or centered"),
        ("O 9 O Si 0.02 -1.0 2.5 11.0", "O 22 O Si 0 8 90 30 p2", "theta_left < theta_right, got 90"),
    ],
)
def test_a_line_of_input_nn_is_refused_where_it_stands(directory, old, new, message):
    path = directory / "input.nn"
    line = edit(path, old, new)
    with pytest.raises(NNPError, match=message) as caught:
        definition_of(directory)
    at = re.match(rf"{re.escape(str(path))}:(\d+): ", str(caught.value))
    places = {line, line + 1} | {n for n, text in enumerate(path.read_text().splitlines(), 1) if "global_" in text}
    assert int(at.group(1)) in places  # the line itself, or the one that it contradicts


@pytest.mark.parametrize(
    ("keyword", "message"),
    [
        ("number_of_elements", "number_of_elements .how many elements there are. is missing"),
        ("elements", "the keyword elements .chemical symbols. is missing"),
        ("global_hidden_layers_short", "global_hidden_layers_short .number of hidden layers. is missing"),
        ("global_nodes_short", "expected the neurons of the 2 hidden layers of O"),
        ("global_activation_short", "expected 3 activation functions for O"),
        ("conv_length", "mean_energy and conv_energy go together with conv_length"),
        ("symfunction_short", "element Si has no symmetry functions"),
    ],
)
def test_a_keyword_that_is_missing_is_named(directory, keyword, message):
    path = directory / "input.nn"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith((keyword + " ", keyword + "\t"))))
    with pytest.raises(NNPError, match=message):
        definition_of(directory)


@pytest.mark.parametrize("name", ["input.nn", "scaling.data", "weights.008.data", "weights.014.data"])
def test_a_file_that_is_missing_is_named(directory, name):
    (directory / name).unlink()
    with pytest.raises(NNPError, match=rf"{re.escape(str(directory / name))}: no such file; expected "):
        definition_of(directory)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("         1          3 ", "         1          4 ", ":4: expected the row of element 1 .O., function 3, got"),
        (
            "         2          1 ",
            "         1         19 ",
            ":20: expected the row of element 2 .Si., function 1, got",
        ),
        ("         1          1 ", "         1 ", ":2: expected the row of element 1 .O., function 1|a whole number"),
        ("         1          1 ", "         1          1 x ", ":2: expected a number for a statistic, got 'x'"),
        ("         1          1 ", "         1          1 99 ", ":2: expected min <= max"),
    ],
)
def test_a_line_of_scaling_data_is_refused_where_it_stands(directory, old, new, message):
    edit(directory / "scaling.data", old, new)
    with pytest.raises(NNPError, match=message):
        definition_of(directory)


def test_a_scaling_data_that_is_too_short_is_refused(directory):
    path = directory / "scaling.data"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(NNPError, match="ends before function 5 of the 5 of Si"):
        definition_of(directory)


def test_sigma_scaling_needs_sigma(directory):
    edit(
        directory / "input.nn",
        "scale_symmetry_functions\r\ncenter_symmetry_functions",
        "scale_symmetry_functions_sigma",
    )
    path = directory / "scaling.data"
    path.write_text("\n".join(" ".join(line.split()[:5]) for line in path.read_text().splitlines()))
    with pytest.raises(NNPError, match=r"scaling.data:2: scale_symmetry_functions_sigma needs sigma"):
        definition_of(directory)


def test_a_function_that_never_changed_is_refused_when_it_would_be_divided_by_zero(directory):
    path = directory / "scaling.data"
    lines = path.read_text().splitlines()
    lines[1] = "1 1 0.5 0.5 0.5 0.0"
    path.write_text("\n".join(lines))
    with pytest.raises(ValueError, match="symmetry function 1 has max - min = 0"):
        Potential(definition_of(directory))


def test_weights_of_another_network_are_counted(directory):
    path = directory / "weights.014.data"
    path.write_text(path.read_text() + "0.5 b 99\n")
    # 5 functions: 6 * 4 + 5 * 3 + 4 * 1
    with pytest.raises(NNPError, match=r"weights.014.data: expected 43 \(hidden layers 4 3\) weights .* got 44"):
        definition_of(directory)


def test_a_weight_that_is_no_number_is_refused_where_it_stands(directory):
    edit(directory / "weights.008.data", "# connection t index\n", "# connection t index\nNaN a 1\n")
    with pytest.raises(NNPError, match=r"weights.008.data:2: expected a finite number for a weight, got 'NaN'"):
        definition_of(directory)


# --- what is not an error -------------------------------------------------------------------------


def notes(definition) -> list[str]:
    return [value for key, value in definition.provenance if key == "note"]


def test_an_unknown_keyword_is_passed_over_as_n2p2_does_and_told(directory):
    line = edit(directory / "input.nn", "epochs 25", "scale_symmetry_function")
    definition = definition_of(directory)
    assert notes(definition) == [
        f"input.nn:{line}: 'scale_symmetry_function' is no keyword of n2p2 or RuNNer, which pass it over, "
        "as is done here (nearest known: scale_symmetry_functions)"
    ]
    assert ("input.nn", "scale_symmetry_function") in definition.provenance


def test_the_same_may_be_said_by_the_names_of_both_programs(directory):
    edit(directory / "input.nn", "epochs 25", "scale_min_short_atomic -1.0\nnnp_generation 2")
    assert definition_of(directory).sections[0].scaling == ("minmax_center", -1.0, 1.0)
    edit(directory / "input.nn", "scale_min_short_atomic -1.0", "scale_min_short_atomic -0.5")
    with pytest.raises(NNPError, match="scale_min_short_atomic stands a second time, the first is scale_min_short in"):
        definition_of(directory)


@pytest.mark.parametrize("kind", [0, 2, 3])
def test_an_inner_cutoff_without_meaning_is_dropped_and_told(directory, kind):
    edit(directory / "input.nn", "cutoff_type 6 0.2", f"cutoff_type {kind} 0.2")
    definition = definition_of(directory)
    assert {f.cutoff_alpha for section in definition.sections for f in section.functions} == {0.0}
    assert len(notes(definition)) == 1
    assert "inner cutoff 0.2 has no meaning" in notes(definition)[0]


def test_without_cutoff_type_it_is_runners_default(directory):
    edit(directory / "input.nn", "cutoff_type 6 0.2", "")
    names = {f.cutoff_function for section in definition_of(directory).sections for f in section.functions}
    assert names == {"cosine"}


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("", ("none", 0.0, 1.0)),
        ("scale_symmetry_functions", ("minmax", -1.0, 1.0)),
        ("center_symmetry_functions", ("center", 0.0, 1.0)),
        ("scale_symmetry_functions\ncenter_symmetry_functions", ("minmax_center", -1.0, 1.0)),
        ("scale_symmetry_functions_sigma", ("sigma", -1.0, 1.0)),
        ("scale_symmetry_functions_sigma\nscale_symmetry_functions", ("minmax", -1.0, 1.0)),
        ("scale_symmetry_functions_sigma\ncenter_symmetry_functions", ("center", 0.0, 1.0)),
    ],
)
def test_every_combination_of_scaling_keywords(directory, scaling, expected):
    edit(directory / "input.nn", "scale_symmetry_functions\r\ncenter_symmetry_functions", scaling)
    assert {section.scaling for section in definition_of(directory).sections} == {expected}


def test_a_function_that_stands_twice_becomes_one_with_the_sum_of_the_weights(directory, tmp_path):
    """Twice the first function of Si with half of its weights each is the potential as it was."""
    before = definition_of(directory)
    edit(
        directory / "input.nn",
        "symfunction_short  Si 2 O",
        "symfunction_short Si 2 O 0.02 0.0 10.0\nsymfunction_short  Si 2 O",
    )
    scaling = directory / "scaling.data"
    lines = scaling.read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.split()[:2] == ["2", "1"])
    rows = [line.split()[2:] for line in lines[start:]]
    doubled = [" ".join(["2", str(n), *row]) for n, row in enumerate([rows[0], *rows], start=1)]
    scaling.write_text("\n".join(lines[:start] + doubled))
    weights = directory / "weights.014.data"
    values = [float(line.split()[0]) for line in weights.read_text().splitlines()[1:]]
    weights.write_text("\n".join(map(repr, [value / 2 for value in values[:4]] * 2 + values[4:])))
    after = definition_of(directory)
    assert [str(f) for f in after.sections[1].functions] == [str(f) for f in before.sections[1].functions]
    for now, then in zip(after.sections[1].network.weights, before.sections[1].network.weights, strict=True):
        assert np.array_equal(now, then)


# --- units ----------------------------------------------------------------------------------------


def test_no_choice_of_units_is_none_at_all():
    assert choose_units(None, None, None) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("real", None, None), "--units real: expected bohr-hartree or metal"),
        (("metal", 1.0, 1.0), "say the same thing twice"),
        ((None, 1.9, None), "go together"),
        ((None, None, 0.04), "go together"),
        ((None, 0.0, 0.04), "--cflength: expected a positive factor"),
        ((None, 1.9, -0.04), "--cfenergy: expected a positive factor"),
    ],
)
def test_a_choice_of_units_that_is_none_is_refused(arguments, message):
    with pytest.raises(NNPError, match=message):
        choose_units(*arguments)


def test_bohr_and_hartree_are_codatas():
    units = named_units("bohr-hartree")
    assert 1.0 / units.cflength == pytest.approx(0.529177210903, rel=1e-15)
    assert 1.0 / units.cfenergy == pytest.approx(27.211386245988, rel=1e-15)
    assert units.cfforce == pytest.approx(0.529177210903 / 27.211386245988, rel=1e-15)

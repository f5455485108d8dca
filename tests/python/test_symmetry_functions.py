"""Sets of symmetry functions: text form, the generator after thesis 7.2.1, distances and descriptors of data."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list as ase_neighbor_list

import helpers
from nnmanybody import NNPError, SymmetryFunction, SymmetryFunctionSet
from nnmanybody.data import Frame
from nnmanybody.describe import describe
from nnmanybody.symmetry_functions import distance_range

FOUR_DIGITS = 5e-4  # relative: what is lost by rounding parameters to four digits

TEXT = """\
# symmetry functions; distances in Å, eta in 1/Å²
element Si
G2 neighbor Si cutoff 6 eta 0.5 r_shift 2
G4 neighbors O Si cutoff 5.5 eta 0.01 r_shift 0 zeta 4 lambda -1
element O
G1 neighbor Si cutoff 6
"""


def behler(elements=("Si",), **changes) -> SymmetryFunctionSet:
    arguments = {"n_radial": 8, "n_angular": 18, "cutoff": 6.0, "shortest": 2.0, "longest": 6.0} | changes
    return SymmetryFunctionSet.behler(elements, **arguments)


def width(function: SymmetryFunction) -> float:
    """Standard deviation of exp(-η r²)."""
    return 1.0 / math.sqrt(2.0 * function.eta)


# --- text -----------------------------------------------------------------------------------------


def test_text_form_goes_both_ways(tmp_path):
    parsed = SymmetryFunctionSet.parse(TEXT)
    assert parsed.text() == TEXT
    parsed.write(tmp_path / "set.txt")
    read = SymmetryFunctionSet.read(tmp_path / "set.txt")
    assert read == parsed
    assert read.elements == ("Si", "O")
    assert read.cutoff == 6.0
    assert len(read) == 3
    assert [element for element, _ in read] == ["Si", "Si", "O"]
    assert read.for_element("Si")[1].zeta == 4.0


def test_comments_and_blank_lines_are_skipped():
    assert SymmetryFunctionSet.parse(TEXT.replace("\n", "   # why\n\n")) == SymmetryFunctionSet.parse(TEXT)


def test_set_of_a_potential(silica_potential):
    assert SymmetryFunctionSet.of_potential(silica_potential).functions == helpers.functions(["Si", "O"])


def test_set_cannot_be_changed_but_pickled():
    functions = SymmetryFunctionSet.parse(TEXT)
    with pytest.raises(TypeError):
        functions.functions["Si"] = ()
    assert pickle.loads(pickle.dumps(functions)) == functions


def test_selection_keeps_the_order_and_other_elements():
    functions = SymmetryFunctionSet.parse(TEXT)
    chosen = functions.select({"Si": [1]})
    assert chosen.for_element("Si") == functions.for_element("Si")[1:]
    assert chosen.for_element("O") == functions.for_element("O")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'is empty; expected "element Si"'),
        ("G1 neighbor Si cutoff 6", r's:1: expected "element <symbol>" before the first function'),
        ("element Xx", r's:1: expected "element <chemical symbol>", got "element Xx"'),
        ("element X\nG1 neighbor X cutoff 6", r"s:1: expected"),
        ("element Si O", r"s:1: expected"),
        ("element Si", "element Si has no symmetry functions"),
        ("element Si\nG1 neighbor Si cutoff 6\nelement Si", "s:3: element Si appears a second time"),
        ("element Si\nG1 neighbor Si cutoff 6\nG1 neighbor Si cutoff 6.0", "has the function .* twice"),
        ("element Si\nG1 neighbor O cutoff 6", "looks for O, but the set has Si"),
        ("element Si\n\nG7 neighbor Si cutoff 6", "s:3: .*G7"),
        ("element Si\nG2 neighbor Si cutoff 6 etta 1 r_shift 0", "s:2: .*did you mean 'eta'"),
    ],
)
def test_faulty_text_is_refused_with_its_line(text, message):
    with pytest.raises(NNPError, match=message):
        SymmetryFunctionSet.parse(text, "s")


def test_missing_and_unwritable_files(tmp_path):
    with pytest.raises(NNPError, match=r"nowhere\.txt: no such file"):
        SymmetryFunctionSet.read(tmp_path / "nowhere.txt")
    with pytest.raises(NNPError, match="cannot be read"):
        SymmetryFunctionSet.read(tmp_path)
    with pytest.raises(NNPError, match="cannot be written"):
        SymmetryFunctionSet.parse(TEXT).write(tmp_path / "no_folder" / "set.txt")


def test_an_element_that_is_not_there():
    with pytest.raises(NNPError, match="no symmetry functions for Ge; the set has Si, O"):
        SymmetryFunctionSet.parse(TEXT).for_element("Ge")


# --- generator (thesis 7.2.1) ---------------------------------------------------------------------


@pytest.mark.parametrize("angular", ["G4", "G5", "both"])
@pytest.mark.parametrize(("n_radial", "n_angular"), [(8, 18), (1, 1), (0, 4), (5, 0), (16, 24), (3, 7), (11, 50)])
def test_numbers_of_functions(n_radial, n_angular, angular):
    functions = behler(["Si", "O"], n_radial=n_radial, n_angular=n_angular, angular=angular)
    for element in ("Si", "O"):
        chosen = functions.for_element(element)
        for neighbor in ("Si", "O"):
            assert sum(function.neighbors == (neighbor,) for function in chosen) == n_radial
        for pair in (("Si", "Si"), ("O", "Si"), ("O", "O")):
            assert sum(function.neighbors == pair for function in chosen) == n_angular


def test_widths_of_centred_functions_run_from_the_shortest_to_the_longest_distance():
    centred = [function for _, function in behler(n_radial=16, n_angular=0) if function.r_shift == 0.0]
    widths = [width(function) for function in centred]
    # The rule of thumb of the thesis, and equal ratios between: 2, 2·3^(1/3), 2·3^(2/3), 6 Å.
    np.testing.assert_allclose(widths, 2.0 * 3.0 ** (np.arange(4) / 3), rtol=FOUR_DIGITS)


def test_shifted_functions_are_equidistant_as_wide_as_their_spacing_and_end_inside():
    shifted = [function for _, function in behler(n_radial=8, n_angular=0) if function.r_shift != 0.0]
    shifts = np.array([function.r_shift for function in shifted])
    # 8 - 8 // 4 = 6 shells between 2 and 6 Å: 2/3 Å apart, the last one spacing short of 6 Å.
    np.testing.assert_allclose(shifts, 2.0 + np.arange(6) * 2 / 3, rtol=FOUR_DIGITS)
    np.testing.assert_allclose([width(function) for function in shifted], 2 / 3, rtol=FOUR_DIGITS)


@pytest.mark.parametrize("angular", ["G4", "G5"])
def test_angular_functions_combine_both_lambda_growing_zeta_and_several_radial_parts(angular):
    chosen = [function for _, function in behler(n_radial=0, n_angular=36, angular=angular)]
    assert {function.kind for function in chosen} == {angular}
    shapes = {(function.zeta, function.lam) for function in chosen}
    parts = {(function.eta, function.r_shift) for function in chosen}
    assert shapes == {(zeta, lam) for zeta in (1.0, 4.0, 16.0) for lam in (1, -1)}
    assert len(parts) == 6
    assert len(set(chosen)) == len(shapes) * len(parts)


@pytest.mark.parametrize("angular", ["G4", "G5"])
def test_radial_parts_by_cutoffs(angular):
    chosen = [f for _, f in behler(n_radial=0, n_angular=24, angular=angular, angular_parts="cutoffs")]
    cutoffs = sorted({f.cutoff for f in chosen})
    # Equal ratios from 1.4 times the shortest distance of 2 Å to the cutoff of 6 Å.
    np.testing.assert_allclose(cutoffs, 2.8 * (6.0 / 2.8) ** (np.arange(6) / 5), rtol=FOUR_DIGITS)
    assert cutoffs[-1] == 6.0
    (eta,) = {f.eta for f in chosen}
    assert 1.0 / math.sqrt(2.0 * eta) == pytest.approx(math.sqrt(2.0 * 6.0), rel=FOUR_DIGITS)
    assert {f.r_shift for f in chosen} == {0.0}
    assert len(set(chosen)) == 24


def test_one_radial_part_by_cutoffs_has_the_cutoff_of_the_set():
    functions = behler(n_radial=0, n_angular=2, angular_parts="cutoffs")
    assert [f.cutoff for _, f in functions] == [6.0, 6.0]


def test_a_third_of_both_kinds_is_g4():
    kinds = [function.kind for _, function in behler(n_radial=0, n_angular=12, angular="both")]
    assert kinds == ["G4"] * 4 + ["G5"] * 8


def test_distances_of_each_pair_of_elements_are_used():
    shortest = {("O", "Si"): 1.5, ("O", "O"): 2.4, ("Si", "Si"): 2.9}
    functions = behler(["Si", "O"], shortest=shortest, longest=6.0, n_radial=8, n_angular=6)

    def first_shift(element, *neighbors):
        shifts = [f.r_shift for f in functions.for_element(element) if f.neighbors == neighbors and f.r_shift > 0.0]
        return min(shifts)

    assert first_shift("Si", "Si") == 2.9
    assert first_shift("Si", "O") == first_shift("O", "Si") == 1.5
    assert first_shift("O", "O") == 2.4
    assert first_shift("Si", "Si", "Si") == 2.9
    assert first_shift("Si", "O", "Si") == 1.5  # the nearer of the two pairs of the center


def test_a_pair_never_seen_gets_the_extremes_of_the_others():
    functions = behler(["Si", "O"], shortest={("O", "Si"): 1.6, ("Si", "Si"): 2.2}, longest={("O", "Si"): 4.0})
    shifts = [f.r_shift for f in functions.for_element("O") if f.neighbors == ("O",) and f.r_shift > 0.0]
    assert shifts[0] == 1.6
    assert shifts[-1] < 4.0


def test_the_longest_distance_does_not_pass_the_cutoff():
    assert behler(longest=60.0) == behler(longest=6.0)


def test_the_generator_is_deterministic():
    assert behler(["Si", "O"]).text() == behler(["Si", "O"]).text()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_radial": 0, "n_angular": 0}, "not both 0"),
        ({"n_radial": -1}, "n_radial >= 0"),
        ({"cutoff": -6.0}, "cutoff must be a positive number"),
        ({"cutoff": 1.9}, "expected 0 < shortest < longest distance within the cutoff of 1.9 Å for Si-Si"),
        ({"shortest": 0.0}, "expected 0 < shortest"),
        ({"shortest": {}}, "no pair of atoms within the cutoff"),
        ({"angular": "G6"}, 'angular must be "G4", "G5" or "both", got "G6"'),
        ({"angular_parts": "cutoffs", "cutoff": 2.7}, r"above 2.8 Å, 1.4 times the shortest distance of 2 Å; got 2.7"),
        ({"angular_parts": "rings"}, 'angular_parts must be "shells" or "cutoffs", got "rings"'),
        ({"elements": ["Si", "Si"]}, "each once"),
        ({"elements": []}, "expected elements"),
    ],
)
def test_faulty_requests_are_refused(changes, message):
    with pytest.raises(NNPError, match=message):
        behler(**changes)


# --- data -----------------------------------------------------------------------------------------


def test_distance_range_is_that_of_the_pairs_ase_finds():
    structures = [helpers.silica(seed=1), helpers.silicon(), helpers.cluster()]
    expected: dict[tuple[str, str], list[float]] = {}
    for atoms in structures:
        for i, j, distance in zip(*ase_neighbor_list("ijd", atoms, 4.0), strict=True):
            expected.setdefault(tuple(sorted((atoms.symbols[i], atoms.symbols[j]))), []).append(distance)
    found = distance_range([Frame(structures[0]), *structures[1:]], 4.0)
    assert set(found) == {("O", "O"), ("O", "Si"), ("Si", "Si")}
    for pair, (shortest, longest) in found.items():
        assert shortest == pytest.approx(min(expected[pair]), abs=1e-12)
        assert longest == pytest.approx(max(expected[pair]), abs=1e-12)


def test_pairs_beyond_the_cutoff_have_no_range():
    assert distance_range([Atoms("SiO", [[0, 0, 0], [7, 0, 0]])], 5.0) == {}


def test_descriptors_of_data_are_those_of_the_potential(silica_potential):
    structures = [helpers.silica(), helpers.cluster()]
    found = describe(SymmetryFunctionSet.of_potential(silica_potential), [Frame(atoms) for atoms in structures])
    for element in ("Si", "O"):
        expected = [silica_potential.descriptors(atoms)[element].values for atoms in structures]
        np.testing.assert_array_equal(found[element], np.concatenate(expected))


def test_only_the_center_of_an_environment_is_described(silica_potential):
    functions = SymmetryFunctionSet.of_potential(silica_potential)
    found = describe(functions, [Frame(helpers.cluster(), config_type="environment")])
    assert found["Si"].shape == (1, len(functions.for_element("Si")))
    assert found["O"].shape == (0, len(functions.for_element("O")))


def test_data_with_an_element_the_set_lacks(silicon_potential):
    with pytest.raises(NNPError, match=r"a\.xyz:3: has O, which the set of symmetry functions lacks"):
        describe(SymmetryFunctionSet.of_potential(silicon_potential), [Frame(helpers.silica(), name="a.xyz:3")])

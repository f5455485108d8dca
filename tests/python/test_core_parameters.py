"""A symmetry function as an object: what it holds, how it compares, its text, and what is refused."""

from __future__ import annotations

import math
import pickle

import pytest
from core_cases import FUNCTIONS, core_function, function_id
from hypothesis import given, settings
from hypothesis import strategies as st
from nnmanybody._core import Descriptor, SymmetryFunction

each_function = pytest.mark.parametrize("f", FUNCTIONS, ids=function_id)


@each_function
def test_it_holds_what_it_was_given(f):
    made = core_function(f)
    assert (made.kind, tuple(made.neighbors)) == (f.kind, tuple(sorted(f.neighbors)))
    assert (made.cutoff, made.cutoff_function) == (f.cutoff, "cosine")
    assert (made.eta, made.r_shift, made.kappa, made.zeta, made.lam) == (f.eta, f.r_shift, f.kappa, f.zeta, f.lam)


@each_function
def test_text_and_pickle_bring_it_back(f):
    made = core_function(f)
    for again in (SymmetryFunction.parse(str(made)), pickle.loads(pickle.dumps(made))):
        assert again == made
        assert hash(again) == hash(made)
        assert str(again) == str(made)


def test_all_functions_differ():
    assert len({core_function(f) for f in FUNCTIONS}) == len(FUNCTIONS)


positive = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)
number = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.sampled_from(["G4", "G5"]),
    st.lists(st.sampled_from(["H", "C", "Si", "U"]), min_size=2, max_size=2),
    positive,
    st.floats(min_value=0.0, allow_infinity=False),
    number,
    st.floats(min_value=1.0, allow_infinity=False),
    st.sampled_from([1, -1]),
)
def test_any_parameters_survive_the_text(kind, neighbors, cutoff, eta, r_shift, zeta, lam):
    made = SymmetryFunction(kind, neighbors, cutoff, eta=eta, r_shift=r_shift, zeta=zeta, lam=lam)
    again = SymmetryFunction.parse(str(made))
    assert again == made
    assert (again.cutoff, again.eta, again.r_shift, again.zeta, again.lam) == (cutoff, eta, r_shift, zeta, lam)


def test_text_has_the_form_of_the_file():
    f = SymmetryFunction("G4", ["Si", "O"], 6.0, eta=0.01, r_shift=0.0, zeta=4.0, lam=-1)
    assert str(f) == "G4 neighbors O Si cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1"
    assert str(SymmetryFunction("G2", ["O"], 6.5, eta=0.5, r_shift=2)) == "G2 neighbor O cutoff 6.5 eta 0.5 r_shift 2"


def test_parameters_cannot_be_changed():
    f = core_function(FUNCTIONS[0])
    with pytest.raises(AttributeError):
        f.cutoff = 7.0


@pytest.mark.parametrize(
    ("arguments", "parameters", "message"),
    [
        (("G6", ["Si"], 6.0), {}, "G6"),
        (("G2", ["Si", "O"], 6.0), {}, "1 neighbor element"),
        (("G4", ["Si"], 6.0), {}, "2 neighbor element"),
        (("G2", [], 6.0), {}, "1 neighbor element"),
        (("G2", [""], 6.0), {}, "symbol"),
        (("G2", ["S i"], 6.0), {}, "symbol"),
        (("G2", ["Si\n"], 6.0), {}, "symbol"),
        (("G2", ["Si"], 0.0), {}, "positive cutoff, got 0"),
        (("G2", ["Si"], -6.0), {}, "positive cutoff, got -6"),
        (("G2", ["Si"], math.nan), {}, "cutoff"),
        (("G2", ["Si"], math.inf), {}, "cutoff"),
        (("G2", ["Si"], 6.0), {"eta": -0.5}, "eta >= 0, got -0.5"),
        (("G2", ["Si"], 6.0), {"eta": math.nan}, "eta"),
        (("G2", ["Si"], 6.0), {"r_shift": math.inf}, "r_shift"),
        (("G3", ["Si"], 6.0), {"kappa": math.nan}, "kappa"),
        (("G4", ["Si", "O"], 6.0), {"zeta": 0.999}, "zeta >= 1, got 0.999"),
        (("G4", ["Si", "O"], 6.0), {"zeta": math.nan}, "zeta"),
        (("G5", ["Si", "O"], 6.0), {"lam": 0}, "lambda 1 or -1, got 0"),
        (("G5", ["Si", "O"], 6.0), {"lam": 2}, "lambda 1 or -1, got 2"),
        (("G5", ["Si", "O"], 6.0), {"cutoff_function": "cosin"}, "did you mean 'cosine'"),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(arguments, parameters, message):
    with pytest.raises(ValueError, match=message):
        SymmetryFunction(*arguments, **parameters)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("G1", {"eta": 0.5}), ("G2", {"zeta": 2.0}), ("G3", {"eta": 0.5}), ("G2", {"kappa": 1.0}), ("G1", {"lam": -1})],
)
def test_a_parameter_its_kind_does_not_have_is_refused(kind, parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match="lambda" if name == "lam" else name):
        SymmetryFunction(kind, ["Si"], 6.0, **parameters)


def test_a_parameter_by_position_is_refused():
    with pytest.raises(TypeError):
        SymmetryFunction("G2", ["Si"], 6.0, 0.5)


def test_a_set_refuses_a_function_that_stands_twice():
    same = [SymmetryFunction("G5", pair, 6.0, zeta=2.0) for pair in (["Si", "O"], ["O", "Si"])]
    with pytest.raises(ValueError, match="stands twice"):
        Descriptor(["Si", "O"], same)


def test_a_set_refuses_to_be_empty():
    with pytest.raises(ValueError, match="at least one symmetry function"):
        Descriptor(["Si"], [])

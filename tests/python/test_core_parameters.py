"""A symmetry function as an object: what it holds, how it compares, its text, and what is refused."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference_shapes as shapes
from core_cases import ALL_FUNCTIONS, core_function, function_id
from nnmanybody._core import Descriptor, SymmetryFunction

each_function = pytest.mark.parametrize("f", ALL_FUNCTIONS, ids=function_id)


@each_function
def test_it_holds_what_it_was_given(f):
    made = core_function(f)
    assert (made.kind, tuple(made.neighbors)) == (f.kind, tuple(sorted(f.neighbors)))
    assert (made.cutoff, made.cutoff_function, made.cutoff_alpha) == (f.cutoff, f.cutoff_function, f.cutoff_alpha)
    assert (made.r_left, made.theta_left, made.theta_right) == (f.r_left, f.theta_left, f.theta_right)
    assert (made.asymmetric, made.weight_by_atomic_number) == (f.asymmetric, f.weighted)
    assert (made.eta, made.r_shift, made.kappa, made.zeta, made.lam) == (f.eta, f.r_shift, f.kappa, f.zeta, f.lam)


@each_function
def test_text_and_pickle_bring_it_back(f):
    made = core_function(f)
    for again in (SymmetryFunction.parse(str(made)), pickle.loads(pickle.dumps(made))):
        assert again == made
        assert hash(again) == hash(made)
        assert str(again) == str(made)


def test_all_functions_differ():
    assert len({core_function(f) for f in ALL_FUNCTIONS}) == len(ALL_FUNCTIONS)


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
    f = core_function(ALL_FUNCTIONS[0])
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
        (("G1", ["Si"], 6.0), {"cutoff_alpha": -0.1}, "0 <= cutoff_alpha < 1, got -0.1"),
        (("G1", ["Si"], 6.0), {"cutoff_alpha": 1.0}, "0 <= cutoff_alpha < 1, got 1"),
        (("G1", ["Si"], 6.0), {"cutoff_alpha": 0.5, "cutoff_function": "tanh"}, "tanh knows no cutoff_alpha, got 0.5"),
        (("G1", ["Si"], 6.0), {"cutoff_alpha": 0.5, "cutoff_function": "hard"}, "hard knows no cutoff_alpha, got 0.5"),
        (("G1", ["Si"], 6.0), {"weight_by_atomic_number": True}, "goes with neighbors '\\*', got 'Si'"),
        (("G4", ["*", "Si"], 6.0), {}, "'\\*' for both neighbors or for none"),
        (("compact_radial", ["Si"], 6.0), {}, "expected a shape exp, poly1, poly2, poly3 or poly4, got 'cosine'"),
        (("compact_radial", ["Si"], 6.0), {"cutoff_function": "poly2", "r_left": 6.0}, "r_left < r_right, got 6"),
        (("compact_radial", ["Si"], 6.0), {"cutoff_function": "exp", "asymmetric": True}, "asymmetric form"),
        (("compact_radial", ["Si"], 6.0), {"cutoff_function": "exp", "cutoff_alpha": 0.5}, "cutoff_alpha"),
        (("G2", ["Si"], 6.0), {"cutoff_function": "poly2", "asymmetric": True}, "asymmetric"),
        (
            ("compact_wide", ["O", "O"], 6.0),
            {"cutoff_function": "exp", "theta_left": 180.0},
            "theta_left < theta_right",
        ),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(arguments, parameters, message):
    with pytest.raises(ValueError, match=message):
        SymmetryFunction(*arguments, **parameters)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("G1", {"eta": 0.5}),
        ("G2", {"zeta": 2.0}),
        ("G3", {"eta": 0.5}),
        ("G2", {"kappa": 1.0}),
        ("G1", {"lam": -1}),
        ("G2", {"r_left": 1.0}),
    ],
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


@pytest.mark.parametrize("name", shapes.PAPER_POLYNOMIALS)
def test_factored_polynomials_are_those_of_the_paper(name):
    x = np.linspace(0.0, 1.0, 101)
    # Coefficients up to 540 cancel when they are summed: 10 terms of 1e-13 each at most.
    np.testing.assert_allclose(
        shapes.SHAPES[name](x), np.polyval(shapes.PAPER_POLYNOMIALS[name], x), rtol=0, atol=1e-12
    )

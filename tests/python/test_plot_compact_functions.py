"""Pictures of the functions of RuNNer and n2p2: every family has its panel, every curve is the function it names."""

from __future__ import annotations

import numpy as np
import pytest

from core_cases import RUNNER_FUNCTIONS, core_function
from nnmanybody import SymmetryFunction
from nnmanybody.plots.labels import parameters
from nnmanybody.plots.symmetry_functions import compact_angular_panels, plot_symmetry_functions, radial_panels
from nnmanybody.symmetry_functions import SymmetryFunctionSet
from reference_shapes import compact

DRAWN = 1e-12  # curves are computed by the core


def test_compact_radial_functions_have_a_panel_of_their_own():
    functions = [
        SymmetryFunction(
            "compact_radial", ["*"], 5.0, r_left=left, cutoff_function="poly2", weight_by_atomic_number=True
        )
        for left in (0.5, 1.5)
    ]
    (panel,) = radial_panels(functions, "Si–*")
    assert panel.title.startswith("compact, Si–*")
    assert [curve.label for curve in panel.curves] == ["0.5", "1.5"]
    for curve, left in zip(panel.curves, (0.5, 1.5), strict=True):
        expected = compact("poly2", np.maximum(curve.x, 0.02), left, 5.0)
        assert np.abs(curve.y - expected).max() <= DRAWN  # of a hydrogen atom, whose weight is 1


def test_compact_angular_functions_are_drawn_over_angle_and_distance():
    function = SymmetryFunction(
        "compact_wide", ["O", "Si"], 6.0, r_left=1.0, theta_left=20.0, theta_right=140.0, cutoff_function="poly3"
    )
    of_angle, of_distance = compact_angular_panels([function, function], "O–Si–Si")
    (curve,) = of_angle.curves
    assert curve.label == "20, 140, poly3"
    assert np.abs(curve.y - compact("poly3", curve.x, 20.0, 140.0)).max() <= 1e-9  # in degrees and back
    (curve,) = of_distance.curves
    assert np.abs(curve.y - compact("poly3", np.maximum(curve.x, 0.02), 1.0, 6.0) ** 2).max() <= DRAWN


def test_every_function_can_be_drawn():
    functions = [core_function(f) for f in RUNNER_FUNCTIONS]
    figure = plot_symmetry_functions("Si", functions)
    assert sum(bool(axes.lines) for axes in figure.axes) >= 10


def test_a_set_may_sum_over_all_elements():
    chosen = SymmetryFunctionSet({"Si": tuple(core_function(f) for f in RUNNER_FUNCTIONS if "O" not in f.neighbors)})
    assert SymmetryFunctionSet.parse(chosen.text()).functions == chosen.functions


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (
            SymmetryFunction("compact_radial", ["Si"], 5.0, r_left=0.5, cutoff_function="poly2", asymmetric=True),
            "compact_radial r=0.5…5 poly2a",
        ),
        (
            SymmetryFunction("compact_wide", ["Si", "Si"], 5.0, theta_right=90.0, cutoff_function="exp"),
            "compact_wide r=0…5 θ=0…90 exp",
        ),
    ],
)
def test_names_of_compact_functions_in_pictures(function, name):
    assert parameters(function) == name

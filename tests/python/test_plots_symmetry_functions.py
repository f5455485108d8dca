"""Pictures of symmetry functions: of sets, and the figures of the thesis; their curves are the formulas."""

from __future__ import annotations

import numpy as np
import pytest

import helpers
from nnmanybody import NNPError, SymmetryFunction, SymmetryFunctionSet
from nnmanybody.plots import function_values
from nnmanybody.plots.symmetry_functions import plot_symmetry_functions
from nnmanybody.plots.thesis_figures import FIGURES, plot_thesis_figure


def curves(axes):
    """Lines with data of their own, by label."""
    return {line.get_label(): line.get_xydata() for line in axes.lines if not line.get_label().startswith("_")}


def test_values_of_one_neighbor_are_the_formula():
    distances = np.linspace(0.5, 7.0, 14)
    functions = [SymmetryFunction("G2", ["Si"], 6.0, eta=0.7, r_shift=2.0), SymmetryFunction("G1", ["Si"], 5.0)]

    def cutoff(radius):
        return np.where(distances < radius, 0.5 * (np.cos(np.pi * distances / radius) + 1.0), 0.0)

    expected = np.column_stack([np.exp(-0.7 * (distances - 2.0) ** 2) * cutoff(6.0), cutoff(5.0)])
    np.testing.assert_allclose(function_values.of_one_neighbor(functions, distances), expected, atol=1e-14)


@pytest.mark.parametrize(("zeta", "lam"), [(1.0, 1), (4.0, -1), (2.5, 1)])
def test_angular_part_is_the_formula(zeta, lam):
    angles = np.linspace(0.0, np.pi, 19)
    expected = 2.0 ** (1 - zeta) * (1.0 + lam * np.cos(angles)) ** zeta
    np.testing.assert_allclose(function_values.angular_part(zeta, lam, angles), expected, atol=1e-11)


def test_two_neighbors_of_different_elements():
    function = SymmetryFunction("G4", ["O", "Si"], 6.0, eta=0.05, zeta=1.0, lam=1)
    (value,) = function_values.of_two_neighbors([function], np.array([2.0]), np.array([np.pi / 3]))[0]
    # An equilateral triangle: three distances of 2 Å, 1 + cos 60° = 1.5, f_c = (cos(π/3) + 1)/2 = 3/4.
    assert value == pytest.approx(1.5 * np.exp(-0.05 * 12.0) * 0.75**3, rel=1e-12)


def test_set_is_drawn_family_by_family():
    functions = SymmetryFunctionSet.behler(
        ["Si"], n_radial=8, n_angular=18, cutoff=6.0, shortest=2.0, longest=6.0
    ).for_element("Si")
    figure = plot_symmetry_functions("Si", functions)
    centred, shifted, angular, radial = figure.axes
    assert len(curves(centred)) == 2
    assert len(curves(shifted)) == 6
    assert len(curves(angular)) == 4  # two ζ, two λ
    assert len(curves(radial)) == 5
    for axes in (centred, shifted):
        assert axes.get_xlabel() == "$R_{ij}$ (Å)"
        assert axes.get_legend() is not None
    # Each shell, times the falling cutoff function, peaks a little before its R_s.
    for label, data in curves(shifted).items():
        peak = data[data[:, 1].argmax(), 0]
        assert float(label) - 0.8 < peak < float(label)
    angle, height = curves(angular)["1, +1"].T
    np.testing.assert_allclose(height, 1.0 + np.cos(np.radians(angle)), atol=1e-15)  # rounding of the cosine at 180°
    assert "8 radial and 18 angular" in figure.get_suptitle()


def test_all_kinds_and_element_pairs_are_drawn():
    functions = helpers.functions(["Si", "O"])["Si"]
    figure = plot_symmetry_functions("Si", functions)
    titles = [axes.get_title("left") for axes in figure.axes]
    for expected in ("G1, Si–Si", "G3, Si–O", "shifted G2, Si–O", "angular parts of G4 and G5, O–Si–Si"):
        assert any(title.startswith(expected) for title in titles), titles


@pytest.mark.parametrize(("number", "n_panels"), [("4.2", 4), ("4.3", 4), ("7.2", 2), ("7.3", 2)])
def test_thesis_figures(number, n_panels):
    figure = plot_thesis_figure(number)
    assert len(figure.axes) == n_panels
    assert all(len(curves(axes)) >= 4 for axes in figure.axes)


def test_figure_4_2_shows_functions_of_one_neighbor():
    panels = plot_thesis_figure("4.2").axes
    for label, data in curves(panels[0]).items():  # G1 is one at the center and zero from its cutoff on
        assert data[0, 1] == pytest.approx(1.0, abs=1e-3)
        assert not data[data[:, 0] > float(label), 1].any()
    assert curves(panels[3])["2"][:, 1].min() < -0.9  # G3 has negative values


def test_figure_4_3_polar_curves_are_those_over_the_angle():
    plain, _, polar, _ = plot_thesis_figure("4.3").axes
    for label, data in curves(plain).items():
        around = curves(polar)[label]
        half = around[len(around) // 2 :]
        np.testing.assert_allclose(np.degrees(half[:, 0]), data[:, 0])
        np.testing.assert_array_equal(half[:, 1], data[:, 1])
        np.testing.assert_array_equal(around[::-1, 1], around[:, 1])


def test_figures_that_are_not_there():
    with pytest.raises(NNPError, match=f'figure "1.1" is not one of {", ".join(FIGURES)}'):
        plot_thesis_figure("1.1")
    with pytest.raises(NNPError, match="has no symmetry functions"):
        plot_symmetry_functions("Si", [])

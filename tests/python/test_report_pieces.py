"""Pieces that pages are made of: axes, panels, tables, structures, the spread of a committee."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest
from ase import Atoms

import helpers
from nnmanybody import SymmetryFunction
from nnmanybody.committee import mean_and_spread
from nnmanybody.evaluation import Evaluation
from nnmanybody.report.axes import Axis, linear_axis, log_axis
from nnmanybody.report.comparisons import groups
from nnmanybody.report.coverage import function_name
from nnmanybody.report.markup import counted, element, figure, number, table, to_html
from nnmanybody.report.panel import LEFT, MOST_SINGLE_POINTS, N_COLORS, RIGHT, TOP, WIDTH, Panel
from nnmanybody.report.structure import COLORS, MOST_ATOMS, color, structure_picture


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-5.43, -5.41, ["−5.430", "−5.425", "−5.420", "−5.415", "−5.410"]),
        (40.0, 0.0, ["0", "10", "20", "30", "40"]),
        (-150000.0, 150000.0, ["−1.5e+05", "−1e+05", "−5e+04", "0", "5e+04", "1e+05", "1.5e+05"]),
    ],
)
def test_linear_ticks_are_round_and_inside(low, high, texts):
    ticks = Axis("", low, high).ticks()
    assert [text for _, text in ticks] == texts
    assert all(min(low, high) - 1e-9 <= value <= max(low, high) + 1e-9 for value, _ in ticks)


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.09, 0.6, ["0.1", "0.2", "0.5"]),
        (2.1, 2.9, ["2.2", "2.4", "2.6", "2.8"]),
        (1e-7, 5e-3, ["10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³"]),
        (0.5, 2e4, ["1", "10", "100", "1000", "10⁴"]),
    ],
)
def test_log_ticks(low, high, texts):
    assert [text for _, text in Axis("", low, high, log=True).ticks()] == texts


def test_positions():
    assert Axis("", -1.0, 3.0).positions([-1.0, 1.0, 3.0]) == pytest.approx([0.0, 0.5, 1.0])
    assert Axis("", 4.0, 0.0).positions([4.0, 1.0]) == pytest.approx([0.0, 0.75])
    assert Axis("", 0.01, 100.0, log=True).positions([0.01, 1.0, 10.0]) == pytest.approx([0.0, 0.5, 0.75])


@pytest.mark.parametrize("values", [[3.0], [0.0, 0.0], [np.nan, np.inf], [], [-1e-9, 1e-9], [1e6, 1e6 + 1.0]])
def test_axes_of_any_values_have_ends_and_ticks(values):
    for axis in (linear_axis("", [values]), log_axis("", [values])):
        assert axis.low < axis.high
        assert axis.ticks()
        finite = np.array([value for value in values if np.isfinite(value)])
        inside = axis.positions(finite[finite > 0.0] if axis.log else finite)
        assert ((inside >= 0.0) & (inside <= 1.0)).all()


def panel(**options):
    return Panel(Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0), "what it shows", **options)


def paths(drawn):
    return {mark.get("class"): mark.get("d") for mark in drawn.svg().iter("path")}


def test_few_points_are_all_drawn_where_they_are():
    drawn = panel()
    assert not drawn.points([0.0, 1.0, 2.0, np.nan], [1.0, 1.0, 0.5, 0.5], group=1)  # two are not in the picture
    right = WIDTH - RIGHT
    assert paths(drawn)["dots c1"] == f"M{LEFT:.1f} {TOP:.1f}h0M{right:.1f} {TOP:.1f}h0"


def test_many_points_become_cells_and_no_outlier_is_lost():
    values = np.full(50 * MOST_SINGLE_POINTS, 0.5)
    values[0] = 0.05
    drawn = panel()
    assert drawn.points(values, values)
    found = paths(drawn)
    assert found["cells full c0"].count("h0") == 1  # all but one are in one cell
    assert found["cells faint c0"].count("h0") == 1
    place = [float(word) for word in found["cells faint c0"][1:-2].split()]
    assert place == pytest.approx([float(drawn.x(0.05)), float(drawn.y(0.05))], abs=1.0)


def test_lines_break_where_a_value_is_missing():
    drawn = panel()
    drawn.line([0.0, 0.2, 0.4, 0.6, 0.8], [0.5, 0.5, np.nan, 0.5, 0.5], group=0)
    assert paths(drawn)["line c0"].count("M") == 2


def test_text_from_the_data_is_only_text():
    made = table("a < b", ["<i>"], [["</table><script>alert(1)</script>"]])
    assert "<script" not in to_html(made)
    assert "&lt;script&gt;" in to_html(made)
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(to_html(element("circle", data_tip='"><script>&amp;')))
    assert tags == [("circle", {"data-tip": '"><script>&amp;'})]


def test_figures_have_titles_captions_and_legends():
    made = figure(panel().svg(), "Title", "Caption.", ["one", "other"])
    assert made.findtext("figcaption") == "Caption."
    assert [(key.get("data-toggle"), key.get("aria-pressed")) for key in made.iter("button")] == [
        ("0", "true"),
        ("1", "true"),
    ]
    assert made.find("svg").get("aria-label") == "what it shows"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.11, "0.110"), (-3.0, "−3.00"), (123.4, "123"), (1.5e-7, "1.50e−07"), (0.0, "0")],
)
def test_numbers(value, text):
    assert number(value) == text


def test_names_of_functions_have_short_numbers():
    function = SymmetryFunction("G2", ["O"], 6.3501265308359995, eta=0.003571064826093132, r_shift=1.5)
    assert function_name(function) == "G2 neighbor O cutoff 6.3501 eta 0.0035711 r_shift 1.5"


@pytest.mark.parametrize(("count", "text"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames")])
def test_counts(count, text):
    assert counted(count, "frame") == text


def test_groups_are_in_order_and_the_smallest_of_too_many_are_others():
    labels = np.array([name for index, name in enumerate("jihgfedcba") for _ in range(index + 1)])
    found = groups(labels)
    assert [name for name, _ in found] == ["a", "b", "c", "d", "e", "f", "g", "3 others"]
    assert len(found) == N_COLORS
    assert sum(mask.sum() for _, mask in found) == len(labels)
    assert found[-1][1].sum() == 1 + 2 + 3


def test_colors_run_from_the_first_to_the_last():
    ends = ["#{:02x}{:02x}{:02x}".format(*COLORS[index]) for index in (0, -1)]
    assert [color(0.0), color(1.0)] == ends
    assert [color(-1.0), color(2.0)] == ends


def test_a_structure_has_a_ball_per_atom_and_the_edges_of_its_cell():
    atoms = helpers.silica()
    values = np.arange(len(atoms), dtype=float)
    picture, n_drawn = structure_picture(atoms, values, "force error", "eV/Å")
    balls = list(picture.iter("circle"))
    assert len(balls) == n_drawn == len(atoms)
    worst = next(ball for ball in balls if ball.get("class") == "worst")
    assert worst.get("data-tip").startswith(f"atom {len(atoms) - 1}, O\n")
    assert worst.get("fill") == color(1.0)
    assert sum(line.get("class") == "cell-edge" for line in picture.iter("line")) == 12


def test_of_a_large_structure_the_surroundings_of_the_worst_atom_are_drawn():
    atoms = Atoms(f"Si{MOST_ATOMS + 50}", [[3.0 * index, 0.0, 0.0] for index in range(MOST_ATOMS + 50)])
    values = np.zeros(len(atoms))
    values[-1] = 1.0
    picture, n_drawn = structure_picture(atoms, values, "error", "eV/Å")
    numbers = {int(ball.get("data-tip").split(",")[0].split()[1]) for ball in picture.iter("circle")}
    assert n_drawn == MOST_ATOMS
    assert numbers == set(range(50, MOST_ATOMS + 50))


def test_an_isolated_atom_can_be_drawn():
    picture, n_drawn = structure_picture(Atoms("H", [[0.0, 0.0, 0.0]]), np.zeros(1), "error", "eV/Å")
    assert n_drawn == 1
    assert all(float(word) == float(word) for word in picture.get("viewBox").split())


def evaluation(energy, forces):
    forces = np.array(forces, dtype=float)
    return Evaluation(energy, np.full(len(forces), energy / len(forces)), forces, np.zeros((3, 3)), None)


def test_mean_and_spread_of_a_committee():
    """Energies 1, 3, 8 of two atoms: mean 4, sample variance 13, of the energy per atom a quarter of it."""
    members = [
        [evaluation(1.0, [[0, 0, 0], [1, 0, 0]])],
        [evaluation(3.0, [[0, 0, 0], [0, 1, 0]])],
        [evaluation(8.0, [[0, 0, 0], [0, 0, 1]])],
    ]
    mean, spread = mean_and_spread(members)
    assert mean[0].energy == pytest.approx(4.0)
    assert mean[0].forces[1] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert spread[0].energy == pytest.approx(np.sqrt(13.0) / 2.0)
    assert spread[0].forces == pytest.approx([0.0, 1.0])  # each component: values 1, 0, 0, sample variance 1/3

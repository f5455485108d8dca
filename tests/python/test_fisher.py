"""Fisher information: spectra of known matrices, 256 bits, directions that change nothing, submodels."""

from __future__ import annotations

import numpy as np
import pytest

import helpers
from fisher_cases import labelled, mixed_structures
from model_cases import composable
from nnmanybody._core import Expression, PotentialDefinition
from nnmanybody.composable.layout import Layout
from nnmanybody.design import design_rows
from nnmanybody.errors import NNPError
from nnmanybody.fisher import analyse, exact_log10_kappa, spectrum
from nnmanybody.fisher.columns import n_parameters
from nnmanybody.fisher.gauge import Gauge, checked, column_gauges
from nnmanybody.potential import Potential, join_committee

ROUNDING = 1e-6  # relative, of eigenvalues 1e-10 of the largest: 1e-16 of the singular values over 1e-5


def orthonormal(n, k, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, k)))[0]


@pytest.fixture(scope="module")
def structures():
    return mixed_structures()


# --- spectra --------------------------------------------------------------------------------------


def test_eigenvalues_are_squares_of_known_singular_values():
    sizes = 10.0 ** -np.arange(6)
    rows = orthonormal(40, 6) @ np.diag(sizes) @ orthonormal(6, 6, seed=1).T
    found = spectrum(rows)
    assert found.eigenvalues == pytest.approx(sizes**2, rel=ROUNDING)
    assert found.log10_kappa == pytest.approx(10.0, abs=1e-6)
    assert (found.n_significant, found.n_parameters, found.is_rounding) == (6, 6, False)


def test_significant_are_those_above_a_1e15th():
    found = spectrum(np.diag([1.0, 1e-7, 3.2e-8, 3.1e-8, 1e-20]))
    assert found.n_significant == 3  # 3.2e-8² = 1.02e-15, 3.1e-8² = 0.96e-15
    assert found.is_rounding


def test_a_gauge_is_taken_out_and_nothing_else():
    rows = orthonormal(30, 4) @ np.diag([2.0, 1.0, 0.5, 0.1])
    basis = orthonormal(5, 5, seed=2)
    found = spectrum(rows @ basis[:, :4].T, [Gauge("known", "fifth", basis[:, 4])])
    assert found.eigenvalues == pytest.approx([4.0, 1.0, 0.25, 0.01], rel=1e-12)
    assert len(found.gauges) == 1


def test_directions_that_do_change_something_are_not_taken_out():
    rows = np.eye(3)
    assert checked([Gauge("wrong", "first", np.array([1.0, 0.0, 0.0]))], rows) == []


def test_equal_and_empty_columns_are_found():
    one, other = np.random.default_rng(0).normal(size=(2, 20))
    rows = np.stack([one, np.zeros(20), -2.0 * one, other, one + 1e-9 * other], axis=1)
    found = column_gauges(rows, ["a", "b", "c", "d", "e"])
    assert [(gauge.kind, gauge.what) for gauge in found] == [("no effect", "b"), ("equal columns", "a = c")]
    assert len(checked(found, rows)) == 2


def test_without_columns_or_with_nan_it_is_refused():
    with pytest.raises(NNPError, match="at least one parameter"):
        spectrum(np.ones((3, 2)), columns=[])
    with pytest.raises(NNPError, match="finite"):
        spectrum(np.array([[1.0, np.nan]]))


@pytest.mark.parametrize(("expression", "kappa"), [("G6", 14.6), ("G12", 22.7), ("C24", 25.7), ("E[G8L4]", 26.8)])
def test_double_precision_agrees_with_256_bits_below_28(expression, kappa):
    """Methods E: within 0.05. Widths close to one another (beta 1.3) make it hard."""
    layout = Layout(Expression(expression), ("Si",), 5.0)
    values = {"alpha": 0.05, "beta": 1.3}
    logarithms = np.array(
        [
            np.log(values[one.kind]) if one.kind in values else start
            for one, start in zip(layout.parameters, layout.start(), strict=True)
        ]
    )
    potential = Potential(PotentialDefinition(layout.sections(logarithms, np.ones(layout.n_coefficients))))
    frames = labelled(potential, [helpers.silicon(seed=seed) for seed in range(12)], np.random.default_rng(0))
    found = analyse(potential, frames, exact=True)
    assert found.whole.log10_kappa == pytest.approx(found.exact_log10_kappa, abs=0.05)
    assert found.whole.log10_kappa == pytest.approx(kappa, abs=1.0)  # as hard as it is meant to be
    # What methods C7 warn of: the normal matrix in double precision has lost its small eigenvalues.
    rows = np.concatenate(design_rows(potential, frames))
    lost = np.linalg.eigvalsh(rows.T @ rows)
    assert kappa < 16 or lost[0] < 0 or abs(np.log10(lost[-1] / lost[0]) - found.exact_log10_kappa) > 0.05


@pytest.mark.parametrize("power", [20, 40, 52])
def test_256_bits_of_a_matrix_that_is_known(power):
    """[[1, 1], [1, 1 + e]]: J^T J has the determinant e² and the trace T = 2 + 1 + (1 + e)²; 10^32.5 for e = 2^-52."""
    e = 2.0**-power
    largest = 3.0 + (1.0 + e) ** 2 - e**2 / 4.0  # T less the smallest, e²/T with T = 4 to first order
    expected = 2.0 * np.log10(largest) - 2.0 * np.log10(e)
    assert exact_log10_kappa(np.array([[1.0, 1.0], [1.0, 1.0 + e]])) == pytest.approx(expected, abs=1e-5)


def test_256_bits_say_what_they_cannot():
    with pytest.raises(NNPError, match="at most 60 parameters, this has 61"):
        exact_log10_kappa(np.eye(61))
    with pytest.raises(NNPError, match="an eigenvalue is zero"):
        exact_log10_kappa(np.array([[1.0, 2.0], [2.0, 4.0]]))


# --- gauges of models -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("G4", []),
        ("G8 * E[G4L2]", ["scale of factors"] * 2),  # of Si and of O
        ("C3 * (G2 + E[G2L2] * N[G2]) * G2'", ["scale of factors"] * 6),
        ("G4 + G4", ["equal columns"] * 8),
    ],
)
def test_directions_that_change_nothing_are_found(structures, expression, kinds):
    potential = composable(expression, cutoff=4.0)
    frames = labelled(potential, structures, np.random.default_rng(0))
    found = analyse(potential, frames)
    assert [gauge.kind for gauge in found.whole.gauges] == kinds
    assert len(found.whole.eigenvalues) == found.whole.n_parameters - len(kinds)
    # Along each, energies and forces stay: derivatives by the coefficients vanish.
    rows = np.concatenate(design_rows(potential, frames))
    for gauge in found.whole.gauges:
        assert np.linalg.norm(rows @ gauge.direction) < 1e-12 * np.linalg.norm(rows)
    # And there are no more of them: what is left is told from zero by far.
    assert found.whole.log10_kappa < 25


def test_one_composition_leaves_shifts_free():
    potential = helpers.random_potential(["Si", "O"])
    quartz = [helpers.silica(seed=seed) for seed in range(4)]
    found = analyse(potential, labelled(potential, quartz, np.random.default_rng(0)))
    (gauge,) = found.whole.gauges
    assert gauge.kind == "shift of the composition"
    moved = gauge.direction[np.abs(gauge.direction) > 1e-12]
    assert moved[1] / moved[0] == pytest.approx(-0.5)  # Si3O6: 1 eV more for Si, half as much less for O


def test_submodels_of_a_sum_are_interlaced(structures):
    """Eigenvalues of a principal part lie between those of the whole (Cauchy; methods C7)."""
    potential = composable("E[G4L2] + C3")
    found = analyse(potential, labelled(potential, structures, np.random.default_rng(0)))
    assert set(found.submodels) == {"Si", "O", "E[G4L2]", "C3"}
    assert found.submodels["C3"].n_parameters == 2 * (3 + 1)  # with the shift of the whole
    for part in found.submodels.values():
        assert part.log10_kappa <= found.whole.log10_kappa
        assert part.eigenvalues[0] <= found.whole.eigenvalues[0] * (1 + 1e-12)


def test_sizes_are_those_of_the_papers_tables():
    """Linear and nonlinear parameters of tables 3 to 6 of Wang et al., for one element."""
    for text, size in (("G8", 9 + 2), ("E[G8L4]", 33 + 6), ("G8 * E[G4L4]", 27 + 8), ("E[G8L4] + N[E[G8L4]]", 65 + 10)):
        layout = Layout(Expression(text), ("Nb",), 4.9)
        potential = Potential(PotentialDefinition(layout.sections(layout.start(), np.ones(layout.n_coefficients))))
        assert n_parameters(potential) == size
    one = helpers.random_potential("Si", hidden_layers=(7, 5), shortcut=True)
    n = len(one.definition.sections[0].functions)
    assert n_parameters(one) == n * 7 + 7 + 7 * 5 + 5 + 5 + 1 + n
    assert n_parameters(join_committee([one, one])) == 2 * n_parameters(one)

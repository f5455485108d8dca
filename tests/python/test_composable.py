"""Composable models: counts of the paper, formulas in plain NumPy, the file, the design matrix."""

import itertools

import numpy as np
import pytest

import helpers
from doc_blocks import blocks
from model_cases import composable, radial_basis
from nnmanybody import Potential
from nnmanybody._core import (
    Composable,
    Descriptor,
    ElementSection,
    Expression,
    PotentialDefinition,
    SymmetryFunction,
)
from nnmanybody.composable.layout import Layout
from nnmanybody.data import Frame
from nnmanybody.design import design_rows, linear_parameters
from nnmanybody.neighbors import neighbor_list

# Wang et al., arXiv:2504.19372: configuration, linear and nonlinear parameters; the 40 different rows of the 58 of
# tables 3 to 6 (tables 3 and 5 repeat rows of 4 and 6).
TABLES = """
G4 5 2 | G6 7 2 | G8 9 2 | G10 11 2 | G12 13 2 | G14 15 2 | G16 17 2 | G18 19 2 | C8 9 0 | C16 17 0 | C24 25 0
C32 33 0 | C40 41 0 | E[G4L4] 17 6 | E[G4L6] 25 8 | E[G4L8] 33 10 | E[G6L4] 25 6 | E[G6L5] 31 7 | E[G8L4] 33 6
E[G8L5] 41 7 | N[E[G6L5]] 31 7 | N[E[G8L4]] 33 6 | G4 * G4 11 4 | G6 * G4 13 4 | G6 * G6 15 4 | G8 * G6 17 4
G8 * G8 19 4 | G10 * G10 23 4 | G8 * E[G4L4] 27 8 | G8 * E[G4L6] 35 10 | G8 * E[G4L8] 43 12 | G8 * E[G6L4] 35 8
G8 * E[G6L5] 41 9 | G8 * E[G8L4] 43 8 | G8 * E[G8L5] 51 9 | G10 * E[G6L5] 43 9 | G10 * E[G8L4] 45 8
G12 * E[G8L4] 47 8 | E[G6L5] + N[E[G6L5]] 61 12 | E[G8L4] + N[E[G8L4]] 65 10
"""
ROWS = [row.strip().rsplit(" ", 2) for row in TABLES.replace("\n", "|").split("|") if row.strip()]
ROUNDING = 1e-12


@pytest.mark.parametrize(("text", "n_linear", "n_nonlinear"), ROWS)
def test_counts_of_the_paper(text, n_linear, n_nonlinear):
    layout = Layout(Expression(text), ("Nb",), 5.0)
    assert (layout.n_coefficients, len(layout.parameters)) == (int(n_linear), int(n_nonlinear))
    assert layout.expression.text == text


def test_all_rows_are_here():
    assert len(ROWS) == len({row[0] for row in ROWS}) == 40


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("S[G8]", "G8"),
        ("S_s[ G8 ]", "G8"),
        ("E_s[G8L4]⊕N_s[E[G8L4]]", "E[G8L4] + N[E[G8L4]]"),
        ("G8⊗E[G4L4]", "G8 * E[G4L4]"),
        ("(G8 + (C4 + G2)) × (G4)", "(G8 + C4 + G2) * G4"),
        ("N[G4 * (G2 + C3)]", "N[G4] * (N[G2] + N[C3])"),
    ],
)
def test_notations_of_one_expression(typed, text):
    assert Expression(typed).text == text
    assert Expression(text).text == text


def test_bases_are_shared_in_sums_and_own_in_products():
    assert [basis.label for basis in Expression("E[G8L4] + N[E[G8L4]] + G8").bases] == ["G8"]
    assert [basis.label for basis in Expression("G8 + G8'").bases] == ["G8", "G8'"]
    assert [basis.label for basis in Expression("G8 * G8 + G8").bases] == ["G8"] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a basis such as G8"),
        ("G", "a number of functions"),
        ("G0", "a number of functions from 1"),
        ("G8 +", "a basis such as G8"),
        ("E[G8]", "L and the number of layers"),
        ("E[G8L4", "']'"),
        ("G8 G4", r"\+, \* or the end"),
        ("N[N[G4]]", "three cutoffs"),
        ("T4", "A and the highest power"),
    ],
)
def test_what_cannot_be_read_is_told(text, message):
    with pytest.raises(ValueError, match=message):
        Expression(text)


# --- formulas -------------------------------------------------------------------------------------


def cutoff(x):
    """Smoothstep of seventh degree: three vanishing derivatives at both ends."""
    return np.where(x < 1.0, 1 - 35 * x**4 + 84 * x**5 - 70 * x**6 + 20 * x**7, 0.0)


def all_pairs(atoms, radius):
    """Displacements (n_atoms, n_atoms, n_images, 3) and distances, with every image near enough; itself far away."""
    n = [int(np.ceil(radius * np.linalg.norm(row))) + 1 for row in np.linalg.inv(atoms.cell.array).T]
    shifts = np.array(list(itertools.product(*(range(-one, one + 1) for one in n))))
    vectors = atoms.positions[None, :, None] - atoms.positions[:, None, None] + (shifts @ atoms.cell.array)[None, None]
    distances = np.linalg.norm(vectors, axis=-1)
    distances[distances < 1e-9] = 1e9
    return vectors, distances


RADIUS = 4.5
ATOMS = helpers.triclinic()
VECTORS, R = all_pairs(ATOMS, RADIUS)
FC = cutoff(np.minimum(R / RADIUS, 1.0))
KIND = np.array([0 if symbol == "Si" else 1 for symbol in ATOMS.symbols])


class Plain:
    """Parameters of a potential of Si and O, and its formulas term by term (methods C of the literature)."""

    def __init__(self, text, seed=3):
        self.potential = composable(text, seed, cutoff=RADIUS)
        self.models = [section.models[0] for section in self.potential.definition.sections]
        self.functions = [section.functions for section in self.potential.definition.sections]

    def phi(self, basis):
        """(n_atoms, size)."""
        rows = []
        for i, kind in enumerate(KIND):
            row = 0.0
            for weight, places in self.models[kind].bases[basis]:
                row = row + weight * np.array([self.feature(i, self.functions[kind][place]) for place in places])
            rows.append(row)
        return np.array(rows)

    def feature(self, i, function):
        chosen = np.array(["Si", "O"])[KIND] == function.neighbors[0]
        r, f = R[i, chosen], FC[i, chosen]
        if function.kind == "chebyshev":
            return np.sum(np.cos(function.order * np.arccos(np.clip(2 * r / RADIUS - 1, -1, 1))) * f)
        return np.sum(np.exp(-function.eta * r**2) * f)

    def psi(self, basis):
        return np.einsum("ijs,jn->in", FC, self.phi(basis))

    def leaf(self, node, inputs):
        expression = self.models[0].expression
        values = []
        for i, kind in enumerate(KIND):
            model = self.models[kind]
            size = expression.bases[node.basis].size * node.n_layers
            c = model.linear_coefficients[node.first_coefficient : node.first_coefficient + size]
            terms = inputs[i][:, None]
            if node.kind == "exponential":
                z = np.array(model.exponents[node.first_exponent : node.first_exponent + node.n_layers])
                terms = np.exp(-z * terms)
            values.append(np.sum(c.reshape(-1, node.n_layers) * terms))
        return np.array(values)

    def shift(self, index):
        return np.array([self.models[kind].linear_coefficients[index] for kind in KIND])

    def found(self):
        return self.potential.evaluate(ATOMS).energies


@pytest.mark.parametrize("text", ["G4", "C5", "E[G4L3]", "E[C3L2]"])
def test_single_terms(text):
    plain = Plain(text)
    (node,) = plain.models[0].expression.nodes
    expected = plain.leaf(node, plain.phi(0)) + plain.shift(node.shift)
    np.testing.assert_allclose(plain.found(), expected, rtol=1e-11)


@pytest.mark.parametrize("text", ["N[G3]", "N[E[G3L2]]"])
def test_neighborhoods(text):
    plain = Plain(text)
    (node,) = plain.models[0].expression.nodes
    expected = plain.leaf(node, plain.psi(0)) + plain.shift(node.shift)
    np.testing.assert_allclose(plain.found(), expected, rtol=1e-11)


def test_sums_and_products():
    plain = Plain("E[G3L2] + N[E[G3L2]] * (C2 + G2)")
    one, left, polynomial, gaussian, right, product, root = plain.models[0].expression.nodes
    a = plain.leaf(left, plain.psi(1)) + plain.shift(left.shift)
    b = plain.leaf(polynomial, plain.phi(2)) + plain.leaf(gaussian, plain.phi(3)) + plain.shift(right.shift)
    assert product.shift == polynomial.shift == gaussian.shift == -1
    expected = plain.leaf(one, plain.phi(0)) + a * b + plain.shift(root.shift)
    np.testing.assert_allclose(plain.found(), expected, rtol=1e-11)


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("neighbors", [("Si", "Si"), ("Si", "O")])
@pytest.mark.parametrize("eta_k", [0.4, 0.1])
def test_three_body_functions(order, neighbors, eta_k):
    """The sum over all pairs of neighbors, each counted once."""
    function = SymmetryFunction(
        "three_body", neighbors, RADIUS, eta=0.1, eta_k=eta_k, order=order, cutoff_function="poly3"
    )
    near = neighbor_list(ATOMS, RADIUS)
    centers = np.arange(len(ATOMS), dtype=np.int32)
    found = Descriptor(["Si", "O"], [function]).values(centers, KIND, near.first, near.neighbor, near.displacement)
    for i in range(len(ATOMS)):
        mine = slice(near.first[i], near.first[i + 1])
        x, kinds = near.displacement[mine], np.array(["Si", "O"])[KIND[near.neighbor[mine]]]
        r = np.linalg.norm(x, axis=1)
        g = np.exp(-np.outer([0.1, eta_k], r**2)) * cutoff(np.minimum(r / RADIUS, 1.0))
        total = 0.0
        for j in range(len(r)):
            for k in range(j + 1, len(r)):
                if sorted((kinds[j], kinds[k])) == sorted(neighbors):
                    radial = g[0, j] * g[1, k] + (0.0 if eta_k == 0.1 else g[1, j] * g[0, k])
                    total += radial * (x[j] @ x[k] / r[j] / r[k]) ** order
        assert found[i, 0] == pytest.approx(total, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("name", ["poly3", "poly4", "exp", "quartic", "biquartic", "cosine_squared"])
def test_cutoffs_have_three_vanishing_derivatives(name):
    """f(R - h) falls faster than h³: halving h divides it by 16 or more (exp: by far more)."""
    descriptor = Descriptor(["Si"], [SymmetryFunction("G1", ["Si"], 5.0, cutoff_function=name)])

    def value(r):
        pair = (np.zeros(1, int), [0, 0], [0, 1, 2], [1, 0], [[r, 0.0, 0.0], [-r, 0.0, 0.0]])
        return descriptor.values(*pair)[0, 0]

    assert value(1e-4) == pytest.approx(1.0, abs=1e-3)
    assert value(5.0 - 0.05) / value(5.0 - 0.025) >= 15.0


# --- file and design matrix -----------------------------------------------------------------------


def test_the_section_of_the_file_is_what_the_page_shows():
    text = model_text()
    (shown,) = [block.text for block in blocks("potential_file.md") if block.text.startswith("model composable")]
    assert shown in text
    assert PotentialDefinition.parse(text).text() == text


def model_text():
    model = Composable(
        "G1 * E[C2L2]",
        3,
        [[(1.0, [0])], [(0.5, [1, 2])]],
        [0.25, 2.0],
        [0.5, 1.0, 1.0, 2.0, 3.0, 4.0, -1.0, 0.125],
    )
    functions = [
        SymmetryFunction("G2", ["Si"], 5.0, eta=0.25, cutoff_function="poly3"),
        SymmetryFunction("chebyshev", ["Si"], 5.0, order=1, cutoff_function="poly3"),
        SymmetryFunction("chebyshev", ["Si"], 5.0, order=2, cutoff_function="poly3"),
    ]
    section = ElementSection("Si", 0.0, functions, np.zeros((3, 4)), ("none", 0.0, 1.0), model)
    return PotentialDefinition([section], header={"date": "2026-11-21"}).text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("expression G1 * E[C2L2]", "expression G1 * E[C2]", "L and the number of layers"),
        ("inputs 3", "inputs 4", "4 inputs, but there are 3"),
        ("basis G1", "basis G2", "expected 'basis G1'"),
        ("functions 2 3", "functions 2 7", "names function 7 of 3"),
        ("functions 2 3", "functions 2", "2 functions of the basis C2, got 1"),
        ("weight 0.5", "weight x", "the weight"),
        ("exponents E[C2L2]", "exponents E[C2L3]", "expected 'exponents E.C2L2.'"),
        ("coefficients G1", "coefficients G2", "expected 'coefficients G1'"),
        ("end composable", "end network", "end composable"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(old, new, message):
    text = model_text()
    assert old in text
    with pytest.raises(ValueError, match=message):
        PotentialDefinition.parse(text.replace(old, new, 1))


@pytest.mark.parametrize("text", ["G4", "E[G3L2]", "N[E[G3L2]]", "E[G3L2] + N[E[G3L2]]", "T2A1"])
def test_rows_of_linear_models_give_energies_and_forces(text):
    potential = composable(text, cutoff=4.0)
    frames = [helpers.silica(), helpers.triclinic()]
    rows, c = design_rows(potential, [frames[0], Frame(frames[1])]), linear_parameters(potential)
    evaluations = [potential.evaluate(atoms) for atoms in frames]
    np.testing.assert_allclose(rows.energies @ c, [one.energy for one in evaluations], rtol=1e-11)
    forces = np.concatenate([one.forces.ravel() for one in evaluations])
    np.testing.assert_allclose(rows.forces @ c, forces, atol=1e-11 * np.abs(forces).max())


@pytest.mark.parametrize("make", [lambda: helpers.random_potential(["Si", "O"], shortcut=True), radial_basis])
def test_rows_of_other_models_give_energies_and_forces(make):
    potential = make()
    rows, c = design_rows(potential, [helpers.silica()]), linear_parameters(potential)
    expected = potential.evaluate(helpers.silica())
    reference = sum(helpers.REFERENCE_ENERGIES[symbol] for symbol in helpers.silica().symbols)
    assert rows.energies[0] @ c == pytest.approx(expected.energy - reference, rel=1e-11)
    np.testing.assert_allclose(rows.forces @ c, expected.forces.ravel(), atol=1e-11)


def test_rows_of_products_are_differences():
    """The energy of a product is linear in each coefficient alone: a difference of any size is the derivative."""
    potential = composable("G2 * (E[G2L2] + N[G2]) * C2", cutoff=4.0)
    atoms = helpers.triclinic()
    rows = design_rows(potential, [atoms])
    base = potential.evaluate(atoms)
    for k in (0, 1, 3, 8, 10, -1):
        section_index, place = divmod(k % rows.energies.shape[1], rows.energies.shape[1] // 2)
        moved = changed(potential, section_index, place, 0.5).evaluate(atoms)
        assert (moved.energy - base.energy) / 0.5 == pytest.approx(rows.energies[0, k], rel=1e-9, abs=1e-11)
        np.testing.assert_allclose((moved.forces - base.forces).ravel() / 0.5, rows.forces[:, k], atol=1e-10)


def changed(potential, section_index, place, step):
    """The potential with one coefficient of one element moved."""
    sections = []
    for index, one in enumerate(potential.definition.sections):
        model = one.models[0]
        c = model.linear_coefficients
        if index == section_index:
            c[place] += step
        model = Composable(
            model.expression.text, model.n_features, model.bases, model.exponents, c.tolist(), model.cutoff
        )
        sections.append(ElementSection(one.element, 0.0, one.functions, one.statistics, one.scaling, model))
    return Potential(PotentialDefinition(sections))

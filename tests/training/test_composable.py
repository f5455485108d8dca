"""Fits of composable models: parts, products, TensorFlow against the core, the search, `nnp train`."""

import json

import numpy as np
import pytest
from ase.build import bulk
from typer.testing import CliRunner

from nnmanybody import Potential
from nnmanybody._core import Expression, PotentialDefinition
from nnmanybody.cli import app
from nnmanybody.composable.gradient import CUTOFF_SHAPES, improve, predictions
from nnmanybody.composable.layout import Layout, linear_groups, neutral_coefficients, parts
from nnmanybody.composable.linear import Data, best_of_starts, fit_linear
from nnmanybody.composable.memory import Memory
from nnmanybody.composable.search import Effort, Fit, fit_by_parts, minimize
from nnmanybody.data import Frame
from nnmanybody.interchange.extended_xyz import frame_text

CUTOFF = 4.0
QUICK = Effort(trials=6, random_trials=3, cycles=1, starts=2)


def layout(expression, elements=("Si",), cutoff_function="poly3"):
    return Layout(Expression(expression), elements, CUTOFF, cutoff_function)


def structures(n=3, seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        atoms = bulk("Si", "bcc", a=2.9, cubic=True) * (2, 2, 1)
        atoms.set_cell(atoms.cell.array * rng.uniform(0.95, 1.05), scale_atoms=True)
        atoms.positions += rng.normal(size=(8, 3)) * 0.15
        made.append(atoms)
    return made


def frames_of(made_by, atoms=None):
    """Frames whose energies and forces a potential has made: a fit can reach them exactly."""
    return [
        Frame(one, result.energy, result.forces) for one in atoms or structures() for result in [made_by.evaluate(one)]
    ]


def random_potential(of, seed=1):
    rng = np.random.default_rng(seed)
    logarithms = of.start()
    neutral = np.tile(neutral_coefficients(of.expression), len(of.elements))
    return logarithms, neutral + 0.3 * rng.normal(size=of.n_coefficients)


def potential_of(of, logarithms, coefficients):
    return Potential(PotentialDefinition(of.sections(logarithms, coefficients)))


@pytest.mark.parametrize("expression", ["G4", "E[G3L2]", "E[G2L2] + N[E[G2L2]]"])
def test_linear_coefficients_are_found_again(expression):
    of = layout(expression)
    logarithms, truth = random_potential(of)
    data = Data.of(frames_of(potential_of(of, logarithms, truth)), ["Si"], CUTOFF)
    fit = fit_linear(data, of, logarithms)
    assert fit.loss <= 1e-16 * np.sum(data.targets**2)
    assert len(fit.losses) == 1


def test_products_are_found_again_from_several_starts():
    of = layout("G2 * G2")
    logarithms, truth = random_potential(of)
    logarithms[2] += 0.7  # two different bases
    data = Data.of(frames_of(potential_of(of, logarithms, truth)), ["Si"], CUTOFF)
    fit = best_of_starts(data, of, logarithms, None, rng=np.random.default_rng(0), starts=5)
    assert fit.loss <= 1e-3 * np.sum((data.targets - data.targets.mean()) ** 2)
    falls = np.diff(fit.losses)
    assert (falls <= 1e-9 * fit.losses[0]).all()  # alternating least squares never rises


def test_groups_of_a_product_visit_every_factor():
    expression = Expression("G2 * (C2 + E[G1L1] * G1)")
    groups = linear_groups(expression)
    assert set().union(*groups) == set(range(expression.n_coefficients))
    assert len(groups) == 3


def test_energy_is_linear_in_each_group():
    of = layout("G2 * (C2 + E[G1L1] * G1)")
    logarithms, truth = random_potential(of)
    data = Data.of(frames_of(potential_of(of, logarithms, truth)), ["Si"], CUTOFF)
    rows = data.rows(of, logarithms, truth)
    for group in linear_groups(of.expression):
        np.testing.assert_allclose(rows[:, group] @ truth[group], data.targets, atol=1e-11 * np.abs(data.targets).max())


def test_parts_share_what_their_bases_share():
    of = layout("E[G3L2] + N[E[G3L2]]")
    left, right = parts(of)
    assert [of.parameters[index].kind for index in left.parameters] == ["alpha", "beta", "exponent", "exponent"]
    assert [of.parameters[index].kind for index in right.parameters] == ["exponent", "exponent"]
    assert set(left.coefficients) & set(right.coefficients) == {of.expression.nodes[-1].shift}


EVERYTHING = "G2 * E[C2L2] + N[E[G2L1]]"


@pytest.mark.parametrize(
    ("expression", "cutoff_function"),
    [*((EVERYTHING, name) for name in CUTOFF_SHAPES), ("T2A2 + G2", "poly3"), ("E[T2A1L2]", "poly3")],
)
def test_tensorflow_says_what_the_core_says(expression, cutoff_function):
    of = layout(expression, ("Si", "C"), cutoff_function)
    atoms = structures()
    for one in atoms:
        one.symbols[::3] = "C"
    logarithms, coefficients = random_potential(of)
    logarithms = logarithms + np.linspace(-0.2, 0.2, len(logarithms))
    data = Data.of(frames_of(potential_of(of, logarithms, coefficients), atoms), ["Si", "C"], CUTOFF)
    found = predictions(data, of, logarithms, coefficients)
    np.testing.assert_allclose(found, data.targets, atol=1e-10 * np.abs(data.targets).max())


def test_all_parameters_at_once_improve_a_fit():
    of = layout("E[G3L2]")
    logarithms, truth = random_potential(of)
    data = Data.of(frames_of(potential_of(of, logarithms, truth)), ["Si"], CUTOFF)
    elsewhere = logarithms + 0.15
    first = fit_linear(data, of, elsewhere)
    better = improve(data, of, Fit(elsewhere, first.coefficients, first.loss), 15)
    assert better.loss < 0.8 * first.loss
    assert not np.allclose(better.logarithms, elsewhere)


def test_the_search_finds_a_valley():
    """A bent valley, the one of methods C5: 40 trials come nearer than any of the first ten random ones."""
    tried = []

    def loss(point):
        tried.append((1.0 - point[0]) ** 2 + 5.0 * (point[1] - point[0] ** 2) ** 2)
        return tried[-1]

    best = minimize(loss, np.array([[-2.0, 2.0], [-2.0, 2.0]]), np.zeros(2), Effort(30, 10), 0)
    assert len(tried) >= 30
    assert loss(best) == min(tried)
    assert loss(best) < 0.3 * min(tried[:11])


def test_same_seed_same_fit():
    of = layout("E[G2L1]")
    logarithms, truth = random_potential(of)
    data = Data.of(frames_of(potential_of(of, logarithms, truth)), ["Si"], CUTOFF)
    one, other = (fit_by_parts(data, of, QUICK, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.logarithms, other.logarithms)
    np.testing.assert_array_equal(one.coefficients, other.coefficients)


@pytest.fixture
def configuration(tmp_path):
    made_by = potential_of(layout("E[G2L1]"), *random_potential(layout("E[G2L1]")))
    texts = []
    for frame in frames_of(made_by, structures(5)):
        atoms = frame.atoms.copy()
        atoms.info["REF_energy"], atoms.arrays["REF_forces"] = frame.energy, frame.forces
        texts.append(frame_text(atoms))
    (tmp_path / "data.xyz").write_text("".join(texts))
    config = tmp_path / "config.yaml"
    config.write_text(
        "data: {train: data.xyz, validation_fraction: 0.2}\noutput: fitted\n"
        'model: {kind: composable, expression: "G3 * E[G2L1]", cutoff: 4.0, trials: 4, random_trials: 2, cycles: 1,\n'
        "        starts: 2, gradient_steps: 3}\n"
    )
    return config


def test_one_line_of_the_configuration_chooses_the_model(configuration):
    done = CliRunner().invoke(app, ["train", str(configuration), "--quiet"])
    assert done.exit_code == 0, done.output
    folder = configuration.parent / "fitted"
    potential = Potential.read(folder / "potential.nnp")
    (section,) = potential.definition.sections
    assert section.models[0].kind == "composable"
    assert (section.statistics[:, 0] <= section.statistics[:, 1]).all()
    result = json.loads((folder / "result.json").read_text())
    assert result["expression"] == "G3 * E[G2L1]"
    assert (result["n_linear"], result["n_nonlinear"]) == (4 + 3 + 1, 2 + 2 + 1)
    evaluated = [potential.evaluate(one).forces for one in structures(5)]
    assert np.isfinite(evaluated).all()


def test_a_stopped_search_goes_on_to_the_same_potential(configuration, monkeypatch):
    """Stopped in the second turn, with half a line written: bit for bit the coefficients of an uninterrupted fit."""
    configuration.write_text(configuration.read_text().replace("gradient_steps: 3", "gradient_steps: 0"))
    keep, stopped = Memory._keep, configuration.parent / "stopped"

    def keep_until(self, record):
        if len(self.losses) == 7:
            with self.path.open("a") as file:
                file.write('{"point": [0.1')
            raise KeyboardInterrupt
        return keep(self, record)

    def run(*options):
        return CliRunner().invoke(app, ["train", str(configuration), "--quiet", *options])

    assert run().exit_code == 0
    monkeypatch.setattr(Memory, "_keep", keep_until)
    assert run("--output", str(stopped)).exit_code != 0
    lines = (stopped / "search.jsonl").read_text().splitlines()
    monkeypatch.setattr(Memory, "_keep", keep)
    assert "has a training already" in str(run("--output", str(stopped)).exception)
    done = run("--output", str(stopped), "--resume")
    assert done.exit_code == 0, done.output
    whole, again = (configuration.parent / "fitted", stopped)
    assert (again / "search.jsonl").read_text().splitlines()[: len(lines) - 1] == lines[:-1]
    texts = [(folder / "potential.nnp").read_text().partition("provenance")[0] for folder in (whole, again)]
    assert texts[0].partition("nnp_format")[2] == texts[1].partition("nnp_format")[2] != ""
    searches = [(folder / "search.jsonl").read_text().splitlines() for folder in (whole, again)]
    points = [[json.loads(line).get("point") for line in lines] for lines in searches]
    assert points[0] == points[1]
    page = (again / "report.html").read_text()
    assert "Lowest loss so far" in page
    # Another fit in its place is refused.
    configuration.write_text(configuration.read_text().replace("cutoff: 4.0", "cutoff: 4.1"))
    assert "cutoff differ" in str(run("--output", str(stopped), "--resume").exception)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("epochs: 3", "composable knows no epochs"),
        ("network: {members: 2}", "composable knows no network"),
    ],
)
def test_keys_of_networks_are_refused(configuration, line, message):
    configuration.write_text(configuration.read_text() + line + "\n")
    done = CliRunner().invoke(app, ["train", str(configuration)])
    assert done.exit_code != 0
    assert message in str(done.exception) + done.output


def test_an_expression_that_cannot_be_read_is_told(configuration):
    configuration.write_text(configuration.read_text().replace("G3 *", "Q3 *"))
    done = CliRunner().invoke(app, ["train", str(configuration)])
    assert "a basis such as G8" in str(done.exception) + done.output

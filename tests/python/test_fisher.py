"""Fisher information: spectra of known matrices, gauges, 256 bits, Cramér-Rao bars against refits, the command."""

from __future__ import annotations

import json
import sys

import ase.io
import numpy as np
import pytest

import helpers
from model_cases import composable
from nnmanybody._core import ElementSection, Expression, Network, PotentialDefinition
from nnmanybody.cli import main
from nnmanybody.composable.layout import Layout
from nnmanybody.data import Frame, read_frames
from nnmanybody.design import design_rows, linear_parameters
from nnmanybody.errors import NNPError
from nnmanybody.fisher import Noise, Weights, analyse, exact_log10_kappa, judge, spectrum, uncertainty
from nnmanybody.fisher.calibration import Calibration
from nnmanybody.fisher.columns import n_parameters
from nnmanybody.fisher.gauge import Gauge, checked, column_gauges
from nnmanybody.potential import Potential, join_committee

ENERGY_NOISE, FORCE_NOISE = 0.004, 0.05  # eV/atom, eV/Å
ROUNDING = 1e-6  # relative, of eigenvalues 1e-10 of the largest: 1e-16 of the singular values over 1e-5


def orthonormal(n, k, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, k)))[0]


def with_coefficients(potential, values):
    """The same composable potential with other coefficients."""
    sections, start = [], 0
    for one in potential.definition.sections:
        model = one.models[0]
        n = len(model.linear_coefficients)
        other = type(model)(
            model.expression.text, len(one.functions), model.bases, model.exponents, values[start : start + n].tolist()
        )
        start += n
        sections.append(
            ElementSection(one.element, one.reference_energy, one.functions, one.statistics, one.scaling, other)
        )
    return Potential(PotentialDefinition(sections))


def labelled(potential, structures, rng, scale=1.0):
    """Frames with the energies and forces of the potential and noise of the levels above."""
    frames = []
    for atoms in structures:
        found = potential.evaluate(atoms)
        energy = found.energy + scale * ENERGY_NOISE * len(atoms) * rng.normal()
        frames.append(Frame(atoms, energy, found.forces + scale * FORCE_NOISE * rng.normal(size=found.forces.shape)))
    return frames


@pytest.fixture(scope="module")
def structures():
    return [
        *(helpers.silica(seed=seed, rattle=0.2) for seed in range(5)),
        *(helpers.triclinic(seed=seed) for seed in range(4)),
    ]


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


# --- error bars -----------------------------------------------------------------------------------


def refit(rows, targets, weights):
    return np.linalg.lstsq(rows * weights[:, None], targets * weights, rcond=1e-13)[0]


def test_bars_are_the_scatter_of_refits_to_noisy_data(structures):
    """Brute force: 600 data sets that differ by their noise alone, each fitted, each predicting two structures.

    The standard deviation of n normal numbers is known to 1/sqrt(2 (n - 1)) of itself, 2.9 %; 5 of these are allowed.
    """
    n, allowed = 600, 5.0 / np.sqrt(2.0 * 599.0)
    potential, rng = composable("G3 + C2"), np.random.default_rng(3)
    frames = labelled(potential, structures, rng, scale=0.0)
    known = analyse(potential, labelled(potential, structures, rng))
    noise = Noise(ENERGY_NOISE, FORCE_NOISE)
    found = uncertainty(known.data, noise)
    assert found.n_unseen == 0

    rows = design_rows(potential, frames)
    n_atoms = np.array([len(frame.atoms) for frame in frames])
    levels = np.concatenate([ENERGY_NOISE * n_atoms, np.full(len(rows.forces), FORCE_NOISE)])
    matrix, truth = np.concatenate(rows), np.concatenate(rows) @ linear_parameters(potential)
    fits = np.array([refit(matrix, truth + levels * rng.normal(size=len(levels)), 1.0 / levels) for _ in range(n)])
    assert found.parameters == pytest.approx(fits.std(axis=0, ddof=1), rel=allowed)

    for atoms in (helpers.silica(seed=20, rattle=0.25), helpers.cluster()):
        ahead, bars = design_rows(potential, [atoms]), found.bars(known.rows_of, atoms)
        assert bars.energy == pytest.approx(float((fits @ ahead.energies[0]).std(ddof=1)), rel=allowed)
        scatter = (fits @ ahead.forces.T).std(axis=0, ddof=1)
        assert bars.forces.ravel() == pytest.approx(scatter, rel=allowed)


def test_noise_is_found_in_the_residuals_of_a_fit(structures):
    """Both levels without bias: their mean over 30 data sets is the truth; naive mean squares are far below."""
    potential, rng = composable("G3 + C2"), np.random.default_rng(4)
    rows = design_rows(potential, structures)
    n_atoms = np.array([len(atoms) for atoms in structures])
    levels = np.concatenate([ENERGY_NOISE * n_atoms, np.full(len(rows.forces), FORCE_NOISE)])
    found, naive = [], []
    for _ in range(30):
        frames = labelled(potential, structures, rng)
        targets = np.concatenate([[f.energy for f in frames], *(f.forces.ravel() for f in frames)])
        values = refit(np.concatenate(rows), targets, 1.0 / levels)
        data = analyse(with_coefficients(potential, values), frames).data
        found.append(np.square(uncertainty(data).noise))
        naive.append(data.energy_errors / data.n_energies)
    scatter = np.std(found, axis=0, ddof=1) / np.sqrt(30)
    expected = np.square([ENERGY_NOISE, FORCE_NOISE])
    assert (np.abs(np.mean(found, axis=0) - expected) < 5.0 * scatter).all()
    assert np.mean(naive) < 0.8 * expected[0]  # 9 energies pay for some of the 12 parameters


def test_what_leaves_no_noise_to_estimate_is_said(structures):
    potential = composable("G3 + C2")
    exact = analyse(potential, labelled(potential, structures, np.random.default_rng(0), scale=0.0)).data
    with pytest.raises(NNPError, match="no error in its energies"):
        uncertainty(exact)
    energies = [Frame(frame.atoms, frame.energy) for frame in labelled(potential, structures, np.random.default_rng(0))]
    with pytest.raises(NNPError, match=r"9 energies determine 9\.0 parameters"):
        uncertainty(analyse(potential, energies).data)
    with pytest.raises(NNPError, match="none of which has either"):
        analyse(potential, [Frame(structures[0])])


def test_fractions_within_bars():
    one = Calibration(np.array([1.0, 1.0, 2.0, 4.0]), np.array([0.5, 1.5, 5.0, 1.0]))
    assert (one.within(1.0), one.within(2.0)) == (0.5, 0.75)
    numbers = one.as_json()
    assert numbers["error_over_spread"] == pytest.approx(np.sqrt(28.5 / 22.0))


def test_members_of_a_committee_share_their_noise(structures):
    one, other = (helpers.random_potential(["Si", "O"], seed=seed) for seed in (0, 1))
    committee = join_committee([one, other])
    frames = labelled(one, structures, np.random.default_rng(0))
    analyses = [analyse(member, frames) for member in committee.members]
    found = judge(committee, analyses, frames[:2])
    each = [uncertainty(a.data).bars(a.rows_of, frames[0]).energy for a in analyses]
    assert found.bars["parameters"][0].energy == pytest.approx(np.sqrt(np.mean(np.square(each))))
    spread = abs(one.evaluate(frames[0].atoms).energy - other.evaluate(frames[0].atoms).energy) / np.sqrt(2.0)
    assert found.bars["committee"][0].energy == pytest.approx(spread)  # deviation (n - 1) of two numbers
    assert set(found.calibrations["with noise"]) == {"energy", "forces"}


def test_weights_of_rows():
    potential = helpers.random_potential("Si")
    frames = labelled(potential, [helpers.silicon(seed=seed) for seed in range(3)], np.random.default_rng(0))
    data = analyse(potential, frames).data
    rows = design_rows(potential, frames)
    found = data.rows(Weights(4.0, 9.0, per_atom=True))
    expected = np.concatenate([2.0 * rows.energies / 8, 3.0 * rows.forces])  # eight atoms
    assert found.T @ found == pytest.approx(expected.T @ expected, rel=1e-12)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path, structures):
    potential, rng = composable("G3 + C2"), np.random.default_rng(5)
    potential.write(tmp_path / "model.nnp")
    for name, part in (("train", structures[:-2]), ("test", structures[-2:])):
        written = []
        for frame in labelled(potential, part, rng):
            atoms = frame.atoms.copy()
            atoms.info["REF_energy"], atoms.arrays["REF_forces"] = frame.energy, frame.forces
            written.append(atoms)
        ase.io.write(tmp_path / f"{name}.xyz", written, format="extxyz")
    return tmp_path


def nnp(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["nnp", "fisher", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


def test_the_command_prints_draws_and_writes(files, monkeypatch, capsys):
    names = {name: files / name for name in ("picture.png", "out.json", "bars.xyz")}
    words = [files / "model.nnp", files / "train.xyz", "--predict", files / "test.xyz", "--exact"]
    options = ["--picture", names["picture.png"], "--json", names["out.json"], "--xyz", names["bars.xyz"]]
    assert not nnp(monkeypatch, *words, *options)
    told = capsys.readouterr().out
    for word in ("12 linear parameters", "in 256 bits", "G3", "C2", "noise:", "within"):
        assert word in told
    assert names["picture.png"].read_bytes().startswith(b"\x89PNG")
    content = json.loads(names["out.json"].read_text())
    (one,) = content["potentials"].values()
    assert one["exact_log10_kappa"] == pytest.approx(one["log10_kappa"], abs=0.05)
    assert len(one["eigenvalues"]) == 12
    assert content["error_bars"]["calibration"]["parameters"]["forces"]["n"] > 0
    for atoms in ase.io.read(names["bars.xyz"], ":"):
        assert (atoms.arrays["force_bar_with_noise"] >= FORCE_NOISE / 3).all()
        assert atoms.info["energy_bar_parameters"] < atoms.info["energy_bar_with_noise"]


def test_members_of_a_committee_stand_side_by_side(files, monkeypatch, capsys):
    members = [helpers.random_potential(["Si", "O"], seed=seed) for seed in (0, 1)]
    join_committee(members).write(files / "committee.nnp")
    words = [files / "committee.nnp", files / "train.xyz"]
    assert not nnp(monkeypatch, *words, "--predict", files / "test.xyz")
    told = capsys.readouterr().out
    assert "each of 2 members: 12 linear parameters" in told
    assert "member 2: noise" in told
    assert "committee" in told
    assert not nnp(monkeypatch, *words, "--member", "2")
    alone = capsys.readouterr().out
    assert "member 2: 12 linear parameters" in alone
    frames = read_frames(files / "train.xyz")
    kappas = [f"{analyse(member, frames).whole.log10_kappa:.2f}" for member in members]
    assert " ".join(kappas) in told
    assert kappas[1] in alone


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--xyz", "bars.xyz"], 2, "without --predict"),
        (["--noise", "0.1"], 2, "two positive numbers"),
        (["--member", "2"], 1, "--member 2, but it has 1"),
        (["--picture", "picture.jpg"], 1, "ends in .png"),
    ],
)
def test_mistakes_are_said(files, monkeypatch, capsys, words, status, message):
    assert nnp(monkeypatch, files / "model.nnp", files / "train.xyz", *words) == status
    assert message in capsys.readouterr().err


def test_a_network_whose_last_layer_is_not_linear_is_refused(files, monkeypatch, capsys):
    section = helpers.random_potential("Si").definition.sections[0]
    network = Network([np.full((1, len(section.functions)), 0.1)], [np.zeros(1)], ["tanh"])
    Potential(PotentialDefinition([helpers.with_model(section, network)])).write(files / "bent.nnp")
    assert nnp(monkeypatch, files / "bent.nnp", files / "train.xyz") == 1
    assert "bent.nnp" in capsys.readouterr().err

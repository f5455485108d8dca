"""Error bars of the Fisher information: Cramér and Rao's against refits, noise from residuals, the command."""

from __future__ import annotations

import json
import sys

import ase.io
import numpy as np
import pytest

import helpers
from fisher_cases import ENERGY_NOISE, FORCE_NOISE, labelled, mixed_structures
from model_cases import composable
from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.cli import main
from nnmanybody.data import Frame, read_frames
from nnmanybody.design import design_rows, linear_parameters
from nnmanybody.errors import NNPError
from nnmanybody.fisher import Noise, Weights, analyse, judge, uncertainty
from nnmanybody.fisher.calibration import Calibration
from nnmanybody.potential import Potential, join_committee


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


@pytest.fixture(scope="module")
def structures():
    return mixed_structures()


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

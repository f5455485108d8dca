"""SiO2 of the thesis: what its analysis finds in crystals whose structure is known, and which runs it keeps."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from ase import Atoms
from ase.spacegroup import crystal

THESIS = Path(__file__).resolve().parents[2] / "examples" / "thesis"
LARGEST_FILE = 200 * 1024


@pytest.fixture
def measures(monkeypatch):
    monkeypatch.syspath_prepend(str(THESIS))
    monkeypatch.syspath_prepend(str(THESIS / "silica"))
    import silica_measures

    return silica_measures


@pytest.fixture
def runs(measures):
    import silica_runs

    return silica_runs


@pytest.fixture(scope="module")
def cristobalite():
    """Ideal β-cristobalite: silicon on the sites of diamond, oxygen in the middle of every bond."""
    return crystal(
        ["Si", "O"], [(0.125, 0.125, 0.125), (0, 0, 0)], spacegroup=227, setting=2, cellpar=[7.16] * 3 + [90] * 3
    )


def neighbors_within(measures, atoms, pair, distance):
    """Integral of g(r) up to a distance: neighbors of the second element around one atom of the first."""
    g = measures.partial_g(atoms, measures.neighbor_list(atoms, measures.RANGE), pair)
    edges = np.linspace(0.0, measures.RANGE, measures.N_BINS + 1)
    shells = 4.0 / 3.0 * math.pi * np.diff(edges**3)
    symbols = atoms.get_chemical_symbols()
    n_second = symbols.count(pair[1]) - (pair[0] == pair[1])
    return np.sum((g * shells)[measures.bin_centers() < distance]) * n_second / atoms.get_volume()


@pytest.mark.parametrize(
    ("pair", "shell", "expected"),
    # Lengths of bonds in diamond: √3/4 a, half of it to the oxygen in its middle, √2/4 a from oxygen to oxygen.
    [
        (("Si", "O"), math.sqrt(3) / 8, 4),
        (("O", "Si"), math.sqrt(3) / 8, 2),
        (("O", "O"), math.sqrt(2) / 4, 6),
        (("Si", "Si"), math.sqrt(3) / 4, 4),
    ],
)
def test_g_of_cristobalite_counts_its_neighbors_where_they_are(measures, cristobalite, pair, shell, expected):
    distance = shell * 7.16
    assert neighbors_within(measures, cristobalite, pair, distance - 0.1) == pytest.approx(0.0, abs=1e-12)
    assert neighbors_within(measures, cristobalite, pair, distance + 0.1) == pytest.approx(expected, rel=1e-12)


def test_angles_of_cristobalite_are_those_of_a_tetrahedron_and_straight(measures, cristobalite):
    numbers = measures.measure([cristobalite]).numbers
    assert numbers["OSiO"] == pytest.approx(math.degrees(math.acos(-1 / 3)), abs=1e-6)
    assert numbers["SiOSi"] == pytest.approx(180.0, abs=1e-5)
    assert numbers["bond"] == pytest.approx(math.sqrt(3) / 8 * 7.16, rel=1e-12)
    assert (numbers["coordination"], numbers["fourfold"]) == (4.0, 1.0)


def test_quartz_as_measured_has_the_angle_and_the_bonds_of_the_paper(measures, runs):
    # Levien, Prewitt, Weidner, Am. Mineral. 65, 920 (1980): Si-O-Si 143.7 degrees, bonds of 1.605 and 1.614 Å
    numbers = measures.measure([runs.quartz((2, 1, 2))]).numbers
    assert numbers["SiOSi"] == pytest.approx(143.7, abs=0.1)
    assert numbers["bond"] == pytest.approx(0.5 * (1.605 + 1.614), abs=0.001)
    assert runs.n_atoms((2, 1, 2)) == len(runs.quartz((2, 1, 2)))


def test_g_of_an_ideal_gas_is_one(measures):
    rng = np.random.default_rng(0)
    atoms = Atoms("Si400O800", positions=rng.uniform(0.0, 20.0, (1200, 3)), cell=[20.0] * 3, pbc=True)
    pairs = measures.neighbor_list(atoms, measures.RANGE)
    far = measures.bin_centers() > 2.0
    for pair in measures.PAIRS:
        g = measures.partial_g(atoms, pairs, pair)[far]
        # A sphere of 7 Å has 14000 pairs and more of each kind: noise of their number is below 1 %.
        assert g.mean() == pytest.approx(1.0, abs=0.03)


def test_what_is_not_bonded_has_no_angle(measures):
    gas = Atoms("Si2O2", positions=[(0, 0, 0), (5, 0, 0), (0, 5, 0), (0, 0, 5)], cell=[10.0] * 3, pbc=True)
    with pytest.raises(measures.NNPError, match=r"this is no SiO2"):
        measures.measure([gas])


def test_maximum_is_found_between_bins(measures):
    r = measures.bin_centers()
    for position in (1.603, 1.625, 1.64):
        # Curvature is that of the peak's top; a parabola over 0.24 Å of a Gaussian is off by its fourth power only.
        assert measures.peak(np.exp(-((r - position) ** 2) / (2 * 0.2**2))) == pytest.approx(position, abs=0.005)


def test_mean_has_the_standard_error_of_independent_samples(measures):
    found = measures.averaged([1.0, 2.0, 3.0])
    assert (found.mean, found.error) == (2.0, pytest.approx(1.0 / math.sqrt(3.0)))
    assert np.isnan(measures.averaged([1.0]).error)


def test_noise_of_g_is_what_its_errors_alone_would_make(measures):
    import silica_compare

    rng = np.random.default_rng(1)
    errors = np.full(measures.N_BINS, 0.3)
    first, second = (measures.Averaged(rng.normal(1.0, 0.3, measures.N_BINS), errors) for _ in range(2))
    difference, noise = silica_compare.g_difference(first, second)
    assert noise == pytest.approx(0.3 * math.sqrt(2.0) * math.sqrt(2.0 / math.pi))  # mean of |x|, x normal
    assert difference == pytest.approx(noise, rel=0.2)


def test_columns_have_the_names_that_lammps_gives_them(measures, runs, tmp_path):
    run = runs.SilicaRun("in.glass.lmp", tmp_path / "one", (1, 1, 1), {}, 10)
    run.file("cell").write_text(
        "# Time-averaged data for fix cell\n# TimeStep v_density c_thermo_temp\n10 2.2 300\n20 2.4 301\n"
    )
    assert measures.read_columns(run, "cell")["v_density"].tolist() == [2.2, 2.4]
    run.file("cell").write_text("# Time-averaged data for fix cell\n# TimeStep v_density c_thermo_temp\n")
    with pytest.raises(measures.NNPError, match=r"one\.cell: no numbers"):
        measures.read_columns(run, "cell")


def test_a_finished_run_is_kept_until_something_it_depends_on_changes(runs, tmp_path):
    import kept_runs

    potential = tmp_path / "SiO2.nnp"
    potential.write_text("one\n")
    run = runs.SilicaRun("in.glass.lmp", tmp_path / "one", (1, 1, 1), {"seed": 1}, 10, "pair_nn.lmp", potential)
    run.file("digest").write_text(run.digest())
    assert not kept_runs.is_finished(run)
    run.file("log").write_text("Loop time of 1\n")
    assert not kept_runs.is_finished(run)  # killed
    run.file("log").write_text("Total wall time: 0:00:01\n")
    assert kept_runs.is_finished(run)
    assert not kept_runs.is_finished(replace(run, variables={"seed": 2}))
    potential.write_text("another\n")
    assert not kept_runs.is_finished(run)


def test_committed_potential_is_small_text_made_by_the_command_and_the_configuration_of_the_example():
    text = (THESIS / "silica" / "SiO2.nnp").read_text(encoding="utf-8")
    assert len(text.encode()) <= LARGEST_FILE
    assert "examples/thesis/silica/run.py --train" in text.splitlines()[1]
    used = json.loads(next(line for line in text.splitlines() if line.startswith("config ")).removeprefix("config "))
    asked = yaml.safe_load((THESIS / "silica" / "train.yaml").read_text(encoding="utf-8"))
    for key in ("symmetry_functions", "network", "loss"):
        assert {name: used[key][name] for name in asked[key]} == asked[key]
    assert (used["epochs"], used["batch_size"], used["seed"]) == (asked["epochs"], asked["batch_size"], asked["seed"])

"""Thesis chapter 9, silicon: what its analysis makes of data whose answers are known."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.units import kB

from nnmanybody.config import read_config
from nnmanybody.potential import Potential

THESIS = Path(__file__).resolve().parents[2] / "examples" / "thesis"
HERE = THESIS / "silicon_properties"
# Stillinger-Weber silicon, GPa: Cowley, Phys. Rev. Lett. 60, 2379 (1988)
SW = {"C11": 151.4, "C12": 76.4, "C44": 56.4}
SW_EDGE = 5.431  # Å, at which the potential was made
LARGEST_FILE = 200 * 1024


@pytest.fixture(scope="module")
def example():
    """The modules of the example, as its script imports them."""
    sys.path[:0] = [str(HERE), str(THESIS)]
    try:
        import silicon_properties_analysis as analysis
        import silicon_properties_comparison as comparison
        import silicon_properties_crystal as crystal
        import silicon_properties_files as files
        import silicon_properties_runs as runs
        import silicon_properties_states as states

        yield {
            "analysis": analysis,
            "comparison": comparison,
            "crystal": crystal,
            "files": files,
            "runs": runs,
            "states": states,
        }
    finally:
        sys.path.remove(str(HERE))
        sys.path.remove(str(THESIS))


@pytest.fixture
def analysis(example):
    return example["analysis"]


def test_mean_and_error_of_independent_values(analysis):
    found = analysis.mean_of([1.0, 2.0, 3.0, 4.0])
    assert found.value == 2.5
    assert found.error == pytest.approx(np.sqrt(5.0 / 3.0) / 2.0)  # variance with n - 1, over n


def test_values_with_errors_together(analysis):
    alone = analysis.Estimate(1.0, 0.3)
    assert analysis.together([alone]) == alone
    near = analysis.together([alone, analysis.Estimate(1.0, 0.4)])
    assert near == analysis.Estimate(1.0, pytest.approx(0.25))  # √(0.3² + 0.4²) / 2
    assert analysis.together([alone, analysis.Estimate(5.0, 0.4)]) == analysis.Estimate(3.0, 2.0)  # 4 / √2 / √2


def test_blocks_see_the_memory_of_a_series(analysis):
    # Every value 100 times: as many independent values as there are values, whatever the length of the series.
    rng = np.random.default_rng(0)
    series = np.repeat(rng.normal(3.0, 1.0, 600), 100)
    found = analysis.block_average(series, 60)
    assert found.error == pytest.approx(1.0 / np.sqrt(600), rel=0.3)
    assert abs(found.value - 3.0) < 4.0 * found.error


def test_line_and_its_errors(analysis):
    x = np.array([0.0, 1.0, 2.0, 3.0])
    line = analysis.fit_line(x, [analysis.Estimate(2.0 * t - 3.0, 0.1) for t in x])
    assert line.slope.value == pytest.approx(2.0)
    assert line.slope.error == pytest.approx(0.1 / np.sqrt(5.0))  # σ / √Σ(x - <x>)²
    assert line.at(3.0).value == pytest.approx(3.0)
    assert line.at(3.0).error == pytest.approx(0.1 * np.sqrt(1 / 4 + 1.5**2 / 5.0))
    assert line.zero().value == pytest.approx(1.5)
    assert line.zero().error == pytest.approx(0.1 / np.sqrt(4) / 2.0)  # in the middle


def test_points_off_the_line_make_its_errors_larger(analysis):
    off = [analysis.Estimate(value, 0.1) for value in (0.0, 2.0, 1.0, 3.0)]
    # χ² per degree of freedom by hand: residuals of 0.8 x + 0.3 are -0.3, 0.9, -0.9, 0.3.
    stretch = np.sqrt(1.8 / 2) / 0.1
    assert analysis.fit_line([0, 1, 2, 3], off).slope.error == pytest.approx(stretch * 0.1 / np.sqrt(5.0))


def test_mean_slope_is_that_between_the_ends(analysis):
    values = {t: analysis.Estimate(t**2, 0.3 * t) for t in (3.0, 1.0, 4.0)}
    found = analysis.mean_slope(values)
    assert found.value == pytest.approx(5.0)
    assert found.error == pytest.approx(np.hypot(0.3, 1.2) / 3.0)


def test_rate_of_a_series_that_rises(analysis):
    rng = np.random.default_rng(1)
    time = 0.02 * np.arange(2400)
    found = analysis.rate(1.0 - 0.3 * time + rng.normal(0.0, 0.1, len(time)), 0.02, 48)
    assert found.value == pytest.approx(-0.3, abs=4.0 * found.error)
    # σ / √Σ(t - <t>)², with Σ = T² n / 12
    assert found.error == pytest.approx(0.1 / (time[-1] * np.sqrt(2400 / 12)), rel=0.3)


def test_nothing_is_measured_when_one_phase_is_used_up(analysis):
    molten = np.concatenate([np.linspace(0.6, 1.0, 400), np.ones(600)])
    cut = analysis.while_both_are_there(molten)
    assert cut[-1] == pytest.approx(0.9, abs=0.01)
    assert analysis.rate(cut, 0.1).value == pytest.approx(0.4 / 399 / 0.1)
    half = np.full(300, 0.5)
    assert len(analysis.while_both_are_there(half)) == 300
    assert len(analysis.while_both_are_there(half + 0.5)) == 300  # never was there


def test_bracket_leaves_out_what_is_not_sure(analysis):
    rates = [analysis.Estimate(value, 1.0) for value in (-9.0, -5.0, -1.0, 1.5, 4.0)]
    assert analysis.bracket([1500, 1600, 1650, 1700, 1800], rates) == (1600.0, 1800.0)
    assert analysis.bracket([1500], [analysis.Estimate(0.0, 1.0)]) == (-np.inf, np.inf)


def test_diffusion_of_a_random_walk(analysis):
    # Steps of variance s² along each axis, every dt: <r²> = 3 s² t / dt, D = s² / (2 dt). Drift counts nothing.
    rng = np.random.default_rng(2)
    step, interval = 0.2, 0.1
    walk = np.cumsum(rng.normal(0.0, step, (240, 400, 3)), axis=0) + 5.0 * np.arange(240)[:, None, None]
    found, curve = analysis.diffusion(walk, interval)
    in_a2_per_ps = step**2 / (2.0 * interval)
    assert found.value == pytest.approx(10.0 * in_a2_per_ps, abs=4.0 * found.error)  # 1 Å²/ps = 1e-4 cm²/s
    assert found.error < 0.1 * found.value
    assert curve[0] == 0.0
    assert curve[10] == pytest.approx(30 * step**2, rel=0.05)


def test_vibrations_of_atoms_that_swing_at_one_frequency(analysis):
    rng = np.random.default_rng(3)
    time = 0.01 * np.arange(2400)
    velocities = np.cos(2.0 * np.pi * 7.5 * time[:, None, None] + rng.uniform(0.0, 2 * np.pi, (1, 20, 3)))
    curve = analysis.density_of_states(velocities, 0.01)
    assert curve.x[curve.mean.argmax()] == pytest.approx(7.5)
    assert (curve.mean * (curve.x[1] - curve.x[0])).sum() == pytest.approx(1.0)


def test_parts_of_distributions_that_are_elsewhere(analysis):
    x, none = np.arange(4.0), np.zeros(4)
    one, other = (analysis.Curve(x, np.array(mean), none) for mean in ([1.0, 1.0, 0.0, 0.0], [0.0, 2.0, 2.0, 0.0]))
    assert analysis.misplaced(one, one) == 0.0
    assert analysis.misplaced(one, other) == pytest.approx(0.5)
    assert analysis.mean_difference(one, other) == pytest.approx((1 + 1 + 2) / 4)


def test_stillinger_weber_at_rest_is_that_of_the_literature(example):
    crystal = example["crystal"]
    found = crystal.at_rest(crystal.calculator_of(None))
    assert found.constant.value == pytest.approx(SW_EDGE, abs=1e-3)
    for name, value in SW.items():
        assert found.elastic[name].value == pytest.approx(value, rel=0.005)
        assert found.elastic[name].error < 0.1


@pytest.fixture(scope="module")
def cold_crystal(example, tmp_path_factory):
    """A crystal at 1 K by Stillinger-Weber, simulated and read as the example does it; the runs, their folder."""
    states, runs = example["states"], example["runs"]
    cold = states.Part((2, 2, 2), (1.0,), steps=120, settling=40, motion=20)
    sizes = states.Sizes(cold, cold, cold, cold, solid_at=1.0, liquid_at=1.0, melting=20, blocks=3)
    made, folder = states.solid_runs(sizes, runs.SW), tmp_path_factory.mktemp("cold")
    runs.run_missing("cold", list(made.values()), folder)
    return made[1.0], folder


def test_bonds_and_angles_of_the_crystal(example, cold_crystal):
    run, folder = cold_crystal
    files = example["files"]
    r, pairs = files.read_blocks(run.file(folder, "rdf"))
    assert len(pairs) >= 3  # blocks
    first = r < 3.0
    assert r[first][pairs.mean(axis=0)[first].argmax()] == pytest.approx(np.sqrt(3) / 4 * SW_EDGE, abs=0.05)  # bins
    degrees, angles = files.read_blocks(run.file(folder, "adf"))
    assert np.average(degrees, weights=angles.mean(axis=0)) == pytest.approx(np.degrees(np.arccos(-1 / 3)), abs=0.5)


def test_energy_of_the_crystal_and_records_of_its_motion(example, cold_crystal):
    run, folder = cold_crystal
    trace = example["files"].read_trace(run.file(folder, "trace"))
    atoms = bulk("Si", "diamond", a=SW_EDGE, cubic=True)
    atoms.calc = example["crystal"].calculator_of(None)
    vibration = 1.5 * kB * 1.0  # of the potential energy, per atom
    assert trace.energies.mean() == pytest.approx(atoms.get_potential_energy() / 8 + vibration, abs=vibration)
    assert 8 * trace.volumes.mean() == pytest.approx(SW_EDGE**3, rel=1e-3)
    assert example["files"].read_dump(run.file(folder, "path")).shape == (20 // 5 + 1, 64, 4)


def test_finished_runs_are_kept_and_others_not(example, cold_crystal):
    run, folder = cold_crystal
    runs = example["runs"]
    log = run.log(folder)
    before = log.stat().st_mtime_ns
    runs.run_missing("again", [run], folder)
    assert log.stat().st_mtime_ns == before
    begun_with = folder / f"{run.name}.digest"
    begun_with.write_text(json.dumps({**json.loads(begun_with.read_text()), "seed": "another"}))
    runs.run_missing("again", [run], folder)
    assert log.stat().st_mtime_ns != before


def test_what_the_pair_style_says_of_its_ranges(example, tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "nn/manybody: 0 of 26 checks (every 20 steps) found atoms outside of the training ranges\n"
        "nn/manybody: 4 of 51 checks (every 20 steps) found atoms outside of the training ranges: up to 2 of 64 "
        "at once; the worst was symmetry function 1 (G2 neighbor Si cutoff 3.8 eta 9.18 r_shift 1.6) of atom 54 (Si), "
        "by 0.2288 of the width of its range, at step 1100\n"
    )
    first, second = example["files"].read_outside(log)
    assert first == example["files"].Outside(26, 0, 0.0, 0.0)
    assert second == example["files"].Outside(51, 4, 2 / 64, 0.2288)
    assert first + second == example["files"].Outside(77, 4, 2 / 64, 0.2288)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(5.430951, 0.00012, "5.43095 ± 0.00012"), (1691.3, 18.0, "1691 ± 18"), (0.5, 0.0, "0.5"), (1.0, np.inf, "1")],
)
def test_values_have_the_digits_that_their_errors_leave(example, value, error, text):
    assert example["comparison"].shown(example["analysis"].Estimate(value, error)) == text


def test_the_potential_is_what_the_configuration_makes():
    """It has the functions and layers of the file; it is small enough to be here."""
    config = read_config(HERE / "silicon_properties_train.yaml")
    potential = HERE / "Si.nnp"
    assert potential.stat().st_size < LARGEST_FILE
    text = potential.read_text(encoding="utf-8")
    for line in config.symmetry_functions.functions["Si"]:
        assert line.split(" cutoff_function")[0] in text
    assert f"symmetry_functions {len(config.symmetry_functions.functions['Si'])}\n" in text
    assert Potential.read(potential).evaluate(bulk("Si", cubic=True)).energy == pytest.approx(8 * -4.3366, rel=1e-3)

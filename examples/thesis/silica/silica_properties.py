"""Settings -> runs of quartz and glass with network and reference -> their properties with error bars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from common import FloatArray
from kept_runs import finish
from silica_measures import Averaged, Sample, averaged, blocks, measure, read_columns, read_configurations
from silica_runs import SilicaRun, n_atoms
from silica_settings import GlassSettings, QuartzSettings, Settings, stretch

N_BLOCKS = 5
"""Parts of a trajectory of quartz whose scatter gives the error bars."""
YEARS = (1990, 1994, 1997)
YEAR = 1994
NETWORK, REFERENCE = "network", "Vashishta"
Numbers = dict[str, Averaged]


@dataclass(frozen=True)
class System:
    """What one potential makes of quartz or of the glass; means over samples with their errors.

    Attributes
    ----------
    numbers, curves : dict of str to Averaged
        Names are those of `Sample`, and a, c (Å), density (g/cm³).
    runs : tuple of SilicaRun
    """

    numbers: Numbers
    curves: Numbers
    runs: tuple[SilicaRun, ...]


def _by(run: SilicaRun, name: str, potential: Path) -> SilicaRun:
    """Let the network make the forces, or leave that to the reference."""
    return replace(run, pair="pair_nn.lmp", potential=potential) if name == NETWORK else run


def _quartz_run(quartz: QuartzSettings, out: Path, year: int = YEAR) -> SilicaRun:
    variables = {
        **dict(zip(("nx", "ny", "nz"), quartz.repeat, strict=True)),
        "temperature": quartz.temperature,
        "seed": 1,
        "equilibration": quartz.equilibration,
        "steps": quartz.steps,
        "every": quartz.every,
        "year": year,
    }
    steps = quartz.equilibration + quartz.steps
    return SilicaRun("in.quartz.lmp", out, quartz.repeat, variables, steps)


def _glass_run(glass: GlassSettings, out: Path, seed: int) -> SilicaRun:
    names = ("hot", "cold", "melting", "cooling", "freezing", "settling", "steps", "every")
    variables = {**{name: getattr(glass, name) for name in names}, "seed": seed, "stretch": stretch(glass.density)}
    steps = glass.melting + glass.cooling + glass.freezing + glass.settling + glass.steps
    return SilicaRun("in.glass.lmp", out, glass.repeat, variables, steps)


def choice(settings: Settings, folder: Path) -> dict[int, dict[str, float]]:
    """Say what each of the three published references makes of quartz: at 0 K, and whether it stays quartz when hot."""
    runs = {year: _quartz_run(settings.choice, folder / f"vashishta_{year}", year) for year in YEARS}
    finish("which reference keeps quartz", list(runs.values()))
    found: dict[int, dict[str, float]] = {}
    for year, run in runs.items():
        hot = measure(read_configurations(run)).numbers
        found[year] = {**relaxed_numbers(run), "fourfold": hot["fourfold"]}
    return found


def relaxed_numbers(run: SilicaRun) -> dict[str, float]:
    """Lattice constants (Å), density (g/cm³), energy (eV/atom) and mean angle Si-O-Si (degrees) at 0 K."""
    row = np.loadtxt(run.file("relaxed"))
    numbers = {"a": float(row[:2].mean()), "c": float(row[2]), "density": float(row[3]), "energy": float(row[4])}
    return {**numbers, "SiOSi": measure(read_configurations(run, "crystal")).numbers["SiOSi"]}


def quartz(settings: Settings, potential: Path, folder: Path) -> dict[str, System]:
    """Quartz with either potential; samples are parts of the trajectory."""
    runs = {
        name: _by(_quartz_run(settings.quartz, folder / f"quartz_{name}"), name, potential)
        for name in (NETWORK, REFERENCE)
    }
    finish("quartz", list(runs.values()))
    return {name: _quartz_system(run) for name, run in runs.items()}


def _quartz_system(run: SilicaRun) -> System:
    frames = read_configurations(run)
    parts = [measure([frames[i] for i in part]) for part in np.array_split(np.arange(len(frames)), N_BLOCKS)]
    cell = read_columns(run, "cell")
    in_plane = 0.5 * (cell["v_a"] + cell["v_b"])
    series = {"a": in_plane, "c": cell["v_c"], "density": cell["v_density"]}
    over_time = {name: blocks(values, N_BLOCKS) for name, values in series.items()}
    cold = {f"{name}_0K": Averaged(np.array(value), np.array(0.0)) for name, value in relaxed_numbers(run).items()}
    return System(cold | _numbers(parts, over_time), _curves(parts), (run,))


def glass(settings: Settings, potential: Path, folder: Path) -> dict[str, System]:
    """Make glasses with either potential, by the same protocol; samples are glasses from independent melts."""
    runs = {
        name: tuple(
            _by(_glass_run(settings.glass, folder / f"glass_{name}_{seed}", seed), name, potential)
            for seed in settings.glass.seeds
        )
        for name in (NETWORK, REFERENCE)
    }
    finish("glass: melt, quench, 300 K", [run for each in runs.values() for run in each])
    return {name: _glass_system(each) for name, each in runs.items()}


def _glass_system(runs: tuple[SilicaRun, ...]) -> System:
    samples = [measure(read_configurations(run)) for run in runs]
    density = [float(read_columns(run, "cell")["v_density"].mean()) for run in runs]
    return System(_numbers(samples, {"density": density}), _curves(samples), runs)


def _numbers(samples: list[Sample], others: Mapping[str, list[float]]) -> Numbers:
    named = {name: [sample.numbers[name] for sample in samples] for name in samples[0].numbers}
    return {name: averaged(values) for name, values in {**others, **named}.items()}


def _curves(samples: list[Sample]) -> Numbers:
    return {name: averaged([sample.curves[name] for sample in samples]) for name in samples[0].curves}


@dataclass(frozen=True)
class Outside:
    """Atoms outside of the training ranges in runs with the network, every 100 steps.

    Attributes
    ----------
    step : (n,) float64
    share : (n,) float64
        Of the atoms; mean over the runs.
    overshoot : (n,) float64
        The largest of any atom and run, in widths of the training ranges.
    """

    step: FloatArray
    share: FloatArray
    overshoot: FloatArray

    def part(self, start: float, end: float) -> "Outside":
        """Return the steps from one to another."""
        inside = (self.step >= start) & (self.step <= end)
        return Outside(self.step[inside], self.share[inside], self.overshoot[inside])


def outside(system: System) -> Outside:
    """Read what the runs of the network noted."""
    tables = [read_columns(run, "outside") for run in system.runs]
    shares = [table["c_n_outside"] / n_atoms(run.repeat) for table, run in zip(tables, system.runs, strict=True)]
    overshoots = [table["c_outside"] for table in tables]
    return Outside(tables[0]["TimeStep"], np.mean(shares, axis=0), np.max(overshoots, axis=0))

"""Sizes and potentials -> everything that is simulated and computed, with both potentials."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common import FloatArray, note
from silicon_properties_analysis import Curve
from silicon_properties_comparison import shown
from silicon_properties_crystal import Rest, at_rest, calculator_of
from silicon_properties_files import Outside, read_dump
from silicon_properties_phases import (
    Coexistence,
    Motion,
    Phase,
    coexistence_of,
    motion_of,
    outside_of,
    phase_of,
    structure_of,
    vibrations_of,
)
from silicon_properties_runs import SW, SW_AGAIN, Interaction, Run, run_missing
from silicon_properties_states import LAST_BAR, Sizes, coexistence_runs, liquid_runs, outside_runs, solid_runs

FORCES, OVERSHOOT = slice(5, 8), 8
"""Columns of the dumps of in.silicon_outside.lmp."""
GPA_PER_BAR = 1e-4


@dataclass(frozen=True)
class Way:
    """A way out of the training range.

    Attributes
    ----------
    label : str
        Of the state.
    state, overshoot, error : (n,) float64
        Temperature or pressure; overshoot of the worst atom, in widths of the range; error of the forces, eV/Å.
    """

    label: str
    state: FloatArray
    overshoot: FloatArray
    error: FloatArray


@dataclass(frozen=True)
class Chance:
    """What Stillinger-Weber gives from another start: g(r), angles and vibrations."""

    solid: tuple[Curve, Curve]
    liquid: tuple[Curve, Curve]
    vibrations: Curve


@dataclass(frozen=True)
class Results:
    """Everything, by name of the potential: SW, NN; `outside` by phase, `ways` by name of the way."""

    rest: dict[str, Rest]
    solid: dict[str, Phase]
    vibrations: dict[str, Curve]
    liquid: dict[str, Phase]
    motion: dict[str, Motion]
    coexistence: dict[str, Coexistence]
    chance: Chance
    outside: dict[str, Outside]
    ways: dict[str, Way]


def simulate(sizes: Sizes, network: Interaction, potential: Path, folder: Path) -> Results:
    """Run what is missing, phase by phase, and read it all."""
    both = (SW, network)
    rest = {"SW": at_rest(calculator_of(None)), "NN": at_rest(calculator_of(potential))}
    note("crystal at 0 K: lattice constants " + _both({name: shown(one.constant) for name, one in rest.items()}, "Å"))

    runs = {one.name: solid_runs(sizes, one) for one in both}
    coldest = min(sizes.solid.temperatures)
    _run("solid", runs, folder)
    solid = {name: phase_of(each, folder, sizes.blocks) for name, each in runs.items()}
    vibrations = {name: vibrations_of(each[coldest], folder, sizes.blocks) for name, each in runs.items()}
    outside = {"solid": outside_of(runs["NN"].values(), folder)[1]}
    note("solid: heat capacity " + _both({name: shown(one.heat_capacity) for name, one in solid.items()}, "k per atom"))

    runs = {one.name: liquid_runs(sizes, one) for one in both}
    _run("liquid", runs, folder)
    liquid = {name: phase_of(each, folder, sizes.blocks) for name, each in runs.items()}
    motion = {name: motion_of(each, folder, sizes.blocks) for name, each in runs.items()}
    melted, outside["liquid"] = outside_of(runs["NN"].values(), folder)
    note(
        "liquid: heat capacity " + _both({name: shown(one.heat_capacity) for name, one in liquid.items()}, "k per atom")
    )

    starts = {one.name: coexistence_runs(sizes, one, solid[one.name].constant) for one in both}
    every = {name: [run for runs in each.values() for run in runs] for name, each in starts.items()}
    run_missing("half solid, half liquid", [run for each in every.values() for run in each], folder)
    coexistence = {name: coexistence_of(each, folder, solid[name], liquid[name]) for name, each in starts.items()}
    melted_too, outside["coexistence"] = outside_of(every["NN"], folder)
    outside["melting"] = melted + melted_too
    for name, one in coexistence.items():
        note("{}: crystals grow up to {:g} K and melt from {:g} K on".format(name, *one.bracket))
    note("melting point " + _both({name: shown(one.melting) for name, one in coexistence.items()}, "K"))

    chance, ways = _chance(sizes, folder), _ways(sizes, network, folder)
    return Results(rest, solid, vibrations, liquid, motion, coexistence, chance, outside, ways)


def _chance(sizes: Sizes, folder: Path) -> Chance:
    """Run Stillinger-Weber once more where curves are compared."""
    solid, liquid = (make(sizes, SW_AGAIN) for make in (solid_runs, liquid_runs))
    coldest = solid[min(solid)]
    runs = (solid[sizes.solid_at], liquid[sizes.liquid_at], coldest)
    run_missing("Stillinger-Weber from another start", list({run.name: run for run in runs}.values()), folder)
    compared = (structure_of(run, folder) for run in runs[:2])
    return Chance(*compared, vibrations_of(coldest, folder, sizes.blocks))


def _run(title: str, runs: dict[str, dict[float, Run]], folder: Path) -> None:
    run_missing(title, [run for each in runs.values() for run in each.values()], folder)


def _both(values: dict[str, str], unit: str) -> str:
    return ", ".join(f"{value} ({name})" for name, value in values.items()) + f" {unit}"


def _ways(sizes: Sizes, network: Interaction, folder: Path) -> dict[str, Way]:
    """Take a liquid out of the training range, and ask Stillinger-Weber about it."""
    explored, checked = outside_runs(sizes, network, folder)
    run_missing("on the way out", list(explored.values()), folder)
    run_missing("the same by Stillinger-Weber", list(checked.values()), folder)
    ends = {
        "heated": ("temperature of the thermostat (K)", sizes.outside.temperatures),
        "compressed": ("pressure of the barostat (GPa)", (0.0, LAST_BAR * GPA_PER_BAR)),
    }
    ways = {}
    for name, run in explored.items():
        rows = read_dump(run.file(folder, "path"))
        forces = read_dump(checked[name].file(folder, "forces"))[:, :, FORCES]
        label, between = ends[name]
        ways[name] = Way(
            label,
            np.linspace(*between, len(rows)),
            rows[:, :, OVERSHOOT].max(axis=1),
            np.sqrt(np.mean((rows[:, :, FORCES] - forces) ** 2, axis=(1, 2))),
        )
    return ways

"""Sizes -> the runs that every quantity comes from, with either potential."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from silicon_properties_analysis import Line
from silicon_properties_runs import SW, Interaction, Run, State

RANGE, BINS = 7.0, 140
"""g(r) up to this distance, Å."""
BOND = 3.0
"""Å; in the liquid the first shell ends about there."""
LAST_BAR = 1e6
"""Of the compression; 100 GPa."""
VELOCITIES_EVERY, POSITIONS_EVERY = 5, 50


@dataclass(frozen=True)
class Part:
    """One phase: cells, temperatures (K), and how long.

    Attributes
    ----------
    cells : (3,) int
    temperatures : tuple of float, K
    steps : int
        At constant pressure; of solid and liquid 20 times a multiple of the number of blocks.
    settling : int, steps
        Before something is measured.
    motion : int, steps
        At constant volume; of the solid at the lowest temperature only.
    starts : int
        Independent runs; of solid beside liquid only.
    """

    cells: tuple[int, int, int]
    temperatures: tuple[float, ...]
    steps: int
    settling: int
    motion: int = 0
    starts: int = 1


@dataclass(frozen=True)
class Sizes:
    """All phases.

    Attributes
    ----------
    solid, liquid, coexistence, outside : Part
    solid_at, liquid_at : float, K
        Whose g(r) and angles are compared.
    melting : int, steps
    blocks : int
        Parts of a run that give the error bars.
    """

    solid: Part
    liquid: Part
    coexistence: Part
    outside: Part
    solid_at: float
    liquid_at: float
    melting: int
    blocks: int = 6


def solid_runs(sizes: Sizes, interaction: Interaction) -> dict[float, Run]:
    """Crystals without pressure; at the lowest temperature with velocities."""
    part = sizes.solid
    lowest = min(part.temperatures)
    return {
        t: _averages(
            f"solid_{t:g}K",
            State(part.cells, t, 200 + number + interaction.seed, equilibration=part.settling),
            interaction,
            {
                "steps": part.steps,
                "block": part.steps // sizes.blocks,
                "motion": part.motion if t == lowest else 0,
                "columns": "id vx vy vz",
                "every": VELOCITIES_EVERY,
            },
        )
        for number, t in enumerate(part.temperatures)
    }


def liquid_runs(sizes: Sizes, interaction: Interaction) -> dict[float, Run]:
    """Liquids without pressure, then at constant volume with the paths of their atoms."""
    part = sizes.liquid
    return {
        t: _averages(
            f"liquid_{t:g}K",
            State(
                part.cells,
                t,
                300 + number + interaction.seed,
                molten="all",
                melting=sizes.melting,
                equilibration=part.settling,
            ),
            interaction,
            {
                "steps": part.steps,
                "block": part.steps // sizes.blocks,
                "motion": part.motion,
                "columns": "id xu yu zu",
                "every": POSITIONS_EVERY,
            },
        )
        for number, t in enumerate(part.temperatures)
    }


def coexistence_runs(sizes: Sizes, interaction: Interaction, constant: Line) -> dict[float, list[Run]]:
    """Half solid, half liquid, at constant pressure along the normal of the interfaces; several starts each.

    Parameters
    ----------
    constant : Line
        Lattice constant of this potential over the temperature: the crystal is not strained along the interfaces.
    """
    part = sizes.coexistence
    runs: dict[float, list[Run]] = {}
    for number, t in enumerate(part.temperatures):
        for start in range(part.starts):
            state = State(
                part.cells,
                t,
                400 + number + 50 * start + interaction.seed,
                constant=constant.at(t).value,
                molten="half",
                couple="z",
                melting=sizes.melting,
                equilibration=part.settling,
            )
            name = f"both_{t:g}K" + (f"_{start}" if start else "")
            variables = {"steps": part.steps, "block": 0, "motion": 0, "columns": "id", "every": 1}
            runs.setdefault(t, []).append(_averages(name, state, interaction, variables))
    return runs


def outside_runs(sizes: Sizes, interaction: Interaction, folder: Path) -> tuple[dict[str, Run], dict[str, Run]]:
    """Take a liquid out of the training range, in two directions, and let Stillinger-Weber compute its forces."""
    part = sizes.outside
    begin = part.temperatures[0]
    ends = {
        "heated": {"last_temperature": part.temperatures[1], "last_bar": 0.0},
        "compressed": {"last_temperature": begin, "last_bar": LAST_BAR},
    }
    explored, checked = {}, {}
    for number, (name, end) in enumerate(ends.items()):
        state = State(part.cells, begin, 500 + number, molten="all", melting=sizes.melting, equilibration=part.settling)
        every = part.steps // 50
        variables = {**state.variables, **end, "steps": part.steps, "every": every}
        explored[name] = Run(f"outside_{name}", "in.silicon_outside.lmp", interaction, variables, {"path": ".dump"})
        # All that the path depends on: another path has to be checked again.
        rerun = {**variables, "path": explored[name].file(folder, "path"), "of": interaction.fingerprint}
        checked[name] = Run(f"rerun_{name}", "in.silicon_rerun.lmp", SW, rerun, {"forces": ".dump"})
    return explored, checked


def _averages(name: str, state: State, interaction: Interaction, variables: Mapping[str, object]) -> Run:
    fixed = {"range": RANGE, "bins": BINS, "bond": BOND}
    outputs = {"trace": ".trace", "rdf": ".rdf", "adf": ".adf", "path": ".dump"}
    return Run(
        f"{interaction.name}_{name}",
        "in.silicon_averages.lmp",
        interaction,
        {**state.variables, **fixed, **variables},
        outputs,
    )

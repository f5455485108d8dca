"""Stillinger-Weber silicon, solid, liquid and both -> training configurations -> a potential."""

from pathlib import Path

from nnmanybody.data import read_frames
from silicon_properties_runs import SW, Run, State, run_missing

SMALL_CELL, COEXISTENCE = (2, 2, 2), (2, 2, 4)
STATES = {
    **{f"solid_{t}K": State(SMALL_CELL, t, 10 + i) for i, t in enumerate((100, 300, 900, 1500, 1900))},
    **{f"solid_900K_{gpa}GPa": State(SMALL_CELL, 900, 20 + gpa, bar=1e4 * gpa) for gpa in (-4, 6)},
    **{f"liquid_{t}K": State(SMALL_CELL, t, 30 + i, molten="all") for i, t in enumerate((1500, 1800, 2200, 3500))},
    **{f"liquid_2000K_{gpa}GPa": State(SMALL_CELL, 2000, 40 + gpa, molten="all", bar=1e4 * gpa) for gpa in (-2, 4)},
    **{f"both_{t}K": State(COEXISTENCE, t, 50 + i, molten="half") for i, t in enumerate((1500, 1800))},
}
"""Temperatures around all that are simulated later; some pressure, which tells volumes apart."""
TEST_STATES = {
    "solid_600K": State(SMALL_CELL, 600, 110),
    "solid_1400K": State(SMALL_CELL, 1400, 111),
    "liquid_2000K": State(SMALL_CELL, 2000, 112, molten="all"),
    "both_1650K": State(COEXISTENCE, 1650, 113, molten="half"),
}


def sample(states: dict[str, State], n: int, every: int, target: Path) -> int:
    """Write n configurations of each state to one file of extended XYZ; return how many there are."""
    folder = target.parent / "samples"
    runs = [
        Run(
            f"{target.stem}_{name}",
            "in.silicon_sample.lmp",
            SW,
            {**state.variables, "steps": (n - 1) * every, "every": every, "kind": name.split("_", maxsplit=1)[0]},
            {"frames": ".xyz"},
        )
        for name, state in states.items()
    ]
    run_missing(f"{target.name}, by Stillinger-Weber", runs, folder)
    target.write_text("".join(run.file(folder, "frames").read_text(encoding="utf-8") for run in runs), encoding="utf-8")
    return len(read_frames(target))

"""Stillinger-Weber silicon, solid, liquid and both -> training configurations -> a potential and its errors."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from common import note
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from silicon_properties_runs import HERE, SW, Run, State, program, run_missing

CELLS, COEXISTENCE = (2, 2, 2), (2, 2, 4)
BAR_PER_GPA = 1e4
STATES = {
    **{f"solid_{t}K": State(CELLS, t, 10 + i) for i, t in enumerate((100, 300, 900, 1500, 1900))},
    **{f"solid_900K_{gpa}GPa": State(CELLS, 900, 20 + gpa, bar=BAR_PER_GPA * gpa) for gpa in (-4, 6)},
    **{f"liquid_{t}K": State(CELLS, t, 30 + i, molten="all") for i, t in enumerate((1500, 1800, 2200, 3500))},
    **{f"liquid_2000K_{gpa}GPa": State(CELLS, 2000, 40 + gpa, molten="all", bar=BAR_PER_GPA * gpa) for gpa in (-2, 4)},
    **{f"both_{t}K": State(COEXISTENCE, t, 50 + i, molten="half") for i, t in enumerate((1500, 1800))},
}
"""Temperatures around all that are simulated later; some pressure, which tells volumes apart."""
TEST_STATES = {
    "solid_600K": State(CELLS, 600, 110),
    "solid_1400K": State(CELLS, 1400, 111),
    "liquid_2000K": State(CELLS, 2000, 112, molten="all"),
    "both_1650K": State(COEXISTENCE, 1650, 113, molten="half"),
}
"""Others, for the errors of what was learned."""


def sample(states: Mapping[str, State], n: int, every: int, target: Path) -> int:
    """Write n configurations of each state, `every` steps apart, to one file; return how many they are."""
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
    folder = target.parent / "samples"
    run_missing(f"{target.name}, by Stillinger-Weber", runs, folder)
    target.write_text("".join(run.file(folder, "frames").read_text(encoding="utf-8") for run in runs), encoding="utf-8")
    return len(read_frames(target))


def train(folder: Path, *, small: bool) -> Path:
    """Sample, let `nnp train` learn, and say how large the errors on other configurations are; return the potential.

    Raises
    ------
    NNPError
        If a simulation or the training fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    n, every = (4, 20) if small else (40, 100)
    n_train = sample(STATES, n, every, folder / "train.xyz")
    n_test = sample(TEST_STATES, n // 2, 2 * every, folder / "test.xyz")
    note(f"{n_train} configurations to learn from, {n_test} others to test on")
    config = (HERE / "silicon_properties_train.yaml").read_text(encoding="utf-8")
    if small:
        config = yaml.safe_dump({**yaml.safe_load(config), "epochs": 2}, sort_keys=False)
    (folder / "train.yaml").write_text(config, encoding="utf-8")
    done = subprocess.run([program("nnp"), "train", folder / "train.yaml", "--overwrite"], check=False)
    if done.returncode != 0:
        raise NNPError(f"nnp train failed with exit status {done.returncode}; what it said is above")
    potential = folder / "training" / "potential.nnp"
    frames = read_frames(folder / "test.xyz")
    report = error_report(frames, predict(Potential.read(potential), frames))
    for kind, errors in report.per_config_type.items():
        force, energy = (value or 0.0 for value in (errors.force_rmse, errors.energy_rmse))
        note(f"{kind}: force error {force:.4f} eV/Å, energy error {1e3 * energy:.3f} meV/atom")
    return potential

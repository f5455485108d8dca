"""Silicon by active learning: the loop, and what uniform sampling would have cost. Everything goes to results/."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from ase import Atoms
from nnmanybody.sampling.conditions import grid
from nnmanybody.sampling.config import LammpsLabel, LoopConfig, read_loop
from nnmanybody.sampling.folder import LoopFolder
from nnmanybody.sampling.label_lammps import label_by_lammps
from nnmanybody.sampling.lammps_start import start_lammps
from nnmanybody.sampling.train import write_data

from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent
SMALL: dict[str, Any] = {
    "start": {"steps": 200, "most": 3},
    "explore": {
        "conditions": [
            {"name": "crystal", "variables": {"kind": "crystal", "temperature": 300, "every": 50}},
            {"name": "liquid", "variables": {"kind": "liquid", "temperature": 2500, "every": 50}},
        ],
        "steps": [200],
    },
    "select": {"thin": {"method": "farthest", "most": 4}},
    "train": {"settings": {"epochs": 20}},
    "stop": {"errors": {"data": "results/test.xyz", "force": 0.06}, "stable_ps": 50, "goals": "all", "iterations": 2},
}
"""What changes for the size that the tests run."""
TEST_SEED = 1001
TEST_FROM = 500
"""Steps: before, the crystal has not melted, or forgotten that it was perfect."""
UNIFORM_SIZES = (1, 2, 5)
"""Times the labels of the loop."""


def main() -> int:
    """Run all stages; exit status 0 if all targets are reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="half a minute: everything runs, nothing is accurate")
    parser.add_argument("--output", type=Path, default=HERE / "results", help="folder of the results")
    parser.add_argument("--test-set", action="store_true", help="make the test set and stop")
    parser.add_argument("--no-uniform", action="store_true", help="leave out the comparison with uniform sampling")
    arguments = parser.parse_args()
    began = time.time()
    try:
        config = prepare(arguments.output.absolute(), arguments.small)
        settings = read_loop(config)
        test_set(settings, arguments.output / "test.xyz", arguments.small)
        if arguments.test_set:
            return 0
        run_loop(config)
        summary = {"loop": of_the_loop(settings)}
        if not arguments.no_uniform:
            summary["uniform"] = uniform(settings, arguments.output, summary["loop"])
    except NNPError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    summary["seconds"] = time.time() - began
    (arguments.output / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))
    return 0 if arguments.small or summary["loop"]["reached"] else 1


def prepare(folder: Path, small: bool) -> Path:
    """Copy the files of the loop into the folder of the results, smaller if asked for; returns its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*HERE.glob("*.lmp"), HERE / "train.yaml"]:
        shutil.copy(path, folder / path.name)
    settings = yaml.safe_load((HERE / "loop.yaml").read_text(encoding="utf-8"))
    if small:
        for name, part in SMALL.items():
            settings[name] = {**settings[name], **part}
        settings["start"]["conditions"] = settings["explore"]["conditions"][:1]
    settings["folder"] = "loop"
    settings["stop"]["errors"]["data"] = "test.xyz"
    path = folder / "loop.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def test_set(settings: LoopConfig, target: Path, small: bool) -> None:
    """Let Stillinger-Weber simulate every condition from other seeds, and keep some configurations of each."""
    if target.exists():
        return
    frames: list[Frame] = []
    for number, condition in enumerate(grid(settings.explore.conditions)):
        folder = target.parent / "test" / condition.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "frames.xyz").unlink(missing_ok=True)
        (folder / "catch.lmp").write_text(
            f"compute sample all nn/sample frames.xyz alpha Si 1e9 taumax 100 atoms random 1 1 mode frame "
            f"config_type {condition.name.partition('/')[0]}\nfix ask all ave/time 1 1 1 c_sample\n",
            encoding="utf-8",
        )
        for path in HERE.glob("*.lmp"):
            shutil.copy(path, folder / path.name)
        variables = {
            **condition.variables,
            "pair": "pair_sw.lmp",
            "catch": "catch.lmp",
            "seed": TEST_SEED + number,
            "steps": TEST_FROM + (100 if small else 999),
        }
        run = start_lammps(folder, "in.silicon.lmp", variables)
        if run.status != 0:
            raise NNPError(f"{condition.name}: LAMMPS failed\n{run.errors()}")
        frames += [one for one in read_frames(folder / "frames.xyz") if one.atoms.info["step"] >= TEST_FROM]
    write_data(target, frames)


def run_loop(config: Path) -> None:
    """Begin the loop, or go on with it."""
    verb = "resume" if (config.parent / "loop" / "loop.yaml").exists() else "run"
    done = subprocess.run([PROGRAMS / "nnp", "sample", verb, config], check=False)
    if done.returncode != 0:
        raise NNPError(f"nnp sample {verb} {config} failed; what it said is above")


def of_the_loop(settings: LoopConfig) -> dict[str, Any]:
    """Return what the loop came to, and how the first potential failed."""
    folder = LoopFolder(settings.folder)
    records = folder.records("done")
    first, last = records[1], records[-1]
    bound = settings.stop.errors.force if settings.stop.errors is not None else None
    return {
        "first_potential": {
            "runs": first["runs"],
            "exploded": first["exploded"],
            "unknown_frames": first["unknown"],
            "force_rmse": records[0]["errors"]["force"],
        },
        "iterations": len(records),
        "labels": last["labelled"],
        "force_rmse": last["errors"]["force"],
        "energy_rmse": last["errors"]["energy"],
        "stable_ps": last["stable_ps"],
        "simulated_ps": sum(record["simulated_ps"] for record in records),
        "loop_seconds": sum(record["seconds"] for record in records),
        "reached": bound is not None
        and last["errors"]["force"] <= bound
        and (last["stable_ps"] or 0.0) >= (settings.stop.stable_ps or 0.0),
    }


def uniform(settings: LoopConfig, output: Path, loop: dict[str, Any]) -> dict[str, Any]:
    """Train on configurations at equal intervals of the last simulations, more and more, until as good as the loop."""
    folder = LoopFolder(settings.folder)
    last = len(folder.records("done")) - 1
    runs = sorted((folder.iteration(last) / "explore").glob("*/uniform.dump"))
    pools = [read_dump(path) for path in runs]
    test = read_frames(output / "test.xyz")
    errors: dict[str, float] = {}
    for times in UNIFORM_SIZES:
        share = max(1, round(times * loop["labels"] / len(pools)))
        chosen = [pool[index] for pool in pools for index in np.linspace(0, len(pool) - 1, share).astype(int)]
        path = output / "uniform" / f"{len(chosen)}"
        errors[str(len(chosen))] = trained_on(settings, chosen, test, path)
        print(f"uniform sampling, {len(chosen)} labels: force error {errors[str(len(chosen))]:.4f} eV/Å", flush=True)
        if errors[str(len(chosen))] <= loop["force_rmse"]:
            break
    needed = labels_for(errors, loop["force_rmse"])
    share_of = None if needed is None else loop["labels"] / needed
    return {"force_rmse_by_labels": errors, "labels_for_the_same_error": needed, "share_of_labels": share_of}


def labels_for(errors: dict[str, float], error: float) -> float | None:
    """Interpolate, both logarithmic, how many labels give an error; None if more than were tried."""
    points = sorted((int(count), value) for count, value in errors.items())
    if points[0][1] <= error:
        return float(points[0][0])
    for (n_0, e_0), (n_1, e_1) in pairwise(points):
        if e_1 <= error:
            share = np.log(e_0 / error) / np.log(e_0 / e_1)
            return float(np.exp(np.log(n_0) + share * np.log(n_1 / n_0)))
    return None


def trained_on(settings: LoopConfig, structures: list[Atoms], test: list[Frame], folder: Path) -> float:
    """Label, train with the recipe of the loop, and return the error on the test set."""
    folder.mkdir(parents=True, exist_ok=True)
    label = settings.label.by
    if not isinstance(label, LammpsLabel):
        raise NNPError("the reference of this example is a LAMMPS input")
    work = folder / "labels"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    found = label_by_lammps(label, structures, settings.elements, work, settings.label.timeout_s)
    frames = [
        Frame(atoms, energy=one.energy, forces=one.forces, stress=one.stress)
        for atoms, one in zip(structures, found, strict=True)
    ]
    write_data(folder / "train.xyz", frames)
    config = yaml.safe_load((HERE / "train.yaml").read_text(encoding="utf-8")) | settings.train.settings
    config["data"] = {**config["data"], "train": "train.xyz", "faults": "warn"}
    (folder / "train.yaml").write_text(yaml.safe_dump({**config, "output": ".", "report": False}), encoding="utf-8")
    command = [PROGRAMS / "nnp", "train", folder / "train.yaml", "--overwrite", "--quiet"]
    if subprocess.run(command, check=False).returncode != 0:
        raise NNPError(f"{folder}: the training failed; what it said is above")
    report = error_report(test, predict(Potential.read(folder / "potential.nnp"), test)).overall
    return float(report.force_rmse or 0.0)


def read_dump(path: Path) -> list[Atoms]:
    """Read all frames of a dump."""
    import ase.io

    frames = ase.io.read(path, index=":", format="lammps-dump-text")
    return [Atoms("Si" * len(one), one.get_positions(), cell=one.cell, pbc=True) for one in frames]


if __name__ == "__main__":
    if find_spec("parsl") is None:
        sys.exit('the loop needs more than is installed: pip install ".[all]"')
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())

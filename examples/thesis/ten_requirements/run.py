"""The ten requirements for a potential (thesis, chapter 11), each answered by a measurement.

.venv/bin/python examples/thesis/ten_requirements/run.py
.venv/bin/python examples/thesis/ten_requirements/run.py ../shared/data/mlearn/Si ../shared/data/mlearn/Li
.venv/bin/python examples/thesis/ten_requirements/run.py --small --output /tmp/small
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from ase import Atoms

import requirement_answers as answers
import requirement_figures as pictures
from common import Measured, Task, note, run_example
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame, read_frames
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from nnmanybody.training.run import train
from nnmanybody.training.tensorflow import tf
from requirement_data import DataSet, copper, given, silicon

# Every training is a graph of its own, which is what TensorFlow warns of.
tf.get_logger().setLevel("ERROR")


@dataclass(frozen=True)
class Settings:
    """How much is computed, and what has to be reached.

    Attributes
    ----------
    cell, n_frames : int
        Of the data made here.
    training : dict
        Keys of `nnp train` that are not left as they are.
    kelvin, n_steps, every : of the simulation that counts bonds
    n_atoms, timed_steps : int
        At least, in LAMMPS.
    """

    cell: int
    n_frames: int
    training: dict[str, Any]
    kelvin: float
    n_steps: int
    every: int
    n_atoms: int
    timed_steps: int
    targets: dict[str, float | None]


FULL = Settings(
    cell=2,
    n_frames=80,
    training={},
    kelvin=2500.0,
    n_steps=5000,
    every=50,
    n_atoms=1000,
    timed_steps=50,
    targets={
        **{"accurate": 0.15, "noticed": 0.5, "mended": 1.5, "general": 0.3, "broken": 0.1, "drift": 1.0},
        **{"by_hand": 0.0, "scaling": 1.3, "minutes": 15.0},
    },
)
SMALL = Settings(
    cell=1,
    n_frames=12,
    training={
        "epochs": 4,
        "symmetry_functions": {"kind": "behler", "cutoff": 4.0, "n_radial": 4, "n_angular": 4, "select": "none"},
        "network": {"hidden_layers": (8,), "members": 2},
        "batch_size": 2,
    },
    kelvin=2500.0,
    n_steps=20,
    every=10,
    n_atoms=60,
    timed_steps=5,
    targets=dict.fromkeys(FULL.targets),
)


@dataclass(frozen=True)
class Trained:
    """A potential, and what it took: keys given by hand, minutes of CPU time, atoms in the data."""

    potential: Potential
    by_hand: int
    minutes: float
    tests: list[Frame] = field(repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the user bring data."""
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        help="each with train.xyz and test.xyz; the first answers, all answer requirement 3. Without any: silicon by "
        "Stillinger-Weber and copper by effective medium theory",
    )
    parser.add_argument("--unknown", help="config_type to be left out once (the one with the fewest frames)")


def work(task: Task) -> list[Measured]:
    """Train, ask, draw."""
    settings = SMALL if task.small else FULL
    folders = task.options.folders
    sets = [given(folder) for folder in folders] or [
        silicon(task.folder, settings.cell, settings.n_frames),
        copper(task.folder, settings.n_frames // 2),
    ]
    main, others = trained(task, settings, sets[0]), [trained(task, settings, one) for one in sets[1:]]
    found = accuracy(main, settings)
    found += unseen(task, settings, sets[0], main)
    for one, potential in zip(sets[1:], others, strict=True):
        error = answers.relative_error(potential.potential, potential.tests)
        text = f"3. {one.name}, as trained with the same command: force error / force"
        found.append(Measured(f"general_{one.name}", text, error, settings.targets["general"]))
    found += simulated(task, settings, main)
    found += derivatives(main)
    found += cost(task, settings, main)
    return sorted(found, key=lambda figure: int(figure.text.split(".")[0]))


def trained(task: Task, settings: Settings, data: DataSet) -> Trained:
    """Train as `nnp train` does; what an earlier run finished is taken as it is."""
    folder = task.folder / data.name.replace(" ", "_")
    record = folder / "cost.json"
    if not record.exists():
        note(f"{data.name}: training")
        config = TrainingConfig(data={"train": data.train}, output=folder, **settings.training)
        began = time.process_time()
        train(config, overwrite=True)
        taken = {"by_hand": len(config.model_fields_set - {"data", "output"}), "seconds": time.process_time() - began}
        record.write_text(json.dumps(taken) + "\n", encoding="utf-8")
    taken = json.loads(record.read_text(encoding="utf-8"))
    potential = Potential.read(folder / "potential.nnp")
    return Trained(potential, int(taken["by_hand"]), float(taken["seconds"]) / 60.0, read_frames(data.test))


def accuracy(main: Trained, settings: Settings) -> list[Measured]:
    """Answer 1, 6 and 9."""
    errors = error_report(main.tests, predict(main.potential, main.tests)).overall
    relative = answers.relative_error(main.potential, main.tests)
    targets = settings.targets
    return [
        Measured("energy_error", "1. accurate: energy error", 1e3 * float(errors.energy_rmse or 0), unit="meV/atom"),
        Measured("force_error", "1. force error", float(errors.force_rmse or 0), unit="eV/Å"),
        Measured("relative_error", "1. force error / force", relative, targets["accurate"]),
        Measured("by_hand", "6. automatic: settings by hand beside the data", main.by_hand, targets["by_hand"]),
        Measured("minutes", "9. construction: CPU time of the training", main.minutes, targets["minutes"], unit="min"),
    ]


def unseen(task: Task, settings: Settings, data: DataSet, main: Trained) -> list[Measured]:
    """Answer 2 and 7: train without a group of frames, and look at that group."""
    groups = data.groups()
    group = task.options.unknown or min(groups, key=lambda name: groups[name])
    partial = trained(task, settings, data.without(group, task.folder / "without.xyz"))
    known = [frame for frame in main.tests if frame.config_type != group]
    tests = [frame for frame in main.tests if frame.config_type == group]
    never_seen = tests + [frame for frame in read_frames(data.train) if frame.config_type == group]
    of_known, of_unknown = (answers.atom_errors(partial.potential, frames) for frames in (known, never_seen))
    task.draw(pictures.unknown(of_known, of_unknown, group), "unknown.png", f"errors of '{group}', never seen")
    noticed, bad = answers.noticed(of_known, of_unknown)
    without, whole = (answers.force_error(one.potential, tests) for one in (partial, main))
    level = answers.force_error(partial.potential, known)
    targets = settings.targets
    return [
        Measured("bad", f"2. atoms of '{group}', never seen, with errors thrice those of the known", bad),
        Measured("noticed", "2. of these noticed by the committee", noticed, targets["noticed"], at_least=True),
        Measured("mended", "2. their error before / after training on them", without / whole, targets["mended"], True),
        Measured("predictive", f"7. predictive: error of '{group}', never seen / of known frames", without / level),
    ]


def simulated(task: Task, settings: Settings, main: Trained) -> list[Measured]:
    """Answer 4: the frame with the largest forces, at constant energy."""
    hottest = max(main.tests, key=lambda frame: answers.rms(np.asarray(frame.forces)))
    found = answers.bonds_over_time(main.potential, hottest.atoms, settings.kelvin, settings.n_steps, settings.every)
    task.draw(pictures.bonds(found), "bonds.png", f"bonds at constant energy, {settings.kelvin:g} K at the start")
    drift = 1e3 * abs(float(np.polyfit(found.time, found.energy, 1)[0]))
    targets = settings.targets
    return [
        Measured("broken", "4. bonds broken in the simulation", float(found.broken[-1]), targets["broken"], True),
        Measured("made", "4. bonds made", float(found.made[-1])),
        Measured("drift", "4. drift of the energy", drift, targets["drift"], unit="meV/atom/ps"),
    ]


def derivatives(main: Trained) -> list[Measured]:
    """Answer 5 and 10, on the smallest test frame that is not a perfect crystal."""
    moved = [frame for frame in main.tests if answers.rms(np.asarray(frame.forces)) > 0.05]
    frame = min(moved, key=lambda one: len(one.atoms))
    atoms = frame.atoms
    modes = answers.zero_modes(answers.hessian(main.potential, atoms))
    force, virial = answers.mistakes(Path(main.potential.name), frame)
    return [
        Measured("zero_modes", f"5. of {3 * len(atoms)} directions, those without any effect", modes, 3),
        Measured("force_mistake", "10. forces - difference quotients, by the largest force", force, 1e-6),
        Measured("virial_mistake", "10. the same of the virial", virial, 1e-6),
    ]


def cost(task: Task, settings: Settings, main: Trained) -> list[Measured]:
    """Answer 8 in LAMMPS."""
    largest = max((frame.atoms for frame in main.tests), key=len)
    crystal = repeated(largest, settings.n_atoms)
    element = str(crystal.symbols[0])
    path = main.potential.name
    ours = f"pair_style nn/manybody\npair_coeff * * {path} {element}"
    folder, steps = task.folder / "timed", settings.timed_steps
    small = answers.microseconds(folder, crystal, ours, steps)
    large = answers.microseconds(folder, crystal * (2, 2, 2), ours, max(1, steps // 4))
    found = [
        Measured("microseconds", f"8. fast: time of an atom and step, {len(crystal)} atoms", small, unit="µs"),
        Measured(
            "scaling",
            f"8. the same with {8 * len(crystal)} atoms / with these",
            large / small,
            settings.targets["scaling"],
        ),
        Measured(
            "ns_per_day", "8. simulated by one core in a day, steps of 1 fs", 86.4e3 / (small * len(crystal)), unit="ns"
        ),
    ]
    if element == "Si":
        classical = answers.microseconds(folder, crystal, answers.stillinger_weber(), 20 * steps)
        found.append(Measured("by_classical", "8. time / that of Stillinger-Weber", small / classical))
    return found


def repeated(atoms: Atoms, fewest: int) -> Atoms:
    """Repeat along the shortest vector until there are enough atoms."""
    while len(atoms) < fewest:
        times = [1, 1, 1]
        times[int(np.argmin(atoms.cell.lengths()))] = 2
        atoms = atoms * times
    return atoms


if __name__ == "__main__":
    sys.exit(run_example(__file__, "The ten requirements for a potential (thesis 11)", work, add_options))

"""SiO2: quartz and a quenched glass by a network and by its reference, Vashishta's potential (thesis 10).

.venv/bin/python examples/thesis/silica/run.py                  properties, with the potential SiO2.nnp of this folder
.venv/bin/python examples/thesis/silica/run.py --train          with one that is trained first
.venv/bin/python examples/thesis/silica/run.py --small --output /tmp/small
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import silica_figures as figures
from common import Measured, Task, console, note, run_example
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from silica_compare import compared, differences, lattice_differences, side_by_side
from silica_data import FIRST_TEST_SEED, sample, train
from silica_properties import NETWORK, System, choice, glass, outside, quartz
from silica_runs import start_anew
from silica_settings import FULL, GLASS_MEASURED, MEASURED, SMALL, Settings

COMMITTED = Path(__file__).resolve().with_name("SiO2.nnp")
KINDS = ("quartz", "melt", "quench", "glass")
"""config_types of the configurations."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the user train, and begin again."""
    parser.add_argument("--train", action="store_true", help="make the potential anew; SiO2.nnp in the output folder")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs have finished")


def work(task: Task) -> list[Measured]:
    """Train if asked; compare network and reference in errors, quartz and glass."""
    settings = SMALL if task.small else FULL
    runs = task.folder / "lammps"
    if task.options.fresh:
        for folder in (runs, task.folder / "train", task.folder / "test"):
            start_anew(folder)
    potential = train(settings.train, settings.epochs, task.folder) if task.options.train else COMMITTED
    found = errors(task, settings, potential)
    references = choice(settings, runs)
    for year, each in references.items():
        cold = f"{each['energy']:.2f} eV/atom, a {each['a']:.3f} Å, c {each['c']:.3f} Å, Si-O-Si {each['SiOSi']:.1f}°"
        hot = f"{100.0 * each['fourfold']:.1f} % of silicon has four neighbors at {settings.choice.temperature:g} K"
        note(f"Vashishta {year}: {cold}; {hot}")
    crystals = quartz(settings, potential, runs)
    picture = figures.lattice(references, crystals[NETWORK])
    task.draw(picture, "lattice.png", "relaxed quartz: three references, the network, what is measured")
    task.draw(figures.structure(crystals, "α-quartz, 300 K", MEASURED), "quartz.png", "g(r) and angles of quartz")
    glasses = glass(settings, potential, runs)
    task.draw(figures.structure(glasses, "glass, 300 K", GLASS_MEASURED), "glass.png", "g(r) and angles of the glass")
    picture = figures.extrapolation(outside(glasses[NETWORK]), settings.glass)
    task.draw(picture, "extrapolation.png", "atoms outside of the training ranges while the glass is made")
    tables = {"quartz": (crystals, MEASURED), "glass": (glasses, GLASS_MEASURED)}
    numbers = {name: compared(systems, measured) for name, (systems, measured) in tables.items()}
    for name, rows in numbers.items():
        console.print(side_by_side(name, rows))
    everything = {"choice": references, **numbers}
    (task.folder / "properties.json").write_text(json.dumps(everything, indent=2) + "\n", encoding="utf-8")
    return [
        *found,
        *lattice_differences(crystals, settings.targets),
        *differences("quartz", crystals, settings.targets),
        *differences("glass", glasses, settings.targets),
        *left_the_training(crystals[NETWORK], glasses[NETWORK], settings),
    ]


def errors(task: Task, settings: Settings, potential: Path) -> list[Measured]:
    """Errors of the potential on configurations from other simulations."""
    tests = sample(settings.tests, FIRST_TEST_SEED, task.folder / "test.xyz")
    predictions = predict(Potential.read(potential), tests)
    task.draw(figures.forces(tests, predictions), "parity.png", "network against Vashishta on held-out configurations")
    report = error_report(tests, predictions)
    found = []
    for kind in KINDS:
        of_kind = [frame.forces for frame in tests if frame.config_type == kind and frame.forces is not None]
        error = report.per_config_type[kind].force_rmse
        if error is None:
            raise NNPError(f"{task.folder / 'test.xyz'}: no forces in configurations of {kind}; start with --fresh")
        size = float(np.sqrt(np.mean(np.square(np.concatenate(of_kind)))))
        text = f"{kind}: force error (of {size:.2f} eV/Å)"
        found.append(Measured(f"force_{kind}", text, error, settings.targets[f"force_{kind}"], unit="eV/Å"))
    energy = report.overall.energy_rmse
    return [*found, Measured("energy", "energy error, all of them", 1e3 * (energy or 0.0), unit="meV/atom")]


def left_the_training(crystal: System, made: System, settings: Settings) -> list[Measured]:
    """How many atoms were outside of the training ranges in the runs with the network, and how far."""
    protocol = settings.glass
    cold = protocol.melting + protocol.cooling + protocol.freezing
    everything = outside(made)
    parts = {
        "quartz": ("quartz at 300 K", outside(crystal)),
        "melt": ("melt", everything.part(0, protocol.melting)),
        "quench": ("quench", everything.part(protocol.melting, cold)),
        "glass": ("glass at 300 K", everything.part(cold, np.inf)),
    }
    found = []
    for name, (text, part) in parts.items():
        share, largest = 100.0 * float(part.share.mean()), float(part.overshoot.max())
        limit = settings.targets["outside"]
        found.append(Measured(f"outside_{name}", f"{text}: atoms outside of the training", share, limit, unit="%"))
        found.append(Measured(f"overshoot_{name}", "the largest overshoot, in widths of the range", largest))
    return found


if __name__ == "__main__":
    sys.exit(run_example(__file__, "SiO2: quartz and glass (thesis 10)", work, add_options))

"""The demo: a neural network potential for silicon is made and used, from nothing to its numbers and pictures.

.venv/bin/python examples/silicon/run.py            # or: make demo
.venv/bin/python examples/silicon/run.py --from train
.venv/bin/python examples/silicon/run.py --small --output /tmp/small
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on what it could be compiled for

from rich.table import Table

import display
import stages
from lammps_runs import HERE
from nnmanybody.errors import NNPError
from nnmanybody.yaml_config import load_yaml
from record import Record
from settings import Settings
from simulations import Files


@dataclass(frozen=True)
class Stage:
    """One stage: its work, and what to say before it."""

    name: str
    work: Callable[[Settings, Files], dict[str, float]]
    title: str
    why: str


STAGES = (
    Stage(
        "sample",
        stages.sample,
        "Sample: molecular dynamics with the Stillinger-Weber potential",
        "Small cells of silicon, with and without a vacancy, from cold to hot. While they move, compute nn/sample "
        "records configurations with their energy and forces: the larger the force on a watched atom, the more often.",
    ),
    Stage(
        "train",
        stages.train,
        "Train: a neural network learns energies and forces",
        "The surroundings of every atom become 20 symmetry functions, the network makes them an atomic energy. Its "
        "weights are fitted to the configurations in train.xyz as train.yaml says.",
    ),
    Stage(
        "evaluate",
        stages.evaluate,
        "Evaluate: errors on configurations it has not seen",
        "Other temperatures, other seeds and a larger cell than in the training.",
    ),
    Stage(
        "simulate",
        stages.simulate,
        "Simulate: LAMMPS with pair_style nn/manybody, in a still larger cell",
        "Does the energy stay when nothing heats or cools? Is the structure that of Stillinger-Weber? And does the "
        "network still know the forces where it goes by itself, hot and with a vacancy?",
    ),
    Stage("report", stages.report, "Report: pictures", "What there is to see:"),
)
NAMES = [stage.name for stage in STAGES]

UNITS = {
    "force_rmse": ("force error (RMSE)", 1.0, "eV/Å"),
    "energy_rmse": ("energy error (RMSE)", 1e3, "meV/atom"),
    "nve_drift": ("energy drift at constant energy", 1e3, "meV/atom"),
    "hot_force_rmse": ("force error on its own hot path", 1.0, "eV/Å"),
}
"""How the table calls a number, and the unit in which it shows it."""


def main() -> int:
    """Run the stages; 0 if every target is reached, 1 if not or if something failed."""
    arguments = parse_arguments()
    try:
        settings = load_yaml(HERE / ("small.yaml" if arguments.small else "demo.yaml"), Settings)
        return run(settings, Files(arguments.output.resolve()), NAMES.index(arguments.start))
    except NNPError as error:
        display.console.print(f"\n[bold red]Failed.[/] {error}", markup=True, soft_wrap=True)
    except KeyboardInterrupt:
        display.console.print("\nStopped. What was done is kept: see --from.")
    return 1


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make, use and judge a neural network potential for silicon.")
    parser.add_argument("--from", dest="start", choices=NAMES, default=NAMES[0], help="start at this stage")
    parser.add_argument("--small", action="store_true", help="small and inaccurate, to see whether everything works")
    parser.add_argument(
        "--output", type=Path, default=HERE / "results", help="folder for everything that is made (%(default)s)"
    )
    return parser.parse_args()


def run(settings: Settings, files: Files, start: int) -> int:
    """Run the stages from the given one on and report."""
    record = Record.resume(files.folder, NAMES[:start]) if start else Record.begin(files.folder)
    expected = sum(settings.expected_seconds[stage.name] for stage in STAGES[start:])
    display.console.print(
        f"[bold]Silicon: sample, train, simulate.[/] It takes about {display.duration(expected)} on 2 cores "
        f"with nothing else to do.\nEverything goes to {display.shown(files.folder)}/"
    )
    for name, done in record.stages.items():
        display.note(f"kept from the last run: {name} ({display.duration(done['seconds'])})")
    for number, stage in enumerate(STAGES[start:], start=start + 1):
        display.headline(number, len(STAGES), stage.title, stage.why, settings.expected_seconds[stage.name])
        began = time.monotonic()
        numbers = stage.work(settings, files)
        record.add(stage.name, time.monotonic() - began, numbers)
    return conclude(settings, record)


def conclude(settings: Settings, record: Record) -> int:
    """Show the table, write the summary, judge."""
    summary = record.write_summary(settings)
    display.console.print()
    display.console.print(results_table(settings, record))
    times = ", ".join(f"{name} {display.duration(stage['seconds'])}" for name, stage in record.stages.items())
    display.console.print(f"{display.duration(record.seconds)}: {times}")
    display.console.print(
        f"All numbers: {display.shown(summary)}; the potential: {display.shown(Files(record.folder).potential)}"
    )
    missed = record.missed(settings)
    if missed:
        display.console.print(f"[bold red]Missed: {', '.join(missed)}.[/]")
        return 1
    display.console.print("[bold green]Every target is reached.[/]")
    return 0


def results_table(settings: Settings, record: Record) -> Table:
    """Every number that has a target, against it."""
    table = Table(title="Neural network against Stillinger-Weber", title_justify="left")
    for heading in ("", "reached", "target", ""):
        table.add_column(heading, justify="left" if heading == "" else "right")
    missed = record.missed(settings)
    for name, target in settings.targets.items():
        label, factor, unit = UNITS.get(name, (f"g(r) at {name.rsplit('_', 1)[-1]} K, mean difference", 1.0, ""))
        judgement = "[red]missed[/]" if name in missed else "[green]reached[/]"
        value = f"{factor * record.numbers[name]:.2g} {unit}".rstrip()
        table.add_row(label, value, f"≤ {factor * target:g} {unit}".rstrip(), judgement)
    return table


if __name__ == "__main__":
    sys.exit(main())

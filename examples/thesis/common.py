"""What every example of the thesis shares: its command line, its table of figures against targets, its summary."""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on what it could be compiled for

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from nnmanybody.errors import NNPError
from nnmanybody.plots.style import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

THESIS = Path(__file__).resolve().parent
console = Console(highlight=False)


@dataclass(frozen=True)
class Measured:
    """A figure that was measured, and the one that it had to reach.

    Attributes
    ----------
    name : str
        In summary.json.
    text : str
        In the table.
    value : float
    target : float or None
        None only shows the figure.
    at_least : bool
        The target is a lower bound; else an upper one.
    unit : str
    """

    name: str
    text: str
    value: float
    target: float | None = None
    at_least: bool = False
    unit: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a target, and it is not reached; what is not a number reaches none."""
        if self.target is None:
            return False
        return not (self.value >= self.target if self.at_least else self.value <= self.target)


@dataclass(frozen=True)
class Task:
    """What a run is asked for: its size, the folder for what it makes, and what else its command line says."""

    small: bool
    folder: Path
    options: argparse.Namespace

    def draw(self, figure: "Figure", name: str, text: str) -> None:
        """Save a picture and say what it shows."""
        save(figure, self.folder / name)
        note(f"{name}: {text}")


Work = Callable[[Task], Sequence[Measured]]


def run_example(
    script: str, title: str, work: Work, add_options: Callable[[argparse.ArgumentParser], None] | None = None
) -> int:
    """Run an example as its command line says.

    Parameters
    ----------
    script : str
        `__file__` of the example: its results go to a folder beside it.
    title : str
    work : callable
        Does everything, returns the figures.
    add_options : callable or None
        Adds the options that only this example has.

    Returns
    -------
    int
        0 if every target is reached, 1 if not or if something failed.
    """
    arguments = _parse_arguments(Path(script).resolve().parent, title, add_options)
    task = Task(arguments.small, arguments.output.resolve(), arguments)
    task.folder.mkdir(parents=True, exist_ok=True)
    console.print(f"[bold]{title}[/]\nEverything goes to {task.folder}")
    began = time.monotonic()
    try:
        figures = work(task)
    except NNPError as error:
        console.print(f"\n[bold red]Failed.[/] {error}", soft_wrap=True)
        return 1
    return _conclude(task, title, figures, time.monotonic() - began)


def note(text: str) -> None:
    """Say what is done, or what came out."""
    console.print(f"   {text}", soft_wrap=True, markup=False)


def _parse_arguments(
    home: Path, title: str, add_options: Callable[[argparse.ArgumentParser], None] | None
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--small", action="store_true", help="small and inaccurate, to see whether everything works")
    parser.add_argument("--output", type=Path, default=home / "results", help="folder for pictures and numbers")
    if add_options is not None:
        add_options(parser)
    return parser.parse_args()


def _conclude(task: Task, title: str, figures: Sequence[Measured], seconds: float) -> int:
    """Show the table, write summary.json, judge."""
    missed = [figure.name for figure in figures if figure.missed]
    summary = {
        "figures": {figure.name: figure.value for figure in figures},
        "targets": {figure.name: figure.target for figure in figures if figure.target is not None},
        "missed": missed,
        "small": task.small,
        "seconds": seconds,
    }
    (task.folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    console.print(_table(title, figures))
    console.print(f"{seconds:.0f} s; all numbers: {task.folder / 'summary.json'}", soft_wrap=True)
    if missed:
        console.print(f"[bold red]Missed: {', '.join(missed)}.[/]")
        return 1
    console.print("[bold green]Every target is reached.[/]")
    return 0


def _table(title: str, figures: Sequence[Measured]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "measured", "target", ""):
        table.add_column(heading, justify="left" if heading == "" else "right")
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}".rstrip()
        judgement = "" if figure.target is None else "[red]missed[/]" if figure.missed else "[green]reached[/]"
        table.add_row(figure.text, f"{_number(figure.value)} {figure.unit}".rstrip(), target, judgement)
    return table


def _number(value: float) -> str:
    """Three digits, or as many as a temperature has."""
    return f"{value:.0f}" if 1000.0 <= abs(value) < 1e5 else f"{value:.3g}"

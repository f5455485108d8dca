"""What a person sees while the demo runs: what is done, why, how far it is; on a terminal or in a log file."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from lammps_runs import Progress

SECONDS_BETWEEN_LINES = 15.0
INDENT = 3

console = Console(highlight=False)


def headline(number: int, total: int, title: str, why: str, seconds: float) -> None:
    """Begin a stage."""
    console.print()
    console.print(f"[bold cyan]{number}/{total}  {title}[/]   [dim]about {duration(seconds)}[/]")
    console.print(Padding(why, (0, 0, 0, INDENT)))


def note(text: str) -> None:
    """Say what came out of something."""
    console.print(Padding(text, (0, 0, 0, INDENT)))


def command(text: str) -> None:
    """Show the command line that is run, to be typed by oneself."""
    console.print(Padding(f"[green]$ {text}[/]", (0, 0, 0, INDENT)), soft_wrap=True)


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    rounded = round(seconds)
    return f"{rounded} s" if rounded < 100 else f"{rounded // 60} min {rounded % 60:02d} s"


@contextmanager
def step_bar(title: str, total: int) -> Iterator[Progress]:
    """Show how many of so many MD steps are done: a bar on a terminal, a line now and then elsewhere."""
    began = time.monotonic()
    if console.is_terminal:
        with _bars() as bars:
            task = bars.add_task(title, total=total)
            yield lambda steps: bars.advance(task, steps)
    else:
        yield _lines(title, total)
    note(f"[dim]{title}: {duration(time.monotonic() - began)}[/]")


def _bars() -> Bars:
    columns = (
        TextColumn(" " * INDENT + "{task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]left"),
        TimeRemainingColumn(),
    )
    return Bars(*columns, console=console, transient=True)


def _lines(title: str, total: int) -> Progress:
    done, last = 0, time.monotonic()

    def advance(steps: int) -> None:
        nonlocal done, last
        done += steps
        if time.monotonic() - last > SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            note(f"{title}: {100.0 * done / total:.0f} %")

    return advance


def shown(path: Path) -> str:
    """Return a path as one would type it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative

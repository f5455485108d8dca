"""What a person sees while work goes on: a bar on a terminal, lines in a log file."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

console = Console(stderr=True)
SECONDS_BETWEEN_LINES = 10.0


def set_up_logging(quiet: bool = False) -> None:
    """Send the package's log to the screen, beside the bars; to a file or pipe without decoration."""
    handler: logging.Handler
    if console.is_terminal:
        handler = RichHandler(console=console, show_time=False, show_path=False, markup=False)
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    package = logging.getLogger("nnmanybody")
    package.handlers = [handler]
    package.setLevel(logging.WARNING if quiet else logging.INFO)
    package.propagate = False


def track(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    """Yield the items beneath a bar that vanishes when they are done."""
    with _progress(transient=True) as progress:
        task = progress.add_task(title, total=total, errors="")
        for item in items:
            yield item
            progress.advance(task)


class EpochDisplay:
    """Bar of epochs; a line every now and then where there is no terminal."""

    def __init__(self, progress: Progress, first: int, total: int) -> None:
        self._progress = progress
        self._total = total
        self._task = progress.add_task("Epochs", total=total, completed=first, errors="")
        self._last_line = time.monotonic()

    def update(self, epoch: int, values: Mapping[str, float]) -> None:
        """Show the state after an epoch; names as in the learning curve."""
        self._progress.update(self._task, completed=epoch, errors=brief(values))
        now = time.monotonic()
        if not console.is_terminal and (now - self._last_line > SECONDS_BETWEEN_LINES or epoch in (1, self._total)):
            logger.info("epoch %d of %d: %s", epoch, self._total, summary(values))
            self._last_line = now


@contextmanager
def epoch_display(first: int, total: int) -> Iterator[EpochDisplay]:
    """Show the progress of the epochs from `first` to `total`."""
    with _progress(transient=False) as progress:
        yield EpochDisplay(progress, first, total)


UNITS = {
    "energy": (1e3, "meV/atom"),
    "forces": (1.0, "eV/Å"),
    "stress": (1e3, "meV/Å³"),
    "atomic_energies": (1e3, "meV"),
}
"""How each error is shown: factor and unit."""


def summary(values: Mapping[str, float]) -> str:
    """Put validation errors in a few words (training errors where there is no validation)."""
    part = _part(values)
    pieces = [f"{target.replace('_', ' ')} {text}" for target, text in _errors(values, part)]
    return f"{'validation' if part == 'valid' else 'training'} RMSE " + ", ".join(pieces)


def brief(values: Mapping[str, float]) -> str:
    """Return the first two errors alone: what fits beside a bar on a terminal of 80 columns."""
    return ", ".join(text for _, text in _errors(values, _part(values))[:2])


def _part(values: Mapping[str, float]) -> str:
    return "valid" if "loss_valid" in values else "train"


def _errors(values: Mapping[str, float], part: str) -> list[tuple[str, str]]:
    known = [(target, values.get(f"{target}_{part}"), *shown) for target, shown in UNITS.items()]
    return [(target, f"{value * factor:.3g} {unit}") for target, value, factor, unit in known if value is not None]


def _progress(transient: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[errors]}" if not transient else ""),
        console=console,
        transient=transient,
        disable=not console.is_terminal,
    )

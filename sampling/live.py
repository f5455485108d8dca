"""How a loop stands -> a table on the terminal that follows it, or lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

STATE_STYLES = {"running": "bold green", "finished": "bold cyan", "failed": "bold red", "interrupted": "bold yellow"}


class View:
    """Shows a loop on a terminal.

    Parameters
    ----------
    console : rich.console.Console
    quiet : bool
        Show nothing.
    """

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._live: Live | None = None
        self._status: dict[str, Any] = {}

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Follow the loop while it runs."""
        if self._quiet or not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=2, get_renderable=self._render) as self._live:
            yield
        self._live = None

    def update(self, status: Mapping[str, Any]) -> None:
        """Take over how the loop stands now."""
        self._status = dict(status)
        if self._live is not None:
            self._live.refresh()

    def say(self, text: str) -> None:
        """Print a line, above the table if there is one."""
        if not self._quiet:
            self._console.print(text, soft_wrap=True, highlight=False, markup=False)

    def _render(self) -> Group:
        return status_table(self._status, time.time())


def status_table(status: Mapping[str, Any], now: float) -> Group:
    """Draw the table of iterations with what goes on below it."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, justify in (
        ("#", "right"),
        ("runs", "right"),
        ("ps", "right"),
        ("exploded", "right"),
        ("unknown", "right"),
        ("new", "right"),
        ("labelled", "right"),
        ("force\neV/Å", "right"),
        ("energy\nmeV/atom", "right"),
        ("seconds", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for record in status.get("iterations", []):
        table.add_row(*_cells(record))
    return Group(table, _line(status, now))


def _cells(record: Mapping[str, Any]) -> list[str]:
    errors = record.get("errors", {})
    return [
        str(record["number"]),
        str(record["runs"]),
        f"{record['simulated_ps']:.1f}",
        str(record["exploded"]),
        str(record["unknown"]),
        str(record["new"]),
        str(record["labelled"]),
        f"{errors['force']:.4f}" if "force" in errors else "–",
        f"{1e3 * errors['energy']:.2f}" if "energy" in errors else "–",
        f"{record['seconds']:.0f}",
    ]


def _line(status: Mapping[str, Any], now: float) -> Text:
    state = str(status.get("state", ""))
    text = Text(state, style=STATE_STYLES.get(state, ""))
    if state == "running" and status.get("step"):
        text.append(f": iteration {status['iteration']}, {status['step']}", style="default")
        done, total = status.get("jobs", [0, 0])
        if total:
            text.append(f" {done} of {total}", style="default")
        expected = expected_seconds(status, now)
        if expected is not None:
            text.append(f", about {_duration(expected)} more for this step", style="default")
    text.append(f"; {status.get('labelled', 0)} labelled", style="default")
    for name in ("failed", "refused"):
        if status.get(name):
            text.append(f", {status[name]} {name}", style="default")
    if status.get("message"):
        text.append(f"\n{status['message']}", style="default")
    return text


def expected_seconds(status: Mapping[str, Any], now: float) -> float | None:
    """Return how long the step goes on: as its jobs so far, or as in the iteration before; None if nobody knows."""
    passed = now - float(status.get("step_began", now))
    done, total = status.get("jobs", [0, 0])
    if done and total:
        return float(passed * (total - done) / done)
    before = [record.get("step_seconds", {}).get(status.get("step")) for record in status.get("iterations", [])]
    known = [seconds for seconds in before if seconds]
    return max(0.0, float(known[-1]) - passed) if known else None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

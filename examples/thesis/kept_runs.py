"""Runs of LAMMPS that are kept once they are finished: an example that was stopped goes on where it was."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

# LAMMPS with its progress is that of the silicon demo.
sys.path.append(str(Path(__file__).resolve().parents[1] / "silicon"))

from display import step_bar
from lammps_runs import LammpsRun, run_all
from nnmanybody.errors import NNPError

AT_ONCE = 2
"""Runs of one rank at the same time."""
LAST_WORDS = "Total wall time"
"""What LAMMPS says when it has come to the end of its input."""


class KeptRun(Protocol):
    """What can be kept."""

    @property
    def command(self) -> LammpsRun:
        """What LAMMPS is given."""
        ...

    @property
    def steps(self) -> int:
        """At most, for the progress."""
        ...

    def digest(self) -> str:
        """Return a text that changes with everything that the results depend on."""
        ...

    def prepare(self) -> None:
        """Remove what an earlier run left, write what LAMMPS reads."""
        ...


def finish(title: str, runs: Sequence[KeptRun]) -> None:
    """Do the runs that are not done yet, the longest first.

    Raises
    ------
    NNPError
        If LAMMPS fails, or ends before its input does.
    """
    missing = [run for run in runs if not is_finished(run)]
    if not missing:
        return
    for run in missing:
        run.command.log.parent.mkdir(parents=True, exist_ok=True)
        run.command.log.unlink(missing_ok=True)
        run.prepare()
        _mark(run).write_text(run.digest(), encoding="utf-8")
    missing.sort(key=lambda run: run.steps, reverse=True)
    kept = f", {len(runs) - len(missing)} are there already" if len(missing) < len(runs) else ""
    with step_bar(f"{title}: {len(missing)} runs{kept}", max(1, sum(run.steps for run in missing))) as progress:
        run_all([run.command for run in missing], progress, AT_ONCE)
    unfinished = [str(run.command.log) for run in missing if not is_finished(run)]
    if unfinished:
        raise NNPError(f"LAMMPS ended before its input did; see {', '.join(unfinished)}")


def is_finished(run: KeptRun) -> bool:
    """Tell whether a run has come to its end, with everything as it is now."""
    mark, log = _mark(run), run.command.log
    if not (mark.exists() and log.exists()) or mark.read_text(encoding="utf-8") != run.digest():
        return False
    return LAST_WORDS in log.read_text(encoding="utf-8", errors="replace")[-200:]


def _mark(run: KeptRun) -> Path:
    """File beside the log with the digest of what the run was begun with."""
    return run.command.log.with_suffix(".digest")

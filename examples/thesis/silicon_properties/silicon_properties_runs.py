"""States of silicon -> runs of LAMMPS with either potential; those that are finished are kept."""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "silicon"
sys.path.insert(0, str(DEMO))

from display import step_bar  # noqa: E402
from lammps_runs import LammpsRun, environment, run_all  # noqa: E402
from nnmanybody.errors import NNPError  # noqa: E402

STEP_PS = 0.002
HOT = 3500.0
"""K, at which crystals are melted."""
CONSTANT = 5.431
"""Å; of Stillinger and Weber's crystal."""
AT_ONCE = 2
"""Runs of one rank at the same time."""
LAST_WORDS = "Total wall time"
"""What LAMMPS says when it has come to the end of its input."""


@dataclass(frozen=True)
class State:
    """What silicon is made into; `silicon_start.lmp` says how.

    Attributes
    ----------
    cells : (3,) int
        Repetitions of the cubic cell.
    temperature : float, K
    seed : int
    constant : float, Å
        Lattice constant to begin with.
    molten : "none", "half" or "all"
    bar : float
        Pressure.
    couple : "iso" or "z"
    melting, equilibration : int, steps
    """

    cells: tuple[int, int, int]
    temperature: float
    seed: int
    constant: float = CONSTANT
    molten: str = "none"
    bar: float = 0.0
    couple: str = "iso"
    melting: int = 2500
    equilibration: int = 2000

    @property
    def n_atoms(self) -> int:
        """Eight in each cell."""
        nx, ny, nz = self.cells
        return 8 * nx * ny * nz

    @property
    def variables(self) -> dict[str, object]:
        """Those of `silicon_start.lmp` but for the potential."""
        return {
            **dict(zip(("nx", "ny", "nz"), self.cells, strict=True)),
            "a": self.constant,
            "timestep": STEP_PS,
            "temperature": self.temperature,
            "seed": self.seed,
            "molten": self.molten,
            "bar": self.bar,
            "couple": self.couple,
            "hot": HOT,
            "melting": self.melting,
            "equilibration": self.equilibration,
            "start": HERE / "silicon_start.lmp",
        }


@dataclass(frozen=True)
class Interaction:
    """A potential as LAMMPS is told of it.

    Attributes
    ----------
    name : "SW", "NN" or "SW_again"
    variables : mapping of str to value
    seed : int
        Added to the seeds of states: thermostats with the same random numbers would keep both potentials on one path.
    fingerprint : str
        Of the file of the network: with another one everything is run again.
    """

    name: str
    variables: Mapping[str, object]
    seed: int = 0
    fingerprint: str = ""


def potential_folder() -> Path:
    """Return where LAMMPS has its potential files."""
    return Path(environment()["LAMMPS_POTENTIALS"])


SW = Interaction("SW", {"pair": DEMO / "pair_sw.lmp"})
SW_AGAIN = Interaction("SW_again", SW.variables, 2000)
"""From other starts: what it differs by is chance."""


def network(potential: Path) -> Interaction:
    """Return the network of a file, which is watched for what it does not know."""
    digest = hashlib.sha256(potential.read_bytes()).hexdigest()
    return Interaction("NN", {"pair": HERE / "pair_nn_watched.lmp", "potential": potential}, 1000, digest)


@dataclass(frozen=True)
class Run:
    """One run, and where it writes.

    Attributes
    ----------
    name : str
        Of its files, without suffix.
    script : str
    interaction : Interaction
    variables : mapping of str to value
        Beside those of the interaction.
    outputs : mapping of variable to suffix
        Files that it writes.
    """

    name: str
    script: str
    interaction: Interaction
    variables: Mapping[str, object]
    outputs: Mapping[str, str]

    def file(self, folder: Path, variable: str) -> Path:
        """Return the file behind a variable."""
        return folder / f"{self.name}{self.outputs[variable]}"

    def log(self, folder: Path) -> Path:
        """Return its log."""
        return folder / f"{self.name}.log"

    def length(self) -> int:
        """Return how many steps it has at most."""
        melting = 0 if self.variables.get("molten") == "none" else _whole(self.variables, "melting")
        settling = _whole(self.variables, "equilibration") * (2 if _whole(self.variables, "motion") else 1)
        return melting + settling + _whole(self.variables, "steps") + _whole(self.variables, "motion")

    def command(self, folder: Path) -> LammpsRun:
        """Return what LAMMPS is given."""
        files = {variable: self.file(folder, variable) for variable in self.outputs}
        given = {**self.variables, **self.interaction.variables, **files}
        return LammpsRun(str(HERE / self.script), self.log(folder), given)

    def record(self, folder: Path) -> dict[str, str]:
        """Return all that its result depends on."""
        given = {name: str(value) for name, value in self.command(folder).variables.items()}
        scripts = "".join((HERE / name).read_text(encoding="utf-8") for name in (self.script, "silicon_start.lmp"))
        return {**given, "fingerprint": self.interaction.fingerprint, "scripts": scripts}


def _whole(variables: Mapping[str, object], name: str) -> int:
    return int(str(variables.get(name, 0)))


def run_missing(title: str, runs: Sequence[Run], folder: Path) -> None:
    """Run what is not there yet, the longest first, two at a time.

    Raises
    ------
    NNPError
        If LAMMPS fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [run for run in runs if not _is_finished(run, folder)]
    if not missing:
        return
    for run in missing:
        run.log(folder).unlink(missing_ok=True)
        for variable in run.outputs:
            run.file(folder, variable).unlink(missing_ok=True)
        _record_file(run, folder).write_text(json.dumps(run.record(folder)), encoding="utf-8")
    missing.sort(key=Run.length, reverse=True)
    kept = f", {len(runs) - len(missing)} are there already" if len(missing) < len(runs) else ""
    with step_bar(f"{title}: {len(missing)} runs{kept}", max(1, sum(map(Run.length, missing)))) as progress:
        run_all([run.command(folder) for run in missing], progress, AT_ONCE)
    unfinished = [run.name for run in missing if not _is_finished(run, folder)]
    if unfinished:
        raise NNPError(f"LAMMPS ended before the end of its input in {', '.join(unfinished)}; the logs are in {folder}")


def _is_finished(run: Run, folder: Path) -> bool:
    record, log = _record_file(run, folder), run.log(folder)
    if not (record.exists() and log.exists()):
        return False
    if json.loads(record.read_text(encoding="utf-8")) != run.record(folder):
        return False
    return LAST_WORDS in log.read_text(encoding="utf-8")[-200:]


def _record_file(run: Run, folder: Path) -> Path:
    return folder / f"{run.name}.json"

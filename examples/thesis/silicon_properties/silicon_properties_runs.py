"""States of silicon -> runs of LAMMPS with either potential; those that are finished are kept."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kept_runs import finish
from lammps_runs import HERE as DEMO
from lammps_runs import PROGRAMS, LammpsRun

HERE = Path(__file__).resolve().parent
STEP_PS = 0.002
HOT = 3500.0
"""K, at which crystals are melted."""
CONSTANT = 5.431
"""Å; of Stillinger and Weber's crystal."""


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


def program(name: str) -> Path:
    """Return a program of this Python's environment."""
    return PROGRAMS / name


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


@dataclass(frozen=True)
class Placed:
    """A run in the folder that it writes to, as `kept_runs` takes it."""

    run: Run
    folder: Path

    @property
    def command(self) -> LammpsRun:
        """What LAMMPS is given."""
        return self.run.command(self.folder)

    @property
    def steps(self) -> int:
        """At most, for the progress."""
        return self.run.length()

    def digest(self) -> str:
        """Return a text that changes with everything that the results depend on."""
        return json.dumps(self.run.record(self.folder))

    def prepare(self) -> None:
        """Remove what an earlier run left: some files are appended to."""
        for variable in self.run.outputs:
            self.run.file(self.folder, variable).unlink(missing_ok=True)


def run_missing(title: str, runs: Sequence[Run], folder: Path) -> None:
    """Run what is not there yet, two at a time.

    Raises
    ------
    NNPError
        If LAMMPS fails.
    """
    finish(title, [Placed(run, folder) for run in runs])

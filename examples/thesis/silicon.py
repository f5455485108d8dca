"""Configurations of silicon from MD with the Stillinger-Weber potential, for the examples that fit something."""

from dataclasses import asdict, dataclass
from pathlib import Path

from common import THESIS
from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import Launcher, potential_folder, run_program


@dataclass(frozen=True)
class Simulation:
    """One run; `in.silicon.lmp` says what its variables are.

    Attributes
    ----------
    cell : int
    temperature : float, K
    seed : int
    steps, every, equilibration : int, fs
    """

    cell: int
    temperature: float
    seed: int
    steps: int
    every: int
    equilibration: int = 1000


def simulate(runs: list[Simulation], path: Path) -> list[Frame]:
    """Run LAMMPS, once for each, and read the configurations that it recorded.

    Raises
    ------
    NNPError
        If LAMMPS is missing or fails.
    """
    potential = potential_folder() / "Si.sw"
    parts = [path.with_name(f"{path.stem}_{number}.xyz") for number in range(len(runs))]
    for run, part in zip(runs, parts, strict=True):
        part.unlink(missing_ok=True)
        given = {**asdict(run), "potential": potential, "frames": part}
        variables = [word for name, value in given.items() for word in ("-var", name, str(value))]
        command = [str(Launcher.find().lmp), "-in", str(THESIS / "in.silicon.lmp"), "-log", "none", *variables]
        done = run_program(command)
        if done.status != 0:
            raise NNPError(f"LAMMPS failed: {' '.join(command)}\n{done.errors()}")
    path.write_text("".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
    return read_frames(path)

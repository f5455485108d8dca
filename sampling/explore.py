"""Conditions and a potential -> simulations in LAMMPS, each in a folder of its own, and the frames they leave."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from nnmanybody.sampling.conditions import Condition
from nnmanybody.sampling.config import ExploreConfig, TrapConfig
from nnmanybody.sampling.folder import content_key, file_hash, job_lock, read_json, seed_of, write_json
from nnmanybody.sampling.lammps_start import start_lammps

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import boundary, place, write_data

POTENTIAL = "potential.nnp"
SAMPLED, TRAPPED = "sampled.xyz", "trapped.xyz"
RESULT = "run.json"
CLOCK_STEPS = 100


@dataclass(frozen=True)
class Explored:
    """What came of a simulation.

    Attributes
    ----------
    name : str
        Condition and number of the repetition.
    folder : Path
    steps : int
        That it was asked for.
    done : int
        That it made.
    timestep : float, ps
    exploded : str
        What LAMMPS said when it failed; empty if it did not.
    seconds : float
    """

    name: str
    folder: Path
    steps: int
    done: int
    timestep: float
    exploded: str
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether it reached its end."""
        return not self.exploded and self.done >= self.steps

    @property
    def length_ps(self) -> float:
        """How long the simulated time is."""
        return self.done * self.timestep


def exploration(
    config: ExploreConfig,
    elements: tuple[str, ...],
    condition: Condition,
    *,
    repeat: int,
    iteration: int,
    steps: int,
    seed: int,
    potential: Path | None,
    pair: Path | None,
    target: Path,
    locks: Path,
) -> dict[str, Any]:
    """Describe the job of one simulation.

    Parameters
    ----------
    potential, pair : Path
        One of both: a potential of ours, or a file with pair_style and pair_coeff.
    target : Path
        Folder that gets a folder for this run.
    """
    name = f"{condition.name}/{repeat + 1}"
    run_seed = seed_of(seed, iteration, name)
    own = {"pair": "pair.lmp", "catch": "catch.lmp", "seed": run_seed, "steps": steps}
    variables: dict[str, Any] = {**condition.variables, **own}
    texts = {
        "in.run": 'include in.user\nprint "nnmb_end $(step)"\n',
        "catch.lmp": catch_text(config, elements, condition, run_seed, known=potential is not None),
    }
    copies = {"in.user": config.input, **{file.name: file for file in config.files}}
    if potential is not None:
        texts["pair.lmp"] = f"pair_style nn/manybody\npair_coeff * * {POTENTIAL} {' '.join(elements)}\n"
        copies[POTENTIAL] = potential
    elif pair is not None:
        copies["pair.lmp"] = pair
    if condition.structure is not None:
        variables["data"] = "structure.data"
        copies["structure"] = condition.structure
    job = {
        **{"name": name, "texts": texts, "variables": variables, "elements": list(elements)},
        **{"ranks": config.ranks, "mpi": config.mpi, "timeout_s": config.timeout_s},
    }
    key = content_key({**job, "files": {name: file_hash(path) for name, path in copies.items()}})
    folder = target / f"{condition.folder}_{repeat + 1}"
    return {
        **job,
        "key": key,
        "copies": {name: str(path.absolute()) for name, path in copies.items()},
        "folder": str(folder.absolute()),
        "locks": str(locks.absolute()),
    }


def catch_text(
    config: ExploreConfig, elements: tuple[str, ...], condition: Condition, seed: int, *, known: bool
) -> str:
    """Return the commands that record what a simulation sees.

    Parameters
    ----------
    known : bool
        Whether the potential is one of ours, which knows what it was trained on.
    """
    sample = config.sample
    alpha = " ".join(f"{element} {sample.alpha[element]:g}" for element in dict.fromkeys(elements))
    name = condition.name.partition("/")[0]
    lines = [
        "# written by nnp sample; the input includes it right before its run",
        'print "nnmb_begin $(step) $(dt)"',
        f"compute nnmb_sample all nn/sample {SAMPLED} alpha {alpha} taumax {sample.taumax} "
        f"atoms random {sample.atoms} {seed % 90_000 + 1} mode frame rule {sample.rule} append yes "
        f"config_type {name} elements {' '.join(elements)}",
        "fix nnmb_ask all ave/time 1 1 1 c_nnmb_sample",
        f'fix nnmb_clock all print {CLOCK_STEPS} "$(step)" file clock.txt screen no title "# step"',
        _trap_line(config.trap, elements, known),
    ]
    return "\n".join(lines) + "\n"


def _trap_line(trap: TrapConfig, elements: tuple[str, ...], known: bool) -> str:
    words = [f"fix nnmb_trap all nn/trap {trap.every} {TRAPPED}"]
    for name in ("extrapolation", "deviation", "force", "distance") if known else ("force", "distance"):
        threshold = getattr(trap, name)
        if threshold is not None:
            catch, stop = threshold
            words.append(f"{name} {catch:g} {'NULL' if stop is None else format(stop, 'g')}")
    return " ".join([*words, f"cooldown {trap.cooldown} max {trap.max} append no elements {' '.join(elements)}"])


def run_exploration(job: Mapping[str, Any]) -> dict[str, Any]:
    """Simulate; a run that was done before, even by a worker whose loop is gone, is not done again.

    Raises
    ------
    NNPError
        If the input fails before it begins to simulate: that is a mistake, not evidence.
    """
    folder = Path(job["folder"])
    with job_lock(Path(job["locks"]), f"run-{job['key']}"):
        if (folder / RESULT).exists() and (done := read_json(folder / RESULT))["key"] == job["key"]:
            return done
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f".{folder.name}.*"):
            shutil.rmtree(left, ignore_errors=True)
        attempt = folder.with_name(f".{folder.name}.{os.getpid()}.{time.monotonic_ns()}")
        attempt.mkdir()
        result = _simulate(job, attempt)
        write_json(attempt / RESULT, result)
        if folder.exists():
            shutil.rmtree(folder)
        attempt.replace(folder)
        return result


def _simulate(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    for name, text in job["texts"].items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, path in job["copies"].items():
        if name == "structure":
            write_structure(folder / "structure.data", Path(path), tuple(job["elements"]))
        else:
            shutil.copyfile(path, folder / name)
    run = start_lammps(
        folder, "in.run", job["variables"], ranks=job["ranks"], mpi=job["mpi"], timeout_s=job["timeout_s"]
    )
    begin = _printed(run.output, "nnmb_begin")
    if not begin:
        raise NNPError(
            f"{job['name']}: LAMMPS did not come to ${{catch}} in {job['copies']['in.user']}:\n{run.errors()}"
        )
    end = _printed(run.output, "nnmb_end")
    last = int(end[0]) if end else _last_clock(folder)
    (folder / POTENTIAL).unlink(missing_ok=True)  # it is in the folder of its training
    return {
        "key": job["key"],
        "name": job["name"],
        "steps": int(job["variables"]["steps"]),
        "done": max(0, last - int(begin[0])),
        "timestep": float(begin[1]),
        "exploded": "" if end and run.status == 0 else run.errors() or f"exit status {run.status}",
        "seconds": time.perf_counter() - began,
    }


def _printed(output: str, word: str) -> list[str]:
    """Words after a line's first word; LAMMPS repeats the command itself, so the last such line counts."""
    lines = [line.split() for line in output.splitlines() if line.startswith(f"{word} ")]
    return lines[-1][1:] if lines else []


def _last_clock(folder: Path) -> int:
    path = folder / "clock.txt"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    steps = [int(line) for line in lines if line.strip().isdigit()]
    return steps[-1] if steps else 0


def write_structure(path: Path, source: Path, elements: tuple[str, ...]) -> None:
    """Write a structure as data file of LAMMPS, with its boundary in a file to include beside it.

    Raises
    ------
    NNPError
        If it cannot be read or has other elements.
    """
    try:
        atoms = ase.io.read(source)
    except Exception as error:  # ASE's readers raise whatever their parsing stumbles over
        raise NNPError(f"{source}: cannot be read as a structure ({type(error).__name__}: {error})") from error
    extra = sorted(set(atoms.symbols) - set(elements))
    if extra:
        raise NNPError(f"{source}: has {', '.join(extra)}, which is not among `elements`: {', '.join(elements)}")
    placed = place(atoms)
    types = [elements.index(symbol) + 1 for symbol in atoms.symbols]
    write_data(path, placed, types, list(elements), margin=10.0)
    path.with_suffix(".boundary").write_text(boundary(placed) + "\n", encoding="utf-8")


def explored(folder: Path, result: Mapping[str, Any]) -> Explored:
    """Make what the loop works with of the result of a job."""
    return Explored(
        result["name"],
        folder,
        result["steps"],
        result["done"],
        result["timestep"],
        result["exploded"],
        result["seconds"],
    )


def frames_of(run: Explored) -> tuple[list[Atoms], list[Atoms]]:
    """Return the frames that the rule recorded and those that the trap caught, finite ones, in the order of time."""
    return _readable(run.folder / SAMPLED), _readable(run.folder / TRAPPED)


def _readable(path: Path) -> list[Atoms]:
    """Frames up to the first that cannot be read: a killed or exploding LAMMPS may end its file anyhow."""
    return [atoms for atoms in _each(path) if np.isfinite(atoms.get_positions()).all()]


def _each(path: Path) -> Iterator[Atoms]:
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        yield from ase.io.iread(path, index=":", format="extxyz")
    except Exception:
        return

"""MD with the reference -> configurations to learn from and to test on; `nnp train` -> the potential."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from common import note
from kept_runs import finish
from nnmanybody.data import Frame, read_frames
from nnmanybody.errors import NNPError
from silica_runs import HERE, SilicaRun

FIRST_SEED, FIRST_TEST_SEED = 1, 1001
COMMAND = ".venv/bin/python examples/thesis/silica/run.py --train"


@dataclass(frozen=True)
class Segment:
    """A part of a sampling run: its config_type, temperatures at its ends, K, and steps of 1 fs."""

    kind: str
    start: float
    end: float
    steps: int


@dataclass(frozen=True)
class Sampling:
    """One run of in.sample.lmp.

    Attributes
    ----------
    repeat : (3,) int
        Boxes of quartz with 18 atoms.
    stretch : (2,) float
        Factors of the box along x and y, and along z.
    segments : tuple of Segment
    alpha : float, eV/Å
    taumax : int, steps
    equilibration : int, steps
    """

    repeat: tuple[int, int, int]
    stretch: tuple[float, float]
    segments: tuple[Segment, ...]
    alpha: float
    taumax: int
    equilibration: int = 500


def sample(samplings: Sequence[Sampling], first_seed: int, path: Path) -> list[Frame]:
    """Run them all, seeds counting up, and put the configurations together.

    Parameters
    ----------
    path : Path
        Of the file that is written; the runs go to a folder with its name.
    """
    runs = [
        _run(one, first_seed + number, path.with_suffix("") / f"{number:02d}") for number, one in enumerate(samplings)
    ]
    finish(f"MD with the reference for {path.name}", runs)
    path.write_bytes(b"".join(run.file("xyz").read_bytes() for run in runs))
    return read_frames(path)


def _run(one: Sampling, seed: int, out: Path) -> SilicaRun:
    columns = zip(*((part.kind, part.start, part.end, part.steps) for part in one.segments), strict=True)
    lists = dict(
        zip(("kinds", "from", "to", "lengths"), (" ".join(map(str, column)) for column in columns), strict=True)
    )
    variables = {
        **lists,
        "a": one.stretch[0],
        "c": one.stretch[1],
        "seed": seed,
        "equilibration": one.equilibration,
        "alpha": one.alpha,
        "taumax": one.taumax,
    }
    steps = one.equilibration + sum(part.steps for part in one.segments)
    return SilicaRun("in.sample.lmp", out, one.repeat, variables, steps)


def crystal(temperature: float, stretch: tuple[float, float], steps: int, every: int) -> Sampling:
    """Quartz, stretched."""
    return Sampling((2, 1, 2), stretch, (Segment("quartz", temperature, temperature, steps),), 2.0 * every, every)


def quench(stretch: float, hottest: float, length: int, every: int) -> Sampling:
    """Quartz that melts, in so many steps, is cooled in three times as many, and is warmed a little as a glass."""
    segments = (
        Segment("melt", hottest, hottest, length),
        Segment("quench", hottest, 300.0, 3 * length),
        Segment("glass", 300.0, 1000.0, length),
    )
    return Sampling((2, 1, 2), (stretch, stretch), segments, 3.0 * every, every, equilibration=1500)


def train(settings: Sequence[Sampling], epochs: int | None, folder: Path) -> Path:
    """Sample what is to be learned, and let `nnp train` make a potential of it; return that.

    Parameters
    ----------
    settings : sequence of Sampling
    epochs : int or None
        Instead of those of train.yaml.
    folder : Path

    Raises
    ------
    NNPError
        If it fails; its own words are on the screen.
    """
    frames = sample(settings, FIRST_SEED, folder / "train.xyz")
    note(f"{len(frames)} configurations, {sum(len(frame.atoms) for frame in frames)} atoms to learn from")
    config = yaml.safe_load((HERE / "train.yaml").read_text(encoding="utf-8"))
    if epochs is not None:
        config["epochs"] = epochs
    asked, target, potential = yaml.safe_dump(config, sort_keys=False), folder / "train.yaml", folder / "SiO2.nnp"
    mark = folder / "trained.digest"
    digest = hashlib.sha256(asked.encode() + (folder / "train.xyz").read_bytes()).hexdigest()
    if potential.exists() and mark.exists() and mark.read_text(encoding="utf-8") == digest:
        return potential
    target.write_text(asked, encoding="utf-8")
    note(f"$ nnp train {target}")
    done = subprocess.run([Path(sys.executable).with_name("nnp"), "train", target, "--overwrite"], check=False)
    if done.returncode != 0:
        raise NNPError(f"nnp train failed with exit status {done.returncode}; what it said is above")
    first, rest = potential.read_text(encoding="utf-8").split("\n", 1)
    potential.write_text(f"{first}\n# Made by: {COMMAND}\n{rest}", encoding="utf-8")
    mark.write_text(digest, encoding="utf-8")
    return potential

"""Labelled structures -> a potential, by `nnp train` in a process of its own or by a trainer of the user's."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ase.io
import yaml
from ase import Atoms
from nnmanybody.sampling.config import TrainConfig
from nnmanybody.sampling.folder import check_room, content_key, file_hash, job_lock, read_json, write_json, write_text

from nnmanybody.config import TrainingConfig, read_config
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import run_program
from nnmanybody.yaml_config import load_yaml

DATA, SETTINGS, POTENTIAL, RESULT = "data.xyz", "train.yaml", "potential.nnp", "trained.json"
BROUGHT_BY_START = ("symmetry_functions", "scaling", "model", "network", "reference_energies", "pair_core", "elements")
"""Keys of a configuration that a potential to start from has itself."""
OF_THE_LOOP = ("data.train", "output", "potential", "start")
LONGEST_S = 20 * 86400.0


def training(
    config: TrainConfig,
    frames: Sequence[Frame],
    elements: Sequence[str],
    *,
    last: Path | None,
    target: Path,
    locks: Path,
) -> dict[str, Any]:
    """Write the data and describe the job of a training.

    Parameters
    ----------
    frames : sequence of Frame
    last : Path or None
        The potential of the last training.
    target : Path
        Folder for data, configuration and result.

    Raises
    ------
    NNPError
        If the configuration is wrong.
    """
    target.mkdir(parents=True, exist_ok=True)
    write_data(target / DATA, frames)
    start = last if config.weights == "last" else None
    settings = training_settings(config, elements, start)
    write_text(target / SETTINGS, yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    load_yaml(target / SETTINGS, TrainingConfig)
    used = {"data": file_hash(target / DATA), "settings": settings, "function": config.function}
    if start is not None:
        used["start"] = file_hash(start)
    return {
        "key": content_key(used),
        "function": config.function,
        "retries": config.retries,
        "folder": str(target.absolute()),
        "locks": str(locks.absolute()),
    }


def training_settings(config: TrainConfig, elements: Sequence[str], start: Path | None) -> dict[str, Any]:
    """Return the configuration of `nnp train`: that of the user with data, output and start put in."""
    settings: dict[str, Any] = {}
    if config.config is not None:
        read_config_keys(config.config)
        settings = yaml.safe_load(config.config.read_text(encoding="utf-8"))
        settings.pop("output", None)
    settings = _merged(settings, config.settings)
    data = settings.get("data")
    data = dict(data) if isinstance(data, dict) else {}
    # What the check of the loop let in is good enough for the training.
    settings["data"] = {"faults": "warn", **data, "train": DATA}
    settings["output"] = "."
    settings.setdefault("report", False)
    if start is None:
        settings.setdefault("elements", list(dict.fromkeys(elements)))
    else:
        for key in BROUGHT_BY_START:
            settings.pop(key, None)
        settings["start"] = str(start.absolute())
    return settings


def read_config_keys(path: Path) -> None:
    """Check a configuration of `nnp train`, which need not name its data here.

    Raises
    ------
    NNPError
        As `read_config`.
    """
    try:
        read_config(path)
    except NNPError as error:
        lines = [line for line in str(error).splitlines() if "'data'" not in line and "'train'" not in line]
        if lines:
            raise NNPError("\n".join(lines)) from error


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def write_data(path: Path, frames: Sequence[Frame]) -> None:
    """Write labelled structures as extended XYZ with the keys of our data."""
    written = []
    for frame in frames:
        atoms = Atoms(frame.atoms.numbers, frame.atoms.get_positions(), cell=frame.atoms.cell, pbc=frame.atoms.pbc)
        # An empty value would swallow what stands behind it in the comment line.
        words = {"config_type": frame.config_type, "key": Path(frame.name).name}
        atoms.info |= {name: word for name, word in words.items() if word}
        if frame.energy is not None:
            atoms.info["REF_energy"] = frame.energy
        if frame.stress is not None:
            atoms.info["REF_stress"] = frame.stress
        if frame.forces is not None:
            atoms.arrays["REF_forces"] = frame.forces
        written.append(atoms)
    temporary = path.with_name(f".{path.name}.part")
    ase.io.write(temporary, written, format="extxyz")
    temporary.replace(path)


def run_training(job: Mapping[str, Any]) -> dict[str, Any]:
    """Train; goes on from the checkpoint of a training that was killed, which gives the same weights.

    Raises
    ------
    NNPError
        With what `nnp train` said.
    """
    folder = Path(job["folder"])
    with job_lock(Path(job["locks"]), f"train-{job['key']}"):
        if (folder / RESULT).exists() and (done := read_json(folder / RESULT))["key"] == job["key"]:
            return done
        if job["function"]:
            _train_by_function(str(job["function"]), folder)
        else:
            _train_by_program(folder, int(job["retries"]))
        result = {"key": job["key"], "potential": POTENTIAL, **_numbers(folder)}
        write_json(folder / RESULT, result)
        return result


def _train_by_function(path: str, folder: Path) -> None:
    from nnmanybody.sampling.label import imported

    imported(path)(folder / DATA, folder / POTENTIAL)
    if not (folder / POTENTIAL).is_file():
        raise NNPError(f"{path}: wrote no potential; it is called with the path of the data and that of the potential")


def _train_by_program(folder: Path, retries: int) -> None:
    said = ""
    program = Path(sys.executable).parent / "nnp"
    base = [str(program)] if program.is_file() else [sys.executable, "-c", "from nnmanybody.cli import main; main()"]
    ways = (["--resume"] if (folder / "checkpoint.npz").exists() else []), *([["--overwrite"]] * (retries + 1))
    for options in [way for way in ways if way]:
        run = run_program([*base, "train", str(folder / SETTINGS), *options], folder, LONGEST_S)
        (folder / "train.log").write_text(run.output, encoding="utf-8")
        if run.status == 0:
            return
        check_room(folder)
        said = run.output
    raise NNPError(f"{folder / SETTINGS}: the training failed; everything before it is kept.\n{said.strip()}")


def _numbers(folder: Path) -> dict[str, Any]:
    path = folder / "result.json"
    return {"result": json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}

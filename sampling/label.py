"""Structures -> labels, by a calculator of ASE, a LAMMPS input or a command; each structure once."""

from __future__ import annotations

import importlib
import os
import shlex
import shutil
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from nnmanybody.sampling.config import AseLabel, LabelConfig, LammpsLabel, ShellLabel
from nnmanybody.sampling.folder import (
    LoopFolder,
    check_room,
    is_disk_error,
    job_lock,
    read_json,
    write_json,
    write_text,
)
from nnmanybody.sampling.label_lammps import label_by_lammps
from nnmanybody.sampling.store import Label

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import run_program

FAILED = "failed"
Labeller = Callable[[Sequence[Atoms], Path], list[Label]]


def labelling(
    config: LabelConfig, structures: Mapping[str, Atoms], elements: Sequence[str], folder: LoopFolder
) -> dict[str, Any]:
    """Describe the job that labels some structures.

    Parameters
    ----------
    structures : mapping of key to ase.Atoms
    elements : sequence of str
        Of the atom types.
    folder : LoopFolder
    """
    return {
        "label": config.model_dump(mode="json"),
        "elements": list(elements),
        "structures": {key: _as_json(atoms) for key, atoms in structures.items()},
        "labels": str(folder.labels.absolute()),
        "failed": str(folder.failed.absolute()),
        "locks": str(folder.locks.absolute()),
    }


def run_labelling(job: Mapping[str, Any]) -> dict[str, Any]:
    """Label structures that have no result yet; results are files, one for each structure.

    All structures of the job are locked while it works, in the order of their keys: a worker that outlived its
    loop finishes first, and what it has done is not done again.
    """
    config = LabelConfig.model_validate(job["label"])
    folder = Path(job["labels"])
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as locks:
        for key in sorted(job["structures"]):
            locks.enter_context(job_lock(Path(job["locks"]), f"label-{key}"))
        missing = {
            key: _from_json(one) for key, one in job["structures"].items() if not result_path(folder, key).exists()
        }
        if missing:
            _label_all(config, missing, job)
    return {"keys": sorted(job["structures"])}


def result_path(folder: Path, key: str) -> Path:
    """Return the file of one result."""
    return folder / f"{key}.json"


def read_result(folder: Path, key: str) -> tuple[Label | None, str]:
    """Read one result: the label, or none and why."""
    content = read_json(result_path(folder, key))
    if FAILED in content:
        return None, str(content[FAILED])
    return Label.from_json(content), ""


def _label_all(config: LabelConfig, structures: Mapping[str, Atoms], job: Mapping[str, Any]) -> None:
    """Label one by one; LAMMPS all together, and one by one where that fails: one bad structure costs no other."""
    keys = list(structures)
    if len(keys) > 1 and isinstance(config.by, LammpsLabel):
        try:
            for key, label in zip(keys, _attempt(config, list(structures.values()), job, keys[0]), strict=True):
                write_json(result_path(Path(job["labels"]), key), label.as_json())
        except Exception as error:
            if is_disk_error(error):
                raise
        else:
            return
    for key, atoms in structures.items():
        if not result_path(Path(job["labels"]), key).exists():
            _label_one(config, key, atoms, job)


def _label_one(config: LabelConfig, key: str, atoms: Atoms, job: Mapping[str, Any]) -> None:
    said = ""
    for attempt in range(config.retries + 1):
        try:
            label = _attempt(config, [atoms], job, key)[0]
        except Exception as error:
            if is_disk_error(error):
                raise
            said = f"{type(error).__name__}: {error}"
            _keep_output(Path(job["failed"]) / key, attempt + 1, atoms, traceback.format_exc())
        else:
            write_json(result_path(Path(job["labels"]), key), label.as_json())
            return
    write_json(result_path(Path(job["labels"]), key), {FAILED: said})


def _keep_output(folder: Path, attempt: int, atoms: Atoms, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ase.io.write(folder / "structure.xyz", atoms, format="extxyz")
    write_text(folder / f"attempt_{attempt}.txt", text)


def _attempt(config: LabelConfig, structures: Sequence[Atoms], job: Mapping[str, Any], name: str) -> list[Label]:
    """Label in a folder that is gone afterwards; its files are kept where the labels of what failed are."""
    folder = Path(job["labels"]) / f".{name}.{os.getpid()}.{time.monotonic_ns()}"
    for left in folder.parent.glob(f".{name}.*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        found = _labeller(config, job["elements"])(structures, folder)
        if len(found) != len(structures):
            raise NNPError(f"expected {len(structures)} labelled structures, got {len(found)}")
        for label, atoms in zip(found, structures, strict=True):
            _check(label, atoms)
    except Exception as error:
        if not is_disk_error(error):
            kept = Path(job["failed"]) / name / "files"
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, kept)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _labeller(config: LabelConfig, elements: Sequence[str]) -> Labeller:
    by = config.by
    if isinstance(by, LammpsLabel):
        return lambda structures, folder: label_by_lammps(by, structures, elements, folder, config.timeout_s)
    if isinstance(by, ShellLabel):
        return lambda structures, folder: _by_shell(by, structures, folder, config.timeout_s)
    return lambda structures, _folder: _by_ase(by, structures)


def _check(label: Label, atoms: Atoms) -> None:
    if not np.isfinite(label.energy) or not np.isfinite(label.forces).all():
        raise NNPError("the label has an energy or a force that is not finite")
    if label.forces.shape != (len(atoms), 3):
        raise NNPError(f"expected forces of {len(atoms)} atoms, got {label.forces.shape}")


def imported(path: str) -> Any:  # noqa: ANN401 (whatever it is)
    """Return what `module:name` names.

    Raises
    ------
    NNPError
        If there is no such thing.
    """
    module, _, name = path.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise NNPError(f"{path}: cannot be imported ({error}); expected module:name on Python's path") from error


def _by_ase(config: AseLabel, structures: Sequence[Atoms]) -> list[Label]:
    make = imported(config.calculator)
    return [label_of(_with(atoms, make(**config.arguments))) for atoms in structures]


def _with(atoms: Atoms, calculator: Any) -> Atoms:  # noqa: ANN401 (an ASE calculator)
    copy = atoms.copy()
    copy.calc = calculator
    return copy


def label_of(atoms: Atoms) -> Label:
    """Compute, or read, the label of a structure with a calculator."""
    energy = float(atoms.get_potential_energy())
    forces = np.array(atoms.get_forces(apply_constraint=False), dtype=np.float64)
    stress = None
    if atoms.pbc.all():
        try:
            stress = np.array(atoms.get_stress(), dtype=np.float64)
        except Exception:
            stress = None
    return Label(energy, forces, stress)


def _by_shell(config: ShellLabel, structures: Sequence[Atoms], folder: Path, timeout_s: float) -> list[Label]:
    for file in config.files:
        shutil.copy(file, folder / file.name)
    ase.io.write(folder / config.input, list(structures))
    command = config.command.format(input=config.input, output=config.output)
    run = run_program(["/bin/sh", "-c", command], folder, timeout_s)
    (folder / "output.txt").write_text(run.output, encoding="utf-8")
    if run.status != 0:
        check_room(folder)
        raise NNPError(f"{shlex.quote(command)}: exit status {run.status}\n{run.output}")
    if not (folder / config.output).is_file():
        raise NNPError(f"{shlex.quote(command)}: wrote no file {config.output}\n{run.output}")
    return [_label_in(atoms) for atoms in ase.io.read(folder / config.output, index=":")]


def _label_in(atoms: Atoms) -> Label:
    """Return the label that a file has, under the keys of our data or as ASE reads it."""
    from collections import Counter

    from nnmanybody.data import DataKeys, frame_of

    frame = frame_of(atoms, "output", DataKeys(), Counter())
    if frame.energy is None or frame.forces is None:
        raise NNPError("the command's output has no energy or no forces; expected REF_energy and REF_forces")
    return Label(frame.energy, frame.forces, frame.stress)


def _as_json(atoms: Atoms) -> dict[str, Any]:
    return {
        "numbers": atoms.numbers.tolist(),
        "positions": atoms.get_positions().tolist(),
        "cell": atoms.cell.array.tolist(),
        "pbc": atoms.pbc.tolist(),
    }


def _from_json(content: Mapping[str, Any]) -> Atoms:
    return Atoms(content["numbers"], content["positions"], cell=content["cell"], pbc=content["pbc"])

"""A configuration -> what the loop would do, checked as far as that is possible without doing it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from nnmanybody.sampling.conditions import grid
from nnmanybody.sampling.config import OWN_VARIABLES, AseLabel, ConditionConfig, LammpsLabel, LoopConfig
from nnmanybody.sampling.explore import write_structure
from nnmanybody.sampling.label import imported
from nnmanybody.sampling.lammps_start import check_input, command_lines
from nnmanybody.sampling.train import training_settings

from nnmanybody.config import TrainingConfig
from nnmanybody.data import DataKeys, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import Launcher
from nnmanybody.potential import Potential
from nnmanybody.yaml_config import load_yaml


def check(config: LoopConfig) -> None:
    """Find every mistake that would stop the loop later.

    Raises
    ------
    NNPError
        Listing them all.
    """
    problems: list[str] = []
    for part in (_check_files, _check_explore, _check_label, _check_train, _check_start):
        try:
            part(config)
        except NNPError as error:
            problems.append(str(error))
    if problems:
        raise NNPError("\n".join(problems))


def _check_files(config: LoopConfig) -> None:
    Launcher.find()
    paths = [config.explore.input, *config.explore.files, *config.start.structures]
    paths += [path for path in (config.start.pair, config.start.potential, config.train.config) if path is not None]
    paths += config.stop.errors.data if config.stop.errors is not None else ()
    paths += [path for entry in _entries(config) for path in entry.structures]
    missing = [path for path in dict.fromkeys(paths) if not path.exists()]
    if missing:
        raise NNPError("\n".join(f"{path}: no such file" for path in missing))


def _entries(config: LoopConfig) -> list[ConditionConfig]:
    return [*config.start.conditions, *config.explore.conditions]


def _check_explore(config: LoopConfig) -> None:
    for entry in _entries(config):
        own = set(OWN_VARIABLES) - (set() if entry.structures else {"data"})
        written = ("structure.boundary",) if entry.structures else ()
        try:
            check_input(
                config.explore.input,
                list(config.explore.files),
                own | set(entry.variables),
                ["pair", "catch"],
                written,
            )
        except NNPError as error:
            raise NNPError(f"condition {entry.name}: {error}") from error
        with TemporaryDirectory() as folder:
            for path in entry.structures:
                write_structure(Path(folder) / "structure.data", path, config.elements)


def _check_label(config: LoopConfig) -> None:
    by = config.label.by
    if isinstance(by, AseLabel):
        imported(by.calculator)
    elif isinstance(by, LammpsLabel):
        if not by.input.exists():
            raise NNPError(f"{by.input}: no such file")
        check_input(by.input, list(by.files), {"structures", "rerun"}, ["structures", "rerun"])
        units = [words[1] for words in command_lines(by.input.read_text(encoding="utf-8")) if words[0] == "units"]
        if units != ["metal"]:
            raise NNPError(f"{by.input}: expected one line `units metal` above ${{structures}}, got units {units}")
    elif "{input}" not in by.command or "{output}" not in by.command:
        raise NNPError(f"label.by.command: expected {{input}} and {{output}} in it, got {by.command!r}")


def _check_train(config: LoopConfig) -> None:
    if config.train.function is not None:
        imported(config.train.function)
        return
    import yaml

    settings = training_settings(config.train, config.elements, None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "train.yaml"
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        try:
            checked = load_yaml(path, TrainingConfig)
        except NNPError as error:
            raise NNPError(f"train: {str(error).replace(str(path), 'its settings')}") from error
    if config.select.committee is not None and checked.network.members < 2:
        raise NNPError("select.committee needs network.members of 2 or more in the settings of train, got 1")


def _check_start(config: LoopConfig) -> None:
    start = config.start
    if start.potential is not None:
        missing = sorted(set(config.elements) - set(Potential.read(start.potential).elements))
        if missing:
            raise NNPError(f"{start.potential}: does not know {', '.join(missing)} of `elements`")
    for frame in read_frames(start.structures, DataKeys()) if start.structures else []:
        extra = sorted(set(frame.atoms.symbols) - set(config.elements))
        if extra:
            raise NNPError(f"{frame.name}: has {', '.join(extra)}, which is not among `elements`")


def plan(config: LoopConfig) -> list[str]:
    """Say in lines what the loop would do."""
    start, by = config.start, config.label.by
    lines = [f"folder: {config.folder}"]
    if start.structures:
        lines.append(f"start: {len(read_frames(start.structures))} given structures")
    if start.pair is not None or start.potential is not None:
        entries = grid(start.conditions or config.explore.conditions)
        what = start.pair or start.potential
        lines.append(
            f"start: {len(entries) * config.explore.repeats} simulations with {what}, {start.most} structures of them"
        )
    conditions = grid(config.explore.conditions)
    steps = ", ".join(map(str, config.explore.steps))
    lines.append(
        f"explore: {len(conditions)} conditions × {config.explore.repeats}, {steps} steps by iteration, "
        f"on {config.explore.ranks} MPI rank{'s' * (config.explore.ranks > 1)} each"
    )
    lines += [
        f"  {one.name}: " + ", ".join(f"{name} {value}" for name, value in one.variables.items()) for one in conditions
    ]
    methods = [name for name in ("deviation", "range", "committee", "novelty") if getattr(config.select, name)]
    lines.append(
        f"select: {config.select.combine} of {', '.join(methods)}; at most {config.select.thin.most} an iteration "
        f"({config.select.thin.method})"
    )
    lines.append(
        f"label: {by.kind}, {config.label.retries} more attempt{'s' * (config.label.retries != 1)} for what fails"
    )
    lines.append(f"train: {config.train.function or 'nnp train'}, from {config.train.weights} weights")
    stop = config.stop.model_dump(exclude_none=True)
    lines.append("stop: " + ", ".join(f"{name} {value}" for name, value in stop.items() if name != "errors"))
    if config.stop.errors is not None:
        lines.append(f"  errors on {', '.join(path.name for path in config.stop.errors.data)}")
    lines.append(f"executor: {config.executor.kind}, {config.executor.workers} workers")
    return lines

"""A list of models -> each trained, judged and measured by its condition number; the smallest that is good enough.

One line of `scan.json` per model, written when it is done: a scan that was stopped goes on where it was.
"""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nnmanybody import _core
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame, read_frames
from nnmanybody.error_measures import errors_of
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import predict
from nnmanybody.fisher.analysis import FisherAnalysis, analyse
from nnmanybody.fisher.columns import n_parameters
from nnmanybody.fisher.scan_config import ScanConfig, ScanModel
from nnmanybody.model_config import ComposableModel
from nnmanybody.potential import Potential

logger = logging.getLogger(__name__)

RECORD = "scan.json"
MARK = "scan.sha256"
"""In the folder of a model: of which settings and data its checkpoint is."""
ERRORS = {
    "energy": (1e3, "meV/atom"),
    "force": (1e3, "meV/Å"),
    "force_amplitude": (1e3, "meV/Å"),
    "force_angle": (math.degrees(1.0), "°"),
}
"""Errors of every model: factor from eV, Å and radians, and unit shown."""


@dataclass(frozen=True)
class ScanRow:
    """One model of a scan.

    Attributes
    ----------
    name : str
    sha256 : str
        Of the settings and the data.
    potential : str
        Its file.
    n_parameters, n_linear : int
        Of all members; linear ones of one.
    n_significant : int
    log10_kappa : float, or None where it is infinite
        Of the linear parameters on the training data; of a committee the largest of the members.
    train, test : dict of str to float
        `energy_rmse` eV/atom, `force_rmse` and `force_amplitude_rmse` eV/Å, `force_angle_rmse` rad; what is known.
    seconds : float
        Of training and analysis.
    """

    name: str
    sha256: str
    potential: str
    n_parameters: int
    n_linear: int
    n_significant: int
    log10_kappa: float | None
    train: dict[str, float]
    test: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Scan:
    """What came of it.

    Attributes
    ----------
    rows : list of ScanRow
    finished : bool
        False if someone asked to stop: the same command goes on.
    """

    rows: list[ScanRow]
    finished: bool


def smallest_within(rows: Sequence[ScanRow], error: str, tolerance: float) -> ScanRow:
    """Return the model with fewest parameters whose test error is at most (1 + tolerance) times the smallest.

    Raises
    ------
    NNPError
        If no row has this error.
    """
    key = f"{error}_rmse"
    known = [row for row in rows if key in row.test]
    if not known:
        raise NNPError(f"no model has a {error} error on the test part: do its frames have that target?")
    best = min(row.test[key] for row in known)
    good = [row for row in known if row.test[key] <= (1.0 + tolerance) * best]
    return min(good, key=lambda row: (row.n_parameters, row.test[key]))


def run_scan(config: ScanConfig, report: Callable[[ScanRow, bool], None] = lambda row, is_new: None) -> Scan:
    """Train and judge all models that are not done yet.

    Parameters
    ----------
    config : ScanConfig
    report : callable
        Called with every row, and whether it is new.

    Raises
    ------
    NNPError
        For wrong data or configuration; names the model.
    """
    settings = [_training(config, model) for model in config.models]  # mistakes show before hours of work
    keys = config.data.keys.keys()
    train, test = (read_frames(paths, keys, config.data.index) for paths in (config.data.train, config.data.test))
    data = _data_digest(config)
    done = _read_record(config.output / RECORD)
    rows: list[ScanRow] = []
    for model, training in zip(config.models, settings, strict=True):
        mark = _hash(training, data)
        row = done.get(model.name)
        is_new = row is None or row.sha256 != mark or not Path(row.potential).is_file()
        if row is None or is_new:
            row = _one(model, training, mark, train, test)
        if row is None:
            return Scan(rows, finished=False)
        rows.append(row)
        done[model.name] = row
        _write_record(config.output / RECORD, [done[name] for name in _order(config, done)])
        report(row, is_new)
    return Scan(rows, finished=True)


def _order(config: ScanConfig, done: dict[str, ScanRow]) -> list[str]:
    """Names of the models that are done, in the order of the file; those of an earlier list are forgotten."""
    return [model.name for model in config.models if model.name in done]


def _training(config: ScanConfig, model: ScanModel) -> TrainingConfig:
    try:
        training = TrainingConfig.model_validate(config.settings(model))
        if isinstance(training.model, ComposableModel):
            _core.Expression(training.model.expression)
        return training
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        where = f"[{keys}] {message}; got {first['input']!r}" if keys else message
        raise NNPError(f"model {model.name}: {where}") from error
    except ValueError as error:
        raise NNPError(f"model {model.name}: {error}") from error


def _one(
    model: ScanModel, training: TrainingConfig, mark: str, train: Sequence[Frame], test: Sequence[Frame]
) -> ScanRow | None:
    """Train, judge and measure one model; None if someone asked to stop."""
    from nnmanybody.composable.memory import FILE_NAME as SEARCH_NAME
    from nnmanybody.training.checkpoint import FILE_NAME as CHECKPOINT_NAME
    from nnmanybody.training.run import train as run_training  # imports TensorFlow, which takes seconds

    began = time.perf_counter()
    place = training.output / MARK
    same = place.is_file() and place.read_text(encoding="ascii") == mark
    record = SEARCH_NAME if isinstance(training.model, ComposableModel) else CHECKPOINT_NAME
    resume = same and (training.output / record).is_file()
    training.output.mkdir(parents=True, exist_ok=True)
    place.write_text(mark, encoding="ascii")
    logger.info("model %s%s", model.name, ", going on from its checkpoint" if resume else "")
    try:
        result = run_training(training, resume=resume, overwrite=not resume)
        if not result.finished:
            return None
        potential = Potential.read(result.potential)
        analyses = [analyse(member, train) for member in potential.members]
    except NNPError as error:
        raise NNPError(f"model {model.name}: {error}") from error
    row = _row(model.name, mark, potential, analyses, time.perf_counter() - began)
    return replace(row, train=_errors(potential, train), test=_errors(potential, test))


def _row(name: str, mark: str, potential: Potential, analyses: Sequence[FisherAnalysis], seconds: float) -> ScanRow:
    """Return a row without errors."""
    worst = max((one.whole for one in analyses), key=lambda one: one.log10_kappa)
    kappa = worst.as_json()["log10_kappa"]
    sizes = (n_parameters(potential), worst.n_parameters, worst.n_significant)
    return ScanRow(name, mark, potential.name, *sizes, log10_kappa=kappa, train={}, test={}, seconds=seconds)


def _errors(potential: Potential, frames: Sequence[Frame]) -> dict[str, float]:
    found = errors_of(list(zip(frames, predict(potential, frames), strict=True)))
    known = {f"{name}_rmse": getattr(found, f"{name}_rmse") for name in ERRORS}
    return {name: value for name, value in known.items() if value is not None}


def _hash(training: TrainingConfig, data: str) -> str:
    """Of everything that decides about a row: settings, and the digest of the data."""
    settings = training.model_dump(mode="json", exclude={"output", "data"})
    return hashlib.sha256((json.dumps(settings, sort_keys=True) + data).encode()).hexdigest()


def _data_digest(config: ScanConfig) -> str:
    """Of the contents of the data files, and how they are read."""
    data = config.data.model_dump(mode="json", exclude={"train", "test"})
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode())
    for part in (config.data.train, config.data.test):
        for path in part:
            if path.is_file():
                digest.update(path.read_bytes())
        digest.update(b"|")
    return digest.hexdigest()


def _read_record(path: Path) -> dict[str, ScanRow]:
    """Rows by name; nothing where there is no record yet.

    Raises
    ------
    NNPError
        If the file is not such a record.
    """
    if not path.is_file():
        return {}
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {row["name"]: ScanRow(**row) for row in content["rows"]}
    except (ValueError, KeyError, TypeError) as error:
        raise NNPError(f"{path}: expected the record of a scan, got something else ({error}); remove it") from error


def _write_record(path: Path, rows: Sequence[ScanRow]) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps({"rows": [asdict(row) for row in rows]}, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)

"""Configuration -> a trained potential and the record of its training, in one folder."""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from numpy.typing import NDArray

from nnmanybody.config import TrainingConfig
from nnmanybody.model_config import ComposableModel
from nnmanybody.potential import Potential
from nnmanybody.training import checkpoint as checkpoints
from nnmanybody.training import learning_curve
from nnmanybody.training.checkpoint import Checkpoint
from nnmanybody.training.checks import check_start
from nnmanybody.training.cluster import Cluster
from nnmanybody.training.display import epoch_display, summary
from nnmanybody.training.fit_errors import FitErrors, TrainingDivergedError
from nnmanybody.training.interrupt import StopRequest, stop_request
from nnmanybody.training.learning_curve import LearningCurve
from nnmanybody.training.prepare import Prepared, prepare
from nnmanybody.training.processes import Processes, connect
from nnmanybody.training.progress_state import Progress
from nnmanybody.training.provenance import header, provenance
from nnmanybody.training.refit import refit_last_layers
from nnmanybody.training.split import Split
from nnmanybody.training.tensorboard_log import TensorBoardLog
from nnmanybody.training.tensorflow import set_threads
from nnmanybody.training.trainer import Trainer

logger = logging.getLogger(__name__)

POTENTIAL_NAME = "potential.nnp"
RESULT_NAME = "result.json"
SPLIT_NAME = "split.txt"
CONFIG_NAME = "config.yaml"


@dataclass(frozen=True)
class TrainingResult:
    """What came of a training.

    Attributes
    ----------
    potential : Path
        The file with the best weights.
    errors : dict of "train", "valid" to FitErrors
        Of these weights.
    epochs, best_epoch : int
    finished : bool
        False if someone asked to stop: resume to go on.
    """

    potential: Path
    errors: dict[str, FitErrors]
    epochs: int
    best_epoch: int
    finished: bool


@dataclass
class _Run:
    """A training under way."""

    config: TrainingConfig
    prepared: Prepared
    trainer: Trainer
    progress: Progress
    best: Sequence[NDArray[Any]]

    @property
    def writes(self) -> bool:
        """Whether files are written by this process; of several, by the first."""
        return self.trainer.processes.is_chief

    @property
    def folder(self) -> Path:
        return self.config.output


def train(config: TrainingConfig, *, resume: bool = False, overwrite: bool = False) -> TrainingResult:
    """Train a potential.

    Writes into `config.output`: the potential with the best weights, the learning curve, a checkpoint,
    the configuration with all defaults, the split, the errors reached.

    Parameters
    ----------
    config : TrainingConfig
    resume : bool
        Continue from the checkpoint in the output folder.
    overwrite : bool
        Start anew where the output folder already has a training.

    Raises
    ------
    NNPError
        For wrong data or configuration, and if the loss is no longer finite (the best weights are kept).
    """
    cluster = Cluster.from_environment()
    check_start(config, cluster, resume=resume, overwrite=overwrite)
    if isinstance(config.model, ComposableModel):
        from nnmanybody.composable.train import train_composable  # which imports this module

        return train_composable(config, config.model, resume=resume)
    set_threads(config.threads)
    processes = connect(cluster)
    restored = Checkpoint.read(config.output / checkpoints.FILE_NAME) if resume else None
    mode = None if restored is None or config.inputs != "auto" else restored.state.get("inputs")
    prepared = prepare(config, mode, cluster.on_this_machine)
    run = _begin(config, prepared, restored, processes)
    curve = None
    if run.writes:
        write_record(config, prepared.split)
        curve = LearningCurve(config.output / learning_curve.FILE_NAME, run.progress.epoch)
    try:
        with stop_request() as stop:
            _epochs(run, curve, stop)
    except TrainingDivergedError as error:
        kept = _conclude(run) if run.progress.best_epoch or prepared.fitted else None
        saved = f"The best weights, of epoch {run.progress.best_epoch}, are in {kept.potential}" if kept else ""
        raise TrainingDivergedError(f"{error}\n{saved}".rstrip()) from None
    return _conclude(run)


def _begin(config: TrainingConfig, prepared: Prepared, restored: Checkpoint | None, processes: Processes) -> _Run:
    trainer = Trainer(prepared.model, config, processes)
    run = _Run(config, prepared, trainer, Progress(), trainer.exported_values())
    if restored is not None:
        restored.check_same_training(config, prepared.data_hash, config.output / checkpoints.FILE_NAME)
        trainer.restore(restored.arrays)
        trainer.learning_rate.restore(restored.state["learning_rate"])
        run.progress = Progress(**restored.state["progress"])
        run.best = restored.arrays["best"]
        logger.info("resuming after epoch %d", run.progress.epoch)
    elif prepared.fitted:
        run.progress.begin(trainer.measure(trainer.batches(prepared.validation or prepared.train)).loss)
    n_weights = sum(int(variable.shape.num_elements()) for variable in prepared.model.variables)
    logger.info("%d weights in %d networks", n_weights, len(prepared.model.elements))
    return run


def write_record(config: TrainingConfig, split: Split) -> None:
    """Write what the training is made of: the full configuration and who is in which part."""
    # This file lies elsewhere than the one it repeats: paths that count from its folder would change their meaning.
    settings = yaml.safe_dump(_plain(config.model_dump()), sort_keys=False, allow_unicode=True)
    (config.output / CONFIG_NAME).write_text(settings, encoding="utf-8")
    parts = (("train", split.train), ("validation", split.validation), ("isolated", split.isolated))
    lines = [f"{name} {frame.name}\n" for name, frames in parts for frame in frames]
    (config.output / SPLIT_NAME).write_text("# part frame\n" + "".join(lines), encoding="utf-8")


def _plain(value: object) -> object:
    """Make what YAML can write, with absolute paths."""
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _epochs(run: _Run, curve: LearningCurve | None, stop: StopRequest) -> None:
    """Train epoch by epoch until all are done, nothing improves, or someone asks to stop."""
    config, progress, processes = run.config, run.progress, run.trainer.processes
    board = _tensorboard(run)
    stopped = False
    with epoch_display(progress.epoch, config.epochs) as display:
        while progress.epoch < config.epochs and not stopped and not _out_of_patience(run):
            values = _one_epoch(run)
            stopped = processes.any(stop.requested)
            if curve is not None:
                curve.append(progress.epoch, values)
            display.update(progress.epoch, values)
            if board is not None:
                board.epoch(progress.epoch, values, run.prepared.model)
            if progress.epoch % config.checkpoint_every == 0:
                _save(run)
    if board is not None:
        board.close()
    _save(run)
    if progress.epoch < config.epochs and _out_of_patience(run):
        logger.info("no improvement since epoch %d: stopped early", progress.patience_epoch)
    elif stopped:
        logger.warning("stopped after epoch %d; a checkpoint is written", progress.epoch)


def _one_epoch(run: _Run) -> dict[str, float]:
    """Train one epoch; returns the values of its line in the learning curve."""
    began = time.perf_counter()
    progress, trainer = run.progress, run.trainer
    rate = trainer.learning_rate.at(progress.epoch)
    errors = trainer.train_epoch(run.prepared.train, progress.epoch)
    values = {"learning_rate": rate, **errors.named("train")}
    if len(run.prepared.validation):
        errors = trainer.measure(trainer.batches(run.prepared.validation))
        values |= errors.named("valid")
    min_delta = 0.0 if run.config.early_stopping is None else run.config.early_stopping.min_delta
    if progress.end_epoch(errors.loss, min_delta):
        run.best = trainer.exported_values()
    trainer.learning_rate.end_epoch(errors.loss)
    progress.seconds += time.perf_counter() - began
    return {**values, "seconds": progress.seconds}


def _out_of_patience(run: _Run) -> bool:
    stopping = run.config.early_stopping
    return stopping is not None and run.progress.waited >= stopping.patience


def _save(run: _Run) -> None:
    """Write the checkpoint."""
    if not run.writes:
        return
    state = {
        "progress": run.progress.state(),
        "learning_rate": run.trainer.learning_rate.state(),
        "inputs": run.prepared.mode,
    }
    arrays = {**run.trainer.arrays(), "best": run.best}
    settings = run.config.model_dump(mode="json")
    Checkpoint(arrays, state, settings, run.prepared.data_hash).write(run.folder / checkpoints.FILE_NAME)


def _tensorboard(run: _Run) -> TensorBoardLog | None:
    if not run.config.tensorboard.enabled or not run.writes:
        return None
    board = TensorBoardLog(run.folder / "tensorboard", run.config.tensorboard.histograms_every)
    board.graph(run.trainer.graph_function)
    return board


def _conclude(run: _Run) -> TrainingResult:
    """Measure the best weights on all data and write the potential."""
    model, trainer, progress = run.prepared.model, run.trainer, run.progress
    with model.holding(run.best):
        refit_last_layers(trainer, run.prepared.train, run.prepared.validation)
        errors = {"train": trainer.measure_now(trainer.batches(run.prepared.train))}
        if len(run.prepared.validation):
            errors["valid"] = trainer.measure_now(trainer.batches(run.prepared.validation))
        lines = provenance(run.config, run.prepared, progress, errors, trainer.processes.count)
        path = run.config.potential or run.folder / POTENTIAL_NAME
        if run.writes:
            Potential(model.definition(lines, header()), str(path)).write(path)
    stopping = _out_of_patience(run) or progress.epoch >= run.config.epochs
    result = TrainingResult(path, errors, progress.epoch, progress.best_epoch, stopping)
    for part, reached in errors.items():
        logger.info("best epoch %d: %s", progress.best_epoch, summary(reached.named(part)))
    logger.info("potential: %s", path)
    if run.writes:
        _write_result(run, result)
    cache = run.prepared.cache
    if cache is not None and stopping and run.config.cache is None:
        cache.remove()
    trainer.processes.any(False)  # nobody leaves before all is written
    return result


def _write_result(run: _Run, result: TrainingResult) -> None:
    """Write the errors as JSON: eV/atom, eV/Å, eV/Å³, eV."""
    content = {
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        "finished": result.finished,
        "seconds": run.progress.seconds,
        **{
            part: {"loss": errors.loss, **{f"{target}_rmse": value for target, value in errors.rmse.items()}}
            for part, errors in result.errors.items()
        },
    }
    (run.folder / RESULT_NAME).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

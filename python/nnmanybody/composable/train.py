"""Configuration with `model: composable` -> a potential and the record of its fit, in one folder."""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.checks.before_training import check_before_training
from nnmanybody.composable.layout import Layout
from nnmanybody.composable.linear import Data
from nnmanybody.composable.memory import FILE_NAME as SEARCH_NAME
from nnmanybody.composable.memory import Memory
from nnmanybody.composable.search import Effort, Fit, fit_by_parts
from nnmanybody.config import DataConfig, TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.data_sources import read_entries
from nnmanybody.error_measures import errors_of
from nnmanybody.errors import NNPError
from nnmanybody.model_config import ComposableModel
from nnmanybody.potential import Potential
from nnmanybody.training import checks
from nnmanybody.training.fit_errors import FitErrors
from nnmanybody.training.inputs import statistics
from nnmanybody.training.learning_curve import FILE_NAME as CURVE_NAME
from nnmanybody.training.learning_curve import LearningCurve
from nnmanybody.training.provenance import data_hash, header
from nnmanybody.training.run import POTENTIAL_NAME, RESULT_NAME, TrainingResult, write_record
from nnmanybody.training.split import Split, split_frames

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]

NAMES = {"energy": "energy_rmse", "forces": "force_rmse"}
"""Targets as the record of a training calls them."""


def layout_of(model: ComposableModel, elements: Sequence[str]) -> Layout:
    """Parse the expression.

    Raises
    ------
    NNPError
        If it cannot be read.
    """
    try:
        expression = _core.Expression(model.expression)
    except ValueError as error:
        raise NNPError(str(error)) from error
    return Layout(expression, tuple(elements), model.cutoff, model.cutoff_function)


def fit(data: Data, layout: Layout, model: ComposableModel, seed: int, memory: Memory | None = None) -> Fit:
    """Fit all parameters as the configuration says; the memory is that of a search that may be stopped."""
    effort = Effort(model.trials, model.random_trials, model.cycles, model.starts)
    found = fit_by_parts(data, layout, effort, seed, memory)
    if model.gradient_steps:
        from nnmanybody.composable.gradient import improve  # imports TensorFlow, which takes seconds

        found = improve(data, layout, found, model.gradient_steps)
        logger.info("%s: all parameters at once, loss %.6g", layout.expression.text, found.loss)
    return found


def definition_of(
    data: Data,
    layout: Layout,
    found: Fit,
    provenance: Sequence[tuple[str, str]] = (),
    header: Mapping[str, str] | None = None,
) -> _core.PotentialDefinition:
    """Everything that the potential file holds, with the statistics of the functions over the data."""
    blank = layout.sections(found.logarithms, found.coefficients)
    values: list[list[FloatArray]] = [[] for _ in layout.elements]
    core = _core.Potential(_core.PotentialDefinition(blank))
    for species, pairs in zip(data.species, data.pairs, strict=True):
        blocks = core.descriptors(species, pairs.first, pairs.neighbor, pairs.displacement)
        for collected, (_, block) in zip(values, blocks, strict=True):
            collected.append(block)
    tables = [statistics(np.concatenate(collected)) for collected in values]
    sections = layout.sections(found.logarithms, found.coefficients, tables)
    return _core.PotentialDefinition(sections, list(provenance), header or {})


def errors_on(potential: Potential, frames: Sequence[Frame]) -> dict[str, float]:
    """Root mean square errors: energy eV/atom, forces and their lengths eV/Å, angles rad; those that are known."""
    errors = errors_of([(frame, potential.evaluate(frame.atoms)) for frame in frames])
    names = ("energy_rmse", "force_rmse", "force_amplitude_rmse", "force_angle_rmse")
    known = {name: getattr(errors, name) for name in names}
    return {name: value for name, value in known.items() if value is not None}


def summary(errors: dict[str, float]) -> str:
    """One line of the log."""
    units = {"energy_rmse": "eV/atom", "force_angle_rmse": "rad"}
    return ", ".join(f"{name} {value:.4g} {units.get(name, 'eV/Å')}" for name, value in errors.items())


def train_composable(config: TrainingConfig, model: ComposableModel, *, resume: bool) -> TrainingResult:
    """Fit a composable model; writes potential, configuration, split and errors into the output folder.

    Parameters
    ----------
    config : TrainingConfig
    model : ComposableModel
        Its section `model`.
    resume : bool
        Go on with the search whose points are in the output folder.

    Raises
    ------
    NNPError
        For wrong data or configuration.
    """
    began = time.perf_counter()
    split = _read(config.data)
    check_before_training(
        split.train,
        (*split.validation, *split.isolated),
        keys=config.data.keys.keys(),
        wanted=("energy", "forces"),
        cutoff=model.cutoff,
        action=config.data.faults,
    )
    elements = checks.elements_of((*split.train, *split.validation), config.elements)
    layout = layout_of(model, elements)
    write_record(config, split)
    data = Data.of(split.train, elements, model.cutoff, model.energy_weight)
    about = {
        **model.model_dump(mode="json"),
        "seed": config.seed,
        "elements": list(elements),
        "data": data_hash(split),
        "version": version("nnmanybody"),
    }
    memory = Memory(config.output / SEARCH_NAME, about, resume=resume)
    found = fit(data, layout, model, config.seed, memory)
    _write_curve(config.output / CURVE_NAME, memory)
    potential = Potential(definition_of(data, layout, found))
    errors = {"train": errors_on(potential, split.train)}
    if split.validation:
        errors["valid"] = errors_on(potential, split.validation)
    path = config.potential or config.output / POTENTIAL_NAME
    lines = _provenance(config, split, layout, errors)
    Potential(definition_of(data, layout, found, lines, header()), str(path)).write(path)
    seconds = time.perf_counter() - began
    result = _result_text(seconds, found, layout, errors, memory)
    (config.output / RESULT_NAME).write_text(result, encoding="utf-8")
    for part, reached in errors.items():
        logger.info("%s: %s", part, summary(reached))
    logger.info("potential: %s", path)
    fit_errors = {
        part: FitErrors(found.loss, {target: reached[name] for target, name in NAMES.items() if name in reached})
        for part, reached in errors.items()
    }
    return TrainingResult(path, fit_errors, epochs=0, best_epoch=0, finished=True)


def _read(config: DataConfig) -> Split:
    frames, validation = (
        read_entries(entries, config.keys.keys(), config.index) for entries in (config.train, config.validation)
    )
    return split_frames(
        frames, validation, config.validation_fraction, config.split_seed, config.validation_config_types
    )


def _provenance(
    config: TrainingConfig, split: Split, layout: Layout, errors: dict[str, dict[str, float]]
) -> list[tuple[str, str]]:
    lines = [
        ("package_version", version("nnmanybody")),
        ("data_sha256", data_hash(split)),
        ("frames", f"{len(split.train)} train, {len(split.validation)} validation, {len(split.isolated)} isolated"),
        ("split_seed", str(config.data.split_seed)),
        ("seed", str(config.seed)),
        ("parameters", f"{layout.n_coefficients} linear, {len(layout.parameters)} nonlinear"),
    ]
    lines += [(f"errors_{part}", summary(reached)) for part, reached in errors.items()]
    return [*lines, ("config", json.dumps({"model": config.model.model_dump(mode="json")}, ensure_ascii=False))]


def _write_curve(path: Path, memory: Memory) -> None:
    """Write the lowest loss so far over the trials of the search, which stand in place of epochs."""
    curve = LearningCurve(path)
    lowest = np.minimum.accumulate(np.array(memory.losses, dtype=np.float64))
    for trial, (loss, seconds) in enumerate(zip(lowest, memory.seconds, strict=True), start=1):
        curve.append(trial, {"loss_train": float(loss), "seconds": seconds})


def _result_text(
    seconds: float, found: Fit, layout: Layout, errors: dict[str, dict[str, float]], memory: Memory
) -> str:
    """JSON of the errors, in eV and Å, and of the sizes of the model."""
    content = {
        "expression": layout.expression.text,
        "n_linear": layout.n_coefficients,
        "n_nonlinear": len(layout.parameters),
        "loss": found.loss,
        "seconds": seconds,
        "epochs": len(memory.losses),
        "best_epoch": int(np.argmin(memory.losses)) + 1 if memory.losses else 0,
        **{
            part: {f"{target}_rmse": reached[name] for target, name in NAMES.items() if name in reached}
            for part, reached in errors.items()
        },
    }
    return json.dumps(content, indent=2) + "\n"

"""Configuration -> everything a training needs: checked data, symmetry functions, networks, inputs."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnmanybody.checks.before_training import check_before_training
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.data_sources import read_entries
from nnmanybody.descriptor_config import IntervalSet
from nnmanybody.model import (
    Description,
    Model,
    element_model_from_section,
    new_element_model,
    with_inputs,
)
from nnmanybody.model_config import RadialBasisModel
from nnmanybody.potential import Potential
from nnmanybody.training import checks, functions, memory
from nnmanybody.training.frame_inputs import Wanted, centers_of
from nnmanybody.training.frame_maker import FrameMaker, cache_folder
from nnmanybody.training.group_lasso import rank_functions
from nnmanybody.training.input_cache import InputCache
from nnmanybody.training.input_sources import Inputs
from nnmanybody.training.inputs import Whitening
from nnmanybody.training.moments import Moments
from nnmanybody.training.optimizers import initializer
from nnmanybody.training.pair_core import choose_core, without_core
from nnmanybody.training.potential_fit import fit_directly
from nnmanybody.training.provenance import data_hash
from nnmanybody.training.radial_basis_element import new_radial_basis
from nnmanybody.training.reference_energies import reference_energies, residual_energies
from nnmanybody.training.split import Split, split_frames
from nnmanybody.training.survey import Survey, survey
from nnmanybody.training.trainable import TrainableElement

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]

SMALLEST_SCALE = 1e-6
"""eV; less is the rounding of relaxed structures."""


@dataclass(frozen=True)
class Prepared:
    """What `prepare` makes of a configuration.

    Attributes
    ----------
    split : Split
    data_hash : str
    model : Model
        With its first weights.
    mode : "memory", "stream" or "matrix_free"
        Where inputs are kept.
    train, validation : Inputs
    cache : InputCache, optional
    fitted : bool
        The first weights are a fit already, not random.
    """

    split: Split
    data_hash: str
    model: Model
    mode: memory.Mode
    train: Inputs
    validation: Inputs
    cache: InputCache | None
    fitted: bool = False


def prepare(config: TrainingConfig, mode: memory.Mode | None = None, processes: int = 1) -> Prepared:
    """Read and check the data, choose functions and scaling, make networks, compute inputs.

    Parameters
    ----------
    config : TrainingConfig
    mode : "memory", "stream" or "matrix_free", optional
        Where inputs are kept, whatever the configuration says: a training that goes on needs the same numbers.
    processes : int
        That share this machine's memory.

    Raises
    ------
    NNPError
        For everything wrong with data or configuration; see `nnmanybody.checks` and `checks`.
    """
    split = _read(config)
    wanted = Wanted.from_weights(config.loss.targets)
    all_frames = (*split.train, *split.validation)
    elements = checks.elements_of(all_frames, _elements_asked_for(config))
    start = None if config.start is None else Potential.read(config.start)
    set_config = config.symmetry_functions or IntervalSet()
    cutoff = functions.cutoff_of(set_config) if start is None else start.cutoff
    _check(config, split, cutoff)
    counts = np.sum([[len(own) for own in centers_of(frame, elements, wanted)] for frame in split.train], axis=0)
    checks.check_elements(dict(zip(elements, counts.tolist(), strict=True)))
    candidates = _candidates(set_config, start, split, elements)
    found = survey(
        split.train,
        split.validation,
        elements=elements,
        functions=candidates,
        cutoff=cutoff,
        wanted=wanted,
        threads=config.threads,
    )
    core = choose_core(config.pair_core, all_frames, cutoff, start)
    targets = without_core(split, core, elements)
    if start is None:
        networks = _new_networks(config, elements, targets, candidates, found)
    else:
        networks = _networks_of(start, config, found)
    model = Model(networks, config.threads, core)
    maker = _frame_maker(model, config, wanted=wanted, found=found, split=split, mode=mode, processes=processes)
    train, validation = (maker.inputs(part, "Jacobians") for part in (targets.train, targets.validation))
    fitted = isinstance(config.model, RadialBasisModel)
    if isinstance(config.model, RadialBasisModel):
        fit_directly(model, train, config.model, config.loss, config.data.split_seed)
    return Prepared(split, data_hash(split), model, maker.mode, train, validation, maker.cache, fitted)


def _check(config: TrainingConfig, split: Split, cutoff: float) -> None:
    """Refuse what is wrong with the data."""
    check_before_training(
        split.train,
        (*split.validation, *split.isolated),
        keys=config.data.keys.keys(),
        wanted=[target for target, weight in config.loss.targets.items() if weight > 0.0],
        cutoff=cutoff,
        action=config.data.faults,
    )
    checks.check_targets(split.train, config.loss.targets, config.data.keys.keys())
    checks.check_validation(split.validation, config.loss.targets)


def energy_scale(frames: Sequence[Frame]) -> float:
    """Root mean square of the force components times 1 Å, eV; 1 where there are no forces but zeros."""
    components = [frame.forces.ravel() for frame in frames if frame.forces is not None]
    size = float(np.sqrt(np.mean(np.square(np.concatenate(components))))) if components else 0.0
    return size if size > SMALLEST_SCALE else 1.0


def _read(config: TrainingConfig) -> Split:
    keys = config.data.keys.keys()
    frames = read_entries(config.data.train, keys, config.data.index)
    validation = read_entries(config.data.validation, keys, config.data.index)
    return split_frames(
        frames,
        validation,
        config.data.validation_fraction,
        config.data.split_seed,
        config.data.validation_config_types,
    )


def _elements_asked_for(config: TrainingConfig) -> Sequence[str] | None:
    if config.start is not None:
        return Potential.read(config.start).elements
    return config.elements


def _candidates(
    set_config: functions.SetConfig, start: Potential | None, split: Split, elements: Sequence[str]
) -> list[functions.Functions]:
    """Functions by element, before some are left out."""
    if start is not None:
        return [tuple(section.functions) for section in start.definition.sections]
    return list(functions.symmetry_functions(set_config, split.train, elements).values())


def _new_networks(
    config: TrainingConfig,
    elements: Sequence[str],
    split: Split,
    candidates: Sequence[functions.Functions],
    found: Survey,
) -> list[TrainableElement]:
    """Models with their first weights."""
    set_config = config.symmetry_functions or IntervalSet()
    reference = reference_energies(config.reference_energies, split.train, split.isolated, elements)
    rest = residual_energies(split.train, reference)
    kind, (lower, upper) = config.scaling.kind, config.scaling.bounds
    ranked = rank_functions(config, set_config.count or 0, prepare) if set_config.select == "group_lasso" else {}
    networks: list[TrainableElement] = []
    for species, (element, listed) in enumerate(zip(elements, candidates, strict=True)):
        best = ranked.get(element)
        kept = (
            functions.select(set_config, element, listed, found.samples[species].table)
            if best is None
            else functions.report_chosen(element, listed, [(listed.index(function), why) for function, why in best])
        )
        description = Description(
            element=element,
            functions=tuple(listed[index] for index in kept),
            statistics=found.moments[species].statistics(kept),
            scaling=(kind, lower, upper),
            whitening=None,
            reference_energy=reference[element],
            energy_scale=energy_scale(split.train),
        )
        moments = found.moments[species]
        rng = np.random.default_rng([config.seed, species])
        if isinstance(config.model, RadialBasisModel):
            table = found.samples[species].table[:, kept]
            networks.append(
                new_radial_basis(
                    description,
                    moments=moments,
                    kept=kept,
                    table=table,
                    config=config.model,
                    rng=rng,
                    dtype=config.precision,
                )
            )
            continue
        description = _whitened(description, moments, kept, config)
        networks.append(
            new_element_model(
                description,
                config.network.for_element(element),
                initializer=initializer(config.network.initialization),
                rng=rng,
                output_bias=rest[element],
                dtype=config.precision,
                n_members=config.network.members,
            )
        )
    return networks


def _whitened(description: Description, moments: Moments, kept: Sequence[int], config: TrainingConfig) -> Description:
    if config.whitening is None:
        return description
    scaled = description.scaled_moments(moments, kept)
    return replace(description, whitening=Whitening.of_covariance(*scaled, config.whitening.floor))


def _networks_of(start: Potential, config: TrainingConfig, found: Survey) -> list[TrainableElement]:
    """Networks of a potential, adapted to the ranges of the data but unchanged as functions of a structure."""
    networks: list[TrainableElement] = []
    for species, section in enumerate(start.definition.sections):
        functions.refuse_constant(section.element, tuple(section.functions), found.samples[species].table)
        network = element_model_from_section(section, config.precision)
        moments = found.moments[species]
        table = moments.statistics()
        table[:, 0] = np.minimum(table[:, 0], section.statistics[:, 0])
        table[:, 1] = np.maximum(table[:, 1], section.statistics[:, 1])
        every = range(len(section.functions))
        description = _whitened(replace(network.description, statistics=table), moments, every, config)
        networks.append(with_inputs(network, table, description.whitening))
    return networks


def _frame_maker(
    model: Model,
    config: TrainingConfig,
    *,
    wanted: Wanted,
    found: Survey,
    split: Split,
    mode: memory.Mode | None,
    processes: int,
) -> FrameMaker:
    """Choose where inputs are kept, from what they take and what there is."""
    elements = [network.description.element for network in model.elements]
    listed = [network.description.functions for network in model.elements]
    n_bytes = found.n_bytes([len(own) for own in listed], np.dtype(config.precision).itemsize)
    folder, missing, cache = cache_folder(config), n_bytes, None
    if config.cache is not None or folder.exists():
        cache = InputCache(folder, elements, listed, wanted=wanted, dtype=config.precision)
        frames = (*split.train, *split.validation)
        there = [cache.contains(frame, centers_of(frame, elements, wanted)) for frame in frames]
        missing = n_bytes[~np.array(there)]
    chosen = memory.choose(
        mode or config.inputs,
        need=float(n_bytes.sum()),
        missing=float(missing.sum()),
        folder=folder,
        precision=config.precision,
        n_processes=processes,
    )
    if chosen == "stream" and cache is None:
        cache = InputCache(folder, elements, listed, wanted=wanted, dtype=config.precision)
    return FrameMaker(model, config, chosen, wanted, cache)

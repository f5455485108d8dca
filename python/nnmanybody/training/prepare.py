"""Configuration -> everything a training needs: checked data, symmetry functions, networks, inputs."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.checks.before_training import check_before_training
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.data_sources import read_entries
from nnmanybody.descriptor_config import IntervalSet
from nnmanybody.model import (
    Description,
    ElementModel,
    Model,
    element_model_from_section,
    new_element_model,
    with_inputs,
)
from nnmanybody.potential import Potential
from nnmanybody.training import checks, functions, memory
from nnmanybody.training.batch import with_tensors
from nnmanybody.training.display import track
from nnmanybody.training.frame_inputs import (
    FrameInputs,
    Geometry,
    Wanted,
    descriptor_values,
    frame_inputs,
    geometry,
    in_threads,
    n_bytes,
)
from nnmanybody.training.inputs import Whitening, statistics
from nnmanybody.training.optimizers import initializer
from nnmanybody.training.pair_core import choose_core, without_core
from nnmanybody.training.provenance import data_hash
from nnmanybody.training.reference_energies import reference_energies, residual_energies
from nnmanybody.training.split import Split, split_frames

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
    train, validation : tuple of FrameInputs
    """

    split: Split
    data_hash: str
    model: Model
    train: tuple[FrameInputs, ...]
    validation: tuple[FrameInputs, ...]


def prepare(config: TrainingConfig) -> Prepared:
    """Read and check the data, choose functions and scaling, make networks, compute inputs.

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

    core = choose_core(config.pair_core, all_frames, cutoff, start)
    targets = without_core(split, core, elements)
    all_targets = (*targets.train, *targets.validation)
    structures = list(
        track(
            in_threads(lambda frame: geometry(frame, elements, cutoff, wanted), all_targets, config.threads),
            len(all_targets),
            "Neighbors",
        )
    )
    train = structures[: len(split.train)]
    checks.check_elements({element: sum(len(item.centers[n]) for item in train) for n, element in enumerate(elements)})
    if start is None:
        networks = _new_networks(config, elements, targets, train)
    else:
        networks = _networks_of(start, config, elements, train)
    inputs = _all_inputs(networks, structures, wanted, config)
    n_train = len(train)
    return Prepared(split, data_hash(split), Model(networks, core), inputs[:n_train], inputs[n_train:])


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


def _descriptors(elements: Sequence[str], chosen: Sequence[functions.Functions]) -> list[_core.Descriptor]:
    return [_core.Descriptor(list(elements), list(listed)) for listed in chosen]


def _training_values(
    train: Sequence[Geometry], elements: Sequence[str], chosen: Sequence[functions.Functions], threads: int | None
) -> list[FloatArray]:
    """Values of the functions of all training centers, (n_atoms, n_functions) by element."""
    descriptors = _descriptors(elements, chosen)
    values = track(
        in_threads(lambda structure: descriptor_values(structure, descriptors), train, threads), len(train), "Functions"
    )
    return [np.concatenate(blocks) for blocks in zip(*values, strict=True)]


def _new_networks(
    config: TrainingConfig, elements: Sequence[str], split: Split, train: Sequence[Geometry]
) -> list[ElementModel]:
    """Networks with random weights."""
    set_config = config.symmetry_functions or IntervalSet()
    by_element = functions.symmetry_functions(set_config, split.train, elements)
    values = _training_values(train, elements, list(by_element.values()), config.threads)
    reference = reference_energies(config.reference_energies, split.train, split.isolated, elements)
    rest = residual_energies(split.train, reference)
    kind, (lower, upper) = config.scaling.kind, config.scaling.bounds
    networks = []
    for species, (element, table) in enumerate(zip(elements, values, strict=True)):
        kept = functions.select(set_config, element, by_element[element], table)
        numbers = table[:, kept]
        description = Description(
            element=element,
            functions=tuple(by_element[element][index] for index in kept),
            statistics=statistics(numbers),
            scaling=(kind, lower, upper),
            whitening=None,
            reference_energy=reference[element],
            energy_scale=energy_scale(split.train),
        )
        description = _whitened(description, numbers, config)
        rng = np.random.default_rng([config.seed, species])
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


def _whitened(description: Description, values: FloatArray, config: TrainingConfig) -> Description:
    if config.whitening is None:
        return description
    scaled = description.transform.values(values)
    return replace(description, whitening=Whitening.fit(scaled, config.whitening.floor))


def _networks_of(
    start: Potential, config: TrainingConfig, elements: Sequence[str], train: Sequence[Geometry]
) -> list[ElementModel]:
    """Networks of a potential, adapted to the ranges of the data but unchanged as functions of a structure."""
    sections = start.definition.sections
    values = _training_values(train, elements, [tuple(section.functions) for section in sections], config.threads)
    networks = []
    for section, numbers in zip(sections, values, strict=True):
        functions.refuse_constant(section.element, tuple(section.functions), numbers)
        network = element_model_from_section(section, config.precision)
        table = statistics(numbers)
        table[:, 0] = np.minimum(table[:, 0], section.statistics[:, 0])
        table[:, 1] = np.maximum(table[:, 1], section.statistics[:, 1])
        description = _whitened(replace(network.description, statistics=table), numbers, config)
        networks.append(with_inputs(network, table, description.whitening))
    return networks


def _all_inputs(
    networks: Sequence[ElementModel], structures: Sequence[Geometry], wanted: Wanted, config: TrainingConfig
) -> tuple[FrameInputs, ...]:
    """Compute inputs and Jacobians of all frames; says first how much memory they need."""
    elements = [network.description.element for network in networks]
    descriptors = _descriptors(elements, [network.description.functions for network in networks])
    transforms = [network.description.transform for network in networks]
    reference = [network.description.reference_energy for network in networks]
    precision, itemsize = config.precision, np.dtype(config.precision).itemsize
    memory.state_need(sum(n_bytes(structure, descriptors, wanted, itemsize) for structure in structures), precision)

    def one(structure: Geometry) -> FrameInputs:
        weight = config.loss.config_types.get(structure.frame.config_type, 1.0) * structure.frame.weight
        inputs = frame_inputs(
            structure, descriptors, transforms, reference, wanted=wanted, dtype=precision, weight=weight
        )
        return with_tensors(inputs)

    return tuple(track(in_threads(one, structures, config.threads), len(structures), "Jacobians"))

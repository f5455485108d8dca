"""What must hold before a training starts; each failure is an error that says how to mend it."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from ase.data import atomic_numbers

from nnmanybody.composable.memory import FILE_NAME as SEARCH_NAME
from nnmanybody.config import TrainingConfig
from nnmanybody.data import DataKeys, Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import NeighborList, neighbor_list
from nnmanybody.training.checkpoint import FILE_NAME as CHECKPOINT_NAME
from nnmanybody.training.cluster import Cluster

logger = logging.getLogger(__name__)

SHORTEST_DISTANCE = 0.3
"""Å. Less than half of the shortest bond there is, H2's 0.74 Å."""


def check_start(config: TrainingConfig, cluster: Cluster, *, resume: bool, overwrite: bool) -> None:
    """Check what can be known in an instant, before TensorFlow is loaded and data is read.

    Parameters
    ----------
    config : TrainingConfig
    cluster : Cluster
        Only its chief writes, perhaps before the others look.
    resume, overwrite : bool
        What to do with a training that is in the output folder already.

    Raises
    ------
    NNPError
        If a file is missing, the output folder cannot be used, or it has a training that is to be kept.
    """
    for path in (*config.data.paths, *([config.start] if config.start else [])):
        if not path.exists():
            raise NNPError(f"{path}: no such file")
    if cluster.count > 1 and config.optimizer.name == "kalman":
        raise NNPError("the optimizer kalman works in one process only; choose another, or unset TF_CONFIG")
    if not cluster.is_chief:
        return
    check_output(config.output)
    if config.potential is not None:
        check_output(config.potential.parent)
        if config.potential.exists() and not (resume or overwrite):
            raise NNPError(
                f"{config.potential}: is there already; replace it by --overwrite, go on with its training by "
                "--resume, or choose another name by --output"
            )
    record = config.output / (SEARCH_NAME if config.model.kind == "composable" else CHECKPOINT_NAME)
    has_training = record.exists()
    if resume and not has_training:
        raise NNPError(
            f"{record}: no checkpoint to resume from; start without --resume, or name the right folder by --output"
        )
    if has_training and not (resume or overwrite):
        raise NNPError(
            f"{config.output}: has a training already; continue it by --resume, "
            "replace it by --overwrite, or choose another folder by --output"
        )


def check_output(folder: Path) -> None:
    """Make the output folder and try to write into it, before hours are spent on what cannot be saved.

    Raises
    ------
    NNPError
        If either fails.
    """
    probe = folder / f".writable.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        raise NNPError(
            f"{folder}: cannot write into this output folder ({error.strerror}); choose another by --output"
        ) from None


def elements_of(frames: Sequence[Frame], given: Sequence[str] | None) -> tuple[str, ...]:
    """Elements of the potential: those given, or those of the frames by atomic number.

    Raises
    ------
    NNPError
        If a frame has an element that is not among those given.
    """
    if given is None:
        found = {symbol for frame in frames for symbol in frame.atoms.symbols.species()}
        return tuple(sorted(found, key=atomic_numbers.__getitem__))
    for frame in frames:
        extra = sorted(frame.atoms.symbols.species() - set(given))
        if extra:
            raise NNPError(
                f"{frame.name}: has {', '.join(extra)}, but the elements of the potential are {', '.join(given)}; "
                "add the element or remove the frame"
            )
    return tuple(given)


def check_elements(n_centers: Mapping[str, int]) -> None:
    """Every element of the potential must have atoms to learn from in the training part.

    Parameters
    ----------
    n_centers : mapping of element to int
        Atoms in the training part whose energy counts.

    Raises
    ------
    NNPError
    """
    missing = [element for element, count in n_centers.items() if count == 0]
    if missing:
        found = ", ".join(element for element, count in n_centers.items() if count) or "none"
        raise NNPError(
            f"no training frame has {', '.join(missing)} with a known energy or force: "
            f"its network would stay untrained (found: {found}). "
            "Add frames, choose another data.split_seed, or remove the element"
        )


def check_targets(train: Sequence[Frame], weights: Mapping[str, float], keys: DataKeys) -> None:
    """Every target with a weight must be in some training frame; the counts are logged.

    Parameters
    ----------
    train : sequence of Frame
    weights : mapping of energy, forces, stress, atomic_energies to float
    keys : DataKeys

    Raises
    ------
    NNPError
    """
    for target, weight in weights.items():
        count = sum(getattr(frame, target) is not None for frame in train)
        if weight > 0.0 and count == 0:
            raise NNPError(
                f"loss.{target} is {weight:g}, but none of the {len(train)} training frames has {target} "
                f"(looked for the key {getattr(keys, target)!r}). "
                f"Name the right key in data.keys.{target}, or set loss.{target}: 0"
            )
        if weight > 0.0:
            logger.info("training on the %s of %d of %d frames", target, count, len(train))
        elif count:
            logger.info("%d training frames have %s, which are not used (loss.%s is 0)", count, target, target)


def check_validation(validation: Sequence[Frame], weights: Mapping[str, float]) -> None:
    """Make sure that validation frames have something to validate; warn of targets that they lack.

    Raises
    ------
    NNPError
        If they have no target with a weight: every epoch would look perfect.
    """
    wanted = [target for target, weight in weights.items() if weight > 0.0]
    missing = [target for target in wanted if all(getattr(frame, target) is None for frame in validation)]
    if validation and len(missing) == len(wanted):
        raise NNPError(
            f"none of the {len(validation)} validation frames has {' or '.join(wanted)}, which is trained on; "
            "choose another data.split_seed or other data.validation files"
        )
    for target in missing if validation else ():
        logger.warning("no validation frame has %s: best weights and early stopping take no account of it", target)


def checked_neighbors(frame: Frame, cutoff: float) -> NeighborList:
    """Neighbor list of a frame whose atoms keep their distance.

    Raises
    ------
    NNPError
        Naming frame and atoms, if two are closer than `SHORTEST_DISTANCE`.
    """
    try:
        pairs = neighbor_list(frame.atoms, cutoff)
    except NNPError as error:
        raise NNPError(f"{frame.name}: {error}") from None
    distance = pairs.distance
    if distance.size and distance.min() < SHORTEST_DISTANCE:
        pair = int(np.argmin(distance))
        i, j = int(pairs.center[pair]), int(pairs.neighbor[pair])
        raise NNPError(
            f"{frame.name}: atoms {i} ({frame.atoms.symbols[i]}) and {j} ({frame.atoms.symbols[j]}) are on top of one "
            f"another, {distance[pair]:.3g} Å apart; expected at least {SHORTEST_DISTANCE} Å. Remove or mend the frame"
        )
    return pairs

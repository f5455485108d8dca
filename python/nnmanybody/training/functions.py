"""Configuration and data -> the symmetry functions of every element, analysed."""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.descriptor_config import BehlerSet, FileSet, IntervalSet, ListedSet
from nnmanybody.errors import NNPError
from nnmanybody.selection import select_functions
from nnmanybody.set_analysis import ROUNDING, analyse_set
from nnmanybody.symmetry_functions import SymmetryFunctionSet, distance_range, nearest_distances

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
Functions = tuple[_core.SymmetryFunction, ...]
SetConfig = IntervalSet | BehlerSet | FileSet | ListedSet


def cutoff_of(config: SetConfig) -> float:
    """Longest cutoff of the set, known before the data is looked at."""
    return config.cutoff if isinstance(config, IntervalSet | BehlerSet) else _written_set(config).cutoff


def symmetry_functions(config: SetConfig, train: Sequence[Frame], elements: Sequence[str]) -> dict[str, Functions]:
    """Functions by element, before their analysis.

    Raises
    ------
    NNPError
        If a written set lacks an element.
    """
    if isinstance(config, IntervalSet):
        chosen = SymmetryFunctionSet.intervals(
            elements,
            n_radial=config.n_radial,
            cutoff=config.cutoff,
            layers=config.layers(len(elements)),
            nearest=nearest_distances(train, config.cutoff),
        )
        return {element: chosen.for_element(element) for element in elements}
    if not isinstance(config, BehlerSet):
        chosen = _written_set(config)
        return {element: chosen.for_element(element) for element in elements}
    ranges = {} if config.shortest and config.longest else distance_range(train, config.cutoff)
    chosen = SymmetryFunctionSet.behler(
        elements,
        n_radial=config.n_radial,
        n_angular=config.n_angular,
        cutoff=config.cutoff,
        shortest=config.shortest or {pair: low for pair, (low, _) in ranges.items()},
        longest=config.longest or {pair: high for pair, (_, high) in ranges.items()},
        angular=config.angular,
        angular_parts=config.angular_parts,
    )
    return {element: chosen.for_element(element) for element in elements}


def select(config: SetConfig, element: str, functions: Functions, values: FloatArray) -> list[int]:
    """Choose the functions of one element to keep, after ranges and correlations in the data.

    Parameters
    ----------
    config : IntervalSet, BehlerSet, FileSet or ListedSet
        With `select` "drop", functions that say nothing new are left out; with "report", only named; with "cur" and
        "farthest", the best `count` are chosen.
    element : str
    functions : tuple of SymmetryFunction
    values : (n_atoms, n_functions) float64
        Over the training part.

    Raises
    ------
    NNPError
        If a function is constant and is not to be dropped.
    """
    if config.select in ("cur", "farthest"):
        chosen = select_functions(values, min(config.count or 0, len(functions)), config.select)
        return report_chosen(element, functions, chosen)
    if config.select != "none":
        analysis = analyse_set(
            functions,
            values,
            range_threshold=config.range_threshold,
            correlation_threshold=config.correlation_threshold,
        )
        verb = "dropped" if config.select == "drop" else "would be dropped by select: drop"
        for index, reason in analysis.dropped:
            logger.info("%s: %s %s: %s", element, functions[index], verb, reason)
        if config.select == "drop":
            logger.info("%s: %d of %d symmetry functions kept", element, len(analysis.kept), len(functions))
            return list(analysis.kept)
    refuse_constant(element, functions, values)
    return list(range(len(functions)))


def report_chosen(element: str, functions: Functions, chosen: Sequence[tuple[int, str]]) -> list[int]:
    """Log the functions that were chosen, best first; returns their indices in rising order."""
    for index, reason in chosen:
        logger.info("%s: %s chosen: %s", element, functions[index], reason)
    logger.info("%s: %d of %d symmetry functions chosen", element, len(chosen), len(functions))
    return sorted(index for index, _ in chosen)


def refuse_constant(element: str, functions: Functions, values: FloatArray) -> None:
    """Refuse functions that have one value over all of the data: they cannot be scaled and say nothing.

    Raises
    ------
    NNPError
    """
    # Numbers near the smallest there are may differ, but their standard deviation is zero.
    flat = (np.ptp(values, axis=0) <= ROUNDING * np.abs(values).max(axis=0)) | (values.std(axis=0) == 0.0)
    constant = np.flatnonzero(flat)
    if constant.size:
        listed = "\n".join(f"  {functions[index]}: always {values[0, index]:.6g}" for index in constant)
        raise NNPError(
            f"{element}: {constant.size} of {len(functions)} symmetry functions are constant over the training data:\n"
            f"{listed}\nRemove them, set symmetry_functions.select: drop, or add structures in which they vary"
        )


def _written_set(config: FileSet | ListedSet) -> SymmetryFunctionSet:
    if isinstance(config, FileSet):
        return SymmetryFunctionSet.read(config.path)
    lines = [line for element, listed in config.functions.items() for line in (f"element {element}", *listed)]
    return SymmetryFunctionSet.parse("\n".join(lines), "symmetry_functions.functions")

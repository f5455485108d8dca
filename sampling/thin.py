"""Structures that are worth a label -> the few of them that say the most: near-duplicates are not paid for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.potential import Potential
from nnmanybody.selection import select_functions

FloatArray = NDArray[np.float64]


def fingerprints(potential: Potential, structures: Sequence[Atoms]) -> FloatArray:
    """Describe whole structures: mean, spread, minimum and maximum of every symmetry function over the atoms.

    Functions are scaled to their range in the training data, equation (7.5).

    Returns
    -------
    (n_structures, n_features) float64
        Zero where a structure lacks an element.
    """
    return np.array([_fingerprint(potential, atoms) for atoms in structures]).reshape(len(structures), -1)


def _fingerprint(potential: Potential, atoms: Atoms) -> FloatArray:
    parts = []
    found = potential.descriptors(atoms)
    for section in potential.definition.sections:
        values = found[section.element].values
        scaled = scaled_values(values, section.statistics)
        if len(scaled):
            parts += [scaled.mean(axis=0), scaled.std(axis=0), scaled.min(axis=0), scaled.max(axis=0)]
        else:
            parts.append(np.zeros(4 * values.shape[1]))
    return np.concatenate(parts)


def scaled_values(values: FloatArray, statistics: FloatArray) -> FloatArray:
    """Return 2 (G - min)/(max - min) - 1, equation (7.5); zero for a function without range."""
    low, high = statistics[:, 0], statistics[:, 1]
    width = high - low
    safe = np.where(width > 0.0, width, 1.0)
    scaled: FloatArray = np.where(width > 0.0, 2.0 * (values - low) / safe - 1.0, 0.0)
    return scaled


def thin(
    features: FloatArray, count: int, method: Literal["farthest", "cur", "none"], known: FloatArray | None = None
) -> list[int]:
    """Choose structures.

    Parameters
    ----------
    features : (n_structures, n_features) float64
    count : int
    method : str
        "farthest": the one farthest from all that is known or chosen; "cur": CUR decomposition of the features;
        "none": the first ones.
    known : (n_known, n_features) float64, optional
        Of structures that are there already; for "farthest".

    Returns
    -------
    list of int
        Indices, best first.
    """
    if len(features) <= count and method != "farthest":
        return list(range(len(features)))
    if method == "none":
        return list(range(count))
    if method == "cur":
        return [index for index, _ in select_functions(np.ascontiguousarray(features.T), count, "cur")]
    return farthest(features, count, known)


def farthest(features: FloatArray, count: int, known: FloatArray | None = None) -> list[int]:
    """Farthest-point sampling; without anything known it begins at the point farthest from the mean."""
    count = min(count, len(features))
    if known is None or not len(known):
        closest = np.linalg.norm(features - features.mean(axis=0), axis=1) if count else np.empty(0)
        first = True
    else:
        closest = np.min([np.linalg.norm(features - one, axis=1) for one in known], axis=0)
        first = False
    chosen: list[int] = []
    for _ in range(count):
        best = int(np.argmax(closest))
        chosen.append(best)
        distance = np.linalg.norm(features - features[best], axis=1)
        closest = distance if first else np.minimum(closest, distance)
        first = False
        closest[chosen] = -1.0
    return chosen

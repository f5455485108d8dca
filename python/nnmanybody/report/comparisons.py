"""Data set -> targets and predictions side by side, value by value, with the groups and the place of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.units import GPa
from numpy.typing import NDArray

from nnmanybody.evaluate import NO_CONFIG_TYPE
from nnmanybody.report.inputs import DataSet
from nnmanybody.report.panel import N_COLORS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COMPONENTS = "xyz"
VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")


@dataclass(frozen=True)
class Comparison:
    """One quantity.

    Attributes
    ----------
    name, unit, error_unit : str
    error_factor : float
        `error_unit` is so many times smaller than `unit`.
    reference, predicted : (n,) float64, in `unit`
    labels : dict of grouping to (n,) array of str
        `config_type`, and for what belongs to atoms `element`.
    frame : (n,) int64
        Index of the frame.
    place : tuple of str, of which value k has the one at k modulo their number
        Components; empty if there are none.
    atom : (n,) int64 or None
    """

    name: str
    unit: str
    error_unit: str
    error_factor: float
    reference: FloatArray
    predicted: FloatArray
    labels: dict[str, NDArray[np.str_]]
    frame: IntArray
    place: tuple[str, ...] = ()
    atom: IntArray | None = None

    @property
    def error(self) -> FloatArray:
        """Prediction minus target, in `error_unit`."""
        difference: FloatArray = self.error_factor * (self.predicted - self.reference)
        return difference

    def worst(self, count: int) -> IntArray:
        """Return the indices of the largest errors, largest first."""
        order: IntArray = np.argsort(-np.abs(self.error), kind="stable")[:count]
        return order


def comparisons(data: DataSet) -> list[Comparison]:
    """Return every quantity that the data has targets for."""
    made = [_energies(data), _forces(data), _stresses(data), _atomic_energies(data)]
    return [comparison for comparison in made if len(comparison.reference)]


def groups(labels: NDArray[np.str_]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return name and members of each group; the smallest of too many become "others".

    They are in the order of their names, so that a group has the same color in every picture.
    """
    names, counts = np.unique(labels, return_counts=True)
    ordered = [str(name) for name in names[np.argsort(-counts, kind="stable")]]
    kept = sorted(ordered if len(ordered) <= N_COLORS else ordered[: N_COLORS - 1])
    found = [(name, labels == name) for name in kept]
    if len(kept) < len(ordered):
        found.append((f"{len(ordered) - len(kept)} others", ~np.isin(labels, kept)))
    return found


def _energies(data: DataSet) -> Comparison:
    known = [index for index, frame in enumerate(data.frames) if frame.energy is not None]
    sizes = [len(data.frames[index].atoms) for index in known]
    reference = [data.frames[index].energy or 0.0 for index in known]
    predicted = [data.predictions[index].energy for index in known]
    return Comparison(
        "energy",
        "eV/atom",
        "meV/atom",
        1e3,
        np.array(reference) / sizes if known else np.empty(0),
        np.array(predicted) / sizes if known else np.empty(0),
        {"config_type": _config_types(data, known)},
        np.array(known, dtype=np.int64),
    )


def _forces(data: DataSet) -> Comparison:
    known = [index for index, frame in enumerate(data.frames) if frame.forces is not None]
    components = [3 * len(data.frames[index].atoms) for index in known]
    symbols = [np.asarray(data.frames[index].atoms.symbols, dtype=np.str_) for index in known]
    atoms = [np.arange(count) // 3 for count in components]
    return Comparison(
        "force",
        "eV/Å",
        "eV/Å",
        1.0,
        _joined([data.frames[index].forces for index in known]),
        _joined([data.predictions[index].forces for index in known]),
        {
            "element": np.repeat(np.concatenate([np.empty(0, dtype="U3"), *symbols]), 3),
            "config_type": np.repeat(_config_types(data, known), components),
        },
        np.repeat(np.array(known, dtype=np.int64), components),
        tuple(COMPONENTS),
        np.concatenate([np.empty(0, dtype=np.int64), *atoms]),
    )


def _stresses(data: DataSet) -> Comparison:
    known = [
        index
        for index, (frame, found) in enumerate(zip(data.frames, data.predictions, strict=True))
        if frame.stress is not None and found.stress is not None
    ]
    return Comparison(
        "stress",
        "GPa",
        "GPa",
        1.0,
        _joined([data.frames[index].stress for index in known]) / GPa,
        _joined([data.predictions[index].stress for index in known]) / GPa,
        {"config_type": np.repeat(_config_types(data, known), 6)},
        np.repeat(np.array(known, dtype=np.int64), 6),
        VOIGT,
    )


def _atomic_energies(data: DataSet) -> Comparison:
    pairs = enumerate(zip(data.frames, data.predictions, strict=True))
    known = [
        (index, atom, frame.atomic_energies[atom], found.energies[atom], frame.atoms.symbols[atom])
        for index, (frame, found) in pairs
        if frame.atomic_energies is not None
        for atom in np.flatnonzero(~np.isnan(frame.atomic_energies))
    ]
    frames, atoms, reference, predicted, symbols = zip(*known, strict=True) if known else ((),) * 5
    return Comparison(
        "atomic energy",
        "eV",
        "meV",
        1e3,
        np.array(reference, dtype=np.float64),
        np.array(predicted, dtype=np.float64),
        {"element": np.array(symbols, dtype=np.str_), "config_type": _config_types(data, frames)},
        np.array(frames, dtype=np.int64),
        atom=np.array(atoms, dtype=np.int64),
    )


def _config_types(data: DataSet, known: Sequence[int]) -> NDArray[np.str_]:
    return np.array([data.frames[index].config_type or NO_CONFIG_TYPE for index in known], dtype=np.str_)


def _joined(arrays: Sequence[FloatArray | None]) -> FloatArray:
    return np.concatenate([np.empty(0), *(array.ravel() for array in arrays if array is not None)])

"""Values of symmetry functions over the data -> which of them to keep, and why not the others.

Section 7.2.2 of the thesis, thresholds of our own where it says "a certain threshold".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]

ROUNDING = 1e-12
"""A range this small relative to the values is rounding: the function is constant."""


@dataclass(frozen=True)
class SetAnalysis:
    """Which functions of one element to keep.

    Attributes
    ----------
    kept : tuple of int
        Indices in rising order.
    dropped : tuple of (int, str)
        Index and reason, in rising order of the index.
    correlation : (n_functions, n_functions) float64
        Pearson correlation, equation (7.4); NaN in rows and columns of constant functions.
    ranges : (n_functions,) float64
        Largest minus smallest value.
    """

    kept: tuple[int, ...]
    dropped: tuple[tuple[int, str], ...]
    correlation: FloatArray
    ranges: FloatArray


def analyse_set(
    functions: Sequence[object],
    values: FloatArray,
    *,
    range_threshold: float = 1e-3,
    correlation_threshold: float = 0.98,
) -> SetAnalysis:
    """Drop functions that say nothing, then one of each two that say the same.

    Constant functions go first; then those whose range is below `range_threshold` times the median
    range of the others; then, of each pair whose correlation is above `correlation_threshold`, the one with the
    narrower range, as long as the wider one stays itself.

    Parameters
    ----------
    functions : sequence
        For the reasons: `str(function)` is how they name it.
    values : (n_samples, n_functions) float64
        One row per atom of the data.
    range_threshold, correlation_threshold : float

    Returns
    -------
    SetAnalysis

    Raises
    ------
    NNPError
        If shapes disagree, a value is not finite, or every function is constant.
    """
    values = _checked(functions, values)
    ranges: FloatArray = values.max(axis=0) - values.min(axis=0)
    constant = ranges <= ROUNDING * np.abs(values).max(axis=0)
    if constant.all():
        raise NNPError(
            f"all {len(functions)} functions have the same value for all {len(values)} atoms of the data; "
            "expected data with different environments"
        )
    correlation = correlation_matrix(values, constant)
    reasons: dict[int, str] = {
        int(index): f"constant: always {values[0, index]:.6g}" for index in np.flatnonzero(constant)
    }
    reasons |= _narrow(ranges, constant, range_threshold)
    reasons |= _redundant(functions, ranges, correlation, correlation_threshold, set(reasons))
    kept = tuple(index for index in range(len(functions)) if index not in reasons)
    return SetAnalysis(kept, tuple(sorted(reasons.items())), correlation, ranges)


def correlation_matrix(values: FloatArray, constant: NDArray[np.bool_] | None = None) -> FloatArray:
    """Pearson correlation between the columns, equation (7.4).

    Parameters
    ----------
    values : (n_samples, n_functions) float64
    constant : (n_functions,) bool, optional
        Columns to treat as constant; by default those without any variation.

    Returns
    -------
    (n_functions, n_functions) float64
        NaN in rows and columns of constant functions.
    """
    deviation = values - values.mean(axis=0)
    length = np.linalg.norm(deviation, axis=0)
    flat = length == 0.0 if constant is None else constant | (length == 0.0)
    unit = deviation / np.where(flat, 1.0, length)
    correlation: FloatArray = np.clip(unit.T @ unit, -1.0, 1.0)
    correlation[flat, :] = np.nan
    correlation[:, flat] = np.nan
    return correlation


def _checked(functions: Sequence[object], values: FloatArray) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(functions) or values.shape[0] == 0 or not functions:
        raise NNPError(f"expected values of shape (n_samples > 0, {len(functions)} functions), got {values.shape}")
    finite = np.isfinite(values).all(axis=0)
    if not finite.all():
        index = int(np.argmin(finite))
        raise NNPError(f"function {index} ({functions[index]}) has values that are not finite numbers")
    return values


def _narrow(ranges: FloatArray, constant: NDArray[np.bool_], threshold: float) -> dict[int, str]:
    median = float(np.median(ranges[~constant]))
    return {
        int(index): f"range {ranges[index]:.3g} is below {threshold:g} of the median range {median:.3g}"
        for index in np.flatnonzero(~constant & (ranges < threshold * median))
    }


def _redundant(
    functions: Sequence[object],
    ranges: FloatArray,
    correlation: FloatArray,
    threshold: float,
    already_dropped: set[int],
) -> dict[int, str]:
    """Reasons for the functions that follow one with a wider range; widest first, so that what drops others stays."""
    candidates = [int(index) for index in np.argsort(-ranges, kind="stable") if int(index) not in already_dropped]
    kept: list[int] = []
    reasons: dict[int, str] = {}
    for index in candidates:
        wider = [other for other in kept if abs(correlation[index, other]) > threshold]
        if not wider:
            kept.append(index)
            continue
        closest = max(wider, key=lambda other: abs(correlation[index, other]))
        reasons[index] = (
            f"correlation {correlation[index, closest]:.4f} with function {closest} ({functions[closest]}), "
            f"whose range is {ranges[closest]:.3g} against {ranges[index]:.3g}"
        )
    return reasons

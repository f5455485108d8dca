"""Ranges of numbers -> axes with round ticks, and positions along them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnmanybody.report.markup import MINUS

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FloatArray = NDArray[np.float64]

MARGIN = 0.05
"""Room beside the outermost values, as a share of the range."""


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label : str
        With its unit in parentheses.
    low, high : float
        Its ends; `low` may be the larger one of a linear axis, which then runs backwards.
    log : bool
    most_ticks : int
    """

    label: str
    low: float
    high: float
    log: bool = False
    most_ticks: int = 6

    def positions(self, values: ArrayLike) -> FloatArray:
        """Return where values are: 0 at the low end, 1 at the high end."""
        array = np.asarray(values, dtype=np.float64)
        if self.log:
            ends = math.log(self.low), math.log(self.high)
            array = np.log(np.maximum(array, 1e-300))
        else:
            ends = self.low, self.high
        placed: FloatArray = (array - ends[0]) / (ends[1] - ends[0])
        return placed

    def ticks(self) -> list[tuple[float, str]]:
        """Return values and their texts."""
        return self._log_ticks() if self.log else self._linear_ticks()

    def _linear_ticks(self) -> list[tuple[float, str]]:
        low, high = sorted((self.low, self.high))
        step = _round_step((high - low) / self.most_ticks)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        values = [index * step for index in range(first, last + 1)]
        if max(abs(self.low), abs(self.high)) >= 1e5:
            return [(value, _signed(f"{value:.3g}")) for value in values]
        return [(value, _signed(f"{value + 0.0:.{digits}f}")) for value in values]

    def _log_ticks(self) -> list[tuple[float, str]]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        stride = max(1, math.ceil((last - first) / self.most_ticks))
        mantissas = (1,) if last - first > 3 else (1, 2, 5)
        values = [mantissa * 10.0**power for power in range(first, last + 1, stride) for mantissa in mantissas]
        inside = [value for value in values if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]
        if len(inside) < 2:  # of less than half a decade, where a logarithm is nearly a straight line
            return self._linear_ticks()
        if last - first > 3:
            return [(value, _power(round(math.log10(value)))) for value in inside]
        return [(value, f"{value:g}") for value in inside]


def linear_axis(label: str, values: Sequence[ArrayLike]) -> Axis:
    """Return an axis that holds all finite values, with some room."""
    finite = _finite(values)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = MARGIN * (high - low) or max(abs(low) * MARGIN, 0.5 if low == 0.0 else 1e-9)
    return Axis(label, low - room, high + room)


def log_axis(label: str, values: Sequence[ArrayLike], most_decades: float = 12.0) -> Axis:
    """Return a logarithmic axis that holds all positive values, as far as `most_decades` reach."""
    finite = _finite(values)
    positive = finite[finite > 0.0]
    low, high = (float(positive.min()), float(positive.max())) if positive.size else (0.1, 1.0)
    low = max(low, high * 10.0**-most_decades)
    room = max((high / low) ** MARGIN, 1.15)
    return Axis(label, low / room, high * room, log=True)


def _finite(values: Sequence[ArrayLike]) -> FloatArray:
    joined: FloatArray = np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in values])
    finite: FloatArray = joined[np.isfinite(joined)]
    return finite


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `rough`."""
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))


def _power(exponent: int) -> str:
    """Return a power of ten, written out where that is as short."""
    return f"{10.0**exponent:g}" if -2 <= exponent <= 3 else "10" + str(exponent).translate(SUPERSCRIPTS)


def _signed(text: str) -> str:
    return text.replace("-", MINUS)

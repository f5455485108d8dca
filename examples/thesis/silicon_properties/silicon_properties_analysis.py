"""Numbers of finished runs -> quantities with error bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import periodogram

from common import FloatArray

N_BLOCKS = 6
LEAST = 0.1
"""Of a phase, for which the other one has still to be there."""
A2_PER_PS_TO_1E5_CM2_PER_S = 10.0


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error."""

    value: float
    error: float

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Return the difference of two independent values."""
        return Estimate(self.value - other.value, float(np.hypot(self.error, other.error)))

    def times(self, factor: float) -> "Estimate":
        """Return the value in another unit."""
        return Estimate(self.value * factor, self.error * abs(factor))


def mean_of(values: Sequence[float] | FloatArray) -> Estimate:
    """Return the mean of independent values, and its standard error."""
    array = np.asarray(values, dtype=np.float64)
    return Estimate(float(array.mean()), float(array.std(ddof=1) / np.sqrt(len(array))))


def together(values: Sequence[Estimate]) -> Estimate:
    """Return the mean of independent values that have errors; its own error is theirs, or that of their scatter."""
    own = float(np.linalg.norm([one.error for one in values])) / len(values)
    if len(values) == 1:
        return Estimate(values[0].value, own)
    mean = mean_of([one.value for one in values])
    return Estimate(mean.value, max(own, mean.error))


def block_average(series: FloatArray, n_blocks: int = N_BLOCKS) -> Estimate:
    """Return the mean of a series in time; its error is that of the means of blocks.

    Flyvbjerg and Petersen, J. Chem. Phys. 91, 461 (1989): means of blocks longer than the memory are independent.
    """
    return mean_of([float(block.mean()) for block in np.array_split(series, n_blocks)])


@dataclass(frozen=True)
class Line:
    """A straight line: its slope, and its value at the center of the points that it was fitted to."""

    slope: Estimate
    middle: Estimate
    center: float

    def at(self, x: float) -> Estimate:
        """Return its value; slope and value at the center are independent."""
        away = x - self.center
        return Estimate(
            self.middle.value + away * self.slope.value, np.hypot(self.middle.error, away * self.slope.error)
        )

    def zero(self) -> Estimate:
        """Return where it is zero."""
        away = -self.middle.value / self.slope.value
        error = np.hypot(self.middle.error, away * self.slope.error) / abs(self.slope.value)
        return Estimate(self.center + away, float(error))


def fit_line(x: Sequence[float], values: Sequence[Estimate]) -> Line:
    """Fit a straight line to independent values, weighted by their errors.

    Its errors follow from those of the values, and are larger where the values scatter about it by more than that.
    """
    y, errors = (np.array([getattr(value, name) for value in values]) for name in ("value", "error"))
    weights = 1.0 / errors**2
    center = float(np.average(x, weights=weights))  # where slope and value are independent
    shifted = np.asarray(x, dtype=np.float64) - center
    coefficients, covariance = np.polyfit(shifted, y, 1, w=1.0 / errors, cov="unscaled")
    freedom = len(y) - 2
    excess = np.sum(((y - np.polyval(coefficients, shifted)) / errors) ** 2) / max(freedom, 1)
    stretch = np.sqrt(max(1.0, excess))
    slope, middle = (
        Estimate(float(value), float(stretch * error))
        for value, error in zip(coefficients, np.sqrt(np.diag(covariance)), strict=True)
    )
    return Line(slope, middle, center)


def mean_slope(values: Mapping[float, Estimate]) -> Estimate:
    """Return how much a function rises per unit from its first to its last point, whatever its curvature."""
    first, last = min(values), max(values)
    return (values[last] - values[first]).times(1.0 / (last - first))


def rate(series: FloatArray, interval: float, n_blocks: int = N_BLOCKS) -> Estimate:
    """Return how much a series rises per unit of time, by a line through the means of its blocks.

    The error is that of the scatter about the line.
    """
    blocks = [float(block.mean()) for block in np.array_split(series, n_blocks)]
    middle = np.arange(n_blocks) * interval * len(series) / n_blocks
    coefficients, covariance = np.polyfit(middle - middle.mean(), blocks, 1, cov=True)
    return Estimate(float(coefficients[0]), float(np.sqrt(covariance[0, 0])))


def while_both_are_there(molten: FloatArray, window: int = 25) -> FloatArray:
    """Return a molten fraction up to where less than a tenth of one of the phases is left.

    Means over `window` records decide. If that is so from the beginning nearly on, all is returned.
    """
    smooth = np.convolve(molten, np.full(window, 1.0 / window), mode="valid")
    used_up = np.flatnonzero((smooth < LEAST) | (smooth > 1.0 - LEAST))
    end = int(used_up[0]) + window // 2 if len(used_up) else len(molten)
    return molten[:end] if end >= 2 * window else molten


def bracket(temperatures: Sequence[float], rates: Sequence[Estimate], sigmas: float = 2.0) -> tuple[float, float]:
    """Return the highest temperature at which crystals grow and the lowest one at which they melt, K.

    Where crystals grow the rate of the molten part is below zero. Rates within `sigmas` errors of zero say nothing.
    Infinite where there is none.
    """
    grows = [t for t, one in zip(temperatures, rates, strict=True) if one.value < -sigmas * one.error]
    melts = [t for t, one in zip(temperatures, rates, strict=True) if one.value > sigmas * one.error]
    return float(max(grows, default=-np.inf)), float(min(melts, default=np.inf))


def mean_square_displacement(positions: FloatArray, n_lags: int) -> FloatArray:
    """Return the mean-square displacement after 0 ... n_lags - 1 records, over all atoms and origins.

    Parameters
    ----------
    positions : (n_records, n_atoms, 3) float64, Å
        Not wrapped into the cell; the motion of the whole is taken out.

    Returns
    -------
    (n_lags,) float64, Å²
    """
    own = positions - positions.mean(axis=1, keepdims=True)
    return np.array([0.0, *(float(np.mean(np.sum((own[lag:] - own[:-lag]) ** 2, axis=2))) for lag in range(1, n_lags))])


def diffusion(positions: FloatArray, interval: float, segments: int = 4) -> tuple[Estimate, FloatArray]:
    """Return the self-diffusion coefficient by Einstein's relation, <r²> = 6 D t.

    Parameters
    ----------
    positions : (n_records, n_atoms, 3) float64, Å
    interval : float, ps
        Between two records.
    segments : int
        Parts of the path, each with a value of its own.

    Returns
    -------
    Estimate, 1e-5 cm²/s
    (n_lags,) float64, Å²
        Mean-square displacement, mean of the segments; lags are half of a segment, the last half of which is fitted.
    """
    coefficients, curves = [], []
    for part in np.array_split(positions, segments):
        n_lags = len(part) // 2
        curve = mean_square_displacement(part, n_lags)
        half = slice(n_lags // 2, n_lags)
        slope = np.polyfit(interval * np.arange(n_lags)[half], curve[half], 1)[0]
        coefficients.append(A2_PER_PS_TO_1E5_CM2_PER_S * float(slope) / 6.0)
        curves.append(curve)
    shortest = min(map(len, curves))
    return mean_of(coefficients), np.mean([curve[:shortest] for curve in curves], axis=0)


@dataclass(frozen=True)
class Curve:
    """A function with errors.

    Attributes
    ----------
    x, mean, error : (n,) float64
    """

    x: FloatArray
    mean: FloatArray
    error: FloatArray


def curve_of(x: FloatArray, samples: FloatArray) -> Curve:
    """Return mean and standard error of independent samples (n_samples, n)."""
    return Curve(x, samples.mean(axis=0), samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def misplaced(one: Curve, other: Curve) -> float:
    """Return the part of one distribution that lies elsewhere in the other: ½ ∫|p - q|, of 1."""
    p, q = (curve.mean / curve.mean.sum() for curve in (one, other))
    return 0.5 * float(np.abs(p - q).sum())


def mean_difference(one: Curve, other: Curve) -> float:
    """Return the mean of |difference| over all points."""
    return float(np.abs(one.mean - other.mean).mean())


def density_of_states(velocities: FloatArray, interval: float, segments: int = N_BLOCKS) -> Curve:
    """Return the density of vibrations, the power spectrum of the velocities (Wiener and Khinchin).

    Parameters
    ----------
    velocities : (n_records, n_atoms, 3) float64
    interval : float, ps
        Between two records; frequencies go up to half of its inverse.

    Returns
    -------
    Curve
        Over frequencies, THz; its integral is 1. Errors are those of segments in time.
    """
    n = len(velocities) // segments
    samples = []
    for number in range(segments):
        part = velocities[number * n : (number + 1) * n].reshape(n, -1)
        frequencies, power = periodogram(part, fs=1.0 / interval, window="hann", detrend=False, axis=0)
        density = power.mean(axis=1)
        samples.append(density / (density.sum() * (frequencies[1] - frequencies[0])))
    return curve_of(frequencies, np.array(samples))

"""Values of functions, block by block -> their statistics and covariance, and a table small enough to look at.

Nothing grows with the data: 10⁶ atoms with 100 functions are 800 MB, their covariance is 80 kB.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SAMPLE = 50_000
"""Rows that functions are selected by; below, all rows are in the table."""


class Moments:
    """Count, mean, covariance, minimum and maximum of rows that come in blocks.

    Blocks are put together by Chan, Golub and LeVeque (The American Statistician 37, 242, 1983), which loses no
    digits to large means.

    Parameters
    ----------
    n_functions : int
    """

    def __init__(self, n_functions: int) -> None:
        self.count = 0
        self.mean = np.zeros(n_functions)
        self._products = np.zeros((n_functions, n_functions))
        self.low = np.full(n_functions, np.inf)
        self.high = np.full(n_functions, -np.inf)

    def add(self, rows: FloatArray) -> None:
        """Count (n, n_functions) rows more."""
        n = len(rows)
        if n == 0:
            return
        mean = rows.mean(axis=0)
        deviation, shift = rows - mean, mean - self.mean
        total = self.count + n
        self._products += deviation.T @ deviation + (self.count * n / total) * np.outer(shift, shift)
        self.mean = self.mean + (n / total) * shift
        self.low, self.high = np.minimum(self.low, rows.min(axis=0)), np.maximum(self.high, rows.max(axis=0))
        self.count = total

    @property
    def covariance(self) -> FloatArray:
        """(n_functions, n_functions), divided by the number of rows."""
        result: FloatArray = self._products / self.count
        return result

    def statistics(self, kept: Sequence[int] | None = None) -> FloatArray:
        """Minimum, maximum, mean and standard deviation of all functions, or those of these numbers.

        Returns
        -------
        (n_functions, 4) float64
        """
        # The rounding of a mean can put it outside the range it was taken from.
        mean = np.clip(self.mean, self.low, self.high)
        sigma = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        # A function of one value has rounding for a deviation.
        sigma = np.where(self.low == self.high, 0.0, sigma)
        table: FloatArray = np.stack([self.low, self.high, mean, sigma], axis=1)
        return table if kept is None else table[list(kept)]


class Sample:
    """Rows to choose functions by: all of them, or evenly taken ones and those of the extremes.

    Parameters
    ----------
    n_rows : int
        That will come.
    n_functions : int
    limit : int
        Rows to keep, beside the extremes.
    """

    def __init__(self, n_rows: int, n_functions: int, limit: int = SAMPLE) -> None:
        self._every = max(1, -(-n_rows // limit))
        self._seen = 0
        self._rows: list[FloatArray] = []
        self._low = np.full((n_functions, n_functions), np.inf)
        self._high = np.full((n_functions, n_functions), -np.inf)

    def add(self, rows: FloatArray) -> None:
        """Look at (n, n_functions) rows more."""
        self._rows.append(rows[-self._seen % self._every :: self._every].copy())
        self._seen += len(rows)
        if self._every == 1 or not len(rows):
            return
        for kept, at, sign in ((self._low, rows.argmin(axis=0), 1.0), (self._high, rows.argmax(axis=0), -1.0)):
            better = sign * np.diag(rows[at]) < sign * np.diag(kept)
            kept[better] = rows[at[better]]

    @property
    def table(self) -> FloatArray:
        """(n, n_functions), in which every function has its full range."""
        extremes = [] if self._every == 1 else [self._low, self._high]
        return np.concatenate([*self._rows, *extremes])

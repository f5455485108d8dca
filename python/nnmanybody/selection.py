"""Values of symmetry functions over the data -> the few of them that stand for all; NumPy only.

Two orders of the functions, best first, so that any number can be taken from the front. Both look at standardised
columns x_f (mean 0, length 1), so that the unit of a function does not matter.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]
Method = Literal["cur", "farthest"]


def select_functions(values: FloatArray, count: int, method: Method = "cur") -> list[tuple[int, str]]:
    """Choose functions and say why each.

    Parameters
    ----------
    values : (n_atoms, n_functions) float64
    count : int
        How many; constant functions are never chosen.
    method : "cur" or "farthest"

    Returns
    -------
    list of (int, str)
        Index and reason, best first.

    Raises
    ------
    NNPError
        If there are no atoms, or `count` is not between 1 and the number of functions.
    """
    if values.ndim != 2 or len(values) == 0 or not 1 <= count <= values.shape[1]:
        raise NNPError(
            f"expected values of at least one atom and a count from 1 to the number of functions, "
            f"got {values.shape} and {count}"
        )
    deviation = values - values.mean(axis=0)
    length = np.linalg.norm(deviation, axis=0)
    varies = length > 1e-12 * np.abs(values).max(axis=0) * np.sqrt(len(values))
    columns = np.flatnonzero(varies)
    choose: Callable[[FloatArray, int], list[tuple[int, str]]] = {"cur": _cur, "farthest": _farthest}[method]
    chosen = choose(deviation[:, columns] / length[columns], min(count, len(columns)))
    return [(int(columns[index]), reason) for index, reason in chosen]


def _cur(columns: FloatArray, count: int) -> list[tuple[int, str]]:
    """CUR decomposition (Imbalzano et al., J. Chem. Phys. 148, 241730 (2018)).

    The column that weighs most in the leading singular vector of what is not yet explained; then everything is made
    orthogonal to it.
    """
    gram, total = columns.T @ columns, columns.shape[1]
    chosen: list[tuple[int, str]] = []
    for _ in range(count):
        leading = np.linalg.eigh(gram)[1][:, -1] ** 2
        leading[[index for index, _ in chosen]] = -1.0
        best = int(np.argmax(leading))
        if gram[best, best] <= 1e-12:
            break
        gram = gram - np.outer(gram[:, best], gram[best]) / gram[best, best]
        explained = 1.0 - np.trace(gram) / total
        chosen.append((best, f"with it {100 * explained:.3f} % of the variance are explained"))
    return chosen


def _farthest(columns: FloatArray, count: int) -> list[tuple[int, str]]:
    """Farthest-point sampling: next the function whose correlation with those chosen is the least.

    The first one is that which correlates most with all others together.
    """
    correlation = np.abs(columns.T @ columns)
    best = int(np.argmax(correlation.sum(axis=0)))
    chosen = [(best, "most like all others")]
    closest = correlation[best].copy()
    for _ in range(count - 1):
        closest[[index for index, _ in chosen]] = np.inf
        best = int(np.argmin(closest))
        chosen.append((best, f"correlation with those before at most {closest[best]:.4f}"))
        closest = np.maximum(closest, correlation[best])
    return chosen

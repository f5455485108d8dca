"""scaling.data and the scaling keywords of RuNNer and n2p2 <-> statistics and scaling of ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.interchange.runner_keywords import Keywords
from nnmanybody.interchange.text_input import Line, exact, integer, lines_of, number

FloatArray = NDArray[np.float64]
Scaling = tuple[str, float, float]

KEYWORDS = {
    "none": (),
    "minmax": ("scale_symmetry_functions",),
    "center": ("center_symmetry_functions",),
    "minmax_center": ("scale_symmetry_functions", "center_symmetry_functions"),
    "sigma": ("scale_symmetry_functions_sigma",),
}
"""Keywords of input.nn for each scaling of the core."""


def scaling_of(keywords: Keywords) -> Scaling:
    """Return kind, lower and upper bound; sigma counts only without the two other keywords, as in n2p2."""
    scale = keywords.find("scale_symmetry_functions") is not None
    center = keywords.find("center_symmetry_functions") is not None
    lower, upper = keywords.number("scale_min_short", 0.0), keywords.number("scale_max_short", 1.0)
    if scale:
        return ("minmax_center" if center else "minmax", lower, upper)
    if center:
        return ("center", 0.0, 1.0)
    if keywords.find("scale_symmetry_functions_sigma") is not None:
        return ("sigma", lower, upper)
    return ("none", 0.0, 1.0)


def read_statistics(path: Path, n_functions: Mapping[str, int], scaling: Scaling) -> dict[str, FloatArray]:
    """Read a scaling.data.

    Parameters
    ----------
    path : Path
    n_functions : dict of element to number of functions
        Elements by atomic number.
    scaling : tuple
        Kind and bounds; decides whether sigma, which RuNNer does not write, must be there.

    Returns
    -------
    dict of element to (n_functions, 4) float64
        Columns min, max, mean, sigma; functions in the order of the file.

    Raises
    ------
    NNPError
        If rows are missing, in another order, or hold something else than numbers.
    """
    lines = lines_of(path, "the ranges of the symmetry functions")
    statistics = {}
    for element_number, (element, count) in enumerate(n_functions.items(), start=1):
        rows = []
        for function_number in range(1, count + 1):
            line = next(lines, None)
            if line is None:
                raise NNPError(f"{path}: ends before function {function_number} of the {count} of {element}")
            rows.append(_row(line, element_number, function_number, element, scaling[0] == "sigma"))
        statistics[element] = np.array(rows, dtype=np.float64).reshape(count, 4)
    return statistics


def _row(line: Line, element_number: int, function_number: int, element: str, needs_sigma: bool) -> list[float]:
    if len(line.words) < 5:
        raise NNPError(
            f"{line.place}: expected 'element function min max mean [sigma]' for function {function_number} of "
            f"{element}, got '{line.text.strip()}'"
        )
    numbers = [integer(word, "an index", line.place) for word in line.words[:2]]
    if numbers != [element_number, function_number]:
        raise NNPError(
            f"{line.place}: expected the row of element {element_number} ({element}), function {function_number}, got "
            f"element {numbers[0]}, function {numbers[1]}: the file belongs to another input.nn"
        )
    if len(line.words) < 6 and needs_sigma:
        raise NNPError(f"{line.place}: scale_symmetry_functions_sigma needs sigma in a sixth column, which is missing")
    values = [number(word, "a statistic", line.place) for word in (*line.words[2:6], "0")[:4]]
    if values[0] > values[1] or values[3] < 0.0:
        raise NNPError(f"{line.place}: expected min <= max and sigma >= 0, got '{line.text.strip()}'")
    return values


def statistics_text(statistics: Sequence[FloatArray]) -> str:
    """Content of a scaling.data; one array per element, by atomic number."""
    rows = [
        (element, function, *map(exact, row))
        for element, table in enumerate(statistics, start=1)
        for function, row in enumerate(table, start=1)
    ]
    return "".join(" ".join(map(str, row)) + "\n" for row in rows)


def scaling_lines(scaling: Scaling) -> list[str]:
    """Keywords of input.nn."""
    kind, lower, upper = scaling
    lines = list(KEYWORDS[kind])
    if kind in ("minmax", "minmax_center", "sigma"):
        lines += [f"scale_min_short {exact(lower)}", f"scale_max_short {exact(upper)}"]
    return lines

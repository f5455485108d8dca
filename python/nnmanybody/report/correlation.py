"""Values of symmetry functions over the data -> picture and figures of their correlation, equation (7.4)."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.potential import Potential
from nnmanybody.report.axes import Axis
from nnmanybody.report.markup import Content, Element, append, element, figure, figures, paragraph, section, table
from nnmanybody.report.numbers import Numbers
from nnmanybody.report.panel import LEFT, RIGHT, TOP, WIDTH, Panel
from nnmanybody.set_analysis import correlation_matrix

FloatArray = NDArray[np.float64]

THRESHOLD = 0.98
N_STRONGEST = 10
N_SHADES = 12
BOTTOM = 44.0


class Correlation(NamedTuple):
    """Of the functions of one element."""

    element: str
    names: list[str]
    n_atoms: int
    matrix: FloatArray

    def as_json(self) -> dict[str, Any]:
        """Return what the table shows, not the whole matrix."""
        values = np.abs(np.tril(np.nan_to_num(self.matrix), -1))
        order = np.argsort(-values, axis=None, kind="stable")[:N_STRONGEST]
        pairs = [divmod(int(index), len(self.names)) for index in order]
        return {
            "n_atoms": self.n_atoms,
            "n_functions": len(self.names),
            "n_constant": int(np.isnan(np.diag(self.matrix)).sum()),
            "threshold": THRESHOLD,
            "n_pairs_above_threshold": int((values > THRESHOLD).sum()),
            "strongest": [
                {"first": low, "second": high, "correlation": float(self.matrix[high, low])}
                for high, low in pairs
                if values[high, low] > 0.0
            ],
        }


def correlations(potential: Potential, values: Sequence[dict[str, FloatArray]]) -> list[Correlation]:
    """Correlate the functions of every element over all the data."""
    found = []
    for part in potential.definition.sections:
        joined = np.concatenate([by_element[part.element] for by_element in values])
        if len(joined) > 1:
            names = [str(one) for one in part.functions]
            found.append(Correlation(part.element, names, len(joined), correlation_matrix(joined)))
    return found


def correlation_section(found: Sequence[Correlation], numbers: Numbers) -> Element:
    """Return the section."""
    made = section(
        "correlation",
        "Correlation of the symmetry functions",
        paragraph(
            "Pearson correlation of each two functions over the atoms of the data above: orange for +1, blue for −1, "
            "gray where a function is constant. Two functions with |R| near 1 say the same."
        ),
        figures(*(_figure(one) for one in found)),
    )
    for one in found:
        append(made, _table(one, numbers))
    return made


def _figure(one: Correlation) -> Element:
    n, about = len(one.names), one.as_json()
    text = (
        f"{about['n_pairs_above_threshold']} of {n * (n - 1) // 2} pairs have |R| > {THRESHOLD}, "
        f"{about['n_constant']} functions are constant, {one.n_atoms} atoms."
    )
    axes = Axis("function", 0.0, n, most_ticks=8), Axis("function", n, 0.0, most_ticks=8)
    side = WIDTH - LEFT - RIGHT
    panel = Panel(axes[0], axes[1], f"Correlation matrix of {one.element}: {text}", side + TOP + BOTTOM)
    for shade in _shades(one.matrix, panel):
        panel.add(shade)
    rows = [[_rounded(value) for value in row[: index + 1]] for index, row in enumerate(one.matrix)]
    data = json.dumps({"names": one.names, "values": rows}, separators=(",", ":"), ensure_ascii=False)
    hit = element("rect", x=LEFT, y=TOP, width=side, height=side, class_="hit", data_matrix=data)
    panel.add(hit)
    return figure(panel.svg(), f"{one.element}: {n} functions", text)


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)


def _shades(matrix: FloatArray, panel: Panel) -> list[Element]:
    """One path per shade: as small as text gets."""
    n = len(matrix)
    side = (WIDTH - LEFT - RIGHT) / n
    levels = np.round(np.nan_to_num(matrix, nan=2.0) * N_SHADES).astype(int)
    made = []
    for level in np.unique(levels):
        if level == 0:
            continue
        cells = "".join(_runs(levels == level, side))
        kind = "unknown" if level > N_SHADES else "warm" if level > 0 else "cool"
        opacity = None if kind == "unknown" else f"{abs(level) / N_SHADES:.2f}"
        made.append(element("path", d=cells, class_=kind, fill_opacity=opacity))
    return made


def _runs(mask: NDArray[np.bool_], side: float) -> list[str]:
    """Neighboring cells of a row as one rectangle each."""
    padded = np.diff(np.pad(mask.astype(int), ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(padded == 1), np.argwhere(padded == -1)
    return [
        f"M{x:.1f} {TOP + side * row:.1f}h{side * (right - left):.1f}v{side:.1f}H{x:.1f}z"
        for (row, left), (_, right) in zip(starts, ends, strict=True)
        for x in [LEFT + side * left]
    ]


def _table(one: Correlation, numbers: Numbers) -> Element:
    header: list[Content] = ["function", "and function", "R"]
    rows: list[list[Content]] = []
    for index, pair in enumerate(one.as_json()["strongest"]):
        names = [f"{pair[key]}: {one.names[pair[key]]}" for key in ("first", "second")]
        rows.append([*names, numbers.show("correlation", one.element, "strongest", index, "correlation", digits=4)])
    return table(f"{one.element}: most correlated functions", header, rows)

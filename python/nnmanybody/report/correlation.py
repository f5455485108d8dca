"""Values of symmetry functions over the data -> picture and figures of their correlation, equation (7.4)."""

import base64
import json
import struct
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnmanybody.potential import Potential
from nnmanybody.report.axes import Axis
from nnmanybody.report.coverage import function_name
from nnmanybody.report.markup import Content, Element, append, element, figure, figures, paragraph, section, table
from nnmanybody.report.numbers import Numbers
from nnmanybody.report.panel import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Panel
from nnmanybody.set_analysis import correlation_matrix

FloatArray = NDArray[np.float64]

THRESHOLD = 0.98
N_STRONGEST = 10
WARM, COOL, GRAY = (217, 84, 30), (47, 116, 192), (128, 128, 128)
UNKNOWN_OPACITY = 0.35


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
            names = [function_name(one) for one in part.functions]
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
    place = {"x": LEFT, "y": TOP, "width": side, "height": side}
    panel.add(element("image", href=_image(one.matrix), preserveAspectRatio="none", class_="matrix", **place))
    rows = [[_rounded(value) for value in row[: index + 1]] for index, row in enumerate(one.matrix)]
    data = json.dumps({"names": one.names, "values": rows}, separators=(",", ":"), ensure_ascii=False)
    panel.add(element("rect", class_="hit", data_matrix=data, **place))
    return figure(panel.svg(), f"{one.element}: {n} functions", text)


def _rounded(value: float) -> int | None:
    """Return hundredths, the shortest text that says enough for a text at the pointer."""
    return None if np.isnan(value) else round(100.0 * float(value))


def _image(matrix: FloatArray) -> str:
    """Return a picture of one pixel per pair as data URI; its opacity is |R|, so that it fits light and dark pages."""
    colors = np.where((matrix > 0.0)[..., None], WARM, COOL)
    colors[np.isnan(matrix)] = GRAY
    opacity = np.nan_to_num(np.abs(matrix), nan=UNKNOWN_OPACITY)
    pixels = np.concatenate([colors, np.round(255.0 * opacity)[..., None]], axis=-1).astype(np.uint8)
    return "data:image/png;base64," + base64.b64encode(_png(pixels)).decode("ascii")


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return (height, width, 4) RGBA as PNG: signature, and chunks of length, name, content, checksum."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)  # each with filter 0, none
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    packed = [
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _table(one: Correlation, numbers: Numbers) -> Element:
    header: list[Content] = ["function", "and function", "R"]
    rows: list[list[Content]] = []
    for index, pair in enumerate(one.as_json()["strongest"]):
        names = [f"{pair[key]}: {one.names[pair[key]]}" for key in ("first", "second")]
        rows.append([*names, numbers.show("correlation", one.element, "strongest", index, "correlation", digits=4)])
    return table(f"{one.element}: most correlated functions", header, rows)

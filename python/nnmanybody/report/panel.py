"""Axes and marks -> one SVG picture of the size of a phone's width: lines, points, bars, texts that appear on touch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnmanybody.report.axes import Axis
from nnmanybody.report.markup import Element, element

FloatArray = NDArray[np.float64]

WIDTH, HEIGHT = 360.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 10.0, 44.0
N_COLORS = 8
MOST_SINGLE_POINTS = 800
"""More points than this are drawn by cells: one mark where there are any, darker where there are many."""
CELL = 1.6
"""Edge of a cell in units of the picture."""
_LEVELS = ((1, "faint"), (3, "light"), (10, "strong"), (np.inf, "full"))


class Panel:
    """A picture with two axes; marks are clipped to the area between them.

    Parameters
    ----------
    x, y : Axis
    description : str
        What a reader who cannot see the picture should know.
    height : float
        In units of the picture, which is `WIDTH` wide.
    y_ticks : bool
        Draw the ticks of the y axis.
    """

    def __init__(self, x: Axis, y: Axis, description: str, height: float = HEIGHT, y_ticks: bool = True) -> None:
        self.x_axis, self.y_axis = x, y
        self.description, self.height = description, height
        self._y_ticks = y_ticks
        self._marks: list[Element] = []

    def x(self, values: ArrayLike) -> FloatArray:
        """Return horizontal positions in the picture."""
        return LEFT + (WIDTH - LEFT - RIGHT) * self.x_axis.positions(values)

    def y(self, values: ArrayLike) -> FloatArray:
        """Return vertical positions in the picture, downwards."""
        return TOP + (self.height - TOP - BOTTOM) * (1.0 - self.y_axis.positions(values))

    def add(self, mark: Element) -> None:
        """Draw anything."""
        self._marks.append(mark)

    def line(self, x: ArrayLike, y: ArrayLike, group: int | None = None, kind: str = "line") -> None:
        """Draw a line through points; where one is not finite, it is broken."""
        finite = np.isfinite(np.asarray(y, dtype=np.float64))
        parts = np.split(np.arange(len(finite)), np.flatnonzero(np.diff(finite)) + 1)
        px, py = self.x(x), self.y(y)
        path = "".join(_polyline(px[part], py[part]) for part in parts if finite[part].all())
        self.add(element("path", d=path, **_group(group, kind)))

    def points(self, x: ArrayLike, y: ArrayLike, group: int = 0) -> bool:
        """Draw points; returns whether they were too many to draw each."""
        px, py = self._inside(self.x(x), self.y(y))
        many = len(px) > MOST_SINGLE_POINTS
        if not many:
            self.add(element("path", d=_dots(px, py), **_group(group, "dots")))
            return False
        cells, counts = np.unique(np.round(np.column_stack([px, py]) / CELL), axis=0, return_counts=True)
        below = 0.0
        for most, name in _LEVELS:
            chosen = CELL * cells[(counts > below) & (counts <= most)]
            if len(chosen):
                self.add(element("path", d=_dots(*chosen.T), **_group(group, f"cells {name}")))
            below = most
        return True

    def named_points(self, x: ArrayLike, y: ArrayLike, groups: Sequence[int], tips: Sequence[str]) -> None:
        """Draw points that say something when touched."""
        for px, py, group, tip in zip(self.x(x), self.y(y), groups, tips, strict=True):
            attributes = _group(int(group), "named")
            self.add(element("circle", cx=f"{px:.1f}", cy=f"{py:.1f}", r="3.4", data_tip=tip, **attributes))

    def steps(self, edges: FloatArray, heights: FloatArray, group: int = 0) -> None:
        """Draw the outline of a histogram, filled down to the axis."""
        px = self.x(np.repeat(edges, 2))
        py = self.y(np.concatenate([[self.y_axis.low], np.repeat(heights, 2), [self.y_axis.low]]))
        self.add(element("path", d=_polyline(px, np.clip(py, TOP, self.height - BOTTOM)), **_group(group, "steps")))

    def strips(self, x: FloatArray, tips: Sequence[str]) -> None:
        """Lay invisible strips over the picture, the middle of each at one x, that say something when touched."""
        px = self.x(x)
        edges = np.concatenate([[LEFT], (px[1:] + px[:-1]) / 2.0, [WIDTH - RIGHT]])
        inner = self.height - TOP - BOTTOM
        for left, right, tip in zip(edges[:-1], edges[1:], tips, strict=True):
            width = f"{max(right - left, 0.1):.1f}"
            self.add(element("rect", x=f"{left:.1f}", y=TOP, width=width, height=inner, class_="strip", data_tip=tip))

    def svg(self) -> Element:
        """Return the picture."""
        root = element("svg", viewBox=f"0 0 {WIDTH:g} {self.height:g}", role="img", aria_label=self.description)
        root.append(self._grid())
        # Nested: what leaves the inner picture is cut off, without an identifier per panel.
        inner = element(
            "svg",
            *self._marks,
            x=LEFT,
            y=TOP,
            width=WIDTH - LEFT - RIGHT,
            height=self.height - TOP - BOTTOM,
            viewBox=f"{LEFT:g} {TOP:g} {WIDTH - LEFT - RIGHT:g} {self.height - TOP - BOTTOM:g}",
            class_="marks",
        )
        root.append(inner)
        return root

    def _grid(self) -> Element:
        bottom, right = self.height - BOTTOM, WIDTH - RIGHT
        made = element("g", class_="axes")
        for value, text in self.x_axis.ticks():
            at = f"{float(self.x(value)):.1f}"
            made.append(element("line", x1=at, x2=at, y1=TOP, y2=bottom))
            made.append(element("text", text, x=at, y=bottom + 16, text_anchor="middle"))
        for value, text in self.y_axis.ticks() if self._y_ticks else []:
            height = float(self.y(value))
            made.append(element("line", x1=LEFT, x2=right, y1=f"{height:.1f}", y2=f"{height:.1f}"))
            made.append(element("text", text, x=LEFT - 6, y=f"{height + 4:.1f}", text_anchor="end"))
        made.append(element("path", d=f"M{LEFT:g} {TOP:g}V{bottom:g}H{right:g}", class_="frame"))
        middle = (TOP + bottom) / 2
        turned = f"rotate(-90 13 {middle:g})"
        made.append(element("text", self.x_axis.label, x=(LEFT + right) / 2, y=bottom + 36, text_anchor="middle"))
        made.append(element("text", self.y_axis.label, x=13, y=middle, text_anchor="middle", transform=turned))
        return made

    def _inside(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        shown = np.isfinite(x) & np.isfinite(y)
        shown &= (x >= LEFT) & (x <= WIDTH - RIGHT) & (y >= TOP) & (y <= self.height - BOTTOM)
        return x[shown], y[shown]


def _group(group: int | None, kind: str) -> dict[str, object]:
    if group is None:
        return {"class_": kind}
    return {"class_": f"{kind} c{group % N_COLORS}", "data_group": group}


def _polyline(x: FloatArray, y: FloatArray) -> str:
    return "M" + "L".join(f"{one:.1f} {other:.1f}" for one, other in zip(x, y, strict=True))


def _dots(x: FloatArray, y: FloatArray) -> str:
    """Lines of no length, which round caps turn into dots: the shortest text for many."""
    return "".join(f"M{one:.1f} {other:.1f}h0" for one, other in zip(x, y, strict=True))

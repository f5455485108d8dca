"""Atoms and a value for each -> a picture: balls colored by their values, bonds, edges of the cell."""

from itertools import product

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from numpy.typing import NDArray

from nnmanybody.report.markup import Element, element, number

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_ATOMS = 250
"""More cannot be told apart in a picture of this size: those nearest to the one with the largest value are drawn."""
BALL = 0.55
"""Radius of a ball in covalent radii."""
BOND = 1.2
"""Longest bond in sums of covalent radii."""
COLORS = ((111, 129, 156), (240, 196, 83), (224, 90, 30), (170, 0, 40))
"""From the smallest to the largest value; they differ in lightness too, and stand out on white and black."""
TILT, TURN = np.radians(-68.0), np.radians(24.0)


def structure_picture(atoms: Atoms, values: FloatArray, what: str, unit: str) -> tuple[Element, int]:
    """Draw a structure.

    Parameters
    ----------
    atoms : ase.Atoms
    values : (n_atoms,) float64
        Colored from 0 to the largest.
    what, unit : str
        Of the values.

    Returns
    -------
    picture : Element
        Turned by the script of the page.
    n_drawn : int
    """
    worst = int(np.argmax(values))
    chosen = _nearest(atoms, worst)
    positions = _seen(atoms.get_positions()[chosen])
    corners = _seen(np.array(list(product((0.0, 1.0), repeat=3))) @ atoms.cell.array)
    edges = _edges(corners) if atoms.cell.rank == 3 and len(chosen) == len(atoms) else []
    points = np.concatenate([positions, corners]) if edges else positions
    center = (points.max(axis=0) + points.min(axis=0)) / 2.0
    radii = BALL * covalent_radii[atoms.numbers[chosen]]
    # Large enough for whatever side is turned to the front.
    half = float(np.linalg.norm(points - center, axis=1).max() + radii.max()) * 0.92
    lines = [_line(corners[one] - center, corners[other] - center, "cell-edge") for one, other in edges]
    lines += [
        _line(positions[one] - center, positions[other] - center, "bond")
        for one, other in _bonds(atoms.numbers[chosen], positions)
    ]
    tips = [f"atom {index}, {atoms.symbols[index]}\n{what} {number(values[index])} {unit}" for index in chosen]
    balls = [
        _ball(
            positions[index] - center,
            radii[index],
            values[chosen[index]] / (values[worst] or 1.0),
            tips[index],
            bool(chosen[index] == worst),
        )
        for index in np.argsort(positions[:, 2])
    ]
    label = f"{atoms.get_chemical_formula()}: {len(chosen)} atoms, largest {what} {number(values[worst])} {unit}"
    box = f"{-half:.2f} {-half:.2f} {2 * half:.2f} {2 * half:.2f}"
    return element("svg", *lines, *balls, viewBox=box, role="img", aria_label=label, class_="atoms"), len(chosen)


def color_bar(low: float, high: float, what: str) -> tuple[Element, Element]:
    """Return the scale of the colors and its ends."""
    stops = ", ".join(f"rgb({red} {green} {blue})" for red, green, blue in COLORS)
    bar = element("div", class_="bar", style=f"background: linear-gradient(to right, {stops})", aria_hidden="true")
    ends = [element("span", text) for text in (number(low), what, number(high))]
    return bar, element("p", *ends, class_="bar-ends")


def color(share: float) -> str:
    """Return the color of a value between 0 and 1."""
    place = min(max(share, 0.0), 1.0) * (len(COLORS) - 1)
    mixed = [np.interp(place, range(len(COLORS)), channel) for channel in zip(*COLORS, strict=True)]
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def _nearest(atoms: Atoms, center: int) -> IntArray:
    distances = np.linalg.norm(atoms.get_positions() - atoms.get_positions()[center], axis=1)
    chosen: IntArray = np.sort(np.argsort(distances, kind="stable")[:MOST_ATOMS])
    return chosen


def _seen(positions: FloatArray) -> FloatArray:
    """Turn positions to where they are seen from: x to the right, y downwards as in SVG, z to the reader."""
    cos, sin = np.cos(TURN), np.sin(TURN)
    around = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    cos, sin = np.cos(TILT), np.sin(TILT)
    tilted = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]]) @ around
    seen: FloatArray = positions @ tilted.T * np.array([1.0, -1.0, 1.0])
    return seen


def _edges(corners: FloatArray) -> list[tuple[int, int]]:
    """Pairs of the eight corners that differ in one of their three coordinates, which are the bits of their index."""
    return [(one, one | bit) for one in range(len(corners)) for bit in (1, 2, 4) if not one & bit]


def _bonds(numbers: IntArray, positions: FloatArray) -> list[tuple[int, int]]:
    """Pairs within the drawn atoms; those across the cell would be lines through the picture."""
    distances = np.linalg.norm(positions[:, None] - positions, axis=2)
    radii = covalent_radii[numbers]
    near = np.triu(distances < BOND * (radii[:, None] + radii), 1)
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(near), strict=True)]


def _line(start: FloatArray, end: FloatArray, kind: str) -> Element:
    (x1, y1, z1), (x2, y2, z2) = start, end
    ends = {"x1": f"{x1:.2f}", "y1": f"{y1:.2f}", "x2": f"{x2:.2f}", "y2": f"{y2:.2f}", "data_z": f"{z1:.2f},{z2:.2f}"}
    return element("line", class_=kind, **ends)


def _ball(at: FloatArray, radius: float, share: float, tip: str, worst: bool) -> Element:
    return element(
        "circle",
        cx=f"{at[0]:.2f}",
        cy=f"{at[1]:.2f}",
        r=f"{radius:.2f}",
        fill=color(share),
        data_z=f"{at[2]:.2f}",
        data_tip=tip,
        class_="worst" if worst else None,
    )

"""α-quartz as measured, in a box with right angles."""

from ase import Atoms
from ase.spacegroup import crystal

LATTICE_CONSTANTS = (4.916, 5.4054)
"""Å, a and c of Levien, Prewitt, Weidner, Am. Mineral. 65, 920 (1980)."""


def quartz(repeat: tuple[int, int, int] = (4, 4, 2)) -> Atoms:
    """Return α-quartz (Levien, Prewitt, Weidner, Am. Mineral. 65, 920 (1980)): 18 atoms in a x √3 a x c, repeated."""
    a, c = LATTICE_CONSTANTS
    hexagonal = crystal(
        ["Si", "O"],
        [(0.4697, 0.0, 2 / 3), (0.4135, 0.2669, 0.1191 + 2 / 3)],
        spacegroup=154,
        cellpar=[a, a, c, 90, 90, 120],
    )
    # a and a + 2b are at right angles; the box holds two hexagonal cells.
    double = hexagonal.repeat((1, 2, 1))
    double.set_cell([hexagonal.cell[0], hexagonal.cell[0] + 2 * hexagonal.cell[1], hexagonal.cell[2]])
    double.wrap()
    return double.repeat(repeat)

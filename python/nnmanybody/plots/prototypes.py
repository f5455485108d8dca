"""Prototypes of a radial basis potential: where they lie among the atoms of the data, and the atoms they stand for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.plots.style import BLUE, GRAY, VERMILLION, new_figure, style
from nnmanybody.potential import Potential
from nnmanybody.rbf.potential import Prototype, inputs_of, neighbor_distances, prototypes, radial_basis_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

MOST_SHOWN = 8
LARGEST_AREA = 400.0  # points²


def draw_prototypes(potential: Potential, structures: Sequence[Atoms], element: str) -> "Figure":
    """Left, the two leading directions of z: atoms gray, centers blue (β < 0) or red, their area |β|.

    Right, for each of the prototypes that weigh most, the distances of the neighbors of its nearest atoms, a row each.

    Parameters
    ----------
    potential : Potential
        Of models rbf.
    structures : sequence of ase.Atoms
    element : str
    """
    section = next(one for one in potential.definition.sections if one.element == element)
    blocks = [potential.descriptors(atoms)[element] for atoms in structures]
    inputs = inputs_of(section, np.concatenate([block.values for block in blocks]))
    found = [one for one in prototypes(potential, structures) if one.element == element][:MOST_SHOWN]
    with style():
        figure = new_figure(10.5, 4.4)
        left, right = figure.subplots(1, 2, width_ratios=[1.0, 1.2])
        _scatter(left, inputs, section)
        for row, one in enumerate(found):
            _distances(right, row, one, structures, potential.cutoff)
        right.set(
            xlabel="distance of the neighbors (Å)",
            title=f"nearest atoms of the {len(found)} prototypes that weigh most",
            yticks=range(len(found)),
            yticklabels=[f"β {one.weight:+.3g} eV" for one in found],
            ylim=(len(found) - 0.4, -0.6),
        )
    return figure


def _scatter(axes: "Axes", inputs: FloatArray, section: object) -> None:
    model = radial_basis_of(section)  # type: ignore[arg-type]  # a section, as the caller has it
    # The last directions have the largest variance before whitening.
    x, y = (-1, -2) if inputs.shape[1] > 1 else (0, 0)
    axes.scatter(inputs[:, x], inputs[:, y], s=4, color=GRAY, alpha=0.5, linewidths=0, label="atoms of the data")
    area = LARGEST_AREA * np.abs(model.weights) / np.abs(model.weights).max()
    for color, chosen, label in ((BLUE, model.weights < 0, "β < 0"), (VERMILLION, model.weights >= 0, "β ≥ 0")):
        centers = model.centers[chosen]
        axes.scatter(centers[:, x], centers[:, y], s=area[chosen], color=color, alpha=0.45, label=label)
    axes.set(xlabel="first direction of z", ylabel="second direction of z", title="centers; area: |β|")
    for handle in axes.legend().legend_handles:
        handle.set_sizes([30.0])  # type: ignore[union-attr]  # scatter's


def _distances(axes: "Axes", row: int, one: Prototype, structures: Sequence[Atoms], cutoff: float) -> None:
    for environment in one.nearest:
        distances = neighbor_distances(structures[environment.frame], environment.atom, cutoff)
        color = VERMILLION if one.weight >= 0 else BLUE
        axes.plot(distances, np.full(len(distances), row), "|", color=color, markersize=14, alpha=0.6)

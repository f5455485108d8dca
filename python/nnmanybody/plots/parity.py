"""Predictions against targets: energies per atom, force components and stresses, with their errors below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.units import GPa
from numpy.typing import ArrayLike, NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.evaluation import Evaluation
from nnmanybody.plots.style import BLACK, CYCLE, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

MOST_GROUPS = len(CYCLE)
FEW_POINTS, MANY_POINTS = 300, 20000
"""Few points are drawn large; many are small and pale: what matters is where they are dense."""


@dataclass(frozen=True)
class Parity:
    """One quantity: targets and predictions with the group each belongs to.

    Attributes
    ----------
    title, unit, error_unit : str
        The error axis is drawn in `error_unit`, `error_factor` of which make one `unit`.
    error_factor : float
    groups : dict of str to (reference, predicted)
        Arrays of equal length, in `unit`.
    """

    title: str
    unit: str
    error_unit: str
    error_factor: float
    groups: dict[str, tuple[FloatArray, FloatArray]]

    @property
    def both(self) -> FloatArray:
        """Targets and predictions of all groups."""
        return np.concatenate([values for pair in self.groups.values() for values in pair])

    @property
    def error(self) -> FloatArray:
        """Predictions minus targets of all groups, in `error_unit`."""
        return self.error_factor * np.concatenate([found - reference for reference, found in self.groups.values()])


def parities(frames: Sequence[Frame], predictions: Sequence[Evaluation]) -> list[Parity]:
    """Collect every quantity that the data has targets for.

    Raises
    ------
    NNPError
        If the data has neither energies nor forces nor stresses.
    """
    pairs = list(zip(frames, predictions, strict=True))
    energy = _grouped(
        (frame.config_type, [frame.energy / len(frame.atoms)], [found.energy / len(frame.atoms)])
        for frame, found in pairs
        if frame.energy is not None
    )
    force = _grouped(
        (element, frame.forces[mask].ravel(), found.forces[mask].ravel())
        for frame, found in pairs
        if frame.forces is not None
        for element in sorted(set(frame.atoms.symbols))
        for mask in [np.asarray(frame.atoms.symbols == element)]
    )
    stress = _grouped(
        (frame.config_type, frame.stress / GPa, found.stress / GPa)
        for frame, found in pairs
        if frame.stress is not None and found.stress is not None
    )
    atomic = _grouped(
        (element, frame.atomic_energies[mask], found.energies[mask])
        for frame, found in pairs
        if frame.atomic_energies is not None
        for element in sorted(set(frame.atoms.symbols))
        for mask in [np.asarray(frame.atoms.symbols == element) & ~np.isnan(frame.atomic_energies)]
        if mask.any()
    )
    all_parities = [
        Parity("energy", "eV/atom", "meV/atom", 1e3, energy),
        Parity("force components", "eV/Å", "eV/Å", 1.0, force),
        Parity("stress", "GPa", "GPa", 1.0, stress),
        Parity("atomic energy", "eV", "meV", 1e3, atomic),
    ]
    found_parities = [parity for parity in all_parities if parity.groups]
    if not found_parities:
        raise NNPError("no frame has energies, forces or stresses to compare with")
    return found_parities


def plot_parity(quantities: Sequence[Parity]) -> "Figure":
    """Draw predictions against targets above, errors against targets below, with the RMSE of each quantity."""
    with style():
        figure = new_figure(4.2 * len(quantities), 5.6)
        grid = figure.add_gridspec(2, len(quantities), height_ratios=(2.2, 1.0))
        for column, quantity in enumerate(quantities):
            upper = figure.add_subplot(grid[0, column])
            lower = figure.add_subplot(grid[1, column], sharex=upper)
            _draw_parity(upper, quantity)
            _draw_errors(lower, quantity)
    return figure


def _draw_parity(axes: "Axes", quantity: Parity) -> None:
    for color, (name, (reference, found)) in zip(CYCLE, quantity.groups.items(), strict=False):
        axes.plot(reference, found, color=color, label=name or "(none)", **_points(quantity))
    low, high = np.min(quantity.both), np.max(quantity.both)
    margin = 0.06 * (high - low) or 0.5
    ends = np.array([low - margin, high + margin])
    axes.plot(ends, ends, color=BLACK, linewidth=0.8, zorder=1)
    axes.set(xlim=ends, ylim=ends, title=quantity.title, ylabel=f"predicted ({quantity.unit})")
    rmse = float(np.sqrt(np.mean(quantity.error**2)))
    axes.text(
        0.04,
        0.96,
        f"RMSE {rmse:.3g} {quantity.error_unit}\n{len(quantity.error)} values",
        transform=axes.transAxes,
        va="top",
    )
    axes.tick_params(labelbottom=False)
    if len(quantity.groups) > 1:
        # Predictions follow the diagonal, so this corner is empty whatever the data.
        axes.legend(loc="lower right", markerscale=1.3, handletextpad=0.2)


def _draw_errors(axes: "Axes", quantity: Parity) -> None:
    for color, (reference, found) in zip(CYCLE, quantity.groups.values(), strict=False):
        axes.plot(reference, quantity.error_factor * (found - reference), color=color, **_points(quantity))
    axes.axhline(0.0, color=BLACK, linewidth=0.8, zorder=1)
    axes.set(xlabel=f"target ({quantity.unit})", ylabel=f"error ({quantity.error_unit})")


def _points(quantity: Parity) -> dict[str, Any]:
    count = len(quantity.error)
    return {
        "linestyle": "none",
        "marker": "o",
        "markersize": 5.0 if count < FEW_POINTS else 3.0 if count < MANY_POINTS else 1.6,
        "markeredgewidth": 0.0,
        "alpha": 0.65 if count < MANY_POINTS else 0.3,
        # Vector files with every point as an object would take minutes to open.
        "rasterized": True,
    }


def _grouped(items: Iterable[tuple[str, ArrayLike, ArrayLike]]) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Join the values of each group, largest group first; the smallest of too many become "others"."""
    collected: dict[str, list[tuple[FloatArray, FloatArray]]] = {}
    for name, reference, found in items:
        collected.setdefault(name, []).append((np.asarray(reference), np.asarray(found)))
    joined = {
        name: (np.concatenate([one for one, _ in values]), np.concatenate([one for _, one in values]))
        for name, values in collected.items()
    }
    ordered = sorted(joined, key=lambda name: (-len(joined[name][0]), name))
    groups = {name: joined[name] for name in ordered[:MOST_GROUPS]}
    if len(ordered) > MOST_GROUPS:
        rest = [joined[name] for name in ordered[MOST_GROUPS - 1 :]]
        del groups[ordered[MOST_GROUPS - 1]]
        groups["others"] = (np.concatenate([one for one, _ in rest]), np.concatenate([one for _, one in rest]))
    return groups

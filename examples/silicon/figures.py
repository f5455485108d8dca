"""Files of the demo -> its pictures; those that every training needs come from nnmanybody.plots."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import measures
from measures import FloatArray
from nnmanybody.data import Frame, read_frames
from nnmanybody.evaluate import predict
from nnmanybody.plots.learning_curve import plot_learning_curve, read_learning_curve
from nnmanybody.plots.parity import parities, plot_parity
from nnmanybody.plots.style import BLACK, BLUE, GRAY, VERMILLION, new_figure, save, style
from nnmanybody.potential import Potential
from settings import Settings
from simulations import Files

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

N_FORCE_BINS = 40
N_STEPS_SHOWN = 500


def draw_all(settings: Settings, files: Files) -> dict[str, str]:
    """Draw every picture; returns what each shows by the name of its file."""
    sample = settings.sample
    temperatures = sorted(sample.temperatures)
    forces = [files.forces("train", kind, kelvin) for kind in ("solid", "vacancy") for kelvin in temperatures]
    shown = files.forces("train", "vacancy", temperatures[len(temperatures) // 2])
    pictures = {
        "sampling.png": (
            "forces that the sampling rule chose, against those at every step",
            sampling(forces, shown, sample.alpha, sample.taumax),
        ),
        "learning_curve.png": (
            "errors while the network learned",
            plot_learning_curve(read_learning_curve(files.training / "lcurve.txt")),
        ),
        "parity.png": ("network against Stillinger-Weber on the test configurations", parity(files)),
        "rdf.png": ("g(r) of network and Stillinger-Weber", rdf(files, settings.rdf.temperatures)),
        "nve.png": ("energy conservation", nve(files.runs / "nve.txt", settings.targets["nve_drift"])),
    }
    for name, (_, figure) in pictures.items():
        save(figure, files.folder / name)
    return {name: text for name, (text, _) in pictures.items()}


def sampling(paths: list[Path], shown: Path, alpha: float, taumax: int) -> "Figure":
    """Draw the forces on the watched atom with and without the rule (thesis fig. 7.1), and the rule at work."""
    everything, kept = measures.watched_forces(paths), measures.sampled_forces(paths)
    bins = np.linspace(0.0, float(everything.max()), N_FORCE_BINS + 1)
    with style():
        figure = new_figure(9.6, 3.6)
        left, right = figure.subplots(1, 2)
        left.hist(everything, bins, density=True, color=GRAY, alpha=0.6, label=f"all {len(everything)} steps")
        left.hist(kept, bins, density=True, color=BLUE, histtype="step", linewidth=1.6, label=f"{len(kept)} recorded")
        left.set(xlabel="force on the watched atom (eV/Å)", ylabel="share of steps (per eV/Å)", xlim=(0.0, bins[-1]))
        left.set_title("the rule prefers large forces")
        left.legend()
        _draw_rule(right, measures.table(shown)[:N_STEPS_SHOWN], alpha, taumax)
    return figure


def _draw_rule(axes: "Axes", rows: FloatArray, alpha: float, taumax: int) -> None:
    """Force step by step and the force from which a step is recorded: alpha over the steps since the last record."""
    steps, force = np.arange(len(rows)), rows[:, 2]
    recorded = np.diff(rows[:, 1], prepend=0.0) > 0
    last = np.maximum.accumulate(np.where(recorded, steps, 0))
    waited = np.maximum(steps - np.concatenate([[0], last[:-1]]), 1)
    bar = np.where(waited >= taumax, 0.0, alpha / waited)
    top = 1.3 * force.max()
    bar[bar > top] = np.nan  # leaves room for the legend
    axes.plot(steps, bar, color=BLACK, linewidth=1.0, label="α / steps since the last record")
    axes.plot(steps, force, color=GRAY, label="force on the watched atom")
    axes.plot(steps[recorded], force[recorded], "o", color=BLUE, label="recorded")
    axes.set(xlabel="step (fs)", ylabel="force (eV/Å)", xlim=(0, len(rows)), ylim=(0.0, 1.5 * top))
    axes.set_title(f"α = {alpha:g} eV/Å, τ ≤ {taumax} steps")
    axes.legend(loc="upper right")


def parity(files: Files) -> "Figure":
    """Energies, forces and stresses of the network against those of Stillinger-Weber."""
    frames = [_without_atomic_energies(frame) for frame in read_frames(files.test)]
    return plot_parity(parities(frames, predict(Potential.read(files.potential), frames)))


def _without_atomic_energies(frame: Frame) -> Frame:
    # LAMMPS shares the energy of a triplet among its atoms; the network divides it as it likes.
    return replace(frame, atomic_energies=None)


def rdf(files: Files, temperatures: tuple[int, ...]) -> "Figure":
    """g(r) above, differences below, one column for each temperature."""
    with style():
        figure = new_figure(4.4 * len(temperatures), 4.8)
        grid = figure.add_gridspec(2, len(temperatures), height_ratios=(2.2, 1.0))
        for column, temperature in enumerate(temperatures):
            upper = figure.add_subplot(grid[0, column])
            lower = figure.add_subplot(grid[1, column], sharex=upper)
            _draw_rdf(upper, lower, files, temperature)
    return figure


def _draw_rdf(upper: "Axes", lower: "Axes", files: Files, temperature: int) -> None:
    r, network = measures.read_rdf(files.rdf("nn", temperature))
    reference, again = (measures.read_rdf(files.rdf(name, temperature))[1] for name in ("sw", "sw_again"))
    upper.plot(r, reference, color=GRAY, linewidth=3.0, label="Stillinger-Weber")
    upper.plot(r, network, color=VERMILLION, linewidth=1.2, label="nn/manybody")
    upper.set(title=f"{temperature} K", ylabel="g(r)", xlim=(0.0, r[-1]))
    upper.tick_params(labelbottom=False)
    upper.legend(loc="upper right")
    for values, color, name in ((again, GRAY, "SW, other seed"), (network, VERMILLION, "nn/manybody")):
        label = f"{name}: mean |Δg| = {np.abs(values - reference).mean():.4f}"
        lower.plot(r, values - reference, color=color, linewidth=1.2, label=label)
    largest = max(np.abs(again - reference).max(), np.abs(network - reference).max())
    # Room for the legend above the curves
    lower.set(xlabel="r (Å)", ylabel="difference", ylim=(-1.2 * largest, 3.0 * largest))
    lower.legend(loc="upper left")


def nve(path: Path, target: float) -> "Figure":
    """Total energy against time, with the straight line through it and the drift that is allowed."""
    trace = measures.read_energies(path)
    change = 1e6 * (trace.energy - trace.energy[0])
    line = 1e6 * np.polyval(np.polyfit(trace.time, trace.energy - trace.energy[0], 1), trace.time)
    with style():
        figure = new_figure(8.6, 3.4)
        left, right = figure.subplots(1, 2, width_ratios=(1.7, 1.0))
        allowed = 1e6 * target * trace.time / trace.time[-1]
        left.fill_between(trace.time, -allowed, allowed, color=GRAY, alpha=0.25, linewidth=0, label="drift allowed")
        left.plot(trace.time, change, color=BLUE, linewidth=0.8, label="total energy")
        left.plot(trace.time, line, color=VERMILLION, label=f"straight line: {1e6 * trace.drift:.2g} µeV/atom")
        left.set(xlabel="time (ps)", ylabel="energy - first (µeV/atom)", xlim=(0.0, trace.time[-1]))
        left.set_title("no thermostat: the total energy stays")
        left.legend(loc="upper left")
        right.plot(trace.time, trace.temperature, color=BLUE, linewidth=0.8)
        right.set(xlabel="time (ps)", ylabel="temperature (K)", xlim=(0.0, trace.time[-1]))
        right.set_title("kinetic energy comes and goes")
    return figure

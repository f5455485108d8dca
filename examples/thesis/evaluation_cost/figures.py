"""CPU times -> pictures, after figures 7.4 and 7.5 of the thesis."""

from typing import TYPE_CHECKING

import numpy as np

from in_python import Result
from nnmanybody.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, new_figure, style
from random_networks import RandomNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Results = dict[str, list[Result]]

LOOKS = {
    "TensorFlow, eager": (ORANGE, "-"),
    "TensorFlow, tf.function": (VERMILLION, "-"),
    "TensorFlow, XLA": (PURPLE, "-"),
    "TensorFlow, C API": (BLACK, "-"),
    "TensorFlow, 1000 at once, derivative": (VERMILLION, "--"),
    "armadillo": (GREEN, "-"),
    "armadillo, derivative": (GREEN, "--"),
    "core, one atom, derivative": (SKY, "--"),
    "core, 1000 at once, derivative": (BLUE, "--"),
}
RATIOS = (
    ("TensorFlow, eager", "armadillo"),
    ("TensorFlow, C API", "armadillo"),
    ("armadillo, derivative", "core, 1000 at once, derivative"),
)


def all_networks(networks: list[RandomNetwork], results: Results) -> "Figure":
    """Draw times against the number of nodes, a panel for each number of layers (figure 7.4)."""
    depths = sorted({network.n_layers for network in networks})
    with style():
        figure = new_figure(3.1 * len(depths) + 2.2, 3.8)
        for axes, depth in zip(figure.subplots(1, len(depths), sharey=True, squeeze=False)[0], depths, strict=True):
            _lines(axes, networks, results, along="n_nodes", n_layers=depth)
            axes.set(title=f"L = {depth}", xlabel="nodes in a layer N")
        figure.axes[0].set_ylabel("CPU time of an atom (µs)")
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper")
    return figure


def largest(networks: list[RandomNetwork], results: Results) -> "Figure":
    """Draw times and ratios for the most nodes and for the most layers (figure 7.5)."""
    most_nodes, most_layers = (max(getattr(one, name) for one in networks) for name in ("n_nodes", "n_layers"))
    columns = (
        (f"N = {most_nodes}", "layers L", most_nodes, "n_layers", "n_nodes"),
        (f"L = {most_layers}", "nodes in a layer N", most_layers, "n_nodes", "n_layers"),
    )
    with style():
        figure = new_figure(11.0, 6.0)
        grid = figure.subplots(2, 2, sharey="row")
        for column, (title, label, value, along, across) in enumerate(columns):
            _lines(grid[0, column], networks, results, along=along, **{across: value})
            grid[0, column].set_title(title)
            chosen = [index for index, one in enumerate(networks) if getattr(one, across) == value]
            x = [getattr(networks[index], along) for index in chosen]
            for (slow, fast), color in zip(RATIOS, (ORANGE, BLACK, BLUE), strict=True):
                ratio = [results[slow][index].seconds / results[fast][index].seconds for index in chosen]
                grid[1, column].loglog(x, ratio, "o-", color=color, markersize=3, label=f"{slow} / {fast}")
            grid[1, column].axhline(1.0, color=BLACK, linewidth=0.8, linestyle=":")
            grid[1, column].set(xlabel=label)
        grid[0, 0].set_ylabel("CPU time of an atom (µs)")
        grid[1, 0].set_ylabel("ratio")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside right upper")
        figure.legend(*grid[1, 0].get_legend_handles_labels(), loc="outside right lower")
    return figure


def _lines(axes: "Axes", networks: list[RandomNetwork], results: Results, *, along: str, **only: int) -> None:
    chosen = [
        index for index, network in enumerate(networks) if all(getattr(network, name) == n for name, n in only.items())
    ]
    x = np.array([getattr(networks[index], along) for index in chosen])
    for name, (color, line) in LOOKS.items():
        seconds = np.array([results[name][index].seconds for index in chosen])
        axes.loglog(x, 1e6 * seconds, "o", linestyle=line, color=color, markersize=3, label=name)

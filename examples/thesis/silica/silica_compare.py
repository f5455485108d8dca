"""Properties with network and with reference -> table side by side, differences against targets."""

from collections.abc import Mapping

import numpy as np
from rich.table import Table

from common import FloatArray, Measured
from silica_measures import PAIRS, Averaged, bin_centers
from silica_properties import NETWORK, REFERENCE, System

TEXTS = {
    "a_0K": "a at 0 K (Å)",
    "c_0K": "c at 0 K (Å)",
    "a": "a (Å)",
    "c": "c (Å)",
    "density_0K": "density at 0 K (g/cm³)",
    "SiOSi_0K": "angle Si-O-Si at 0 K, mean (degrees)",
    "density": "density (g/cm³)",
    "OSiO": "angle O-Si-O, mean (degrees)",
    "SiOSi": "angle Si-O-Si, mean (degrees)",
    "bond": "bond Si-O, mean (Å)",
    "peak_SiO": "first maximum of g(r), Si-O (Å)",
    "peak_OO": "first maximum of g(r), O-O (Å)",
    "peak_SiSi": "first maximum of g(r), Si-Si (Å)",
    "coordination": "oxygen neighbors of silicon",
    "fourfold": "silicon with four of them (share)",
}
"""What is shown, in this order; where a system has it."""
NEAREST = 1.0
"""Å; nearer than this g(r) is zero in any case."""
MEAN_OF_NOISE = float(np.sqrt(2.0 / np.pi))
"""Mean of |x| where x is normal with spread 1."""

Row = dict[str, float | None]


def compared(systems: Mapping[str, System], measured: Mapping[str, float]) -> dict[str, Row]:
    """Means and standard errors of both potentials, and what is measured, by property."""
    network, reference = systems[NETWORK].numbers, systems[REFERENCE].numbers
    return {
        name: {
            "network": float(network[name].mean),
            "network_error": float(network[name].error),
            "reference": float(reference[name].mean),
            "reference_error": float(reference[name].error),
            "measured": measured.get(name),
        }
        for name in TEXTS
        if name in network
    }


def side_by_side(title: str, rows: Mapping[str, Row]) -> Table:
    """Table of what `compared` found."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("network", "Vashishta", "measured"):
        table.add_column(heading, justify="right")
    for name, row in rows.items():
        cells = [_with_error(row[key], row[f"{key}_error"]) for key in ("network", "reference")]
        table.add_row(TEXTS[name], *cells, "" if row["measured"] is None else f"{row['measured']:g}")
    return table


def _with_error(value: float | None, error: float | None) -> str:
    return f"{value:.5g}" + (f" ± {error:.1g}" if error else "") if value is not None else ""


def lattice_differences(crystals: Mapping[str, System], targets: Mapping[str, float]) -> list[Measured]:
    """Differences of lattice constants at 0 K and at the temperature of the run, in per cent."""
    network, reference = crystals[NETWORK].numbers, crystals[REFERENCE].numbers
    found = []
    for name, temperature in (("a_0K", "0 K"), ("c_0K", "0 K"), ("a", "300 K"), ("c", "300 K")):
        percent = 100.0 * abs(float(network[name].mean / reference[name].mean) - 1.0)
        text = f"quartz, {name[0]} at {temperature}: network - Vashishta"
        found.append(Measured(f"lattice_{name}", text, percent, targets["lattice"], unit="%"))
    return found


def differences(kind: str, systems: Mapping[str, System], targets: Mapping[str, float]) -> list[Measured]:
    """Differences between network and reference: density, angles, neighbors, g(r)."""
    network, reference = systems[NETWORK].numbers, systems[REFERENCE].numbers
    density = 100.0 * abs(float(network["density"].mean / reference["density"].mean) - 1.0)
    found = [Measured(f"{kind}_density", f"{kind}, density: difference", density, targets["density"], unit="%")]
    for name, text, target, unit in (
        ("OSiO", "mean angle O-Si-O", "angle", "degrees"),
        ("SiOSi", "mean angle Si-O-Si", "angle", "degrees"),
        ("coordination", "oxygen neighbors of silicon", "coordination", ""),
    ):
        difference = abs(float(network[name].mean - reference[name].mean))
        found.append(Measured(f"{kind}_{name}", f"{kind}, {text}: difference", difference, targets[target], unit=unit))
    for pair in map("".join, PAIRS):
        difference, noise = g_difference(systems[NETWORK].curves[pair], systems[REFERENCE].curves[pair])
        text = f"{kind}, g(r) of {pair}: mean difference (noise alone: {noise:.3f})"
        found.append(Measured(f"{kind}_g_{pair}", text, difference, targets[f"g_{kind}"]))
    return found


def g_difference(first: Averaged, second: Averaged) -> tuple[float, float]:
    """Mean |g - g'| over all distances, and what it would be if the standard errors were all the difference."""
    far = bin_centers() > NEAREST
    difference: FloatArray = np.abs(first.mean - second.mean)[far]
    noise: FloatArray = MEAN_OF_NOISE * np.hypot(first.error, second.error)[far]
    return float(difference.mean()), float(noise.mean())

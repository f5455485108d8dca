"""Spectra of information matrices, error bars against errors, scans over models -> pictures."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnmanybody.fisher.calibration import Calibration
from nnmanybody.fisher.spectra import SIGNIFICANT, Spectrum
from nnmanybody.plots.style import BLACK, BLUE, CYCLE, GRAY, VERMILLION, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnmanybody.fisher.scan import ScanRow

FloatArray = NDArray[np.float64]

LOWEST = 1e-36
"""Relative eigenvalues are drawn down to it; double precision ends at 1e-32."""
UNITS = {"energy": (1e3, "meV/atom"), "forces": (1e3, "meV/Å")}
SIGMAS = np.linspace(0.0, 4.0, 81)


def draw_analysis(
    spectra: Mapping[str, Spectrum], calibrations: Mapping[str, Mapping[str, Calibration]] | None = None
) -> "Figure":
    """Draw eigenvalues by rank; with error bars that were compared, error against bar and fractions within k bars.

    Parameters
    ----------
    spectra : dict of str to Spectrum
        The whole first, its submodels after it.
    calibrations : dict of str to dict of "energy", "forces" to Calibration, optional
        `Judgement.calibrations`.
    """
    compared = {kind: found["forces"] for kind, found in (calibrations or {}).items() if "forces" in found}
    with style():
        figure = new_figure(14.5 if compared else 7.0, 4.4)
        panels = figure.subplots(1, 3 if compared else 1, squeeze=False)[0]
        _draw_spectra(panels[0], spectra)
        if compared:
            _draw_bins(panels[1], compared)
            _draw_fractions(panels[2], compared)
    return figure


def _draw_spectra(axes: "Axes", spectra: Mapping[str, Spectrum]) -> None:
    n = max(len(one.eigenvalues) for one in spectra.values())
    largest = next(iter(spectra.values())).eigenvalues[0]
    axes.axhspan(SIGNIFICANT, 10.0, color="#0072B2", alpha=0.06)
    for number, (name, one) in enumerate(spectra.items()):
        kappa = f"{one.log10_kappa:.1f}" if np.isfinite(one.log10_kappa) else "∞"
        gauge = f", {len(one.gauges)} gauge" if one.gauges else ""
        values = one.eigenvalues / largest
        ranks = np.arange(1, len(values) + 1)[values >= LOWEST]
        color = BLACK if number == 0 else CYCLE[(number - 1) % len(CYCLE)]
        axes.plot(
            ranks,
            values[values >= LOWEST],
            color=color,
            label=f"{name}: κ = 10^{kappa}{gauge}",
            marker="o" if n < 120 else None,
            markersize=3.5,
            linewidth=1.8 if number == 0 else 1.0,
        )
    axes.set(
        yscale="log",
        xlabel="rank",
        ylabel="eigenvalue / largest of the whole",
        title=f"Information matrix; shaded: at least {SIGNIFICANT:.0e} of the largest",
    )
    axes.legend(fontsize=7.5)


def _draw_bins(axes: "Axes", compared: Mapping[str, Calibration]) -> None:
    factor, unit = UNITS["forces"]
    low, high = np.inf, 0.0
    for color, (kind, one) in zip(CYCLE, compared.items(), strict=False):
        bins = [(factor * part["spread"], factor * part["error"]) for part in one.as_json()["bins"]]
        bars, errors = np.array(bins).T
        axes.plot(bars, errors, "o-", color=color, markersize=4, label=kind)
        low, high = min(low, bars.min(), errors.min()), max(high, bars.max(), errors.max())
    ends = np.array([low, high])
    axes.plot(ends, ends, color=GRAY, linestyle=":", label="error = bar")
    axes.set(xscale="log", yscale="log", xlabel=f"error bar ({unit})", ylabel=f"RMS of true errors ({unit})")
    axes.set_title("Force components, in groups of equal size by their bar")
    axes.legend()


def _draw_fractions(axes: "Axes", compared: Mapping[str, Calibration]) -> None:
    from math import erf, sqrt

    for color, (kind, one) in zip(CYCLE, compared.items(), strict=False):
        axes.plot(SIGMAS, [one.within(k) for k in SIGMAS], color=color, label=kind)
    normal = [erf(k / sqrt(2.0)) for k in SIGMAS]
    axes.plot(SIGMAS, normal, color=GRAY, linestyle=":", label="normal distribution")
    axes.set(xlabel="k", ylabel="fraction", ylim=(0.0, 1.02), title="Force errors of at most k error bars")
    axes.legend()


def draw_scan(rows: Sequence["ScanRow"], error: str, chosen: str, tolerance: float) -> "Figure":
    """Draw the error of every model against κ (left) and the number of its parameters (right), logarithmic.

    Parameters
    ----------
    rows : sequence of ScanRow
    error : str
        Key of the errors that counts.
    chosen : str
        Name of the smallest model within the tolerance of the best.
    tolerance : float
    """
    from nnmanybody.fisher.scan import ERRORS

    with style():
        figure = new_figure(11.5, 5.0)
        left, right = figure.subplots(1, 2, sharey=True)
        factor, unit = ERRORS[error]
        errors = np.array([factor * row.test[f"{error}_rmse"] for row in rows])
        kappas = np.array([row.log10_kappa if row.log10_kappa is not None else np.nan for row in rows])
        for axes, places in ((left, kappas), (right, np.array([row.n_parameters for row in rows], dtype=np.float64))):
            axes.axhspan(errors.min(), (1.0 + tolerance) * errors.min(), color="#009E73", alpha=0.15)
            for place, value, row in zip(places, errors, rows, strict=True):
                color = VERMILLION if row.name == chosen else BLUE
                axes.plot(place, value, "o", color=color)
                axes.annotate(
                    row.name, (place, value), xytext=(4, 4), textcoords="offset points", fontsize=7.5, color=color
                )
            axes.set_yscale("log")
            axes.margins(x=0.16)
        left.set(xlabel="log10 κ of the linear parameters", ylabel=f"{error.replace('_', ' ')} RMSE, test ({unit})")
        left.set_title("Error against condition number")
        right.set(xscale="log", xlabel="parameters")
        right.set_title(f"Against size; red: smallest within {tolerance:.0%} (green) of the best")
    return figure

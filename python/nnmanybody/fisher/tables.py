"""Analyses, judgements and scans -> what `nnp fisher` prints of them."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from nnmanybody.fisher.analysis import GIB, MATRICES, FisherAnalysis, Judgement
from nnmanybody.fisher.scan import ERRORS, ScanRow

MOST_GAUGES = 10
"""That are printed one by one."""


def print_analysis(one: FisherAnalysis, energy_weight: float, all_weights: bool, console: Console) -> None:
    """Print the spectrum of the whole beside those of its submodels, and the directions that change nothing."""
    which = "weights (all)" if all_weights else "linear parameters"
    console.print(
        f"{one.name}: {one.whole.n_parameters} {which}; {one.data.n_energies} energies ({energy_weight:g}/eV²), "
        f"{one.data.n_forces} force components (1 Å²/eV²)",
        soft_wrap=True,
        highlight=False,
    )
    if all_weights:
        console.print(f"memory: {8.0 * MATRICES * one.whole.n_parameters**2 / GIB:.2g} GiB", highlight=False)
    table = Table("", *(Column(name, justify="right") for name in ("parameters", "gauge", "significant", "log10 κ")))
    for name, found in {"whole": one.whole, **one.submodels}.items():
        kappa = f"{found.log10_kappa:.2f}" + ("  (rounding)" if found.is_rounding else "")
        counts = (found.n_parameters, len(found.gauges), found.n_significant)
        table.add_row(name.replace("[", r"\["), *map(str, counts), kappa)
    console.print(table)
    for gauge in one.whole.gauges[:MOST_GAUGES]:
        console.print(
            f"changes nothing: {gauge.kind}: {gauge.what} (|J v| {gauge.residual:.0e})",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
    if len(one.whole.gauges) > MOST_GAUGES:
        console.print(f"... and {len(one.whole.gauges) - MOST_GAUGES} more directions", highlight=False)
    if one.exact_log10_kappa is not None:
        console.print(f"in 256 bits: log10 κ = {one.exact_log10_kappa:.2f}", highlight=False)


def print_judgement(judgement: Judgement, console: Console) -> None:
    """Print the noise, and how far error bars are right."""
    levels = [one.noise for one in judgement.uncertainties]
    for number, (level, found) in enumerate(zip(levels, judgement.uncertainties, strict=True), start=1):
        who = f"member {number}: " if len(levels) > 1 else ""
        parts = [] if level.energy is None else [f"{1e3 * level.energy:.4g} meV/atom"]
        parts += [] if level.forces is None else [f"{1e3 * level.forces:.4g} meV/Å"]
        unseen = f"; {found.n_unseen} directions without error bar" if found.n_unseen else ""
        console.print(f"{who}noise: {', '.join(parts)}{unseen}", highlight=False)
    heads = ("RMS\nerror", "RMS\nbar", "error\n/ bar", "rank cor-\nrelation", "within\n1 bar", "within\n2 bars")
    for quantity, title in (("energy", "energies, meV/atom"), ("forces", "force components, meV/Å")):
        table = Table("error bars of", *(Column(name, justify="right") for name in heads), title=title)
        for kind, found_by in judgement.calibrations.items():
            if quantity in found_by:
                numbers = found_by[quantity].as_json()
                table.add_row(kind, *_cells(numbers))
        if table.row_count:
            table.add_row("if normal", "", "", "1", "", "0.683", "0.954", style="dim")
            console.print(table)


def _cells(numbers: dict[str, Any]) -> list[str]:
    ratio, rank = numbers["error_over_spread"], numbers["rank_correlation"]
    return [
        f"{1e3 * numbers['error_rms']:.4g}",
        f"{1e3 * numbers['bar_rms']:.4g}",
        "–" if ratio is None else f"{ratio:.3g}",
        "–" if rank is None else f"{rank:.2f}",
        f"{numbers['within_1']:.3f}",
        f"{numbers['within_2']:.3f}",
    ]


def scan_table(rows: Sequence[ScanRow], chosen: str) -> Table:
    """Return one row a model; the chosen one has a star."""
    heads = (
        "para-\nmeters",
        "linear",
        "signi-\nficant",
        "log10\nκ",
        "energy\nmeV per\natom",
        "force\nmeV/Å",
        "length\nmeV/Å",
    )
    table = Table("model", *(Column(name, justify="right") for name in (*heads, "angle\n°")))
    for row in rows:
        errors = [row.test.get(f"{name}_rmse") for name in ERRORS]
        table.add_row(
            row.name.replace("[", r"\[") + (" *" if row.name == chosen else ""),
            str(row.n_parameters),
            str(row.n_linear),
            str(row.n_significant),
            "∞" if row.log10_kappa is None else f"{row.log10_kappa:.2f}",
            *("–" if e is None else f"{f * e:.4g}" for e, (f, _) in zip(errors, ERRORS.values(), strict=True)),
        )
    return table

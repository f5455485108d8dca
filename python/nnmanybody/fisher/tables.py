"""Analyses, judgements and scans -> what `nnp fisher` prints of them."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from nnmanybody.fisher.analysis import GIB, MATRICES, FisherAnalysis, Judgement
from nnmanybody.fisher.scan import ERRORS, ScanRow

MOST_GAUGES = 10
"""That are printed one by one."""


def print_analyses(
    analyses: Sequence[FisherAnalysis], energy_weight: float, all_weights: bool, console: Console
) -> None:
    """Print spectra of the whole and its submodels, and what changes nothing; the members of a committee together."""
    first = analyses[0]
    n = first.whole.n_parameters
    names = first.name if len(analyses) == 1 else f"{first.name.split(',')[0]}, each of {len(analyses)} members"
    console.print(
        f"{names}: {n} {'weights (all)' if all_weights else 'linear parameters'}; {first.data.n_energies} energies "
        f"({energy_weight:g}/eV²), {first.data.n_forces} force components (1 Å²/eV²)",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
    if all_weights:
        console.print(f"memory: {8.0 * MATRICES * n**2 / GIB:.2g} GiB", highlight=False)
    table = Table("", *(Column(name, justify="right") for name in ("parameters", "gauge", "significant", "log10 κ")))
    for name in ("whole", *first.submodels):
        found = [{"whole": one.whole, **one.submodels}[name] for one in analyses]
        counts = ([one.n_parameters for one in found], [len(one.gauges) for one in found])
        table.add_row(
            name.replace("[", r"\["),
            *map(_each, (*counts, [one.n_significant for one in found])),
            _each([f"{one.log10_kappa:.2f}" + (" (rounding)" if one.is_rounding else "") for one in found]),
        )
    console.print(table)
    for one in analyses:
        who = f"{one.name}: " if len(analyses) > 1 and one.whole.gauges else ""
        for gauge in one.whole.gauges[:MOST_GAUGES]:
            console.print(
                f"{who}changes nothing: {gauge.kind}: {gauge.what} (|J v| {gauge.residual:.0e})",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )
        if len(one.whole.gauges) > MOST_GAUGES:
            console.print(f"... and {len(one.whole.gauges) - MOST_GAUGES} more directions", highlight=False)
    exact = [f"{one.exact_log10_kappa:.2f}" for one in analyses if one.exact_log10_kappa is not None]
    if exact:
        console.print(f"in 256 bits: log10 κ = {_each(exact)}", highlight=False)


def _each(values: Sequence[object]) -> str:
    """Write the values of all members; once where they are one."""
    words = [str(value) for value in values]
    return words[0] if len(set(words)) == 1 else " ".join(words)


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
    table = Table(Column("model", no_wrap=True), *(Column(name, justify="right") for name in (*heads, "angle\n°")))
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

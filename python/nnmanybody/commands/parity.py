"""`nnp parity`: Python, ASE, LAMMPS and finite differences on the user's own potential, in one table."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nnmanybody import parity as comparison
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import Launcher
from nnmanybody.parity import Difference, ParityReport, RouteParity, evenly_spaced
from nnmanybody.progress import track_frames


def parity(
    potential: Annotated[Path, typer.Argument(help="Potential file (*.nnp).", show_default=False)],
    structures: Annotated[list[Path], typer.Argument(help="Extended XYZ files.", show_default=False)],
    *,
    frames: Annotated[int, typer.Option(help="How many frames, spread over the files.")] = 5,
    ranks: Annotated[int, typer.Option(help="Ranks of the parallel run of LAMMPS.", min=2)] = 2,
    lammps: Annotated[bool, typer.Option(help="Run LAMMPS; without it, Python and ASE only.")] = True,
    lmp: Annotated[
        Path | None, typer.Option(help="Another LAMMPS than this environment's.", show_default=False)
    ] = None,
    mpiexec: Annotated[Path | None, typer.Option(help="The launcher of its MPI.", show_default=False)] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write every difference to this JSON file.")] = None,
) -> None:
    """Check that Python, ASE, LAMMPS and finite differences agree; exit status 1 if they do not."""
    launcher = Launcher.find(lmp, mpiexec) if lammps else None
    chosen = evenly_spaced(read_frames(structures), frames)
    report = comparison.parity(potential, chosen, launcher, ranks, track_frames)
    _print(report, len(chosen), Console())
    if json_path is not None:
        _write(json_path, report)
    if not report.ok:
        raise typer.Exit(1)


def _write(path: Path, report: ParityReport) -> None:
    try:
        path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error


def _print(report: ParityReport, n_frames: int, console: Console) -> None:
    console.print(f"{n_frames} frames; largest difference from Potential.evaluate (tolerance)")
    table = Table("route", "energy\neV/atom", "force\neV/Å", "virial\neV", "")
    for route in report.routes:
        cells = [_cell(route.worst(quantity)) for quantity in ("energy", "force", "virial")]
        table.add_row(route.name, *cells, _verdict(route))
    console.print(table)
    for route in report.routes:
        bad = [frame for frame in route.frames if not frame.ok]
        if bad:
            more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
            text = f"{bad[0].frame}{more}: {bad[0].failure or 'beyond the tolerance'}"
            console.print(f"{route.name}: {text}", soft_wrap=True, markup=False)


def _verdict(route: RouteParity) -> str:
    if any(frame.failure for frame in route.frames):
        return "[bold red]failed[/]"
    return "ok" if route.ok else "[bold red]differs[/]"


def _cell(difference: Difference | None) -> str:
    return "–" if difference is None else f"{difference.value:.1e} ({difference.tolerance:.0e})"

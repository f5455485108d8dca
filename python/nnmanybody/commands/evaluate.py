"""`nnp evaluate`: errors of a potential on data, as a table, JSON and extended XYZ."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import ase.io
import typer
from ase.units import GPa
from rich.console import Console
from rich.table import Column, Table

from nnmanybody.data import DataKeys, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import ErrorReport, Errors, error_report, frames_with_predictions, predict
from nnmanybody.potential import Potential
from nnmanybody.progress import track_frames

DEFAULT_KEYS = DataKeys()
UNKNOWN = "–"


def evaluate(
    potential: Annotated[Path, typer.Argument(help="Potential file (*.nnp).", show_default=False)],
    data: Annotated[list[Path], typer.Argument(help="Extended XYZ files with targets.", show_default=False)],
    *,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write all errors to this JSON file.")] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write the structures with targets and predictions to this extended XYZ file.")
    ] = None,
    index: Annotated[str, typer.Option(help='Frames of each file, as in ASE: ":", "::10", "-1".')] = ":",
    energy_key: Annotated[str, typer.Option(help="Name of the energy in the comment lines.")] = DEFAULT_KEYS.energy,
    forces_key: Annotated[str, typer.Option(help="Name of the force columns.")] = DEFAULT_KEYS.forces,
    stress_key: Annotated[str, typer.Option(help="Name of the stress in the comment lines.")] = DEFAULT_KEYS.stress,
) -> None:
    """Compare a potential with data: energies, forces, stresses; overall, per element and per config_type."""
    loaded = Potential.read(potential)
    frames = read_frames(data, DataKeys(energy=energy_key, forces=forces_key, stress=stress_key), index)
    found = predict(loaded, frames, track_frames)
    report = error_report(frames, found)
    _print_report(report, Console())
    if json_path is not None:
        _write(json_path, lambda: json_path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8"))
    if predictions is not None:
        structures = frames_with_predictions(frames, found)
        _write(predictions, lambda: ase.io.write(predictions, structures, format="extxyz"))
    for path in (json_path, predictions):
        if path is not None:
            Console(stderr=True).print(f"written: {path}")


def _write(path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error


def _print_report(report: ErrorReport, console: Console) -> None:
    overall = report.overall
    console.print(f"{overall.n_frames} frames, {overall.n_atoms} atoms")
    console.print(_overall_table(overall))
    groups = [("config_type", report.per_config_type), ("element", report.per_element)]
    for title, errors in groups:
        if len(errors) > 1:
            console.print(_group_table(title, errors))
    for worst in report.worst_atoms[:1]:
        where = f"atom {worst.atom} ({worst.element}) of {worst.frame}"
        console.print(f"largest force error: {worst.force_error:.4g} eV/Å on {where}", soft_wrap=True)
    missing = [
        name
        for name, count in (
            ("energy", overall.n_energies),
            ("forces", overall.n_forces),
            ("stress", overall.n_stresses),
        )
        if count == 0
    ]
    if missing:
        console.print(f"in no frame: {', '.join(missing)} (not compared)")


def _overall_table(errors: Errors) -> Table:
    """One row per quantity that was compared."""
    table = Table("quantity", *(_right(name) for name in ("RMSE", "MAE", "max")), "unit", _right("targets"))
    rows = [
        ("energy", (errors.energy_rmse, errors.energy_mae, errors.energy_max), 1e3, "meV/atom", errors.n_energies),
        ("force", (errors.force_rmse, errors.force_mae, errors.force_max), 1.0, "eV/Å", errors.n_forces),
        ("force length", (errors.force_amplitude_rmse, None, None), 1.0, "eV/Å", errors.n_force_directions),
        ("force direction", (errors.force_angle_rmse, None, None), 180.0 / math.pi, "°", errors.n_force_directions),
        ("stress", (errors.stress_rmse, None, None), 1.0 / GPa, "GPa", errors.n_stresses),
        ("atomic energy", (errors.atomic_energy_rmse, None, None), 1e3, "meV", errors.n_atomic_energies),
    ]
    for name, values, factor, unit, count in rows:
        if count > 0:
            table.add_row(name, *(_number(value, factor) for value in values), unit, str(count))
    return table


def _group_table(title: str, groups: dict[str, Errors]) -> Table:
    """One row per group, one column per error that any group has."""
    columns: dict[str, Callable[[Errors], str]] = {
        "frames": lambda errors: str(errors.n_frames),
        "atoms": lambda errors: str(errors.n_atoms),
        "energy RMSE\nmeV/atom": lambda errors: _number(errors.energy_rmse, 1e3),
        "force RMSE\neV/Å": lambda errors: _number(errors.force_rmse, 1.0),
        "force max\neV/Å": lambda errors: _number(errors.force_max, 1.0),
        "stress RMSE\nGPa": lambda errors: _number(errors.stress_rmse, 1.0 / GPa),
        "atomic energy\nRMSE meV": lambda errors: _number(errors.atomic_energy_rmse, 1e3),
    }
    used = {name: show for name, show in columns.items() if any(show(errors) != UNKNOWN for errors in groups.values())}
    table = Table(title, *map(_right, used))
    for name, errors in groups.items():
        table.add_row(name, *(show(errors) for show in used.values()))
    return table


def _right(name: str) -> Column:
    return Column(name, justify="right")


def _number(value: float | None, factor: float) -> str:
    return UNKNOWN if value is None else f"{value * factor:.4g}"

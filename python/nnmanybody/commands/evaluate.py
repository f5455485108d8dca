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

from nnmanybody.committee import read_potentials
from nnmanybody.data import DataKeys, read_frames
from nnmanybody.error_measures import Errors
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import CommitteeResult, ErrorReport, evaluate_committee, frames_with_predictions
from nnmanybody.progress import track_frames

DEFAULT_KEYS = DataKeys()
UNKNOWN = "–"
POTENTIAL = ".nnp"


def evaluate(
    potential: Annotated[
        Path, typer.Argument(help="Potential file (*.nnp); several make a committee.", show_default=False)
    ],
    data: Annotated[
        list[Path],
        typer.Argument(help="Further potentials, and files or folders of structures with targets.", show_default=False),
    ],
    *,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write all errors to this JSON file.")] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            "--xyz", "--predictions", help="Write the structures with targets, predictions, errors to this file."
        ),
    ] = None,
    index: Annotated[str, typer.Option(help='Frames of each file, as in ASE: ":", "::10", "-1".')] = ":",
    energy_key: Annotated[str, typer.Option(help="Name of the energy in the comment lines.")] = DEFAULT_KEYS.energy,
    forces_key: Annotated[str, typer.Option(help="Name of the force columns.")] = DEFAULT_KEYS.forces,
    stress_key: Annotated[str, typer.Option(help="Name of the stress in the comment lines.")] = DEFAULT_KEYS.stress,
    units: Annotated[
        str | None, typer.Option(help="Of RuNNer's input.data: bohr-hartree or metal.", show_default=False)
    ] = None,
) -> None:
    """Compare potentials with data: energies, forces, stresses; overall, per element and per config_type."""
    paths = [potential, *(path for path in data if path.suffix == POTENTIAL)]
    structures = [path for path in data if path.suffix != POTENTIAL]
    if not structures:
        raise typer.BadParameter("Missing argument: expected a file with structures behind the potentials")
    potentials = read_potentials(paths)
    frames = read_frames(structures, DataKeys(energy=energy_key, forces=forces_key, stress=stress_key), index, units)
    result = evaluate_committee(potentials, frames, track_frames)
    _print_report(result.report, Console())
    if result.members:
        _print_committee(result, Console())
    if json_path is not None:
        text = json.dumps(result.as_json(), indent=2) + "\n"
        _write(json_path, lambda: json_path.write_text(text, encoding="utf-8"))
    if predictions is not None:
        written = frames_with_predictions(frames, result.predictions, result.spread)
        _write(predictions, lambda: ase.io.write(predictions, written, format="extxyz"))
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
    for atom in report.worst_atoms[:1]:
        where = f"atom {atom.atom} ({atom.element}) of {atom.frame}"
        console.print(f"largest force error: {atom.force_error:.4g} eV/Å on {where}", soft_wrap=True)
    for frame in report.worst_frames[:1]:
        where = f"{frame.frame} ({frame.n_atoms} atoms{', ' * bool(frame.config_type)}{frame.config_type})"
        console.print(f"largest energy error: {1e3 * frame.energy_error:+.4g} meV/atom in {where}", soft_wrap=True)
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
        ("energy", "energy", 1e3, "meV/atom", errors.n_energies),
        ("force", "force", 1.0, "eV/Å", errors.n_forces),
        ("force length", "force_amplitude", 1.0, "eV/Å", errors.n_force_directions),
        ("force direction", "force_angle", 180.0 / math.pi, "°", errors.n_force_directions),
        ("stress", "stress", 1.0 / GPa, "GPa", errors.n_stresses),
        ("atomic energy", "atomic_energy", 1e3, "meV", errors.n_atomic_energies),
    ]
    for name, key, factor, unit, count in rows:
        if count > 0:
            values = [getattr(errors, f"{key}_{measure}") for measure in ("rmse", "mae", "max")]
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


def _print_committee(result: CommitteeResult, console: Console) -> None:
    """Errors of the members, and whether their spread says how large the error of the mean is."""
    table = Table("member", *map(_right, ("energy RMSE\nmeV/atom", "force RMSE\neV/Å")))
    for name, report in [*result.members.items(), ("mean of all", result.report)]:
        errors = report.overall
        table.add_row(name, _number(errors.energy_rmse, 1e3), _number(errors.force_rmse, 1.0))
    console.print(table)
    found = result.calibration["forces"]
    if not found:
        return
    ratio, rank = found["error_over_spread"], found["rank_correlation"]
    console.print(
        f"force error / spread: {_number(ratio, 1.0)} over {found['n']} atoms (1 is calibrated); "
        f"rank correlation {_number(rank, 1.0)}",
        soft_wrap=True,
    )
    table = Table(*map(_right, ("atoms", "spread\neV/Å", "true error\neV/Å")))
    for group in found["bins"]:
        table.add_row(str(group["n"]), _number(group["spread"], 1.0), _number(group["error"], 1.0))
    console.print(table)


def _right(name: str) -> Column:
    return Column(name, justify="right")


def _number(value: float | None, factor: float) -> str:
    return UNKNOWN if value is None else f"{value * factor:.4g}"

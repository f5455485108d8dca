"""`nnp fisher`: what data determines of a potential's parameters, the error bars this implies, scans over models."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import ase.io
import typer
from ase import Atoms
from rich.console import Console
from typer.core import TyperGroup

from nnmanybody.data import DataKeys, Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.potential import Potential
from nnmanybody.progress import track_frames

if TYPE_CHECKING:
    from nnmanybody.fisher import FisherAnalysis, Judgement, Noise
    from nnmanybody.fisher.scan import ScanRow

DEFAULT = "spectrum"
DEFAULT_KEYS = DataKeys()


class DefaultGroup(TyperGroup):
    """`nnp fisher Si.nnp data.xyz` is `nnp fisher spectrum Si.nnp data.xyz`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (click.Context, whichever copy)
        """Put in the command that is meant where none is named."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=DefaultGroup,
    help="What data determines of a potential's parameters. `nnp fisher Si.nnp data.xyz` is its command `spectrum`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def spectrum(
    potential: Annotated[Path, typer.Argument(help="Potential file (*.nnp).", show_default=False)],
    data: Annotated[list[Path], typer.Argument(help="Structures that it was fitted to.", show_default=False)],
    *,
    predict: Annotated[
        list[Path] | None,
        typer.Option("--predict", "-p", help="Structures that get error bars; more by --predict again."),
    ] = None,
    all_weights: Annotated[
        bool, typer.Option("--all-weights", help="Of networks: all weights, not the last layer alone.")
    ] = False,
    member: Annotated[
        int | None, typer.Option(min=1, help="One member of a committee, from 1; all by default.", show_default=False)
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Also in 256 bits (mpmath), up to 60 parameters.")] = False,
    energy_weight: Annotated[
        float, typer.Option(min=0.0, help="Of a structure's energy, 1/eV², beside 1 Å²/eV² of a force component.")
    ] = 1.0,
    noise: Annotated[
        str | None,
        typer.Option(
            help="Of the data: energy per atom (eV), force component (eV/Å), as 0.001,0.05; from residuals by default.",
            show_default=False,
        ),
    ] = None,
    index: Annotated[str, typer.Option(help='Frames of each file, as in ASE: ":", "::10".')] = ":",
    picture: Annotated[Path | None, typer.Option(help="Draw it: .png, .pdf or .svg.", show_default=False)] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this JSON file.")] = None,
    xyz: Annotated[Path | None, typer.Option("--xyz", help="Write the --predict structures with error bars.")] = None,
    energy_key: Annotated[str, typer.Option(help="Name of the energy in the comment lines.")] = DEFAULT_KEYS.energy,
    forces_key: Annotated[str, typer.Option(help="Name of the force columns.")] = DEFAULT_KEYS.forces,
) -> None:
    """Eigenvalues of the information matrix, condition number, submodels, gauge directions; error bars."""
    from nnmanybody.fisher import Weights, analyse, judge
    from nnmanybody.fisher.tables import print_analyses, print_judgement
    from nnmanybody.plots.style import check_format

    if xyz is not None and not predict:
        raise typer.BadParameter("there are no error bars to write without --predict", param_hint="--xyz")
    if picture is not None:
        check_format(picture)
    level = _noise(noise)
    chosen = _chosen(Potential.read(potential), member)
    keys = DataKeys(energy=energy_key, forces=forces_key)
    frames = read_frames(data, keys, index)
    held_out = read_frames(predict, keys) if predict else []
    console = Console()
    analyses = [
        analyse(
            one,
            frames,
            weights=Weights(energy=energy_weight),
            all_weights=all_weights,
            exact=exact,
            progress=lambda listed: track_frames(listed, "derivatives"),
        )
        for one in chosen.members
    ]
    print_analyses(analyses, energy_weight, all_weights, console)
    judgement = None
    if held_out:
        judgement = judge(chosen, analyses, held_out, level, lambda listed: track_frames(listed, "error bars"))
        print_judgement(judgement, console)
    _write_files(analyses, judgement, picture=picture, json_path=json_path, xyz=xyz)


@app.command()
def scan(
    config: Annotated[Path, typer.Argument(metavar="SCAN.YAML", help="Data and models.", show_default=False)],
    *,
    picture: Annotated[
        Path | None, typer.Option(help="Picture; scan.png in the output folder by default.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the table and warnings only.")] = False,
) -> None:
    """Train a list of models, draw error against condition number, name the smallest that is good enough.

    The same command goes on where a scan was stopped.
    """
    from nnmanybody.fisher.scan import ERRORS, run_scan, smallest_within
    from nnmanybody.fisher.scan_config import read_scan
    from nnmanybody.fisher.tables import scan_table
    from nnmanybody.plots.fisher import draw_scan
    from nnmanybody.plots.style import check_format, save
    from nnmanybody.training.display import set_up_logging

    settings = read_scan(config)
    picture = picture or settings.output / "scan.png"
    check_format(picture)
    set_up_logging(quiet)
    settings.output.mkdir(parents=True, exist_ok=True)
    console = Console()
    n = len(settings.models)
    counter = iter(range(1, n + 1))

    def report(row: "ScanRow", is_new: bool) -> None:
        factor, unit = ERRORS[settings.error]
        error = row.test.get(f"{settings.error}_rmse")
        shown = "" if error is None else f", {settings.error} error {factor * error:.4g} {unit}"
        state = f"{row.seconds:.0f} s" if is_new else "done before"
        console.print(f"{next(counter)}/{n} {row.name}{shown} ({state})", highlight=False, markup=False)

    found = run_scan(settings, report)
    if not found.finished:
        typer.echo(f"nnp: stopped as asked; go on by: nnp fisher scan {config}", err=True)
        raise typer.Exit(1)
    chosen = smallest_within(found.rows, settings.error, settings.tolerance)
    console.print(scan_table(found.rows, chosen.name))
    console.print(
        f"smallest model within {settings.tolerance:.0%} of the best {settings.error} error: {chosen.name}, "
        f"{chosen.n_parameters} parameters",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    save(draw_scan(found.rows, settings.error, chosen.name, settings.tolerance), picture)
    Console(stderr=True).print(f"written: {picture}")


def _noise(text: str | None) -> "Noise | None":
    from nnmanybody.fisher import Noise

    if text is None:
        return None
    try:
        energy, forces = (float(part) for part in text.split(","))
    except ValueError:
        energy = forces = -1.0
    if not (energy > 0.0 and forces > 0.0):
        raise typer.BadParameter(
            f"expected two positive numbers, eV/atom and eV/Å, as 0.001,0.05; got {text!r}", param_hint="--noise"
        )
    return Noise(energy, forces)


def _chosen(potential: Potential, member: int | None) -> Potential:
    if member is None:
        return potential
    if member > potential.n_models:
        raise NNPError(f"{potential.name}: --member {member}, but it has {potential.n_models}")
    return potential.members[member - 1]


def _write_files(
    analyses: Sequence["FisherAnalysis"],
    judgement: "Judgement | None",
    *,
    picture: Path | None,
    json_path: Path | None,
    xyz: Path | None,
) -> None:
    """Write what was asked for, and say so."""
    if picture is not None:
        from nnmanybody.plots.fisher import draw_analysis
        from nnmanybody.plots.style import save

        first = analyses[0]
        compared = judgement.calibrations if judgement is not None else None
        save(draw_analysis({"whole": first.whole, **first.submodels}, compared), picture)
    if json_path is not None:
        _write_json(json_path, analyses, judgement)
    if xyz is not None and judgement is not None:
        ase.io.write(xyz, _with_bars(judgement), format="extxyz")
    for path in (picture, json_path, xyz):
        if path is not None:
            Console(stderr=True).print(f"written: {path}")


def _write_json(path: Path, analyses: Sequence["FisherAnalysis"], judgement: "Judgement | None") -> None:
    content: dict[str, Any] = {one.name: one.as_json() for one in analyses}
    written = {"potentials": content, "error_bars": None if judgement is None else judgement.as_json()}
    try:
        path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error


def _with_bars(judgement: "Judgement") -> list[Atoms]:
    """Structures with targets and predictions, and per kind of bar `energy_bar_…` (eV/atom), `force_bar_…` (eV/Å)."""
    from nnmanybody.evaluate import frames_with_predictions

    frames: Sequence[Frame] = judgement.frames
    written = frames_with_predictions(frames, judgement.predictions)
    for kind, listed in judgement.bars.items():
        name = kind.replace(" ", "_")
        for atoms, bar in zip(written, listed, strict=True):
            atoms.info[f"energy_bar_{name}"] = bar.energy / len(atoms)
            atoms.arrays[f"force_bar_{name}"] = bar.forces
    return written

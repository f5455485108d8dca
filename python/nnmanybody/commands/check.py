"""`nnp check`: data -> what is wrong with it, by frame, and how to mend it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from nnmanybody.checks.examine import CUTOFF, examine
from nnmanybody.checks.finding import CheckReport, Finding
from nnmanybody.checks.loaded import Loaded, load
from nnmanybody.config import DataConfig
from nnmanybody.data import DataKeys, Frame
from nnmanybody.errors import NNPError
from nnmanybody.potential import Potential
from nnmanybody.progress import track_frames
from nnmanybody.symmetry_functions import SymmetryFunctionSet
from nnmanybody.training.split import split_frames

DEFAULT_KEYS = DataKeys()


def check(
    data: Annotated[
        list[Path], typer.Argument(help="Files or folders of structures, of all formats.", show_default=False)
    ],
    *,
    validation: Annotated[
        list[Path] | None, typer.Option(help="Files for validation, which the others must prepare for.")
    ] = None,
    functions: Annotated[
        Path | None, typer.Option(help="Set of symmetry functions, or potential: do they all vary?", show_default=False)
    ] = None,
    cutoff: Annotated[float, typer.Option(help="Å; of the symmetry functions, where no file has them.")] = CUTOFF,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the findings to this JSON file.")] = None,
    index: Annotated[str, typer.Option(help='Frames of each file, as in ASE: ":", "::10", "-1".')] = ":",
    energy_key: Annotated[str, typer.Option(help="Name of the energy in the comment lines.")] = DEFAULT_KEYS.energy,
    forces_key: Annotated[str, typer.Option(help="Name of the force columns.")] = DEFAULT_KEYS.forces,
    stress_key: Annotated[str, typer.Option(help="Name of the stress in the comment lines.")] = DEFAULT_KEYS.stress,
    units: Annotated[
        str | None, typer.Option(help="Of RuNNer's input.data: bohr-hartree or metal.", show_default=False)
    ] = None,
) -> None:
    """Look for what is wrong with data before a training; exit status 1 if something must be mended."""
    chosen = None if functions is None else _read_set(functions)
    keys = DataKeys(energy=energy_key, forces=forces_key, stress=stress_key)
    loaded = load(data, keys, index, units)
    train = tuple(loaded.frames)
    held_out = load(validation or [], keys, index, units)
    report = examine(
        _joined(loaded, held_out),
        cutoff=cutoff if chosen is None else chosen.cutoff,
        functions=chosen,
        parts=parts(train, held_out.frames),
        split="of --validation" if validation else "by the default split",
        progress=lambda items: track_frames(items, "checking"),
    )
    _print(report, Console())
    if json_path is not None:
        try:
            json_path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise NNPError(f"{json_path}: cannot be written ({error.strerror or error})") from error
    if report.problems:
        raise typer.Exit(1)


def _read_set(path: Path) -> SymmetryFunctionSet:
    if path.suffix == ".nnp":
        return SymmetryFunctionSet.of_potential(Potential.read(path))
    return SymmetryFunctionSet.read(path)


def _joined(one: Loaded, other: Loaded) -> Loaded:
    return Loaded(one.keys, one.frames + other.frames, one.served | other.served, one.findings + other.findings)


def parts(train: Sequence[Frame], validation: Sequence[Frame]) -> tuple[Sequence[Frame], Sequence[Frame]] | None:
    """Divide the frames as `nnp train` does by default."""
    defaults = DataConfig(train=("data",))
    try:
        split = split_frames(train, validation, defaults.validation_fraction, defaults.split_seed)
    except NNPError:  # nothing would be left to train on: a file of one frame, say
        return None
    return split.train, split.validation


def _print(report: CheckReport, console: Console) -> None:
    for finding in report.findings:
        console.print(_text(finding), soft_wrap=True)
    n_problems, n_notes = len(report.problems), len(report.notes)
    verdict = f"{n_problems} problem{'s' * (n_problems != 1)}" if n_problems else "nothing to mend"
    notes = f", {n_notes} note{'s' * (n_notes != 1)}" if n_notes else ""
    console.print(f"{report.n_frames} frames, {report.n_atoms} atoms: {verdict}{notes}")


def _text(finding: Finding) -> Text:
    """Return `problem  check: text`, and how to mend it below."""
    state, style = ("problem", "bold red") if finding.problem else ("note", "cyan")
    line = Text(f"{state:<8}", style=style).append(f"{finding.check}: {finding.text}", style="default")
    return line.append(f"\n        → {finding.mend}") if finding.mend else line

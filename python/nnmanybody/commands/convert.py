"""`nnp convert`: potentials and structures of other programs to ours and back."""

import os
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from nnmanybody._core import PotentialDefinition
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.interchange import origin
from nnmanybody.interchange.aenet import read_aenet
from nnmanybody.interchange.extended_xyz import frame_text
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.runner_structures import read_structures, structures_text
from nnmanybody.interchange.runner_writer import runner_files
from nnmanybody.interchange.simple_nn import read_simple_nn
from nnmanybody.interchange.sources import DESCRIPTIONS, Kind, kind_of
from nnmanybody.interchange.units import HOW_TO_CHOOSE, METAL, Units, choose_units
from nnmanybody.potential import Potential


class Format(str, Enum):
    """What to write."""

    nnp = "nnp"
    runner = "runner"
    xyz = "xyz"


TARGETS: dict[Kind, tuple[Format, ...]] = {
    "runner": (Format.nnp,),
    "aenet": (Format.nnp, Format.runner),
    "simple_nn": (Format.nnp, Format.runner),
    "nnp": (Format.runner,),
    "runner_structures": (Format.xyz,),
    "structures": (Format.runner,),
}
"""What each kind of source can become; the first is the default, but for our own potentials."""


def convert(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="RuNNer directory, SIMPLE-NN or aenet file(s), *.nnp, input.data or extended XYZ.", show_default=False
        ),
    ],
    target: Annotated[Path, typer.Argument(help="File or directory to write.", show_default=False)],
    *,
    units: Annotated[
        str | None, typer.Option(help="Units of the RuNNer files: bohr-hartree or metal (Å, eV).", show_default=False)
    ] = None,
    cflength: Annotated[
        float | None, typer.Option(help="RuNNer's unit of length: how many make one Å.", show_default=False)
    ] = None,
    cfenergy: Annotated[
        float | None, typer.Option(help="RuNNer's unit of energy: how many make one eV.", show_default=False)
    ] = None,
    target_format: Annotated[
        Format | None, typer.Option("--format", help="What to write, where it does not follow from the source.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the files of a RuNNer directory.")] = False,
) -> None:
    """Convert potentials and structures: RuNNer, n2p2, SIMPLE-NN and aenet to ours; ours to RuNNer and n2p2."""
    kind, paths = kind_of(sources)
    chosen = choose_units(units, cflength, cfenergy)
    form = _target_format(kind, target_format, paths)
    if kind == "runner_structures":
        _write(target, map(frame_text, read_structures(paths[0], _needed(chosen, kind, paths))))
    elif kind == "structures":
        _structures_to_runner(paths[0], target, _needed(chosen, kind, paths))
    elif form is Format.runner:
        written = chosen or METAL
        definition = _definition(kind, paths, None)
        _write_directory(target, runner_files(definition, written), overwrite)
        _say(f"{target}: {written}")
    else:
        definition = _definition(kind, paths, chosen)
        _write_potential(target, definition, paths)


def _target_format(kind: Kind, given: Format | None, paths: list[Path]) -> Format:
    possible = TARGETS[kind]
    if given is None and kind == "nnp":
        raise NNPError(f"{paths[0]} is a potential of nnmanybody already: say what to make of it, --format runner")
    if given is not None and given not in possible:
        listed = " or ".join(form.value for form in possible)
        raise NNPError(f"{paths[0]} ({DESCRIPTIONS[kind]}) can become {listed}, not {given.value}")
    return given or possible[0]


def _needed(units: Units | None, kind: Kind, paths: list[Path]) -> Units:
    if units is None:
        raise NNPError(f"{paths[0]} ({DESCRIPTIONS[kind]}) does not say its units: {HOW_TO_CHOOSE}")
    return units


def _definition(kind: Kind, paths: list[Path], units: Units | None) -> PotentialDefinition:
    """Read the potential; `units` are those of a RuNNer directory."""
    if kind == "runner":
        return read_runner(paths[0], _needed(units, kind, paths))
    if units is not None:
        raise NNPError(f"{paths[0]} ({DESCRIPTIONS[kind]}) is in Å and eV always: leave the options for units away")
    if kind == "simple_nn":
        return read_simple_nn(paths[0])
    if kind == "aenet":
        return read_aenet(paths)
    return Potential.read(*paths).definition


def _write_potential(target: Path, definition: PotentialDefinition, paths: list[Path]) -> None:
    try:
        potential = Potential(definition, str(target))
    except ValueError as error:
        raise NNPError(f"{paths[0]}: {error}") from error
    potential.write(target)
    for key, value in definition.provenance:
        if key == origin.NOTE:
            _say(f"note: {value}")
    for section in definition.sections:
        layers = " ".join(str(len(biases)) for biases in section.network.biases)
        _say(f"{target}: {section.element}: {len(section.functions)} symmetry functions, layers {layers}")


def _structures_to_runner(source: Path, target: Path, units: Units) -> None:
    frames = read_frames(source)
    without = sum(frame.forces is None for frame in frames)
    _write(target, structures_text(frames, units))
    if without:
        _say(f"note: {without} of {len(frames)} frames have no forces; they have zeros in {target}")


def _write(target: Path, parts: Iterable[str]) -> None:
    """Write a file; what was there stays whole until the new one is complete."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(parts)
        temporary.replace(target)
    except OSError as error:
        raise NNPError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)
    _say(f"written: {target}")


def _write_directory(target: Path, files: Mapping[str, str], overwrite: bool) -> None:
    present = [name for name in files if (target / name).exists()]
    if present and not overwrite:
        raise NNPError(f"{target}: has {', '.join(present)} already; choose another directory or --overwrite")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NNPError(f"{target}: cannot be made a directory ({error.strerror or error})") from error
    for name, text in files.items():
        _write(target / name, [text])


def _say(text: str) -> None:
    typer.echo(text, err=True)

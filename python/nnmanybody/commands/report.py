"""`nnp report`: one page about a potential, that opens without a network."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nnmanybody.data import DataKeys

DEFAULT_KEYS = DataKeys()


def report(
    potentials: Annotated[
        list[Path], typer.Argument(help="Potential file (*.nnp); several make a committee.", show_default=False)
    ],
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Extended XYZ file to compare with; may be given several times.", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Page to write.")] = Path("report.html"),
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Write the numbers of the page to this JSON file.")
    ] = None,
    energy_key: Annotated[str, typer.Option(help="Name of the energy in the comment lines.")] = DEFAULT_KEYS.energy,
    forces_key: Annotated[str, typer.Option(help="Name of the force columns.")] = DEFAULT_KEYS.forces,
    stress_key: Annotated[str, typer.Option(help="Name of the stress in the comment lines.")] = DEFAULT_KEYS.stress,
) -> None:
    """Write a page about a potential: its training, errors, parity, coverage, worst frames."""
    from nnmanybody.progress import track_frames
    from nnmanybody.report.build import make_report

    keys = DataKeys(energy=energy_key, forces=forces_key, stress=stress_key)
    made = make_report(potentials, data or [], keys=keys, output=output, progress=track_frames)
    made.write(output, json_path)
    for path in (output, json_path):
        if path is not None:
            Console(stderr=True).print(f"written: {path}", soft_wrap=True)

"""`nnp committee`: several potentials on the same symmetry functions as one file, whose result is their mean."""

from pathlib import Path
from typing import Annotated

import typer

from nnmanybody.potential import Potential, join_committee


def committee(
    potentials: Annotated[
        list[Path], typer.Argument(help="Potential files (*.nnp), one for each member.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
) -> None:
    """Join potentials that differ in their networks only: the symmetry functions are computed once for all."""
    joined = join_committee([Potential.read(path) for path in potentials])
    joined.write(output)
    typer.echo(f"{output}: committee of {joined.n_models}: {' '.join(joined.elements)}", err=True)

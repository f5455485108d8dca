"""`nnp prototypes`: the centers of a radial basis potential, pruned to few, and the atoms of data they stand for."""

from pathlib import Path
from typing import Annotated

import typer


def prototypes(
    *,
    potential: Annotated[Path, typer.Argument(help="Potential file (*.nnp) of models rbf.", show_default=False)],
    data: Annotated[list[Path], typer.Argument(help="Structures to find nearest atoms in.", show_default=False)],
    prune: Annotated[
        int | None, typer.Option(min=1, help="Prune to so many centers per element first.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the pruned potential.", show_default=False)
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw them: .png, .pdf or .svg.", show_default=False)] = None,
    nearest: Annotated[int, typer.Option(min=1, help="Nearest atoms of each.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the restarts of the pruning.")] = 0,
) -> None:
    """Say which environments the centers of a radial basis potential stand for."""
    import numpy as np

    from nnmanybody.data import read_frames
    from nnmanybody.errors import NNPError
    from nnmanybody.plots.prototypes import draw_prototypes
    from nnmanybody.plots.style import check_format, save
    from nnmanybody.potential import Potential
    from nnmanybody.rbf.potential import describe_prototypes, prune_potential
    from nnmanybody.rbf.potential import prototypes as find_prototypes

    if output is not None and prune is None:
        raise typer.BadParameter("there is nothing to write without --prune", param_hint="--output")
    if picture is not None:
        check_format(picture)
    shown = Potential.read(potential)
    frames = read_frames(data)
    if not frames:
        raise NNPError("expected structures to look for nearest atoms in, got none")
    if prune is not None:
        shown, losses = prune_potential(shown, prune, np.random.default_rng(seed))
        for element, pruned in losses.items():
            typer.echo(
                f"{element}: pruned to {prune} centers, {100.0 * pruned.relative_loss:.2g} % of the variance lost "
                f"(rounding {100.0 * pruned.floor:.1g} %)"
            )
    structures = [frame.atoms for frame in frames]
    found = find_prototypes(shown, structures, nearest)
    typer.echo(describe_prototypes(found, structures, [frame.name for frame in frames], shown.cutoff))
    if output is not None:
        shown.write(output)
        typer.echo(f"{output}: {' '.join(shown.elements)}", err=True)
    if picture is not None:
        first = shown.elements[0]
        for element in shown.elements:
            path = picture if element == first else picture.with_stem(f"{picture.stem}_{element}")
            save(draw_prototypes(shown, structures, element), path)
            typer.echo(f"{path}", err=True)

"""`nnp plot`: pictures of fits, potentials and data, written as PNG, PDF or SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.potential import Potential
from nnmanybody.progress import track_frames
from nnmanybody.symmetry_functions import SymmetryFunctionSet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Draw fits, potentials and data; PNG, PDF or SVG by the name given.",
)

PotentialPath = Annotated[Path, typer.Argument(help="Potential file (*.nnp).", show_default=False)]
DataPaths = Annotated[list[Path], typer.Argument(help="Extended XYZ files.", show_default=False)]
Output = Annotated[Path, typer.Option("--output", "-o", help="Picture to write; its suffix chooses the format.")]


@app.command("learning-curve")
def learning_curve(
    curve: Annotated[Path, typer.Argument(help="Text learning curve of a training.", show_default=False)],
    output: Output = Path("learning_curve.png"),
) -> None:
    """Draw every column of a learning curve over the epochs, training and validation together."""
    from nnmanybody.plots.learning_curve import plot_learning_curve, read_learning_curve

    _check(output)
    _save(plot_learning_curve(read_learning_curve(curve)), output)


@app.command()
def parity(potential: PotentialPath, data: DataPaths, output: Output = Path("parity.png")) -> None:
    """Draw predicted against target energies, forces and stresses, with their errors."""
    from nnmanybody.evaluate import predict
    from nnmanybody.plots.parity import parities, plot_parity

    _check(output)
    loaded, frames = Potential.read(potential), read_frames(data)
    _save(plot_parity(parities(frames, predict(loaded, frames, track_frames))), output)


@app.command("symmetry-functions")
def symmetry_functions(
    functions: Annotated[
        Path | None, typer.Argument(help="Potential (*.nnp) or set of symmetry functions (text).", show_default=False)
    ] = None,
    output: Output = Path("symmetry_functions.png"),
    element: Annotated[str | None, typer.Option(help="Only the functions of this central element.")] = None,
    figure: Annotated[str | None, typer.Option(help="Draw a figure of the thesis: 4.2, 4.3, 7.2 or 7.3.")] = None,
) -> None:
    """Draw radial functions over the distance and angular ones over the angle; one picture per element."""
    from nnmanybody.plots.symmetry_functions import plot_symmetry_functions
    from nnmanybody.plots.thesis_figures import plot_thesis_figure

    _check(output)
    if figure is not None and functions is None:
        _save(plot_thesis_figure(figure), output)
        return
    if functions is None or figure is not None:
        raise NNPError("expected either a file (potential or set) or --figure, and not both")
    chosen = _read_set(functions)
    elements = chosen.elements if element is None else (element,)
    for name in elements:
        _save(plot_symmetry_functions(name, chosen.for_element(name)), _path(output, name, elements))


@app.command("force-distribution")
def force_distribution(
    sampled: Annotated[Path, typer.Argument(help="Records of compute nn/sample.", show_default=False)],
    everything: Annotated[Path | None, typer.Argument(metavar="[ALL]", help="The same, of every step.")] = None,
    output: Output = Path("force_distribution.png"),
    alpha: Annotated[float | None, typer.Option(help="Parameter of the rule to mark, eV/Å.")] = None,
) -> None:
    """Draw how many sampled configurations have which force (thesis figure 7.1)."""
    from nnmanybody.plots.force_distribution import plot_force_distribution, read_force_lengths

    _check(output)
    reference = None if everything is None else read_force_lengths(everything)
    _save(plot_force_distribution(read_force_lengths(sampled), reference, alpha), output)


@app.command()
def correlation(
    functions: Annotated[
        Path, typer.Argument(help="Potential (*.nnp) or set of symmetry functions (text).", show_default=False)
    ],
    data: DataPaths,
    output: Output = Path("correlation.png"),
    element: Annotated[str | None, typer.Option(help="Only the functions of this central element.")] = None,
    threshold: Annotated[float, typer.Option(help="Mark pairs with a correlation above this.")] = 0.98,
) -> None:
    """Draw the correlation matrix of the symmetry functions over the data; one picture per element."""
    from nnmanybody.describe import describe
    from nnmanybody.plots.correlation import plot_correlation

    _check(output)
    chosen = _read_set(functions)
    values = describe(chosen, track_frames(read_frames(data), "describing"))
    elements = [name for name in chosen.elements if len(values[name]) > 1] if element is None else [element]
    for name in elements:
        listed = chosen.for_element(name)
        if len(values[name]) < 2:
            raise NNPError(f"the data has {len(values[name])} atoms of {name}; a correlation needs at least 2")
        _save(plot_correlation(name, listed, values[name], threshold), _path(output, name, elements))
    missing = [name for name in chosen.elements if len(values[name]) < 2]
    if missing and element is None:
        Console(stderr=True).print(f"no picture for {', '.join(missing)}: fewer than 2 atoms in the data")


def _read_set(path: Path) -> SymmetryFunctionSet:
    """Read a set from its own text file, or from a potential."""
    if path.suffix == ".nnp":
        return SymmetryFunctionSet.of_potential(Potential.read(path))
    return SymmetryFunctionSet.read(path)


def _path(output: Path, element: str, elements: Sequence[str]) -> Path:
    """One picture per element: `picture_Si.png`, or the name as given where there is one element."""
    return output if len(elements) == 1 else output.with_stem(f"{output.stem}_{element}")


def _check(output: Path) -> None:
    """Refuse a name that cannot be written in, before any work."""
    from nnmanybody.plots.style import check_format, style

    check_format(output)
    with style():  # says so where matplotlib is missing
        pass


def _save(figure: "Figure", path: Path) -> None:
    from nnmanybody.plots.style import save

    save(figure, path)
    Console(stderr=True).print(f"written: {path}")

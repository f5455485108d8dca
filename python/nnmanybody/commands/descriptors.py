"""`nnp descriptors suggest`: data -> a set of symmetry functions, with reasons and a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from nnmanybody.data import read_frames
from nnmanybody.descriptor_config import IntervalSet
from nnmanybody.errors import NNPError
from nnmanybody.progress import track_frames
from nnmanybody.symmetry_functions import SymmetryFunctionSet, nearest_distances

if TYPE_CHECKING:
    from nnmanybody._core import SymmetryFunction
    from nnmanybody.selection import FloatArray

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Symmetry functions that suit the data.")

ENOUGH_ATOMS = 20_000
"""Environments that are looked at, evenly spread over the data: more change nothing."""


@app.callback()
def _descriptors() -> None:
    """Keep `suggest` a subcommand while it is the only one."""


@app.command()
def suggest(
    data: Annotated[list[Path], typer.Argument(help="Extended XYZ files.", show_default=False)],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Set to write.")] = Path("functions.txt"),
    picture: Annotated[Path | None, typer.Option(help="Draw the functions; PNG, PDF or SVG.")] = None,
    cutoff: Annotated[float, typer.Option(help="Å")] = IntervalSet().cutoff,
    count: Annotated[int | None, typer.Option(help="Functions per element to choose; by default all.")] = None,
    method: Annotated[Literal["cur", "farthest", "group_lasso"], typer.Option(help="How to choose them.")] = "cur",
) -> None:
    """Write the set that a training would make for this data, with reasons; or the best few of it."""
    frames = read_frames(data)
    elements = sorted({str(symbol) for frame in frames for symbol in frame.atoms.symbols})
    config = IntervalSet(cutoff=cutoff, inner_cutoff=min(IntervalSet().inner_cutoff, cutoff))
    nearest = nearest_distances(track_frames(frames, "distances"), cutoff)
    whole = SymmetryFunctionSet.intervals(
        elements,
        n_radial=config.n_radial,
        cutoff=cutoff,
        layers=config.layers(len(elements)),
        nearest=nearest,
    )
    from nnmanybody.describe import describe

    every = max(1, sum(len(frame.atoms) for frame in frames) // ENOUGH_ATOMS)
    values = describe(whole, track_frames(frames[::every], "describing"))
    lines = [f"# from {', '.join(path.name for path in data)}; cutoff {cutoff} Å; nearest neighbors (median):"]
    lines += [f"#   {center} to {neighbor}: {distance:.3f} Å" for (center, neighbor), distance in nearest.items()]
    kept: dict[str, list[int]] = {}
    ranked = _group_lasso(data, config, count) if method == "group_lasso" else {}
    for element in elements:
        functions, best = whole.for_element(element), ranked.get(element)
        chosen = (
            _chosen(functions, values[element], count, "farthest" if method == "farthest" else "cur")
            if best is None
            else [(functions.index(function), reason) for function, reason in best]
        )
        kept[element] = [index for index, _ in chosen]
        lines += [f"element {element}", *(f"{functions[index]}  # {reason}" for index, reason in chosen)]
        Console(stderr=True).print(f"{element}: {len(chosen)} of {len(functions)} functions")
    _write(output, "\n".join(lines) + "\n")
    if picture is not None:
        _draw(whole.select(kept), picture)


def _chosen(
    functions: tuple["SymmetryFunction", ...],
    values: "FloatArray",
    count: int | None,
    method: Literal["cur", "farthest"],
) -> list[tuple[int, str]]:
    """Choose indices and say why; by default all that vary."""
    from nnmanybody.selection import select_functions
    from nnmanybody.set_analysis import analyse_set

    if count is not None:
        return select_functions(values, min(count, len(functions)), method)
    config = IntervalSet()
    analysis = analyse_set(
        functions,
        values,
        range_threshold=config.range_threshold,
        correlation_threshold=config.correlation_threshold,
    )
    return [(index, f"range {analysis.ranges[index]:.3g}") for index in analysis.kept]


def _group_lasso(
    data: list[Path], functions: IntervalSet, count: int | None
) -> dict[str, list[tuple["SymmetryFunction", str]]]:
    """Choose by what a network needs for energies and forces, which takes TensorFlow."""
    if count is None:
        raise NNPError("--method group_lasso needs a --count: how many functions of each element to keep")
    from nnmanybody.config import TrainingConfig
    from nnmanybody.training.group_lasso import rank_functions
    from nnmanybody.training.prepare import prepare

    settings = {"train": data, "validation_fraction": 0.0}
    config = TrainingConfig.model_validate({"data": settings, "symmetry_functions": functions})
    return rank_functions(config, count, prepare)


def _draw(chosen: SymmetryFunctionSet, picture: Path) -> None:
    """One picture per element: `set_Si.png`, or the name as given where there is one element."""
    from nnmanybody.plots.style import save
    from nnmanybody.plots.symmetry_functions import plot_symmetry_functions

    for element in chosen.elements:
        path = picture if len(chosen.elements) == 1 else picture.with_stem(f"{picture.stem}_{element}")
        save(plot_symmetry_functions(element, chosen.for_element(element)), path)
        Console(stderr=True).print(f"written: {path}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error
    Console(stderr=True).print(f"written: {path}")

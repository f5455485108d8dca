"""Composable models of niobium: reference data, fits, a table like tables 3 to 6 of Wang et al., pictures.

Usage: python examples/niobium/run.py [--reference fs | uf3] [--small] [--processes 2] [--output results]

--small: 12 cells of 54 atoms to train and 6 to test instead of 125 structures, and the models of the acceptance.
Nonlinear parameters are searched on a part of the structures, then the linear ones are fitted to all.
"""

import argparse
import json
import logging
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from niobium_figures import draw_all
from niobium_reference import label, liquid
from niobium_structures import N_LIQUID, small_cells, solids
from nnmanybody import Potential
from nnmanybody.composable.layout import Layout, parts
from nnmanybody.composable.linear import Data, fit_linear
from nnmanybody.composable.search import Fit
from nnmanybody.composable.train import definition_of, errors_on, fit, layout_of
from nnmanybody.data import Frame
from nnmanybody.fisher import Weights, analyse, spectrum
from nnmanybody.interchange.extended_xyz import frame_text
from nnmanybody.model_config import ComposableModel

SMALL = ("G8", "C8", "E[G4L4]", "E[G8L4]", "N[E[G4L4]]", "E[G4L4] + N[E[G4L4]]", "G8 * E[G4L4]")
ALL = (
    *("G4", "G6", "G8", "G10", "G12", "G14", "G16", "G18", "C8", "C16", "C24", "C32", "C40"),
    *("E[G4L4]", "E[G4L6]", "E[G4L8]", "E[G6L4]", "E[G6L5]", "E[G8L4]", "E[G8L5]", "N[E[G6L5]]", "N[E[G8L4]]"),
    *("G4 * G4", "G6 * G4", "G6 * G6", "G8 * G6", "G8 * G8", "G10 * G10", "G8 * E[G4L4]", "G8 * E[G4L6]"),
    *("G8 * E[G4L8]", "G8 * E[G6L4]", "G8 * E[G6L5]", "G8 * E[G8L4]", "G8 * E[G8L5]", "G10 * E[G6L5]"),
    *("G10 * E[G8L4]", "G12 * E[G8L4]", "E[G6L5] + N[E[G6L5]]", "E[G8L4] + N[E[G8L4]]"),
)
"""Those of the paper's tables 5 and 6."""
ROUNDING = 1e-33
"""Of the largest eigenvalue: below it lies what rounding leaves, and functions that vanish everywhere."""


@dataclass(frozen=True)
class Row:
    """One line of the table: sizes, eigenvalues of J^T J, errors (eV/atom, eV/Å, rad).

    `parts` has the eigenvalues of the blocks of the left and the right submodel where there are two; directions that a
    product leaves free (a factor may be scaled if the other is scaled back) are not among the eigenvalues.
    """

    expression: str
    n_linear: int
    n_nonlinear: int
    train: dict[str, float]
    test: dict[str, float]
    spectrum: list[float]
    parts: list[list[float]]
    seconds: float

    @property
    def kappas(self) -> list[float]:
        """log10 of the condition number: whole, left, right; or whole only."""
        kept = [[one for one in values if one > ROUNDING * values[0]] for values in (self.spectrum, *self.parts)]
        return [float(np.log10(values[0] / values[-1])) for values in kept]


def spectra(potential: Potential, layout: Layout, frames: list[Frame]) -> list[list[float]]:
    """Eigenvalues of the information matrix of all linear coefficients, then of those of either submodel."""
    found = analyse(potential, frames)
    rows, submodels = found.data.rows(Weights()), parts(layout)
    values = [found.whole]
    if len(submodels) > 1:
        values += [spectrum(rows, found.whole.gauges, list(one.coefficients)) for one in submodels]
    return [one.eigenvalues.tolist() for one in values]


def one_model(expression: str, train: list[Frame], test: list[Frame], options: argparse.Namespace) -> Row:
    """Fit, judge, and write the potential."""
    began = time.perf_counter()
    model = ComposableModel(
        kind="composable",
        expression=expression,
        cutoff=options.cutoff,
        trials=options.trials,
        random_trials=max(1, options.trials // 3),
        starts=options.starts,
    )
    layout: Layout = layout_of(model, ["Nb"])
    found = fit(Data.of(train[:: options.every], ["Nb"], options.cutoff), layout, model, seed=0)
    data = Data.of(train, ["Nb"], options.cutoff)
    solved = fit_linear(data, layout, found.logarithms, found.coefficients, sweeps=5)
    potential = Potential(definition_of(data, layout, Fit(found.logarithms, solved.coefficients, solved.loss)))
    name = expression.replace(" ", "").replace("*", "x")
    potential.write(options.output / f"{name}.nnp")
    whole, *submodels = spectra(potential, layout, train)
    return Row(
        layout.expression.text,
        layout.n_coefficients,
        len(layout.parameters),
        errors_on(potential, train),
        errors_on(potential, test),
        whole,
        submodels,
        time.perf_counter() - began,
    )


def data_of(options: argparse.Namespace) -> tuple[list[Frame], list[Frame]]:
    """Structures to train on and, of the whole set every fifth, to test on."""
    if options.small:
        return label(small_cells(1, 12), options.reference), label(small_cells(2, 6), options.reference)
    frames = label([*solids(), *liquid(options.reference, N_LIQUID)], options.reference)
    return [frame for n, frame in enumerate(frames) if n % 5], frames[::5]


def write_frames(path: Path, frames: list[Frame]) -> None:
    """Write extended XYZ with REF_energy and REF_forces, as `nnp train` reads it."""
    texts = []
    for frame in frames:
        atoms = frame.atoms.copy()
        atoms.info["REF_energy"] = frame.energy
        atoms.arrays["REF_forces"] = frame.forces
        texts.append(frame_text(atoms))
    path.write_text("".join(texts), encoding="utf-8")


def table(rows: list[Row]) -> str:
    """Columns as in the paper (size; log10 kappa of all, left, right; errors), then the errors of the test part."""
    names = [f"{name}_rmse" for name in ("force_angle", "force_amplitude", "force", "energy")]
    head = "model | linear | nonlinear | log10 kappa | angle | amplitude | force | energy | test force | test energy"
    lines = [f"| {head} |", "|---" * 10 + "|"]
    for row in rows:
        errors = [*(row.train[name] for name in names), *(row.test[name] for name in names[2:])]
        numbers = " | ".join(f"{number:.4f}" for number in errors)
        kappas = ", ".join(f"{kappa:.2f}" for kappa in row.kappas)
        lines.append(f"| {row.expression} | {row.n_linear} | {row.n_nonlinear} | {kappas} | {numbers} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the data, fit every model, print the table as it grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", choices=("fs", "uf3"), default="fs")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--models", nargs="+", help="expressions; by default those of the paper, or some with --small")
    parser.add_argument("--trials", type=int, default=24, help="of the search, each time a submodel has its turn")
    parser.add_argument("--resume", action="store_true", help="keep the rows that table.json of the output has")
    parser.add_argument("--every", type=int, help="structures of which one is searched on; by default 4, small 1")
    parser.add_argument("--processes", type=int, default=1, help="models fitted at a time")
    parser.add_argument("--starts", type=int, default=7, help="of the alternating least squares of products")
    parser.add_argument("--cutoff", type=float, default=4.9, help="Å")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    options.every = options.every or (1 if options.small else 4)
    logging.basicConfig(level=logging.WARNING)
    options.output.mkdir(parents=True, exist_ok=True)
    train, test = data_of(options)
    write_frames(options.output / "train.xyz", train)
    write_frames(options.output / "test.xyz", test)
    n_atoms = sum(len(frame.atoms) for frame in (*train, *test))
    print(
        f"{len(train)} structures to train on, {len(test)} to test on, {n_atoms} atoms, reference {options.reference}"
    )
    path = options.output / "table.json"
    known = json.loads(path.read_text(encoding="utf-8"))["rows"] if options.resume and path.is_file() else []
    rows = [Row(**content) for content in known]
    done = {row.expression for row in rows}
    left = [one for one in options.models or (SMALL if options.small else ALL) if one not in done]
    fit_one = partial(one_model, train=train, test=test, options=options)
    with ProcessPoolExecutor(options.processes) as pool:
        for row in pool.map(fit_one, left):
            rows.append(row)
            print(table([row]).splitlines()[-1], f"{row.seconds:.0f} s", flush=True)
            content = {"reference": options.reference, "rows": [asdict(one) for one in rows]}
            path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            (options.output / "table.md").write_text(table(rows), encoding="utf-8")
    draw_all(rows, options.output)


if __name__ == "__main__":
    main()

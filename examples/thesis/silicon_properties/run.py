"""Silicon by Stillinger-Weber and by a network that learned it, side by side, solid and liquid (thesis, chapter 9).

.venv/bin/python examples/thesis/silicon_properties/run.py
.venv/bin/python examples/thesis/silicon_properties/run.py --train
.venv/bin/python examples/thesis/silicon_properties/run.py --small --output /tmp/small

Finished runs of LAMMPS are kept in the folder of the results, and not run again as long as nothing that they depend on
changes; remove its folder `lammps` for new ones.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import silicon_properties_figures as figures
from common import Measured, Task, note, run_example
from silicon_properties_comparison import show, write
from silicon_properties_runs import HERE, network
from silicon_properties_sizes import FULL, SMALL, Settings
from silicon_properties_stages import Results, simulate
from silicon_properties_targets import melting_figures, outside_figures, quantities, structure_figures


def work(task: Task) -> list[Measured]:
    """Train if asked to; simulate with both potentials; compare."""
    settings = SMALL if task.small else FULL
    potential = HERE / "Si.nnp"
    if task.options.train:
        from silicon_properties_training import train

        potential = train(task.folder / "training", small=task.small)
    note(f"the network is {potential}")
    results = simulate(settings.sizes, network(potential), potential, task.folder / "lammps")
    compared = quantities(settings, results)
    show(compared)
    write(compared, task.folder / "properties.json")
    draw(task, settings, results)
    return [
        *(one.measured for one in compared),
        *structure_figures(settings, results),
        *melting_figures(settings, results),
        *outside_figures(settings, results),
    ]


def draw(task: Task, settings: Settings, results: Results) -> None:
    """Draw all pictures."""
    solid, liquid = results.solid, results.liquid
    picture = figures.structure(solid, liquid, settings.sizes.solid_at, settings.sizes.liquid_at)
    task.draw(picture, "structure.png", "g(r) and angles of solid and liquid")
    task.draw(figures.thermal(solid, liquid), "thermal.png", "expansion and enthalpy")
    coldest = min(settings.sizes.solid.temperatures)
    picture = figures.vibrations(results.rest, results.vibrations, coldest)
    task.draw(picture, "vibrations.png", "phonons at 0 K, density of vibrations of the moving crystal")
    task.draw(figures.diffusion(results.motion), "diffusion.png", "motion of the atoms of the liquid")
    task.draw(figures.melting(results.coexistence), "melting.png", "solid beside liquid: which of them grows")
    task.draw(figures.training_range(results.ways), "training_range.png", "out of the training range")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the option of this example."""
    parser.add_argument(
        "--train", action="store_true", help="train a network first; else Si.nnp of this folder is taken"
    )


if __name__ == "__main__":
    sys.exit(run_example(__file__, "Silicon, Stillinger-Weber and network (thesis, chapter 9)", work, add_options))

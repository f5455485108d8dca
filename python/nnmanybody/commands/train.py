"""`nnp train`: data, or a configuration file -> a potential."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nnmanybody.config import TrainingConfig

TEMPLATE = """\
# Configuration of `nnp train`. Paths count from the folder of this file.
# Every key has a default except data.train; docs/training.md lists them all. These are the defaults.

data:
  train: train.xyz             # extended XYZ with REF_energy (eV), REF_forces (eV/Å), REF_stress (eV/Å³)
  validation_fraction: 0.05    # drawn from `train` ...
  split_seed: 0                # ... by this seed

output: training               # folder for the potential, learning curve and checkpoint

symmetry_functions:
  kind: intervals              # generated from the nearest-neighbor distances in the data, then analysed
  cutoff: 6.0                  # Å
  inner_cutoff: 4.5            # Å; fine angular functions end here: triplets are what MD spends its time on
  n_radial: 16                 # per neighbor element

network:
  hidden_layers: [32, 32]
  activation: silu             # identity tanh sigmoid relu softplus silu
  members: 4                   # networks per element; the potential is their mean

loss:                          # weights of the squared errors; 0 leaves a target out
  energy: 30.0                 # of (eV/atom)²
  forces: 1.0                  # of (eV/Å)²
  stress: 0.0                  # of (eV/atom)², stress times volume per atom

optimizer:
  name: adam                   # sgd momentum adagrad adadelta adam, with Keras's parameters; kalman
  learning_rate: 0.01

schedule:
  kind: cosine                 # constant exponential cosine piecewise plateau
  warmup_epochs: 2

epochs: 300
batch_size: 8
seed: 0
"""

CONFIGURATIONS = {".yaml", ".yml"}
POTENTIAL = ".nnp"


def train(
    *,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DATA... | CONFIG",
            help="Data files (extended XYZ), trained on by the default recipe; or one configuration file (.yaml).",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the output folder's checkpoint.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Potential file (Si.nnp; all else goes to Si.training), or folder for all of it.",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Start anew where there is a training or potential already.")
    ] = False,
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache", help="Folder where what the core computes is kept for later trainings.", show_default=False
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and errors only.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a commented configuration and stop.")] = False,
) -> None:
    """Train a potential on energies, forces and stresses."""
    if template:
        typer.echo(TEMPLATE, nl=False)
        return
    if not sources:
        raise typer.BadParameter(
            "expected data files or a configuration file; `nnp train --template` prints one",
            param_hint="DATA... | CONFIG",
        )
    if resume and overwrite:
        raise typer.BadParameter("--resume continues a training and --overwrite replaces it: choose one")

    from nnmanybody.training.checks import check_start
    from nnmanybody.training.cluster import Cluster
    from nnmanybody.training.display import set_up_logging

    cluster = Cluster.from_environment()
    set_up_logging(quiet or not cluster.is_chief)
    settings = _settings(sources, output)
    if cache is not None:
        settings = settings.model_copy(update={"cache": cache})
    check_start(settings, cluster, resume=resume, overwrite=overwrite)

    from nnmanybody.training.run import train as run_training  # imports TensorFlow, which takes seconds

    result = run_training(settings, resume=resume, overwrite=overwrite)
    if not result.finished:
        again = " ".join(map(str, sources)) + ("" if output is None else f" --output {output}")
        again += "" if cache is None else f" --cache {cache}"
        typer.echo(f"nnp: stopped as asked; continue by: nnp train {again} --resume", err=True)
        raise typer.Exit(1)
    if settings.report and cluster.is_chief:
        from nnmanybody.report.after_training import report_training

        report_training(result.potential, settings.output)


def _settings(sources: list[Path], output: Path | None) -> "TrainingConfig":
    """Read the configuration file, or make that of the default recipe for the data."""
    from nnmanybody.config import TrainingConfig, read_config

    target: dict[str, Path] = {}
    if output is not None:
        is_file = output.suffix == POTENTIAL
        target = {"output": output.with_suffix(".training"), "potential": output} if is_file else {"output": output}
    configurations = [path for path in sources if path.suffix in CONFIGURATIONS]
    if not configurations:
        return TrainingConfig.model_validate({"data": {"train": tuple(sources)}, **target})
    if len(sources) > 1:
        raise typer.BadParameter(
            f"expected one configuration file, or data files alone, got {' '.join(map(str, sources))}; "
            "a configuration names its data itself, under data.train",
            param_hint="DATA... | CONFIG",
        )
    return read_config(configurations[0], target)

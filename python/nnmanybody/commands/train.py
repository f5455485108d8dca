"""`nnp train`: a configuration file -> a potential."""

from pathlib import Path
from typing import Annotated

import typer

TEMPLATE = """\
# Configuration of `nnp train`. Paths count from the folder of this file.
# Every key has a default except data.train; docs/training.md lists them all.

data:
  train: train.xyz             # extended XYZ with REF_energy (eV), REF_forces (eV/Å), REF_stress (eV/Å³)
  validation_fraction: 0.1     # drawn from `train` ...
  split_seed: 0                # ... by this seed

output: training               # folder for the potential, learning curve and checkpoint

symmetry_functions:
  kind: behler                 # generated from the distances in the data, then analysed
  cutoff: 6.0                  # Å
  n_radial: 16                 # per neighbor element
  n_angular: 24                # per pair of neighbor elements

network:
  hidden_layers: [32, 32]
  activation: silu             # identity tanh sigmoid relu softplus silu

loss:                          # weights of the squared errors; 0 leaves a target out
  energy: 30.0                 # of (eV/atom)²
  forces: 1.0                  # of (eV/Å)²
  stress: 0.0                  # of (eV/atom)², stress times volume per atom

optimizer:
  name: adam                   # sgd momentum adagrad adadelta adam, with Keras's parameters
  learning_rate: 0.005

schedule:
  kind: cosine                 # constant exponential cosine piecewise plateau
  warmup_epochs: 2

epochs: 300
batch_size: 8
early_stopping: {patience: 100}
seed: 0
"""


def train(
    *,
    config: Annotated[Path | None, typer.Argument(help="Configuration file (YAML); --template prints one.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the output folder's checkpoint.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Output folder, instead of the file's `output`.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Start anew where the output folder has a training already.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and errors only.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a commented configuration and stop.")] = False,
) -> None:
    """Train a potential on energies, forces and stresses."""
    if template:
        typer.echo(TEMPLATE, nl=False)
        return
    if config is None:
        raise typer.BadParameter(
            "expected a configuration file; `nnp train --template` prints one", param_hint="CONFIG"
        )
    if resume and overwrite:
        raise typer.BadParameter("--resume continues a training and --overwrite replaces it: choose one")

    from nnmanybody.config import read_config
    from nnmanybody.training.checks import check_start
    from nnmanybody.training.display import set_up_logging

    set_up_logging(quiet)
    settings = read_config(config, {"output": output} if output is not None else None)
    check_start(settings, resume=resume, overwrite=overwrite)

    from nnmanybody.training.run import train as run_training  # imports TensorFlow, which takes seconds

    result = run_training(settings, resume=resume, overwrite=overwrite)
    if not result.finished:
        where = "" if output is None else f" --output {output}"
        typer.echo(f"nnp: stopped as asked; continue by: nnp train {config}{where} --resume", err=True)
        raise typer.Exit(1)
    if settings.report:
        from nnmanybody.report.after_training import report_training

        report_training(result.potential, settings.output)

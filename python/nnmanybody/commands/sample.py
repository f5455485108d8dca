"""`nnp sample`: a loop that finds what its potential does not know, has it labelled and trains again."""

import json
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from nnmanybody.sampling.config import LoopConfig, read_loop
from nnmanybody.sampling.folder import LoopFolder
from nnmanybody.sampling.live import View, status_table
from nnmanybody.sampling.state import read_status
from rich.console import Console

from nnmanybody.errors import NNPError

app = typer.Typer(
    help="Explore, select, label, train, until nothing new turns up.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Config = Annotated[Path, typer.Argument(metavar="LOOP.YAML", help="Configuration of the loop.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and errors only.")]


@app.command()
def run(config: Config, *, quiet: Quiet = False) -> None:
    """Begin a loop."""
    settings = read_loop(config)
    folder = LoopFolder(settings.folder)
    if folder.config.exists():
        raise NNPError(
            f"{folder.path}: has a loop already; go on with it by `nnp sample resume {config}`, "
            "or name another `folder` in the configuration"
        )
    _loop(config, settings, quiet)


@app.command()
def resume(config: Config, *, quiet: Quiet = False) -> None:
    """Go on with a loop that was stopped, killed or has a new configuration."""
    settings = read_loop(config)
    folder = LoopFolder(settings.folder)
    if not folder.config.exists():
        raise NNPError(f"{folder.path}: no loop to go on with; begin one by `nnp sample run {config}`")
    _loop(config, settings, quiet)


@app.command()
def status(
    config: Config,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    watch: Annotated[float | None, typer.Option(help="Again every so many seconds.", show_default=False)] = None,
) -> None:
    """Say how a loop stands, from any terminal and at any time."""
    folder = LoopFolder(read_loop(config).folder)
    console = Console()
    while True:
        found = read_status(folder)
        if as_json:
            typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        else:
            console.print(status_table(found, time.time()))
        if watch is None or found["state"] != "running":
            return
        time.sleep(watch)


@app.command("dry-run")
def dry_run(config: Config) -> None:
    """Check everything that can be checked, and say what would be done; nothing is written."""
    from nnmanybody.sampling.plan import check, plan

    settings = read_loop(config)
    _modules_beside(config)
    check(settings)
    for line in plan(settings):
        typer.echo(line)


def _loop(path: Path, settings: LoopConfig, quiet: bool) -> None:
    from nnmanybody.sampling.driver import Loop
    from nnmanybody.sampling.folder import disk_guard
    from nnmanybody.sampling.plan import check

    _modules_beside(path)
    check(settings)
    folder = LoopFolder(settings.folder)
    console = Console(stderr=True)
    with disk_guard(folder.path):
        folder.make()
        shutil.copyfile(path, folder.config)
        _log_to(folder.log, quiet)
        reason = Loop(settings, View(console, quiet)).run()
    console.print(f"finished: {reason}; see {folder.path}", soft_wrap=True, highlight=False)


def _modules_beside(path: Path) -> None:
    """Let import paths name modules in the folder of the configuration, for workers too."""
    folder = str(path.absolute().parent)
    sys.path.insert(0, folder)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))


def _log_to(path: Path, quiet: bool) -> None:
    """Send what the package has to say to a file, and warnings to the screen."""
    handlers: list[logging.Handler] = [logging.FileHandler(path, encoding="utf-8")]
    handlers[0].setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    screen = logging.StreamHandler()
    screen.setLevel(logging.ERROR if quiet else logging.WARNING)
    screen.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    package = logging.getLogger("nnmanybody")
    package.handlers = [*handlers, screen]
    package.setLevel(logging.INFO)
    package.propagate = False

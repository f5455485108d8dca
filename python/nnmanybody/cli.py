"""`nnp`: collects the subcommands of `nnmanybody.commands`, turns errors into messages and exit statuses."""

import importlib
import pkgutil
import sys
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nnmanybody import commands
from nnmanybody.errors import NNPError

FAILED = 1
"""Exit status for what went wrong with the work; wrong usage is 2."""


class CommandGroup(TyperGroup):
    """Every module of `nnmanybody.commands` is a command, imported when it is asked for.

    The module `compare_sets` gives the command `compare-sets`: either its function `compare_sets`
    or, with subcommands of its own, its typer.Typer `app`.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 (click.Context, whichever copy typer uses)
        """Names of the commands."""
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 (as above)
        """Return one command, or None for an unknown name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        return _command(importlib.import_module(f"nnmanybody.commands.{name}"), name)


def _command(module: ModuleType, name: str) -> Any:  # noqa: ANN401 (click.Command)
    group = getattr(module, "app", None)
    if isinstance(group, typer.Typer):
        command = typer.main.get_command(group)
    else:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command()(getattr(module, name))
        command = typer.main.get_command(single)
    command.name = name.replace("_", "-")
    return command


app = typer.Typer(
    cls=CommandGroup,
    help="Behler-Parrinello neural network potentials: train, evaluate, plot, sample.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from nnmanybody import __version__

        typer.echo(f"nnp {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run `nnp`; exit status 0 done, 1 failed, 2 wrong usage."""
    try:
        app()
    except (NNPError, ValueError, OSError) as error:
        sys.stderr.write(f"nnp: {error}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("nnp: interrupted\n")
        sys.exit(FAILED)

"""`nnp doctor`: looks at the installation; each line ok, or a problem and how to mend it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from nnmanybody.doctor import Finding, examine
from nnmanybody.errors import NNPError

WIDTH = 20
"""Of the topics."""


def doctor(
    *,
    lmp: Annotated[
        Path | None, typer.Option(help="Another LAMMPS than this environment's.", show_default=False)
    ] = None,
    mpiexec: Annotated[Path | None, typer.Option(help="The launcher of its MPI.", show_default=False)] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the findings to this JSON file.")] = None,
) -> None:
    """Look at Python, LAMMPS, MPI, the plugin and the processor; exit status 1 if something is wrong."""
    report = examine(lmp, mpiexec)
    console = Console()
    for finding in report.findings:
        console.print(_line(finding), soft_wrap=True)
    problems = sum(finding.problem for finding in report.findings)
    console.print("everything is in order" if report.ok else f"{problems} problem{'s' * (problems > 1)}")
    if json_path is not None:
        try:
            json_path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise NNPError(f"{json_path}: cannot be written ({error.strerror or error})") from error
    if not report.ok:
        raise typer.Exit(1)


def _line(finding: Finding) -> Text:
    """Return `topic  ok: text`, or `topic  problem: text → how to mend it`."""
    state, style = ("problem", "bold red") if finding.problem else ("ok", "green")
    line = Text(f"{finding.topic:<{WIDTH}}").append(state, style=style).append(f": {finding.text}")
    return line.append(f"\n{'':<{WIDTH}}→ {finding.mend}") if finding.mend else line

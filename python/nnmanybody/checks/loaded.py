"""Files -> frames, and findings for all that cannot be read: one bad frame hides no other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ase import Atoms

from nnmanybody.checks.finding import Finding, listed
from nnmanybody.data import DataKeys, Frame, KeyUse, frame_of
from nnmanybody.data_sources import DataFile
from nnmanybody.errors import NNPError
from nnmanybody.structure_files import expanded, read_structures

MEND_NUMBERS = "remove the frame, or put a finite number there"


@dataclass
class Loaded:
    """What the files hold.

    Attributes
    ----------
    frames : list of Frame
        Those that could be read.
    keys : DataKeys
    served : dict of frame name to {target: key}
        Under which key each target was found.
    findings : list of Finding
        Files and frames that could not be read.
    """

    keys: DataKeys
    frames: list[Frame] = field(default_factory=list)
    served: dict[str, dict[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of_frames(cls, frames: Sequence[Frame], keys: DataKeys) -> "Loaded":
        """Return frames that were read by someone else; which keys served is then seen from the frames."""
        loaded = cls(keys, list(frames))
        for frame in frames:
            used: KeyUse = Counter()
            frame_of(frame.atoms, frame.name, keys, used)
            loaded.served[frame.name] = dict(used.keys())
        return loaded


def load(sources: Iterable[Path | DataFile], keys: DataKeys, index: str = ":", units: str | None = None) -> Loaded:
    """Read files and folders as far as that is possible.

    Parameters
    ----------
    sources : paths, or files with settings
    keys : DataKeys
    index, units : str
        For those that do not say it themselves; see `structure_files.read_structures`.
    """
    loaded = Loaded(keys)
    bad: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for source in sources:
        file = source if isinstance(source, DataFile) else DataFile(path=source)
        try:
            for path in expanded([file.path]):
                for number, atoms in read_structures(path, file.index or index, file.units or units):
                    _add(loaded, atoms, f"{path}:{number}", bad)
        except NNPError as error:
            text, _, mend = str(error).partition("\n")
            loaded.findings.append(Finding("unreadable", True, text, mend or "see docs/check.md for what can be read"))
    for kind, cases in bad.items():
        names = [name for name, _ in cases]
        more = f"; the same in {listed(names[1:])}" if len(cases) > 1 else ""
        loaded.findings.append(Finding(kind, True, cases[0][1] + more, MEND_NUMBERS, tuple(names)))
    return loaded


def _add(loaded: Loaded, atoms: Atoms, name: str, bad: dict[str, list[tuple[str, str]]]) -> None:
    used: KeyUse = Counter()
    try:
        loaded.frames.append(frame_of(atoms, name, loaded.keys, used))
    except NNPError as error:
        text = str(error)
        not_finite = "finite" in text or " nan" in text or "inf" in text
        bad["not-finite" if not_finite else "unreadable"].append((name, text))
    loaded.served[name] = dict(used.keys())

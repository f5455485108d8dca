"""What a check says: one finding, and the report of them all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

N_NAMED = 5
"""Frames that a text names; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """One thing found in the data.

    Attributes
    ----------
    check : str
        Which check found it, a word of docs/check.md.
    problem : bool
        Whether it must be mended; otherwise it is worth knowing.
    text : str
        What was found, and how bad it is.
    mend : str
        How to mend it.
    frames : tuple of str
        Names of the frames, `file.xyz:12`; empty if it concerns all.
    """

    check: str
    problem: bool
    text: str
    mend: str = ""
    frames: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.check}: {self.text}" + (f"\n  → {self.mend}" if self.mend else "")


@dataclass(frozen=True)
class CheckReport:
    """All findings, problems first.

    Attributes
    ----------
    findings : tuple of Finding
    n_frames, n_atoms : int
        Frames that could be read, and their atoms.
    """

    findings: tuple[Finding, ...]
    n_frames: int
    n_atoms: int

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Findings that must be mended."""
        return tuple(finding for finding in self.findings if finding.problem)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Findings that need not."""
        return tuple(finding for finding in self.findings if not finding.problem)

    def as_json(self) -> dict[str, Any]:
        """Return everything, as `nnp check --json` writes it."""
        return {
            "ok": not self.problems,
            "n_frames": self.n_frames,
            "n_atoms": self.n_atoms,
            "findings": [asdict(finding) for finding in self.findings],
        }


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many there are besides."""
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more


def frames_text(names: Sequence[str]) -> str:
    """Return `1 frame` or `7 frames` with their names."""
    return f"{len(names)} frame{'s' * (len(names) != 1)} ({listed(names)})"

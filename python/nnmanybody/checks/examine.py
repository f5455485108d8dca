"""Loaded data -> the report of all checks."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from nnmanybody.checks.consistency import check_consistency
from nnmanybody.checks.duplicates import check_duplicates
from nnmanybody.checks.energies import check_energies
from nnmanybody.checks.finding import CheckReport, Finding
from nnmanybody.checks.functions import check_functions
from nnmanybody.checks.geometry import Geometry, geometry_of, is_dimer
from nnmanybody.checks.keys import TARGETS, check_keys
from nnmanybody.checks.loaded import Loaded
from nnmanybody.checks.structures import check_elements, check_structures
from nnmanybody.checks.targets import check_targets
from nnmanybody.data import ENVIRONMENT, Frame
from nnmanybody.symmetry_functions import SymmetryFunctionSet

CUTOFF = 6.0
"""Å, of the default symmetry functions."""
CAUSES = ("energy-unit", "energy-outlier", "contradiction", "length-unit")
"""Checks whose faults make energies and forces disagree too."""
Parts = tuple[Sequence[Frame], Sequence[Frame]]


def examine(
    loaded: Loaded,
    *,
    cutoff: float = CUTOFF,
    functions: SymmetryFunctionSet | None = None,
    targets: Iterable[str] = TARGETS,
    parts: Parts | None = None,
    split: str = "",
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> CheckReport:
    """Run all checks.

    Parameters
    ----------
    loaded : Loaded
    cutoff : float, Å
    functions : SymmetryFunctionSet, optional
        Whose ranges are looked at; a generated set by default.
    targets : iterable of str
        Of energy, forces, stress: those that matter.
    parts : training and validation frames, optional
    split : str
        How they were divided, for the text.
    progress : callable
        Wraps the frames to show how far the work is.
    """
    frames = loaded.frames
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(partial(geometry_of, cutoff=cutoff), frames)
        geometries = [geometry for _, geometry in zip(progress(frames), found, strict=True)]
    findings = [*loaded.findings, *check_keys(loaded, targets)]
    findings += _without_consequences(list(_of_frames(frames, geometries, cutoff)))
    findings += check_functions([frame for frame in frames if frame.config_type != ENVIRONMENT], functions, cutoff)
    if parts is not None:
        findings += check_elements(*parts, split)
    findings.sort(key=lambda finding: not finding.problem)
    return CheckReport(tuple(findings), len(frames), sum(len(frame.atoms) for frame in frames))


def _of_frames(frames: Sequence[Frame], geometries: Sequence[Geometry], cutoff: float) -> Iterator[Finding]:
    yield from check_targets(frames, geometries)
    yield from check_energies(frames, geometries)
    pairs = zip(frames, geometries, strict=True)
    yield from check_consistency([frame for frame, geometry in pairs if not is_dimer(frame, geometry)])
    yield from check_structures(frames, geometries, cutoff)
    yield from check_duplicates(frames, geometries)


def _without_consequences(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out that energies do not follow from forces, of frames whose energies or lengths are known to be wrong."""
    named = {name for finding in findings if finding.check in CAUSES for name in finding.frames}
    return [
        finding
        for finding in findings
        if finding.check != "force-energy" or not finding.frames or set(finding.frames) - named
    ]

"""New labels beside the old ones -> those that `nnp check` would not let into a training."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from nnmanybody.sampling.config import CheckConfig

from nnmanybody.checks.examine import examine
from nnmanybody.checks.loaded import Loaded
from nnmanybody.data import DataKeys, Frame

logger = logging.getLogger(__name__)


def refused(config: CheckConfig, old: Sequence[Frame], new: Sequence[Frame], cutoff: float) -> dict[str, str]:
    """Examine all labels and return the new ones that have a problem.

    Parameters
    ----------
    old, new : sequence of Frame
    cutoff : float, Å

    Returns
    -------
    dict of frame name to str
        What is wrong, and how to mend it.
    """
    names = {frame.name for frame in new}
    found: dict[str, str] = {}
    report = examine(Loaded.of_frames([*old, *new], DataKeys()), cutoff=cutoff, targets=("energy", "forces"))
    for finding in report.problems:
        if finding.check in config.allow:
            continue
        for name in finding.frames:
            if name in names:
                found.setdefault(name, str(finding))
        if not finding.frames:
            logger.warning("nnp check: %s", finding)
    return found

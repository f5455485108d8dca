"""The parts of a training -> an error that lists every problem, or a log of notes."""

import logging
from collections.abc import Sequence

from nnmanybody.checks.examine import examine
from nnmanybody.checks.finding import CheckReport
from nnmanybody.checks.keys import TARGETS
from nnmanybody.checks.loaded import Loaded
from nnmanybody.data import DataKeys, Frame
from nnmanybody.errors import NNPError

logger = logging.getLogger(__name__)


def check_before_training(
    train: Sequence[Frame],
    others: Sequence[Frame],
    *,
    keys: DataKeys,
    wanted: Sequence[str],
    cutoff: float,
    action: str,
) -> CheckReport:
    """Examine the data as `nnp check` does, and refuse what is wrong with it.

    Parameters
    ----------
    train : sequence of Frame
    others : sequence of Frame
        For validation, and isolated atoms.
    keys : DataKeys
    wanted : sequence of str
        Targets with a weight.
    cutoff : float, Å
    action : str
        "error", or "warn" to train nevertheless.

    Raises
    ------
    NNPError
        Listing every problem and how to mend it.
    """
    loaded = Loaded.of_frames([*train, *others], keys)
    report = examine(
        loaded,
        cutoff=cutoff,
        targets=[target for target in TARGETS if target in wanted],
        parts=(train, others),
        split="by this configuration",
    )
    if report.problems and action == "error":
        n = len(report.problems)
        found = "\n".join(map(str, report.problems))
        raise NNPError(
            f"{n} problem{'s' * (n > 1)} with the data:\n{found}\n"
            "Mend the data, or set data.faults: warn to train on it as it is"
        )
    for finding in report.problems:
        logger.warning("%s", finding)
    for finding in report.notes:
        logger.info("%s: %s", finding.check, finding.text)
    return report

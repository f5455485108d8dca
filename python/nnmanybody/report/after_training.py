"""A finished training -> its report, beside its other files."""

import logging
from pathlib import Path

from nnmanybody.report.build import FILE_NAME, make_report

logger = logging.getLogger(__name__)


def report_training(potential: Path, folder: Path) -> None:
    """Write the report of a training into its folder; if that fails, say so and go on.

    Parameters
    ----------
    potential : Path
    folder : Path
        Of the training.
    """
    path = folder / FILE_NAME
    before = logging.root.manager.disable
    try:
        logging.disable(logging.INFO)  # what reading the data has to say was said when the training began
        make_report([potential], output=path).write(path)
    except Exception as error:  # whatever it is, hours of training must not end in an error because of a page
        logging.disable(before)
        logger.warning(
            "the report could not be written (%s: %s); the potential is whole, nnp report %s tries again",
            type(error).__name__,
            error,
            potential,
        )
    else:
        logging.disable(before)
        logger.info("report: %s", path)

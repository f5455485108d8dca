"""Bytes that a training will hold -> a line in the log, and a warning before the machine starts to swap."""

import logging
import os

logger = logging.getLogger(__name__)

BATCH_SHARE = 0.1
"""Room for batches, gradients and TensorFlow itself, relative to the inputs."""
GIB = 2.0**30


def available() -> float:
    """Bytes that can be had without swapping; infinite where the system does not say."""
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) + _cached()
    except (ValueError, OSError, AttributeError):
        return float("inf")


def _cached() -> float:
    """File cache that Linux gives back on demand."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123 (no path of ours)
            fields = dict(line.split(":", 1) for line in file)
        return 1024.0 * float(fields["Cached"].split()[0])
    except (OSError, KeyError, ValueError):
        return 0.0


def state_need(n_bytes: float, precision: str) -> None:
    """Log what inputs and Jacobians will take, before they are allocated."""
    need = (1.0 + BATCH_SHARE) * n_bytes
    logger.info("inputs and Jacobians need %.2f GiB of memory in %s", need / GIB, precision)
    if need > 0.9 * available():
        logger.warning(
            "that is more than the %.2f GiB available now. Less is needed with precision: float32, fewer symmetry "
            "functions, a shorter cutoff, or fewer frames (data.index)",
            available() / GIB,
        )

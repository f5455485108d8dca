"""Bytes that a training will take, memory and disk there are -> where its inputs are kept; before any is allocated."""

import logging
import os
import shutil
from pathlib import Path
from typing import Literal

logger = logging.getLogger(__name__)

Mode = Literal["memory", "stream", "matrix_free"]
Asked = Literal["auto", "memory", "stream", "matrix_free"]

BATCH_SHARE = 0.1
"""Room for batches, gradients and TensorFlow itself, relative to the inputs."""
MEMORY_SHARE, DISK_SHARE = 0.7, 0.9
"""Of what is free may be taken without being asked."""
GIB = 2.0**30
CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def available() -> float:
    """Bytes that can be had without swapping, within a container's limit; infinite where the system does not say."""
    free = float("inf")
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        free = 1024.0 * float(fields["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        free = _physical()
    for limit, used in CGROUPS:
        try:
            free = min(free, float(Path(limit).read_text("ascii")) - float(Path(used).read_text("ascii")))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return max(free, 0.0)


def _physical() -> float:
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError, AttributeError):
        return float("inf")


def free_disk(folder: Path) -> float:
    """Bytes free where the folder is or would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return float(shutil.disk_usage(folder).free)
    except OSError:
        return 0.0


def choose(asked: Asked, *, need: float, missing: float, folder: Path, precision: str, n_processes: int = 1) -> Mode:
    """Choose where inputs are kept, and say why in one line.

    Parameters
    ----------
    asked : "auto", "memory", "stream" or "matrix_free"
    need : float, bytes
        Of all inputs and Jacobians.
    missing : float, bytes
        Of those that are not on disk yet.
    folder : Path
        Where they would be put.
    precision : "float32" or "float64"
    n_processes : int
        That share this machine's memory.
    """
    memory, disk = available() / n_processes, free_disk(folder)
    total = (1.0 + BATCH_SHARE) * need
    fits = {"memory": total <= MEMORY_SHARE * memory, "stream": missing <= DISK_SHARE * disk, "matrix_free": True}
    order: tuple[Mode, ...] = ("memory", "stream", "matrix_free")
    mode = next(mode for mode in order if fits[mode])
    if asked != "auto":
        mode = asked
    what = {
        "memory": "held in memory",
        "stream": f"streamed from {folder}",
        "matrix_free": "not kept, the core computes products with them",
    }[mode]
    shared = f", for each of {n_processes} processes" if n_processes > 1 else ""
    reason = f"inputs: {asked}" if asked == mode else "inputs: auto"
    logger.info(
        "inputs and Jacobians need %s in %s; %s of memory%s and %s of disk are free: %s (%s)",
        _size(total), precision, _size(memory), shared, _size(disk), what, reason,
    )  # fmt: skip
    if mode == "memory" and total > 0.9 * memory:
        logger.warning(
            "that is more than the memory there is. Less is needed with inputs: auto, precision: float32, fewer "
            "symmetry functions, a shorter cutoff, or fewer frames (data.index)"
        )
    if mode == "stream" and not fits["stream"]:
        logger.warning("that is more than the disk has; what does not fit is computed in every epoch")
    return mode


def _size(n_bytes: float) -> str:
    return f"{n_bytes / GIB:.2f} GiB" if n_bytes >= 0.1 * GIB else f"{n_bytes / 2.0**20:.1f} MiB"

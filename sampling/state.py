"""The folder of a loop -> how it stands: what `status` shows, and what the live table does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nnmanybody.sampling.folder import LoopFolder, read_json
from nnmanybody.sampling.store import STATUSES, Store

STEPS = ("explore", "select", "label", "train", "measure")


def read_status(folder: LoopFolder) -> dict[str, Any]:
    """Return how a loop stands.

    Returns
    -------
    dict
        `state` ("not started", "running", "interrupted", "failed", "finished"), `iteration`, `step`, `labelled` and the
        other counts, `dataset_hash`, `errors` (of the last potential, eV/atom and eV/Å), `message`, `iterations`.
    """
    running = folder.is_running()
    if not folder.status.exists():
        state = "running" if running else "not started"
        empty: dict[str, int] = {status: 0 for status in STATUSES}
        return {"state": state, "iteration": 0, "step": "", **empty, "dataset_hash": "", "errors": {}, "iterations": []}
    status = read_json(folder.status)
    if running:
        status["state"] = "running"
        return status
    if status["state"] == "running":
        status["state"] = "interrupted"
        status["message"] = "killed or powered off; go on by `nnp sample resume`"
    # What a killed loop wrote last may be older than what it did last.
    store = Store(folder.database)
    return {**status, **counts(store), "dataset_hash": store.dataset_hash()}


def counts(store: Store) -> dict[str, int]:
    """Return how many structures have which status."""
    keys = list(store.keys().values())
    return {status: keys.count(status) for status in STATUSES}


def iterations(folder: LoopFolder) -> list[dict[str, Any]]:
    """Return the records of all iterations that are done."""
    return folder.records("done")


def potential_of(folder: LoopFolder, number: int) -> Path:
    """Return the potential that an iteration trained."""
    return folder.iteration(number) / "train" / "potential.nnp"

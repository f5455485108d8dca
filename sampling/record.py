"""What the steps of an iteration left -> its record: the numbers of the table, of `status` and of the stop rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnmanybody.sampling.store import Store


def iteration_record(
    store: Store, number: int, results: Mapping[str, Mapping[str, Any]], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Put the record of an iteration together.

    Parameters
    ----------
    results : mapping of step to mapping
        What each step left.
    seconds : mapping of step to float
    """
    runs = results["explore"]["runs"]
    unknown = results["select"]["unknown"]
    quiet = [
        run for run in runs if not run["exploded"] and not unknown.get(run["name"]) and run["done"] >= run["steps"]
    ]
    by_network = results["explore"]["by"] == "potential"
    stable = min((run["done"] * run["timestep"] for run in runs), default=None)
    return {
        "number": number,
        "runs": len(runs),
        "simulated_ps": sum(run["done"] * run["timestep"] for run in runs),
        "exploded": sum(bool(run["exploded"]) for run in runs),
        "unknown": sum(unknown.values()),
        "stable_ps": stable if by_network and len(quiet) == len(runs) else None,
        "new": results["select"]["new"],
        "labelled": store.count("labelled"),
        "failed": results["label"]["failed"],
        "refused": results["label"]["refused"],
        "errors": results["measure"]["errors"],
        "dataset_hash": store.dataset_hash(),
        "step_seconds": dict(seconds),
        "seconds": sum(seconds.values()),
    }


def in_words(record: Mapping[str, Any]) -> str:
    """Say what came of an iteration in a line."""
    errors = record["errors"]
    parts = [
        f"iteration {record['number']}: {record['runs']} runs, {record['simulated_ps']:.1f} ps",
        f"{record['exploded']} exploded" if record["exploded"] else "",
        f"{record['unknown']} unknown frames, {record['new']} selected, {record['labelled']} labelled in all",
        f"force error {errors['force']:.4f} eV/Å" if "force" in errors else "",
        f"energy error {1e3 * errors['energy']:.2f} meV/atom" if "energy" in errors else "",
        f"{record['seconds']:.0f} s",
    ]
    return ", ".join(part for part in parts if part)

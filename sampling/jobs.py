"""A kind of job and its description -> its result; what every worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def run_job(kind: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """Run one job: `explore`, `label` or `train`.

    A worker may live on another node: what it needs is imported here, what it makes is in files.
    """
    if kind == "explore":
        from nnmanybody.sampling.explore import run_exploration

        return run_exploration(job)
    if kind == "label":
        from nnmanybody.sampling.label import run_labelling

        return run_labelling(job)
    from nnmanybody.sampling.train import run_training

    return run_training(job)

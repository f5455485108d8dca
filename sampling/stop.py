"""What happened so far -> is it enough, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nnmanybody.sampling.config import StopConfig


@dataclass(frozen=True)
class Iteration:
    """What one iteration came to.

    Attributes
    ----------
    number : int
    new : int
        Structures that were selected.
    errors : dict of "energy", "force" to float
        On the held-out set, eV/atom and eV/Å; empty without one.
    stable_ps : float or None
        Time that every simulation of the next exploration lasted without an unknown atom; here of this one's.
    """

    number: int
    new: int
    errors: dict[str, float] = field(default_factory=dict)
    stable_ps: float | None = None

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Iteration:
        """Read the record of an iteration."""
        return cls(record["number"], record["new"], record.get("errors", {}), record.get("stable_ps"))


def reason_to_stop(config: StopConfig, done: Sequence[Iteration], labelled: int, hours: float) -> str:
    """Return why the loop ends; empty if it goes on.

    Parameters
    ----------
    done : sequence of Iteration
        From the first on.
    labelled : int
        Structures with a label.
    hours : float
        That the loop has worked.
    """
    if config.iterations is not None and len(done) >= config.iterations:
        return f"the budget of {config.iterations} iterations is spent"
    if config.labels is not None and labelled >= config.labels:
        return f"the budget of {config.labels} labels is spent"
    if config.hours is not None and hours >= config.hours:
        return f"the budget of {config.hours:g} hours is spent"
    goals = [
        reached
        for reached in (_nothing_new(config, done), _errors(config, done), _stable(config, done))
        if reached is not None
    ]
    met = [text for text in goals if text]
    if goals and (len(met) == len(goals) or (met and config.goals == "any")):
        return "; ".join(met)
    return ""


def _nothing_new(config: StopConfig, done: Sequence[Iteration]) -> str | None:
    count = config.nothing_new
    if count is None:
        return None
    last = [one for one in done[1:]][-count:]  # the first iteration only begins
    if len(last) == count and all(one.new == 0 for one in last):
        return f"nothing new for {count} iteration{'s' * (count > 1)}"
    return ""


def _errors(config: StopConfig, done: Sequence[Iteration]) -> str | None:
    wanted = config.errors
    if wanted is None or (wanted.energy is None and wanted.force is None):
        return None
    if not done or not done[-1].errors:
        return ""
    errors, parts = done[-1].errors, []
    for name, bound, unit in (("force", wanted.force, "eV/Å"), ("energy", wanted.energy, "eV/atom")):
        if bound is None:
            continue
        if not errors.get(name, float("inf")) <= bound:
            return ""
        parts.append(f"{name} error {errors[name]:.4g} {unit} ≤ {bound:g}")
    return ", ".join(parts)


def _stable(config: StopConfig, done: Sequence[Iteration]) -> str | None:
    if config.stable_ps is None:
        return None
    reached = done[-1].stable_ps if done else None
    if reached is not None and reached >= config.stable_ps - 1e-9:
        return f"every simulation lasted {reached:g} ps without an unknown atom"
    return ""

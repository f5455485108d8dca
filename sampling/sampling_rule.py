"""Forces on an atom, step by step -> the steps at which it is sampled: the rule of `compute nn/sample` in Python.

The C++ side of the same rule is lammps_src/sampling_rule.h.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Rule = Literal["strict", "thesis"]


def tau(force: npt.ArrayLike, alpha: float, tau_max: int) -> npt.NDArray[np.int64]:
    """Count the steps from one sample of an atom to its next when the force F acts on it.

    1 if F > alpha; tau_max if floor(alpha / F) > tau_max; else floor(alpha / F). Equation (7.2) of the thesis,
    with the cases in the order that makes it defined for every F, zero and infinity among them.

    Parameters
    ----------
    force : (...) float64, eV/Å
        Magnitude of the force.
    alpha : float, eV/Å
        The force from which on every step is sampled.
    tau_max : int, steps
        The longest interval.

    Returns
    -------
    (...) int64, steps

    Raises
    ------
    ValueError
        If alpha or tau_max is not positive, or a force is negative or not a number.
    """
    forces = np.asarray(force, dtype=np.float64)
    if not alpha > 0.0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    if tau_max < 1:
        raise ValueError(f"tau_max must be at least 1, got {tau_max}")
    if not np.all(forces >= 0.0):
        raise ValueError("a force must be zero or positive")
    # Above alpha all forces count alike, and where the cap holds nothing is divided: no force overflows.
    forces = np.minimum(forces, alpha)
    capped = forces * (tau_max + 1.0) <= alpha
    steps = np.floor(alpha / np.where(capped, alpha, forces))
    return np.where(capped, tau_max, np.clip(steps, 1, tau_max)).astype(np.int64)


def sampled_steps(
    forces: npt.ArrayLike, alpha: float, tau_max: int, rule: Rule = "strict", first_step: int = 0
) -> npt.NDArray[np.int64]:
    """Find the steps at which one atom is sampled.

    Parameters
    ----------
    forces : (n_steps,) float64, eV/Å
        Magnitude of the force on the atom at each step.
    alpha : float, eV/Å
        The force from which on every step is sampled.
    tau_max : int, steps
        The longest interval.
    rule : {"strict", "thesis"}
        strict: tau anew at every step; sampled when that many steps have passed since the last sample. Keeps every
        step with F > alpha and leaves no gap above tau_max.
        thesis: tau anew only at multiples of tau_max, sampled at multiples of tau, as in the thesis's code. Before
        the first multiple tau is 1.
    first_step : int
        The step of the first force.

    Returns
    -------
    (n_sampled,) int64
        Ascending, counted like `first_step`.

    Raises
    ------
    ValueError
        As `tau` does, or for an unknown rule.
    """
    intervals = tau(forces, alpha, tau_max)
    if rule not in ("strict", "thesis"):
        raise ValueError(f"rule must be 'strict' or 'thesis', got {rule!r}")
    steps = np.arange(first_step, first_step + len(intervals))
    if rule == "thesis":
        refreshed = steps % tau_max == 0
        latest = np.maximum.accumulate(np.where(refreshed, np.arange(len(steps)), -1))
        held = np.where(latest >= 0, intervals[latest], 1)
        due: npt.NDArray[np.int64] = steps[steps % held == 0]
        return due
    sampled: list[int] = []
    for step, interval in zip(steps.tolist(), intervals.tolist(), strict=True):
        if not sampled or step - sampled[-1] >= interval:
            sampled.append(step)
    return np.array(sampled, dtype=np.int64)

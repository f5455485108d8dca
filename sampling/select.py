"""Frames of the simulations -> those that are worth a label, and why."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from nnmanybody.sampling import methods
from nnmanybody.sampling.config import SelectConfig
from nnmanybody.sampling.explore import Explored, frames_of
from nnmanybody.sampling.folder import structure_key
from nnmanybody.sampling.store import Label, Reason, Selected
from nnmanybody.sampling.thin import fingerprints, thin
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]
Labels = Callable[[Mapping[str, Atoms]], Mapping[str, Label]]
MOST_KNOWN = 500
"""Known structures that new ones are compared with when they are thinned."""


@dataclass
class Candidate:
    """A frame of a simulation.

    Attributes
    ----------
    key, atoms, origin
        As of `store.Selected`.
    reasons : list of dict
    """

    key: str
    atoms: Atoms
    origin: str
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class Selection:
    """What was selected of what.

    Attributes
    ----------
    chosen : list of Selected
        Most telling first.
    candidates : int
        Frames that were looked at.
    unknown : dict of str to int
        By simulation: frames that a method found to be unknown, before they were thinned.
    methods : dict of str to int
        How many frames each method found.
    broken : int
        Frames that are no structures: atoms on top of one another, numbers that are not finite.
    """

    chosen: list[Selected]
    candidates: int
    unknown: dict[str, int]
    methods: dict[str, int]
    broken: int

    def as_json(self) -> dict[str, Any]:
        """Return what the record of the step has."""
        return {
            "new": len(self.chosen),
            "keys": [one.key for one in self.chosen],
            "candidates": self.candidates,
            "unknown": self.unknown,
            "methods": self.methods,
            "broken": self.broken,
        }


def select(
    config: SelectConfig,
    runs: Sequence[Explored],
    potential: Potential,
    *,
    known: Sequence[Frame],
    known_keys: Iterable[str],
    labels: Labels,
) -> Selection:
    """Judge the frames of all simulations by every method that is asked for, and thin out what they find.

    Parameters
    ----------
    known : sequence of Frame
        Labelled structures.
    known_keys : iterable of str
        Of all structures that have been selected before.
    labels : callable
        Gives the reference's word on structures, for the method `deviation`.
    """
    candidates, broken = _candidates(config, runs, set(known_keys))
    _judge(config, candidates, potential, known, labels)
    found = [one for one in candidates if one.reasons]
    counts = Counter(method for one in found for method in {reason["method"] for reason in one.reasons})
    unknown = Counter(one.origin.partition(":")[0] for one in found)
    chosen = _thinned(config, found, potential, known)
    return Selection(chosen, len(candidates), dict(unknown), dict(counts), broken)


def select_for_start(config: SelectConfig, runs: Sequence[Explored], most: int) -> Selection:
    """Choose of the first simulations, when there is no potential yet: structures evenly in time, of every run."""
    candidates, broken = _candidates(config, runs, set())
    by_run: dict[str, list[Candidate]] = {}
    for one in candidates:
        by_run.setdefault(one.origin.partition(":")[0], []).append(one)
    share = max(1, most // max(1, len(by_run)))
    chosen = []
    for name, frames in by_run.items():
        for index in np.unique(np.linspace(0, len(frames) - 1, min(share, len(frames))).astype(int)):
            reason = {"method": "start", "text": f"of the first simulation {name}"}
            chosen.append(Selected(frames[index].key, frames[index].atoms, frames[index].origin, [reason]))
    return Selection(chosen, len(candidates), {}, {"start": len(chosen)}, broken)


def _candidates(config: SelectConfig, runs: Sequence[Explored], known: set[str]) -> tuple[list[Candidate], int]:
    """Frames of all runs, each once; of many, evenly, but all trapped ones and the last ones before an explosion."""
    per_run = max(1, config.most_candidates // max(1, len(runs)))
    found: dict[str, Candidate] = {}
    broken = 0
    for run in runs:
        sampled, trapped = frames_of(run)
        marked = [(atoms, _trap_reason(atoms)) for atoms in trapped if atoms.info.get("level") != "failed"]
        good = [atoms for atoms in sampled if is_structure(atoms, config.shortest)]
        broken += len(sampled) - len(good)
        if run.exploded:
            reason = {"method": "exploded", "text": run.exploded, "step": run.done}
            count = config.last_frames
            marked += [(atoms, reason) for atoms in (good[-count:] if count else [])]
        stride = max(1, -(-len(good) // per_run))
        for atoms, why in [*((one, None) for one in good[::stride]), *marked]:
            if why is not None and not is_structure(atoms, config.shortest):
                broken += 1
                continue
            key = structure_key(atoms)
            if key in known:
                continue
            step = atoms.info.get("step", "")
            one = found.setdefault(key, Candidate(key, bare(atoms), f"{run.name}:{step}"))
            if why is not None:
                one.reasons.append(why)
    return list(found.values()), broken


TRAP_KEYS = ("reason", "criterion", "value", "threshold", "atom_id", "element", "function", "step")
"""Of a record of the trap, what a person wants to know."""


def _trap_reason(atoms: Atoms) -> Reason:
    """Return what the trap wrote beside the structure itself."""
    said = {name: atoms.info[name] for name in TRAP_KEYS if name in atoms.info}
    said = {name: value.item() if isinstance(value, np.generic) else value for name, value in said.items()}
    return {"method": "exploded" if atoms.info.get("level") == "last_good" else "trap", **said}


def bare(atoms: Atoms) -> Atoms:
    """Return elements, positions and cell alone."""
    return Atoms(atoms.numbers, atoms.get_positions(), cell=atoms.cell, pbc=atoms.pbc)


def is_structure(atoms: Atoms, shortest: float) -> bool:
    """Return whether all atoms keep a share of the sum of their covalent radii as distance."""
    radii = covalent_radii[atoms.numbers]
    try:
        pairs = neighbor_list(atoms, 2.0 * shortest * float(radii.max()))
    except NNPError:
        return False
    nearest = shortest * (radii[pairs.center] + radii[pairs.neighbor])
    return bool((pairs.distance >= nearest).all())


def _judge(
    config: SelectConfig, candidates: Sequence[Candidate], potential: Potential, known: Sequence[Frame], labels: Labels
) -> None:
    """Add the reasons of every method to the candidates."""
    reference = labels({one.key: one.atoms for one in candidates}) if config.deviation is not None else {}
    novelty = None if config.novelty is None else methods.Novelty.of(config.novelty, potential, known)
    wanted = [name for name in ("deviation", "range", "committee", "novelty") if getattr(config, name) is not None]

    def one(candidate: Candidate) -> list[Reason]:
        atoms = candidate.atoms
        evaluation = None
        if config.deviation is not None or config.committee is not None:
            evaluation = potential.evaluate(atoms, committee=config.committee is not None)
        found: list[Reason | None] = []
        if config.deviation is not None and evaluation is not None and candidate.key in reference:
            found.append(methods.by_deviation(config.deviation, evaluation, reference[candidate.key]))
        if config.range is not None:
            found.append(methods.by_range(config.range, potential, atoms))
        if config.committee is not None and evaluation is not None:
            found.append(methods.by_committee(config.committee, evaluation))
        if novelty is not None:
            found.append(novelty.judge(potential, atoms, candidate.key))
        return [reason for reason in found if reason is not None]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for candidate, reasons in zip(candidates, pool.map(one, candidates), strict=True):
            if config.combine == "any" or len(reasons) == len(wanted):
                candidate.reasons.extend(reasons)


def _thinned(
    config: SelectConfig, found: Sequence[Candidate], potential: Potential, known: Sequence[Frame]
) -> list[Selected]:
    """Thin what was found; at most `most`."""
    if not found:
        return []
    features = fingerprints(potential, [one.atoms for one in found])
    stride = max(1, -(-len(known) // MOST_KNOWN))
    before = fingerprints(potential, [frame.atoms for frame in known[::stride]])
    order = thin(features, config.thin.most, config.thin.method, before)
    return [
        Selected(found[index].key, found[index].atoms, found[index].origin, found[index].reasons) for index in order
    ]

"""A structure and a potential -> reasons to label it, one function for each method of the thesis's 7.1.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from nnmanybody.sampling.config import CommitteeConfig, DeviationConfig, NoveltyConfig, RangeConfig
from nnmanybody.sampling.folder import seed_of
from nnmanybody.sampling.novelty import KnownPoints, acceptance, distances_to_known
from nnmanybody.sampling.store import Label, Reason
from nnmanybody.sampling.thin import scaled_values
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.evaluation import Evaluation
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]


def by_range(config: RangeConfig, potential: Potential, atoms: Atoms) -> Reason | None:
    """Symmetry functions outside of their range in the training data (Behler's first method)."""
    found = potential.descriptors(atoms)
    worst: Reason | None = None
    for section in potential.definition.sections:
        centers, values = found[section.element]
        if not len(values):
            continue
        over = np.abs(scaled_values(values, section.statistics)) / 2.0 - 0.5  # share of the range beyond its end
        atom, function = np.unravel_index(int(np.argmax(over)), over.shape)
        value = float(over[atom, function])
        if value > config.overshoot and (worst is None or value > worst["value"]):
            worst = {
                "method": "range",
                "value": value,
                "threshold": config.overshoot,
                "atom": int(centers[atom]),
                "element": section.element,
                "function": str(section.functions[int(function)]),
            }
    return worst


def by_committee(config: CommitteeConfig, evaluation: Evaluation) -> Reason | None:
    """Disagreement of several networks (Behler's second method); needs `evaluate(..., committee=True)`."""
    members = evaluation.committee
    if members is None or len(members.energies) < 2:
        return None
    # Of the sample: the members stand for all networks that could have been.
    factor = float(np.sqrt(len(members.energies) / (len(members.energies) - 1)))
    if config.force is not None:
        deviation = factor * members.force_deviation
        atom = int(np.argmax(deviation))
        if deviation[atom] > config.force:
            value = float(deviation[atom])
            return {"method": "committee", "of": "force", "value": value, "threshold": config.force, "atom": atom}
    if config.energy is not None:
        value = factor * members.energy_deviation / len(evaluation.energies)
        if value > config.energy:
            return {"method": "committee", "of": "energy", "value": value, "threshold": config.energy}
    return None


def by_deviation(config: DeviationConfig, evaluation: Evaluation, label: Label) -> Reason | None:
    """Deviation from the reference."""
    if config.force is not None:
        error = np.linalg.norm(evaluation.forces - label.forces, axis=1)
        atom = int(np.argmax(error))
        if error[atom] > config.force:
            value = float(error[atom])
            return {"method": "deviation", "of": "force", "value": value, "threshold": config.force, "atom": atom}
    if config.energy is not None:
        value = abs(evaluation.energy - label.energy) / len(evaluation.energies)
        if value > config.energy:
            return {"method": "deviation", "of": "energy", "value": value, "threshold": config.energy}
    return None


@dataclass(frozen=True)
class Novelty:
    """Modified novelty sampling against what is known.

    Attributes
    ----------
    config : NoveltyConfig
    known : dict of element to KnownPoints
    """

    config: NoveltyConfig
    known: Mapping[str, KnownPoints]

    @classmethod
    def of(cls, config: NoveltyConfig, potential: Potential, frames: Sequence[Frame]) -> Novelty:
        """Describe all that is known."""
        rows: dict[str, list[FloatArray]] = {element: [] for element in potential.elements}
        for frame in frames:
            for section in potential.definition.sections:
                values = potential.descriptors(frame.atoms)[section.element].values
                rows[section.element].append(scaled_values(values, section.statistics))
        known = {
            element: KnownPoints.of(np.concatenate(parts), config.most_known)
            for element, parts in rows.items()
            if sum(map(len, parts))
        }
        return cls(config, known)

    def judge(self, potential: Potential, atoms: Atoms, key: str) -> Reason | None:
        """Accept by chance, by the atom farthest from all known ones; the structure's key is the seed."""
        found = potential.descriptors(atoms)
        best: dict[str, Any] | None = None
        for section in potential.definition.sections:
            centers, values = found[section.element]
            known = self.known.get(section.element)
            if known is None or not len(values):
                continue
            smallest, mean = distances_to_known(scaled_values(values, section.statistics), known)
            chance = acceptance(smallest, mean, known, self.config.steepness, self.config.midpoint)
            atom = int(np.argmax(smallest / known.nearest))
            if best is None or chance[atom] > best["value"]:
                best = {"value": float(chance[atom]), "atom": int(centers[atom]), "distance": float(smallest[atom])}
        drawn = float(np.random.default_rng(seed_of("novelty", key)).random())
        if best is None or best["value"] <= drawn:
            return None
        return {"method": "novelty", "threshold": drawn, **best}

"""What a tiny loop is made of: a trainer that takes a moment and a labeller that counts, both by import path."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import numpy as np
from ase.calculators.emt import EMT

from nnmanybody._core import ElementSection, Network, PotentialDefinition
from nnmanybody.data import read_frames
from nnmanybody.describe import describe
from nnmanybody.potential import Potential
from nnmanybody.symmetry_functions import SymmetryFunctionSet

N_MEMBERS = 2


class CountingEMT(EMT):
    """EMT that writes a line for every structure it is asked about, and takes its time if told to."""

    def __init__(self, log: str, seconds: float = 0.0) -> None:
        super().__init__()
        self.log, self.seconds = log, seconds

    def calculate(self, atoms=None, properties=("energy",), system_changes=()):
        time.sleep(self.seconds)
        super().calculate(atoms, properties, system_changes)
        with Path(self.log).open("a") as file:
            file.write(f"{os.getpid()} {float(self.results['energy'])!r}\n")


class Broken(EMT):
    """EMT that cannot do structures with an atom beyond a plane."""

    def calculate(self, atoms=None, properties=("energy",), system_changes=()):
        if len(atoms) % 2:
            raise RuntimeError("did not converge")
        super().calculate(atoms, properties, system_changes)


def train_linear(data: Path, target: Path) -> None:
    """Least squares of energies and of nothing else, on radial functions: members see every other structure."""
    frames = read_frames(data)
    elements = sorted({symbol for frame in frames for symbol in frame.atoms.symbols})
    pairs = list(itertools.combinations_with_replacement(elements, 2))
    pairs += [(b, a) for a, b in pairs if a != b]
    functions = SymmetryFunctionSet.behler(
        elements,
        n_radial=4,
        n_angular=2,
        cutoff=4.5,
        shortest=dict.fromkeys(pairs, 2.2),
        longest=dict.fromkeys(pairs, 4.5),
    )
    values = describe(functions, frames)
    sums = [np.concatenate([describe(functions, [frame])[e].sum(axis=0) for e in elements]) for frame in frames]
    design = np.array(sums)
    energies = np.array([frame.energy for frame in frames])
    weights = [
        np.linalg.lstsq(
            np.vstack([design[member::N_MEMBERS], 1e-2 * np.eye(design.shape[1])]),
            np.concatenate([energies[member::N_MEMBERS], np.zeros(design.shape[1])]),
            rcond=None,
        )[0]
        for member in range(N_MEMBERS)
    ]
    sections, start = [], 0
    for element in elements:
        table = values[element]
        end = start + table.shape[1]
        networks = [Network([one[None, start:end]], [np.zeros(1)], ["identity"]) for one in weights]
        statistics = np.column_stack([table.min(0), table.max(0), table.mean(0), table.std(0)])
        listed = list(functions.for_element(element))
        sections.append(ElementSection(element, 0.0, listed, statistics, ("none", 0.0, 1.0), networks))
        start = end
    Potential(PotentialDefinition(sections)).write(target)

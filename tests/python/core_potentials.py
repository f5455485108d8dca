"""Potentials for the tests of the core: one definition, as sections of `reference` and as text."""

from __future__ import annotations

import numpy as np

import reference as ref
from core_cases import ELEMENTS, FUNCTIONS, crystal, random_net

SCALINGS = (
    ("none",),
    ("minmax", -1.0, 1.0),
    ("minmax", 0.0, 2.0),
    ("center",),
    ("minmax_center", -1.0, 1.0),
    ("sigma", -0.5, 1.5),
)
REFERENCE_ENERGIES = {"Si": -4.3366, "O": -1.90625}


def statistics(functions: tuple[ref.Function, ...], element: str) -> np.ndarray:
    """Minimum, maximum, mean and standard deviation over some random crystals, (n_functions, 4)."""
    cutoff = max(f.cutoff for f in functions)
    rows = []
    for seed in range(50, 53):
        structure = crystal(seed)
        near = ref.pairs(structure.positions, structure.cell, True, cutoff)
        for i, symbol in enumerate(structure.symbols):
            if symbol == element:
                mine = slice(near.first[i], near.first[i + 1])
                species = [structure.symbols[j] for j in near.neighbor[mine]]
                rows.append(ref.descriptor(functions, species, near.displacement[mine]))
    table = np.array(rows)
    return np.column_stack([table.min(axis=0), table.max(axis=0), table.mean(axis=0), table.std(axis=0)])


def sections(
    scaling: tuple = ("minmax", -1.0, 1.0),
    activation: str = "tanh",
    hidden: tuple[int, ...] = (6, 5),
    shortcut: bool = False,
    seed: int = 0,
) -> tuple[ref.Section, ...]:
    """Two elements with different functions, statistics and networks."""
    rng = np.random.default_rng(seed)
    made = []
    for element, functions in zip(ELEMENTS, (FUNCTIONS, FUNCTIONS[::-2]), strict=True):
        net = random_net(rng, (len(functions), *hidden, 1), activation, shortcut)
        made.append(
            ref.Section(element, REFERENCE_ENERGIES[element], functions, statistics(functions, element), scaling, net)
        )
    return tuple(made)

"""One potential of Si and O for every kind of atomic model: what the contract tests of all of them run over.

A new kind joins by one line in `POTENTIALS`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import helpers
from nnmanybody import Potential
from nnmanybody._core import ElementSection, Expression, PotentialDefinition, RadialBasis
from nnmanybody.composable.layout import Layout, neutral_coefficients

ELEMENTS = ("Si", "O")


def composable(expression: str, seed: int = 0, cutoff_function: str = "poly3", cutoff: float = 5.0) -> Potential:
    """Random parameters inside the bounds of the search; forces are some tenths of an eV/Å."""
    layout = Layout(Expression(expression), ELEMENTS, cutoff, cutoff_function)
    rng = np.random.default_rng(seed)
    low, high = layout.bounds.T.reshape(2, -1)
    logarithms = low + rng.uniform(size=len(low)) * (high - low)
    neutral = np.tile(neutral_coefficients(layout.expression), len(ELEMENTS))
    coefficients = neutral + rng.normal(size=len(neutral)) * 0.1
    return Potential(PotentialDefinition(layout.sections(logarithms, coefficients)), name=expression)


def radial_basis() -> Potential:
    """Five centers in three directions of the functions of the random network, with a shortcut."""
    rng = np.random.default_rng(4)
    sections = []
    for one in helpers.random_potential(["Si", "O"]).definition.sections:
        whitening = 0.3 * rng.normal(size=(3, len(one.functions)))
        centers, gammas, weights = rng.normal(size=(5, 3)), rng.uniform(0.1, 0.5, 5), rng.normal(size=5)
        model = RadialBasis(whitening, centers, gammas, weights, 0.25, shortcut=0.2 * rng.normal(size=3))
        sections.append(
            ElementSection(one.element, one.reference_energy, one.functions, one.statistics, one.scaling, model)
        )
    return Potential(PotentialDefinition(sections), name="rbf")


POTENTIALS: dict[str, Callable[[], Potential]] = {
    "network": lambda: helpers.random_potential(["Si", "O"]),
    "radial basis functions": lambda: helpers.radial_basis_potential(["Si", "O"]),
    "rbf": radial_basis,
    "composable, linear": lambda: composable("G8"),
    "composable, polynomials": lambda: composable("C6", cutoff_function="biquartic"),
    "composable, three-body": lambda: composable("E[G3L2] + T2A2"),
    "composable, exponentials": lambda: composable("E[G4L3]"),
    "composable, neighborhood": lambda: composable("N[E[G4L2]]", cutoff=4.0),
    "composable, sum": lambda: composable("E[G4L2] + N[E[G4L2]]", cutoff=4.0),
    "composable, products": lambda: composable("C3 * (G2 + E[G2L2] * N[G2]) * G2'", cutoff=4.0),
}

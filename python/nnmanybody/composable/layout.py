"""An expression and elements -> its nonlinear parameters, and the sections of a potential for given values of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core

FloatArray = NDArray[np.float64]

# Bounds of the search. Widths scale with the cutoff R: between one that hardly falls and one as narrow as an atom;
# beta = 1 would make all Gaussians of a basis the same. z phi should pass through 1 somewhere in the data.
ALPHA_TIMES_R_SQUARED = (0.48, 14.4)
BETA = (1.2, 2.2)
WEIGHT = (0.1, 10.0)
EXPONENT = (0.02, 3.0)
NEIGHBORHOOD_EXPONENT = (0.005, 0.5)


@dataclass(frozen=True)
class Parameter:
    """One nonlinear parameter, positive, searched by its logarithm.

    Attributes
    ----------
    kind : str
        `alpha` (1/Å²) or `beta` of a basis of Gaussians, a_nu = alpha beta^(nu - 1); `weight` of a pair of elements
        in a basis; `exponent`.
    owner : int
        Basis; of an exponent its place among the exponents.
    bounds : (float, float)
    pair : (str, str) or None
        Elements that the weight belongs to, in alphabetic order.
    """

    kind: str
    owner: int
    bounds: tuple[float, float]
    pair: tuple[str, str] | None = None


@dataclass(frozen=True)
class Layout:
    """What a composable model of some elements is made of.

    Attributes
    ----------
    expression : _core.Expression
    elements : tuple of str
    cutoff : float, Å
    cutoff_function : str
    """

    expression: _core.Expression
    elements: tuple[str, ...]
    cutoff: float
    cutoff_function: str = "poly3"

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The nonlinear parameters, shared by all elements: those of the bases, then the exponents."""
        found = []
        widths = tuple(bound / self.cutoff**2 for bound in ALPHA_TIMES_R_SQUARED)
        for owner, basis in enumerate(self.expression.bases):
            if basis.family != "C":
                found += [Parameter("alpha", owner, (widths[0], widths[1])), Parameter("beta", owner, BETA)]
            pairs = combinations(sorted(self.elements), 2)
            found += [Parameter("weight", owner, WEIGHT, (one, other)) for one, other in pairs]
        exponents = []
        for node in self.expression.nodes:
            if node.kind == "exponential":
                bounds = NEIGHBORHOOD_EXPONENT if node.neighborhood else EXPONENT
                exponents += [
                    Parameter("exponent", node.first_exponent + layer, bounds) for layer in range(node.n_layers)
                ]
        return (*found, *sorted(exponents, key=lambda parameter: parameter.owner))

    @cached_property
    def bounds(self) -> FloatArray:
        """Of the logarithms of the parameters, (n, 2) float64."""
        return np.log([parameter.bounds for parameter in self.parameters]).reshape(-1, 2)

    @property
    def n_coefficients(self) -> int:
        """Linear parameters of all elements."""
        return self.expression.n_coefficients * len(self.elements)

    def start(self) -> FloatArray:
        """Logarithms in the middle of their bounds, exponents of a term spread evenly, (n,) float64."""
        middle: FloatArray = self.bounds.mean(axis=1)
        for node in self.expression.nodes:
            if node.kind == "exponential":
                places = [
                    index
                    for index, parameter in enumerate(self.parameters)
                    if parameter.kind == "exponent"
                    and node.first_exponent <= parameter.owner < node.first_exponent + node.n_layers
                ]
                low, high = self.bounds[places[0]]
                middle[places] = low + (high - low) * (np.arange(node.n_layers) + 0.5) / node.n_layers
        return middle

    def value(self, logarithms: FloatArray, kind: str, owner: int, pair: tuple[str, str] | None = None) -> float:
        """Value of one parameter; the weight of two equal elements is 1."""
        if pair is not None and pair[0] == pair[1]:
            return 1.0
        for parameter, logarithm in zip(self.parameters, logarithms, strict=True):
            if (parameter.kind, parameter.owner, parameter.pair) == (kind, owner, pair):
                return float(np.exp(logarithm))
        raise KeyError((kind, owner, pair))

    def exponents(self, logarithms: FloatArray) -> list[float]:
        """Return all z, from left to right in the expression."""
        n = self.expression.n_exponents
        return [float(value) for value in np.exp(logarithms[len(logarithms) - n :])]

    def widths(self, logarithms: FloatArray, owner: int) -> list[float]:
        """Return alpha beta^(nu - 1) of a basis, 1/Å²."""
        alpha, beta = (self.value(logarithms, kind, owner) for kind in ("alpha", "beta"))
        return [alpha * beta**power for power in range(self.expression.bases[owner].n_radial)]

    def _functions(
        self, logarithms: FloatArray, owner: int, center: str
    ) -> Iterator[tuple[float, list[_core.SymmetryFunction]]]:
        """Symmetry functions of a basis for each kind of neighbor (pair), with their weight."""
        basis = self.expression.bases[owner]

        def weight(neighbor: str) -> float:
            low, high = sorted((center, neighbor))
            return self.value(logarithms, "weight", owner, (low, high))

        def function(kind: str, *neighbors: str, **parameters: float) -> _core.SymmetryFunction:
            return _core.SymmetryFunction(
                kind,
                list(neighbors),
                self.cutoff,
                cutoff_function=self.cutoff_function,
                **parameters,  # type: ignore[arg-type]  # a whole number among numbers
            )

        if basis.family == "T":
            widths = self.widths(logarithms, owner)
            for one, other in combinations_with_replacement(self.elements, 2):
                functions = [
                    function("three_body", one, other, eta=eta, eta_k=eta_k, order=order)
                    for eta, eta_k in combinations_with_replacement(widths, 2)
                    for order in range(basis.angular + 1)
                ]
                yield weight(one) * weight(other), functions
            return
        for neighbor in self.elements:
            if basis.family == "C":
                functions = [function("chebyshev", neighbor, order=n) for n in range(1, basis.n_radial + 1)]
            else:
                functions = [function("G2", neighbor, eta=eta) for eta in self.widths(logarithms, owner)]
            yield weight(neighbor), functions

    def sections(
        self, logarithms: FloatArray, coefficients: FloatArray, statistics: Sequence[FloatArray] | None = None
    ) -> list[_core.ElementSection]:
        """Sections of the potential file.

        Parameters
        ----------
        logarithms : (n_parameters,) float64
        coefficients : (n_coefficients,) float64
            Element by element.
        statistics : sequence of (n_functions, 4) float64, optional
            Of each element; zeros by default.
        """
        found = []
        by_element = np.split(coefficients, len(self.elements))
        for index, (element, own) in enumerate(zip(self.elements, by_element, strict=True)):
            functions: dict[str, _core.SymmetryFunction] = {}
            places: dict[str, int] = {}
            bases = []
            for owner in range(len(self.expression.bases)):
                parts = []
                for weight, listed in self._functions(logarithms, owner, element):
                    for one in listed:
                        functions.setdefault(str(one), one)
                        places.setdefault(str(one), len(places))
                    parts.append((weight, [places[str(one)] for one in listed]))
                bases.append(parts)
            model = _core.Composable(
                self.expression.text,
                len(functions),
                bases,
                self.exponents(logarithms),
                own.tolist(),
                (self.cutoff, self.cutoff_function) if self.expression.has_neighborhood else None,
            )
            table = np.zeros((len(functions), 4)) if statistics is None else statistics[index]
            found.append(_core.ElementSection(element, 0.0, list(functions.values()), table, ("none", 0.0, 1.0), model))
        return found


def linear_groups(expression: _core.Expression) -> list[list[int]]:
    """Return sets of coefficients in each of which the energy is linear without a constant; one if nothing multiplies.

    Of every product one factor is in a set, so that alternating over the sets visits all.
    """

    def groups(index: int) -> list[list[int]]:
        node = expression.nodes[index]
        shift = [node.shift] if node.shift >= 0 else []
        if not node.children:
            size = expression.bases[node.basis].size * node.n_layers
            return [[*range(node.first_coefficient, node.first_coefficient + size), *shift]]
        parts = [groups(child) for child in node.children]
        if node.kind == "product":
            return [[*group, *shift] for part in parts for group in part]
        n_groups = max(map(len, parts))
        return [[*(c for part in parts for c in part[n % len(part)]), *shift] for n in range(n_groups)]

    return groups(len(expression.nodes) - 1)


def neutral_coefficients(expression: _core.Expression) -> FloatArray:
    """Coefficients with which every factor is 1 and every term 0: nothing but what is then fitted counts."""
    neutral = np.zeros(expression.n_coefficients)
    for node in expression.nodes[:-1]:
        if node.shift >= 0:
            neutral[node.shift] = 1.0
    return neutral


@dataclass(frozen=True)
class Part:
    """A submodel of the root: its coefficients (of one element) and nonlinear parameters."""

    coefficients: tuple[int, ...]
    parameters: tuple[int, ...]


def parts(layout: Layout) -> list[Part]:
    """Split the root into its terms or factors; a basis that they share belongs to the first that has it."""
    expression = layout.expression
    root = expression.nodes[-1]
    taken: set[int] = set()
    found = []
    for child in root.children or [len(expression.nodes) - 1]:
        coefficients, bases, exponents = _below(expression, child)
        parameters = [
            index
            for index, parameter in enumerate(layout.parameters)
            if index not in taken and parameter.owner in (exponents if parameter.kind == "exponent" else bases)
        ]
        taken.update(parameters)
        found.append(Part(tuple(sorted({*coefficients, root.shift})), tuple(parameters)))
    return found


def _below(expression: _core.Expression, index: int) -> tuple[set[int], set[int], set[int]]:
    """Coefficients, bases and exponents of a node and all below it."""
    node = expression.nodes[index]
    coefficients: set[int] = set()
    bases: set[int] = set()
    exponents: set[int] = set()
    if node.shift >= 0:
        coefficients.add(node.shift)
    if not node.children:
        size = expression.bases[node.basis].size * node.n_layers
        coefficients.update(range(node.first_coefficient, node.first_coefficient + size))
        bases.add(node.basis)
        if node.kind == "exponential":
            exponents.update(range(node.first_exponent, node.first_exponent + node.n_layers))
    for child in node.children:
        for whole, part in zip((coefficients, bases, exponents), _below(expression, child), strict=True):
            whole.update(part)
    return coefficients, bases, exponents

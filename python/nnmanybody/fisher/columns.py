"""A potential -> what the columns of its design rows are: names, submodels, constants, directions without effect."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.composable.layout import Layout
from nnmanybody.design import linear_parameters
from nnmanybody.errors import NNPError
from nnmanybody.fisher.gauge import Gauge
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]


@dataclass
class Columns:
    """What the columns of design rows stand for.

    Attributes
    ----------
    names : list of str
    submodels : dict of str to list of int
        Columns of every submodel; none where the potential is one whole.
    shifts : list of int
        Column of the constant of each element.
    gauges : list of Gauge
        That follow from the form of the model alone.
    """

    names: list[str] = field(default_factory=list)
    submodels: dict[str, list[int]] = field(default_factory=dict)
    shifts: list[int] = field(default_factory=list)
    gauges: list[Gauge] = field(default_factory=list)

    def add_submodel(self, name: str, columns: Sequence[int]) -> None:
        """Add columns to those of a submodel."""
        self.submodels.setdefault(name, []).extend(columns)


def linear_columns(potential: Potential) -> Columns:
    """Describe the columns of `nnmanybody.design.design_rows`.

    Submodels are the elements, where there are several, the terms and factors of composable models, and of the other
    kinds their parts: the last layer or the basis functions beside the linear shortcut.

    Parameters
    ----------
    potential : Potential
        No committee.

    Raises
    ------
    NNPError
        As `linear_parameters`.
    """
    values = linear_parameters(potential)
    columns = Columns()
    several = len(potential.elements) > 1
    for section in potential.definition.sections:
        model, first = section.models[0], len(columns.names)
        own = _of_model(model)
        last = first + len(own.names)
        columns.names += [f"{section.element}: {name}" for name in own.names]
        columns.shifts.append(first + own.shifts[0])
        if several:
            columns.add_submodel(section.element, range(first, last))
        for name, places in own.submodels.items():
            columns.add_submodel(name, [first + place for place in places])
        if isinstance(model, _core.Composable):
            for what, direction in _scales(model.expression, values[first:last]):
                whole = np.zeros(len(values))
                whole[first:last] = direction
                columns.gauges.append(Gauge("scale of factors", f"{section.element}: {what}", whole))
    return columns


def _of_model(model: _core.AtomicModel) -> Columns:
    """Columns of one element's model, from 0."""
    if isinstance(model, _core.Composable):
        return _of_expression(model.expression)
    n = len(model.linear_coefficients)
    if isinstance(model, _core.RadialBasis):
        n_main = len(model.weights)
        names = [f"β {index + 1}" for index in range(n_main)]
        names += [f"shortcut {index + 1}" for index in range(n - n_main - 1)] + ["α"]
        constant, main = n - 1, "basis functions"
    elif isinstance(model, _core.Network):
        n_main = model.weights[-1].shape[1]
        names = [f"last layer, weight {index + 1}" for index in range(n_main)] + ["last layer, bias"]
        names += [f"shortcut {index + 1}" for index in range(n - n_main - 1)]
        constant, main = n_main, "last layer"
    else:
        raise NNPError(f"a model {model.kind}: expected network, rbf or composable")
    shortcut = [index for index in range(n) if names[index].startswith("shortcut")]
    parts = {main: [*range(n_main), constant], "shortcut": shortcut} if shortcut else {}
    return Columns(names, parts, [constant])


def _of_expression(expression: _core.Expression) -> Columns:
    """Coefficients of a composable model; a submodel is any child of a sum or product, with the shift of the whole."""
    nodes, root = expression.nodes, expression.nodes[-1]
    names = [""] * expression.n_coefficients
    columns = Columns(names, {}, [root.shift])
    for number, node in enumerate(nodes):
        text = expression_text(expression, number)
        if not node.children:
            for place in _own(expression, number):
                names[place] = f"{text}, coefficient {place - node.first_coefficient + 1}"
        if node.shift >= 0:
            names[node.shift] = f"{text}, shift"
    for node in nodes:
        for child in node.children:
            columns.add_submodel(
                _unused(columns, expression_text(expression, child)), sorted({*_below(expression, child), root.shift})
            )
    return columns


def _unused(columns: Columns, name: str) -> str:
    """Return the name, with a number where a submodel of the same text is there already."""
    number = 1
    while (text := name if number == 1 else f"{name} ({number})") in columns.submodels:
        number += 1
    return text


def expression_text(expression: _core.Expression, number: int) -> str:
    """Write one node as it stands in the expression: "E[G8L4]", "G2 + N[G2]"."""
    node = expression.nodes[number]
    if not node.children:
        label = expression.bases[node.basis].label
        text = f"E[{label}L{node.n_layers}]" if node.kind == "exponential" else label
        return f"N[{text}]" if node.neighborhood else text
    parts = []
    for child in node.children:
        text = expression_text(expression, child)
        nested = node.kind == "product" and expression.nodes[child].kind == "sum"
        parts.append(f"({text})" if nested else text)
    return (" + " if node.kind == "sum" else " * ").join(parts)


def _own(expression: _core.Expression, number: int) -> range:
    """Coefficients of a leaf, without its shift."""
    node = expression.nodes[number]
    return range(node.first_coefficient, node.first_coefficient + expression.bases[node.basis].size * node.n_layers)


def _below(expression: _core.Expression, number: int) -> set[int]:
    """Coefficients of a node and all below it, shifts too."""
    node = expression.nodes[number]
    found = {node.shift} if node.shift >= 0 else set()
    if not node.children:
        return found | set(_own(expression, number))
    return found.union(*(_below(expression, child) for child in node.children))


def _scales(expression: _core.Expression, values: FloatArray) -> list[tuple[str, FloatArray]]:
    """Directions that enlarge one factor of a product as much as they reduce another: (c_A, -c_B) (methods C4)."""
    found = []
    for number, node in enumerate(expression.nodes):
        if node.kind != "product":
            continue
        first = _enlarging(expression, node.children[0], values)
        for child in node.children[1:]:
            what = f"{expression_text(expression, node.children[0])} against {expression_text(expression, child)}"
            direction = first - _enlarging(expression, child, values)
            if np.any(direction):
                found.append((f"{what} in {expression_text(expression, number)}", direction))
    return found


def _enlarging(expression: _core.Expression, number: int, values: FloatArray) -> FloatArray:
    """Differentiate the coefficients by the size of a node: of every product, one factor is enlarged."""
    node = expression.nodes[number]
    direction = np.zeros(len(values))
    if node.shift >= 0:
        direction[node.shift] = values[node.shift]
    if not node.children:
        places = _own(expression, number)
        direction[places.start : places.stop] = values[places.start : places.stop]
    for child in node.children[:1] if node.kind == "product" else node.children:
        direction += _enlarging(expression, child, values)
    return direction


def n_parameters(potential: Potential) -> int:
    """All parameters of a potential that a fit determines, of all members: what "smallest" is judged by.

    Those of the functions of composable models count once for all elements, which share them.
    """
    total = 0
    for section in potential.definition.sections:
        for model in section.models:
            if isinstance(model, _core.Network):
                total += sum(map(np.size, [*model.weights, *model.biases]))
                total += 0 if model.shortcut is None else len(model.shortcut)
            elif isinstance(model, _core.RadialBasis):
                one_width = np.ptp(model.gammas) == 0.0
                total += len(model.linear_coefficients) + model.centers.size + (1 if one_width else len(model.gammas))
            else:
                total += len(model.linear_coefficients)
    for model in potential.definition.sections[0].models:
        if isinstance(model, _core.Composable):
            total += len(Layout(model.expression, potential.elements, potential.cutoff).parameters)
    return total

"""Our potential -> input.nn, scaling.data and weights.ZZZ.data, if RuNNer and n2p2 know all that is in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnmanybody._core import ElementSection, PotentialDefinition
from nnmanybody.errors import NNPError
from nnmanybody.interchange.layers import Layer, fill_last_hidden_layer, layers_of, scale_output
from nnmanybody.interchange.runner_functions import CUTOFF_FUNCTIONS, CutoffSettings, RunnerFunction, from_core
from nnmanybody.interchange.runner_keywords import UNITS_COMMENT
from nnmanybody.interchange.runner_network import ACTIVATIONS, weights_text
from nnmanybody.interchange.runner_potential import SCALING, SETTINGS, weights_name
from nnmanybody.interchange.runner_scaling import scaling_lines, statistics_text
from nnmanybody.interchange.text_input import exact
from nnmanybody.interchange.units import Units

FloatArray = NDArray[np.float64]

LETTERS = {name: letter for letter, name in ACTIVATIONS.items()}


@dataclass(frozen=True)
class _Element:
    """One element with its functions in the order of n2p2, and statistics and first layer in the same order."""

    section: ElementSection
    functions: list[RunnerFunction]
    statistics: FloatArray
    layers: list[Layer]

    @property
    def symbol(self) -> str:
        return self.section.element

    @property
    def nodes(self) -> tuple[int, ...]:
        """Neurons of the hidden layers."""
        return tuple(len(layer.biases) for layer in self.layers[:-1])

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of the activation functions."""
        return tuple(LETTERS[layer.activation] for layer in self.layers)


def runner_files(definition: PotentialDefinition, units: Units) -> dict[str, str]:
    """Return the files of a RuNNer directory.

    Parameters
    ----------
    definition : PotentialDefinition
    units : Units
        Those the files are to be written in.

    Returns
    -------
    dict of file name to text

    Raises
    ------
    NNPError
        If something in the potential has no counterpart; names the element and the function.
    """
    if definition.pair_core is not None:
        raise NNPError(
            f"the potential has a core, pair_core {definition.pair_core}, which RuNNer and n2p2 cannot have: remove "
            "that line from the file, and add the core where the converted potential runs (in LAMMPS by pair_style "
            "hybrid/overlay … zbl inner outer)"
        )
    symbols = sorted((section.element for section in definition.sections), key=atomic_numbers.__getitem__)
    sections = {section.element: section for section in definition.sections}
    elements = _same_last_layer([_element(sections[symbol], symbols, units) for symbol in symbols])
    files = {
        SETTINGS: "\n".join(_settings(definition, elements, units)) + "\n",
        SCALING: statistics_text([element.statistics for element in elements]),
    }
    for element in elements:
        files[weights_name(element.symbol)] = weights_text(element.layers)
    return files


def _element(section: ElementSection, symbols: Sequence[str], units: Units) -> _Element:
    if len(section.networks) > 1:
        raise NNPError(
            f"{section.element}: RuNNer and n2p2 have no committees, and this is one of {len(section.networks)} "
            "networks: convert its members one by one (Potential.read(…).members in Python)"
        )
    functions = [from_core(function, section.element, symbols, units) for function in section.functions]
    order = sorted(range(len(functions)), key=lambda index: functions[index].sort_key(symbols))
    if section.network.shortcut is not None:
        raise NNPError(f"{section.element}: RuNNer and n2p2 have no networks with a shortcut")
    for number, activation in enumerate(section.network.activations, start=1):
        if activation not in LETTERS:
            raise NNPError(
                f"{section.element}: RuNNer and n2p2 have no activation function {activation} (layer {number}); "
                f"they have {', '.join(LETTERS)}"
            )
    first, *rest = scale_output(layers_of(section.network), units.cfenergy)
    first = Layer(first.weights[:, order], first.biases, first.activation)
    return _Element(section, [functions[index] for index in order], section.statistics[order], [first, *rest])


def _same_last_layer(elements: Sequence[_Element]) -> list[_Element]:
    """Fill the last hidden layers up to one size with neurons without connections: n2p2 knows one for all elements."""
    longest = max((element.nodes[-1] for element in elements if element.nodes), default=0)
    return [
        replace(element, layers=fill_last_hidden_layer(element.layers, longest)) if element.nodes else element
        for element in elements
    ]


def _settings(definition: PotentialDefinition, elements: Sequence[_Element], units: Units) -> list[str]:
    """Lines of input.nn."""
    cutoff = _cutoff(elements)
    alpha = f" {exact(cutoff.alpha)}" if cutoff.alpha else ""
    lines = [
        f"# Written by nnmanybody {version('nnmanybody')}; units: {units.name}",
        f"{UNITS_COMMENT} {exact(units.cflength)} {exact(units.cfenergy)}",
        *(f"# {key} {value}" for key, value in definition.provenance),
        f"number_of_elements {len(elements)}",
        f"elements {' '.join(element.symbol for element in elements)}",
        *(_atom_energy(element, units) for element in elements),
        f"cutoff_type {CUTOFF_FUNCTIONS.index(cutoff.name)}{alpha}",
        *_scaling(elements),
        *_networks(elements),
    ]
    return lines + [function.text() for element in elements for function in element.functions]


def _atom_energy(element: _Element, units: Units) -> str:
    return f"atom_energy {element.symbol} {exact(element.section.reference_energy * units.cfenergy)}"


def _cutoff(elements: Sequence[_Element]) -> CutoffSettings:
    """Return the one cutoff function of all functions that have one."""
    found: dict[CutoffSettings, str] = {}
    for element in elements:
        for function in element.section.functions:
            if not function.is_compact:
                settings = CutoffSettings(function.cutoff_function, function.cutoff_alpha)
                found.setdefault(settings, f"{element.symbol}: '{function}'")
    if len(found) > 1:
        raise NNPError(
            "RuNNer and n2p2 have one cutoff function and one inner cutoff for all symmetry functions, but "
            + " and ".join(list(found.values())[:2])
            + " differ in theirs"
        )
    return next(iter(found), CutoffSettings("cosine", 0.0))


def _scaling(elements: Sequence[_Element]) -> list[str]:
    first = elements[0].section
    for element in elements[1:]:
        if element.section.scaling != first.scaling:
            raise NNPError(
                f"RuNNer and n2p2 scale the inputs of all elements alike, but {first.element} has {first.scaling} "
                f"and {element.symbol} has {element.section.scaling}"
            )
    return scaling_lines(first.scaling)


def _networks(elements: Sequence[_Element]) -> list[str]:
    """Lines for the networks, as n2p2 reads them.

    n2p2 takes the number of layers and the neurons of the last hidden layer from the global keywords, and
    one element_activation_short line. The output is linear for all elements.
    """
    nodes = _most_common([element.nodes for element in elements])
    letters = _most_common([element.letters for element in elements])
    lines = [f"global_hidden_layers_short {len(nodes)}"]
    if nodes:
        lines.append(f"global_nodes_short {' '.join(map(str, nodes))}")
    lines.append(f"global_activation_short {' '.join(letters)}")
    other_nodes = {element.symbol: element.nodes for element in elements if element.nodes != nodes}
    other_letters = {element.symbol: element.letters for element in elements if element.letters != letters}
    for symbol, own in other_nodes.items():
        if len(own) != len(nodes):
            raise NNPError(
                f"{symbol}: {len(own)} hidden layers where other elements have {len(nodes)}, which n2p2 does not read"
            )
    if len(other_letters) > 1:
        raise NNPError(
            f"{' and '.join(other_letters)}: other activation functions than other elements; n2p2 reads them for one "
            "element only"
        )
    lines += [f"element_nodes_short {symbol} {' '.join(map(str, own))}" for symbol, own in other_nodes.items()]
    lines += [f"element_activation_short {symbol} {' '.join(own)}" for symbol, own in other_letters.items()]
    return lines


def _most_common(values: Sequence[tuple[str, ...]] | Sequence[tuple[int, ...]]) -> tuple:  # type: ignore[type-arg]
    return Counter(values).most_common(1)[0][0]

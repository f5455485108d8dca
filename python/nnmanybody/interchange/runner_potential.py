"""A RuNNer or n2p2 potential (input.nn, scaling.data, weights.ZZZ.data) -> ours."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnmanybody._core import ElementSection, PotentialDefinition, SymmetryFunction
from nnmanybody.errors import NNPError
from nnmanybody.interchange import origin
from nnmanybody.interchange.layers import Layer, network, scale_output, sum_equal_inputs
from nnmanybody.interchange.runner_functions import (
    CUTOFF_FUNCTIONS,
    WITHOUT_ALPHA,
    CutoffSettings,
    RunnerFunction,
    parse_function,
    to_core,
)
from nnmanybody.interchange.runner_keywords import Keywords, read_keywords
from nnmanybody.interchange.runner_network import read_weights, to_layers, topologies
from nnmanybody.interchange.runner_scaling import Scaling, read_statistics, scaling_of
from nnmanybody.interchange.text_input import exact, integer, number
from nnmanybody.interchange.units import Units

FloatArray = NDArray[np.float64]

SETTINGS = "input.nn"
SCALING = "scaling.data"
UNITS_DIFFER = 1e-3
"""Factors further apart than this, relative, are different units, not different digits of a constant."""


def weights_name(element: str) -> str:
    """Name of the file with the weights of an element."""
    return f"weights.{atomic_numbers[element]:03d}.data"


def read_runner(directory: Path, units: Units) -> PotentialDefinition:
    """Read the potential in a directory; energies in eV, lengths in Å, exactly as n2p2 evaluates it.

    Parameters
    ----------
    directory : Path
        Holds input.nn, scaling.data and one weights.ZZZ.data per element.
    units : Units
        Those of the files.

    Returns
    -------
    PotentialDefinition
        The reference energy of an element is mean_energy and its atom_energy.

    Raises
    ------
    NNPError
        If a file is missing or malformed, or the potential needs what is not supported; names file and line.
    """
    keywords = read_keywords(directory / SETTINGS)
    _check_units(keywords, units)
    elements = _elements(keywords)
    functions = _functions(keywords, elements)
    cutoff = _cutoff(keywords)
    scaling = scaling_of(keywords)
    counts = {element: len(listed) for element, listed in functions.items()}
    statistics = read_statistics(directory / SCALING, counts, scaling)
    mean_energy, conv_energy = _normalization(keywords)
    atom_energies = _atom_energies(keywords, elements)
    sections = []
    for element in elements:
        path = directory / weights_name(element)
        layers = to_layers(read_weights(path), counts[element], topologies(keywords, element), path)
        if keywords.find("normalize_nodes") is not None:
            layers = [layer.scaled(1.0 / layer.weights.shape[1]) for layer in layers]
        sections.append(
            _section(
                element,
                energy=(mean_energy + atom_energies[element]) / units.cfenergy,
                functions=[to_core(function, cutoff, units) for function in functions[element]],
                statistics=statistics[element],
                scaling=scaling,
                layers=scale_output(layers, 1.0 / conv_energy / units.cfenergy),
                directory=directory,
            )
        )
    return PotentialDefinition(sections, _provenance(directory, keywords, units), origin.header())


def _check_units(keywords: Keywords, units: Units) -> None:
    stated = keywords.written_in
    if stated is None:
        return
    for name in ("cflength", "cfenergy"):
        if abs(getattr(units, name) / getattr(stated, name) - 1.0) > UNITS_DIFFER:
            raise NNPError(
                f"{keywords.path} says that it is written with {name} {getattr(stated, name)!r}, but the units chosen "
                f"({units}) have {getattr(units, name)!r}: read it with --cflength {stated.cflength!r} "
                f"--cfenergy {stated.cfenergy!r}"
            )


def _elements(keywords: Keywords) -> list[str]:
    """Elements by atomic number, as the files of n2p2 and RuNNer number them."""
    entry = keywords.require("elements", "chemical symbols")
    elements = list(entry.arguments)
    unknown = [element for element in elements if atomic_numbers.get(element, 0) == 0]
    if unknown:
        raise NNPError(f"{entry.place}: '{unknown[0]}' is not a chemical symbol")
    if len(set(elements)) != len(elements):
        raise NNPError(f"{entry.place}: an element stands twice: {' '.join(elements)}")
    count = keywords.require("number_of_elements", "how many elements there are")
    if integer(count.arguments[0], "number_of_elements", count.place) != len(elements):
        raise NNPError(
            f"{count.place}: number_of_elements is {count.arguments[0]}, but line {entry.place.line} has "
            f"{len(elements)}: {' '.join(elements)}"
        )
    return sorted(elements, key=lambda element: int(atomic_numbers[element]))


def _functions(keywords: Keywords, elements: Sequence[str]) -> dict[str, list[RunnerFunction]]:
    """Functions of every element in the order of scaling.data and of the networks' inputs."""
    parsed = [parse_function(entry, elements) for entry in keywords.entries.get("symfunction_short", [])]
    functions = {}
    for element in elements:
        own = [function for function in parsed if function.center == element]
        if not own:
            raise NNPError(f"{keywords.path}: element {element} has no symmetry functions (symfunction_short)")
        functions[element] = sorted(own, key=lambda function: function.sort_key(elements))
    return functions


def _cutoff(keywords: Keywords) -> CutoffSettings:
    entry = keywords.find("cutoff_type")
    alpha_entry = keywords.find("cutoff_alpha")
    alpha = keywords.number("cutoff_alpha", 0.0)
    kind = 1  # RuNNer's default; n2p2 asks for the keyword
    if entry is not None:
        entry = keywords.require("cutoff_type", "the number of a cutoff function")
        kind = integer(entry.arguments[0], "cutoff_type", entry.place)
        if not 0 <= kind < len(CUTOFF_FUNCTIONS):
            listed = ", ".join(f"{index} {name}" for index, name in enumerate(CUTOFF_FUNCTIONS))
            raise NNPError(f"{entry.place}: cutoff_type {kind} is not supported; expected {listed}")
        if len(entry.arguments) > 1:
            second = number(entry.arguments[1], "the inner cutoff", entry.place)
            if alpha_entry is not None and second != alpha:
                raise NNPError(f"{entry.place}: the inner cutoff {second:g} differs from cutoff_alpha {alpha:g}")
            alpha = second
    name = CUTOFF_FUNCTIONS[kind]
    if not 0.0 <= alpha < 1.0:
        where = entry if entry is not None else alpha_entry
        raise NNPError(f"{where.place if where else keywords.path}: expected 0 <= alpha < 1, got {alpha:g}")
    if alpha != 0.0 and name in WITHOUT_ALPHA:
        keywords.notes.append(f"the inner cutoff {alpha:g} has no meaning for the cutoff function {name}, as in n2p2")
        alpha = 0.0
    return CutoffSettings(name, alpha)


def _normalization(keywords: Keywords) -> tuple[float, float]:
    """mean_energy and conv_energy; conv_length cancels out, as the functions are given in the units of the file."""
    names = ("mean_energy", "conv_energy", "conv_length")
    given = [name for name in names if keywords.find(name) is not None]
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise NNPError(f"{keywords.path}: {' and '.join(given)} go together with {missing}, which is missing")
    mean_energy, conv_energy = keywords.number("mean_energy", 0.0), keywords.number("conv_energy", 1.0)
    for name in ("conv_energy", "conv_length"):
        value = keywords.number(name, 1.0)
        entry = keywords.find(name)
        if entry is not None and value <= 0.0:
            raise NNPError(f"{entry.place}: expected a positive {name}, got {value:g}")
    return mean_energy, conv_energy


def _atom_energies(keywords: Keywords, elements: Sequence[str]) -> dict[str, float]:
    energies = dict.fromkeys(elements, 0.0)
    for entry in keywords.entries.get("atom_energy", []):
        if len(entry.arguments) < 2 or entry.arguments[0] not in energies:
            raise NNPError(
                f"{entry.place}: expected 'atom_energy element energy' with an element out of {' '.join(elements)}, "
                f"got '{' '.join((entry.name, *entry.arguments))}'"
            )
        energies[entry.arguments[0]] = number(entry.arguments[1], "an atomic energy", entry.place)
    return energies


def _section(
    element: str,
    *,
    energy: float,
    functions: Sequence[SymmetryFunction],
    statistics: FloatArray,
    scaling: Scaling,
    layers: Sequence[Layer],
    directory: Path,
) -> ElementSection:
    """Section of one element; a function that stands twice becomes one with the sum of the weights."""
    groups: dict[str, list[int]] = {}
    for index, function in enumerate(functions):
        groups.setdefault(str(function), []).append(index)
    for text, group in groups.items():
        if not (statistics[group] == statistics[group[0]]).all():
            raise NNPError(f"{directory / SCALING}: the function '{text}' of {element} stands twice with two ranges")
    first = [group[0] for group in groups.values()]
    if len(first) < len(functions):
        layers = sum_equal_inputs(layers, list(groups.values()))
    try:
        chosen = [functions[index] for index in first]
        return ElementSection(element, energy, chosen, statistics[first], scaling, network(layers))
    except ValueError as error:
        raise NNPError(f"{directory}: element {element}: {error}") from error


def _provenance(directory: Path, keywords: Keywords, units: Units) -> list[tuple[str, str]]:
    details = [
        ("units", units.name),
        ("cflength", exact(units.cflength)),
        ("cfenergy", exact(units.cfenergy)),
    ]
    kept = ("mean_energy", "conv_energy", "conv_length", "normalize_nodes", "atom_energy")
    entries = [entry for keyword in kept for entry in keywords.entries.get(keyword, [])]
    entries += keywords.without_meaning
    details += [(SETTINGS, " ".join((entry.name, *entry.arguments))) for entry in entries]
    details += [(origin.NOTE, note.replace(str(directory) + "/", "")) for note in keywords.notes]
    return origin.provenance(f"RuNNer or n2p2 directory {directory.resolve().name}", details)

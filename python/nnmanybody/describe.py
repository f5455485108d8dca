"""Structures and a set of symmetry functions -> descriptors of all atoms, by element."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from nnmanybody._core import Descriptor
from nnmanybody.data import ENVIRONMENT, Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.symmetry_functions import SymmetryFunctionSet

FloatArray = NDArray[np.float64]


def describe(functions: SymmetryFunctionSet, frames: Iterable[Frame]) -> dict[str, FloatArray]:
    """Values of the symmetry functions (not scaled) of every atom.

    The neighbors in records of single environments are left out: they are the surface of a
    cut-out sphere and belong to no real structure.

    Returns
    -------
    dict of element to (n_atoms_of_element, n_functions) float64
        Atoms in the order of the frames; elements without atoms have no rows.

    Raises
    ------
    NNPError
        If a structure is faulty or has an element that the set lacks.
    """
    elements = list(functions.elements)
    descriptors = {element: Descriptor(elements, list(functions.for_element(element))) for element in elements}
    blocks = {element: [np.empty((0, descriptors[element].n_functions))] for element in elements}
    for frame in frames:
        symbols = np.asarray(frame.atoms.symbols)
        unknown = sorted(set(symbols) - set(elements))
        if unknown:
            raise NNPError(
                f"{frame.name}: has {unknown[0]}, which the set of symmetry functions lacks; "
                f"its elements are {', '.join(elements)}"
            )
        pairs = neighbor_list(frame.atoms, functions.cutoff)
        species = np.array([elements.index(symbol) for symbol in symbols], dtype=np.int32)
        whole = np.ones(len(symbols), dtype=np.bool_)
        if frame.config_type == ENVIRONMENT:
            whole[1:] = False
        for element in elements:
            centers = np.flatnonzero((symbols == element) & whole).astype(np.int32)
            blocks[element].append(
                descriptors[element].values(centers, species, pairs.first, pairs.neighbor, pairs.displacement)
            )
    return {element: np.concatenate(values) for element, values in blocks.items()}

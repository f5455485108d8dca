"""Symmetry functions over the data -> those that never vary."""

from collections.abc import Iterator, Sequence

import numpy as np

from nnmanybody.checks.finding import Finding, listed
from nnmanybody.data import ISOLATED_ATOM, Frame
from nnmanybody.describe import describe
from nnmanybody.errors import NNPError
from nnmanybody.symmetry_functions import SymmetryFunctionSet, distance_range

N_FRAMES = 100
"""Enough to see what varies; evenly spaced over the files."""
N_SAMPLED = 12
"""Enough to see whether anything varies."""
N_RADIAL, N_ANGULAR = 6, 4
"""Of the set that stands in."""
FEWEST = 3
"""Frames below which data is an example rather than a set."""
FLAT = 1e-9
"""Relative range below which a function does not vary but for rounding."""


def check_functions(frames: Sequence[Frame], functions: SymmetryFunctionSet | None, cutoff: float) -> Iterator[Finding]:
    """Look for functions without a range: they cannot be scaled, and say nothing.

    Parameters
    ----------
    frames : sequence of Frame
    functions : SymmetryFunctionSet or None
        Without a set, a generated one stands in; only if none of its functions varies is that said.
    cutoff : float, Å
        Of the generated set.
    """
    chosen = [frame for frame in frames if frame.config_type != ISOLATED_ATOM]
    some = chosen[:: max(1, len(chosen) // (N_FRAMES if functions is not None else N_SAMPLED))]
    if len(some) < FEWEST and functions is None:
        return
    try:
        used = functions or _generated(some, cutoff)
        values = describe(used, some)
    except NNPError as error:
        if functions is not None:  # else the structures are at fault, which other checks say
            yield Finding("functions", True, str(error), "add the element to the set, or mend the frame")
        return
    for element, table in values.items():
        constant = np.flatnonzero(np.ptp(table, axis=0) <= FLAT * np.abs(table).max(axis=0)) if len(table) else ()
        if len(constant) == table.shape[1] or (functions is not None and len(constant)):
            names = [f"{used.for_element(element)[index]} (always {table[0, index]:.4g})" for index in constant]
            text = f"{element}: {len(constant)} of {table.shape[1]} symmetry functions have no range: {listed(names)}"
            if len(constant) == table.shape[1]:
                text = (
                    f"all {len(table)} atoms of {element} have the same surroundings: no symmetry function has a range"
                )
            mend = "add frames in which they vary, or remove them from the set (symmetry_functions.select: drop)"
            yield Finding("function-range", True, text, mend)


def _generated(frames: Sequence[Frame], cutoff: float) -> SymmetryFunctionSet:
    elements = sorted({symbol for frame in frames for symbol in frame.atoms.symbols.species()})
    ranges = distance_range(frames, cutoff)
    return SymmetryFunctionSet.behler(
        elements,
        n_radial=N_RADIAL,
        n_angular=N_ANGULAR,
        cutoff=cutoff,
        shortest={pair: low for pair, (low, _) in ranges.items()},
        longest={pair: high for pair, (_, high) in ranges.items()},
    )

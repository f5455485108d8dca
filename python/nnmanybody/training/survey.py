"""Frames, one after the other -> statistics of functions over the training part, and the size of all inputs.

Nothing is kept of a frame: neighbor lists and values of 10⁶ atoms are gigabytes, and quick to compute again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.training.display import track
from nnmanybody.training.frame_inputs import Wanted, centers_of, geometry
from nnmanybody.training.moments import Moments, Sample
from nnmanybody.training.prefetch import in_threads
from nnmanybody.training.raw_blocks import descriptor_values, n_numbers

FloatArray = NDArray[np.float64]
Functions = Sequence[_core.SymmetryFunction]


@dataclass(frozen=True)
class Survey:
    """What is known of the data before inputs are computed.

    Attributes
    ----------
    moments, samples : tuples, one per element
        Of the values of the functions over the training part.
    n_numbers : (n_frames, n_elements) int64
        Per function, of inputs and Jacobians of every frame: training part, then validation part.
    """

    moments: tuple[Moments, ...]
    samples: tuple[Sample, ...]
    n_numbers: NDArray[np.int64]

    def n_bytes(self, n_functions: Sequence[int], itemsize: int) -> NDArray[np.int64]:
        """Memory that inputs and Jacobians of every frame take, (n_frames,)."""
        return itemsize * self.n_numbers @ np.array(n_functions, dtype=np.int64)


def survey(
    train: Sequence[Frame],
    validation: Sequence[Frame],
    *,
    elements: Sequence[str],
    functions: Sequence[Functions],
    cutoff: float,
    wanted: Wanted,
    threads: int | None,
) -> Survey:
    """Go through all frames once.

    Parameters
    ----------
    train, validation : sequences of Frame
    elements : sequence of str
    functions : by element
    cutoff : float, Å
        The longest of the functions.
    wanted : Wanted
    threads : int, optional

    Raises
    ------
    NNPError
        If atoms are on top of one another.
    """
    descriptors = [_core.Descriptor(list(elements), list(own)) for own in functions]
    n_centers = np.sum([[len(own) for own in centers_of(frame, elements, wanted)] for frame in train], axis=0)
    moments = tuple(Moments(len(own)) for own in functions)
    samples = tuple(Sample(int(n), len(own)) for n, own in zip(n_centers, functions, strict=True))

    def look(number: int) -> tuple[list[FloatArray], list[int]]:
        is_training = number < len(train)
        frame = train[number] if is_training else validation[number - len(train)]
        structure = geometry(frame, elements, cutoff, wanted)
        values = descriptor_values(structure, descriptors) if is_training else []
        return values, n_numbers(structure, cutoff, wanted)

    numbers = []
    total = len(train) + len(validation)
    for values, count in track(in_threads(look, range(total), threads), total, "Functions"):
        numbers.append(count)
        if values:
            for own, moment, sample in zip(values, moments, samples, strict=True):
                moment.add(own)
                sample.add(own)
    return Survey(moments, samples, np.array(numbers, dtype=np.int64).reshape(total, len(elements)))

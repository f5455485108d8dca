"""Where a training gets its inputs from, frame by frame or batch by batch: memory, disk, or the core at work."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.batch import Batch, make_batch, with_tensors
from nnmanybody.training.display import track
from nnmanybody.training.frame_inputs import FrameInputs
from nnmanybody.training.prefetch import in_threads
from nnmanybody.training.tensorflow import tf

Tensor = Any
IndexArray = NDArray[np.int64]


class Inputs(Sequence[FrameInputs]):
    """Frames with their inputs, made when they are asked for.

    Parameters
    ----------
    targets : sequence of FrameInputs
        Without inputs; these are held.
    complete : callable
        Number of a frame -> the same with its inputs.
    by_function : sequence of (n_functions, n_functions)
        See `make_batch`.
    dtype : "float64" or "float32"
    threads : int, optional
    """

    def __init__(
        self,
        targets: Sequence[FrameInputs],
        complete: Callable[[int], FrameInputs],
        *,
        by_function: Sequence[Tensor] = (),
        dtype: str,
        threads: int | None = None,
    ) -> None:
        self.targets = tuple(targets)
        self._complete = complete
        self._by_function = tuple(tf.constant(matrix, dtype=dtype) for matrix in by_function)
        self._dtype = dtype
        self._threads = threads

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 (a frame, or a list of them)
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._complete(range(len(self))[index])

    def held(self, label: str) -> "Inputs":
        """Return the same with all inputs in memory."""
        numbers = range(len(self))
        frames = tuple(
            track(in_threads(lambda number: with_tensors(self[number]), numbers, self._threads), len(self), label)
        )
        return HeldInputs(frames, dtype=self._dtype)

    def batches(self, parts: Sequence[IndexArray]) -> Iterator[Batch]:
        """Yield a batch for every part, the next ones under way in threads."""
        yield from in_threads(self.batch, parts, self._threads)

    def batch(self, part: IndexArray) -> Batch:
        """Put some frames together."""
        return make_batch([with_tensors(self[int(number)]) for number in part], self._dtype, self._by_function)


class HeldInputs(Inputs):
    """Frames whose inputs lie in memory.

    Parameters
    ----------
    frames : sequence of FrameInputs
    dtype : "float64" or "float32"
    """

    def __init__(self, frames: Sequence[FrameInputs], *, dtype: str) -> None:
        super().__init__(frames, lambda number: frames[number], dtype=dtype)

    def batches(self, parts: Sequence[IndexArray]) -> Iterator[Batch]:
        """Yield a batch for every part."""
        for part in parts:
            yield make_batch([self.targets[int(number)] for number in part], self._dtype)

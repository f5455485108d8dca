"""Work in threads whose results come in order, a few ahead of whoever takes them: memory for a few, never for all."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def n_threads(asked: int | None) -> int:
    """Return the number asked for, or that of the cores that this process may use."""
    if asked is not None:
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None, ahead: int = 1
) -> Iterator[Result]:
    """Map in order; the core and NumPy release Python's lock while they compute.

    Parameters
    ----------
    function : callable
    items : iterable
    threads : int, optional
        By default one for each core.
    ahead : int
        Results that may wait to be taken, beside those that the threads are at.

    Yields
    ------
    function(item)
    """
    count = n_threads(threads)
    remaining = iter(items)
    pool = ThreadPoolExecutor(count)
    try:
        waiting: deque[Future[Result]] = deque(pool.submit(function, item) for item in islice(remaining, count + ahead))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(function, item) for item in islice(remaining, 1))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)

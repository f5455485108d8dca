"""What a search has found, line by line in a file: a stopped one comes to the same points again and need not compute.

The search is determined by its seed and by the losses it is told. Going on after a stop is therefore the search from
the beginning with the losses of the file, then with new ones: the potential is that of an uninterrupted fit, bit for
bit.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.composable.linear import LinearFit
from nnmanybody.errors import NNPError

FloatArray = NDArray[np.float64]

FILE_NAME = "search.jsonl"


class Memory:
    """Losses of trials and solutions of alternating least squares, in the order in which they were found.

    Parameters
    ----------
    path : Path, optional
        Without it nothing is kept.
    about : mapping
        What the search depends on, as JSON has it; the first line of the file.
    resume : bool
        Take what the file has, instead of beginning a new one.

    Raises
    ------
    NNPError
        If the file belongs to another search.
    """

    def __init__(
        self, path: Path | None = None, about: Mapping[str, Any] | None = None, *, resume: bool = False
    ) -> None:
        self.path = path
        self.losses: list[float] = []
        self.seconds: list[float] = []
        self._known: deque[dict[str, Any]] = deque()
        about = json.loads(json.dumps(dict(about or {})))
        if path is not None and resume:
            self._known.extend(_read(path, about))
        if path is not None:
            lines = [json.dumps(one) + "\n" for one in (about, *self._known)]
            temporary = path.with_name(f".{path.name}.part")
            temporary.write_text("".join(lines), encoding="utf-8")
            temporary.replace(path)
        earlier = [one["seconds"] for one in self._known]
        self._began = time.perf_counter() - (earlier[-1] if earlier else 0.0)

    def loss(self, point: FloatArray, compute: Callable[[FloatArray], float]) -> float:
        """Return the loss of a trial.

        Raises
        ------
        NNPError
            If the file has another point in this place.
        """
        known = self._next("point")
        if known is not None and known["point"] != point.tolist():
            raise NNPError(
                f"{self.path}: trial {len(self.losses) + 1} is at another point than the search comes to now, by "
                "another version of bayesian-optimization, scikit-learn or numpy; start anew by --overwrite"
            )
        if known is None:
            known = self._keep({"point": point.tolist(), "loss": float(compute(point))})
        self.losses.append(known["loss"])
        self.seconds.append(known["seconds"])
        return float(known["loss"])

    def linear(self, compute: Callable[[], LinearFit]) -> LinearFit:
        """Return what alternating least squares from several starts have found."""
        known = self._next("coefficients")
        if known is None:
            found = compute()
            known = self._keep({"coefficients": found.coefficients.tolist(), "losses": list(found.losses)})
        return LinearFit(np.array(known["coefficients"]), tuple(known["losses"]))

    def _next(self, key: str) -> dict[str, Any] | None:
        if not self._known:
            return None
        if key not in self._known[0]:
            raise NNPError(f"{self.path}: line of another kind than the search comes to; start anew by --overwrite")
        return self._known.popleft()

    def _keep(self, record: dict[str, Any]) -> dict[str, Any]:
        record["seconds"] = time.perf_counter() - self._began
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        return record


def _read(path: Path, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a file; the last line may be half written."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        first, *records = [json.loads(line) for line in lines if line.endswith("\n")]
    except (OSError, ValueError) as error:
        raise NNPError(f"{path}: not the record of a search ({error}); start anew by --overwrite") from None
    changed = sorted(key for key in {*about, *first} if about.get(key) != first.get(key))
    if changed:
        raise NNPError(
            f"{path}: was written by another fit; {', '.join(changed)} differ. Restore them to resume, or start anew "
            "by --overwrite"
        )
    return records

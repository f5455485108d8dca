"""TF_CONFIG of the environment -> which of several processes this is. Without TensorFlow."""

import json
import os
from dataclasses import dataclass

from nnmanybody.errors import NNPError

VARIABLE = "TF_CONFIG"
JOBS = ("chief", "worker")


@dataclass(frozen=True)
class Cluster:
    """The processes that train together.

    Attributes
    ----------
    rank, count : int
        Number of this one, from 0, and of all.
    on_this_machine : int
        Of all, those with the host name of this one.
    local_rank : int
        Number among these.
    """

    rank: int = 0
    count: int = 1
    on_this_machine: int = 1
    local_rank: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    @classmethod
    def from_environment(cls) -> "Cluster":
        """Read TF_CONFIG; one process alone where it is not set.

        Raises
        ------
        NNPError
            If it does not say which of which processes this is.
        """
        text = os.environ.get(VARIABLE, "")
        if not text:
            return cls()
        try:
            content = json.loads(text)
            jobs, task = content["cluster"], content["task"]
            addresses = [str(address) for job in JOBS for address in jobs.get(job, [])]
            before = len(jobs.get("chief", [])) if task["type"] == "worker" else 0
            rank = before + int(task["index"])
            hosts = [address.rsplit(":", 1)[0] for address in addresses]
            host = hosts[rank]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise NNPError(
                f"{VARIABLE} is {text!r}; expected something like "
                '{"cluster": {"worker": ["host0:12345", "host1:12345"]}, "task": {"type": "worker", "index": 0}} '
                "with another index for each process, or unset it to train with one"
            ) from None
        return cls(rank, len(addresses), hosts.count(host), hosts[:rank].count(host))

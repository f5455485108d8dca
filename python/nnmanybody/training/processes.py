"""Several processes that train one potential: sums over all of them, by TensorFlow's collective operations."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.training.cluster import Cluster
from nnmanybody.training.tensorflow import tf

logger = logging.getLogger(__name__)

Tensor = Any
FloatArray = NDArray[np.float64]


class Processes:
    """What one process needs of the others; alone, nothing.

    Every process has all weights and makes the same steps: each computes gradients of its frames of a batch, and all
    apply the same sum of them.

    Parameters
    ----------
    cluster : Cluster
    strategy : tf.distribute.MultiWorkerMirroredStrategy, optional
    """

    def __init__(self, cluster: Cluster, strategy: Any = None) -> None:  # noqa: ANN401 (TensorFlow has no types)
        self.cluster = cluster
        self._strategy = strategy
        self._sum: Any = None
        if strategy is not None:
            self._sum = tf.function(self._summed, input_signature=[tf.TensorSpec((None,), "float64")], autograph=False)

    @property
    def rank(self) -> int:
        """Number of this process, from 0."""
        return self.cluster.rank

    @property
    def count(self) -> int:
        """How many there are."""
        return self.cluster.count

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files."""
        return self.cluster.is_chief

    def share(self, part: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what this process does of a batch; perhaps nothing."""
        return part[self.rank :: self.count]

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum over all processes; each must call it, and all get the same bits."""
        if self._sum is None:
            return values
        flat = np.asarray(values, dtype=np.float64).ravel()
        total: FloatArray = self._sum(tf.constant(flat)).numpy().reshape(np.shape(values))
        return total

    def sum_each(self, values: Sequence[Any]) -> list[FloatArray]:
        """Sum several arrays over all processes at once."""
        arrays = [np.asarray(value, dtype=np.float64) for value in values]
        flat = self.sum(np.concatenate([array.ravel() for array in arrays]))
        pieces = np.split(flat, np.cumsum([array.size for array in arrays])[:-1])
        return [piece.reshape(array.shape) for piece, array in zip(pieces, arrays, strict=True)]

    def any(self, flag: bool) -> bool:
        """Say whether any process says so; each must call it."""
        return bool(self.sum(np.array([float(flag)]))[0] > 0.0)

    def _summed(self, flat: Tensor) -> Tensor:
        def reduced(own: Tensor) -> Tensor:
            # The sum goes where the summand is, which in a graph is nowhere unless it is said.
            with tf.device(self._strategy.extended.worker_devices[0]):
                here = tf.identity(own)
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, here)

        return self._strategy.run(reduced, args=(flat,))


ALONE = Processes(Cluster())


def connect(cluster: Cluster) -> Processes:
    """Find the other processes; must come before anything is computed.

    Parameters
    ----------
    cluster : Cluster
        From the environment, which TensorFlow reads too.
    """
    if cluster.count == 1:
        return ALONE
    devices = tf.config.list_physical_devices("GPU")
    if len(devices) > 1:
        tf.config.set_visible_devices(devices[cluster.local_rank % len(devices)], "GPU")
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    logger.info("process %d of %d", cluster.rank + 1, cluster.count)
    return Processes(cluster, strategy)

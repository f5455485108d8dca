"""The one place that imports TensorFlow: quietly, reproducibly, and with advice where it is missing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from nnmanybody.errors import NNPError

__all__ = ["keras", "set_threads", "tf"]


@contextmanager
def _without_start_messages() -> Iterator[None]:
    """Hold back what TensorFlow's C++ prints about processors and missing GPUs, unless it fails."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        except BaseException:
            sink.seek(0)
            os.write(kept, sink.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
try:
    with _without_start_messages():
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()
except ModuleNotFoundError as error:
    raise NNPError(
        f"training needs TensorFlow, which is not installed ({error}).\nInstall it by: pip install nnmanybody[train]"
    ) from error

# Same seed, same machine: same bits.
tf.config.experimental.enable_op_determinism()


def set_threads(count: int | None) -> None:
    """Let TensorFlow compute with so many threads; None leaves it all cores.

    Raises
    ------
    NNPError
        If TensorFlow has started with another number already.
    """
    if count is None or tf.config.threading.get_intra_op_parallelism_threads() == count:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)
    except RuntimeError as error:
        raise NNPError(f"threads: {count} comes too late, TensorFlow is already running ({error})") from error

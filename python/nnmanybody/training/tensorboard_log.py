"""Losses, histograms and the graph -> files that TensorBoard shows."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nnmanybody.errors import NNPError
from nnmanybody.model import Model
from nnmanybody.training.tensorflow import tf


class TensorBoardLog:
    """Writer of one training's logs.

    Parameters
    ----------
    folder : Path
    histograms_every : int
        Epochs between histograms of weights.

    Raises
    ------
    NNPError
        If TensorBoard is not installed: TensorFlow's summaries are made by it.
    """

    def __init__(self, folder: Path, histograms_every: int) -> None:
        if importlib.util.find_spec("tensorboard") is None:
            raise NNPError("tensorboard.enabled needs TensorBoard; install it by: pip install nnmanybody[train]")
        self.histograms_every = histograms_every
        self._writer = tf.summary.create_file_writer(str(folder))

    def graph(self, function: Any) -> None:  # noqa: ANN401 (a concrete tf.function)
        """Write the graph of the training step."""
        with self._writer.as_default():
            tf.summary.graph(function.graph)

    def epoch(self, epoch: int, values: Mapping[str, float], model: Model) -> None:
        """Write the figures of an epoch and, now and then, histograms of all weights."""
        with self._writer.as_default(step=epoch):
            for name, value in values.items():
                group, _, part = name.rpartition("_")
                tf.summary.scalar(f"{group}/{part}" if part in ("train", "valid") else name, value)
            if epoch % self.histograms_every == 0:
                for variable in model.variables:
                    tf.summary.histogram(variable.name.removesuffix(":0"), variable)

    def close(self) -> None:
        """Flush the files."""
        self._writer.close()

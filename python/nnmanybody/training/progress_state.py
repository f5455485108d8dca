"""How far a training has come, apart from its weights: best epoch, patience, time."""

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Progress:
    """Best epoch so far and how long ago it was.

    Attributes
    ----------
    epoch : int
        Epochs done.
    best_epoch : int
        The one with the lowest loss; its weights are exported.
    best_loss : float
    patience_loss : float
        The loss that early stopping wants undercut by its `min_delta`.
    patience_epoch : int
        When that was last achieved.
    seconds : float
        Time spent in training, earlier runs included.
    """

    epoch: int = 0
    best_epoch: int = 0
    best_loss: float = math.inf
    patience_loss: float = math.inf
    patience_epoch: int = 0
    seconds: float = 0.0

    def begin(self, loss: float) -> None:
        """Tell the loss of weights that are worth keeping before any epoch."""
        self.best_loss = self.patience_loss = loss

    def end_epoch(self, loss: float, min_delta: float) -> bool:
        """Count an epoch; say whether it is the best so far."""
        self.epoch += 1
        if loss < self.patience_loss - min_delta:
            self.patience_loss, self.patience_epoch = loss, self.epoch
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            return True
        return False

    @property
    def waited(self) -> int:
        """Epochs since the loss last fallen enough."""
        return self.epoch - self.patience_epoch

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return asdict(self)

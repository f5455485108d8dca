"""Full-batch L-BFGS (scipy's) on the weights of a model: the last stretch of a training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nnmanybody.model import Model
from nnmanybody.training.batch import Batch
from nnmanybody.training.tensorflow import tf

FloatArray = NDArray[np.float64]

Gradient = Callable[[Batch], tuple[Any, Sequence[Any]]]
"""Batch -> its part of the loss of all data, and the gradients of that part by the variables of the model."""


@dataclass(frozen=True)
class Projection:
    """Parameters that the loss is quadratic in: solved for at every step (variable projection).

    The loss is then a function of the others alone. At the minimum, what the solved ones change with them adds nothing
    to the gradient.

    Attributes
    ----------
    solve : callable
        Sets them to their minimum, for all others as they are, and returns the loss there.
    variables : sequence of tf.Variable
    """

    solve: Callable[[], float]
    variables: Sequence[Any]


def minimize_loss(
    model: Model,
    batches: Sequence[Batch],
    gradient: Gradient,
    *,
    iterations: int,
    memory: int,
    projection: Projection | None = None,
) -> tuple[bool, float]:
    """Change the weights of the model to lower the loss over all batches.

    Nothing is kept for the next call but the weights, so that a resumed training is the uninterrupted one.

    Parameters
    ----------
    model : Model
    batches : sequence of Batch
        All of the data.
    gradient : callable
    iterations : int
        Of L-BFGS; each needs one pass over the data, or a few where the line search hesitates.
    memory : int
        Pairs of steps and gradients that stand for the second derivatives.
    projection : Projection, optional

    Returns
    -------
    bool
        Whether loss and gradient were finite throughout; if not, the weights are those at the start.
    float
        The loss reached.
    """
    variables = model.variables
    shapes = [tuple(variable.shape) for variable in variables]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    solved_variables = [] if projection is None else projection.variables
    is_solved = np.repeat(
        [any(each is one for one in solved_variables) for each in variables], np.diff(ends, prepend=0)
    )

    def assign(flat: FloatArray) -> None:
        pieces = np.split(flat, ends[:-1])
        model.assign([piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)])

    def loss_and_gradient(flat: FloatArray) -> tuple[float, FloatArray]:
        assign(flat)
        solved = None if projection is None else projection.solve()
        loss, total = 0.0, np.zeros(len(flat))
        for batch in batches:
            part, gradients = gradient(batch)
            loss += float(part)
            total += np.concatenate([tf.reshape(each, (-1,)).numpy() for each in gradients])
        return (loss, total) if solved is None else (solved, np.where(is_solved, 0.0, total))

    start = np.concatenate([value.ravel() for value in model.values()]).astype(np.float64)
    found = minimize(
        loss_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxcor": memory, "ftol": 0.0, "gtol": 0.0},
    )
    finite = bool(np.isfinite(found.fun) and np.isfinite(found.x).all())
    assign(found.x if finite else start)
    if finite and projection is not None:
        projection.solve()
    return finite, float(found.fun)

"""Full-batch L-BFGS (scipy's) on the weights of a model: the last stretch of a training."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nnmanybody.model import Model
from nnmanybody.training.batch import Batch

FloatArray = NDArray[np.float64]

Gradient = Callable[[Batch], Sequence[Any]]
"""Batch -> its part of the loss of all data, the gradients of that part by the variables of the model, and more."""


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
    batches: Callable[[], Iterable[Batch]],
    gradient: Gradient,
    *,
    total: Callable[[FloatArray], FloatArray],
    iterations: int,
    memory: int,
    projection: Projection | None = None,
) -> tuple[bool, float]:
    """Change the weights of the model to lower the loss over all batches.

    Nothing is kept for the next call but the weights, so that a resumed training is the uninterrupted one.

    Parameters
    ----------
    model : Model
    batches : callable
        Gives all of the data, or this process's share of it, anew for every pass.
    gradient : callable
    total : callable
        Sums over all processes.
    iterations : int
        Of L-BFGS; each needs one pass over the data, or a few where the line search hesitates.
    memory : int
        Pairs of steps and gradients that stand for the second derivatives.
    projection : Projection, optional

    Returns
    -------
    bool, float
        Whether loss and gradient were finite throughout (if not, the weights are those at the start); the loss reached.
    """
    n_variables = len(model.variables)
    is_solved = _is_solved(model, projection)

    def loss_and_gradient(flat: FloatArray) -> tuple[float, FloatArray]:
        _assign(model, flat)
        solved = None if projection is None else projection.solve()
        # The loss, then its gradient.
        sums = np.zeros(1 + len(flat))
        for batch in batches():
            parts = gradient(batch)[: 1 + n_variables]
            sums += np.concatenate([np.ravel(each.numpy()) for each in parts])
        sums = total(sums)
        if solved is not None:
            return solved, np.where(is_solved, 0.0, sums[1:])
        return float(sums[0]), sums[1:]

    start = np.concatenate([value.ravel() for value in model.values()]).astype(np.float64)
    found = minimize(
        loss_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxcor": memory, "ftol": 0.0, "gtol": 0.0},
    )
    finite = bool(np.isfinite(found.fun) and np.isfinite(found.x).all())
    _assign(model, found.x if finite else start)
    if finite and projection is not None:
        projection.solve()
    return finite, float(found.fun)


def _is_solved(model: Model, projection: Projection | None) -> NDArray[np.bool_]:
    """Which of all numbers are those of solved variables."""
    solved = [] if projection is None else projection.variables
    sizes = [int(np.prod(variable.shape)) for variable in model.variables]
    return np.repeat([any(each is one for one in solved) for each in model.variables], sizes)


def _assign(model: Model, flat: FloatArray) -> None:
    """Set all variables from one array."""
    shapes = [tuple(variable.shape) for variable in model.variables]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    pieces = np.split(flat, ends[:-1])
    model.assign([piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)])

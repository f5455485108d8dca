"""A layout and data -> all parameters, part by part: Bayesian optimization outside, least squares inside.

The dual-bipartite training of Wang et al. (arXiv:2504.19372, III A): parameters are divided into those of the left and
the right submodel, and each of these into linear and nonlinear ones. The nonlinear ones of one submodel are searched
by Bayesian optimization with sequential domain reduction (Stander and Craig, Eng. Comput. 19, 431 (2002)) while the
linear ones are solved for at every trial; then it is the other submodel's turn; at last the linear ones are fitted
alone.
"""

import io
import logging
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnmanybody.composable.layout import Layout, Part, parts
from nnmanybody.composable.linear import Data, LinearFit, best_of_starts, fit_linear
from nnmanybody.composable.memory import Memory

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Effort:
    """How long is searched.

    Attributes
    ----------
    trials : int
        Of the Bayesian optimization, each time a submodel has its turn.
    random_trials : int
        Of these, the first ones, at random.
    cycles : int
        Turns of every submodel, where there are several.
    starts : int
        Of the alternating least squares of products.
    """

    trials: int = 60
    random_trials: int = 20
    cycles: int = 2
    starts: int = 7


@dataclass(frozen=True)
class Fit:
    """Parameters of a model.

    Attributes
    ----------
    logarithms : (n_parameters,) float64
        Of the nonlinear parameters.
    coefficients : (n_coefficients,) float64, eV
    loss : float
        Weighted sum of squared errors.
    """

    logarithms: FloatArray
    coefficients: FloatArray
    loss: float


def minimize(
    loss: Callable[[FloatArray], float], bounds: FloatArray, start: FloatArray, effort: Effort, seed: int
) -> FloatArray:
    """Bayesian optimization with sequential domain reduction.

    Parameters
    ----------
    loss : function of (n,) float64
    bounds : (n, 2) float64
    start : (n,) float64
        Tried first.
    effort : Effort
    seed : int

    Returns
    -------
    (n,) float64
        The best point tried.
    """
    from bayes_opt import BayesianOptimization, SequentialDomainReductionTransformer

    names = [f"p{index:03d}" for index in range(len(bounds))]
    tried: list[tuple[float, FloatArray]] = []

    def score(**values: float) -> float:
        point = np.array([values[name] for name in names])
        found = loss(point)
        tried.append((found, point))
        return -float(np.log(max(found, np.finfo(float).tiny)))

    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        # The Gaussian process says when a length of its kernel lies at a bound: expected where a parameter is idle.
        # The search prints every point that it comes to again, as it does in a corner of the bounds.
        warnings.simplefilter("ignore")
        search = BayesianOptimization(
            f=score,
            pbounds={name: (low, high) for name, (low, high) in zip(names, bounds.tolist(), strict=True)},
            bounds_transformer=SequentialDomainReductionTransformer(),
            random_state=seed,
            verbose=0,
            allow_duplicate_points=True,
        )
        inside = np.clip(start, bounds[:, 0], bounds[:, 1])
        search.probe(dict(zip(names, inside.tolist(), strict=True)), lazy=True)
        n_random = min(effort.random_trials, effort.trials)
        search.maximize(init_points=n_random, n_iter=effort.trials - n_random)
    return min(tried, key=lambda one: one[0])[1]


def _turn(data: Data, layout: Layout, part: Part, fit: Fit, *, effort: Effort, seed: int, memory: Memory) -> Fit:
    """Search the nonlinear parameters of a part, solving for its linear ones; never worse than before."""
    chosen = list(part.parameters)

    def solve(point: FloatArray) -> LinearFit:
        logarithms = fit.logarithms.copy()
        logarithms[chosen] = point
        return fit_linear(data, layout, logarithms, fit.coefficients, free=part.coefficients, sweeps=3)

    point = fit.logarithms[chosen]
    if chosen:
        point = minimize(
            lambda trial: memory.loss(trial, lambda at: solve(at).loss), layout.bounds[chosen], point, effort, seed
        )
    solved = solve(point)
    logarithms = fit.logarithms.copy()
    logarithms[chosen] = point
    return Fit(logarithms, solved.coefficients, solved.loss) if solved.loss < fit.loss else fit


def fit_by_parts(
    data: Data, layout: Layout, effort: Effort | None = None, seed: int = 0, memory: Memory | None = None
) -> Fit:
    """Fit all parameters.

    Parameters
    ----------
    data : Data
    layout : Layout
    effort : Effort, optional
    seed : int
        Of the search and of the random starts.
    memory : Memory, optional
        Of a search that may be stopped, or has been.
    """
    effort = effort or Effort()
    memory = memory or Memory()
    members = parts(layout)
    start = layout.start()
    # The left submodel alone, with factors of 1 and terms of 0 beside it.
    alone = fit_linear(data, layout, start, free=members[0].coefficients)
    fit = Fit(start, alone.coefficients, alone.loss)
    is_product = layout.expression.nodes[-1].kind == "product"
    for cycle in range(effort.cycles if len(members) > 1 else 1):
        for number, part in enumerate(members):
            fit = _turn(data, layout, part, fit, effort=effort, seed=seed + 1000 * cycle + number, memory=memory)
            logger.info("%s: part %d, loss %.6g", layout.expression.text, number + 1, fit.loss)
        if cycle == 0 and is_product:
            fit = _linear_only(data, layout, fit, effort=effort, seed=seed, memory=memory)
    return _linear_only(data, layout, fit, effort=effort, seed=seed + 1, memory=memory)


def _linear_only(data: Data, layout: Layout, fit: Fit, *, effort: Effort, seed: int, memory: Memory) -> Fit:
    rng = np.random.default_rng(seed)
    solved = memory.linear(
        lambda: best_of_starts(data, layout, fit.logarithms, fit.coefficients, rng=rng, starts=effort.starts)
    )
    return Fit(fit.logarithms, solved.coefficients, solved.loss)

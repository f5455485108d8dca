"""Theorem 1 against quadrature and enumeration, the objective against Monte Carlo, and what pruning must do."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from nnmanybody.errors import NNPError
from nnmanybody.rbf.expectations import NormalMixture, Signs, Uniform
from nnmanybody.rbf.pruning import GaussianNetwork, PruningObjective, prune

THEOREM_TOLERANCE = 1e-10  # relative, the issue's
DIMENSION = 3


def mixture(rng):
    shape = (DIMENSION, 3)
    return NormalMixture(rng.dirichlet(np.ones(3), DIMENSION), rng.normal(size=shape), rng.uniform(0.1, 2.0, shape))


def uniform(rng):
    low = rng.uniform(-3.0, 0.0, DIMENSION)
    return Uniform(low, low + rng.uniform(0.5, 4.0, DIMENSION))


def signs(rng):
    return Signs(rng.uniform(0.0, 1.0, DIMENSION))


MAKERS = {"mixture": mixture, "uniform": uniform, "signs": signs}
STANDARD = {
    "normal": NormalMixture.standard(),
    "uniform": Uniform(np.array([-2.0]), np.array([2.0])),
    "signs": Signs.fair(),
}


def density(distribution, component):
    """Density of one component, and the interval outside of which it is as good as zero."""
    if isinstance(distribution, Uniform):
        low, high = distribution.low[component], distribution.high[component]
        return (lambda x: 1.0 / (high - low)), low, high
    w, mu, s2 = (part[component] for part in (distribution.weights, distribution.means, distribution.variances))
    return (lambda x: float((w * np.exp(-((x - mu) ** 2) / (2 * s2)) / np.sqrt(2 * np.pi * s2)).sum())), -25.0, 25.0


def exact(distribution, k, u, r, v):
    """E exp(-k|x-u|² - r|x-v|²) by quadrature of each component, or over all signs."""
    if isinstance(distribution, Signs):
        total = 0.0
        for x in itertools.product((-1.0, 1.0), repeat=len(u)):
            probability = np.where(np.array(x) > 0, distribution.probability, 1.0 - distribution.probability).prod()
            total += probability * np.exp(-k * ((x - u) ** 2).sum() - r * ((x - v) ** 2).sum())
        return total
    product = 1.0
    for i in range(len(u)):
        weight, low, high = density(distribution, i)
        points = [
            x for x in (u[i], v[i], *np.ravel(getattr(distribution, "means", np.zeros((3, 0)))[i])) if low < x < high
        ]

        def integrand(x, i=i, weight=weight):
            return weight(x) * np.exp(-k * (x - u[i]) ** 2 - r * (x - v[i]) ** 2)

        product *= quad(integrand, low, high, points=points, epsabs=0.0, epsrel=1e-12, limit=200)[0]
    return product


@pytest.mark.parametrize("name", MAKERS)
def test_theorem_1(name):
    rng = np.random.default_rng(1)
    for case in range(10):
        k, r = (rng.uniform(0.0, 2.0), 0.0) if case == 0 else rng.uniform(0.0, 2.0, 2)
        distribution = MAKERS[name](rng)
        u, v = rng.normal(size=(2, DIMENSION))
        found = np.exp(distribution.log_expectation(k, u[None], r, v[None])[0, 0])
        assert found == pytest.approx(exact(distribution, k, u, r, v), rel=THEOREM_TOLERANCE)


@pytest.mark.parametrize("name", MAKERS)
def test_all_pairs_at_once_and_their_slopes(name):
    rng = np.random.default_rng(2)
    distribution = MAKERS[name](rng)
    u, v, k, r, step = rng.normal(size=(4, DIMENSION)), rng.normal(size=(5, DIMENSION)), 0.3, 0.8, 1e-5

    def logs(r=r, v=v):
        return distribution.log_expectation(k, u, r, v)

    alone = [[distribution.log_expectation(k, one[None], r, other[None])[0, 0] for other in v] for one in u]
    assert logs() == pytest.approx(np.array(alone), rel=1e-12)
    by_v, by_r = distribution.slopes(k, u, r, v)
    assert by_r == pytest.approx((logs(r + step) - logs(r - step)) / (2 * step), abs=1e-8)
    for d in range(DIMENSION):
        moved = np.eye(DIMENSION)[d] * step
        assert by_v[:, :, d] == pytest.approx((logs(v=v + moved) - logs(v=v - moved)) / (2 * step), abs=1e-8)


def test_one_normal_distribution_is_the_mixture_of_it():
    rng = np.random.default_rng(3)
    u, v = rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    one = NormalMixture(np.ones((1, 1)), np.full((1, 1), 0.2), np.full((1, 1), 0.7))
    each = NormalMixture(np.ones((2, 1)), np.full((2, 1), 0.2), np.full((2, 1), 0.7))
    assert one.log_expectation(0.3, u, 0.8, v) == pytest.approx(each.log_expectation(0.3, u, 0.8, v), rel=1e-12)


def test_signs_far_from_all_inputs_do_not_overflow():
    u = np.full((1, 26), 12.0)
    # All 26 components alike: log of 1/2 (e^{-8 (1-12)²} + e^{-8 (1+12)²}), of which the first term is all.
    expected = 26 * (np.log(0.5) - 8.0 * 121.0)
    assert Signs.fair().log_expectation(4.0, u, 4.0, u)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_a_center_far_outside_of_the_interval_keeps_its_digits():
    def integrand(x):
        return np.exp(-2.0 * (x - 9.0) ** 2 + 50.0) / 8.0

    found = Uniform(np.array([-4.0]), np.array([4.0])).log_expectation(1.0, np.array([[9.0]]), 1.0, np.array([[9.0]]))
    expected = np.log(quad(integrand, -4.0, 4.0, points=[3.5], epsabs=0.0, epsrel=1e-12)[0]) - 50.0
    assert found[0, 0] == pytest.approx(expected, rel=1e-12)


def networks(rng, dimension, n_old=12, n_new=4):
    old = GaussianNetwork(0.25, 0.3, rng.normal(size=n_old), rng.normal(size=(n_old, dimension)))
    new = GaussianNetwork(0.3, -0.1, rng.normal(size=n_new), rng.normal(size=(n_new, dimension)))
    return old, new


@pytest.mark.parametrize("name", STANDARD)
def test_objective_is_the_mean_squared_difference(name):
    rng = np.random.default_rng(4)
    old, new = networks(rng, 4)
    difference = (old.predict(x := STANDARD[name].sample(200_000, 4, rng)) - new.predict(x)) ** 2
    error = difference.std() / np.sqrt(len(difference))
    objective = PruningObjective(old, STANDARD[name])
    assert abs(objective.loss(new) - difference.mean()) < 5.0 * error
    values = old.predict(x)
    assert objective.variance == pytest.approx(values.var(), rel=0.05)


def test_objective_of_signs_is_the_sum_over_all_of_them():
    rng = np.random.default_rng(5)
    old, new = networks(rng, 10)
    x = np.array(list(itertools.product((-1.0, 1.0), repeat=10)))
    expected = ((old.predict(x) - new.predict(x)) ** 2).mean()
    assert abs(PruningObjective(old, Signs.fair()).loss(new) - expected) < 1e-10  # methods, acceptance 2


@pytest.mark.parametrize("name", STANDARD)
def test_gradient_of_the_objective(name):
    old, new = networks(np.random.default_rng(6), 3)
    objective, step = PruningObjective(old, STANDARD[name]), 1e-6
    by_gamma, by_center = objective.gradient(new)

    def loss(gamma=new.gamma, centers=new.centers):
        return objective.loss(GaussianNetwork(gamma, new.constant, new.weights, centers))

    expected = (loss(gamma=new.gamma + step) - loss(gamma=new.gamma - step)) / (2 * step)
    assert by_gamma == pytest.approx(expected, abs=1e-8)
    moved = np.zeros_like(new.centers)
    moved[2, 1] = step
    expected = (loss(centers=new.centers + moved) - loss(centers=new.centers - moved)) / (2 * step)
    assert by_center[2, 1] == pytest.approx(expected, abs=1e-8)


def test_solved_weights_are_the_minimum():
    rng = np.random.default_rng(7)
    old, new = networks(rng, 3)
    objective = PruningObjective(old, NormalMixture.standard())
    best = objective.best_weights(new.gamma, new.centers)
    least = objective.loss(best)
    for _ in range(5):
        other = GaussianNetwork(
            best.gamma, best.constant + 0.01 * rng.normal(), best.weights + 0.01 * rng.normal(size=4), best.centers
        )
        assert objective.loss(other) > least


def test_a_network_pruned_to_itself_loses_nothing_but_rounding():
    old, _ = networks(np.random.default_rng(8), 3)
    objective = PruningObjective(old, Signs.fair())
    assert abs(objective.loss(old)) < 100.0 * objective.floor


def test_more_centers_lose_less():
    old, _ = networks(np.random.default_rng(9), 2, n_old=10)
    lost = [
        prune(old, m, NormalMixture.standard(), np.random.default_rng(0), restarts=2, max_iterations=40).relative_loss
        for m in (1, 2, 5)
    ]
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] < 0.05


def test_pruning_says_what_it_cannot_do():
    old, _ = networks(np.random.default_rng(10), 2)
    with pytest.raises(NNPError, match="expected 1 to 12"):
        prune(old, 13, Signs.fair(), np.random.default_rng(0))
    # Two equal centers with opposed weights of 1e12: nothing is left of the function but rounding.
    opposed = GaussianNetwork(0.1, 0.0, np.array([1e12, -1e12]), np.array([[0.0, 0.0], [1e-9, 1e-9]]))
    with pytest.raises(NNPError, match="regularise"):
        prune(opposed, 1, Signs.fair(), np.random.default_rng(0))

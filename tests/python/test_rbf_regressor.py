"""The regressor as scikit-learn wants it, and its own choices."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import check_estimator

from nnmanybody.rbf.regressor import RBFNetworkRegressor


def test_estimator_checks_of_scikit_learn():
    # Those for pandas and array API are left out by scikit-learn where these are not there.
    found = check_estimator(RBFNetworkRegressor(n_centers=10), on_skip=None)
    assert sum(one["status"] == "passed" for one in found) > 40
    assert {one["status"] for one in found} <= {"passed", "skipped"}


def toy(n=300, seed=0):
    x = np.random.default_rng(seed).uniform(-4.0, 4.0, (n, 1))
    return x, (np.exp(-(x**2)) + 0.2 * np.cos(4.0 * x))[:, 0]


def rmse(model, x, y):
    return float(np.sqrt(np.mean((model.predict(x) - y) ** 2)))


@pytest.mark.parametrize("activation", ["gaussian", "multiquadric", "thin_plate_spline"])
@pytest.mark.parametrize("choice", ["kmeans++", "even", "kohonen"])
def test_a_curve_is_learned_by_every_activation_and_choice_of_centers(activation, choice):
    width = {"gaussian": 2.0, "multiquadric": 0.1, "thin_plate_spline": 1.0}[activation]
    model = RBFNetworkRegressor(40, activation=activation, center_choice=choice, width=width, random_state=0)
    x, y = toy()
    assert rmse(model.fit(x, y), *toy(seed=1)) < 0.15 * y.std()


def test_several_outputs_are_what_each_is_alone():
    x, y = toy()
    both = np.column_stack([y, y**2])
    model = RBFNetworkRegressor(20, width=1.0, center_choice="even").fit(x, both)
    assert model.predict(x).shape == (300, 2)
    alone = RBFNetworkRegressor(20, width=1.0, center_choice="even").fit(x, both[:, 1])
    assert model.predict(x)[:, 1] == pytest.approx(alone.predict(x), abs=1e-9)


def test_shortcuts_are_the_linear_part():
    x = np.random.default_rng(0).normal(size=(100, 3))
    slope = np.array([1.0, -2.0, 0.5])
    model = RBFNetworkRegressor(5, random_state=0).fit(x, x @ slope + 4.0)
    assert model.network_.shortcut[:, 0] == pytest.approx(slope, abs=1e-8)
    assert not RBFNetworkRegressor(5, shortcut=False, random_state=0).fit(x, x @ slope).network_.shortcut.any()


def test_a_width_for_each_unit_follows_the_density_of_centers():
    x = np.concatenate([np.linspace(0.0, 0.2, 20), np.linspace(1.0, 5.0, 20)])[:, None]
    model = RBFNetworkRegressor(20, widths="per_unit", center_choice="even").fit(x, np.sin(x[:, 0]))
    widths, centers = model.network_.widths, model.network_.centers[:, 0]
    assert widths[centers < 0.2].min() > 10.0 * widths[centers > 1.5].max()


def test_smoothness_makes_smoother():
    x, y = toy()
    noisy = y + 0.2 * np.random.default_rng(1).normal(size=len(y))
    size = [
        np.abs(RBFNetworkRegressor(60, smoothness=s, random_state=0).fit(x, noisy).network_.weights).max()
        for s in (1e-6, 1e-2, 1.0)
    ]
    assert size[0] > 10.0 * size[1] > 10.0 * size[2]


def test_logistic_output_by_its_inverse_and_by_the_scales_of_snns():
    x, _ = toy()
    y = (np.sin(x[:, 0]) > 0.0).astype(float)
    settings = {"width": 1.0, "center_choice": "even", "output_activation": "logistic", "shortcut": False}
    exact = RBFNetworkRegressor(30, **settings).fit(x, y)
    snns = RBFNetworkRegressor(30, zero_scale=-4.0, one_scale=4.0, **settings).fit(x, y)
    for model in (exact, snns):
        out = model.predict(x)
        assert out.min() > 0.0
        assert out.max() < 1.0
        assert ((out > 0.5) == (y > 0.5)).mean() > 0.95
    # SNNS's targets are -4 and 4, where the logistic function is 0.018 and 0.982.
    assert np.median(snns.predict(x)[y > 0.5]) == pytest.approx(0.982, abs=0.02)


def test_descent_goes_on_from_the_direct_weights():
    x, y = toy()
    # Smoothness keeps the weights small: with large opposed ones any rate is too much.
    settings = {"width": 2.0, "smoothness": 0.1, "shortcut": False, "random_state": 0}
    rates = {"rate_centers": 1e-3, "rate_widths": 1e-4, "rate_weights": 1e-3, "momentum": 0.9}
    direct = RBFNetworkRegressor(8, **settings).fit(x, y)
    trained = RBFNetworkRegressor(8, training="descent", epochs=100, **rates, **settings).fit(x, y)
    assert rmse(trained, x, y) < 0.3 * rmse(direct, x, y)
    assert len(trained.errors_) == 100
    assert trained.errors_[0] == pytest.approx(len(x) * rmse(direct, x, y) ** 2)


def test_recomputed_weights_keep_centers_and_widths():
    x, y = toy()
    model = RBFNetworkRegressor(10, random_state=0).fit(x, y)
    centers = model.network_.centers
    model.recompute_weights(x, 2.0 * y)
    assert np.array_equal(model.network_.centers, centers)
    fresh = RBFNetworkRegressor(10, random_state=0).fit(x, 2.0 * y)
    assert model.predict(x) == pytest.approx(fresh.predict(x), abs=1e-8)


def test_grid_search_chooses_a_width():
    x, y = toy(200)
    search = GridSearchCV(RBFNetworkRegressor(25, center_choice="even"), {"width": [1e-3, 1.0]}, cv=3)
    assert search.fit(x[np.argsort(x[:, 0] % 1.0)], y[np.argsort(x[:, 0] % 1.0)]).best_params_ == {"width": 1.0}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "gausian"}, "activation: expected gaussian"),
        ({"center_choice": "random"}, "center_choice: expected kmeans"),
        ({"n_centers": 0}, "n_centers: expected at least 1"),
        ({"width": -1.0}, "width: expected a number above zero"),
        ({"smoothness": -1.0}, "smoothness: expected a number of at least zero"),
        ({"smoothness": 1.0, "activation": "multiquadric"}, "no positive definite matrix"),
        ({"output_activation": "logistic"}, "targets between 0 and 1, got -"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(settings, message):
    x, y = toy(50)
    with pytest.raises(ValueError, match=message):
        RBFNetworkRegressor(**settings).fit(x, y)

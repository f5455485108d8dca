"""The network against plain numpy, its input gradient against finite differences, and activations at their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference as ref
from core_cases import core_network, random_net
from nnmanybody import _core

VALUE_TOLERANCE = 1e-12  # relative, the issue's
GRADIENT_TOLERANCE = 1e-10  # relative to the largest component
BOUNDED = ["identity", "tanh", "sigmoid", "relu", "softplus", "silu", "gaussian", "cos", "reverse_sigmoid"]
ACTIVATIONS = [*BOUNDED, "exp", "harmonic"]  # the last two grow beyond every number

each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def assert_equals_numpy(net: ref.Net, features: np.ndarray) -> None:
    energies, gradients = core_network(net).evaluate(features)
    expected = ref.network(net, features)
    assert energies.shape == (len(features),)
    assert gradients.shape == features.shape
    assert np.abs(energies - expected).max() <= VALUE_TOLERANCE * np.abs(expected).max()
    slope = ref.complex_step(lambda moved: ref.network(net, features + moved), np.zeros(features.shape[1]))
    assert np.abs(gradients - slope.T).max() <= GRADIENT_TOLERANCE * np.abs(slope).max()


@each_activation
@pytest.mark.parametrize("shortcut", [False, True], ids=["plain", "shortcut"])
@pytest.mark.parametrize("hidden", [(), (5,), (16, 16), (8, 1, 6)], ids=str)
def test_energy_and_gradient_equal_plain_numpy(hidden, shortcut, activation):
    rng = np.random.default_rng(len(hidden))
    net = random_net(rng, (7, *hidden, 1), activation, shortcut)
    assert_equals_numpy(net, rng.normal(size=(9, 7)))


@each_activation
def test_the_output_layer_may_have_any_activation(activation):
    rng = np.random.default_rng(7)
    net = random_net(rng, (4, 3, 1), "tanh")
    assert_equals_numpy(ref.Net(net.weights, net.biases, ("tanh", activation)), rng.normal(size=(20, 4)))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(1, 20), st.sampled_from(BOUNDED)), max_size=4),
    st.booleans(),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
)
def test_any_network_on_any_block(n_in, layers, shortcut, n_atoms, seed):
    rng = np.random.default_rng(seed)
    net = random_net(rng, (n_in, *(n for n, _ in layers), 1), "tanh", shortcut)
    mixed = ref.Net(net.weights, net.biases, (*(name for _, name in layers), "identity"), net.shortcut)
    energies, gradients = core_network(mixed).evaluate(x := rng.normal(size=(n_atoms, n_in)))
    scale = max(1.0, np.abs(expected := ref.network(mixed, x)).max())
    assert np.abs(energies - expected).max() <= VALUE_TOLERANCE * scale
    slope = ref.complex_step(lambda moved: ref.network(mixed, x + moved), np.zeros(n_in)).T
    assert np.abs(gradients - slope).max() <= GRADIENT_TOLERANCE * max(1.0, np.abs(slope).max())


@each_activation
def test_gradient_equals_finite_differences_of_own_energies(activation):
    rng = np.random.default_rng(3)
    network = core_network(random_net(rng, (6, 8, 8, 1), activation, shortcut=True))
    x = rng.normal(size=(5, 6))
    slope = ref.differences(lambda moved: network.evaluate(x + moved)[0], np.zeros(6), 1e-3).T
    assert np.abs(network.evaluate(x)[1] - slope).max() <= 1e-8 * np.abs(slope).max()


@pytest.mark.parametrize("n_atoms", [1, 2, 31, 64, 200])
def test_a_block_gives_what_its_atoms_give_alone(n_atoms):
    rng = np.random.default_rng(4)
    network = core_network(random_net(rng, (10, 16, 16, 1), "tanh", shortcut=True))
    x = rng.normal(size=(n_atoms, 10))
    energies, gradients = network.evaluate(x)
    for n in range(n_atoms):
        energy, gradient = network.evaluate(x[n : n + 1])
        assert energies[n] == pytest.approx(energy[0], rel=1e-14, abs=1e-14)
        assert gradients[n] == pytest.approx(gradient[0], rel=1e-13, abs=1e-14)


def test_a_block_without_atoms():
    network = core_network(random_net(np.random.default_rng(0), (3, 2, 1), "tanh"))
    energies, gradients = network.evaluate(np.zeros((0, 3)))
    assert energies.shape == (0,)
    assert gradients.shape == (0, 3)


# --- points known exactly -----------------------------------------------------------------------


def one_neuron(activation: str, x: float) -> tuple[float, float]:
    """Value and derivative of an activation at x."""
    network = _core.Network([np.eye(1)], [np.zeros(1)], [activation])
    energies, gradients = network.evaluate(np.array([[x]]))
    return float(energies[0]), float(gradients[0, 0])


@pytest.mark.parametrize(
    ("activation", "x", "value", "slope"),
    [
        ("identity", -800.0, -800.0, 1.0),
        ("tanh", 800.0, 1.0, 0.0),
        ("tanh", -800.0, -1.0, 0.0),
        ("tanh", 0.0, 0.0, 1.0),
        ("sigmoid", 800.0, 1.0, 0.0),
        ("sigmoid", -800.0, 0.0, 0.0),
        ("sigmoid", -700.0, math.exp(-700.0), math.exp(-700.0)),  # 1e-304: still no zero
        ("sigmoid", 0.0, 0.5, 0.25),
        ("relu", 800.0, 800.0, 1.0),
        ("relu", -800.0, 0.0, 0.0),
        ("relu", 0.0, 0.0, 0.0),  # TensorFlow's choice of the slope at the kink
        ("softplus", 800.0, 800.0, 1.0),
        ("softplus", -800.0, 0.0, 0.0),
        ("softplus", -700.0, math.exp(-700.0), math.exp(-700.0)),
        ("softplus", -40.0, math.exp(-40.0), math.exp(-40.0)),  # log(1 + e) would give 0
        ("softplus", 0.0, math.log(2.0), 0.5),
        ("silu", 800.0, 800.0, 1.0),
        ("silu", -800.0, 0.0, 0.0),
        ("silu", 0.0, 0.0, 0.5),
        ("gaussian", 800.0, 0.0, 0.0),
        ("gaussian", 1.0, math.exp(-0.5), -math.exp(-0.5)),  # n2p2's Gaussian has the half in its exponent
        ("cos", math.pi / 2, 6.123233995736766e-17, -1.0),  # cos of the double nearest to pi / 2
        ("cos", 0.0, 1.0, 0.0),
        ("reverse_sigmoid", 800.0, 0.0, 0.0),
        ("reverse_sigmoid", 700.0, math.exp(-700.0), -math.exp(-700.0)),
        ("reverse_sigmoid", -800.0, 1.0, 0.0),
        ("reverse_sigmoid", 0.0, 0.5, -0.25),
        ("exp", 2.0, math.exp(-2.0), -math.exp(-2.0)),  # n2p2's exponential falls
        ("exp", 800.0, 0.0, 0.0),
        ("harmonic", -3.0, 9.0, -6.0),
    ],
)
def test_activation_at_its_limits(activation, x, value, slope):
    assert one_neuron(activation, x) == pytest.approx((value, slope), rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("activation", BOUNDED)
@pytest.mark.parametrize("x", [1e308, -1e308, 710.0, -710.0, 745.5, -745.5])
def test_no_activation_overflows(activation, x):
    assert np.isfinite(one_neuron(activation, x)).all()


def test_depth_zero_is_a_linear_model():
    network = _core.Network([np.array([[2.0, -3.0]])], [np.array([0.5])], ["identity"], np.array([10.0, 100.0]))
    energies, gradients = network.evaluate(np.array([[1.0, 2.0]]))
    assert energies.tolist() == [2.0 - 6.0 + 0.5 + 10.0 + 200.0]
    assert gradients.tolist() == [[12.0, 97.0]]


def test_attributes_are_what_was_given():
    net = random_net(np.random.default_rng(0), (4, 3, 2, 1), "silu", shortcut=True)
    network = core_network(net)
    assert list(network.activations) == list(net.activations)
    for got, given_array in zip(network.weights, net.weights, strict=True):
        assert np.array_equal(got, given_array)
    for got, given_array in zip(network.biases, net.biases, strict=True):
        assert np.array_equal(got, given_array)
    assert np.array_equal(network.shortcut, net.shortcut)
    assert core_network(random_net(np.random.default_rng(0), (4, 1), "tanh")).shortcut is None


# --- wrong input --------------------------------------------------------------------------------

ONE, TWO = np.ones((3, 2)), np.ones((1, 3))  # weights of the two layers of a network with 2 inputs
GOOD = ([ONE, TWO], [np.ones(3), np.ones(1)], ["tanh", "identity"])


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (([ONE, np.ones((1, 4))], GOOD[1], GOOD[2]), "layer 2"),
        ((GOOD[0], [np.ones(2), np.ones(1)], GOOD[2]), "layer 1"),
        ((GOOD[0], [np.ones(3), np.ones(2)], GOOD[2]), "layer 2"),
        (([ONE, np.ones((2, 3))], [np.ones(3), np.ones(2)], GOOD[2]), "layer 2"),
        (([ONE * np.nan, TWO], GOOD[1], GOOD[2]), "layer 1"),
        (([ONE, TWO], [np.ones(3), np.array([np.inf])], GOOD[2]), "layer 2"),
        ((GOOD[0], GOOD[1], ["tanh", "idenity"]), "identity"),
        ((GOOD[0], GOOD[1], ["tanh"]), "activation"),
        ((GOOD[0], GOOD[1][:1], GOOD[2]), "bias"),
        (([], [], []), "layer"),
        ((*GOOD, np.ones(3)), "shortcut"),
        ((*GOOD, np.array([1.0, np.nan])), "shortcut"),
    ],
)
def test_wrong_networks_are_refused_where_they_are_wrong(network, message):
    with pytest.raises(ValueError, match=message):
        _core.Network(*network)


@pytest.mark.parametrize("features", [np.zeros((4, 3)), np.zeros((4, 1)), np.zeros(2)], ids=lambda x: str(x.shape))
def test_features_of_the_wrong_shape_are_refused(features):
    with pytest.raises(ValueError, match="2"):  # the number expected
        _core.Network(*GOOD).evaluate(features)

"""What `RBFNetworkRegressor` does when it is fitted: checks, centers, weights, Adam; `model` is the regressor."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.rbf.activations import ACTIVATIONS, usual_width
from nnmanybody.rbf.centers import even_centers, kmeans_centers, kohonen_centers, nearest_center_widths
from nnmanybody.rbf.direct import direct_weights, smoothness_matrix
from nnmanybody.rbf.network import RBFNetwork, before_output, with_widths

FloatArray = NDArray[np.float64]

_CHOICES = {
    "activation": tuple(ACTIVATIONS),
    "center_choice": ("kmeans++", "even", "kohonen"),
    "kohonen_winner": ("distance", "product"),
    "widths": ("global", "per_unit"),
    "output_activation": ("identity", "logistic"),
    "training": ("direct", "descent", "adam"),
}


def check(model: Any, targets: FloatArray) -> None:  # noqa: ANN401 (RBFNetworkRegressor)
    """Refuse settings that make no sense, and targets that the output cannot have; ValueError."""
    for name, choices in _CHOICES.items():
        if getattr(model, name) not in choices:
            raise ValueError(f"{name}: expected {', '.join(choices)}, got {getattr(model, name)!r}")
    if model.n_centers < 1:
        raise ValueError(f"n_centers: expected at least 1, got {model.n_centers}")
    if model.width is not None and not model.width > 0.0:
        raise ValueError(f"width: expected a number above zero, got {model.width}")
    if model.smoothness < 0.0:
        raise ValueError(f"smoothness: expected a number of at least zero, got {model.smoothness}")
    if model.smoothness > 0.0 and not ACTIVATIONS[model.activation].positive_definite:
        raise ValueError(
            f"smoothness: the {model.activation} of distances is no positive definite matrix, so that a term with it "
            "has no minimum; set smoothness=0 or activation='gaussian'"
        )
    low, high = float(targets.min()), float(targets.max())
    if model.output_activation == "logistic" and (low < 0.0 or high > 1.0):
        raise ValueError(f"a logistic output needs targets between 0 and 1, got {low:g} to {high:g}")


def seed_of(random_state: Any) -> int | None:  # noqa: ANN401 (scikit-learn's)
    """Seed of NumPy's generator from what scikit-learn takes."""
    if random_state is None or isinstance(random_state, int | np.integer):
        return None if random_state is None else int(random_state)
    return int(random_state.randint(2**31 - 1))


def _centers(model: Any, x: FloatArray, rng: np.random.Generator) -> FloatArray:  # noqa: ANN401 (RBFNetworkRegressor)
    n_centers = min(model.n_centers, len(x))
    if model.center_choice == "even":
        return even_centers(x, n_centers, model.deviation, rng)
    if model.center_choice == "kohonen":
        return kohonen_centers(
            x,
            n_centers,
            rng,
            cycles=model.kohonen_cycles,
            rate=model.kohonen_rate,
            shuffle=model.kohonen_shuffle,
            winner=model.kohonen_winner,
        )
    return kmeans_centers(x, n_centers, rng)


def direct_network(model: Any, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> RBFNetwork:  # noqa: ANN401 (RBFNetworkRegressor)
    """Choose centers and widths and compute the weights."""
    centers = _centers(model, x, rng)
    n_outputs = y.shape[1]
    empty = RBFNetwork(
        centers,
        np.ones(len(centers)),
        np.zeros((len(centers), n_outputs)),
        np.zeros((x.shape[1], n_outputs)),
        np.zeros(n_outputs),
        model.activation,
        model.output_activation,
    )
    width = usual_width(model.activation, centers) if model.width is None else model.width
    if model.widths == "per_unit" and model.width is None and model.activation == "gaussian":
        return with_direct_weights(model, with_widths(empty, nearest_center_widths(centers, 0.5)), x, y)
    return with_direct_weights(model, with_widths(empty, width), x, y)


def with_direct_weights(model: Any, network: RBFNetwork, x: FloatArray, y: FloatArray) -> RBFNetwork:  # noqa: ANN401 (RBFNetworkRegressor)
    """Return the network with weights, shortcut and bias computed directly."""
    targets = before_output(y, model.output_activation, model.zero_scale, model.one_scale)
    ones = np.ones((len(x), 1))
    free = np.hstack([x, ones]) if model.shortcut else ones
    n_centers = len(network.centers)
    penalty = smoothness_matrix(network.centers, network.widths, model.activation) if model.smoothness else None
    solution = direct_weights(
        network.hidden(x),
        free,
        targets,
        smoothness=model.smoothness,
        penalty=penalty,
        snns_bias=model.snns_bias,
    )
    shortcut = solution[n_centers:-1] if model.shortcut else np.zeros((x.shape[1], y.shape[1]))
    return RBFNetwork(
        network.centers,
        network.widths,
        solution[:n_centers],
        shortcut,
        solution[-1],
        network.activation,
        network.output,
    )


def adam_network(model: Any, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> tuple[RBFNetwork, FloatArray]:  # noqa: ANN401 (RBFNetworkRegressor)
    """Train in TensorFlow on targets of mean 0 and deviation 1, and take the scale back into the network."""
    from nnmanybody.training.radial_basis import Schedule, random_start, train_networks

    identity = model.output_activation == "identity"
    mean = y.mean(axis=0) if identity else np.zeros(y.shape[1])
    scale = np.where(y.std(axis=0) > 0.0, y.std(axis=0), 1.0) if identity else np.ones(y.shape[1])
    z = (y - mean) / scale
    order = rng.permutation(len(x))
    n_held = min(max(1, round(model.validation_fraction * len(x))), len(x) - 1)
    held, rest = order[:n_held], order[n_held:]
    starts = [
        replace(
            random_start(model.n_centers, x.shape[1], y.shape[1], rng, activation=model.activation),
            output=model.output_activation,
        )
        for _ in range(model.seeds)
    ]
    schedule = Schedule(
        learning_rate=model.learning_rate,
        patience=model.patience,
        cooldown=model.patience,
        max_epochs=model.max_epochs,
        batch_size=model.batch_size,
        l2=model.l2,
    )
    trained = train_networks(
        starts,
        (x[rest], z[rest]),
        (x[held], z[held]),
        schedule,
        rng,
        one_width=model.widths == "global",
        shortcut=model.shortcut,
    )
    network = trained.network
    scaled = replace(
        network, weights=network.weights * scale, shortcut=network.shortcut * scale, bias=network.bias * scale + mean
    )
    return scaled, trained.validation_errors

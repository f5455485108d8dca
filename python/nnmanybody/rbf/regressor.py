"""Radial basis network as a regressor of scikit-learn: any inputs, one or several outputs."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.rbf.activations import ACTIVATIONS, usual_width
from nnmanybody.rbf.centers import even_centers, kmeans_centers, kohonen_centers, nearest_center_widths
from nnmanybody.rbf.descent import DescentRates, descend
from nnmanybody.rbf.direct import direct_weights, smoothness_matrix
from nnmanybody.rbf.network import RBFNetwork, before_output, with_widths

try:
    from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    raise NNPError(
        f"RBFNetworkRegressor needs scikit-learn ({error}).\nInstall it by: pip install nnmanybody[models]"
    ) from error

FloatArray = NDArray[np.float64]


class RBFNetworkRegressor(MultiOutputMixin, RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """o_k(x) = σ(Σ_j c_jk h(|x - t_j|², p_j) + Σ_i d_ik x_i + b_k).

    Inputs are taken as they are: scale them (`StandardScaler`) where their units differ.

    Parameters
    ----------
    n_centers : int
        Hidden units; no more than there are patterns are used.
    activation : "gaussian", "multiquadric" or "thin_plate_spline"
    center_choice : "kmeans++", "even" or "kohonen"
        `rbf.centers` says what each does.
    deviation : float
        Largest relative change of the components of even centers.
    kohonen_cycles, kohonen_rate, kohonen_shuffle, kohonen_winner
        Of the Kohonen rule; the winner "product" is SNNS's and needs inputs of equal length.
    width : float, optional
        p of all units; by default from the distances of the centers.
    widths : "global" or "per_unit"
        Whether all units have one width, or each its own, at first by its nearest neighbor.
    shortcut : bool
        A linear path from inputs to outputs.
    output_activation : "identity" or "logistic"
        Logistic outputs need targets between 0 and 1.
    zero_scale, one_scale : float, optional
        f0, f1 of SNNS, the linear stand-in for the inverse of the logistic function.
    smoothness : float
        λ of the direct computation of the weights; Gaussian only.
    snns_bias : bool
        Solve SNNS's own equations, to compare with it; `rbf.direct` says what is wrong with them.
    training : "direct", "descent" or "adam"
        Weights directly and no more; then gradient descent as SNNS; or Adam in TensorFlow from random starts.
    rate_centers, rate_widths, rate_weights, momentum, delta_max, epochs
        Of the descent.
    seeds, learning_rate, patience, l2, batch_size, validation_fraction, max_epochs
        Of Adam: random starts of which the best is kept, and the schedule of `training.radial_basis`. Inputs should be
        of order 1; targets are scaled by mean and deviation.
    random_state : int, numpy.random.RandomState or None

    Attributes
    ----------
    network_ : RBFNetwork
    n_features_in_ : int
    errors_ : (n,) float64
        Error before every epoch of the descent, or validation error of every seed of Adam; empty otherwise.
    """

    def __init__(
        self,
        n_centers: int = 20,
        *,
        activation: Literal["gaussian", "multiquadric", "thin_plate_spline"] = "gaussian",
        center_choice: Literal["kmeans++", "even", "kohonen"] = "kmeans++",
        deviation: float = 0.0,
        kohonen_cycles: int = 20,
        kohonen_rate: float = 0.1,
        kohonen_shuffle: bool = False,
        kohonen_winner: Literal["distance", "product"] = "distance",
        width: float | None = None,
        widths: Literal["global", "per_unit"] = "global",
        shortcut: bool = True,
        output_activation: Literal["identity", "logistic"] = "identity",
        zero_scale: float | None = None,
        one_scale: float | None = None,
        smoothness: float = 0.0,
        snns_bias: bool = False,
        training: Literal["direct", "descent", "adam"] = "direct",
        rate_centers: float = 0.0,
        rate_widths: float = 0.0,
        rate_weights: float = 0.001,
        momentum: float = 0.0,
        delta_max: float = 0.0,
        epochs: int = 100,
        seeds: int = 5,
        learning_rate: float = 0.01,
        patience: int = 10,
        l2: float = 1e-5,
        batch_size: int = 64,
        validation_fraction: float = 0.2,
        max_epochs: int = 2000,
        random_state: Any = None,  # noqa: ANN401 (scikit-learn's)
    ) -> None:
        self.n_centers = n_centers
        self.activation = activation
        self.center_choice = center_choice
        self.deviation = deviation
        self.kohonen_cycles = kohonen_cycles
        self.kohonen_rate = kohonen_rate
        self.kohonen_shuffle = kohonen_shuffle
        self.kohonen_winner = kohonen_winner
        self.width = width
        self.widths = widths
        self.shortcut = shortcut
        self.output_activation = output_activation
        self.zero_scale = zero_scale
        self.one_scale = one_scale
        self.smoothness = smoothness
        self.snns_bias = snns_bias
        self.training = training
        self.rate_centers = rate_centers
        self.rate_widths = rate_widths
        self.rate_weights = rate_weights
        self.momentum = momentum
        self.delta_max = delta_max
        self.epochs = epochs
        self.seeds = seeds
        self.learning_rate = learning_rate
        self.patience = patience
        self.l2 = l2
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.max_epochs = max_epochs
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "RBFNetworkRegressor":  # noqa: ANN401 (array-like)
        """Choose centers and widths, compute the weights, and train on if asked to.

        Parameters
        ----------
        X : (N, n) array
        y : (N,) or (N, m) array

        Raises
        ------
        ValueError
            For parameters that make no sense, NaN, or shapes that do not fit.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=2)
        y = np.asarray(y, dtype=np.float64)
        self._one_output = y.ndim == 1
        targets = y[:, None] if self._one_output else y
        _check(self, targets)
        rng = np.random.default_rng(_seed(self.random_state))
        self.errors_ = np.zeros(0)
        if self.training == "adam":
            self.network_, self.errors_ = _adam(self, X, targets, rng)
            return self
        network = _direct(self, X, targets, rng)
        if self.training == "descent":
            rates = DescentRates(self.rate_centers, self.rate_widths, self.rate_weights, self.momentum, self.delta_max)
            network, self.errors_ = descend(
                network, X, targets, rates, self.epochs, one_width=self.widths == "global", shortcut=self.shortcut
            )
        self.network_ = network
        return self

    def predict(self, X: Any) -> FloatArray:  # noqa: ANN401 (array-like)
        """Compute outputs, (N,) or (N, m) as the targets were."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        out = self.network_.predict(X)
        return out[:, 0] if self._one_output else out

    def recompute_weights(self, X: Any, y: Any) -> "RBFNetworkRegressor":  # noqa: ANN401 (array-like)
        """Compute the weights anew, directly, for the centers and widths there are (`RBF_Weights_Redo` of SNNS)."""
        check_is_fitted(self)
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, reset=False)
        self.network_ = _with_direct_weights(
            self, self.network_, X, np.asarray(y, dtype=np.float64).reshape(len(X), -1)
        )
        return self


_CHOICES = {
    "activation": tuple(ACTIVATIONS),
    "center_choice": ("kmeans++", "even", "kohonen"),
    "kohonen_winner": ("distance", "product"),
    "widths": ("global", "per_unit"),
    "output_activation": ("identity", "logistic"),
    "training": ("direct", "descent", "adam"),
}


def _check(model: RBFNetworkRegressor, targets: FloatArray) -> None:
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


def _seed(random_state: Any) -> int | None:  # noqa: ANN401 (scikit-learn's)
    """Seed of NumPy's generator from what scikit-learn takes."""
    if random_state is None or isinstance(random_state, int | np.integer):
        return None if random_state is None else int(random_state)
    return int(random_state.randint(2**31 - 1))


def _centers(model: RBFNetworkRegressor, x: FloatArray, rng: np.random.Generator) -> FloatArray:
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


def _direct(model: RBFNetworkRegressor, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> RBFNetwork:
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
        return _with_direct_weights(model, with_widths(empty, nearest_center_widths(centers, 0.5)), x, y)
    return _with_direct_weights(model, with_widths(empty, width), x, y)


def _with_direct_weights(model: RBFNetworkRegressor, network: RBFNetwork, x: FloatArray, y: FloatArray) -> RBFNetwork:
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


def _adam(
    model: RBFNetworkRegressor, x: FloatArray, y: FloatArray, rng: np.random.Generator
) -> tuple[RBFNetwork, FloatArray]:
    """Train in TensorFlow on targets of mean 0 and deviation 1, and take the scale back into the network."""
    from dataclasses import replace

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
            random_start(model.n_centers, x.shape[1], y.shape[1], rng, model.activation),
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

"""Radial basis network as a regressor of scikit-learn: any inputs, one or several outputs."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.rbf.descent import DescentRates, descend
from nnmanybody.rbf.regressor_fit import adam_network, check, direct_network, seed_of, with_direct_weights

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
        check(self, targets)
        rng = np.random.default_rng(seed_of(self.random_state))
        self.errors_ = np.zeros(0)
        if self.training == "adam":
            self.network_, self.errors_ = adam_network(self, X, targets, rng)
            return self
        network = direct_network(self, X, targets, rng)
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
        self.network_ = with_direct_weights(self, self.network_, X, np.asarray(y, dtype=np.float64).reshape(len(X), -1))
        return self

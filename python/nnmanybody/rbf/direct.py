"""Hidden units and targets -> the weights that minimise Σ(y - f)² + λ |Pf|², directly.

For h the Green's function of P*P the second term is c' G2 c with G2_jl = h(|t_j - t_l|²) (Poggio and Girosi; SNNS's
`RBF_Weights_Redo`). What departs from SNNS, and why:

* λ = 0 is solved by the singular value decomposition of G, λ > 0 as stacked least squares [G; √λ L'] c = [y; 0],
  G2 = L L'. SNNS inverts G'G + λ G2, which squares the condition number and stops at two equal centers.
* Bias and shortcuts are not penalised. SNNS fills their row and column of G2 with ones, which makes it indefinite: for
  large λ its solution is a saddle point. `snns_bias=True` does as SNNS, to compare with it.
* Shortcuts are computed with the weights; SNNS can only train them.
* G2 of multiquadric and thin-plate spline is indefinite: λ > 0 is refused there.
"""

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.rbf.activations import ACTIVATIONS, squared_distances

FloatArray = NDArray[np.float64]

SMALLEST_SINGULAR_VALUE = 1e-12
"""Relative to the largest; what lies below is rounding."""


def smoothness_matrix(centers: FloatArray, widths: FloatArray, activation: str = "gaussian") -> FloatArray:
    """G2_jl = h(|t_j - t_l|², p), (K, K), with the width of the unit of lower number as SNNS takes it."""
    lower = np.minimum.outer(np.arange(len(centers)), np.arange(len(centers)))
    return ACTIVATIONS[activation].value(squared_distances(centers, centers), widths[lower])


def direct_weights(
    hidden: FloatArray,
    free: FloatArray,
    targets: FloatArray,
    *,
    smoothness: float = 0.0,
    penalty: FloatArray | None = None,
    snns_bias: bool = False,
) -> FloatArray:
    """Weights of the hidden units and of the columns that are not penalised.

    Parameters
    ----------
    hidden : (N, K) float64
        G.
    free : (N, q) float64
        Columns of shortcuts and bias; with `snns_bias` the bias alone.
    targets : (N, m) float64
    smoothness : float
        λ.
    penalty : (K, K) float64, optional
        G2, where λ > 0.
    snns_bias : bool
        Solve SNNS's normal equations instead, with ones in the row and column of the bias.

    Returns
    -------
    (K + q, m) float64

    Raises
    ------
    NNPError
        If λ > 0 and G2 is not positive semidefinite, or if SNNS's matrix is singular.
    """
    design = np.hstack([hidden, free])
    n_hidden, n_all = hidden.shape[1], design.shape[1]
    if snns_bias:
        return _snns(design, targets, smoothness, penalty, n_hidden)
    if smoothness == 0.0 or penalty is None:
        return np.asarray(np.linalg.lstsq(design, targets, rcond=SMALLEST_SINGULAR_VALUE)[0])
    root = np.zeros((n_hidden, n_all))
    root[:, :n_hidden] = np.sqrt(smoothness) * _root(penalty)
    stacked = np.vstack([design, root])
    padded = np.vstack([targets, np.zeros((n_hidden, targets.shape[1]))])
    return np.asarray(np.linalg.lstsq(stacked, padded, rcond=SMALLEST_SINGULAR_VALUE)[0])


def _root(penalty: FloatArray) -> FloatArray:
    """Return L' with L L' = G2, by eigenvalues: G2 of near centers has some that are zero but for rounding."""
    values, vectors = np.linalg.eigh(penalty)
    if values[0] < -1e-10 * max(abs(values[-1]), abs(values[0])):
        raise NNPError(
            f"smoothness: expected a positive definite matrix of the centers, got an eigenvalue of {values[0]:.2e} "
            "beside widths that differ or an activation that is not Gaussian: set smoothness=0 or width for all units"
        )
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)


def _snns(
    design: FloatArray, targets: FloatArray, smoothness: float, penalty: FloatArray | None, n_hidden: int
) -> FloatArray:
    if design.shape[1] != n_hidden + 1:
        raise NNPError("snns_bias: SNNS computes weights and bias, no shortcuts; set shortcut=False")
    bordered = np.ones((n_hidden + 1, n_hidden + 1))
    bordered[:n_hidden, :n_hidden] = 0.0 if penalty is None else penalty
    try:
        return np.asarray(np.linalg.solve(design.T @ design + smoothness * bordered, design.T @ targets))
    except np.linalg.LinAlgError as error:
        raise NNPError("snns_bias: the matrix that SNNS inverts is singular; set snns_bias=False") from error

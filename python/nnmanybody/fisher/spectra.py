"""Rows, directions that change nothing -> eigenvalues of the information matrix, condition number; in 256 bits, too."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.fisher.gauge import Gauge, complement

FloatArray = NDArray[np.float64]

SIGNIFICANT = 1e-15
"""Of the largest eigenvalue: the region that Wang et al. call SC, in which eigenvalues are told from zero by double
precision of F."""
ROUNDING = 30.0
"""log10 of a condition number from which on the rounding of J itself decides: 2 log10 of 1/2.2e-16 is 31.3."""
MOST_EXACT = 60
"""Parameters up to which the check in 256 bits takes seconds."""
BITS = 256
NOTHING_LEFT = 32
"""Bits that rounding may take of the eigenvalues of 256 bits."""


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of an information matrix, without the directions that change nothing.

    Attributes
    ----------
    eigenvalues : (n_parameters - n_gauge,) float64
        Largest first. Units: with weights of 1/eV² and Å²/eV², and parameters in eV, 1/eV².
    n_parameters : int
    gauges : tuple of Gauge
        Directions that were taken out.
    """

    eigenvalues: FloatArray
    n_parameters: int
    gauges: tuple[Gauge, ...] = ()

    @property
    def log10_kappa(self) -> float:
        """log10 of the largest by the smallest eigenvalue; infinite where the smallest is zero, NaN without any."""
        if not len(self.eigenvalues):
            return float("nan")
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.log10(self.eigenvalues[0]) - np.log10(self.eigenvalues[-1]))

    @property
    def n_significant(self) -> int:
        """Eigenvalues of at least `SIGNIFICANT` times the largest."""
        return int(np.sum(self.eigenvalues >= SIGNIFICANT * self.eigenvalues[:1].sum()))

    @property
    def is_rounding(self) -> bool:
        """Whether the smallest eigenvalue is decided by the rounding of the rows."""
        return not self.log10_kappa < ROUNDING

    def as_json(self) -> dict[str, Any]:
        """Numbers, eigenvalues and directions; null where a number is not finite."""
        kappa = self.log10_kappa
        return {
            "n_parameters": self.n_parameters,
            "n_gauge": len(self.gauges),
            "n_significant": self.n_significant,
            "log10_kappa": kappa if np.isfinite(kappa) else None,
            "is_rounding": self.is_rounding,
            "eigenvalues": self.eigenvalues.tolist(),
            "gauges": [asdict(gauge) | {"direction": gauge.direction.tolist()} for gauge in self.gauges],
        }


def spectrum(rows: FloatArray, gauges: Sequence[Gauge] = (), columns: Sequence[int] | None = None) -> Spectrum:
    """Return the eigenvalues of rows^T rows by the singular values of the rows (methods: right up to log10 κ of 30).

    Parameters
    ----------
    rows : (n_rows, n_parameters) float64
        Weighted; `Information.rows`.
    gauges : sequence of Gauge
        Directions to take out, from `nnmanybody.fisher.gauge`.
    columns : sequence of int, optional
        Of a submodel: the others are held, and only gauges within these columns are taken out.

    Raises
    ------
    NNPError
        If there are no columns, or a number in the rows is not finite.
    """
    chosen = list(range(rows.shape[1])) if columns is None else list(columns)
    if not chosen:
        raise NNPError("expected at least one parameter, got none")
    if not np.isfinite(rows).all():
        raise NNPError("expected finite derivatives of energies and forces, got NaN or Inf: is the potential finite?")
    inside = [gauge for gauge in (one.within(chosen) for one in gauges) if gauge is not None]
    reduced = rows[:, chosen] if not inside else rows[:, chosen] @ complement(inside, len(chosen))
    values = np.zeros(reduced.shape[1])
    found = np.linalg.svd(reduced, compute_uv=False) if values.size else values
    values[: len(found)] = found**2
    return Spectrum(values, len(chosen), tuple(inside))


def check_exact(n_parameters: int) -> None:
    """Refuse the check in 256 bits where it cannot be made, before anything is computed for it.

    Raises
    ------
    NNPError
        For more than `MOST_EXACT` parameters, and without mpmath.
    """
    if n_parameters > MOST_EXACT:
        raise NNPError(
            f"the check in {BITS} bits is for at most {MOST_EXACT} parameters, this has {n_parameters}; "
            "leave out --exact, or take a smaller model"
        )
    if find_spec("mpmath") is None:
        raise NNPError(f"the check in {BITS} bits needs mpmath, which is not installed: pip install nnmanybody[models]")


def exact_log10_kappa(rows: FloatArray, n_gauge: int = 0) -> float:
    """log10 κ by exact integer products and eigenvalues in 256 bits: what the SVD in double precision is checked by.

    A double is an integer times a power of two, so that J^T J is exact in integers; its eigenvalues are mpmath's.
    Of a matrix with gauge directions the smallest eigenvalues, as many as there are directions, are left out.

    Parameters
    ----------
    rows : (n_rows, n_parameters) float64
        All of them, weighted, not a triangle: that would have the rounding that is to be checked.
    n_gauge : int

    Raises
    ------
    NNPError
        For more than `MOST_EXACT` parameters, without mpmath, and where nothing is left or the smallest is zero.
    """
    check_exact(rows.shape[1])
    import mpmath

    with mpmath.workprec(BITS):
        matrix = mpmath.matrix(_exact_products(rows).tolist())
        values = sorted(mpmath.eigsy(matrix, eigvals_only=True), reverse=True)[: rows.shape[1] - n_gauge]
        if not values or values[-1] <= values[0] * mpmath.mpf(2) ** (NOTHING_LEFT - BITS):
            raise NNPError(f"in {BITS} bits, too, an eigenvalue is zero: a column or a combination of columns vanishes")
        return float(mpmath.log10(values[0] / values[-1]))


def _exact_products(rows: FloatArray) -> NDArray[Any]:
    """rows^T rows as integers, in units of the square of the smallest bit of any number there."""
    mantissas, exponents = np.frexp(rows)
    bits = np.where(rows != 0.0, exponents, exponents.max())
    shifts = (bits - bits.min()).astype(object)
    integers = np.ldexp(mantissas, 53).astype(np.int64).astype(object) << shifts
    return np.asarray(integers.T.dot(integers))

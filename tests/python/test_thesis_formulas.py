"""A regression guard: derivatives as misprinted in the thesis must fail the check that the core's pass.

A check that a wrong formula passes is no check. Each formula below is the thesis's, with the number it has there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

import reference as ref
from core_cases import jacobian

TOLERANCE = 1e-8  # what the core's derivatives reach
WRONG = 1e-3  # what a misprint is far above

PAIR = ref.Function("G2", ("Si",), 6.0, eta=0.8, r_shift=1.3)
G4 = ref.Function("G4", ("Si", "Si"), 6.0, eta=0.05, zeta=3.0, lam=-1)
G5 = ref.Function("G5", ("Si", "Si"), 6.0, eta=0.05, zeta=3.0, lam=-1)

X_IJ = np.array([1.1, 0.4, -0.7])
X_IK = np.array([-0.6, 1.5, 0.9])
TRIPLET = np.array([X_IJ, X_IK])


class Parts(NamedTuple):
    """Factors of G4 and G5 at the triplet above; `m` is the slope of the cutoff function."""

    a: float
    b: float
    c: float
    cosine: float
    f1: float
    f2: float
    f3: float
    k: float
    k_printed: float


def fc(r: float) -> float:
    return float(ref.cutoff_function(np.array(r), 6.0))


def m(r: float) -> float:
    return -0.5 * np.pi / 6.0 * np.sin(np.pi * r / 6.0)


def parts(f: ref.Function) -> Parts:
    a, b, c = (float(np.linalg.norm(x)) for x in (X_IJ, X_IK, X_IK - X_IJ))
    cosine = X_IJ @ X_IK / (a * b)
    f1 = 2 ** (1 - f.zeta) * (1 + f.lam * cosine) ** f.zeta
    third = f.kind == "G4"
    f2 = np.exp(-f.eta * (a * a + b * b + (c * c if third else 0.0)))
    f3 = fc(a) * fc(b) * (fc(c) if third else 1.0)
    k = 2 ** (1 - f.zeta) * f.lam * f.zeta * (1 + f.lam * cosine) ** (f.zeta - 1)
    k_printed = f.lam * f.zeta * (1 + cosine) ** (f.zeta - 1)  # (A.18): no 2^(1-zeta), no lambda
    return Parts(a, b, c, cosine, f1, f2, f3, k, k_printed)


def g4_a28(p: Parts, k: float) -> np.ndarray:
    """(A.28), (A.29): wrong signs of the eta x_jk and the M(r_jk) terms."""
    x_jk = X_IK - X_IJ
    e, v = 2 * G4.eta * p.f1 * p.f2 * p.f3, p.f1 * p.f2
    j = k * p.f2 * p.f3 * (X_IK / (p.a * p.b) - X_IJ * p.cosine / p.a**2) - e * x_jk - e * X_IJ
    j = j + v * fc(p.b) * (m(p.a) * X_IJ / p.a * fc(p.c) + fc(p.a) * m(p.c) * x_jk / p.c)
    n = k * p.f2 * p.f3 * (X_IJ / (p.a * p.b) - X_IK * p.cosine / p.b**2) + e * x_jk - e * X_IK
    n = n + v * fc(p.a) * (m(p.b) * X_IK / p.b * fc(p.c) - fc(p.b) * m(p.c) * x_jk / p.c)
    return np.array([j, n])


def g4_a34(p: Parts, k: float) -> np.ndarray:
    """(A.34), (A.37): 1/r_jk divides the eta term too, x_ik/r_ik for x_ik."""
    x_jk = X_IK - X_IJ
    e, v = 2 * G4.eta * p.f1 * p.f2 * p.f3, p.f1 * p.f2
    j = X_IJ * (-p.cosine / p.a**2 * k * p.f2 * p.f3 - e + v * m(p.a) * fc(p.b) * fc(p.c) / p.a)
    j = j + X_IK * k * p.f2 * p.f3 / (p.a * p.b) - x_jk * (v * m(p.c) * fc(p.b) * fc(p.a) + e) / p.c
    n = X_IK / p.b * (-p.cosine / p.b**2 * k * p.f2 * p.f3 - e + v * m(p.b) * fc(p.a) * fc(p.c) / p.b)
    n = n + X_IJ * k * p.f2 * p.f3 / (p.a * p.b) + x_jk * (v * m(p.c) * fc(p.a) * fc(p.b) - e) / p.c
    return np.array([j, n])


def g5_a48(p: Parts, k: float, last: np.ndarray = X_IJ) -> np.ndarray:
    """(A.48), (A.50): x_ij for x_ik in the cosine term of the derivative with respect to x_ik."""
    e, v = 2 * G5.eta * p.f1 * p.f2 * p.f3, p.f1 * p.f2
    j = k * p.f2 * p.f3 * (X_IK / (p.a * p.b) - X_IJ * p.cosine / p.a**2) - e * X_IJ
    n = k * p.f2 * p.f3 * (X_IJ / (p.a * p.b) - last * p.cosine / p.b**2) - e * X_IK
    return np.array([j + v * m(p.a) * fc(p.b) * X_IJ / p.a, n + v * fc(p.a) * m(p.b) * X_IK / p.b])


def g5_mended(p: Parts, k: float) -> np.ndarray:
    return g5_a48(p, k, last=X_IK)


def error(f: ref.Function, gradient: np.ndarray, x: np.ndarray) -> float:
    species = ["Si"] * len(x)
    expected = ref.differences(lambda moved: ref.symmetry_function(f, species, moved), x)
    return np.abs(gradient - expected).max() / np.abs(expected).max()


def test_g2_as_printed_in_a9_fails():
    """(A.9) lacks f_c in the first term of the bracket."""
    r = float(np.linalg.norm(X_IJ))
    gaussian = np.exp(-PAIR.eta * (r - PAIR.r_shift) ** 2)
    slope = 2 * PAIR.eta * (PAIR.r_shift - r)
    printed, mended = gaussian * (slope + m(r)), gaussian * (slope * fc(r) + m(r))
    assert error(PAIR, np.array([printed * X_IJ / r]), TRIPLET[:1]) > WRONG
    assert error(PAIR, np.array([mended * X_IJ / r]), TRIPLET[:1]) < TOLERANCE


@pytest.mark.parametrize("formula", [g4_a28, g4_a34])
@pytest.mark.parametrize("which", ["k", "k_printed"])
def test_g4_as_printed_fails(formula: Callable[[Parts, float], np.ndarray], which: str):
    p = parts(G4)
    assert error(G4, formula(p, getattr(p, which)), TRIPLET) > WRONG


@pytest.mark.parametrize("which", ["k", "k_printed"])
def test_g5_as_printed_in_a50_fails(which: str):
    p = parts(G5)
    assert error(G5, g5_a48(p, getattr(p, which)), TRIPLET) > WRONG


def test_g5_with_k_as_printed_in_a18_fails_and_mended_passes():
    p = parts(G5)
    assert error(G5, g5_mended(p, p.k_printed), TRIPLET) > WRONG
    assert error(G5, g5_mended(p, p.k), TRIPLET) < TOLERANCE


@pytest.mark.parametrize("f", [PAIR, G4, G5], ids=lambda f: f.kind)
def test_the_core_passes_the_check_that_they_fail(f: ref.Function):
    x = TRIPLET[: len(f.neighbors)]
    assert error(f, jacobian((f,), ["Si"] * len(x), x)[..., 0], x) < TOLERANCE

"""Any symmetry function with any parameters, for hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

import reference as ref

# Few values of each parameter, so that functions of one set share some and differ in others; and any value.
cutoffs = st.sampled_from([4.0, 5.0, 6.0]) | st.floats(2.5, 7.0)
etas = st.sampled_from([0.0, 0.01, 0.5]) | st.floats(0.0, 4.0)
shifts = st.sampled_from([0.0, 2.0]) | st.floats(0.0, 5.0)
zetas = st.sampled_from([1.0, 2.0, 3.0, 4.0, 16.0, 64.0]) | st.floats(1.0, 32.0)
symbols = st.sampled_from(["Si", "O"])


# Cutoff functions that know an inner cutoff, and those that do not.
inner_cutoffs = st.sampled_from([0.0, 0.3]) | st.floats(0.0, 0.8)
with_alpha = st.tuples(st.sampled_from(["cosine", "exp", "poly1", "poly2", "poly3", "poly4"]), inner_cutoffs)
without_alpha = st.tuples(st.sampled_from(["hard", "tanhu", "tanh"]), st.just(0.0))


@st.composite
def any_function(draw) -> ref.Function:
    """Every kind, over one element (or pair) or all of them with weights or without."""
    f = draw(compact_function() | one_sided_function())
    if draw(st.booleans()):
        return f
    return replace(f, neighbors=("*",) * len(f.neighbors), weighted=draw(st.booleans()))


@st.composite
def one_sided_function(draw) -> ref.Function:
    """G1 to G5."""
    kind = draw(st.sampled_from(["G1", "G2", "G3", "G4", "G5"]))
    name, alpha = draw(with_alpha | without_alpha)
    f = ref.Function(kind, (draw(symbols),), draw(cutoffs), cutoff_function=name, cutoff_alpha=alpha)
    if kind == "G3":
        return replace(f, kappa=draw(st.floats(0.0, 6.0)))
    if kind == "G1":
        return f
    f = replace(f, eta=draw(etas), r_shift=draw(shifts))
    if kind == "G2":
        return f
    pair = (*f.neighbors, draw(symbols))
    return replace(f, neighbors=pair, zeta=draw(zetas), lam=draw(st.sampled_from([1, -1])))


@st.composite
def compact_function(draw) -> ref.Function:
    """The functions with compact support; angles within 0 and 180 degrees, or centered at one of them."""
    kind = draw(st.sampled_from(["compact_radial", "compact_narrow", "compact_wide"]))
    shape = draw(st.sampled_from(["exp", "poly1", "poly2", "poly3", "poly4"]))
    right = draw(cutoffs)
    left = draw(st.sampled_from([-right, 0.0, 0.25]) | st.floats(-right, right - 1.0))
    asymmetric = shape != "exp" and draw(st.booleans())
    f = ref.Function(kind, (draw(symbols),), right, cutoff_function=shape, r_left=left, asymmetric=asymmetric)
    if kind == "compact_radial":
        return f
    width = draw(st.floats(20.0, 180.0))
    theta_left, theta_right = draw(
        st.sampled_from([(-width, width), (180.0 - width, 180.0 + width), (0.0, width), (180.0 - width, 180.0)])
    )
    return replace(f, neighbors=(*f.neighbors, draw(symbols)), theta_left=theta_left, theta_right=theta_right)

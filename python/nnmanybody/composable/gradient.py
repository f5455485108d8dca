"""A fit of a composable model -> all its parameters at once improved by L-BFGS, with TensorFlow's gradients.

The expression is computed once more here, from the distances of all pairs of atoms, so that the derivatives by widths,
weights and exponents come by themselves; the tests hold it against the core.
"""

from collections.abc import Callable
from itertools import combinations_with_replacement, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nnmanybody.composable.layout import Layout
from nnmanybody.composable.linear import Data
from nnmanybody.composable.search import Fit
from nnmanybody.training.tensorflow import tf

FloatArray = NDArray[np.float64]
Tensor = Any

DIFFERENCE = 1e-5
"""Of logarithms, for their derivatives at the start."""
SMALLEST_STEP = 1e-7
"""Relative; directions that change the data less are left alone."""

CUTOFF_SHAPES: dict[str, Callable[[Tensor], Tensor]] = {
    "poly3": lambda x: (1 - x) ** 4 * (1 + x * (4 + x * (10 + 20 * x))),
    "poly4": lambda x: (1 - x) ** 5 * (1 + x * (5 + x * (15 + x * (35 + 70 * x)))),
    "quartic": lambda x: (1 - x) ** 4,
    "biquartic": lambda x: (1 - x**2) ** 4,
    "cosine_squared": lambda x: (0.5 * (1 + tf.cos(np.pi * x))) ** 2,
    "exp": lambda x: tf.exp(1 - 1 / (1 - x**2)),
}


class _Pairs(NamedTuple):
    """All pairs closer than the cutoff of all frames, atoms numbered through."""

    center: Tensor
    neighbor: Tensor
    vector: Tensor  # (n_pairs, 3), Å
    species: Tensor  # of every atom
    frame: Tensor  # of every atom
    n_atoms: int
    n_frames: int
    triplets: Tensor  # (n_triplets, 2), pairs of the same center; empty where no function needs them


def _triplets(center: NDArray[np.int64], n_atoms: int) -> NDArray[np.int64]:
    """All j < k of every center, as places of the pairs, which are sorted by center."""
    starts = np.searchsorted(center, np.arange(n_atoms + 1))
    found = [np.column_stack(np.triu_indices(end - begin, 1)) + begin for begin, end in pairwise(starts)]
    return np.concatenate(found)


def _pairs(data: Data, layout: Layout) -> _Pairs:
    center, neighbor, vector, frame = [], [], [], []
    first = 0
    for number, (species, pairs) in enumerate(zip(data.species, data.pairs, strict=True)):
        atoms = np.repeat(np.arange(len(species)), np.diff(pairs.first))
        near = np.linalg.norm(pairs.displacement, axis=1) < layout.cutoff
        center.append(atoms[near] + first)
        neighbor.append(pairs.neighbor[near] + first)
        vector.append(pairs.displacement[near])
        frame.append(np.full(len(species), number))
        first += len(species)
    has_triplets = any(basis.family == "T" for basis in layout.expression.bases)
    triplets = _triplets(np.concatenate(center), first) if has_triplets else np.empty((0, 2), dtype=np.int64)
    return _Pairs(
        tf.constant(np.concatenate(center)),
        tf.constant(np.concatenate(neighbor).astype(np.int64)),
        tf.constant(np.concatenate(vector)),
        tf.constant(np.concatenate(data.species)),
        tf.constant(np.concatenate(frame)),
        first,
        len(data.frames),
        tf.constant(triplets),
    )


def _basis_functions(layout: Layout, owner: int, logarithms: Tensor, distance: Tensor) -> Tensor:
    """f_nu(r) of every pair, (n_pairs, size), without weights and cutoff function."""
    basis = layout.expression.bases[owner]
    if basis.family == "C":
        x = 2.0 * distance / layout.cutoff - 1.0
        polynomials = [tf.ones_like(x), x]
        while len(polynomials) <= basis.n_radial:
            polynomials.append(2.0 * x * polynomials[-1] - polynomials[-2])
        return tf.stack(polynomials[1 : basis.n_radial + 1], axis=1)
    places = {
        parameter.kind: index
        for index, parameter in enumerate(layout.parameters)
        if parameter.owner == owner and parameter.kind in ("alpha", "beta")
    }
    powers = np.arange(basis.n_radial, dtype=np.float64)
    widths = tf.exp(logarithms[places["alpha"]] + powers * logarithms[places["beta"]])
    return tf.exp(-widths[None] * distance[:, None] ** 2)


def _weights(layout: Layout, owner: int, logarithms: Tensor) -> Tensor:
    """Return w of every pair of elements, (n_elements, n_elements)."""
    n = len(layout.elements)
    rows = [[tf.constant(1.0, tf.float64)] * n for _ in range(n)]
    for index, parameter in enumerate(layout.parameters):
        if parameter.kind == "weight" and parameter.owner == owner and parameter.pair is not None:
            one, other = (layout.elements.index(element) for element in parameter.pair)
            rows[one][other] = rows[other][one] = tf.exp(logarithms[index])
    return tf.stack([tf.stack(row) for row in rows])


def _atomic_energies(layout: Layout, pairs: _Pairs, vector: Tensor, logarithms: Tensor, coefficients: Tensor) -> Tensor:
    expression = layout.expression
    distance = tf.norm(vector, axis=1)
    cutoff = CUTOFF_SHAPES[layout.cutoff_function](distance / layout.cutoff)[:, None]
    kinds = tf.stack([tf.gather(pairs.species, pairs.center), tf.gather(pairs.species, pairs.neighbor)], axis=1)

    def sums(values: Tensor) -> Tensor:
        return tf.math.unsorted_segment_sum(values, pairs.center, pairs.n_atoms)

    phi = []
    for owner, basis in enumerate(expression.bases):
        weight = tf.gather_nd(_weights(layout, owner, logarithms), kinds)[:, None]
        functions = weight * cutoff * _basis_functions(layout, owner, logarithms, distance)
        if basis.family == "T":
            of_triplets = _three_body(functions, vector / distance[:, None], pairs.triplets, basis.angular)
            center = tf.gather(pairs.center, pairs.triplets[:, 0])
            phi.append(tf.math.unsorted_segment_sum(of_triplets, center, pairs.n_atoms))
        else:
            phi.append(sums(functions))
    of_atom = tf.gather(tf.reshape(coefficients, (len(layout.elements), -1)), pairs.species)
    exponents = tf.exp(logarithms[len(layout.parameters) - expression.n_exponents :])
    values: list[Tensor] = []
    for node in expression.nodes:
        if node.kind == "sum":
            value = tf.add_n([values[child] for child in node.children])
        elif node.kind == "product":
            value = tf.reduce_prod(tf.stack([values[child] for child in node.children]), axis=0)
        else:
            inputs = phi[node.basis]
            if node.neighborhood:
                inputs = sums(cutoff * tf.gather(inputs, pairs.neighbor))
            inputs = inputs[:, :, None]
            if node.kind == "exponential":
                z = exponents[node.first_exponent : node.first_exponent + node.n_layers]
                inputs = tf.exp(-z[None, None] * inputs)
            size = expression.bases[node.basis].size * node.n_layers
            own = of_atom[:, node.first_coefficient : node.first_coefficient + size]
            value = tf.reduce_sum(tf.reshape(inputs, (pairs.n_atoms, size)) * own, axis=1)
        if node.shift >= 0:
            value += of_atom[:, node.shift]
        values.append(value)
    return values[-1]


def _three_body(functions: Tensor, unit: Tensor, triplets: Tensor, angular: int) -> Tensor:
    """Weighted functions of pairs -> those of triplets, (n_triplets, size), in the order of the core (48)."""
    one, other = (tf.gather(functions, triplets[:, place]) for place in (0, 1))
    cosine = tf.reduce_sum(tf.gather(unit, triplets[:, 0]) * tf.gather(unit, triplets[:, 1]), axis=1)
    found = []
    for n, m in combinations_with_replacement(range(functions.shape[1]), 2):
        value = one[:, n] * other[:, m]
        if n != m:
            value += one[:, m] * other[:, n]
        for _ in range(angular + 1):
            found.append(value)
            value *= cosine
    return tf.stack(found, axis=1)


def predictions(data: Data, layout: Layout, logarithms: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Weighted energies and forces as `Data.targets` has them, (n_rows,) float64, by TensorFlow."""
    rows = _rows(data, layout, _pairs(data, layout), tf.constant(logarithms), tf.constant(coefficients))
    return np.asarray(rows.numpy())


def _rows(data: Data, layout: Layout, pairs: _Pairs, logarithms: Tensor, coefficients: Tensor) -> Tensor:
    with tf.GradientTape() as tape:
        tape.watch(pairs.vector)
        atomic = _atomic_energies(layout, pairs, pairs.vector, logarithms, coefficients)
        total = tf.reduce_sum(atomic)
    slopes = tape.gradient(total, pairs.vector)
    forces = tf.math.unsorted_segment_sum(slopes, pairs.center, pairs.n_atoms) - tf.math.unsorted_segment_sum(
        slopes, pairs.neighbor, pairs.n_atoms
    )
    energies = tf.math.unsorted_segment_sum(atomic, pairs.frame, pairs.n_frames)
    with_energy = np.array([frame.energy is not None for frame in data.frames])
    with_forces = np.concatenate([np.full(len(f.atoms), f.forces is not None) for f in data.frames])
    rows = [tf.boolean_mask(energies, with_energy), tf.reshape(tf.boolean_mask(forces, with_forces), (-1,))]
    return tf.constant(data.row_weights) * tf.concat(rows, axis=0)


def improve(data: Data, layout: Layout, fit: Fit, steps: int) -> Fit:
    """Minimize the loss over all parameters at once, from the fit on.

    Parameters
    ----------
    data : Data
    layout : Layout
    fit : Fit
    steps : int
        Of L-BFGS.
    """
    pairs = _pairs(data, layout)
    n = len(fit.logarithms)
    directions = tf.constant(_unit_steps(data, layout, pairs, fit))
    first = np.concatenate([fit.logarithms, fit.coefficients])
    unit = max(fit.loss, np.finfo(float).tiny)
    low, high = layout.bounds.T

    def parameters(point: Tensor) -> tuple[Tensor, Tensor]:
        values = first + tf.linalg.matvec(directions, point)
        return tf.clip_by_value(values[:n], low, high), values[n:]

    @tf.function  # type: ignore[untyped-decorator]  # TensorFlow carries no types
    def loss_and_gradient(point: Tensor) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(point)
            rows = _rows(data, layout, pairs, *parameters(point))
            loss = tf.reduce_sum((rows - tf.constant(data.targets)) ** 2) / unit
        return loss, tape.gradient(loss, point)

    def objective(point: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = loss_and_gradient(tf.constant(point))
        return float(loss), gradient.numpy()

    start = np.zeros(directions.shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    if found.fun >= 1.0:
        return fit
    logarithms, coefficients = parameters(tf.constant(found.x))
    return Fit(logarithms.numpy(), coefficients.numpy(), float(found.fun) * unit)


def _unit_steps(data: Data, layout: Layout, pairs: _Pairs, fit: Fit) -> FloatArray:
    """Return directions of all parameters along which the loss changes alike (Gauss, Newton), as columns."""
    coefficients = tf.constant(fit.coefficients)

    def rows(logarithms: FloatArray) -> FloatArray:
        return np.asarray(_rows(data, layout, pairs, tf.constant(logarithms), coefficients).numpy())

    columns = [
        (rows(fit.logarithms + step) - rows(fit.logarithms - step)) / (2.0 * DIFFERENCE)
        for step in DIFFERENCE * np.eye(len(fit.logarithms))
    ]
    jacobian = np.column_stack([*columns, data.rows(layout, fit.logarithms, fit.coefficients)])
    sizes = np.linalg.norm(jacobian, axis=0)
    sizes[sizes == 0.0] = 1.0
    _, lengths, directions = np.linalg.svd(jacobian / sizes, full_matrices=False)
    kept = lengths > SMALLEST_STEP * lengths[0]
    steps: FloatArray = np.sqrt(fit.loss) * directions[kept].T / lengths[kept] / sizes[:, None]
    return steps

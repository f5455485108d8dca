"""Products with the Jacobians of the functions without the Jacobians: the core computes them from the geometry.

With J_i = ∂G_i/∂D of the pairs of a center i and a_i = ∂E_i/∂G_i, forces need a_i J_i (the core's contraction, as in
MD); the gradient of a loss by the weights needs, for v = ∂loss/∂(a J), the derivatives of all functions along v, J_i v.
Both are linear, each the other's transpose, so that TensorFlow can differentiate through them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.training.batch import PairBatch
from nnmanybody.training.prefetch import in_threads, n_threads
from nnmanybody.training.raw_blocks import VOIGT
from nnmanybody.training.tensorflow import tf

Tensor = Any
FloatArray = NDArray[np.float64]
Product = Callable[..., FloatArray]

BLOCK = 4
"""Centers that the core takes at a time; parts of whole blocks give the same bits whatever their number."""


def pair_gradients(
    descriptor: _core.Descriptor,
    slopes: Tensor,
    pairs: PairBatch,
    *,
    atom: Tensor,
    species: Tensor,
    threads: int | None,
) -> Tensor:
    """Differentiate atomic energies by the displacements of their pairs.

    Parameters
    ----------
    descriptor : _core.Descriptor
    slopes : (n_members, m, n_functions)
        Derivatives of the atomic energies by the functions.
    pairs : PairBatch
    atom : (m,) int32
        Centers.
    species : (n,) int32
    threads : int, optional

    Returns
    -------
    (n_members, n_pairs, 3)
    """
    structure = (atom, species, pairs.first, pairs.neighbor, pairs.displacement)
    kind, n_members = slopes.dtype, slopes.shape[0]

    @tf.custom_gradient  # type: ignore[untyped-decorator, unused-ignore]
    def product(weights: Tensor) -> Any:  # noqa: ANN401 (a tensor and a function)
        contract = _in_parts(descriptor.contract, _by_center, threads)
        gradients = tf.numpy_function(contract, (weights, *structure), kind, stateful=False)
        gradients.set_shape((n_members, None, 3))

        def backward(upstream: Tensor) -> Tensor:
            directional = _in_parts(descriptor.directional, _by_pair, threads)
            products = tf.numpy_function(directional, (upstream, *structure), kind, stateful=False)
            products.set_shape((n_members, None, descriptor.n_functions))
            return products

        return gradients, backward

    return product(slopes)


def _in_parts(product: Product, cut: Callable[..., list[Any]], threads: int | None) -> Callable[..., NDArray[Any]]:
    """Let threads compute a product, each for some of the centers."""

    def computed(operand: NDArray[Any], *arrays: NDArray[Any]) -> NDArray[Any]:
        centers, rest = arrays[0], arrays[1:]
        parts = cut(operand, centers, rest[1], threads)
        results = in_threads(lambda part: product(part[0], *rest, part[1]), parts, threads)
        return np.concatenate(list(results), axis=1).astype(operand.dtype)

    return computed


def _parts(n_centers: int, threads: int | None) -> list[slice]:
    """Parts of the centers, about one a thread."""
    blocks = -(-n_centers // BLOCK)
    size = BLOCK * max(1, -(-blocks // n_threads(threads)))
    return [slice(start, start + size) for start in range(0, max(n_centers, 1), size)]


def _by_center(
    weights: NDArray[Any], centers: NDArray[np.int32], first: NDArray[np.int64], threads: int | None
) -> list[tuple[NDArray[np.int32], NDArray[Any]]]:
    del first
    return [(centers[part], weights[:, part]) for part in _parts(len(centers), threads)]


def _by_pair(
    directions: NDArray[Any], centers: NDArray[np.int32], first: NDArray[np.int64], threads: int | None
) -> list[tuple[NDArray[np.int32], NDArray[Any]]]:
    parts = []
    for part in _parts(len(centers), threads):
        own = centers[part]
        pairs = slice(first[own[0]], first[own[-1] + 1]) if len(own) else slice(0, 0)
        parts.append((own, directions[:, pairs]))
    return parts


def forces_and_strain(
    gradients: Sequence[Tensor], pairs: Sequence[PairBatch], frame: Tensor, n_frames: Tensor
) -> tuple[Tensor, Tensor]:
    """Sum up forces (n, 3, n_members) and derivatives by strain (b, 6, n_members) from `pair_gradients` by element."""
    n = tf.size(frame)
    gradient = tf.transpose(tf.concat(gradients, axis=1), (1, 2, 0))
    center = tf.concat([each.center for each in pairs], axis=0)
    neighbor = tf.concat([each.neighbor for each in pairs], axis=0)
    displacement = tf.cast(tf.concat([each.displacement for each in pairs], axis=0), gradient.dtype)
    forces = tf.math.unsorted_segment_sum(gradient, center, n) - tf.math.unsorted_segment_sum(gradient, neighbor, n)
    columns = [
        0.5 * (displacement[:, a, None] * gradient[:, b] + displacement[:, b, None] * gradient[:, a]) for a, b in VOIGT
    ]
    strain = tf.math.unsorted_segment_sum(tf.stack(columns, axis=1), tf.gather(frame, center), n_frames)
    return forces, strain

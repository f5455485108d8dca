"""A batch and the networks -> predictions, squared errors, loss.

With e the error of the energy of a frame of N atoms, the loss of a batch is

    w_E mean[(e/N)²] + w_F mean[ΔF²] + w_S mean[(Δσ V/N)²] + w_A mean[ΔE_i²] + l2 Σ w²

over the frames with an energy, the force components, the six stress components of frames with a
stress, the atoms with a known energy, and all weights (not biases). The means are weighted by the
weights of the frames. The members of a committee have a loss each; their sum is trained on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nnmanybody.model import Model
from nnmanybody.training.batch import Batch, BlockBatch
from nnmanybody.training.force_products import forces_and_strain, pair_gradients
from nnmanybody.training.tensorflow import tf

Tensor = Any

TARGETS = ("energy", "forces", "stress", "atomic_energies")


class Prediction(NamedTuple):
    """What the networks say of a batch.

    Attributes
    ----------
    atomic_energies : (..., n) eV
        Less the reference energies; zero for atoms that are no centers.
    energy : (..., b) eV
    forces : (..., n, 3) eV/Å
        Zero in frames without Jacobians.
    stress : (..., b, 6) eV/Å³
        Zero in frames without strain Jacobians.
    """

    atomic_energies: Tensor
    energy: Tensor
    forces: Tensor
    stress: Tensor


def predict(model: Model, batch: Batch) -> Prediction:
    """Atomic energies, energies, forces and stress of a batch: the mean of the members."""
    return mean_prediction(predict_members(model, batch))


def mean_prediction(members: Prediction) -> Prediction:
    """Mean over the members."""
    return Prediction(*(tf.reduce_mean(each, axis=0) for each in members))


def predict_members(model: Model, batch: Batch) -> Prediction:
    """Atomic energies, energies, forces and stress of a batch, by member: shapes start with n_members.

    With g_k = dE_i/dr_k of a neighbor k of the center i, -g_k adds to the force on k and g_k to that on i. All
    members share one pass over the Jacobians, which is what a step spends its time on.
    """
    n, b = tf.size(batch.frame), tf.size(batch.n_atoms)
    energies = tf.zeros_like(batch.atomic_energies)[:, None]
    forces = tf.zeros_like(batch.forces)[:, :, None]
    strain_gradient = tf.zeros_like(batch.stress)[:, :, None]
    gradients = []
    for number, (network, blocks) in enumerate(zip(model.elements, batch.elements, strict=True)):
        inputs = tf.repeat(tf.concat([block.inputs for block in blocks], axis=0)[None], network.n_members, axis=0)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            atomic = network.energies(inputs)
        slopes = tape.gradient(atomic, inputs)
        atom = tf.concat([block.atom for block in blocks], axis=0)
        energies += tf.math.unsorted_segment_sum(tf.transpose(atomic), atom, n)
        if batch.by_function:
            flat = tf.reshape(slopes, (-1, tf.shape(slopes)[2]))
            slopes = tf.reshape(tf.matmul(flat, batch.by_function[number], transpose_b=True), tf.shape(slopes))
        if batch.pairs:
            descriptor, pairs = model.descriptors[number], batch.pairs[number]
            own = {"atom": atom, "species": batch.species[0], "threads": model.threads}
            gradients.append(pair_gradients(descriptor, slopes, pairs, **own))
            continue
        slopes = tf.transpose(slopes, (1, 2, 0))
        by_block = tf.split(slopes, [tf.size(block.atom) for block in blocks], num=len(blocks))
        with tf.name_scope(f"{network.description.element}/forces"):
            forces += _forces(blocks, by_block, n)
        with tf.name_scope(f"{network.description.element}/stress"):
            strain_gradient += _strain_gradient(blocks, by_block, batch.frame, b)
    if batch.pairs:
        forces, strain_gradient = forces_and_strain(gradients, batch.pairs, batch.frame, b)
    return Prediction(
        atomic_energies=tf.transpose(energies),
        energy=tf.transpose(tf.math.unsorted_segment_sum(energies, batch.frame, b)),
        forces=tf.transpose(forces, (2, 0, 1)),
        stress=tf.transpose(strain_gradient / batch.volume[:, None, None], (2, 0, 1)),
    )


def _forces(blocks: Sequence[BlockBatch], slopes: Sequence[Tensor], n: Tensor) -> Tensor:
    """Sum up forces on centers and neighbors, (n, 3, n_members), from slopes (m, n_functions, n_members) by block."""
    on_center, on_neighbor = [], []
    for block, slope in zip(blocks, slopes, strict=True):
        m, places, _, n_functions = tf.unstack(tf.shape(block.jacobian))
        gradient = tf.matmul(tf.reshape(block.jacobian, (m, 3 * places, n_functions)), slope)
        gradient = tf.reshape(gradient, (m, places, 3, tf.shape(slope)[2]))
        on_center.append(tf.reduce_sum(gradient, axis=1))
        on_neighbor.append(tf.reshape(gradient, (m * places, 3, tf.shape(slope)[2])))
    atom = tf.concat([block.atom for block in blocks], axis=0)
    neighbor = tf.concat([tf.reshape(block.neighbor, (-1,)) for block in blocks], axis=0)
    return tf.math.unsorted_segment_sum(tf.concat(on_center, axis=0), atom, n) - tf.math.unsorted_segment_sum(
        tf.concat(on_neighbor, axis=0), neighbor, n
    )


def _strain_gradient(blocks: Sequence[BlockBatch], slopes: Sequence[Tensor], frame: Tensor, b: Tensor) -> Tensor:
    """Sum up derivatives of the frames' energies by strain, (b, 6, n_members); zero without strain Jacobians."""
    gradients, atoms = [], []
    for block, slope in zip(blocks, slopes, strict=True):
        rows = tf.shape(block.strain_jacobian)[0]
        gradients.append(tf.matmul(block.strain_jacobian, slope[:rows]))
        atoms.append(block.atom[:rows])
    frames = tf.gather(frame, tf.concat(atoms, axis=0))
    return tf.math.unsorted_segment_sum(tf.concat(gradients, axis=0), frames, b)


class SquaredErrors(NamedTuple):
    """Squared errors of the four targets, summed over a batch; order of `TARGETS`.

    Attributes
    ----------
    loss_sums : (..., 4)
        As the loss counts them, weighted by frame: (eV/atom)², (eV/Å)², (eV/atom)², eV².
    loss_counts : (4,)
        Sums of the weights.
    sums : (..., 4)
        As people read them, all frames alike: (eV/atom)², (eV/Å)², (eV/Å³)², eV².
    counts : (4,)
    """

    loss_sums: Tensor
    loss_counts: Tensor
    sums: Tensor
    counts: Tensor


def squared_errors(prediction: Prediction, batch: Batch, huber: float | None = None) -> SquaredErrors:
    """Squared errors, by member if the prediction is.

    Parameters
    ----------
    prediction : Prediction
    batch : Batch
    huber : float, eV/Å, optional
        Errors δ of force components beyond it count 2 huber |δ| - huber² in the loss, no longer their square.
    """
    atom_weight = tf.gather(batch.weight, batch.frame)
    with tf.name_scope("energy"):
        energy = batch.has_energy * ((prediction.energy - batch.energy) / batch.n_atoms) ** 2
    with tf.name_scope("forces"):
        difference = batch.has_forces[:, None] * (prediction.forces - batch.forces)
        forces = tf.reduce_sum(difference**2, axis=-1)
        robust = forces if huber is None else tf.reduce_sum(_huber(difference, huber), axis=-1)
    with tf.name_scope("stress"):
        stress = tf.reduce_sum(batch.has_stress[:, None] * (prediction.stress - batch.stress) ** 2, axis=-1)
        virial = stress * (batch.volume / batch.n_atoms) ** 2
    with tf.name_scope("atomic_energies"):
        atomic = batch.has_atomic_energy * (prediction.atomic_energies - batch.atomic_energies) ** 2
    masks = (batch.has_energy, 3.0 * batch.has_forces, 6.0 * batch.has_stress, batch.has_atomic_energy)
    weights = (batch.weight, atom_weight, batch.weight, atom_weight)
    in_loss = (energy, robust, virial, atomic)
    return SquaredErrors(
        loss_sums=_sums([weight * each for weight, each in zip(weights, in_loss, strict=True)]),
        loss_counts=_sums([weight * mask for weight, mask in zip(weights, masks, strict=True)]),
        sums=_sums([energy, forces, stress, atomic]),
        counts=_sums(masks),
    )


def _sums(each: Sequence[Tensor]) -> Tensor:
    return tf.stack([tf.reduce_sum(one, axis=-1) for one in each], axis=-1)


def _huber(difference: Tensor, width: float) -> Tensor:
    size = tf.abs(difference)
    return tf.where(size < width, difference**2, 2.0 * width * size - width**2)


def data_loss(loss_sums: Tensor, counts: Tensor, weights: Mapping[str, Any]) -> Tensor:
    """Weighted mean squared errors; a target that a batch lacks adds nothing."""
    factors = tf.stack([tf.cast(weights[target], loss_sums.dtype) for target in TARGETS])
    return tf.reduce_sum(factors * tf.math.divide_no_nan(loss_sums, counts), axis=-1)


def l2_loss(model: Model, factor: float) -> Tensor:
    """Factor times the sum of squares of all weights."""
    return factor * tf.add_n([tf.reduce_sum(variable**2) for variable in model.weights])

"""A batch and the networks -> predictions, squared errors, loss.

With e the error of the energy of a frame of N atoms, the loss of a batch is

    w_E mean[(e/N)²] + w_F mean[ΔF²] + w_S mean[(Δσ V/N)²] + w_A mean[ΔE_i²] + l2 Σ w²

over the frames with an energy, the force components, the six stress components of frames with a
stress, the atoms with a known energy, and all weights (not biases).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nnmanybody.model import Model
from nnmanybody.training.batch import Batch
from nnmanybody.training.tensorflow import tf

Tensor = Any

TARGETS = ("energy", "forces", "stress", "atomic_energies")


class Prediction(NamedTuple):
    """What the networks say of a batch.

    Attributes
    ----------
    atomic_energies : (n,) eV
        Less the reference energies; zero for atoms that are no centers.
    energy : (b,) eV
    forces : (n, 3) eV/Å
        Zero in frames without Jacobians.
    stress : (b, 6) eV/Å³
        Zero in frames without strain Jacobians.
    """

    atomic_energies: Tensor
    energy: Tensor
    forces: Tensor
    stress: Tensor


def predict(model: Model, batch: Batch) -> Prediction:
    """Atomic energies, energies, forces and stress of a batch.

    With g_p = dE_i/dD_p of a pair p with displacement D_p = r_j - r_i, the pair adds g_p to the force
    on its center i and -g_p to the force on its neighbor j.
    """
    n = tf.size(batch.frame)
    b = tf.size(batch.n_atoms)
    energies = tf.zeros_like(batch.atomic_energies)
    forces = tf.zeros_like(batch.forces)
    strain_gradient = tf.zeros_like(batch.stress)
    for network, block in zip(model.elements, batch.elements, strict=True):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(block.inputs)
            atomic = network.energies(block.inputs)
        slopes = tape.gradient(atomic, block.inputs)
        with tf.name_scope(f"{network.description.element}/forces"):
            pull = tf.einsum("pcf,pf->pc", block.jacobian, tf.gather(slopes, block.row))
            center = tf.gather(block.atom, block.row)
            forces += tf.math.unsorted_segment_sum(pull, center, n)
            forces -= tf.math.unsorted_segment_sum(pull, block.neighbor, n)
        with tf.name_scope(f"{network.description.element}/stress"):
            strained = tf.einsum("mcf,mf->mc", block.strain_jacobian, tf.gather(slopes, block.strain_row))
            frame = tf.gather(batch.frame, tf.gather(block.atom, block.strain_row))
            strain_gradient += tf.math.unsorted_segment_sum(strained, frame, b)
        energies += tf.math.unsorted_segment_sum(atomic, block.atom, n)
    return Prediction(
        atomic_energies=energies,
        energy=tf.math.unsorted_segment_sum(energies, batch.frame, b),
        forces=forces,
        stress=strain_gradient / batch.volume[:, None],
    )


def squared_errors(prediction: Prediction, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Squared errors of the four targets, summed over the batch, and how many there are.

    Returns
    -------
    loss_sums : (4,)
        As the loss counts them, order of `TARGETS`: (eV/atom)², (eV/Å)², (eV/atom)², eV².
    sums : (4,)
        As people read them: (eV/atom)², (eV/Å)², (eV/Å³)², eV².
    counts : (4,)
    """
    with tf.name_scope("energy"):
        energy = tf.reduce_sum(batch.has_energy * ((prediction.energy - batch.energy) / batch.n_atoms) ** 2)
    with tf.name_scope("forces"):
        forces = tf.reduce_sum(batch.has_forces[:, None] * (prediction.forces - batch.forces) ** 2)
    with tf.name_scope("stress"):
        difference = batch.has_stress[:, None] * (prediction.stress - batch.stress)
        stress = tf.reduce_sum(difference**2)
        virial = tf.reduce_sum((difference * (batch.volume / batch.n_atoms)[:, None]) ** 2)
    with tf.name_scope("atomic_energies"):
        atomic = tf.reduce_sum(batch.has_atomic_energy * (prediction.atomic_energies - batch.atomic_energies) ** 2)
    counts = tf.stack(
        [
            tf.reduce_sum(batch.has_energy),
            3.0 * tf.reduce_sum(batch.has_forces),
            6.0 * tf.reduce_sum(batch.has_stress),
            tf.reduce_sum(batch.has_atomic_energy),
        ]
    )
    return tf.stack([energy, forces, virial, atomic]), tf.stack([energy, forces, stress, atomic]), counts


def data_loss(loss_sums: Tensor, counts: Tensor, weights: Mapping[str, float]) -> Tensor:
    """Weighted mean squared errors; a target that a batch lacks adds nothing."""
    factors = tf.constant([weights[target] for target in TARGETS], loss_sums.dtype)
    return tf.reduce_sum(factors * tf.math.divide_no_nan(loss_sums, counts))


def l2_loss(model: Model, factor: float) -> Tensor:
    """Factor times the sum of squares of all weights."""
    return factor * tf.add_n([tf.reduce_sum(variable**2) for variable in model.weights])

"""A potential of networks and a structure -> derivatives of energy and forces by all weights, by TensorFlow.

Forces are contractions of the networks' slopes, so that each of their components has a gradient by the weights like any
output: TensorFlow's `jacobian` of a chunk of them at a time, all components of the chunk in one pass.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.design import DesignRows
from nnmanybody.errors import NNPError
from nnmanybody.fisher.columns import Columns
from nnmanybody.fisher.gauge import Gauge
from nnmanybody.model import Model, element_model_from_section
from nnmanybody.potential import Potential
from nnmanybody.training.batch import Batch, batch_signature, make_batch
from nnmanybody.training.element_model import ElementModel
from nnmanybody.training.frame_inputs import Wanted, centers_of, frame_targets, geometry, with_blocks
from nnmanybody.training.loss import predict_members
from nnmanybody.training.raw_blocks import raw_blocks
from nnmanybody.training.tensorflow import tf

FloatArray = NDArray[np.float64]
Tensor = Any

CHUNK = 48
"""Outputs whose gradients are computed side by side: what TensorFlow holds grows with it."""


class WeightJacobian:
    """Rows dE/dw and dF/dw of all weights of the networks of a potential.

    The weights are those of the potential file, on scaled functions; in columns: for each element all layers, the
    weights of a layer in the order of the file's rows, then its biases, and the shortcut at last.

    Parameters
    ----------
    potential : Potential
        Of networks; no committee.

    Raises
    ------
    NNPError
        For another kind of model, and for a committee.
    """

    def __init__(self, potential: Potential) -> None:
        if potential.n_models > 1:
            raise NNPError(f"{potential.name}: a committee of {potential.n_models}; take one of its members")
        sections = potential.definition.sections
        self.potential = potential
        self.model = Model([element_model_from_section(section) for section in sections])
        dtype = "float64"
        signature = batch_signature([len(section.functions) for section in sections], 1, dtype)
        self._jacobian = tf.function(self._trace, input_signature=[signature, tf.TensorSpec((None,), "int32")])
        self._order = np.concatenate([np.empty(0, dtype=np.int64), *_orders(self.model.networks)]).astype(np.int64)

    def _trace(self, batch: Batch, chosen: Tensor) -> Tensor:
        """Gradients, (k, P), of the chosen ones of the energy (0) and the force components (from 1 on)."""
        with tf.GradientTape() as tape:
            prediction = predict_members(self.model, batch)
            outputs = tf.concat([tf.reshape(prediction.energy, (-1,)), tf.reshape(prediction.forces, (-1,))], axis=0)
            outputs = tf.gather(outputs, chosen)
        found = tape.jacobian(outputs, self.model.variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return tf.concat([tf.reshape(one, (tf.size(chosen), -1)) for one in found], axis=1)

    def __call__(self, frame: Frame | Atoms) -> DesignRows:
        """Compute the rows of one structure.

        Parameters
        ----------
        frame : Frame or ase.Atoms

        Returns
        -------
        DesignRows
            `energies` (1, n_weights), `forces` (3 n_atoms, n_weights).

        Raises
        ------
        NNPError
            If an element is unknown or two atoms are on top of one another.
        """
        atoms = frame.atoms if isinstance(frame, Frame) else frame
        batch = self._batch(atoms)
        outputs = np.arange(1 + 3 * len(atoms), dtype=np.int32)
        parts = [self._jacobian(batch, outputs[start : start + CHUNK]) for start in range(0, len(outputs), CHUNK)]
        rows = np.concatenate([part.numpy() for part in parts])[:, self._order]
        return DesignRows(rows[:1], rows[1:])

    def _batch(self, atoms: Atoms) -> Batch:
        self.potential.species(atoms)  # says which atom is of an unknown element
        elements = list(self.potential.elements)
        frame = Frame(atoms, forces=np.zeros((len(atoms), 3)))
        wanted = Wanted(energy=False, forces=True, stress=False, atomic_energies=False)
        cutoff = max(descriptor.cutoff for descriptor in self.model.descriptors)
        blocks = raw_blocks(geometry(frame, elements, cutoff, wanted), self.model.descriptors, wanted, "float64")
        targets = frame_targets(frame, elements, [0.0] * len(elements), wanted=wanted)
        transforms = [network.description.transform for network in self.model.elements]
        whole = with_blocks(targets, centers_of(frame, elements, wanted), blocks, transforms, dtype="float64")
        return make_batch([whole], "float64")


def _orders(networks: Sequence[ElementModel]) -> list[NDArray[np.int64]]:
    """Places, among the variables one behind another, of the weights in the order of the potential file."""
    orders, start = [], 0
    for network in networks:
        places, kernels = [], []
        for variable in network.variables:
            shape = tuple(variable.shape)
            places.append(start + np.arange(int(np.prod(shape))).reshape(shape[1:]))
            start += places[-1].size
        kernels, shortcut = places[: len(network.kernels)], places[len(network.kernels) : len(network.weights)]
        for kernel, bias in zip(kernels, places[len(network.weights) :], strict=True):
            orders += [kernel.T.ravel(), bias.ravel()]
        orders += [one.ravel() for one in shortcut]
    return orders


def weight_columns(potential: Potential) -> Columns:
    """Describe the columns of `WeightJacobian`: submodels are layers, and elements where there are several.

    Raises
    ------
    NNPError
        For another kind of model than networks.
    """
    columns = Columns()
    for section in potential.definition.sections:
        network = section.models[0]
        if not isinstance(network, _core.Network):
            raise NNPError(f"{potential.name}: all weights are known of neural networks only, this is {network.kind}")
        first = len(columns.names)
        starts = _name_layers(columns, section.element, network)
        columns.gauges += _unit_scales(columns, section.element, network, starts)
        if len(potential.elements) > 1:
            columns.add_submodel(section.element, range(first, len(columns.names)))
    n = len(columns.names)
    columns.gauges = [
        replace(gauge, direction=np.pad(gauge.direction, (0, n - len(gauge.direction)))) for gauge in columns.gauges
    ]
    return columns


def _name_layers(columns: Columns, element: str, network: _core.Network) -> list[int]:
    """Name the weights of an element; returns the first column of every layer."""
    starts = []
    for number, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        starts.append(len(columns.names))
        n_out, n_in = weights.shape
        columns.names += [f"{element}: layer {number}, {j + 1} to {i + 1}" for i in range(n_out) for j in range(n_in)]
        columns.names += [f"{element}: layer {number}, bias {i + 1}" for i in range(len(biases))]
        columns.add_submodel(f"layer {number}", range(starts[-1], len(columns.names)))
    columns.shifts.append(len(columns.names) - 1)
    if network.shortcut is not None:
        start = len(columns.names)
        columns.names += [f"{element}: shortcut {j + 1}" for j in range(len(network.shortcut))]
        columns.add_submodel("shortcut", range(start, len(columns.names)))
    return starts


def _unit_scales(columns: Columns, element: str, network: _core.Network, starts: Sequence[int]) -> list[Gauge]:
    """Units of relu and identity: what comes in enlarged, what goes out reduced as much, changes nothing."""
    found = []
    for layer, activation in enumerate(network.activations[:-1]):
        if activation not in ("relu", "identity"):
            continue
        n_out, n_in = network.weights[layer].shape
        after = network.weights[layer + 1]
        for unit in range(n_out):
            direction = np.zeros(len(columns.names))
            incoming = starts[layer] + unit * n_in
            direction[incoming : incoming + n_in] = network.weights[layer][unit]
            direction[starts[layer] + n_out * n_in + unit] = network.biases[layer][unit]
            outgoing = starts[layer + 1] + np.arange(after.shape[0]) * n_out + unit
            direction[outgoing] = -after[:, unit]
            found.append(Gauge("scale of a unit", f"{element}: unit {unit + 1} of layer {layer + 1}", direction))
    return found

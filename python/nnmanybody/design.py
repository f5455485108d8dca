"""A potential and structures -> the derivatives of energies and forces by the parameters in which they are linear."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]


class DesignRows(NamedTuple):
    """Rows of a design matrix; the columns are the linear parameters of all elements, in the order of the potential.

    Attributes
    ----------
    energies : (n_frames, n_parameters) float64
        dE/dc of every structure.
    forces : (3 n_atoms of all frames, n_parameters) float64, 1/Å
        dF/dc; the components of one atom behind one another, atom by atom, frame by frame.
    """

    energies: FloatArray
    forces: FloatArray


def linear_parameters(potential: Potential) -> FloatArray:
    """Return the parameters that the columns of `design_rows` belong to, (n_parameters,) float64, eV.

    Of an MLP the weights and the bias of the last layer, then those of the shortcut; of a composable model all
    coefficients and shifts.

    Raises
    ------
    NNPError
        For a committee, and where the energy is linear in no parameter.
    """
    try:
        return _core.linear_coefficients(_core.Potential(potential.definition))
    except ValueError as error:
        raise NNPError(f"{potential.name}: {error}") from error


def design_rows(potential: Potential, frames: Sequence[Frame | Atoms]) -> DesignRows:
    """Return derivatives of energies and forces by the linear parameters, all others fixed.

    Where the energy is linear in all of them at once (not so for products), `energies @ linear_parameters` is the
    energy less the reference energies, and `forces @ linear_parameters` are the forces.

    Parameters
    ----------
    potential : Potential
        Of any kind of model; no committee.
    frames : sequence of Frame or ase.Atoms

    Raises
    ------
    NNPError
        As `linear_parameters`, and as `Potential.evaluate`.
    """
    n_parameters = len(linear_parameters(potential))
    core = _core.Potential(potential.definition)
    energies, forces = np.empty((len(frames), n_parameters)), []
    for index, frame in enumerate(frames):
        atoms = frame.atoms if isinstance(frame, Frame) else frame
        pairs = neighbor_list(atoms, potential.cutoff)
        energies[index], by_force = _core.design(
            core, potential.species(atoms), pairs.first, pairs.neighbor, pairs.displacement
        )
        forces.append(by_force.reshape(n_parameters, -1).T)
    return DesignRows(energies, np.concatenate(forces) if forces else np.empty((0, n_parameters)))

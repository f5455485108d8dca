"""What a potential says about a structure: energies, forces, stress, extrapolation, descriptors."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase import Atoms
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]


@dataclass(frozen=True)
class MemberEvaluations:
    """What the members of a committee say about one structure, one by one.

    The deviations are root mean squares over the members with 1/n: they describe these n members, a single one has 0,
    and the factor to the error is a matter of calibration anyway. For the estimate from a sample (1/(n - 1), as
    `nnmanybody.committee` has it) multiply by sqrt(n/(n - 1)).

    Attributes
    ----------
    atomic_energies : (n_models, n_atoms) float64, eV
    forces : (n_models, n_atoms, 3) float64, eV/Å
    """

    atomic_energies: FloatArray
    forces: FloatArray

    @property
    def energies(self) -> FloatArray:
        """Energy of the structure by every member, (n_models,) eV."""
        energies: FloatArray = self.atomic_energies.sum(axis=1)
        return energies

    @property
    def energy_deviation(self) -> float:
        """Standard deviation (1/n) of the energy of the structure, eV."""
        return float(np.std(self.energies))

    @property
    def energies_deviation(self) -> FloatArray:
        """Standard deviation (1/n) of the energy of every atom, (n_atoms,) eV."""
        deviation: FloatArray = np.std(self.atomic_energies, axis=0)
        return deviation

    @property
    def force_deviation(self) -> FloatArray:
        """`sqrt(1/n sum_m |F_m - <F>|^2)` of every atom, (n_atoms,) eV/Å."""
        deviation: FloatArray = np.sqrt(np.var(self.forces, axis=0).sum(axis=1))
        return deviation


@dataclass(frozen=True)
class Evaluation:
    """What a potential says about one structure; a committee, the mean of its members.

    Attributes
    ----------
    energy : float, eV
    energies : (n_atoms,) float64, eV
    forces : (n_atoms, 3) float64, eV/Å
    virial : (3, 3) float64, eV
        Sum of r ⊗ f; minus the derivative of the energy with respect to strain.
    stress : (6,) float64, eV/Å³, or None
        -virial/volume in ASE's order (xx, yy, zz, yz, xz, xy); None unless periodic in three directions.
    virials : (n_atoms, 6) float64, eV, or None
        Per atom, order of LAMMPS (xx, yy, zz, xy, xz, yz); None unless asked for.
    centroid_virials : (n_atoms, 9) float64, eV, or None
        Per atom, not symmetric, order of LAMMPS (xx, yy, zz, xy, xz, yz, yx, zx, zy).
    committee : MemberEvaluations, or None
        None unless asked for.
    """

    energy: float
    energies: FloatArray
    forces: FloatArray
    virial: FloatArray
    stress: FloatArray | None
    virials: FloatArray | None = None
    centroid_virials: FloatArray | None = None
    committee: MemberEvaluations | None = None


@dataclass(frozen=True)
class Extrapolation:
    """How far the atoms of a structure lie outside of the training set.

    The overshoot of a symmetry function is the part of its value beyond the nearer end of the range [min, max] in the
    potential file, as a fraction of max - min (of 1 where max == min). Up to 1e-9 counts as inside: rounding.

    Attributes
    ----------
    overshoot : (n_atoms,) float64
        The largest of any function; 0 inside.
    n_outside : (n_atoms,) int32
        How many functions are outside.
    function : (n_atoms,) int32
        Number of the function with the largest overshoot in the list of its element, from 1; 0 where none is outside.
    """

    overshoot: FloatArray
    n_outside: IntArray
    function: IntArray


class ElementDescriptors(NamedTuple):
    """Descriptors of the atoms of one element: `centers` (m,) int32 and `values` (m, n_functions) float64."""

    centers: IntArray
    values: FloatArray


def stress_from_virial(virial: FloatArray, atoms: Atoms) -> FloatArray | None:
    """Stress in ASE's sign and order, (6,) eV/Å³; None where the volume has no meaning."""
    if not atoms.pbc.all():
        return None
    stress: FloatArray = full_3x3_to_voigt_6_stress(-virial / atoms.get_volume())
    return stress

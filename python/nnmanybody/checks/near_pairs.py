"""Frames -> pairs of nearly the same structure, with the energy difference and the work of forces and stress.

Between two structures that differ by small displacements u and a small strain ε, the trapezoidal rule
says what the energies must differ by (exact where the energy is quadratic):

    E_b - E_a = -Σ_i (F_a,i + F_b,i)/2 · u_i + (V_a σ_a + V_b σ_b)/2 : ε

No model is needed, only data whose energies, forces and stresses belong together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase.stress import voigt_6_to_full_3x3_stress
from numpy.typing import NDArray

from nnmanybody.data import ENVIRONMENT, Frame

FloatArray = NDArray[np.float64]

LARGEST_STRAIN = 0.1
LARGEST_DISPLACEMENT = 1.0
"""Å, of any atom. The rule errs with the third power of the displacement."""
NO_STRAIN = 1e-6
N_PARTNERS = 6
"""Pairs per frame: with the next ones of the same atoms, and with some farther away."""


@dataclass(frozen=True)
class NearPair:
    """Two nearly equal structures.

    Attributes
    ----------
    first, second : int
        Indices of the frames.
    n_atoms : int
    energy : float, eV
        Energy of the second less that of the first.
    force_work, stress_work : float, eV
        What forces and stress say it is; 0 for a stress that is not known.
    displacement : float, Å
        Largest of any atom, beyond the strain.
    strain : float
        Largest component.
    has_stress : bool
    """

    first: int
    second: int
    n_atoms: int
    energy: float
    force_work: float
    stress_work: float
    displacement: float
    strain: float
    has_stress: bool


def near_pairs(frames: Sequence[Frame]) -> list[NearPair]:
    """Pairs of near frames with energies and forces."""
    groups = defaultdict(list)
    for index, frame in enumerate(frames):
        if frame.energy is not None and frame.forces is not None and frame.config_type != ENVIRONMENT:
            groups[frame.atoms.numbers.tobytes() + frame.atoms.pbc.tobytes()].append(index)
    pairs = (
        _pair(frames[first], frames[second], first, second)
        for members in groups.values()
        for first, second in _partners(members)
    )
    return [pair for pair in pairs if pair is not None]


def _partners(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pair each frame with its nearest followers in the file and with some that come later."""
    steps = sorted({*range(1, N_PARTNERS // 2 + 1), *(2**power for power in range(2, N_PARTNERS))})
    for step in steps:
        for position in range(len(members) - step):
            yield members[position], members[position + step]


def _pair(one: Frame, other: Frame, first: int, second: int) -> NearPair | None:
    """Compare two frames of the same atoms; None if they are too far apart."""
    geometry = difference(one, other)
    if geometry is None or one.energy is None or other.energy is None or one.forces is None or other.forces is None:
        return None
    displacement, strain = geometry
    largest = float(np.linalg.norm(displacement, axis=1).max())
    if largest > LARGEST_DISPLACEMENT or np.abs(strain).max() > LARGEST_STRAIN:
        return None
    has_stress = one.stress is not None and other.stress is not None
    virials = [
        frame.atoms.get_volume() * voigt_6_to_full_3x3_stress(frame.stress)
        for frame in (one, other)
        if has_stress and frame.atoms.cell.rank == 3
    ]
    return NearPair(
        first=first,
        second=second,
        n_atoms=len(one.atoms),
        energy=other.energy - one.energy,
        force_work=-0.5 * float(np.sum((one.forces + other.forces) * displacement)),
        stress_work=0.5 * float(np.sum(sum(virials) * strain)) if virials else 0.0,
        displacement=largest,
        strain=float(np.abs(strain).max()),
        has_stress=bool(virials),
    )


def difference(one: Frame, other: Frame) -> tuple[FloatArray, FloatArray] | None:
    """Displacements beyond the strain (n_atoms, 3), without their mean, and the strain (3, 3); None if it is large."""
    if not one.atoms.pbc.any():
        displacement = other.atoms.positions - one.atoms.positions
        return displacement - displacement.mean(axis=0), np.zeros((3, 3))
    before, after = one.atoms.cell.complete().array, other.atoms.cell.complete().array
    deformation = np.linalg.solve(before, after) - np.eye(3)
    if np.abs(deformation).max() > LARGEST_STRAIN:
        return None
    turns = other.atoms.positions @ np.linalg.inv(after) - one.atoms.positions @ np.linalg.inv(before)
    turns -= np.where(one.atoms.pbc, np.round(turns), 0.0)
    displacement = turns @ (0.5 * (before + after))
    return displacement - displacement.mean(axis=0), 0.5 * (deformation + deformation.T)

"""Potential file, structures -> whether Python, ASE, LAMMPS, finite differences agree on energy, forces, virial."""

import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from nnmanybody.calculator import VOIGT_FROM_LAMMPS, NNPCalculator
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.evaluation import Evaluation, FloatArray
from nnmanybody.lammps_runs import Launcher
from nnmanybody.parity_lammps import LammpsRoute, lammps_routes, run_route
from nnmanybody.potential import Potential

ENERGY_TOLERANCE = 1e-9
"""eV/atom."""
FORCE_TOLERANCE = 1e-8
"""Of the largest force component, or eV/Å where that is below 1 eV/Å."""
VIRIAL_TOLERANCE = 1e-8
"""Of the largest component of the virial, or eV for each atom where that is more."""
DIFFERENTIATION_TOLERANCE = 1e-5
"""The same for finite differences, which cannot do better where an atom crosses a cutoff."""
STEP = 1e-4
"""Å. Small, because the second derivative of a potential jumps where a neighbor enters the cutoff."""
STRAIN_STEP = 2e-5
N_DIFFERENTIATED_ATOMS = 3


@dataclass(frozen=True)
class Difference:
    """The difference of one quantity from Python's, and the largest one allowed."""

    value: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether it is small enough; NaN is not."""
        return self.value <= self.tolerance


@dataclass(frozen=True)
class FrameParity:
    """Differences of one way of computing one frame; None where it gives no such quantity.

    Attributes
    ----------
    energy : Difference, eV/atom
    force : Difference, eV/Å
        Largest component.
    virial : Difference, eV
        Largest component.
    failure : str
        Why there are no numbers; empty when there are.
    """

    frame: str
    energy: Difference | None = None
    force: Difference | None = None
    virial: Difference | None = None
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether every quantity agrees."""
        return not self.failure and all(d.ok for d in (self.energy, self.force, self.virial) if d is not None)


@dataclass(frozen=True)
class RouteParity:
    """One way of computing all frames."""

    name: str
    frames: tuple[FrameParity, ...]

    @property
    def ok(self) -> bool:
        """Whether every frame agrees."""
        return all(frame.ok for frame in self.frames)

    def worst(self, quantity: str) -> Difference | None:
        """Return the difference that is nearest to or farthest beyond its tolerance."""
        found: list[Difference] = [d for d in (getattr(frame, quantity) for frame in self.frames) if d is not None]
        return max(found, key=lambda d: math.inf if math.isnan(d.value) else d.value / d.tolerance, default=None)


@dataclass(frozen=True)
class ParityReport:
    """All ways of computing all frames."""

    routes: tuple[RouteParity, ...]

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return all(route.ok for route in self.routes)

    def as_json(self) -> dict[str, Any]:
        """Every difference of every frame with its tolerance."""
        return {
            "ok": self.ok,
            "routes": {route.name: [_as_json(frame) for frame in route.frames] for route in self.routes},
        }


def parity(
    path: Path,
    frames: Sequence[Frame],
    launcher: Launcher | None,
    ranks: int = 2,
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> ParityReport:
    """Compute every frame in every way and compare with `Potential.evaluate`.

    Parameters
    ----------
    path : Path
        Potential file; LAMMPS reads the same one.
    launcher : Launcher or None
        None leaves LAMMPS out.
    ranks : int
        Of the parallel run of LAMMPS.

    Raises
    ------
    NNPError
        If Python cannot read the potential or evaluate a frame, or a program cannot be started.
    """
    potential = Potential.read(path)
    if not frames:
        raise NNPError("parity needs at least one structure")
    references = [_evaluate(potential, frame) for frame in frames]
    found: dict[str, list[FrameParity]] = {"ASE calculator": [], "finite differences": []}
    for frame, reference in zip(progress(frames), references, strict=True):
        found["ASE calculator"].append(_compare(frame, reference, *_by_ase(potential, frame.atoms)))
        found["finite differences"].append(_differentiated(potential, frame, reference))
    if launcher is not None:
        found |= _by_lammps(path, potential, frames, references, launcher=launcher, ranks=ranks)
    return ParityReport(tuple(RouteParity(name, tuple(results)) for name, results in found.items() if results))


def evenly_spaced(frames: Sequence[Frame], n: int) -> list[Frame]:
    """At most n of the frames, spread over all of them.

    Raises
    ------
    NNPError
        If n is not positive.
    """
    if n < 1:
        raise NNPError(f"the number of frames must be at least 1, got {n}")
    chosen = sorted(set(np.linspace(0, len(frames) - 1, min(n, len(frames))).round().astype(int).tolist()))
    return [frames[i] for i in chosen]


def _evaluate(potential: Potential, frame: Frame) -> Evaluation:
    try:
        return potential.evaluate(frame.atoms)
    except NNPError as error:
        raise NNPError(f"{frame.name}: {error}") from error


def _by_ase(potential: Potential, atoms: Atoms) -> tuple[float, FloatArray, FloatArray | None]:
    """Energy, forces and, where ASE has a stress, the virial that belongs to it."""
    copy = atoms.copy()
    copy.calc = NNPCalculator(potential)
    energy, forces = float(copy.get_potential_energy()), copy.get_forces(apply_constraint=False)
    if not copy.pbc.all():
        return energy, forces, None
    # The permutation is its own inverse: ASE's order -> LAMMPS's.
    xx, yy, zz, xy, xz, yz = -copy.get_volume() * copy.get_stress(apply_constraint=False)[VOIGT_FROM_LAMMPS]
    return energy, forces, np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _by_lammps(
    path: Path,
    potential: Potential,
    frames: Sequence[Frame],
    references: list[Evaluation],
    *,
    launcher: Launcher,
    ranks: int,
) -> dict[str, list[FrameParity]]:
    found: dict[str, list[FrameParity]] = {}
    with tempfile.TemporaryDirectory(prefix="nnp-parity-") as name:
        folder = Path(name)
        shutil.copyfile(path, folder / "potential.nnp")
        for route in lammps_routes(ranks):
            found[route.name] = _one_route(folder, route, potential, frames, references, launcher=launcher)
    return found


def _one_route(
    folder: Path,
    route: LammpsRoute,
    potential: Potential,
    frames: Sequence[Frame],
    references: list[Evaluation],
    *,
    launcher: Launcher,
) -> list[FrameParity]:
    chosen = [i for i, frame in enumerate(frames) if route.applies(frame.atoms)]
    results = run_route(folder, route, potential, [frames[i].atoms for i in chosen], launcher)
    compared = []
    for i, result in zip(chosen, results, strict=True):
        if isinstance(result, str):
            compared.append(FrameParity(frames[i].name, failure=result))
        else:
            compared.append(_compare(frames[i], references[i], result.energy, result.forces, result.virial))
    return compared


def _compare(
    frame: Frame, reference: Evaluation, energy: float, forces: FloatArray, virial: FloatArray | None
) -> FrameParity:
    """Differences; forces may be those of several copies of the structure, (copies, n_atoms, 3)."""
    n = len(frame.atoms)
    return FrameParity(
        frame.name,
        Difference(abs(energy - reference.energy) / n, ENERGY_TOLERANCE),
        _difference(forces - reference.forces, FORCE_TOLERANCE * max(1.0, _largest(reference.forces))),
        None
        if virial is None
        else _difference(virial - reference.virial, VIRIAL_TOLERANCE * max(float(n), _largest(reference.virial))),
    )


def _differentiated(potential: Potential, frame: Frame, reference: Evaluation) -> FrameParity:
    """Compare forces of a few atoms and the virial with differences of energies."""
    atoms = frame.atoms
    n = len(atoms)
    few = sorted({0, int(np.abs(reference.forces).max(axis=1).argmax()), *range(n - 1, 0, -max(1, n // 2))})
    few = few[:N_DIFFERENTIATED_ATOMS]
    forces = np.array([[-_slope(potential, atoms, STEP, _moved(i, axis)) for axis in range(3)] for i in few])
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    virial = np.array([-_slope(potential, atoms, STRAIN_STEP, _strained(a, b)) for a, b in pairs])
    by_strain = np.array([reference.virial[a, b] for a, b in pairs])
    scale = DIFFERENTIATION_TOLERANCE
    return FrameParity(
        frame.name,
        force=_difference(forces - reference.forces[few], scale * max(1.0, _largest(reference.forces))),
        virial=_difference(virial - by_strain, scale * max(float(n), _largest(reference.virial))),
    )


def _slope(potential: Potential, atoms: Atoms, step: float, change: Callable[[Atoms, float], None]) -> float:
    """Return the derivative of the energy with respect to a change, five-point formula.

    Differences are taken atom by atom, so that large reference energies cost no digits.
    """

    def energies(size: float) -> FloatArray:
        moved = atoms.copy()
        change(moved, size)
        return potential.evaluate(moved).energies

    near, far = energies(step) - energies(-step), energies(2 * step) - energies(-2 * step)
    return float((8.0 * near - far).sum()) / (12.0 * step)


def _moved(atom: int, axis: int) -> Callable[[Atoms, float], None]:
    def change(atoms: Atoms, size: float) -> None:
        atoms.positions[atom, axis] += size

    return change


def _strained(a: int, b: int) -> Callable[[Atoms, float], None]:
    def change(atoms: Atoms, size: float) -> None:
        deformation = np.eye(3)
        deformation[a, b] += 0.5 * size
        deformation[b, a] += 0.5 * size
        positions = atoms.positions @ deformation
        atoms.set_cell(atoms.cell.array @ deformation)
        atoms.positions = positions

    return change


def _difference(values: FloatArray, tolerance: float) -> Difference:
    return Difference(_largest(values), tolerance)


def _largest(values: FloatArray) -> float:
    return float(np.abs(values).max())


def _as_json(frame: FrameParity) -> dict[str, Any]:
    quantities = {"energy": frame.energy, "force": frame.force, "virial": frame.virial}
    numbers = {
        name: None if d is None else {"difference": d.value, "tolerance": d.tolerance} for name, d in quantities.items()
    }
    return {"frame": frame.frame, "ok": frame.ok, **numbers, "failure": frame.failure or None}

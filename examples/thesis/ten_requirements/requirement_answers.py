"""A potential and test frames -> the figures that answer the requirements."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary
from ase.md.verlet import VelocityVerlet
from numpy.typing import NDArray

from common import FloatArray
from nnmanybody import NNPCalculator
from nnmanybody.committee import mean_and_spread
from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import predict
from nnmanybody.lammps_runs import Launcher, place, potential_folder, write_data
from nnmanybody.neighbors import neighbor_list
from nnmanybody.parity import parity
from nnmanybody.potential import Potential

STEP = 1e-4
"""Å, of central differences."""
ZERO_MODE = 1e-7
"""Of the largest eigenvalue."""
BOND = 1.25
"""Longest bond, by the mean distance of nearest neighbors: between the first two shells of all common crystals."""


def rms(values: FloatArray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def force_error(potential: Potential, frames: Sequence[Frame]) -> float:
    """Root mean square of the errors of the force components, eV/Å."""
    found = predict(potential, frames)
    return rms(np.concatenate([one.forces - frame.forces for one, frame in zip(found, frames, strict=True)]))


def relative_error(potential: Potential, frames: Sequence[Frame]) -> float:
    """Return that by the root mean square of the components."""
    return force_error(potential, frames) / rms(np.concatenate([np.asarray(frame.forces) for frame in frames]))


# --- 2, 7: what the potential has not seen --------------------------------------------------------


@dataclass(frozen=True)
class AtomErrors:
    """By atom of some frames: lengths of the error of the force, and spread of the committee, eV/Å, both (n,)."""

    error: FloatArray
    spread: FloatArray


def atom_errors(potential: Potential, frames: Sequence[Frame]) -> AtomErrors:
    """Compare the mean of the committee with the frames, and the members with one another."""
    mean, spread = mean_and_spread([predict(member, frames) for member in potential.members])
    errors = [np.linalg.norm(one.forces - frame.forces, axis=1) for one, frame in zip(mean, frames, strict=True)]
    return AtomErrors(np.concatenate(errors), np.concatenate([one.forces for one in spread]))


def noticed(known: AtomErrors, unknown: AtomErrors) -> tuple[float, float]:
    """Share of bad atoms that the spread gives away, and share of bad atoms among the unknown.

    Bad: the error is three times the root mean square of what it is for known atoms. Given away: the spread is larger
    than that of 99 % of the known atoms.
    """
    bad = unknown.error > 3.0 * rms(known.error)
    seen = unknown.spread > np.quantile(known.spread, 0.99)
    return float(seen[bad].mean()) if bad.any() else 1.0, float(bad.mean())


# --- 4: bonds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bonds:
    """What became of bonds at constant energy.

    Attributes
    ----------
    time : (n,) float64, ps
    broken, made : (n,) float64
        Bonds of the start that are gone, bonds that were not there, by the number of bonds of the start.
    energy : (n,) float64, eV/atom
        Total energy less that of the start.
    """

    time: FloatArray
    broken: FloatArray
    made: FloatArray
    energy: FloatArray


def bonds_over_time(potential: Potential, start: Atoms, kelvin: float, n_steps: int, every: int) -> Bonds:
    """Simulate at constant energy, steps of 1 fs, and compare bonds with those of the start."""
    atoms = start.copy()
    atoms.calc = NNPCalculator(potential)
    MaxwellBoltzmannDistribution(atoms, temperature_K=kelvin, rng=np.random.default_rng(4))
    Stationary(atoms)
    longest = BOND * nearest_distance(atoms)
    first, energy = bonds(atoms, longest), atoms.get_total_energy()
    rows = [(0.0, 0.0, 0.0, 0.0)]
    dynamics = VelocityVerlet(atoms, timestep=1.0 * units.fs)
    for step in range(every, n_steps + 1, every):
        dynamics.run(every)
        now = bonds(atoms, longest)
        drift = (atoms.get_total_energy() - energy) / len(atoms)
        rows.append((1e-3 * step, len(first - now) / len(first), len(now - first) / len(first), drift))
    return Bonds(*np.array(rows).T)


def nearest_distance(atoms: Atoms) -> float:
    """Mean distance of the nearest neighbor, Å."""
    found = neighbor_list(atoms, 6.0)
    distance = found.distance
    parts = [distance[begin:end] for begin, end in zip(found.first[:-1], found.first[1:], strict=True)]
    return float(np.mean([part.min() for part in parts if len(part)]))


def bonds(atoms: Atoms, longest: float) -> set[tuple[int, int]]:
    """Pairs of atoms closer than that; images of an atom count as that atom."""
    found = neighbor_list(atoms, longest)
    return {(int(i), int(j)) for i, j in zip(found.center, found.neighbor, strict=True) if i < j}


# --- 5, 10: degrees of freedom, derivatives ---------------------------------------------------------


def hessian(potential: Potential, atoms: Atoms) -> NDArray[np.float64]:
    """Second derivatives of the energy by central differences of forces, (3 N, 3 N) eV/Å²."""
    rows = []
    for atom in range(len(atoms)):
        for axis in range(3):
            ends = []
            for sign in (1.0, -1.0):
                moved = atoms.copy()
                moved.positions[atom, axis] += sign * STEP
                ends.append(potential.evaluate(moved).forces.ravel())
            rows.append((ends[1] - ends[0]) / (2.0 * STEP))
    found = np.array(rows)
    return 0.5 * (found + found.T)


def zero_modes(matrix: FloatArray) -> int:
    """Directions in which the energy does not change: three translations, if it depends on all else."""
    values = np.abs(np.linalg.eigvalsh(matrix))
    return int(np.count_nonzero(values < ZERO_MODE * values.max()))


def mistakes(potential: Path, frame: Frame) -> tuple[float, float]:
    """Largest differences of forces and virial from difference quotients, by the largest force and component.

    `nnp parity` computes them, for some of the atoms.
    """
    reference = Potential.read(potential).evaluate(frame.atoms)
    routes = {route.name: route for route in parity(potential, [frame], None).routes}
    (found,) = routes["finite differences"].frames
    if found.force is None or found.virial is None:
        raise NNPError(f"{frame.name}: expected a periodic structure")
    return found.force.value / float(np.abs(reference.forces).max()), found.virial.value / float(
        np.abs(reference.virial).max()
    )


# --- 8: cost in LAMMPS ------------------------------------------------------------------------------


def microseconds(folder: Path, crystal: Atoms, pair: str, n_steps: int) -> float:
    """Time of one atom and step of the whole loop of LAMMPS, one rank, one thread.

    Raises
    ------
    NNPError
        If LAMMPS is missing or fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    element = str(crystal.symbols[0])
    write_data(folder / "data.lmp", place(crystal), [1] * len(crystal), [element], margin=0.0)
    done = Launcher.find().run(
        folder,
        f"units metal\nread_data data.lmp\n{pair}\nvelocity all create 600 4928459\nfix move all nve\n"
        f"run {max(1, n_steps // 10)}\nrun {n_steps}\n",
    )
    loops = re.findall(r"Loop time of (\S+) on", done.output)
    if done.status != 0 or len(loops) != 2:
        raise NNPError(f"LAMMPS failed in {folder}:\n{done.errors()}")
    return 1e6 * float(loops[-1]) / (n_steps * len(crystal))


def stillinger_weber() -> str:
    """Return the commands of the classical potential of silicon."""
    return f"pair_style sw\npair_coeff * * {potential_folder()}/Si.sw Si"

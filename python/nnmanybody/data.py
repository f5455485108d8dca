"""Files of structures -> frames: structures with the energies, forces and stresses to learn from."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from ase import Atoms
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.structure_files import expanded, read_structures

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
KeyUse: TypeAlias = Counter[tuple[str, str]]
"""How many frames had a target, by (target, key) that served."""

ENVIRONMENT = "environment"
"""`config_type` of one environment: an atom whose energy counts, and its neighbors, whose do not."""
ISOLATED_ATOM = "IsolatedAtom"
"""`config_type` of one atom alone; its energy is the reference energy of its element."""
ENVIRONMENT_ENERGY_KEY = "REF_atomic_energy"

STRESS_ASYMMETRY = 1e-3
"""Largest difference of two mirrored stress components that passes for rounding, relative."""


@dataclass(frozen=True)
class DataKeys:
    """Names under which a file holds the targets.

    Attributes
    ----------
    energy, stress : str
        Keys of the comment line (`atoms.info`): eV; eV/Å³, 6 or 9 numbers in ASE's sign and order.
    forces, atomic_energies : str
        Columns (`atoms.arrays`): eV/Å; eV.
    weight : str
        Key of the comment line: how much the frame counts in a training, 1 where it is not said.
    """

    energy: str = "REF_energy"
    forces: str = "REF_forces"
    stress: str = "REF_stress"
    atomic_energies: str = "REF_atomic_energies"
    weight: str = "weight"


@dataclass(frozen=True)
class Frame:
    """One structure and what is known about it; None stands for unknown.

    Attributes
    ----------
    atoms : ase.Atoms
    energy : float, eV
    forces : (n_atoms, 3) float64, eV/Å
    stress : (6,) float64, eV/Å³
        ASE's sign (-virial/volume) and order (xx, yy, zz, yz, xz, xy).
    atomic_energies : (n_atoms,) float64, eV
        NaN for an atom whose energy is unknown.
    name : str
        `file.xyz:12`: the file and the number of the frame in it, from 0 as in ASE.
    config_type : str
    weight : float
        In the loss of a training.
    """

    atoms: Atoms
    energy: float | None = None
    forces: FloatArray | None = None
    stress: FloatArray | None = None
    atomic_energies: FloatArray | None = None
    name: str = ""
    config_type: str = ""
    weight: float = 1.0


def read_frames(
    paths: str | Path | Iterable[str | Path],
    keys: DataKeys | None = None,
    index: str = ":",
    units: str | None = None,
) -> list[Frame]:
    """Read the frames of one or several files, or of all files in folders.

    A target not found under its key is taken from the results that ASE reads itself (`energy`,
    `forces`, `stress`, `energies`). Which key served how many frames is logged.

    Parameters
    ----------
    paths : path or paths
        What `structure_files` reads: extended XYZ, every format of ASE, RuNNer's input.data, folders.
    keys : DataKeys, optional
    index : str
        Frames of each file, as in ASE: ":" all, "::10" every tenth, "-1" the last.
    units : str, optional
        Of input.data: "bohr-hartree" or "metal".

    Returns
    -------
    list of Frame

    Raises
    ------
    NNPError
        If a file cannot be read, or a number in it is NaN, infinite or of the wrong shape.
    """
    files = expanded([paths] if isinstance(paths, str | Path) else paths)
    keys = keys or DataKeys()
    used: KeyUse = Counter()
    frames = [
        frame_of(atoms, f"{path}:{number}", keys, used)
        for path in files
        for number, atoms in read_structures(path, index, units)
    ]
    _log_keys(len(frames), used)
    return frames


def frame_of(atoms: Atoms, name: str, keys: DataKeys, used: KeyUse) -> Frame:
    """Make a frame of one structure, its numbers checked; counts in `used` which keys served.

    Raises
    ------
    NNPError
        If a number is NaN, infinite or of the wrong shape.
    """
    if len(atoms) == 0:
        raise NNPError(f"{name}: a frame without atoms; remove it")
    config_type = str(atoms.info.get("config_type", ""))
    _check_finite(atoms.get_positions(), name, "position")
    _check_finite(atoms.cell.array, name, "cell", row="vector")
    if config_type == ENVIRONMENT:
        return _environment_frame(atoms, name, used)

    results = dict(atoms.calc.results) if atoms.calc is not None else {}
    found: dict[str, Any] = {}
    for target, key, container, fallback in (
        ("energy", keys.energy, atoms.info, "energy"),
        ("forces", keys.forces, atoms.arrays, "forces"),
        ("stress", keys.stress, atoms.info, "stress"),
        ("atomic_energies", keys.atomic_energies, atoms.arrays, "energies"),
    ):
        if key in container:
            found[target] = container[key]
            used[target, key] += 1
        elif key in results:  # `free_energy`, say
            found[target] = results[key]
            used[target, key] += 1
        elif fallback in results:
            found[target] = results[fallback]
            used[target, fallback] += 1
    return Frame(
        atoms=atoms,
        energy=_energy(found.get("energy"), name, keys.energy),
        forces=_forces(found.get("forces"), name, len(atoms)),
        stress=_stress(found.get("stress"), name),
        atomic_energies=_atomic_energies(found.get("atomic_energies"), name, len(atoms)),
        name=name,
        config_type=config_type,
        weight=_weight(atoms.info.get(keys.weight, 1.0), name, keys.weight),
    )


def _environment_frame(atoms: Atoms, name: str, used: KeyUse) -> Frame:
    """One record of `compute nn/sample ... mode environment`: the energy of its first atom.

    The force recorded with it acts through neighbors of neighbors too, which the record lacks:
    it is not a target.
    """
    energy = _energy(atoms.info.get(ENVIRONMENT_ENERGY_KEY), name, ENVIRONMENT_ENERGY_KEY)
    if energy is None:
        raise NNPError(
            f"{name}: config_type={ENVIRONMENT} needs {ENVIRONMENT_ENERGY_KEY}=<eV>, "
            "the energy of its first atom, in the comment line"
        )
    atoms.pbc = False
    atomic_energies = np.full(len(atoms), np.nan)
    atomic_energies[0] = energy
    used["atomic_energies", ENVIRONMENT_ENERGY_KEY] += 1
    return Frame(atoms, atomic_energies=atomic_energies, name=name, config_type=ENVIRONMENT)


def _weight(value: object, name: str, key: str) -> float:
    try:
        weight = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        weight = -1.0
    if not 0.0 <= weight < np.inf:
        raise NNPError(f"{name}: {key} must be a number from 0 on, the frame's weight in the loss; got {value!r}")
    return weight


def _energy(value: object, name: str, key: str) -> float | None:
    if value is None:
        return None
    try:
        energy = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise NNPError(f"{name}: {key} must be one number in eV, got {value!r}") from None
    if not np.isfinite(energy):
        raise NNPError(f"{name}: {key} is {energy}; remove the frame or mend the number")
    return energy


def _numbers(value: object, name: str, what: str) -> FloatArray:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise NNPError(f"{name}: {what} must be numbers, got {value!r}") from None


def _forces(value: object, name: str, n_atoms: int) -> FloatArray | None:
    if value is None:
        return None
    forces = _numbers(value, name, "forces")
    if forces.shape != (n_atoms, 3):
        raise NNPError(f"{name}: forces must have the shape ({n_atoms}, 3), got {forces.shape}")
    _check_finite(forces, name, "force")
    return forces


def _atomic_energies(value: object, name: str, n_atoms: int) -> FloatArray | None:
    if value is None:
        return None
    energies = _numbers(value, name, "atomic energies")
    if energies.shape != (n_atoms,):
        raise NNPError(f"{name}: atomic energies must have the shape ({n_atoms},), got {energies.shape}")
    infinite = np.flatnonzero(np.isinf(energies))
    if infinite.size:
        raise NNPError(
            f"{name}: the atomic energy of atom {infinite[0]} is infinite; "
            "expected a number in eV, or NaN where it is unknown"
        )
    return energies


def _stress(value: object, name: str) -> FloatArray | None:
    """Six components in ASE's order from 6, 9 or (3, 3) numbers."""
    if value is None:
        return None
    stress = _numbers(value, name, "stress")
    if stress.size not in (6, 9):
        raise NNPError(f"{name}: stress must be 6 or 9 numbers in eV/Å³, got {stress.size}")
    _check_finite(stress.reshape(1, -1), name, "stress", row="row")
    if stress.size == 6:
        return stress.reshape(6)
    tensor = stress.reshape(3, 3)
    if np.abs(tensor - tensor.T).max() > STRESS_ASYMMETRY * np.abs(tensor).max():
        raise NNPError(f"{name}: the stress tensor is not symmetric: {tensor.tolist()}")
    voigt: FloatArray = full_3x3_to_voigt_6_stress(tensor)
    return voigt


def _check_finite(values: FloatArray, name: str, what: str, row: str = "atom") -> None:
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if bad.size:
        raise NNPError(
            f"{name}: the {what} of {row} {bad[0]} is {values[bad[0]].tolist()}; "
            "expected finite numbers. Remove the frame or mend the number"
        )


def _log_keys(n_frames: int, used: KeyUse) -> None:
    """One line per target: how many frames have it, and under which name."""
    for target in ("energy", "forces", "stress", "atomic_energies"):
        by_key = {key: count for (name, key), count in used.items() if name == target}
        total = sum(by_key.values())
        keys = ", ".join(f"{key} ({count})" for key, count in by_key.items())
        logger.info("%s in %d of %d frames%s", target, total, n_frames, f": {keys}" if keys else "")
        if len(by_key) > 1 and target != "atomic_energies":
            logger.warning("%s comes from more than one key: %s", target, keys)

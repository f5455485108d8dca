"""Shaken crystals of copper and gold -> the files that loop.yaml names."""

from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms
from ase.build import bulk

HERE = Path(__file__).parent
LATTICE = {"Cu": 3.61, "Au": 4.08}


def crystal(symbols: str) -> Atoms:
    """Return a cube of four atoms, its lattice constant by Vegard's law."""
    atoms = bulk("Cu", cubic=True)
    atoms.symbols = symbols
    constant = np.mean([LATTICE[symbol] for symbol in atoms.symbols])
    atoms.set_cell([constant] * 3, scale_atoms=True)
    return atoms


def main() -> None:
    """Write start.xyz, CuAu.xyz and Cu3Au.xyz."""
    rng = np.random.default_rng(1)
    shaken = []
    for symbols in ("Cu4", "Cu3Au", "Cu2Au2", "Au4"):
        for strain in (0.97, 1.0, 1.03):
            atoms = crystal(symbols).repeat(2)
            atoms.set_cell(atoms.cell * strain, scale_atoms=True)
            atoms.positions += rng.normal(0.0, 0.1, atoms.positions.shape)
            shaken.append(atoms)
    ase.io.write(HERE / "start.xyz", shaken)
    ase.io.write(HERE / "CuAu.xyz", crystal("Cu2Au2"))
    ase.io.write(HERE / "Cu3Au.xyz", crystal("Cu3Au"))


if __name__ == "__main__":
    main()

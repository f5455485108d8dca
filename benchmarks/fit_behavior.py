"""A potential of one element -> how it behaves as a crystal and where atoms come too near: a table, JSON, a picture.

Usage: python benchmarks/fit_behavior.py Si.nnp [--data train.xyz] [--core 0.9 1.8] [--json a.json] [--picture a.svg]

With `--core` everything is repeated with a ZBL core of these radii (Å). `--data` is what the potential was trained on,
which tells the shortest distance, and C11 and C44 of its own strained crystals, if it has them.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.io import read
from ase.units import GPa
from crystal_behavior import (
    Crystal,
    EnergyVolume,
    Frequencies,
    PairCurve,
    collision,
    dimer,
    elastic_constants,
    energy_volume,
    lattice_constant,
    phonons,
)

from nnmanybody import NNPCalculator, Potential
from nnmanybody._core import PairCore, PotentialDefinition
from nnmanybody.neighbors import neighbor_list

LATTICES = {
    "Si": ("diamond", 5.43),
    "Ge": ("diamond", 5.7),
    "Li": ("bcc", 3.43),
    "Mo": ("bcc", 3.16),
}  # Å, where to look

# DFT (PBE), published with the data of mlearn: Zuo et al., J. Phys. Chem. A 124, 731 (2020), Å and GPa.
DFT = {
    "Si": {"a": 5.469, "C11": 156.0, "C12": 65.0, "C44": 76.0},
    "Li": {"a": 3.427, "C11": 15.0, "C12": 13.0, "C44": 11.0},
}
# Measured: Si, Hall, Phys. Rev. 161, 756 (1967), and neutrons (THz) as Giannozzi et al., Phys. Rev. B 43, 7231 (1991),
# list them; Li at 78 K, Nash and Smith, J. Phys. Chem. Solids 9, 113 (1959).
MEASURED: dict[str, dict[str, Any]] = {
    "Si": {
        "C11": 165.8,
        "C12": 63.9,
        "C44": 79.6,
        "Γ": [15.53] * 3,
        "X": [4.49, 4.49, 12.32, 12.32, 13.90, 13.90],
        "L": [3.43, 3.43, 11.35, 12.60, 14.68, 14.68],
    },
    "Li": {"C11": 14.8, "C12": 12.5, "C44": 10.8},
}
NEAREST = 0.4  # Å, where curves of pairs begin
FAR = 5.0  # Å, where a dimer's curve ends


@dataclass(frozen=True)
class Behavior:
    """All that was computed for one potential."""

    constant: float
    energies: EnergyVolume
    elastic: dict[str, float]
    phonons: Frequencies
    dimer: PairCurve
    collision: PairCurve


def behavior(potential: Potential, lattice: str, near: float) -> Behavior:
    """Compute everything."""
    calculator, element = NNPCalculator(potential), potential.elements[0]
    constant = lattice_constant(calculator, element, lattice, near)
    crystal = Crystal(element, lattice, constant)
    return Behavior(
        constant=constant,
        energies=energy_volume(calculator, crystal),
        elastic=elastic_constants(calculator, crystal),
        phonons=phonons(calculator, crystal),
        dimer=dimer(calculator, element, NEAREST, FAR),
        collision=collision(calculator, crystal, NEAREST),
    )


def with_core(potential: Potential, inner: float, outer: float) -> Potential:
    """Add a core to a potential."""
    old = potential.definition
    core = PairCore("zbl", inner, outer)
    return Potential(PotentialDefinition(old.sections, old.provenance, old.header, core), f"{potential.name} with core")


def shortest_distance(frames: list[Atoms]) -> float:
    """Shortest distance of two atoms in any frame, Å."""
    near = [neighbor_list(atoms, FAR).distance.min(initial=np.inf) for atoms in frames]
    return float(min(near))


def data_constants(frames: list[Atoms]) -> dict[str, float]:
    """Find what the data itself says: a (Å), C11 and C44 clamped (GPa) of its strained crystals, if it has them.

    (E(η) + E(-η) - 2 E(0))/(V η²) of the smallest Green strain η along x; a fourth of that for a shear of x and y.
    """
    ground = next((atoms for atoms in frames if "Ground_state" in str(atoms.info.get("description"))), None)
    if ground is None:
        return {}
    per_cell = 8 if LATTICES[ground.symbols[0]][0] == "diamond" else 2
    found = {"a": float((per_cell * ground.get_volume() / len(ground)) ** (1 / 3))}
    strained = [atoms for atoms in frames if atoms.info.get("config_type") == "Elastic" and len(atoms) == len(ground)]
    for name, place, factor in (("C11", (0, 0), 1.0), ("C44 clamped", (0, 1), 0.25)):
        energies = {}
        for atoms in strained:
            deformation = np.linalg.solve(ground.cell.array, atoms.cell.array)
            strain = 0.5 * (deformation @ deformation.T - np.eye(3))
            alone = np.zeros((3, 3))
            alone[place] = alone[place[::-1]] = size = strain[place]
            if abs(size) > 1e-4 and np.allclose(strain, alone, atol=1e-6):
                energies[round(size, 6)] = atoms.info["REF_energy"]
        sizes = [size for size in energies if size > 0.0 and -size in energies]
        if sizes:
            size = min(sizes)
            second = (energies[size] + energies[-size] - 2.0 * ground.info["REF_energy"]) / size**2
            found[name] = float(factor * second / ground.get_volume() / GPa)
    return found


def summary(found: Behavior, shortest: float) -> dict[str, Any]:
    """Make the numbers of the table; energies in eV, lengths in Å, GPa, THz."""
    curve = found.energies
    return {
        "a": found.constant,
        **found.elastic,
        "C'": 0.5 * (found.elastic["C11"] - found.elastic["C12"]),
        "smallest d2E/dV2, 0.9 to 1.1 V": curve.smallest_curvature(),
        "smallest d2E/dV2, 0.61 to 0.9 V": curve.smallest_curvature(0.61, 0.9),
        "phonons": {point: values.tolist() for point, values in found.phonons.points.items()},
        "lowest phonon of the supercell": found.phonons.lowest,
        "lowest phonon between": float(found.phonons.bands.min()),
        "shortest distance": shortest,
        "dimer repulsive below it": found.dimer.repulsive_below(shortest),
        "dimer's fall below it": found.dimer.deepest_below(shortest),
        "collision repulsive below it": found.collision.repulsive_below(shortest),
        "collision's fall below it": found.collision.deepest_below(shortest),
        "collision at 1 Å": float(np.interp(1.0, found.collision.distances, found.collision.energies)),
    }


def print_table(columns: dict[str, dict[str, Any]]) -> None:
    """Print one column per source; what a source does not say is left empty."""
    rows: dict[str, None] = {}
    flat = {name: _flat(values) for name, values in columns.items()}
    for values in flat.values():
        rows.update(dict.fromkeys(values))
    width = max(map(len, rows))
    print(" " * width + "".join(f"  {name:>22s}" for name in flat))
    for row in rows:
        print(f"{row:{width}s}" + "".join(f"  {values.get(row, ''):>22s}" for values in flat.values()))


def _flat(values: dict[str, Any]) -> dict[str, str]:
    texts = {}
    for key, value in values.items():
        if isinstance(value, dict):
            texts.update(_flat(value))
        elif isinstance(value, list):
            texts[key] = " ".join(f"{number:.1f}" for number in sorted(set(np.round(value, 1) + 0.0)))
        else:
            texts[key] = ("yes" if value else "no") if isinstance(value, bool) else f"{value:.4g}"
    return texts


def draw(path: Path, found: dict[str, Behavior], shortest: float) -> None:
    """Draw E(V), its second derivative, phonons and the curves of pairs, of all variants."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, ((energy, curvature), (bands, pairs)) = plt.subplots(2, 2, figsize=(9, 7), layout="constrained")
    for (name, one), color, style in zip(found.items(), ("#1f4e79", "#c0504d"), ("-", "--"), strict=False):
        curve = one.energies
        energy.plot(curve.volumes, curve.energies - curve.energies.min(), style, color=color, label=name)
        curvature.plot(curve.volumes[1:-1], 1e3 * curve.curvatures, style, color=color)
        bands.plot(one.phonons.path, one.phonons.bands, style, color=color, lw=1)
        pairs.plot(one.dimer.distances, one.dimer.energies, style, color=color, label=f"dimer, {name}")
        pairs.plot(one.collision.distances, one.collision.energies, style, color=color, lw=3, alpha=0.4)
    ticks = next(iter(found.values())).phonons.ticks
    bands.set_xticks(list(ticks), list(ticks.values()))
    energy.set(xlabel="volume per atom (Å³)", ylabel="energy per atom (eV)")
    energy.legend(frameon=False)
    curvature.axhline(0.0, color="gray", lw=0.8)
    curvature.set(xlabel="volume per atom (Å³)", ylabel="d²E/dV² (meV/Å⁶)")
    bands.set(ylabel="frequency (THz)")
    pairs.axvline(shortest, color="gray", lw=0.8)
    pairs.set(xlabel="distance of two atoms (Å)", ylabel="energy (eV)", ylim=(-12, 40), xlim=(NEAREST, 3.5))
    pairs.set_title("thin: dimer, wide: in the crystal; gray: shortest in the data", fontsize=9)
    figure.savefig(path)
    plt.close(figure)


def main() -> None:
    """Compute, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("potential", type=Path)
    parser.add_argument("--data", type=Path, help="what it was trained on (extended XYZ)")
    parser.add_argument("--core", type=float, nargs=2, metavar=("INNER", "OUTER"), help="Å; once more with this core")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    potential = Potential.read(arguments.potential)
    element = potential.elements[0]
    if len(potential.elements) > 1 or element not in LATTICES:
        parser.error(
            f"expected a potential of one of {', '.join(LATTICES)}, got one of {', '.join(potential.elements)}"
        )
    frames = read(arguments.data, ":") if arguments.data else []
    lattice, near = LATTICES[element]
    shortest = shortest_distance(frames) if frames else 0.8 * near * (0.433 if lattice == "diamond" else 0.866)
    variants = {"fit": potential}
    if arguments.core:
        variants["with core"] = with_core(potential, *arguments.core)
    found = {name: behavior(one, lattice, near) for name, one in variants.items()}
    columns = {name: summary(one, shortest) for name, one in found.items()}
    references = {"data": data_constants(frames), "DFT, published": DFT.get(element, {})}
    references["measured"] = MEASURED.get(element, {})
    columns |= {name: values for name, values in references.items() if values}
    print_table(columns)
    if arguments.json:
        arguments.json.write_text(json.dumps(columns, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if arguments.picture:
        draw(arguments.picture, found, shortest)


if __name__ == "__main__":
    main()

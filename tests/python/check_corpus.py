"""Clean sets, and one fault each to plant in them: what `nnp check` must name, and what it must not invent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

import helpers
import sw_silicon

N_FRAMES = 24
KBAR = 0.1 * units.GPa


def strained(atoms, rng, size=0.02):
    """Return a copy with a random strain."""
    copy = atoms.copy()
    strain = size * rng.normal(size=(3, 3))
    copy.set_cell(copy.cell.array @ (np.eye(3) + 0.5 * (strain + strain.T)), scale_atoms=True)
    return copy


def clean_silicon() -> list[Atoms]:
    """Stillinger-Weber silicon: rattled, and every other one strained; cells of 8 and of 16 atoms."""
    rng = np.random.default_rng(4)
    frames = []
    for seed in range(N_FRAMES):
        crystal = helpers.silicon(rattle=0.0) * (1 + (seed % 4 == 3), 1, 1)
        atoms = helpers.rattled(crystal, 0.08, seed)
        frames.append(sw_silicon.label(strained(atoms, rng) if seed % 2 else atoms))
    return frames


def clean_silica(potential) -> list[Atoms]:
    """Quartz with the numbers of a random potential, and three frames of silicon alone."""
    rng = np.random.default_rng(5)
    frames = [
        strained(helpers.silica(0.06, seed), rng) if seed % 2 else helpers.silica(0.06, seed) for seed in range(15)
    ]
    frames += [helpers.silicon(rattle=0.08, seed=seed) for seed in range(3)]
    for atoms in frames:
        found = potential.evaluate(atoms)
        atoms.info |= {"REF_energy": found.energy, "REF_stress": found.stress}
        atoms.arrays["REF_forces"] = found.forces
    return frames


@dataclasses.dataclass(frozen=True)
class Fault:
    """A fault: how to plant it, which check must name it, what it must say, in which frames.

    Other checks may follow from the same fault (`also`); no other may find a problem.
    """

    plant: Callable[[list[Atoms]], object]
    check: str
    says: str
    frames: tuple[int, ...] = ()
    problem: bool = True
    also: tuple[str, ...] = ()


def scale(name, factor, only=slice(None)):
    """Plant by multiplying a number in some frames."""

    def plant(frames):
        for atoms in frames[only]:
            container = atoms.arrays if name in atoms.arrays else atoms.info
            container[name] = container[name] * factor

    return plant


def each(change, only=slice(None)):
    """Plant by changing some frames one by one."""

    def plant(frames):
        for atoms in frames[only]:
            change(atoms)

    return plant


def rename(old, new):
    def change(atoms):
        container = atoms.arrays if old in atoms.arrays else atoms.info
        if new is not None:
            container[new] = container[old]
        del container[old]

    return change


def in_bohr(atoms):
    """Lengths in Bohr, and forces in eV/Bohr: consistent in themselves."""
    atoms.set_cell(atoms.cell.array / units.Bohr, scale_atoms=True)
    atoms.arrays["REF_forces"] *= units.Bohr
    atoms.info["REF_stress"] = atoms.info["REF_stress"] * units.Bohr**3


def move_beside(distance):
    def change(atoms):
        atoms.positions[5] = atoms.positions[2] + [0.0, distance, 0.0]

    return change


def drift(atoms):
    atoms.arrays["REF_forces"][:] += [0.0, 0.3, 0.0]


def ase_results(atoms):
    """The energy and forces as ASE writes its own results."""
    energy, forces = atoms.info.pop("REF_energy"), atoms.arrays.pop("REF_forces")
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)


def not_periodic(atoms):
    atoms.pbc = [True, True, False]


def shuffled_forces(frames):
    forces = [atoms.arrays["REF_forces"] for atoms in frames]
    for atoms, other in zip(frames, [*forces[4:], *forces[:4]], strict=True):
        atoms.arrays["REF_forces"] = other


def element_of_one_validation_frame(frames):
    """The default split holds out one of 24 frames, by its seed: that one alone gets a germanium atom."""
    from nnmanybody.config import DataConfig
    from nnmanybody.data import Frame
    from nnmanybody.training.split import split_frames

    defaults = DataConfig(train=("x",))
    numbered = [Frame(atoms, name=str(number)) for number, atoms in enumerate(frames)]
    held_out = split_frames(numbered, [], defaults.validation_fraction, defaults.split_seed).validation
    frames[int(held_out[0].name)].symbols[0] = "Ge"


def alone(cell):
    def plant(frames):
        atoms = Atoms("Si", cell=[cell] * 3, pbc=True)
        atoms.info |= {"REF_energy": -1.0}
        atoms.arrays["REF_forces"] = np.zeros((1, 3))
        frames.append(atoms)

    return plant


def alone_above_a_slab(frames):
    """One atom of a slab far above the others."""
    atoms = helpers.silicon(repeat=2, rattle=0.05)
    atoms.set_cell([*atoms.cell.lengths()[:2], 40.0])
    atoms.positions[7, 2] = 26.0
    frames.append(sw_silicon.label(atoms))


def isolated(energy, symbols="Si"):
    def plant(frames):
        atoms = Atoms(symbols, np.eye(len(symbols), 3) if len(symbols) > 2 else None)
        atoms.info |= {"REF_energy": energy, "config_type": "IsolatedAtom"}
        frames.append(atoms)

    return plant


def again(change):
    def plant(frames):
        copy = frames[2].copy()
        change(copy)
        frames.append(copy)

    return plant


def nudge(atoms):
    atoms.positions[0] += [0.003, 0.0, 0.0]


def perfect_crystals(frames):
    for atoms in frames:
        crystal = helpers.silicon(rattle=0.0)
        atoms.arrays.clear()
        atoms.arrays |= {name: array.copy() for name, array in crystal.arrays.items()}
        atoms.set_cell(crystal.cell)
        sw_silicon.label(atoms)


def nan_force(atoms):
    atoms.arrays["REF_forces"][3, 1] = np.nan


def missing_force_of_one_atom(atoms):
    atoms.arrays["REF_forces"][4] = 0.0


def per_atom(atoms):
    atoms.info["REF_energy"] /= len(atoms)


def off_by(energy):
    def change(atoms):
        atoms.info["REF_energy"] += energy * len(atoms)

    return change


HARTREE_BOHR = units.Hartree / units.Bohr
FAULTS = {
    "energy under another key": Fault(each(rename("REF_energy", "dft_energy")), "keys", "'dft_energy' is there"),
    "forces under another key": Fault(each(rename("REF_forces", "forces_dft")), "keys", "--forces-key forces_dft"),
    "stress under another key": Fault(each(rename("REF_stress", "DFT_stress")), "keys", "--stress-key DFT_stress"),
    "virial in the place of stress": Fault(each(rename("REF_stress", "REF_virial")), "keys", "-virial/volume"),
    "a misspelt key": Fault(each(rename("REF_energy", "REF_enegry")), "keys", "'REF_enegry' is there"),
    "no forces": Fault(each(rename("REF_forces", None)), "keys", "no frame has forces"),
    "no energies": Fault(each(rename("REF_energy", None)), "keys", "no frame has an energy"),
    "a key of some frames": Fault(
        each(rename("REF_energy", "Energy"), slice(6, 9)), "keys", "rename Energy to REF_energy", (6, 7, 8)
    ),
    "keys of two conventions": Fault(
        each(ase_results, slice(0, 5)), "mixed-keys", "energy (5 frames)", (0, 1, 2, 3, 4)
    ),
    "a frame without forces": Fault(
        each(rename("REF_forces", None), slice(7, 8)), "missing", "no forces in 1 frame", (7,), problem=False
    ),
    "all energies in Hartree": Fault(
        scale("REF_energy", 1 / units.Hartree), "energy-force-unit", "Hartree", also=("stress-unit",)
    ),
    "all energies in kJ/mol": Fault(
        scale("REF_energy", units.mol / units.kJ),
        "energy-force-unit",
        "energies look like kJ/mol",
        also=("stress-unit",),
    ),
    "one energy in Hartree": Fault(
        scale("REF_energy", 1 / units.Hartree, slice(5, 6)), "energy-unit", "in Hartree it would fit", (5,)
    ),
    "one energy in Rydberg": Fault(
        scale("REF_energy", 2 / units.Hartree, slice(5, 6)), "energy-unit", "in Rydberg it would fit", (5,)
    ),
    "energies per atom": Fault(
        each(per_atom), "energy-per-atom", "multiply each", also=("energy-force-unit", "stress-unit")
    ),
    "one energy per atom": Fault(each(per_atom, slice(4, 5)), "energy-unit", "off by a factor", (4,)),
    "an energy that is far off": Fault(each(off_by(2.0), slice(6, 7)), "energy-outlier", "but for the energy", (6,)),
    "an energy that is a little off": Fault(
        each(off_by(0.15), slice(6, 7)), "force-energy", "does not follow from the forces", (6,)
    ),
    "energies that are all the same": Fault(
        each(lambda atoms: atoms.info.update(REF_energy=-34.0)), "constant-energy", "-34 eV", also=("energy-per-atom",)
    ),
    "forces in Hartree/Bohr": Fault(
        scale("REF_forces", 1 / HARTREE_BOHR), "energy-force-unit", "forces look like Hartree/Bohr"
    ),
    "forces in eV/Bohr": Fault(scale("REF_forces", units.Bohr), "energy-force-unit", "eV/Bohr"),
    "gradients for forces": Fault(scale("REF_forces", -1.0), "force-sign", "multiply the forces by -1"),
    "forces of other frames": Fault(shuffled_forces, "force-energy", "mixed up"),
    "forces that are zero": Fault(scale("REF_forces", 0.0), "zero-forces", "exactly zero in 24 frames"),
    "forces with a drift": Fault(each(drift, slice(8, 10)), "net-force", "up to", (8, 9)),
    "a force taken away": Fault(each(missing_force_of_one_atom, slice(8, 9)), "net-force", "held fixed", (8,)),
    "stress of the other sign": Fault(scale("REF_stress", -1.0), "stress-sign", "multiply the stress by -1"),
    "stress in GPa": Fault(scale("REF_stress", 1 / units.GPa), "stress-unit", "look like GPa"),
    "stress in kbar": Fault(scale("REF_stress", 1 / KBAR), "stress-unit", "look like kbar"),
    "stress in kbar of the other sign": Fault(
        scale("REF_stress", -1 / KBAR), "stress-unit", "look like kbar", also=("stress-sign",)
    ),
    "stress without a cell": Fault(
        each(not_periodic, slice(3, 4)), "stress-without-cell", "pbc", (3,), also=("net-force",)
    ),
    "stresses that are zero": Fault(scale("REF_stress", 0.0), "zero-stress", "exactly zero"),
    "lengths in Bohr": Fault(each(in_bohr), "length-unit", "Bohr"),
    "lengths of one frame in Bohr": Fault(
        each(in_bohr, slice(6, 7)), "length-unit", "other frames", (6,), also=("energy-outlier",)
    ),
    "atoms on top of one another": Fault(
        each(move_beside(0.2), slice(2, 3)), "distance", "atoms 2 (Si) and 5 (Si), 0.2 Å apart", (2,)
    ),
    "atoms in one place": Fault(each(move_beside(0.0), slice(2, 3)), "distance", "on top of one another", (2,)),
    "atoms too near": Fault(each(move_beside(1.1), slice(2, 3)), "distance", "0.50 of the sum", (2,)),
    "an isolated atom without its mark": Fault(alone(20.0), "isolated-atom", "config_type=IsolatedAtom", (24,)),
    "an atom that flew away": Fault(
        alone_above_a_slab, "isolated-atom", "without a neighbor within 6 Å in 1 frame", (24,)
    ),
    "an isolated atom of another method": Fault(isolated(-7900.0), "isolated-atom", "same program, method", (24,)),
    "two isolated atoms": Fault(
        lambda frames: [isolated(energy)(frames) for energy in (-1.0, -1.1)], "isolated-atom", "two energies", (25,)
    ),
    "a frame twice": Fault(again(lambda atoms: None), "duplicate", "there twice", (24,), problem=False),
    "a frame nearly twice": Fault(again(nudge), "near-duplicate", "less than 0.01 Å", (24,), problem=False),
    "a frame twice with two energies": Fault(
        again(lambda atoms: atoms.info.update(REF_energy=atoms.info["REF_energy"] + 0.1)),
        "contradiction",
        "different energies",
        (24,),
        also=("force-energy",),
    ),
    "an element in the validation part alone": Fault(
        element_of_one_validation_frame, "missing-element", "no training frame has Ge"
    ),
    "nothing but perfect crystals": Fault(
        perfect_crystals, "function-range", "have the same surroundings", also=("constant-energy",)
    ),
    "a force that is no number": Fault(each(nan_force, slice(9, 10)), "not-finite", "the force of atom 3", (9,)),
    "an energy that is no number": Fault(
        scale("REF_energy", np.inf, slice(9, 11)), "not-finite", "REF_energy is -inf", (9, 10)
    ),
    "a stress of two numbers": Fault(
        each(lambda atoms: atoms.info.update(REF_stress=[1.0, 2.0]), slice(9, 10)), "unreadable", "6 or 9 numbers", (9,)
    ),
    "frames without anything": Fault(
        each(
            lambda atoms: (
                rename("REF_energy", None)(atoms),
                rename("REF_forces", None)(atoms),
                rename("REF_stress", None)(atoms),
            ),
            slice(9, 10),
        ),
        "no-target",
        "1 frame",
        (9,),
    ),
}

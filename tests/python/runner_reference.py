"""The potentials of tests/data/runner in plain numpy, evaluated in the units of their files, as n2p2 does."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from ase import Atoms

import reference as ref
from core_cases import Structure
from nnmanybody import Potential
from nnmanybody.interchange.runner_potential import read_runner
from nnmanybody.interchange.units import METAL, Units, named_units

DATA = Path(__file__).parents[1] / "data"
RUNNER = DATA / "runner"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_runner", DATA / "generate_runner.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()
CASES = {case.name: case for case in GENERATOR.CASES}

ACTIVATIONS = {"t": "tanh", "p": "softplus", "l": "identity", "g": "gaussian", "s": "sigmoid", "h": "harmonic"}
ACTIVATIONS |= {"c": "cos", "S": "reverse_sigmoid"}


@dataclass(frozen=True)
class Meaning:
    """What the settings of a case say, by hand."""

    cutoff_function: str
    cutoff_alpha: float
    scaling: tuple[str, float, float]
    cflength: float
    cfenergy: float
    mean_energy: float = 0.0
    conv_energy: float = 1.0
    normalize_nodes: bool = False
    atom_energies: tuple[tuple[str, float], ...] = ()


BOHR, HARTREE = 0.529177210903, 27.211386245988  # Å, eV: CODATA 2018
MEANINGS = {
    "mixed": Meaning(
        "poly2",
        0.2,
        ("minmax_center", -1.0, 1.0),
        1.0 / BOHR,
        1.0 / HARTREE,
        mean_energy=-3.5,
        conv_energy=12.5,
        atom_energies=(("O", -15.0), ("Si", -7.75)),
    ),
    "compact": Meaning("cosine", 0.0, ("sigma", 0.0, 1.0), 1.0, 1.0, normalize_nodes=True),
    "runner": Meaning("tanhu", 0.0, ("minmax", 0.0, 1.0), 1.0 / BOHR, 1.0 / HARTREE),
}


def function(line: str, cutoff_function: str, alpha: float) -> ref.Function:
    """One line of input.nn behind the element, with n2p2's order of the parameters."""
    kind, *words = line.split()
    if int(kind) < 20:
        return _exponential(int(kind), words, cutoff_function, alpha)
    name = {20: "compact_radial", 21: "compact_narrow", 22: "compact_wide"}[20 + (int(kind) - 20) % 3]
    shape = words.pop()
    weighted = int(kind) >= 23
    n = 1 if name == "compact_radial" else 2
    neighbors = ("*",) * n if weighted else tuple(words[:n])
    left, right, *angles = map(float, words if weighted else words[n:])
    theta = dict(zip(("theta_left", "theta_right"), angles, strict=False))
    polynomial = "exp" if shape == "e" else f"poly{shape[1]}"
    return ref.Function(
        name,
        neighbors,
        right,
        cutoff_function=polynomial,
        r_left=left,
        asymmetric=shape.endswith("a"),
        weighted=weighted,
        **theta,
    )


def _exponential(kind: int, words: list[str], cutoff_function: str, alpha: float) -> ref.Function:
    shared = {"cutoff_function": cutoff_function, "cutoff_alpha": alpha}
    if kind == 2:
        return ref.Function("G2", (words[0],), float(words[3]), float(words[1]), float(words[2]), **shared)
    numbers = [float(word) for word in words if word not in ("O", "Si")]
    if kind == 12:
        eta, shift, cutoff = numbers
        return ref.Function("G2", ("*",), cutoff, eta, shift, weighted=True, **shared)
    if kind == 13:
        eta, shift, lam, zeta, cutoff = numbers
        return ref.Function("G4", ("*", "*"), cutoff, eta, shift, zeta=zeta, lam=int(lam), weighted=True, **shared)
    eta, lam, zeta, cutoff, *shift = numbers
    name = "G4" if kind == 3 else "G5"
    return ref.Function(name, tuple(words[:2]), cutoff, eta, *shift, zeta=zeta, lam=int(lam), **shared)


def sections(name: str) -> tuple[ref.Section, ...]:
    """Sections in the units of the files, without conv_energy."""
    case, meaning = CASES[name], MEANINGS[name]
    made = []
    for element, lines in case.functions.items():
        functions = tuple(function(line, meaning.cutoff_function, meaning.cutoff_alpha) for line in lines)
        weights, biases = zip(*((np.array(w), np.array(b)) for w, b in case.layers(element)), strict=True)
        divisors = [w.shape[1] if meaning.normalize_nodes else 1 for w in weights]
        net = ref.Net(
            tuple(w / n for w, n in zip(weights, divisors, strict=True)),
            tuple(b / n for b, n in zip(biases, divisors, strict=True)),
            tuple(ACTIVATIONS[letter] for letter in case.activations[element]),
        )
        statistics = np.array(case.statistics(element))
        made.append(ref.Section(element, 0.0, functions, statistics, meaning.scaling, net))
    return tuple(made)


def energies(name: str, structure: Structure) -> np.ndarray:
    """Energy of every atom of a structure in Å, (n_atoms,), eV; positions may be complex."""
    meaning = MEANINGS[name]
    described = sections(name)
    cutoff = max(f.cutoff for section in described for f in section.functions)
    positions, cell = structure.positions * meaning.cflength, structure.cell * meaning.cflength
    near = ref.pairs(positions, cell, structure.pbc, cutoff)
    network = ref.atomic_energies(described, structure.symbols, near)
    atoms = dict(meaning.atom_energies)
    offsets = np.array([atoms.get(symbol, 0.0) for symbol in structure.symbols])
    return (network / meaning.conv_energy + meaning.mean_energy + offsets) / meaning.cfenergy


# --- the same potentials, converted ---------------------------------------------------------------


def units_of(name: str) -> Units:
    return METAL if MEANINGS[name].cflength == 1.0 else named_units("bohr-hartree")


def read(name: str) -> Potential:
    return Potential(read_runner(RUNNER / name, units_of(name)))


def as_atoms(structure: Structure) -> Atoms:
    return Atoms(
        structure.symbols, structure.positions, cell=structure.cell if structure.pbc else None, pbc=structure.pbc
    )

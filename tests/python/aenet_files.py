"""Networks of aenet: as its files in text form, and as sections of `reference`."""

from __future__ import annotations

import numpy as np

import reference as ref
from core_cases import random_net

NEIGHBORS = ["Si", "O"]  # the order of the types in every file
SCALE, SHIFT = 0.37, -2.25  # of the training set's energies: E = network / scale + shift + E_atom
ATOM_ENERGIES = {"Si": -8.5, "O": -14.25}

# In the order of aenet's memory, by neighbor element, then pair of elements, then kind (sf_build_index): kind,
# neighbor elements counted from 1, parameters (G2: cutoff, shift, eta; G4 and G5: cutoff, lambda, zeta, eta).
FUNCTIONS = [
    ((1, (1, 0), (6.0,)), ref.Function("G1", ("Si",), 6.0)),
    ((2, (1, 0), (6.0, 0.5, 0.8)), ref.Function("G2", ("Si",), 6.0, eta=0.8, r_shift=0.5)),
    ((2, (1, 0), (6.0, 0.0, 0.1)), ref.Function("G2", ("Si",), 6.0, eta=0.1)),
    ((4, (1, 1), (5.5, 1.0, 2.0, 0.01)), ref.Function("G4", ("Si", "Si"), 5.5, eta=0.01, zeta=2.0, lam=1)),
    ((5, (1, 1), (5.0, 1.0, 1.0, 0.04)), ref.Function("G5", ("Si", "Si"), 5.0, eta=0.04, zeta=1.0, lam=1)),
    ((4, (2, 1), (5.5, -1.0, 1.0, 0.02)), ref.Function("G4", ("O", "Si"), 5.5, eta=0.02, zeta=1.0, lam=-1)),
    ((5, (1, 2), (6.0, 1.0, 4.0, 0.03)), ref.Function("G5", ("Si", "O"), 6.0, eta=0.03, zeta=4.0, lam=1)),
    ((2, (2, 0), (5.0, 1.0, 0.4)), ref.Function("G2", ("O",), 5.0, eta=0.4, r_shift=1.0)),
    ((3, (2, 0), (5.0, 1.3)), ref.Function("G3", ("O",), 5.0, kappa=1.3)),
    ((5, (2, 2), (6.0, -1.0, 1.0, 0.0)), ref.Function("G5", ("O", "O"), 6.0, zeta=1.0, lam=-1)),
]
SHUFFLED = [8, 4, 0, 9, 6, 1, 5, 2, 7, 3]  # the order of the set-up file, which keeps equal kinds of one pair in order


def section(element: str, seed: int, activation: str = "tanh") -> ref.Section:
    rng = np.random.default_rng(seed)
    mean, sigma = rng.uniform(0.2, 2.0, len(FUNCTIONS)), rng.uniform(0.5, 2.0, len(FUNCTIONS))
    statistics = np.column_stack([mean - 2 * sigma, mean + 2 * sigma, mean, sigma])
    net = random_net(rng, (len(FUNCTIONS), 4, 3, 1), activation)
    functions = tuple(function for _, function in FUNCTIONS)
    return ref.Section(element, SHIFT + ATOM_ENERGIES[element], functions, statistics, ("sigma", 0.0, 1.0), net)


def numbers(values, per_line: int) -> list[str]:
    words = [repr(float(v)) if isinstance(v, float) else str(v) for v in values]
    return [" ".join(words[n : n + per_line]) for n in range(0, len(words), per_line)]


def text(described: ref.Section, kinds=(1, 1, 0), per_line: int = 10**6, sftype: str = "Behler2011") -> str:
    """The file as aenet-PyTorch writes it, or with the four numbers a line of Fortran."""
    net, stats = described.net, described.statistics
    sizes = [len(FUNCTIONS), *(len(b) for b in net.biases)]
    blocks = [np.column_stack([w, b]).ravel(order="F") for w, b in zip(net.weights, net.biases, strict=True)]
    weights = np.concatenate(blocks)
    written = [FUNCTIONS[n][0] for n in SHUFFLED]
    parameters = [(*values, 0.0, 0.0, 0.0)[:4] for _, _, values in written]
    squares = stats[:, 3] ** 2 + stats[:, 2] ** 2
    lines = [str(len(sizes)), str(max(sizes)), str(len(weights)), "99", *numbers(sizes, per_line)]
    lines += [*numbers(kinds, per_line), *numbers([0] * len(sizes), per_line), *numbers([0] * len(sizes), per_line)]
    lines += [*numbers(weights.tolist(), per_line), f"Descriptor for {described.element}.$$", described.element, "2"]
    lines += [*numbers(NEIGHBORS, per_line), "0.35", "6.0", sftype, str(len(FUNCTIONS)), "4"]
    lines += numbers([kind for kind, _, _ in written], per_line)
    lines += numbers([value for row in parameters for value in row], per_line)
    lines += numbers([index for _, pair, _ in written for index in pair], per_line)
    lines += ["13977"]
    for column in (stats[:, 0], stats[:, 1], stats[:, 2], squares):
        lines += numbers(column.tolist(), per_line)
    lines += ["train.ascii", "True", repr(SCALE), repr(SHIFT), "2", *numbers(NEIGHBORS, per_line)]
    lines += [*numbers([ATOM_ENERGIES[e] for e in NEIGHBORS], per_line), "21285", "1000", "-8.5 -7.0 -8.2"]
    return "\n".join(lines) + "\n"


def write(tmp_path, sections, **options):
    paths = [tmp_path / f"{section.element}.nn.ascii" for section in sections]
    for path, described in zip(paths, sections, strict=True):
        path.write_text(text(described, **options))
    return paths


def expected_energies(sections, structure) -> np.ndarray:
    """Network / scale + shift + atomic energy of each atom, eV."""
    energies = ref.atomic_energies(sections, structure.symbols, ref.pairs(*structure[1:], 6.0))
    references = np.array([SHIFT + ATOM_ENERGIES[symbol] for symbol in structure.symbols])
    return (energies - references) / SCALE + references

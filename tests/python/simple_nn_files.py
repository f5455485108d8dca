"""A potential of SIMPLE-NN: as its file, and as a section of `reference`."""

from __future__ import annotations

import numpy as np

import reference as ref
from core_cases import random_net

# The line of each function and what it says: `type cutoff eta r_shift 0 neighbor`, `type cutoff eta zeta lambda …`.
FUNCTIONS = {
    "2 6.0 0.003214 0.0 0.0 Si": ref.Function("G2", ("Si",), 6.0, eta=0.003214),
    "2 6.0 0.7 1.5 0.0 O": ref.Function("G2", ("O",), 6.0, eta=0.7, r_shift=1.5),
    "4 5.5 0.028569 2.0 -1.0 Si O": ref.Function("G4", ("Si", "O"), 5.5, eta=0.028569, zeta=2.0, lam=-1),
    "4 5.5 0.000357 1.0 1.0 O O": ref.Function("G4", ("O", "O"), 5.5, eta=0.000357, zeta=1.0, lam=1),
    "5 6.0 0.01 2.5 1.0 O Si": ref.Function("G5", ("O", "Si"), 6.0, eta=0.01, zeta=2.5, lam=1),
}


def section(element: str, seed: int, activation: str) -> ref.Section:
    """A section with random scaling and network; scale1 and scale2 apart."""
    rng = np.random.default_rng(seed)
    mean, width = rng.uniform(0.2, 2.0, len(FUNCTIONS)), rng.uniform(0.5, 2.0, len(FUNCTIONS))
    statistics = np.column_stack([mean - width, mean + width, mean, width])
    net = random_net(rng, (len(FUNCTIONS), 4, 3, 1), activation)
    return ref.Section(element, 0.0, tuple(FUNCTIONS.values()), statistics, ("sigma", 0.0, 1.0), net)


def text(sections: list[ref.Section], names: tuple[str, ...]) -> str:
    """The file as SIMPLE-NN writes it."""
    lines = [f"ELEM_LIST {' '.join(section.element for section in sections)}", ""]
    for section in sections:
        lines += [f"POT {section.element} 6.0", f"SYM {len(FUNCTIONS)}", *FUNCTIONS]
        for name, column in (("scale1", 2), ("scale2", 3)):
            lines.append(f"{name} " + " ".join(map(repr, section.statistics[:, column].tolist())))
        sizes = [len(biases) for biases in section.net.biases]
        lines.append(f"NET {len(sizes) - 1} {' '.join(map(str, sizes))}")
        layers = zip(section.net.weights, section.net.biases, names, strict=True)
        for index, (weights, biases, name) in enumerate(layers):
            lines.append(f"LAYER {index} {name}")
            for n, (row, bias) in enumerate(zip(weights.tolist(), biases.tolist(), strict=True)):
                lines += [f"w{n} " + " ".join(map(repr, row)), f"b{n} {bias!r}"]
        lines.append("")
    return "\n".join(lines)

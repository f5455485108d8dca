"""Makes the potential files of this folder: the format written a second time, from its description alone.

    python tests/data/generate.py

SiO.nnp has two elements; SiO.Si.nnp and SiO.O.nnp hold one section of it each (runner/ has a generator of its own,
generate_runner.py). Their numbers are multiples of the
golden ratio modulo 1: all digits are used, and IEEE arithmetic makes the same ones everywhere. The potential means
nothing.
"""

from __future__ import annotations

import math
from pathlib import Path

HEADER = "# DATE: 2026-11-21 UNITS: metal CONTRIBUTOR: nnmanybody tests CITATION: none"
FUNCTIONS = {
    "Si": (
        "G2 neighbor Si cutoff 6 eta 0.5 r_shift 2",
        "G3 neighbor O cutoff 5.5 kappa 1.25",
        "G4 neighbors O Si cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1",
    ),
    "O": (
        "G1 neighbor Si cutoff 5",
        "G5 neighbors Si Si cutoff 6 eta 0.02 r_shift 1.3 zeta 2.5 lambda 1",
    ),
}
REFERENCE_ENERGIES = {"Si": "-4.3366", "O": "-1.90625"}
SCALING = {"Si": "minmax -1 1", "O": "sigma 0 1"}
ACTIVATIONS = {"Si": ("tanh", "identity"), "O": ("silu", "identity")}
PROVENANCE = (
    ("package_version", "0.1.0"),
    ("data_sha256", "00ff"),
    ("note", "numbers  with  two blanks, a # and an end"),
    ("seed", "1"),
)
N_HIDDEN = 2


def number(value: float) -> str:
    """17 significant digits, right-aligned in 24 places."""
    return f"{value:24.16e}"


def rows(n_rows: int, n_columns: int, start: int) -> list[str]:
    """Lines of n_columns numbers each."""
    golden_ratio = (1.0 + math.sqrt(5.0)) / 2.0
    counts = (range(start + n_columns * row, start + n_columns * (row + 1)) for row in range(n_rows))
    return [" ".join(number(golden_ratio * count % 1.0 - 0.5) for count in row) for row in counts]


def statistics(n_functions: int) -> list[str]:
    """Lines of min, max, mean, sigma."""
    return [
        " ".join(map(number, (0.1 * s, 1.0 + math.sqrt(2 + s), 0.5 + 0.1 * s, 1 / (3 + s)))) for s in range(n_functions)
    ]


def section(element: str) -> list[str]:
    """Lines of one element, from the empty line in front of it to `end element`."""
    n = len(FUNCTIONS[element])
    shortcut = element == "O"
    lines = [
        "",
        f"element {element}",
        f"reference_energy {REFERENCE_ENERGIES[element]}",
        f"symmetry_functions {n}",
        *FUNCTIONS[element],
        "statistics min max mean sigma",
        *statistics(n),
        f"scaling {SCALING[element]}",
        "model network",
        f"layers {n} {N_HIDDEN} 1",
        f"activations {' '.join(ACTIVATIONS[element])}",
        f"shortcut {'yes' if shortcut else 'no'}",
        "layer 1",
        *rows(N_HIDDEN, n + 1, 1),
        "layer 2",
        *rows(1, N_HIDDEN + 1, 100),
    ]
    if shortcut:
        lines += ["shortcut_weights", *rows(1, n, 200)]
    return [*lines, "end network", "end element"]


def potential(elements: tuple[str, ...]) -> str:
    """Text of a potential file."""
    lines = [HEADER, "nnp_format 1", f"elements {' '.join(elements)}"]
    for element in elements:
        lines += section(element)
    lines += ["", "provenance", *(f"{key} {value}" for key, value in PROVENANCE), "end provenance"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    folder = Path(__file__).parent
    folder.joinpath("SiO.nnp").write_text(potential(("Si", "O")))
    for symbol in ("Si", "O"):
        folder.joinpath(f"SiO.{symbol}.nnp").write_text(potential((symbol,)))

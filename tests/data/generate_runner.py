"""Makes the RuNNer directories of runner/: small potentials that mean nothing, written from n2p2's documentation.

    python tests/data/generate_runner.py

The tables below are the truth of the tests too: functions stand in the order in which n2p2 sorts them (operator< of
its classes SymFnc…), which is that of scaling.data and of the inputs of the networks; input.nn has them shuffled.
Numbers are multiples of the golden ratio modulo 1, as in generate.py.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from pathlib import Path

GOLDEN_RATIO = (1.0 + math.sqrt(5.0)) / 2.0


def golden(count: int) -> float:
    """A number between -1/2 and 1/2."""
    return GOLDEN_RATIO * count % 1.0 - 0.5


@dataclass(frozen=True)
class Case:
    """One directory.

    Attributes
    ----------
    settings : str
        input.nn without the symmetry functions.
    functions : dict of element to lines
        Arguments of symfunction_short behind the element, in n2p2's order; elements by atomic number.
    hidden : dict of element to neurons of the hidden layers
    activations : dict of element to letters
    sigma : bool
        Whether scaling.data has the sixth column.
    """

    name: str
    settings: str
    functions: dict[str, tuple[str, ...]]
    hidden: dict[str, tuple[int, ...]]
    activations: dict[str, str]
    sigma: bool = True
    header: str = "#  e_index   sf_index   sf_min   sf_max   sf_mean   sf_sigma\n"
    keyword: dict[str, str] = field(default_factory=lambda: {"O": "symfunction_short", "Si": "symfunction_short"})

    def statistics(self, element: str) -> list[tuple[float, float, float, float]]:
        """Minimum, maximum, mean, sigma of every function."""
        start = 10 * ord(element[0])
        return [
            (0.1 + 0.2 * (0.5 + golden(start + s)), 2.0 + golden(start + 2 * s), 0.8 + 0.1 * golden(s), 0.4 + 0.02 * s)
            for s in range(len(self.functions[element]))
        ]

    def layers(self, element: str) -> list[tuple[list[list[float]], list[float]]]:
        """Weights (rows: neurons of the layer) and biases of each layer."""
        sizes = (len(self.functions[element]), *self.hidden[element], 1)
        made = []
        start = 1000 * ord(element[-1])
        for n_in, n_out in itertools.pairwise(sizes):
            weights = [[golden(start + n_in * i + j) for j in range(n_in)] for i in range(n_out)]
            biases = [golden(start + 500 + i) for i in range(n_out)]
            made.append((weights, biases))
            start += 700
        return made

    def files(self) -> dict[str, str]:
        """Name and text of each file."""
        atomic_numbers = {"O": 8, "Si": 14}
        files = {"input.nn": self.settings + self._function_lines(), "scaling.data": self.header}
        for index, element in enumerate(self.functions, start=1):
            for number, row in enumerate(self.statistics(element), start=1):
                kept = row if self.sigma else row[:3]
                files["scaling.data"] += f"{index:10d} {number:10d} " + " ".join(f"{x:24.16E}" for x in kept) + "\n"
            files[f"weights.{atomic_numbers[element]:03d}.data"] = self._weights_text(element)
        if not self.sigma:
            files["scaling.data"] += "   -12.5  -3.25\n"  # RuNNer's last line: the range of the energies
        return files

    def _function_lines(self) -> str:
        """The functions of all elements, mixed, backwards."""
        lines = [
            f"{self.keyword[element]}  {element} {line}   # function {number} of {element}"
            for element, functions in self.functions.items()
            for number, line in enumerate(functions, start=1)
        ]
        return "\n".join(lines[1::2][::-1] + lines[0::2]) + "\n"

    def _weights_text(self, element: str) -> str:
        """The first column is what n2p2 reads: for every neuron below, the weights to all neurons; then biases."""
        lines = ["# connection t index"]
        for weights, biases in self.layers(element):
            for j, i in itertools.product(range(len(weights[0])), range(len(weights))):
                lines.append(f"{weights[i][j]:24.16E} a {len(lines):9d}")
            lines += [f"{bias:24.16E} b {len(lines) + i:9d}" for i, bias in enumerate(biases)]
        return "\n".join(lines) + "\n"


# Bohr and Hartree, normalized, the exponential types; alternative keywords, comments of both kinds, Windows lines.
MIXED = Case(
    name="mixed",
    settings="""\
# A potential of the tests: types 2, 3, 9, 12, 13
mean_energy   -3.5000000000000000E+00
conv_energy   1.25d+01                       # Fortran's exponent
conv_length   4.0000000000000000E+00
nnp_gen 2
number_of_elements 2
elements Si O          ! not in the order of the atomic numbers
atom_energy O -15.0
atom_energy Si  -7.75
cutoff_type 6 0.2
scale_symmetry_functions
center_symmetry_functions
scale_min_short -1.0
scale_max_short  1.0
global_hidden_layers_short 2
global_nodes_short 4 3
global_activation_short t p l

# training
epochs 25
random_seed 1234567
write_trainpoints 5 10
\t
""",
    functions={
        "O": (
            "2 Si 0.01 0.0 10.0",
            "2 O 0.01 0.5 10.0",
            "2 Si 0.01 0.5 10.0",
            "2 Si 0.30 -1.5 10.0",
            "2 O 0.001 0.0 11.0",
            "3 O Si 0.01 1.0 1.0 10.0",
            "3 Si Si 0.01 1.0 1.0 10.0",
            "3 Si O 0.01 -1.0 4.0 10.0",
            "3 O O 0.01 1.0 4.0 10.0",
            "3 O O 0.01 1.0 1.0 10.0 0.75",
            "9 Si Si 0.02 -1.0 2.5 10.0",
            "9 O Si 0.02 -1.0 2.5 11.0",
            "12 0.02 0.0 10.0",
            "12 0.02 1.25 10.0",
            "13 0.005 0.0 -1.0 1.0 10.0",
            "13 0.005 0.0 1.0 1.0 10.0",
            "13 0.005 0.0 1.0 2.0 10.0",
            "13 0.005 0.25 -1.0 1.0 10.0",
        ),
        "Si": (
            "2 O 0.02 0.0 10.0",
            "3 Si O 0.005 1.0 2.0 10.0",
            "9 O O 0.005 1.0 1.0 9.0",
            "9 O O 0.005 1.0 1.0 10.0",
            "12 0.01 0.5 12.0",
        ),
    },
    hidden={"O": (4, 3), "Si": (4, 3)},
    activations={"O": "tpl", "Si": "tpl"},
    keyword={"O": "symfunction", "Si": "symfunction_short"},
)

# Å and eV, the functions with compact support, sigma scaling with its defaults, per-element settings; the output is
# not linear. Of element_nodes_short n2p2 applies all numbers but the last, and of element_activation_short likewise.
COMPACT = Case(
    name="compact",
    settings="""\
number_of_elements 2
elements O Si
cutoff_type 1
scale_symmetry_functions_sigma
normalize_nodes
global_hidden_layers_short 2
global_nodes_short 4 3
global_activation_short g s h
element_nodes_short Si 5 9
element_activation_short Si c S l
""",
    functions={
        "O": (
            "20 O 1.0 5.0 e",
            "20 O 0.5 5.0 p1",
            "20 O 1.0 5.0 p1",
            "20 O -5.5 5.5 p1",
            "20 Si 0.0 5.0 p1",
            "20 O 0.0 5.0 p2a",
            "21 O O 0.0 6.0 0.0 180.0 p2",
            "21 Si O 0.0 5.5 20.0 160.0 p2",
            "22 O O 0.0 5.5 60.0 300.0 p3",
            "22 O O 0.0 5.5 -120.0 120.0 p4a",
            "23 0.5 5.0 e",
            "23 0.0 5.5 p4",
            "24 -0.5 6.0 -90.0 90.0 p1",
            "24 -0.5 6.0 0.0 180.0 p1",
            "25 0.0 5.0 0.0 150.0 p2",
            "25 0.0 5.0 0.0 170.0 p2",
            "25 -5.5 5.5 0.0 170.0 p2",
        ),
        "Si": ("2 O 0.2 1.5 5.0", "21 O O 0.0 6.0 10.0 170.0 p3", "22 O Si -6.0 6.0 0.0 150.0 e"),
    },
    hidden={"O": (4, 3), "Si": (5, 3)},
    activations={"O": "gsh", "Si": "cSh"},
)

# As RuNNer writes: no sigma, a last line with energies, no comments; its own way to name neurons of one element.
RUNNER = Case(
    name="runner",
    settings="""\
runner_mode 3
number_of_elements 2
elements Si O
cutoff_type 2
use_short_nn
scale_symmetry_functions
scale_min_short_atomic 0.0
scale_max_short_atomic 1.0
global_hidden_layers_short 2
global_nodes_short 4 3
global_activation_short t t l
element_nodes_short Si 2 2
""",
    functions={
        "O": ("2 O 0.01 0.0 10.0", "3 O O 0.01 1.0 1.0 10.0"),
        "Si": ("2 O 0.02 0.0 10.0", "2 Si 0.02 0.0 10.0"),
    },
    hidden={"O": (4, 3), "Si": (4, 2)},
    activations={"O": "ttl", "Si": "ttl"},
    sigma=False,
    header="",
)

CASES = (MIXED, COMPACT, RUNNER)


def write_all(folder: Path) -> None:
    """Write every case into a directory of its own; `mixed` with the line ends of Windows in input.nn."""
    for case in CASES:
        directory = folder / case.name
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in case.files().items():
            line_ends = "\r\n" if (case.name, name) == ("mixed", "input.nn") else "\n"
            directory.joinpath(name).write_bytes(text.replace("\n", line_ends).encode())


if __name__ == "__main__":
    write_all(Path(__file__).parent / "runner")

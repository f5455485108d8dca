"""docs/potential_file.md is about this format: its example is read and means what it says, its names are the core's."""

import re
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from nnmanybody import Potential, _core

PAGE = (Path(__file__).parents[2] / "docs" / "potential_file.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```nnp\n(.*?)```", PAGE, re.DOTALL).group(1)
PRINTED_DIGITS = 5e-7  # the page has six decimals


def first_cells(heading: str) -> list[str]:
    """What stands in code style at the start of the rows below a heading of the page."""
    section = PAGE.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    return re.findall(r"^\| `([^`]*)`", section, re.MULTILINE)


def listed_by_core(message: str) -> set[str]:
    """Names in the parentheses of the core's error for a name it does not know."""
    return set(re.search(r"\((.*?)\)", message).group(1).split(", "))


def test_the_example_is_read_and_written_again():
    assert _core.PotentialDefinition.parse(EXAMPLE, "docs").text() == EXAMPLE


def test_the_example_means_what_the_page_says():
    """G2, scaling and network by hand, in plain numpy."""
    r = 2.3
    g = np.array([np.exp(-0.5 * (r - 2.0) ** 2) * (np.cos(np.pi * r / 5.0) + 1.0) / 2.0, 0.0])
    scaled = -1.0 + 2.0 * (g - [0.5, 0.0]) / ([4.0 - 0.5, 1.5 - 0.0])
    hidden = np.tanh(np.array([[0.5, -0.25], [0.125, 0.75]]) @ scaled + [0.0, 0.25])
    network = hidden @ [0.5, -1.0] - 0.0625
    numbers = {name: float(found) for name, found in re.findall(r"(f_c\(2\.3\) =|are|makes) (-?\d\.\d{6})", PAGE)}
    assert numbers["f_c(2.3) ="] == pytest.approx(g[0], abs=PRINTED_DIGITS)
    assert numbers["are"] == pytest.approx(scaled[0], abs=PRINTED_DIGITS)
    assert numbers["makes"] == pytest.approx(network, abs=PRINTED_DIGITS)
    assert f"= {-4.3366 + network:.6f} eV" in PAGE
    potential = Potential(_core.PotentialDefinition.parse(EXAMPLE, "docs"))
    dimer = Atoms("Si2", [[0.0, 0.0, 0.0], [0.0, 0.0, r]])
    assert potential.evaluate(dimer).energies == pytest.approx([-4.3366 + network] * 2, rel=1e-14)


def test_every_symmetry_function_of_the_page_is_one_of_the_core():
    lines = [cell for cell in first_cells("Symmetry functions") if " cutoff " in cell or " r_right " in cell]
    kinds = [str(_core.SymmetryFunction.parse(line)).split()[0] for line in lines]
    with pytest.raises(ValueError, match="expected a symmetry function") as caught:
        _core.SymmetryFunction.parse("G0 neighbor Si cutoff 5")
    assert set(kinds) == listed_by_core(str(caught.value))
    assert [str(_core.SymmetryFunction.parse(line)) for line in lines] == lines


def test_the_page_has_every_cutoff_function():
    with pytest.raises(ValueError, match="expected a cutoff function") as caught:
        _core.SymmetryFunction("G1", ["Si"], 5.0, cutoff_function="none")
    row = next(line for line in PAGE.splitlines() if line.startswith("| `cutoff_function`"))
    assert set(re.findall(r"`(\w+)`", row)) - {"cutoff_function"} == listed_by_core(str(caught.value))
    assert set(first_cells("Cutoff functions and compact functions")) == listed_by_core(str(caught.value))


def test_the_page_has_the_shapes_of_compact_functions():
    row = next(line for line in PAGE.splitlines() if line.startswith("| `shape`"))
    names = set(re.findall(r"`([a-z]\w*)`", row)) - {"shape"}
    for name in names:
        _core.SymmetryFunction("compact_radial", ["Si"], 5.0, cutoff_function=name)
    others = set(first_cells("Cutoff functions and compact functions")) - names
    for name in others:
        with pytest.raises(ValueError, match="expected a shape"):
            _core.SymmetryFunction("compact_radial", ["Si"], 5.0, cutoff_function=name)


def test_every_scaling_of_the_page_is_one_of_the_core():
    rows = [cell.split() for cell in first_cells("Scaling")]
    text = EXAMPLE
    for _, kind, *bounds in rows:
        line = " ".join(["scaling", kind, *(["-1", "1"] if bounds else [])])
        section = _core.PotentialDefinition.parse(text.replace("scaling minmax -1 1", line), "docs").sections[0]
        assert section.scaling[0] == kind
    with pytest.raises(ValueError, match="expected a scaling") as caught:
        _core.PotentialDefinition.parse(text.replace("scaling minmax", "scaling unknown"), "docs")
    assert {kind for _, kind, *_ in rows} == listed_by_core(str(caught.value))


def test_every_activation_of_the_page_is_one_of_the_core():
    row = next(line for line in PAGE.splitlines() if line.startswith("| `activations"))
    with pytest.raises(ValueError, match="expected an activation") as caught:
        _core.Network([np.ones((1, 1))], [np.ones(1)], ["none"])
    assert set(re.findall(r"`(\w+)`", row)) == listed_by_core(str(caught.value))

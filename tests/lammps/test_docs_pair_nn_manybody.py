"""The inputs in docs/pair_nn_manybody.md run, and mean what the page says."""

import pytest

import helpers
from doc_blocks import blocks
from lammps_runner import THERMO, run, write_data
from nnmanybody import Potential
from nnmanybody._core import PotentialDefinition

SHOWN = [block.text for block in blocks("pair_nn_manybody.md") if block.language != "bibtex"]
SYNTAX, KEYWORDS, EXAMPLES, COMPLETE = SHOWN[:4]
PLAIN, WATCHED, COMMITTEE, HYBRID = EXAMPLES.split("\n\n")
ENERGY_TOLERANCE = 1e-10  # eV/atom, the issue's


@pytest.fixture(scope="module")
def silica():
    """Cutoff 6 Å, as the page's examples; silicon sees only silicon, so that its section is also a potential alone."""
    sections = [
        helpers.random_potential("Si", 6.0).definition.sections[0],
        helpers.random_potential(["Si", "O"], 6.0).definition.sections[1],
    ]
    return Potential(PotentialDefinition(sections))


@pytest.fixture
def folder(tmp_path, silica):
    silica.write(tmp_path / "SiO2.nnp")
    for section in silica.definition.sections:
        (tmp_path / f"{section.element}.nnp").write_text(PotentialDefinition([section]).text())
    return tmp_path


def typed(elements):
    """Five atoms of types 1, 2, …, 1, 2, …, and these types."""
    atoms = helpers.triclinic()
    types = [i % len(elements) + 1 for i in range(len(atoms))]
    atoms.symbols = [elements[t - 1] for t in types]
    return atoms, types


def test_every_pair_coeff_of_the_examples(folder, silica):
    coeffs = [line.split("#")[0].split()[3:] for line in PLAIN.splitlines() if line.startswith("pair_coeff")]
    assert len(coeffs) == 4
    script, expected = "", []
    for number, words in enumerate(coeffs):
        elements = [word for word in words if word in silica.elements] or ["Si"]
        atoms, types = typed(elements)
        write_data(folder / f"{number}.data", atoms, elements, types)
        script += f"clear\nunits metal\nread_data {number}.data\npair_style nn/manybody\n"
        script += f"pair_coeff * * {' '.join(words)}\n{THERMO}run 0\n"
        expected.append(silica.evaluate(atoms).energy)
    got = [thermo["PotEng"][0] for thermo in run(folder, script).thermo()]
    assert got == pytest.approx(expected, abs=5 * ENERGY_TOLERANCE, rel=0)


def test_the_hybrid_example(folder):
    atoms, types = typed(["Si", "O", "Ar"])
    write_data(folder / "atoms.data", atoms, ["Si", "O", "Ar"], types)
    run(folder, f"units metal\nread_data atoms.data\n{HYBRID}\nrun 0\n")


def test_the_examples_with_keywords(folder, silica):
    atoms, types = typed(["Si", "O"])
    write_data(folder / "atoms.data", atoms, ["Si", "O"], types)
    for number in (1, 2, 3, 4):
        silica.write(folder / f"{number}.nnp")
    script = "".join(f"clear\nunits metal\nread_data atoms.data\n{e}\n{THERMO}run 0\n" for e in (WATCHED, COMMITTEE))
    result = run(folder, script)
    assert "committee of 4" in result.output
    assert result.output.count("checks (every 100 steps)") == 2
    got = [thermo["PotEng"][0] for thermo in result.thermo()]
    assert got == pytest.approx(2 * [silica.evaluate(atoms).energy], abs=5 * ENERGY_TOLERANCE, rel=0)


def test_the_complete_input(folder):
    thermo = run(folder, COMPLETE).thermo()[0]
    assert list(thermo["Step"]) == [0, 10, 20]


def test_the_syntax_has_the_words_of_the_style():
    assert SYNTAX.splitlines()[0] == "pair_style nn/manybody keyword ..."
    assert KEYWORDS.splitlines()[0] == "keyword = committee or extrapolation"

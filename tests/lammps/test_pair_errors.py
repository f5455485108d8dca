"""Wrong input to pair_style nn/manybody: LAMMPS stops, and says what was expected, what came, and where."""

import pytest

import helpers
from agreement_cases import potentials
from lammps_runner import lammps, write_data
from nnmanybody._core import PotentialDefinition

EXIT_OF_LAMMPS_ERRORS = 1


@pytest.fixture(scope="module")
def files():
    """Text of every potential file by name: two elements, and one file each."""
    definition = potentials()["SiO"].definition
    parts = {f"{s.element}.nnp": PotentialDefinition([s]).text() for s in definition.sections}
    return {"SiO.nnp": definition.text()} | parts


@pytest.fixture
def folder(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    write_data(tmp_path / "atoms.data", helpers.triclinic(), ["Si", "O"])
    return tmp_path


def script(coeff: str = "* * SiO.nnp Si O", style: str = "nn/manybody", before: str = "units metal", after: str = ""):
    return f"{before}\nread_data atoms.data\npair_style {style}\npair_coeff {coeff}\n{after}\nrun 0 post no\n"


def refused(folder, text: str, ranks: int = 1) -> str:
    """Return output of LAMMPS, which must stop at once with an error."""
    result = lammps(folder, text, ranks)
    assert result.status == EXIT_OF_LAMMPS_ERRORS, result.output
    assert "ERROR" in result.output
    assert not result.thermo()
    return result.output


# --- the commands -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["exclude type 1 2", "include some"])
def test_hidden_neighbors_are_refused(folder, command):
    """They would change every energy without a word."""
    output = refused(folder, script(after=f"group some type 1\natom_modify first some\nneigh_modify {command}"))
    assert f"neigh_modify {command.split()[0]} hides neighbors" in output


@pytest.mark.parametrize("types", ["1 1", "1*2 1*2", "* 2"])
def test_one_pair_coeff_for_all_types(folder, types):
    output = refused(folder, script(f"{types} SiO.nnp Si O"))
    assert "Pair_coeff must start with * * for pair style nn/manybody" in output


@pytest.mark.parametrize(
    ("coeff", "expected"),
    [
        ("* *", "one pair_coeff command for all types"),
        ("* * SiO.nnp Si", "there are 2 atom types, but 1 element names"),
        ("* * SiO.nnp Si O O", "there are 2 atom types, but 3 element names"),
        ("* * SiO.nnp Si O O 6.0", "there are 2 atom types, but 3 element names"),
        ("* * Si.nnp O.nnp Si NULL O 6.0", "there are 2 atom types, but 3 element names"),
        ("* * SiO.nnp", "the potential has the elements Si O: name the element of each atom type"),
        ("* * SiO.nnp Si Ge", "atom type 2 is Ge, but the potential has Si O"),
        ("* * SiO.nnp si o", "atom type 1 is si, but the potential has Si O"),
        ("* * Si.nnp O.nnp Si O 6.5", "the cutoff 6.5 Å does not agree with the potential"),
        ("* * SiO.nnp Si O -6.0", "the cutoff must be positive, got -6.0"),
        ("* * SiO.nnp Si O nan", "the cutoff must be positive, got nan"),
        ("* * missing.nnp Si O", "cannot open the potential file 'missing.nnp'"),
        ("* * Si.nnp SiO.nnp Si O", "the element Si stands in more than one file"),
        ("* * Si.nnp Si Si", "element Si: 'G1 neighbor O cutoff 5' needs the element O, but the elements are Si"),
    ],
)
def test_pair_coeff(folder, coeff, expected):
    output = refused(folder, script(coeff))
    assert f"ERROR: Pair style nn/manybody: {expected}" in output
    assert f"Last input line: pair_coeff {coeff}" in output


def test_a_cutoff_that_disagrees_is_told_with_the_one_of_the_files(folder):
    output = refused(folder, script("* * Si.nnp O.nnp Si O 5.0"))
    assert "the cutoff 5 Å does not agree with the potential, whose symmetry functions reach 6 Å" in output


def test_null_without_another_pair_style(folder):
    output = refused(folder, script("* * SiO.nnp Si NULL"))
    assert "All pair coeffs are not set" in output


def test_no_pair_coeff(folder):
    output = refused(folder, "units metal\nread_data atoms.data\npair_style nn/manybody\nrun 0\n")
    assert "All pair coeffs are not set" in output


def test_newton_off(folder):
    output = refused(folder, script(before="units metal\nnewton off"))
    assert "Pair style nn/manybody requires newton pair on" in output
    assert "remove 'newton off' from the input" in output


def test_units_without_a_factor(folder):
    output = refused(folder, script(before="units lj"))
    assert "Pair style nn/manybody: units lj have no eV and no Å; use units metal, real, electron" in output


# --- the file -----------------------------------------------------------------------------------------


def line_of(text: str, start: str, which: int = 0) -> int:
    """Return number, from 1, of the which-th line that begins with `start`."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start)][which]


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_truncated_file(folder, files, ranks):
    """All ranks stop: the file is read by the first one alone."""
    text = files["SiO.nnp"]
    kept = line_of(text, "layer 2")
    (folder / "SiO.nnp").write_text("".join(text.splitlines(keepends=True)[:kept]))
    output = refused(folder, script(), ranks)
    assert f"SiO.nnp:{kept + 1}: expected layer 2, row 1: weights and the bias, got the end of the file" in output


@pytest.mark.parametrize(
    ("line", "edited", "expected"),
    [
        ("scaling", "skaling minmax -1 1", "expected 'scaling', got 'skaling minmax -1 1'"),
        ("G2", "G2 neighbor Si cutoff 5 etaa 0.5 r_shift 2", "G2 has no parameter 'etaa'; did you mean 'eta'?"),
        ("G1", "G1 neighbor Si cutoff -5", "G1: expected a positive cutoff, got -5"),
        ("reference_energy", "reference_energy nan", "expected a finite number for the reference energy, got 'nan'"),
        ("activations", "activations tanh tan identity", "expected an activation"),
        ("nnp_format", "nnp_format 2", "expected nnp_format 1, got 2: written by a newer nnmanybody?"),
        ("reference_energy", "# gone", "expected 'reference_energy', got 'symmetry_functions"),
    ],
)
def test_an_edited_file(folder, files, line, edited, expected):
    text = files["SiO.nnp"]
    number = line_of(text, line)
    lines = text.splitlines()
    lines[number - 1] = edited
    (folder / "SiO.nnp").write_text("\n".join(lines) + "\n")
    output = refused(folder, script())
    found = number + 1 if edited == "# gone" else number
    assert f"SiO.nnp:{found}: {expected}" in output


def test_a_weight_that_is_not_a_number(folder, files):
    number = line_of(files["SiO.nnp"], "layer 1") + 1
    lines = files["SiO.nnp"].splitlines()
    lines[number - 1] = " ".join(["nan", *lines[number - 1].split()[1:]])
    (folder / "SiO.nnp").write_text("\n".join(lines) + "\n")
    assert f"SiO.nnp:{number}: expected a finite number for layer 1, row 1" in refused(folder, script())


def test_the_fault_of_one_of_several_files_is_found_in_that_file(folder, files):
    number = line_of(files["O.nnp"], "scaling")
    (folder / "O.nnp").write_text(files["O.nnp"].replace("scaling minmax", "scaling minmaxx"))
    output = refused(folder, script("* * Si.nnp O.nnp Si O 6.0"))
    assert f"O.nnp:{number}: expected a scaling" in output
    assert "did you mean 'minmax'?" in output


@pytest.mark.parametrize("content", ["", "some other text\n", "# DATE: 2026-01-01 UNITS: metal\n"])
def test_a_file_that_is_no_potential(folder, content):
    (folder / "SiO.nnp").write_text(content)
    output = refused(folder, script())
    assert "SiO.nnp:" in output
    assert "expected 'nnp_format'" in output


# --- the atoms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(("moved", "onto"), [(4, 1), (5, 2)])
def test_atoms_on_top_of_one_another_are_named(folder, moved, onto, ranks):
    """As center and neighbor (silicon, which is evaluated first), and as two neighbors of another atom (oxygen)."""
    atoms = helpers.triclinic()
    atoms.positions[moved - 1] = atoms.positions[onto - 1] + [1e-9, 0.0, 0.0]
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    output = refused(folder, script(), ranks)
    assert "two atoms sit on top of one another" in output
    assert f"atoms {onto} and {moved} at" in output or f"atoms {moved} and {onto} at" in output


# --- what a many-body energy cannot give ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("compute g all group/group all\nthermo_style custom step c_g", "does not support compute group/group"),
        ("compute g all pair/local eng\ndump d all local 1 g.dump c_g", "does not support compute pair/local"),
        ("pair_write 1 1 10 r 1.0 5.0 table.txt x", "Pair style nn/manybody does not support pair_write"),
        ("variable x equal 1.0\nfix a all adapt 1 pair nn/manybody scale * * v_x", "param scale not supported"),
        ("fix n all nve\nrun_style respa 2 2 inner 1 4.0 5.0 outer 2", "does not support rRESPA inner/middle/outer"),
    ],
    ids=["group/group", "pair/local", "pair_write", "adapt", "respa"],
)
def test_what_has_no_meaning_is_refused(folder, command, expected):
    """Never a zero: see the restrictions in docs/pair_nn_manybody.md."""
    assert expected in refused(folder, script(after=command))

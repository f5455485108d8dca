"""Boxes: mixed boundaries, thin slices, lattices with atoms on the walls, atoms alone, atoms that come and go."""

import numpy as np
import pytest
from ase import Atoms

import helpers
import reference
from agreement_cases import PAIR
from lammps_runner import (
    ENERGY_TOLERANCE,
    THERMO_BOX,
    assert_agrees,
    assert_frame,
    dump,
    forces,
    run,
    single,
    write_data,
)

# --- boundaries -------------------------------------------------------------------------------------

BOUNDARIES = ["p s f", "m f p", "s m s"]


@pytest.mark.parametrize("ranks", [1, 3])
def test_mixed_boundaries(folder, made, ranks):
    """Atoms see their images along the periodic directions and nothing along the others."""
    text, expected = "", []
    for number, kinds in enumerate(BOUNDARIES):
        atoms = helpers.silicon()
        atoms.pbc = [kind == "p" for kind in kinds.split()]
        write_data(folder / f"{number}.data", atoms, ["Si"])
        pair = PAIR.format("Si", "Si")
        text += single(f"{number}.data", pair, f"{number}.dump", f"units metal\nboundary {kinds}")
        expected.append(made["Si"].evaluate(atoms))
    result = run(folder, text, ranks)
    for number, (thermo, evaluation) in enumerate(zip(result.thermo(), expected, strict=True)):
        frame = result.dump(f"{number}.dump")[0]
        assert_agrees(thermo, frame, evaluation)


def test_two_dimensions(folder, made):
    """A sheet, alone along z; LAMMPS asks for a periodic z and makes no images there."""
    atoms = helpers.small_cell() * (2, 2, 1)
    atoms.positions[:, 2] = 0.0
    atoms.pbc = [True, True, False]
    write_data(folder / "atoms.data", atoms, ["Si"])
    result = run(folder, single("atoms.data", PAIR.format("Si", "Si"), "a.dump", "units metal\ndimension 2"))
    expected = made["Si"].evaluate(atoms)
    assert result.thermo()[0]["PotEng"][0] == pytest.approx(expected.energy, rel=0, abs=len(atoms) * ENERGY_TOLERANCE)
    assert forces(result.dump("a.dump")[0]) == pytest.approx(expected.forces, rel=0, abs=1e-9)


def test_three_ranks_in_a_row(folder, made):
    """Slices thinner than the cutoff: ghosts come from the rank after the next."""
    atoms = helpers.silicon()
    write_data(folder / "atoms.data", atoms, ["Si"])
    grids = {"along z": "1 1 3", "along x": "3 1 1"}
    pair = PAIR.format("Si", "Si")
    text = [single("atoms.data", pair, f"'{name}'", f"units metal\nprocessors {grid}") for name, grid in grids.items()]
    result = run(folder, "".join(text), ranks=3)
    for name, thermo in zip(grids, result.thermo(), strict=True):
        assert_agrees(thermo, result.dump(name)[0], made["Si"].evaluate(atoms))


# --- lattices ---------------------------------------------------------------------------------------

A, REPEAT = 5.431, 3  # Å, primitive cells along each vector
# Primitive cells with the first vector along x and the second in the plane of x and y, in units of the cubic edge:
# Cholesky factors of the metric of (0 1/2 1/2), (1/2 0 1/2), (1/2 1/2 0).
PRIMITIVE = np.linalg.cholesky(np.array([[2, 1, 1], [1, 2, 1], [1, 1, 2]]) / 4.0)
BASES = {"fcc": [[0.0, 0.0, 0.0]], "diamond": [[0.0, 0.0, 0.0], [0.25, 0.25, 0.25]]}


def lattice_script(basis, shift: float) -> str:
    """Return input that builds a crystal in a box of primitive cells: many atoms are exactly on its walls."""
    vectors = " ".join(f"a{i} " + " ".join(f"{x:.15g}" for x in row) for i, row in enumerate(PRIMITIVE, 1))
    sites = " ".join("basis " + " ".join(str(x) for x in site) for site in basis)
    tilt = " ".join(f"{REPEAT * A * x:.15g}" for x in (PRIMITIVE[1, 0], PRIMITIVE[2, 0], PRIMITIVE[2, 1]))
    edges = " ".join(f"0 {REPEAT * A * x:.15g}" for x in np.diag(PRIMITIVE))
    return f"""
clear
units metal
lattice custom {A} {vectors} {sites}
region box prism {edges} {tilt} units box
create_box 1 box
create_atoms 1 box
mass 1 28.0855
displace_atoms all move {shift} {shift} {shift} units box
{PAIR.format("Si", "Si")}
{THERMO_BOX}
{dump("a.dump")}dump_modify d append yes
run 0 post no
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_perfect_crystals_in_skewed_boxes(folder, made, ranks):
    """Every atom has the energy it has in the primitive cell and no force, wherever rounding puts it."""
    cases = [(basis, shift) for basis in BASES.values() for shift in (0.0, -1e-14, 1e-14)]
    result = run(folder, "".join(lattice_script(*case) for case in cases), ranks)
    for (basis, _), thermo, frame in zip(cases, result.thermo(), result.dump("a.dump"), strict=True):
        n = len(basis) * REPEAT**3
        assert len(frame["id"]) == n
        cell = A * PRIMITIVE
        primitive = Atoms(["Si"] * len(basis), np.array(basis) @ cell, cell=cell, pbc=True)
        energy = REPEAT**3 * made["Si"].evaluate(primitive).energy
        assert thermo["PotEng"][0] == pytest.approx(energy, rel=0, abs=n * ENERGY_TOLERANCE)
        assert forces(frame) == pytest.approx(np.zeros((n, 3)), abs=1e-9)
        assert_frame(thermo, frame, ["Si"], made["Si"])


# --- atoms alone --------------------------------------------------------------------------------------


@pytest.mark.parametrize("element", ["Si", "O"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_an_atom_alone_has_its_reference_energy_and_what_the_network_says_of_nothing(folder, made, element, ranks):
    """All symmetry functions are zero; the network's answer to zeros, computed here in numpy, is not zero."""
    (section,) = [section for section in made["SiO"].definition.sections if section.element == element]
    zeros = reference.scale(np.zeros((1, len(section.functions))), section.statistics, section.scaling)
    network = section.network
    net = reference.Net(
        tuple(network.weights), tuple(map(np.ravel, network.biases)), tuple(network.activations), network.shortcut
    )
    expected = section.reference_energy + reference.network(net, zeros)[0]
    assert abs(expected - section.reference_energy) > 0.01
    write_data(folder / "atoms.data", Atoms(element, [[1.0, 2.0, 3.0]], cell=[20.0, 20.0, 20.0], pbc=True), [element])
    result = run(folder, single("atoms.data", PAIR.format("SiO", element), "a.dump"), ranks)
    assert result.thermo()[0]["PotEng"][0] == pytest.approx(expected, rel=0, abs=ENERGY_TOLERANCE)
    assert not forces(result.dump("a.dump")[0]).any()


# --- atoms that come and go ---------------------------------------------------------------------------

CHANGES = {
    "as read": "",
    "deleted": "delete_atoms group most",
    "created": "create_atoms 1 random 40 2718 NULL overlap 1.5",
    "deposited": "region all block 0 10.8 0 10.8 0 10.8 units box\n"
    "fix new all deposit 10 1 1 9241 region all near 1.4 attempt 500\nrun 10 post no\nunfix new",
    "all gone": "delete_atoms group all",
    "one again": "create_atoms 1 single 1.0 1.0 1.0",
}


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_deleted_created_and_deposited_between_runs(folder, made, ranks):
    """The number of atoms of a rank shrinks to none and grows beyond what it was."""
    write_data(folder / "atoms.data", helpers.silicon(2), ["Si"])
    text = f"units metal\nread_data atoms.data\n{PAIR.format('Si', 'Si')}{THERMO_BOX}group most id 5:60\n"
    for number, change in enumerate(CHANGES.values()):
        text += f"{change}\n{dump(f'{number}.dump')}run 0 post no\nundump d\n"
    result = run(folder, text, ranks)
    tables = result.thermo()
    del tables[list(CHANGES).index("deposited")]  # the run in which atoms fall in
    numbers = []
    for number, thermo in enumerate(tables):
        frame = result.dump(f"{number}.dump")[-1]
        numbers.append(len(frame["id"]))
        if numbers[-1]:
            assert_frame(thermo, frame, ["Si"], made["Si"])
        else:
            assert thermo["PotEng"][0] == 0.0
    assert numbers[:2] == [64, 8]
    assert numbers[2] > 30
    assert numbers[3] == numbers[2] + 10
    assert numbers[4:] == [0, 1]

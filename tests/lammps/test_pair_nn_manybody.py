"""pair_style nn/manybody in an input: the forms of pair_coeff, other pair styles beside it, units."""

import numpy as np
import pytest

import helpers
from agreement_cases import potentials
from lammps_runner import (
    ATM_A3_PER_KCAL_MOL,
    KCAL_MOL_PER_EV,
    SIX,
    THERMO,
    dump,
    forces,
    run,
    virial,
    voigt,
    write_data,
)
from nnmanybody import neighbor_list
from nnmanybody._core import PotentialDefinition

ENERGY_TOLERANCE = 1e-10  # eV/atom, the issue's
FORCE_TOLERANCE = 1e-9  # eV/Å, the issue's
VIRIAL_TOLERANCE = 1e-8  # eV, the issue's


@pytest.fixture(scope="module")
def made():
    """Name -> Potential: `Si` alone, `SiO`, and `other`, a second one for Si with a longer cutoff."""
    return potentials() | {"other": helpers.random_potential("Si", 6.0, seed=7)}


@pytest.fixture
def folder(tmp_path, made):
    for name, potential in made.items():
        potential.write(tmp_path / f"{name}.nnp")
    return tmp_path


def single(data: str, pair: str, name: str, before: str = "units metal") -> str:
    """Return input of one energy of a data file in a process that may have done others before."""
    return f"clear\n{before}\nread_data {data}\n{pair}\n{THERMO}{dump(name)}run 0 post no\n"


def largest(difference) -> float:
    return np.abs(difference).max()


def assert_equal(thermo, frame, energy, force, w):
    """Energy, forces and virial (6,) of a LAMMPS run in units metal."""
    assert abs(thermo["PotEng"][-1] - energy) <= ENERGY_TOLERANCE * len(force)
    assert largest(forces(frame) - force) <= FORCE_TOLERANCE
    assert largest(virial(thermo) - w) <= VIRIAL_TOLERANCE


# --- pair_coeff -----------------------------------------------------------------------------------


def test_the_three_forms_of_pair_coeff_are_the_same_potential(folder, made):
    """One file; one file per element with the cutoff, in any order; one element, not named."""
    for section in made["SiO"].definition.sections:
        (folder / f"part{section.element}.nnp").write_text(PotentialDefinition([section]).text())
    atoms, one_element = helpers.triclinic(), helpers.silicon()
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    write_data(folder / "Si.data", one_element, ["Si"])
    forms = {
        "atoms": ["SiO.nnp Si O", "SiO.nnp Si O 6.0", "partSi.nnp partO.nnp Si O 6", "partO.nnp partSi.nnp Si O 6.0"],
        "Si": ["Si.nnp", "Si.nnp 5.0", "Si.nnp Si"],
    }
    lines = [(data, coeff) for data, coeffs in forms.items() for coeff in coeffs]
    script = "".join(
        single(f"{data}.data", f"pair_style nn/manybody\npair_coeff * * {coeff}", f"{i}.dump")
        for i, (data, coeff) in enumerate(lines)
    )
    result = run(folder, script)
    for i, ((data, _), thermo) in enumerate(zip(lines, result.thermo(), strict=True)):
        expected = made["SiO"].evaluate(atoms) if data == "atoms" else made["Si"].evaluate(one_element)
        frame = result.dump(f"{i}.dump")[0]
        assert_equal(thermo, frame, expected.energy, expected.forces, voigt(expected.virial))


def test_the_log_tells_which_potential_was_read(folder):
    write_data(folder / "atoms.data", helpers.triclinic(), ["Si", "O"])
    result = run(folder, single("atoms.data", "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O", "a.dump"))
    line = next(line for line in result.output.splitlines() if line.startswith("nn/manybody:"))
    assert line == (
        "nn/manybody: elements Si O, cutoff 6 Angstrom; Si: 17 symmetry functions, network; "
        "O: 17 symmetry functions, network"
    )


def test_the_last_pair_coeff_counts(folder, made):
    """And pair_style may stand in front of the box."""
    atoms = helpers.silicon()
    write_data(folder / "atoms.data", atoms, ["Si"])
    coeffs = "pair_coeff * * Si.nnp\npair_coeff * * other.nnp Si"
    script = f"units metal\npair_style nn/manybody\nread_data atoms.data\n{coeffs}\n{THERMO}{dump('a.dump')}run 0\n"
    result = run(folder, script)
    expected = made["other"].evaluate(atoms)
    frame = result.dump("a.dump")[0]
    assert_equal(result.thermo()[0], frame, expected.energy, expected.forces, voigt(expected.virial))


# --- with other pair styles -------------------------------------------------------------------------

LJ = {"epsilon": 0.01, "sigma": 2.0, "cutoff": 4.5}  # eV, Å, Å


def lennard_jones(atoms, which: str):
    """Energy, forces, virial (6,) of 4 epsilon ((sigma/r)^12 - (sigma/r)^6) over the pairs that `which` belongs to."""
    near = neighbor_list(atoms, LJ["cutoff"])
    mine = np.array(atoms.symbols) == which
    chosen = mine[near.center] | mine[near.neighbor]
    x, r = near.displacement[chosen], near.distance[chosen]
    s6 = (LJ["sigma"] / r) ** 6
    slope = 4.0 * LJ["epsilon"] * (6.0 * s6 - 12.0 * s6**2) / r
    on_neighbor = -(slope / r)[:, None] * x
    force = np.zeros((len(atoms), 3))
    np.add.at(force, near.neighbor[chosen], on_neighbor)  # every pair stands in the list from both sides
    w = 0.5 * x.T @ on_neighbor
    return 2.0 * LJ["epsilon"] * (s6**2 - s6).sum(), force, voigt(w)


@pytest.mark.parametrize("style", ["hybrid", "hybrid/overlay"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_type_mapped_to_null_is_left_to_the_other_style(folder, made, style, ranks):
    """Argon is invisible to the potential: it is neither a center nor a neighbor."""
    atoms = helpers.triclinic() * (2, 1, 1)
    atoms.symbols[[1, 8]] = "Ar"
    write_data(folder / "atoms.data", atoms, ["O", "Ar", "Si"])
    pair = f"""\
pair_style {style} nn/manybody lj/cut {LJ["cutoff"]}
pair_coeff * * nn/manybody SiO.nnp O NULL Si
pair_coeff 1*2 2 lj/cut {LJ["epsilon"]} {LJ["sigma"]}
pair_coeff 2 3 lj/cut {LJ["epsilon"]} {LJ["sigma"]}
"""
    result = run(folder, single("atoms.data", pair, "a.dump"), ranks)
    energy, force, w = lennard_jones(atoms, "Ar")
    seen = np.array(atoms.symbols) != "Ar"
    network = made["SiO"].evaluate(atoms[seen])
    force[seen] += network.forces
    expected = energy + network.energy, force, w + voigt(network.virial)
    assert_equal(result.thermo()[0], result.dump("a.dump")[0], *expected)
    assert largest(network.forces) > 0.01
    assert largest(lennard_jones(atoms, "Ar")[1][seen]) > 0.01


def test_overlay_adds_up(folder, made):
    """Stillinger-Weber and two potentials with different cutoffs, each alone and all at once."""
    atoms = helpers.silicon(2)
    write_data(folder / "atoms.data", atoms, ["Si"])
    alone = "pair_style sw\npair_coeff * * Si.sw Si"
    together = """\
pair_style hybrid/overlay nn/manybody sw nn/manybody
pair_coeff * * nn/manybody 1 Si.nnp Si
pair_coeff * * sw Si.sw Si
pair_coeff * * nn/manybody 2 other.nnp Si
"""
    script = single("atoms.data", alone, "sw.dump") + single("atoms.data", together, "all.dump")
    result = run(folder, script)
    sw, total = result.thermo()
    networks = [made[name].evaluate(atoms) for name in ("Si", "other")]
    energy = sw["PotEng"][0] + sum(network.energy for network in networks)
    force = forces(result.dump("sw.dump")[0]) + sum(network.forces for network in networks)
    w = virial(sw) + sum(voigt(network.virial) for network in networks)
    assert_equal(total, result.dump("all.dump")[0], energy, force, w)


# --- units -------------------------------------------------------------------------------------------


def test_units_real_are_converted(folder, made):
    """Energies by LAMMPS's factor; its pressure unit is atm there, and lengths are Å in both."""
    atoms = helpers.triclinic()
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    pair = "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O 6.0"
    result = run(folder, single("atoms.data", pair, "a.dump", before="units real"))
    assert "Converting potential file in metal units to real units" in result.output
    expected, thermo = made["SiO"].evaluate(atoms), result.thermo()[0]
    assert abs(thermo["PotEng"][0] / KCAL_MOL_PER_EV - expected.energy) <= ENERGY_TOLERANCE * len(atoms)
    assert largest(forces(result.dump("a.dump")[0]) / KCAL_MOL_PER_EV - expected.forces) <= FORCE_TOLERANCE
    pressure_atm = np.array([thermo["P" + component][0] for component in SIX])
    w = pressure_atm * thermo["Volume"][0] / ATM_A3_PER_KCAL_MOL / KCAL_MOL_PER_EV
    assert largest(w - voigt(expected.virial)) <= VIRIAL_TOLERANCE

"""pair_style nn/manybody in an input: the forms of pair_coeff, other pair styles beside it, units."""

import numpy as np
import pytest

import helpers
from agreement_cases import potentials
from lammps_runner import THERMO, assert_equal, dump, forces, largest, run, single, virial, voigt, write_data
from nnmanybody import neighbor_list
from nnmanybody._core import PotentialDefinition


@pytest.fixture(scope="module")
def made():
    """Name -> Potential: `Si` alone, `SiO`, and `other`, a second one for Si with a longer cutoff."""
    return potentials() | {"other": helpers.random_potential("Si", 6.0, seed=7)}


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


def test_the_log_tells_of_a_committee(folder):
    write_data(folder / "atoms.data", helpers.triclinic(), ["Si", "O"])
    result = run(folder, single("atoms.data", "pair_style nn/manybody\npair_coeff * * committee.nnp Si O", "a.dump"))
    assert "O: 17 symmetry functions, network; committee of 4\n" in result.output


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


OVERLAYS = {
    "zbl": "pair_style {} zbl 3.0 4.5\npair_coeff 1 1 {} 14 14\npair_coeff 1 2 {} 14 8\npair_coeff 2 2 {} 8 8\n",
    "coul/cut": "pair_style {} coul/cut 7.0\npair_coeff * * {}\n",
}


@pytest.mark.parametrize("ranks", [1, 2])
def test_overlay_with_repulsion_and_charges(folder, made, ranks):
    """Each style alone and upon the potential; the charges of Si and O are a property that a fix adds to the atoms."""
    atoms = helpers.triclinic()
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    charges = "set type 1 charge 1.6\nset type 2 charge -0.8\n"
    before = "units metal\nfix charges all property/atom q ghost yes"
    script = ""
    for name, template in OVERLAYS.items():
        alone = template.replace("pair_style {}", "pair_style").replace("{} ", "").replace("{}", "")
        upon = template.replace("pair_style {}", "pair_style hybrid/overlay nn/manybody").replace("{}", name)
        upon += "pair_coeff * * nn/manybody SiO.nnp Si O\n"
        for pair, what in ((alone, "alone"), (upon, "upon")):
            script += single("atoms.data", charges + pair, f"'{name} {what}'".replace("/", " "), before)
    result = run(folder, script, ranks)
    network, tables = made["SiO"].evaluate(atoms), iter(result.thermo())
    for name in OVERLAYS:
        frames = [result.dump(f"{name} {what}".replace("/", " "))[0] for what in ("alone", "upon")]
        alone, upon = next(tables), next(tables)
        energy = alone["PotEng"][0] + network.energy
        assert_equal(upon, frames[1], energy, forces(frames[0]) + network.forces, virial(alone) + voigt(network.virial))
        assert largest(forces(frames[0])) > 0.01

"""A potential with a core in LAMMPS: pair_style zbl alone and beside a network, Python, ranks and threads."""

import numpy as np
import pytest
from ase.data import atomic_numbers

import helpers
from agreement_cases import PAIR, columns
from lammps_runner import BAR_A3_PER_EV, assert_agrees, dump, forces, largest, run, single, vectors, write_data
from nnmanybody.potential import join_committee

INNER, OUTER = 0.8, 2.3  # Å: silicon and oxygen are nearer, on both sides of the inner radius
SCREENED = 1e-13  # relative to the largest number
ELEMENTS = ["Si", "O"]


def squeezed():
    """Five atoms with pairs at 0.7 Å and more, eight times."""
    atoms = helpers.triclinic()
    atoms.set_cell(0.75 * atoms.cell.array, scale_atoms=True)
    atoms.positions[1] = atoms.positions[0] + [0.5, 0.4, 0.3]
    return helpers.rattled(atoms * 2, 0.02, seed=3)


@pytest.fixture(scope="module")
def made():
    """Name -> Potential: `zero`, a core beside networks that say nothing, `network` alone, and both."""
    networks = [helpers.random_potential(ELEMENTS, seed=seed) for seed in range(3)]
    cores = [helpers.with_core(network, INNER, OUTER) for network in networks]
    return {
        "zero": helpers.with_core(helpers.zero_potential(ELEMENTS), INNER, OUTER),
        "network": networks[0],
        "both": cores[0],
        "committee": join_committee(cores),
    }


@pytest.fixture
def atoms(folder):
    """The structure, which is in atoms.data."""
    write_data(folder / "atoms.data", squeezed(), ELEMENTS)
    return squeezed()


def zbl(style="zbl", name=""):
    """Commands of LAMMPS's own style for all pairs of elements."""
    numbers = [atomic_numbers[element] for element in ELEMENTS]
    pairs = [f"pair_coeff {i + 1} {j + 1} {name} {numbers[i]} {numbers[j]}" for i, j in ((0, 0), (0, 1), (1, 1))]
    return "\n".join([f"pair_style {style} {INNER} {OUTER}", *pairs])


def with_parts_of_atoms(pair, name):
    """Input of one energy with everything per atom."""
    parts = "compute e all pe/atom\ncompute s all stress/atom NULL virial\n"
    text = single("atoms.data", pair + "\n" + parts, name)
    return text.replace(dump(name), dump(name, "id fx fy fz c_e c_s[*]"))


def compare(result, names):
    """Two runs of everything per atom are the same but for rounding."""
    one, other = result.thermo()
    first, second = (result.dump(name)[0] for name in names)
    for key in ("PotEng", "Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"):
        assert abs(one[key][0] - other[key][0]) <= SCREENED * max(abs(one[key][0]), abs(one["Pxx"][0]))
    for part in (["fx", "fy", "fz"], ["c_e"], [f"c_s[{d}]" for d in range(1, 7)]):
        expected = vectors(first, part)
        assert largest(expected) > 1.0
        assert largest(vectors(second, part) - expected) <= SCREENED * largest(expected)


def test_the_core_is_pair_style_zbl(folder, atoms):
    ours, theirs = PAIR.format("zero", "Si O"), zbl()
    names = ("zbl.dump", "zero.dump")
    compare(run(folder, with_parts_of_atoms(theirs, names[0]) + with_parts_of_atoms(ours, names[1])), names)


def test_a_potential_with_a_core_is_hybrid_overlay_of_both(folder, atoms):
    both = PAIR.format("both", "Si O")
    overlay = zbl("hybrid/overlay nn/manybody zbl", "zbl") + "\npair_coeff * * nn/manybody network.nnp Si O"
    names = ("overlay.dump", "both.dump")
    compare(run(folder, with_parts_of_atoms(overlay, names[0]) + with_parts_of_atoms(both, names[1])), names)


@pytest.mark.parametrize("ranks", [1, 2])
def test_lammps_and_python_agree_on_ranks_and_threads(folder, atoms, made, ranks):
    cases = [(name, threads) for name in ("zero", "both", "committee") for threads in (1, 3)]
    text = "".join(
        single("atoms.data", PAIR.format(name, "Si O"), f"{i}.dump", f"package omp {threads}\nunits metal")
        for i, (name, threads) in enumerate(cases)
    )
    result = run(folder, text, ranks)
    for i, ((name, _), thermo) in enumerate(zip(cases, result.thermo(), strict=True)):
        assert_agrees(thermo, result.dump(f"{i}.dump")[0], made[name].evaluate(atoms))


def test_centroid_stress_agrees_with_python(folder, atoms, made):
    computes = "compute c all centroid/stress/atom NULL virial\n"
    text = single("atoms.data", PAIR.format("both", "Si O") + computes, "c.dump")
    result = run(folder, text.replace(dump("c.dump"), dump("c.dump", "id fx fy fz c_c[*]")))
    expected = made["both"].evaluate(atoms, per_atom_virial=True).centroid_virials
    found = -columns(result.dump("c.dump")[0], "c", 9) / BAR_A3_PER_EV
    assert largest(found - expected) <= SCREENED * 100 * largest(expected)
    assert largest(forces(result.dump("c.dump")[0])) > 1.0
    assert not np.allclose(found[:, 3:6], found[:, 6:])  # not symmetric, as it should be

"""`Potential`, the ASE calculator and LAMMPS on 1, 2 and 4 ranks give the same numbers."""

from functools import cache

import pytest

from agreement_cases import cases, columns, potentials, script
from lammps_runner import (
    BAR_A3_PER_EV,
    ENERGY_TOLERANCE,
    FORCE_TOLERANCE,
    VIRIAL_TOLERANCE,
    forces,
    largest,
    run,
    virial,
    voigt,
    write_data,
)
from nnmanybody import NNPCalculator

CASES = cases()
each_case = pytest.mark.parametrize("name", CASES)
on_each_number_of_ranks = pytest.mark.parametrize(
    ("name", "ranks"), [(name, ranks) for name, case in CASES.items() for ranks in case.ranks]
)


@pytest.fixture(scope="module")
def python():
    """Name of a case -> Evaluation."""
    made = potentials()

    @cache
    def evaluate(name):
        case = CASES[name]
        return made[case.potential].evaluate(case.atoms, per_atom_virial=True)

    return evaluate


@pytest.fixture(scope="module")
def lammps(tmp_path_factory):
    """(name of a case, number of ranks) -> thermo and dump; all cases in one process, one after the other."""

    @cache
    def run_all(ranks):
        folder = tmp_path_factory.mktemp(f"ranks{ranks}")
        chosen = {name: case for name, case in CASES.items() if ranks in case.ranks}
        for name, potential in potentials().items():
            potential.write(folder / f"{name}.nnp")
        for name, case in chosen.items():
            write_data(folder / f"{name}.data", case.atoms, case.elements, case.types)
        result = run(folder, "\n".join(script(name, case) for name, case in chosen.items()), ranks)
        thermo = result.thermo()
        return {name: (thermo[i], result.dump(f"{name}.dump")[0]) for i, name in enumerate(chosen)}

    return lambda name, ranks: run_all(ranks)[name]


@on_each_number_of_ranks
def test_energy(python, lammps, name, ranks):
    thermo, _ = lammps(name, ranks)
    assert largest(thermo["PotEng"] - python(name).energy) <= ENERGY_TOLERANCE * len(CASES[name].atoms)


@on_each_number_of_ranks
def test_forces(python, lammps, name, ranks):
    _, dump = lammps(name, ranks)
    assert largest(forces(dump) - python(name).forces) <= FORCE_TOLERANCE


@on_each_number_of_ranks
def test_virial(python, lammps, name, ranks):
    thermo, _ = lammps(name, ranks)
    assert largest(virial(thermo) - voigt(python(name).virial)) <= VIRIAL_TOLERANCE


@on_each_number_of_ranks
def test_energy_of_every_atom(python, lammps, name, ranks):
    thermo, dump = lammps(name, ranks)
    assert largest(dump["c_e"] - python(name).energies) <= ENERGY_TOLERANCE
    assert largest(dump["c_e"].sum() - thermo["PotEng"]) <= ENERGY_TOLERANCE * len(CASES[name].atoms)


@on_each_number_of_ranks
def test_virial_of_every_atom(python, lammps, name, ranks):
    """stress/atom and centroid/stress/atom are minus the virial of each atom, in bar Å³."""
    thermo, dump = lammps(name, ranks)
    symmetric = -columns(dump, "s", 6) / BAR_A3_PER_EV
    centroid = -columns(dump, "c", 9) / BAR_A3_PER_EV
    assert largest(symmetric - python(name).virials) <= VIRIAL_TOLERANCE
    assert largest(centroid - python(name).centroid_virials) <= VIRIAL_TOLERANCE
    assert largest(symmetric.sum(axis=0) - virial(thermo)) <= VIRIAL_TOLERANCE
    assert largest(centroid.sum(axis=0)[:6] - virial(thermo)) <= VIRIAL_TOLERANCE
    assert largest(centroid.sum(axis=0)[6:] - virial(thermo)[3:]) <= VIRIAL_TOLERANCE


@each_case
def test_ase_calculator(python, name):
    """The calculator's stress is minus the virial over the volume, in ASE's order xx yy zz yz xz xy."""
    case = CASES[name]
    atoms = case.atoms.copy()
    atoms.calc = NNPCalculator(potentials()[case.potential])
    assert abs(atoms.get_potential_energy() - python(name).energy) <= ENERGY_TOLERANCE * len(atoms)
    assert largest(atoms.get_forces() - python(name).forces) <= FORCE_TOLERANCE
    if atoms.pbc.all():
        from_stress = -atoms.get_volume() * atoms.get_stress()[[0, 1, 2, 5, 4, 3]]
        assert largest(from_stress - voigt(python(name).virial)) <= VIRIAL_TOLERANCE


@each_case
def test_the_structure_tells_something(python, name):
    """Zeros would agree with zeros: every structure has forces (but for the one-atom crystal) and a virial."""
    assert largest(python(name).virial) > 0.01
    assert largest(python(name).forces) > 0.01 or len(CASES[name].atoms) == 1


def test_the_cases_are_what_they_are_called(lammps):
    assert set(lammps("ranks without atoms", 4)[1]["proc"]) < {0, 1, 2, 3}
    assert set(lammps("tiled and balanced", 4)[1]["proc"]) == {0, 1, 2, 3}
    lengths = CASES["cell smaller than the cutoff"].atoms.cell.lengths()
    assert max(lengths) < potentials()["Si"].cutoff


def test_isolated_atoms_have_the_energy_of_no_neighbors(python, lammps):
    """Every symmetry function is zero, whatever atom it is; LAMMPS and Python see the same."""
    _, dump = lammps("ranks without atoms", 2)
    alone = CASES["ranks without atoms"].atoms[[5]]
    alone.positions[:] = 0.0
    assert abs(dump["c_e"][5] - potentials()["SiO"].evaluate(alone).energy) <= ENERGY_TOLERANCE
    assert not forces(dump)[5].any()

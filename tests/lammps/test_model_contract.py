"""What every kind of atomic model must hold in LAMMPS: the numbers of Python on 1, 2 and 4 ranks, and with threads."""

from functools import cache

import pytest

import helpers
from lammps_runner import (
    ENERGY_TOLERANCE,
    FORCE_TOLERANCE,
    VIRIAL_TOLERANCE,
    dump,
    forces,
    largest,
    run,
    single,
    virial,
    voigt,
    write_data,
)
from lammps_runner import lammps as try_lammps
from model_cases import POTENTIALS

ATOMS = helpers.silica() * (2, 2, 2)
THREADS = (1, 2)
NAMES = {name: f"model{number}" for number, name in enumerate(POTENTIALS)}  # of files


@pytest.fixture(scope="module")
def python():
    return {name: make().evaluate(ATOMS) for name, make in POTENTIALS.items()}


@pytest.fixture(scope="module")
def lammps(tmp_path_factory):
    """Number of ranks -> by model and number of threads: thermodynamic output and dump; one process for all."""

    @cache
    def run_all(ranks):
        folder = tmp_path_factory.mktemp("models")
        write_data(folder / "atoms.data", ATOMS, ["Si", "O"])
        script = ""
        for name, file in NAMES.items():
            POTENTIALS[name]().write(folder / f"{file}.nnp")
            pair = f"pair_style nn/manybody\npair_coeff * * {file}.nnp Si O\n"
            for threads in THREADS:
                before = f"package omp {threads}\nunits metal"
                script += single("atoms.data", pair, f"{file}.{threads}.dump", before)
        result = run(folder, script, ranks)
        cases = [(name, threads) for name in NAMES for threads in THREADS]
        return {
            (name, threads): (thermo, result.dump(f"{NAMES[name]}.{threads}.dump")[0])
            for (name, threads), thermo in zip(cases, result.thermo(), strict=True)
        }

    return run_all


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("name", POTENTIALS)
def test_lammps_says_what_python_says(python, lammps, name, ranks):
    expected = python[name]
    for threads in THREADS:
        thermo, frame = lammps(ranks)[name, threads]
        assert abs(thermo["PotEng"][-1] - expected.energy) <= ENERGY_TOLERANCE * len(ATOMS)
        assert largest(forces(frame) - expected.forces) <= FORCE_TOLERANCE
        assert largest(virial(thermo) - voigt(expected.virial)) <= VIRIAL_TOLERANCE


@pytest.mark.parametrize("name", ["composable, neighborhood"])
def test_messages_beside_another_style(tmp_path, python, name):
    """Under hybrid/overlay, with a style that says nothing to ghosts; lj/cut of depth 0 adds nothing."""
    write_data(tmp_path / "atoms.data", ATOMS, ["Si", "O"])
    POTENTIALS[name]().write(tmp_path / "model.nnp")
    pair = (
        "pair_style hybrid/overlay nn/manybody lj/cut 3.0\npair_coeff * * nn/manybody model.nnp Si O\n"
        "pair_coeff * * lj/cut 0.0 1.0\n"
    )
    result = run(tmp_path, single("atoms.data", pair, "forces.dump"), 2)
    assert largest(forces(result.dump("forces.dump")[0]) - python[name].forces) <= FORCE_TOLERANCE


def test_neighborhoods_have_no_centroid_stress(tmp_path):
    """LAMMPS itself refuses the compute for a style that says it has none."""
    write_data(tmp_path / "atoms.data", ATOMS, ["Si", "O"])
    POTENTIALS["composable, neighborhood"]().write(tmp_path / "model.nnp")
    script = (
        "units metal\nread_data atoms.data\npair_style nn/manybody\npair_coeff * * model.nnp Si O\n"
        f"compute c all centroid/stress/atom NULL pair\n{dump('c.dump', 'id c_c[1]')}run 0 post no\n"
    )
    result = try_lammps(tmp_path, script)
    assert result.status != 0
    assert "centroid" in result.output

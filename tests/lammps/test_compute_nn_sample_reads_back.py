"""`compute nn/sample` -> file -> `read_frames` -> `Potential`: what LAMMPS wrote is what Python computes.

The reference is a neural network potential, whose atomic energies depend on one cutoff sphere alone: an environment
with a neighbor too few or too many would not have the energy that stands in its record.
"""

import numpy as np
import pytest

from nnmanybody.data import read_frames
from sampling_helpers import ASK_EVERY_STEP, DUMP, read_dump, run, silicon, sorted_rows

ENERGY_TOLERANCE = 1e-10  # eV per atom
FORCE_TOLERANCE = 1e-9  # eV/Å
STRESS_TOLERANCE = 1e-10  # eV/Å^3
CUTOFF = 5.0  # Å, of the potential


def sampled(folder, potential_file, options, ranks=1):
    pair = f"pair_style nn/manybody\npair_coeff * * {potential_file}"
    system = silicon(pair=pair, tilt=(2.1, -1.3, 0.7), temperature=300)
    script = system + f"compute s all nn/sample out.xyz alpha Si 0.5 taumax 2 {options}\n{ASK_EVERY_STEP}\nrun 4\n"
    run(folder, script, ranks)
    return read_frames([folder / "out.xyz"])


@pytest.mark.parametrize("ranks", [1, 2])
def test_frames_have_the_energies_forces_and_stress_of_python(tmp_path, silicon_potential, silicon_file, ranks):
    frames = sampled(tmp_path, silicon_file, "mode frame", ranks)
    assert len(frames) >= 3
    for frame in frames:
        expected = silicon_potential.evaluate(frame.atoms)
        assert frame.energy == pytest.approx(expected.energy, abs=ENERGY_TOLERANCE * len(frame.atoms))
        np.testing.assert_allclose(frame.forces, expected.forces, atol=FORCE_TOLERANCE)
        np.testing.assert_allclose(frame.stress, expected.stress, atol=STRESS_TOLERANCE)
        np.testing.assert_allclose(frame.atomic_energies, expected.energies, atol=ENERGY_TOLERANCE)


@pytest.mark.parametrize("ranks", [1, 2])
def test_environments_have_the_atomic_energy_that_python_computes(tmp_path, silicon_potential, silicon_file, ranks):
    frames = sampled(tmp_path, silicon_file, "atoms random 10 3", ranks)
    assert len(frames) >= 20
    for frame in frames:
        assert frame.atoms.info["cutoff"] == CUTOFF
        energy = silicon_potential.evaluate(frame.atoms).energies[0]
        assert frame.atomic_energies[0] == pytest.approx(energy, abs=ENERGY_TOLERANCE)
        assert np.isnan(frame.atomic_energies[1:]).all()


def test_rerun_of_a_dump_gives_the_records_of_the_run(tmp_path):
    sample = "compute s all nn/sample {} alpha Si 3.0 taumax 10 atoms 5 6 7\n"
    run(tmp_path, silicon() + sample.format("run.xyz") + f"{DUMP}\n{ASK_EVERY_STEP}\nrun 20\n")
    asking = "thermo 1\nthermo_style custom step c_s\nrerun dump.txt dump x y z\n"
    rerun = run(tmp_path, silicon() + sample.format("rerun.xyz") + asking)
    assert "invoked" not in rerun.output
    of_run, of_rerun = rerun.records("run.xyz"), rerun.records("rerun.xyz")
    assert len(of_run) == len(of_rerun) > len(read_dump(tmp_path / "dump.txt"))
    for record, same in zip(of_rerun, of_run, strict=True):
        for key in ("step", "tau", "atom_id"):
            assert record.info[key] == same.info[key]
        assert record.info["REF_atomic_energy"] == pytest.approx(same.info["REF_atomic_energy"], rel=1e-12)
        np.testing.assert_allclose(record.info["REF_atomic_force"], same.info["REF_atomic_force"], atol=1e-10)
        np.testing.assert_allclose(sorted_rows(record.positions), sorted_rows(same.positions), atol=1e-12)

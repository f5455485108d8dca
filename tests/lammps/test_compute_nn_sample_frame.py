"""`compute nn/sample mode frame`: whole configurations, checked against LAMMPS's thermo output and dumps."""

import math

import numpy as np
import pytest
from nnmanybody.sampling.sampling_rule import sampled_steps, tau

from lammps_runner import BAR_A3_PER_EV
from sampling_helpers import ASK_EVERY_STEP, DUMP, read_dump, run, silicon

SAMPLE = "compute s all nn/sample out.xyz alpha Si 3.0 taumax 10"

VIRIAL = "compute v all pressure NULL virial"


@pytest.mark.parametrize("tilt", [None, (2.1, -1.3, 0.7)], ids=["orthogonal", "triclinic"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_frame_is_what_thermo_and_dump_say(tmp_path, tilt, ranks):
    script = (
        silicon(tilt=tilt)
        + f"""
        {SAMPLE} mode frame config_type hot
        compute e all pe/atom
        {VIRIAL}
        {DUMP}
        dump e all custom 1 energies.txt id c_e
        dump_modify e sort id format float %.17g
        fix p all print 1 "$(step) $(pe:%.17g) $(c_v[1]:%.17g) $(c_v[4]:%.17g) $(c_v[5]:%.17g) &
$(c_v[2]:%.17g) $(c_v[6]:%.17g) $(c_v[3]:%.17g) $(c_s)" file printed.txt screen no
        run 5
        """
    )
    records = run(tmp_path, script, ranks).records()
    printed = {int(row[0]): row for row in np.loadtxt(tmp_path / "printed.txt")}
    energies = (tmp_path / "energies.txt").read_text().split("ITEM: TIMESTEP\n")[1:]
    assert len(records) == 6
    for record, frame, table in zip(records, read_dump(tmp_path / "dump.txt"), energies, strict=True):
        info, row = record.info, printed[frame.step]
        assert (info["step"], info["config_type"], record.pbc.all()) == (frame.step, "hot", True)
        assert info["REF_energy"] == pytest.approx(row[1], rel=1e-14)
        np.testing.assert_allclose(record.arrays["REF_forces"], frame.forces, rtol=1e-14)
        atomic_energies = [float(line.split()[1]) for line in table.splitlines()[8:]]
        np.testing.assert_allclose(record.arrays["REF_atomic_energies"], atomic_energies, rtol=1e-14)
        xx, xy, xz, yy, yz, zz = -row[2:8] / BAR_A3_PER_EV
        np.testing.assert_allclose(
            info["REF_stress"].reshape(3, 3), [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], rtol=1e-8
        )
        np.testing.assert_allclose(record.cell, frame.atoms.cell, atol=1e-12)
        np.testing.assert_array_equal(record.arrays["id"], np.arange(len(record)) + 1)
        shift = record.cell.scaled_positions(record.positions - frame.atoms.positions)
        np.testing.assert_allclose(shift, np.round(shift), atol=1e-12)
        scaled = record.cell.scaled_positions(record.positions)
        assert np.all((scaled >= 0.0) & (scaled < 1.0))


def test_stress_of_a_frame_is_the_derivative_of_its_energy(tmp_path):
    strain = 1e-5
    strained = "\n".join(
        f"change_box all x scale {1 + sign * strain} remap\nrun 0\n"
        f'print "PE{i} $(pe:%.17g)"\nchange_box all x scale {1 / (1 + sign * strain):.17g} remap'
        for i, sign in enumerate((1, -1))
    )
    script = silicon() + f"{SAMPLE} mode frame\nthermo_style custom step pe c_s\nrun 0\nuncompute s\n"
    script = script.replace("uncompute s\n", "thermo_style custom step pe\nuncompute s\n") + strained + "\n"
    result = run(tmp_path, script)
    (record,) = result.records()
    derivative = (float(result.last_value("PE0")) - float(result.last_value("PE1"))) / (2 * strain)
    assert record.info["REF_stress"][0] == pytest.approx(derivative / record.get_volume(), rel=1e-6)


def test_frame_names_the_atoms_that_are_due_and_the_smallest_tau(tmp_path):
    alpha, tau_max = 2.0, 8
    script = silicon() + (
        f"compute s all nn/sample out.xyz alpha Si {alpha} taumax {tau_max} atoms 3 40 mode frame\n"
        f"{DUMP}\n{ASK_EVERY_STEP}\nrun 100\n"
    )
    records = run(tmp_path, script).records()
    forces = np.array([np.linalg.norm(frame.forces, axis=1) for frame in read_dump(tmp_path / "dump.txt")])
    due = {center: set(sampled_steps(forces[:, center - 1], alpha, tau_max)) for center in (3, 40)}
    assert [record.info["step"] for record in records] == sorted(due[3] | due[40])
    for record in records:
        step = record.info["step"]
        expected = [center for center in (3, 40) if step in due[center]]
        assert np.atleast_1d(record.info["atom_ids"]).tolist() == expected
        assert record.info["tau"] == min(tau(forces[step, center - 1], alpha, tau_max) for center in expected)


def test_atoms_of_a_cluster_have_a_frame_without_stress(tmp_path):
    script = silicon(boundary="s s s") + f"{SAMPLE} mode frame\nthermo_style custom step c_s\nrun 0\n"
    (record,) = run(tmp_path, script).records()
    assert not record.pbc.any()
    assert "REF_stress" not in record.info
    assert math.isfinite(record.info["REF_energy"])

"""Reading frames: which keys serve, what is refused, and by which name."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write

from nnmanybody.data import DataKeys, read_frames
from nnmanybody.errors import NNPError

FORCES = np.array([[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]])
STRESS = np.array([0.01, 0.02, 0.03, 0.004, 0.005, 0.006])  # ASE's order: xx yy zz yz xz xy


def dimer(**info) -> Atoms:
    """Two atoms with forces and whatever the comment line is to hold."""
    atoms = Atoms("SiO", [[0, 0, 0], [0, 0, 1.6]], cell=[5, 6, 7], pbc=True)
    atoms.info.update(info)
    atoms.arrays["REF_forces"] = FORCES
    return atoms


def written(tmp_path, *frames, name="data.xyz"):
    path = tmp_path / name
    write(path, list(frames), format="extxyz")
    return path


def test_targets_under_the_usual_keys(tmp_path):
    atoms = dimer(REF_energy=-3.5, REF_stress=STRESS, config_type="dimer")
    atoms.arrays["REF_atomic_energies"] = np.array([-2.0, np.nan])
    path = written(tmp_path, atoms)
    (frame,) = read_frames(path)
    assert frame.energy == -3.5
    np.testing.assert_array_equal(frame.forces, FORCES)
    np.testing.assert_array_equal(frame.stress, STRESS)
    np.testing.assert_array_equal(frame.atomic_energies, [-2.0, np.nan])
    assert frame.config_type == "dimer"
    assert frame.name == f"{path}:0"


def test_stress_of_nine_numbers(tmp_path):
    xx, yy, zz, yz, xz, xy = STRESS
    nine = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    (frame,) = read_frames(written(tmp_path, dimer(REF_stress=nine)))
    np.testing.assert_allclose(frame.stress, STRESS, rtol=1e-15)


def test_keys_of_ones_own(tmp_path):
    atoms = dimer(dft_energy=-3.5)
    atoms.arrays["dft_forces"] = 2 * FORCES
    (frame,) = read_frames(written(tmp_path, atoms), DataKeys(energy="dft_energy", forces="dft_forces"))
    assert frame.energy == -3.5
    np.testing.assert_array_equal(frame.forces, 2 * FORCES)


def test_results_that_ase_reads_itself(tmp_path, caplog):
    atoms = Atoms("SiO", [[0, 0, 0], [0, 0, 1.6]], cell=[5, 6, 7], pbc=True)
    atoms.calc = SinglePointCalculator(atoms, energy=-3.5, forces=FORCES, stress=STRESS)
    path = written(tmp_path, atoms)
    with caplog.at_level(logging.INFO):
        (frame,) = read_frames(path)
    assert frame.energy == -3.5
    np.testing.assert_allclose(frame.forces, FORCES)
    np.testing.assert_allclose(frame.stress, STRESS)
    assert "energy in 1 of 1 frames: energy (1)" in caplog.text


def test_used_keys_are_counted_and_a_mixture_is_warned_of(tmp_path, caplog):
    other = Atoms("SiO", [[0, 0, 0], [0, 0, 1.6]])
    other.calc = SinglePointCalculator(other, energy=-3.5)
    with caplog.at_level(logging.INFO):
        read_frames(written(tmp_path, dimer(REF_energy=-1.0), other))
    assert "energy in 2 of 2 frames: REF_energy (1), energy (1)" in caplog.text
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


def test_unknown_targets_are_none(tmp_path):
    (frame,) = read_frames(written(tmp_path, Atoms("Si")))
    assert (frame.energy, frame.forces, frame.stress, frame.atomic_energies) == (None, None, None, None)


def test_environment_counts_its_central_atom_only(tmp_path):
    atoms = dimer(config_type="environment", REF_atomic_energy=-1.25)
    (frame,) = read_frames(written(tmp_path, atoms))
    np.testing.assert_array_equal(frame.atomic_energies, [-1.25, np.nan])
    assert frame.forces is None
    assert not frame.atoms.pbc.any()


def test_frames_of_several_files_keep_their_numbers(tmp_path):
    one = written(tmp_path, *(dimer(REF_energy=float(n)) for n in range(5)), name="one.xyz")
    two = written(tmp_path, dimer(REF_energy=9.0), name="two.xyz")
    assert [frame.name for frame in read_frames([one, two])][-2:] == [f"{one}:4", f"{two}:0"]
    assert [frame.name for frame in read_frames(one, index="1::2")] == [f"{one}:1", f"{one}:3"]
    assert [frame.name for frame in read_frames(one, index="-1")] == [f"{one}:4"]


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"REF_energy": np.nan}, r"data\.xyz:1: REF_energy is nan"),
        ({"REF_energy": "high"}, r"data\.xyz:1: REF_energy must be one number in eV, got 'high'"),
        ({"REF_stress": [0.0, np.inf, 0, 0, 0, 0]}, r"data\.xyz:1: the stress of row 0 is .*inf"),
        ({"REF_stress": [0.0, 1.0]}, r"data\.xyz:1: stress must be 6 or 9 numbers in eV/Å³, got 2"),
        ({"REF_stress": [1.0, 2, 3, 4, 5, 6, 7, 8, 9]}, r"data\.xyz:1: the stress tensor is not symmetric"),
        ({"config_type": "environment"}, r"data\.xyz:1: config_type=environment needs REF_atomic_energy"),
    ],
)
def test_refuses_bad_comment_lines_by_frame(tmp_path, info, message):
    path = written(tmp_path, dimer(REF_energy=1.0), dimer(**info))
    with pytest.raises(NNPError, match=message):
        read_frames(path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("column", "message"),
    [("REF_forces", "the force of atom 1"), ("positions", "the position of atom 1")],
)
def test_refuses_columns_that_are_not_finite_by_atom(tmp_path, column, message, value):
    atoms = dimer()
    atoms.arrays[column] = atoms.arrays[column].copy()
    atoms.arrays[column][1, 2] = value
    with pytest.raises(NNPError, match=rf"data\.xyz:0: {message} is .*{value}"):
        read_frames(written(tmp_path, atoms))


def test_refuses_an_infinite_atomic_energy_by_atom(tmp_path):
    atoms = dimer()
    atoms.arrays["REF_atomic_energies"] = np.array([np.nan, np.inf])
    with pytest.raises(NNPError, match=r"data\.xyz:0: the atomic energy of atom 1 is infinite"):
        read_frames(written(tmp_path, atoms))


def test_refuses_forces_of_the_wrong_shape(tmp_path):
    atoms = dimer()
    atoms.arrays["REF_forces"] = FORCES[:, :2]
    with pytest.raises(NNPError, match=r"forces must have the shape \(2, 3\), got \(2, 2\)"):
        read_frames(written(tmp_path, atoms))


def test_refuses_a_file_cut_off_in_the_middle(tmp_path):
    path = written(tmp_path, dimer(), dimer())
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(NNPError, match=r"data\.xyz: cannot be read as structures"):
        read_frames(path)


def test_refuses_a_missing_file(tmp_path):
    with pytest.raises(NNPError, match=r"none\.xyz: no such file"):
        read_frames(tmp_path / "none.xyz")


def test_refuses_an_index_that_selects_nothing(tmp_path):
    with pytest.raises(NNPError, match=r"index '7' selects nothing of its 1 frames"):
        read_frames(written(tmp_path, dimer()), index="7")

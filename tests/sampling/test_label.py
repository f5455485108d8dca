"""Labels by ASE, LAMMPS and a command; what fails is kept with its output and costs no other structure."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from nnmanybody.sampling import label
from nnmanybody.sampling.config import LabelConfig
from nnmanybody.sampling.folder import LoopFolder, structure_key

import tiny_loop

SW_INPUT = """\
units metal
include ${structures}
pair_style sw
pair_coeff * * Si.sw Si
include ${rerun}
"""
SCRIPT = """\
import sys
from ase.calculators.emt import EMT
from ase.io import read, write
frames = read(sys.argv[1], index=":")
for atoms in frames:
    atoms.calc = EMT()
    atoms.get_forces()
write(sys.argv[2], frames)
"""
STEP = 1e-3  # Å, and strain
FORCE_TOLERANCE = 1e-4  # eV/Å: of a central difference with this step in a potential of some eV/Å³


@pytest.fixture(autouse=True)
def _modules(monkeypatch):
    monkeypatch.syspath_prepend(str(tiny_loop.HERE))


def shaken(symbol, seed=1):
    atoms = bulk(symbol, cubic=True)
    shear = np.array([[0, 0, 0], [0.4, 0, 0], [-0.3, 0.2, 0]])
    atoms.set_cell(atoms.cell.array + shear, scale_atoms=True)
    atoms.positions += np.random.default_rng(seed).normal(0.0, 0.1, atoms.positions.shape)
    return atoms


def labels_of(by, structures, folder, elements, **options):
    loop = LoopFolder(folder / "loop")
    config = LabelConfig.model_validate({"by": by, **options})
    keyed = {structure_key(atoms): atoms for atoms in structures}
    label.run_labelling(label.labelling(config, keyed, elements, loop))
    return [label.read_result(loop.labels, key) for key in keyed]


def emt(atoms):
    copy = atoms.copy()
    copy.calc = EMT()
    return copy.get_potential_energy(), copy.get_forces(), copy.get_stress()


def test_a_calculator_of_ase(tmp_path):
    atoms = shaken("Cu")
    ((found, _),) = labels_of({"kind": "ase", "calculator": "ase.calculators.emt:EMT"}, [atoms], tmp_path, ["Cu"])
    energy, forces, stress = emt(atoms)
    assert found.energy == energy
    assert (found.forces == forces).all()
    assert (found.stress == stress).all()


def test_a_command(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = f"{sys.executable} {tmp_path / 'script.py'} {{input}} {{output}}"
    atoms = shaken("Cu")
    ((found, _),) = labels_of({"kind": "shell", "command": command}, [atoms], tmp_path, ["Cu"])
    energy, forces, _ = emt(atoms)
    assert found.energy == pytest.approx(energy, abs=1e-5)  # extended XYZ has eight digits
    assert found.forces == pytest.approx(forces, abs=1e-5)


def test_lammps_gives_forces_and_stress_that_are_derivatives_of_its_energies(tmp_path):
    (tmp_path / "in.sw.lmp").write_text(SW_INPUT)
    atoms = shaken("Si")
    structures = [atoms]
    for sign in (1, -1):
        moved = atoms.copy()
        moved.positions[3, 1] += sign * STEP
        strained = atoms.copy()
        strained.set_cell(atoms.cell.array @ (np.eye(3) + sign * STEP * strain_zx()), scale_atoms=True)
        structures += [moved, strained]
    by = {"kind": "lammps", "input": str(tmp_path / "in.sw.lmp")}
    found = [one for one, _ in labels_of(by, structures, tmp_path, ["Si"])]
    base, up, strained_up, down, strained_down = found
    assert base.forces[3, 1] == pytest.approx(-(up.energy - down.energy) / (2 * STEP), abs=FORCE_TOLERANCE)
    work = (strained_up.energy - strained_down.energy) / (2 * STEP) / atoms.get_volume()
    assert base.stress[4] == pytest.approx(work, abs=FORCE_TOLERANCE / atoms.get_volume() ** (2 / 3))
    assert np.abs(base.forces.sum(axis=0)).max() < 1e-10


def strain_zx():
    strain = np.zeros((3, 3))
    strain[0, 2] = strain[2, 0] = 0.5
    return strain


def test_what_fails_is_set_aside_with_its_output_and_the_others_are_labelled(tmp_path):
    odd = bulk("Cu")
    by = {"kind": "ase", "calculator": "tiny_reference:Broken"}
    good, bad = labels_of(by, [shaken("Cu"), odd], tmp_path, ["Cu"], retries=2)
    assert good[0] is not None
    assert bad == (None, "RuntimeError: did not converge")
    kept = tmp_path / "loop" / "failed" / structure_key(odd)
    assert {path.name for path in kept.iterdir()} >= {
        "structure.xyz",
        "attempt_1.txt",
        "attempt_2.txt",
        "attempt_3.txt",
    }
    assert "did not converge" in (kept / "attempt_3.txt").read_text()


def test_a_command_that_fails_says_what_it_said(tmp_path):
    by = {"kind": "shell", "command": "echo out of memory; exit 3; echo {input} {output}"}
    ((found, why),) = labels_of(by, [shaken("Cu")], tmp_path, ["Cu"], retries=0)
    assert found is None
    assert "exit status 3" in why
    assert "out of memory" in why


def test_a_label_that_is_there_is_not_computed_again(tmp_path):
    by = {"kind": "ase", "calculator": "tiny_reference:CountingEMT", "arguments": {"log": str(tmp_path / "log")}}
    for _ in range(2):
        labels_of(by, [shaken("Cu"), shaken("Cu", seed=2)], tmp_path, ["Cu"])
    assert len((tmp_path / "log").read_text().splitlines()) == 2

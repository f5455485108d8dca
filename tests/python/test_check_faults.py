"""Every fault of the corpus is named, with its frames and how to mend it; clean sets are clean."""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms

import helpers
import sw_silicon
from check_corpus import FAULTS, clean_silica, clean_silicon, strained
from nnmanybody.checks.examine import examine
from nnmanybody.checks.loaded import load
from nnmanybody.checks.near_pairs import near_pairs
from nnmanybody.commands.check import parts
from nnmanybody.data import DataKeys, read_frames
from nnmanybody.data_sources import DataFile

SHARED = Path(__file__).parents[3] / "shared" / "data"
WITHOUT_SHARED = pytest.mark.skipif(not SHARED.exists(), reason="no folder shared/data beside the checkout")
N2P2_KEYS = DataKeys(energy="dft_energy", forces="dft_forces")


@pytest.fixture(scope="module")
def silicon():
    return clean_silicon()


@pytest.fixture(scope="module")
def silica(silica_potential):
    return clean_silica(silica_potential)


def written(path, frames):
    ase.io.write(path, frames, format="extxyz")
    return path


def checked(path, frames):
    return report(written(path, frames))


def report(*paths, keys=None):
    loaded = load([DataFile(path=path) for path in paths], keys or DataKeys())
    return examine(loaded, parts=parts(loaded.frames, []), split="by the default split")


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_named_and_no_other(name, silicon, tmp_path):
    fault = FAULTS[name]
    frames = [atoms.copy() for atoms in silicon]
    fault.plant(frames)
    path = tmp_path / "data.xyz"
    found = checked(path, frames)
    named = [finding for finding in found.findings if finding.check == fault.check and fault.says in str(finding)]
    assert named, [str(finding) for finding in found.findings]
    assert named[0].problem == fault.problem
    assert named[0].mend
    if fault.frames:
        assert set(named[0].frames) == {f"{path}:{number}" for number in fault.frames}
    others = [str(finding) for finding in found.problems if finding.check not in (fault.check, *fault.also)]
    assert others == []


def test_a_clean_set_of_one_element_has_no_fault(silicon, tmp_path):
    found = checked(tmp_path / "data.xyz", silicon)
    assert {finding.check for finding in found.findings} <= {"small-cell"}, list(map(str, found.findings))
    assert found.n_frames == len(silicon)


def test_a_clean_set_of_two_elements_has_no_fault(silica, tmp_path):
    found = checked(tmp_path / "data.xyz", silica)
    assert {finding.check for finding in found.findings} <= {"small-cell"}, list(map(str, found.findings))


def test_isolated_atoms_and_a_dimer_curve_are_no_fault(silicon, tmp_path):
    """From half a bond to beyond the cutoff."""
    atom = Atoms("Si")
    atom.info |= {"REF_energy": 0.0, "config_type": "IsolatedAtom"}
    dimers = [sw_silicon.label(Atoms("Si2", [[0, 0, 0], [0, 0, r]])) for r in (1.1, 1.5, 2.0, 2.4, 3.0, 3.5, 6.5)]
    found = checked(tmp_path / "data.xyz", [*silicon, atom, *dimers])
    assert found.problems == ()
    assert {"distance", "isolated-atom"} <= {finding.check for finding in found.notes}


def without_near_frames():
    """Strained cells whose atoms stand in another order in every frame, so that no two frames are near each other."""
    rng = np.random.default_rng(8)
    crystals = [strained(helpers.silicon(2, 0.12, seed), rng) for seed in range(10)]
    return [sw_silicon.label(atoms[rng.permutation(len(atoms))]) for atoms in crystals]


@pytest.fixture(scope="module")
def scattered():
    return without_near_frames()


@pytest.mark.parametrize(
    "name",
    [
        *("all energies in Hartree", "energies per atom", "forces in Hartree/Bohr", "gradients for forces"),
        *("forces of other frames", "stress of the other sign", "stress in GPa", "stress in kbar"),
    ],
)
def test_units_and_signs_without_near_frames(name, scattered, tmp_path):
    assert near_pairs(read_frames(written(tmp_path / "clean.xyz", scattered))) == []
    assert report(tmp_path / "clean.xyz").problems == ()
    fault = FAULTS[name]
    frames = [atoms.copy() for atoms in scattered]
    fault.plant(frames)
    found = checked(tmp_path / "data.xyz", frames)
    # All cells have one size: that the energies are per atom shows in the forces alone.
    check = "energy-force-unit" if name == "energies per atom" else fault.check
    assert any(finding.check == check and fault.says in str(finding) for finding in found.problems), found.problems
    assert {finding.check for finding in found.problems} <= {check, *fault.also}


@pytest.mark.parametrize("name", ["all energies in Hartree", "stress of the other sign", "gradients for forces"])
def test_units_and_signs_in_a_set_of_two_elements(name, silica, tmp_path):
    fault = FAULTS[name]
    frames = [atoms.copy() for atoms in silica]
    fault.plant(frames)
    found = checked(tmp_path / "data.xyz", frames)
    assert any(finding.check == fault.check and fault.says in str(finding) for finding in found.problems)


@WITHOUT_SHARED
@pytest.mark.parametrize("name", ["Si/train", "Si/test", "Li/train", "Li/test"])
def test_published_data_have_no_fault(name):
    found = report(SHARED / "mlearn" / f"{name}.xyz")
    assert {finding.check for finding in found.findings} <= {"small-cell"}, list(map(str, found.findings))


@WITHOUT_SHARED
@pytest.mark.parametrize("name", ["Cu2S_PBE", "H2O_RPBE-D3"])
def test_published_examples_have_no_fault(name):
    found = report(*sorted((SHARED / "n2p2" / name).glob("*.xyz")), keys=N2P2_KEYS)
    assert {finding.check for finding in found.findings} <= {"small-cell"}, list(map(str, found.findings))

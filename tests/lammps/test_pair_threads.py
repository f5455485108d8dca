"""Threads inside a rank: the same numbers whatever their number, the same bits when it is the same."""

import numpy as np
import pytest

import helpers
from agreement_cases import PAIR
from lammps_runner import FULL_DIGITS, assert_agrees, dump, lammps, largest, read_dump, run, single, vectors, write_data

SILICA = PAIR.format("SiO", "Si O")
THREADS = (1, 2, 3, 8)
ROUNDING = 1e-12  # relative to the largest: sums of the same terms in another order


@pytest.fixture
def silica(folder):
    """A folder with 135 atoms, several blocks of each element, in atoms.data; and these atoms."""
    atoms = helpers.triclinic() * (3, 3, 3)
    atoms.rattle(0.05, seed=1)
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    return folder, atoms


def per_atom(threads: int, name: str) -> str:
    """Input of one energy with everything per atom; `package omp` must come before the box."""
    return f"""clear
package omp {threads}
units metal
read_data atoms.data
{SILICA}
compute e all pe/atom
compute s all stress/atom NULL virial
compute c all centroid/stress/atom NULL virial
dump 1 all custom 1 {name} id c_e c_s[*] c_c[*] fx fy fz
dump_modify 1 sort id format float {FULL_DIGITS}
run 0 post no
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_threads_agree_with_python(silica, made, ranks):
    folder, atoms = silica
    text = "".join(single("atoms.data", SILICA, f"{n}.dump", f"package omp {n}\nunits metal") for n in THREADS)
    result = run(folder, text, ranks)
    expected = made["SiO"].evaluate(atoms)
    for threads, thermo in zip(THREADS, result.thermo(), strict=True):
        assert_agrees(thermo, result.dump(f"{threads}.dump")[0], expected)


def test_every_number_of_an_atom_is_the_same(silica):
    folder, _ = silica
    run(folder, "".join(per_atom(n, f"{n}.dump") for n in THREADS))
    one, *others = [read_dump(folder / f"{n}.dump")[0] for n in THREADS]
    names = [name for name in one if name != "id"]
    assert len(names) == 1 + 6 + 9 + 3
    for other in others:
        difference = vectors(other, names) - vectors(one, names)
        assert largest(difference) <= ROUNDING * largest(vectors(one, names))


def test_the_same_number_of_threads_gives_the_same_bits(silica):
    folder, _ = silica
    run(folder, per_atom(3, "a.dump") + per_atom(3, "b.dump"))
    assert (folder / "a.dump").read_text() == (folder / "b.dump").read_text()


def test_package_omp_on_the_command_line(silica):
    folder, _ = silica
    text = f"units metal\nread_data atoms.data\n{SILICA}{dump('x.dump')}run 0\n"
    result = run(folder, text, options=["-pk", "omp", "2", "neigh", "no"])
    assert "1 MPI tasks x 2 OpenMP threads" in result.output


def test_more_threads_than_atoms(folder, made):
    atoms = helpers.triclinic()[:1]
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    result = run(folder, single("atoms.data", SILICA, "x.dump", "package omp 8\nunits metal"))
    assert_agrees(result.thermo()[0], result.dump("x.dump")[0], made["SiO"].evaluate(atoms))


def test_an_error_in_a_thread_is_told_once(silica):
    folder, atoms = silica
    atoms.positions[101] = atoms.positions[100] + np.array([1e-8, 0.0, 0.0])
    write_data(folder / "close.data", atoms, ["Si", "O"])
    result = lammps(folder, single("close.data", SILICA, "x.dump", "package omp 3\nunits metal"))
    assert result.status != 0
    assert result.output.count("sit on top of one another") == 1
    assert "atoms 101 and 102" in result.output

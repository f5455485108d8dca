"""MD, minimization and rerun with pair_style nn/manybody, and LAMMPS's energies against its own forces and virial."""

import numpy as np

import helpers
import reference
from lammps_runner import (
    ENERGY_TOLERANCE,
    FORCE_TOLERANCE,
    FULL_DIGITS,
    THERMO,
    VIRIAL_TOLERANCE,
    dump,
    forces,
    largest,
    positions,
    run,
    virial,
    voigt,
    write_data,
)
from nnmanybody import neighbor_list

THERMO_MD = f"thermo_style custom step pe ke etotal\nthermo_modify format float {FULL_DIGITS}\n"


# --- energy against forces and virial -----------------------------------------------------------------

CUTOFFS = (5.0, 6.0)  # Å, of silicon and oxygen in `SiO`
STEP = 2e-3  # Å
STRAIN_STEP = 3e-4  # moves atoms at 6 Å by 4 steps = 0.007 Å


def smooth_structure():
    """The first structure whose distances stay on their side of the cutoffs, where the third derivative jumps."""
    margin = 0.02
    for seed in range(1000):
        atoms = helpers.triclinic(seed)
        distance = neighbor_list(atoms, max(CUTOFFS) + 1.0).distance
        if min(np.abs(distance - cutoff).min() for cutoff in CUTOFFS) > margin:
            return atoms
    raise AssertionError("no seed gives such a structure")


def trajectory(frames) -> str:
    """Text of a LAMMPS dump of triclinic frames; bounds are those of the box around the box, as LAMMPS has it."""
    lines = []
    for step, atoms in enumerate(frames):
        (lx, _, _), (xy, ly, _), (xz, yz, lz) = atoms.cell.array
        low, high = (min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0), (max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0)
        lines += ["ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", str(len(atoms))]
        lines += ["ITEM: BOX BOUNDS xy xz yz pp pp pp"]
        for length, a, b, tilt in zip((lx, ly, lz), low, high, (xy, xz, yz), strict=True):
            lines.append(f"{a:.17g} {length + b:.17g} {tilt:.17g}")
        lines.append("ITEM: ATOMS id x y z")
        lines += [f"{i} {x:.17g} {y:.17g} {z:.17g}" for i, (x, y, z) in enumerate(atoms.positions, 1)]
    return "\n".join(lines) + "\n"


def rerun(folder, frames):
    """Thermodynamic output of LAMMPS's rerun over some frames of Si and O."""
    write_data(folder / "atoms.data", frames[0], ["Si", "O"])
    (folder / "frames.dump").write_text(trajectory(frames))
    pair = "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O"
    again = "rerun frames.dump dump x y z box yes"
    return run(folder, f"units metal\nread_data atoms.data\n{pair}\n{THERMO}thermo 1\n{again}\n").thermo()[0]


def slopes(folder, x, step, structure):
    """Derivatives of LAMMPS's energy of `structure(x)`, all in one process."""
    asked = []

    def ask(y):
        asked.append(structure(y))
        return 0.0

    reference.differences(ask, x, step)
    answers = iter(rerun(folder, asked)["PotEng"])
    return reference.differences(lambda _: next(answers), x, step)


def moved(atoms, x):
    changed = atoms.copy()
    changed.positions = x
    return changed


def strained(atoms, strain):
    """(1 + e) x with an upper triangular e, so that the cell stays lower triangular; `strain` in LAMMPS's order."""
    xx, yy, zz, xy, xz, yz = strain
    changed = atoms.copy()
    turn = np.eye(3) + np.array([[xx, xy, xz], [0.0, yy, yz], [0.0, 0.0, zz]])
    changed.set_cell(atoms.cell.array @ turn.T, scale_atoms=True)
    return changed


def test_forces_are_minus_the_slope_of_the_energy(folder):
    """Eighth order: the error of the differences is STEP⁸ E⁽⁹⁾/630, below the rounding of E/STEP, about 1e-11 eV/Å."""
    atoms = smooth_structure()
    expected = -slopes(folder, atoms.positions, STEP, lambda x: moved(atoms, x))
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    pair = "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O"
    result = run(folder, f"units metal\nread_data atoms.data\n{pair}\n{dump('a.dump')}run 0\n")
    assert largest(forces(result.dump("a.dump")[0]) - expected) <= FORCE_TOLERANCE


def test_virial_is_minus_the_slope_along_strain(folder):
    atoms = smooth_structure()
    expected = -slopes(folder, np.zeros(6), STRAIN_STEP, lambda e: strained(atoms, e))
    assert largest(virial(rerun(folder, [atoms])) - expected) <= VIRIAL_TOLERANCE


def test_rerun_gives_what_python_gives(folder, made):
    """Frame by frame, with a box that changes."""
    frames = [strained(helpers.triclinic(seed), 0.02 * seed * np.array([1, -1, 0.5, 1, 0, -1])) for seed in range(4)]
    thermo = rerun(folder, frames)
    for row, atoms in enumerate(frames):
        expected = made["SiO"].evaluate(atoms)
        assert abs(thermo["PotEng"][row] - expected.energy) <= ENERGY_TOLERANCE * len(atoms)
        assert largest(virial(thermo, row) - voigt(expected.virial)) <= VIRIAL_TOLERANCE


# --- molecular dynamics -------------------------------------------------------------------------------


def hot_silicon(folder, potential: str = "Si") -> str:
    """Return input up to `run`: 64 atoms at 2000 K, whose neighbor list is soon out of date."""
    write_data(folder / "atoms.data", helpers.silicon(2), ["Si"])
    return f"""
clear
units metal
atom_modify sort 5 0
read_data atoms.data
pair_style nn/manybody
pair_coeff * * {potential}.nnp Si
velocity all create 2000 4242 loop geom
fix integrate all nve
neighbor 0.2 bin
neigh_modify every 1 delay 0 check yes
{THERMO_MD}"""


def test_nve_conserves_energy_to_second_order_in_the_timestep(folder):
    """Velocity Verlet: half the step, a quarter of the deviation (Hairer, Lubich, Wanner, Acta Numerica 12, 399)."""
    longer = hot_silicon(folder) + "thermo 1\ntimestep 0.002\nrun 100\n"
    shorter = hot_silicon(folder) + "thermo 2\ntimestep 0.001\nrun 200\n"
    result = run(folder, longer + shorter)
    tables = result.thermo()
    first, second = (largest(table["TotEng"] - table["TotEng"][0]) for table in tables)
    exchanged = np.ptp(tables[1]["PotEng"])
    assert 3.5 < first / second < 4.5
    assert second < 1e-3 * exchanged
    builds = [int(line.split("=")[1]) for line in result.output.splitlines() if line.startswith("Neighbor list builds")]
    assert min(builds) > 5


def test_a_trajectory_is_that_of_python_and_the_same_on_two_ranks(folder, made):
    """Atoms move from rank to rank and are sorted anew; forces at the end are those of the positions at the end."""
    script = hot_silicon(folder) + "timestep 0.002\n" + dump("a.dump", "id x y z fx fy fz", 100) + "run 100\n"
    ends = [run(folder, script, ranks).dump("a.dump")[-1] for ranks in (1, 2)]
    atoms = helpers.silicon(2)
    start, atoms.positions = atoms.positions.copy(), positions(ends[0])
    expected = made["Si"].evaluate(atoms)
    assert largest(forces(ends[0]) - expected.forces) <= FORCE_TOLERANCE
    assert largest(forces(ends[0]) - forces(ends[1])) <= FORCE_TOLERANCE
    assert np.linalg.norm(atoms.positions - start, axis=1).max() > 0.5


def test_a_run_in_two_parts_is_the_run_in_one(folder):
    """Two runs in a row, and one that goes on from a restart file, which does not hold the potential."""
    timestep = "timestep 0.002\n"
    one = hot_silicon(folder) + timestep + "run 20\n"
    two = hot_silicon(folder) + timestep + "run 10\nwrite_restart half.restart\nrun 10\n"
    again = "pair_style nn/manybody\npair_coeff * * Si.nnp\n"
    resumed = f"clear\nread_restart half.restart\n{again}fix integrate all nve\n{timestep}{THERMO_MD}run 10\n"
    result = run(folder, one + two + resumed)
    whole, _, second_half, after_restart = result.thermo()
    for table in (second_half, after_restart):
        assert table["Step"][-1] == 20
        assert abs(table["PotEng"][-1] - whole["PotEng"][-1]) <= 64 * ENERGY_TOLERANCE
        assert abs(table["TotEng"][-1] - whole["TotEng"][-1]) <= 64 * ENERGY_TOLERANCE


def test_respa_takes_the_pair_style_as_a_whole(folder):
    """On one level; the levels inner, middle and outer of a pair style are refused by LAMMPS."""
    script = hot_silicon(folder) + "timestep 0.001\n"
    result = run(folder, script + "run 20\n" + script + "run_style respa 2 2 pair 2\nrun 20\n")
    verlet, respa = result.thermo()
    assert largest(verlet["TotEng"] - respa["TotEng"]) <= 64 * ENERGY_TOLERANCE


def test_minimize(folder, made):
    atoms = helpers.silicon(2)
    write_data(folder / "atoms.data", atoms, ["Si"])
    pair = "pair_style nn/manybody\npair_coeff * * Si.nnp Si"
    columns = f"id x y z fx fy fz modify sort id format float {FULL_DIGITS}"
    minimize = f"minimize 0 1e-4 30 100\nwrite_dump all custom end.dump {columns}\n"
    result = run(folder, f"units metal\nread_data atoms.data\n{pair}\n{THERMO}{minimize}")
    before = made["Si"].evaluate(atoms)
    frame, thermo = result.dump("end.dump")[0], result.thermo()[0]
    atoms.positions = positions(frame)
    after = made["Si"].evaluate(atoms)
    assert abs(thermo["PotEng"][0] - before.energy) <= 64 * ENERGY_TOLERANCE
    assert abs(thermo["PotEng"][-1] - after.energy) <= 64 * ENERGY_TOLERANCE
    assert largest(forces(frame) - after.forces) <= FORCE_TOLERANCE
    assert largest(virial(thermo) - voigt(after.virial)) <= VIRIAL_TOLERANCE
    assert after.energy < before.energy - 0.1

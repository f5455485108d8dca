"""`compute heat/flux` with centroid/stress/atom, against two routes that know nothing of virials."""

import numpy as np

import helpers
import reference
from agreement_cases import PAIR
from lammps_runner import FULL_DIGITS, dump, largest, positions, run, vectors, write_data

FLUX = f"""\
compute ke all ke/atom
compute pe all pe/atom
compute st all centroid/stress/atom NULL virial
compute j all heat/flux ke pe st
thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol c_j[*]
thermo_modify format float {FULL_DIGITS}
thermo 1
"""
COLUMNS = "id x y z vx vy vz c_ke c_pe"
# Relative to the largest component: LAMMPS's constants have eight digits, the differences an error of that order.
TOLERANCE = 1e-6


def moving_silicon(folder, *, periodic: bool = True, velocities: str = "all create 1500 4242 loop geom") -> str:
    """Return input up to `run`: 64 hot atoms of a crystal, each edge of which is longer than twice the cutoff."""
    atoms = helpers.silicon(2)
    atoms.pbc = periodic
    write_data(folder / "atoms.data", atoms, ["Si"])
    walls = "p p p" if periodic else "f f f"
    return f"""
units metal
boundary {walls}
read_data atoms.data
{PAIR.format("Si", "Si")}
velocity {velocities}
fix integrate all nve
{FLUX}
{dump("a.dump", COLUMNS)}
"""


def total_flux(thermo, row: int = 0) -> np.ndarray:
    """(3,) eV Å/ps: convection and what the forces do."""
    return np.array([thermo[f"c_j[{d}]"][row] for d in (1, 2, 3)])


def work_of_neighbors(potential, atoms, velocities) -> np.ndarray:
    """Sum over i and j of (r_i - r_j) (dE_i/dr_j . v_j), (3,), by differences of atomic energies.

    The rate of change of sum_i r_i (E_i + m v_i^2 / 2) but for convection: Fan et al., Phys. Rev. B 92, 094301 (2015),
    eq. (18). A box wider than twice the cutoff lets every atom see one image of another, the closest.
    """
    edges = atoms.cell.lengths()
    flux = np.zeros(3)
    for j in np.flatnonzero(velocities.any(axis=1)):

        def energies(time, j=j):
            moved = atoms.copy()
            moved.positions[j] += time[0] * velocities[j]
            return potential.evaluate(moved).energies

        power = reference.differences(energies, np.zeros(1), 1e-4)[0]
        from_j = atoms.positions - atoms.positions[j]
        flux += power @ (from_j - edges * np.round(from_j / edges))
    return flux


def test_flux_of_a_crystal_is_that_of_its_atomic_energies(folder, made):
    """Every third atom moves; the others pass its energy on."""
    atoms = helpers.silicon(2)
    assert min(atoms.cell.lengths()) > 2 * made["Si"].cutoff
    text = moving_silicon(folder, velocities="third create 4500 4242 loop geom").replace(
        "velocity", "group third id 1:64:3\nvelocity"
    )
    results = [run(folder, text + "run 0\n", ranks) for ranks in (1, 2)]
    frame = results[0].dump("a.dump")[0]
    velocities = vectors(frame, ["vx", "vy", "vz"])
    convection = (frame["c_ke"] + frame["c_pe"]) @ velocities
    work = work_of_neighbors(made["Si"], atoms, velocities)
    for result in results:
        flux = total_flux(result.thermo()[0])
        assert largest(flux - convection - work) <= TOLERANCE * largest(work)


def test_flux_of_a_cluster_is_the_motion_of_its_energy(folder):
    """d/dt sum_i r_i (E_i + K_i) along a trajectory: five points, an error of second order in the timestep."""
    timestep = 2e-5  # ps
    result = run(folder, moving_silicon(folder, periodic=False) + f"timestep {timestep}\nrun 4\n")
    center = [(frame["c_ke"] + frame["c_pe"]) @ positions(frame) for frame in result.dump("a.dump")]
    slope = (center[0] - 8.0 * center[1] + 8.0 * center[3] - center[4]) / (12.0 * timestep)
    flux = total_flux(result.thermo()[0], row=2)
    assert largest(flux - slope) <= TOLERANCE * largest(slope)


def test_flux_of_a_crystal_that_moves_as_a_whole(folder, made):
    """All atoms have one velocity u: the flux is (E + K + virial) u."""
    u = np.array([3.0, -2.0, 1.0])  # Å/ps
    text = moving_silicon(folder, velocities="all set {} {} {}".format(*u)) + "run 0\n"
    result = run(folder, text)
    frame, thermo = result.dump("a.dump")[0], result.thermo()[0]
    energy = frame["c_ke"].sum() + frame["c_pe"].sum()
    expected = energy * u + made["Si"].evaluate(helpers.silicon(2)).virial @ u
    assert largest(total_flux(thermo) - expected) <= TOLERANCE * largest(expected)

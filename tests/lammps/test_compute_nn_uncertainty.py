"""compute nn/extrapolation and nn/deviation: Python's numbers, on any number of ranks and threads, in any command."""

from __future__ import annotations

import numpy as np
import pytest

import helpers
from lammps_runner import KCAL_MOL_PER_EV, dump, lammps, largest, run, write_data
from nnmanybody import Potential
from uncertainty_cases import COMPUTES, DUMP, PAIR, THERMO, both, columns, compressed, with_ranges

AGREES = 1e-9  # relative to the largest


@pytest.fixture
def quartz(folder):
    """A folder with 72 atoms of silica in atoms.data; and these atoms."""
    atoms = compressed()
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    return folder, atoms


def expected(potential: Potential, atoms) -> tuple[np.ndarray, np.ndarray]:
    """Columns of both computes by Python."""
    range_of, members = potential.extrapolation(atoms), potential.evaluate(atoms, committee=True).committee
    outside = np.column_stack([range_of.overshoot, range_of.n_outside, range_of.function])
    return outside, np.column_stack([members.energies_deviation, members.force_deviation])


def assert_same(frame, outside: np.ndarray, deviation: np.ndarray) -> None:
    assert largest(columns(frame, "x", 3) - outside) <= AGREES * max(1.0, largest(outside))
    assert largest(columns(frame, "d", 2) - deviation) <= AGREES * largest(deviation)


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_python_and_any_number_of_ranks_agree(quartz, made, ranks):
    folder, atoms = quartz
    result = run(folder, both("atoms.data", "u.dump", atoms), ranks)
    outside, deviation = expected(made["committee"], atoms)
    assert 0 < np.count_nonzero(outside[:, 0]) < len(atoms)  # some inside, some outside
    assert len(set(outside[:, 2])) > 2
    assert_same(result.dump("u.dump")[0], outside, deviation)
    thermo = result.thermo()[0]
    energies = made["committee"].evaluate(atoms, committee=True).committee.energies
    assert thermo["c_x"][0] == pytest.approx(outside[:, 0].max(), rel=AGREES)
    assert [thermo[f"c_d[{k}]"][0] for k in (1, 2, 3)] == pytest.approx(
        [*deviation.max(axis=0), np.std(energies) / len(atoms)], rel=AGREES
    )


def test_other_cells_threads_units_and_files(folder, made):
    """One process: triclinic, smaller than the cutoff, open; threads; kcal/mol; members in files of their own."""
    for index, member in enumerate(made["committee"].members):
        member.write(folder / f"{index}.nnp")
    files = "pair_style nn/manybody committee\npair_coeff * * 0.nnp 1.nnp 2.nnp 3.nnp Si O\n"
    structures = {"triclinic": helpers.triclinic(), "small": helpers.small_cell(), "cluster": helpers.cluster()}
    structures |= {"threads": compressed(), "real": helpers.silica(0.3), "files": helpers.silica()}
    changes = {"threads": {"before": "package omp 3\nunits metal"}, "real": {"before": "units real"}}
    changes["files"] = {"pair": files}
    text = ""
    for name, atoms in structures.items():
        write_data(folder / f"{name}.data", atoms, ["Si", "O"])
        text += both(f"{name}.data", f"{name}.dump", atoms, **changes.get(name, {}))
    result = run(folder, text)
    assert "committee of 4" in result.output
    for name, atoms in structures.items():
        outside, deviation = expected(made["committee"], atoms)
        factor = KCAL_MOL_PER_EV if name == "real" else 1.0
        assert_same(result.dump(f"{name}.dump")[0], outside, factor * deviation)


def test_hybrid_group_and_null(folder, made):
    """Atoms of other styles and of no group have zeros, and the potential does not see the former."""
    atoms = helpers.triclinic()
    types = [1, 2, 1, 3, 2]  # the fourth is of type 3
    write_data(folder / "atoms.data", atoms, ["Si", "O", "O"], types)
    pair = "pair_style hybrid/overlay nn/manybody lj/cut 4.0\npair_coeff * * nn/manybody committee.nnp Si O NULL\n"
    pair += "pair_coeff 1*3 3 lj/cut 0.01 1.0\ngroup some id 1 2 4\n"
    text = both("atoms.data", "all.dump", atoms, pair=pair)
    text += (
        f"uncompute x\nuncompute d\nundump u\n{COMPUTES.replace(' all ', ' some ')}{DUMP.format('some.dump')}run 0\n"
    )
    result = run(folder, text, 2)
    seen = [0, 1, 2, 4]
    for name, group in (("all", seen), ("some", [0, 1])):
        outside, deviation = np.zeros((5, 3)), np.zeros((5, 2))
        by_python = expected(made["committee"], atoms[seen])
        for row, atom in enumerate(seen):
            if atom in group:
                outside[atom], deviation[atom] = by_python[0][row], by_python[1][row]
        assert_same(result.dump(f"{name}.dump")[0], outside, deviation)


def test_ranges_by_hand(folder, made):
    """Overshoot against NumPy; a function that never changed has the width 1; the ends of a range are inside."""
    atoms = helpers.silica()
    original = made["committee"]

    def narrow(statistics: np.ndarray) -> np.ndarray:
        changed = statistics.copy()
        middle = 0.5 * (changed[:, 0] + changed[:, 1])
        changed[::2, 0] = changed[::2, 1] = middle[::2]
        changed[1::2, 1] = middle[1::2]
        return changed

    potential = with_ranges(original, narrow)
    potential.write(folder / "committee.nnp")
    write_data(folder / "atoms.data", atoms, ["Si", "O"])
    frame = run(folder, both("atoms.data", "u.dump", atoms)).dump("u.dump")[0]
    described = potential.descriptors(atoms)
    for section in potential.definition.sections:
        centers, values = described[section.element]
        low, high = section.statistics[:, 0], section.statistics[:, 1]
        width = np.where(high > low, high - low, 1.0)
        overshoot = np.maximum(0.0, np.maximum(low - values, values - high)) / width
        by_hand = [overshoot.max(axis=1), (overshoot > 0).sum(axis=1), overshoot.argmax(axis=1) + 1]
        assert largest(columns(frame, "x", 3)[centers] - np.column_stack(by_hand)) <= AGREES * overshoot.max()

    # Exactly the training set: every atom sets the ends of some range, and none is outside.
    def of_these(statistics: np.ndarray) -> np.ndarray:
        values = next(of_elements)
        return np.column_stack([values.min(axis=0), values.max(axis=0), statistics[:, 2:]])

    of_elements = (described[element].values for element in potential.elements)
    learned = with_ranges(original, of_these)
    assert not learned.extrapolation(atoms).n_outside.any()
    learned.write(folder / "committee.nnp")
    frame = run(folder, both("atoms.data", "u.dump", atoms), 2).dump("u.dump")[0]
    assert not columns(frame, "x", 3).any()


def test_dynamics_variables_reduce_halt_and_rerun(quartz, made):
    """In every command that takes a compute; rerun gives the numbers of the run; the mean is what moves the atoms."""
    folder, atoms = quartz
    head = f"units metal\nread_data atoms.data\n{PAIR}{COMPUTES}"
    moving = f"""{head}
velocity all create 600 1 loop geom
fix move all nve
compute worst all reduce max c_x[1] c_d[2]
variable worst equal c_worst[2]
variable both atom c_x[1]+c_d[1]
compute sum all reduce sum v_both
thermo 1
thermo_style custom step c_x c_d[1] c_d[2] c_worst[1] v_worst c_sum
thermo_modify format float %.17g
{dump("x.dump", "id type x y z fx fy fz")}
{DUMP.format("u.dump")}
fix stop all halt 1 v_worst > 0.0 error soft
run 5
"""
    result = run(folder, moving.replace("> 0.0", "> 1e9"), 2)
    thermo, frames = result.thermo()[0], result.dump("u.dump")
    assert list(thermo["Step"]) == [0, 1, 2, 3, 4, 5]
    assert largest(thermo["c_x"] - thermo["c_worst[1]"]) == 0.0
    assert largest(thermo["c_d[2]"] - thermo["v_worst"]) == 0.0
    sums = [(columns(frame, "x", 3)[:, 0] + columns(frame, "d", 2)[:, 0]).sum() for frame in frames]
    assert thermo["c_sum"] == pytest.approx(sums, rel=AGREES)
    again = f"{head}{DUMP.format('again.dump')}{THERMO}rerun x.dump dump x y z\n"
    rerun = run(folder, again).dump("again.dump")
    atoms.positions[:] = np.column_stack([result.dump("x.dump")[5][axis] for axis in "xyz"])
    assert_same(frames[5], *expected(made["committee"], atoms))
    for one, other in zip(frames, rerun, strict=True):
        assert_same(one, columns(other, "x", 3), columns(other, "d", 2))
    halted = run(folder, moving)
    assert halted.thermo()[0]["Step"][-1] == 1


ERRORS = {
    "pair_style lj/cut 5.0\npair_coeff * * 0.01 2.0\ncompute x all nn/extrapolation\n": (
        "Compute nn/extrapolation x needs pair style nn/manybody, alone or under hybrid, and it is not in force; give "
        "'pair_style nn/manybody' and its pair_coeff before the run"
    ),
    "pair_style nn/manybody\npair_coeff * * SiO.nnp Si O\ncompute d all nn/deviation\n": (
        "Compute nn/deviation d needs a committee, but the potential has one model per element; give a file of "
        "'nnp committee', or the files of the members behind 'pair_style nn/manybody committee'"
    ),
    "pair_style nn/manybody committee\npair_coeff * * SiO.nnp Si O\n": (
        "expected the files of at least two members behind 'pair_style nn/manybody committee'"
    ),
    "pair_style nn/manybody committee\npair_coeff * * SiO.nnp other.nnp Si O\n": (
        "no committee: member 2: element Si: expected the statistics (min max mean sigma) of symmetry function 1"
    ),
    f"{PAIR}compute x all nn/extrapolation 3\n": "Compute nn/extrapolation x takes no arguments, got '3'",
    "pair_style hybrid/overlay nn/manybody nn/manybody\npair_coeff * * nn/manybody 1 SiO.nnp Si O\n"
    "pair_coeff * * nn/manybody 2 SiO.nnp Si O\ncompute x all nn/extrapolation\n": (
        "Compute nn/extrapolation x needs exactly one pair style nn/manybody, but hybrid has several"
    ),
}


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors_say_how_to_mend_them(folder, made, number):
    text, message = list(ERRORS.items())[number]
    write_data(folder / "atoms.data", helpers.triclinic(), ["Si", "O"])
    with_ranges(made["SiO"], lambda statistics: statistics + 0.25).write(folder / "other.nnp")
    result = lammps(folder, f"units metal\nread_data atoms.data\n{text}run 0\n")
    assert result.status != 0
    assert message in " ".join(result.output.split())

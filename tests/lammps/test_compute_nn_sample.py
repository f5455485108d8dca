"""`compute nn/sample`: what it records, checked against what LAMMPS itself prints and dumps."""

import numpy as np
import pytest
from ase.neighborlist import primitive_neighbor_list
from nnmanybody.sampling.sampling_rule import sampled_steps, tau

from lammps_runner import KCAL_MOL_PER_EV
from sampling_helpers import ASK_EVERY_STEP, DUMP, read_dump, run, silicon, sorted_rows

SAMPLE = "compute s all nn/sample out.xyz alpha Si 3.0 taumax 10"
RUN_TOLERANCE = 1e-9  # relative: sums in another order on other ranks


def test_recorded_force_and_energy_are_those_that_fix_print_prints(tmp_path):
    result = run(
        tmp_path,
        silicon()
        + f"""
        {SAMPLE} atoms 17
        compute e all pe/atom
        fix p all print 1 "$(step) $(fx[17]:%.17g) $(fy[17]:%.17g) $(fz[17]:%.17g) $(C_e[17]:%.17g) $(c_s)" &
          file printed.txt screen no
        run 40
        """,
    )
    printed = {int(row[0]): row[1:5] for row in np.loadtxt(tmp_path / "printed.txt")}
    records = result.records()
    assert len(records) > 10
    for record in records:
        info = record.info
        recorded = [*info["REF_atomic_force"], info["REF_atomic_energy"]]
        assert recorded == pytest.approx(printed[info["step"]], rel=1e-15)
        assert info["tau"] == tau(np.linalg.norm(recorded[:3]), 3.0, 10)
        assert (info["atom_id"], info["config_type"]) == (17, "environment")
        assert record.symbols[0] == "Si"
        assert np.all(record.positions[0] == 0.0)
        assert not record.pbc.any()


ZERO = "pair_style hybrid/overlay sw zero {0}\npair_coeff * * sw Si.sw Si\npair_coeff * * zero"


@pytest.mark.parametrize(
    ("system", "cutoff", "ranks"),
    [
        pytest.param({}, 3.77118, 1, id="across periodic images"),
        pytest.param({}, 3.77118, 2, id="2 ranks"),
        pytest.param({}, 3.77118, 4, id="4 ranks"),
        pytest.param({"tilt": (2.1, -1.3, 0.7)}, 3.77118, 2, id="triclinic"),
        pytest.param({"cells": (1, 1, 1), "pair": ZERO.format(6.5)}, 6.5, 1, id="cutoff longer than the cell"),
        pytest.param({"pair": ZERO.format(6.5)}, 6.5, 2, id="cutoff extended by pair_style zero"),
    ],
)
def test_neighbors_are_exactly_those_within_the_cutoff(tmp_path, system, cutoff, ranks):
    sample = f"compute s all nn/sample out.xyz alpha Si 3.0 taumax 10 atoms random 8 1 cutoff {cutoff}"
    result = run(tmp_path, silicon(**system) + f"{sample}\n{DUMP}\n{ASK_EVERY_STEP}\nrun 5\n", ranks)
    records = result.records()
    for frame in read_dump(tmp_path / "dump.txt"):
        atoms = frame.atoms
        i, expected = primitive_neighbor_list("iD", atoms.pbc, atoms.cell, atoms.positions, cutoff)
        of_frame = [record for record in records if record.info["step"] == frame.step]
        if frame.step == 0:
            assert len(of_frame) == 8  # every chosen atom
        for record in of_frame:
            center = record.info["atom_id"] - 1
            assert record.info["cutoff"] == cutoff
            found = sorted_rows(record.positions[1:])
            np.testing.assert_allclose(found, sorted_rows(expected[i == center]), atol=1e-9)
            np.testing.assert_allclose(record.info["REF_atomic_force"], frame.forces[center], rtol=1e-14)


@pytest.mark.parametrize("mode", ["environment", "frame"])
def test_records_are_the_same_on_any_number_of_ranks(tmp_path, mode):
    script = silicon((3, 2, 2)) + f"{SAMPLE} atoms random 12 7 mode {mode}\n{ASK_EVERY_STEP}\nrun 4\n"
    expected, *others = [run(tmp_path / str(n), script, n).records() for n in (1, 2, 4)]
    for records in others:
        assert len(records) == len(expected)
        for record, same in zip(records, expected, strict=True):
            assert str(record.symbols) == str(same.symbols)
            np.testing.assert_allclose(record.positions, same.positions, rtol=RUN_TOLERANCE, atol=1e-10)
            assert record.info.keys() == same.info.keys()
            for key, value in same.info.items():
                if isinstance(value, str):
                    assert record.info[key] == value
                else:
                    np.testing.assert_allclose(record.info[key], value, rtol=RUN_TOLERANCE, atol=1e-10)


@pytest.mark.parametrize("rule", ["strict", "thesis"])
def test_sampled_steps_follow_the_rule_on_a_real_trajectory(tmp_path, rule):
    alpha, tau_max, n_steps = 2.5, 8, 200
    sample = f"compute s all nn/sample out.xyz alpha Si {alpha} taumax {tau_max} rule {rule} atoms 1 9 20 30 41 64"
    script = silicon(temperature=1000) + f"{sample}\n{DUMP}\n{ASK_EVERY_STEP}\nrun {n_steps}\n"
    records = run(tmp_path, script).records()
    centers = [1, 9, 20, 30, 41, 64]
    forces = np.array([np.linalg.norm(frame.forces, axis=1) for frame in read_dump(tmp_path / "dump.txt")])
    forces = forces[:, np.array(centers) - 1]
    for center, forces_on_center in zip(centers, forces.T, strict=True):
        kept = [record.info["step"] for record in records if record.info["atom_id"] == center]
        assert kept == sampled_steps(forces_on_center, alpha, tau_max, rule).tolist()
        large = np.flatnonzero(forces_on_center > alpha)
        if rule == "strict":
            assert set(large) <= set(kept)
            assert np.max(np.diff([*kept, n_steps + 1])) <= tau_max
    # The trajectory tries the rule: both kinds of steps are plenty, and the thesis's rule has missed large forces.
    n_large = np.count_nonzero(forces > alpha)
    assert 0.02 * forces.size < n_large < 0.5 * forces.size
    if rule == "thesis":
        kept_large = sum(np.linalg.norm(record.info["REF_atomic_force"]) > alpha for record in records)
        assert kept_large < n_large


def test_tau_of_given_forces_zero_among_them(tmp_path):
    forces = [0.0, 1e-300, 0.2999999, 0.3, 1.0, 1.5, 2.9999, 3.0, 3.0000001, 10.0]
    (tmp_path / "forces.txt").write_text(
        "\n".join([str(len(forces)), *(f"{i} {force!r}" for i, force in enumerate(forces, 1)), ""])
    )
    n = len(forces)
    result = run(
        tmp_path,
        silicon()
        + f"""
        variable fx atomfile forces.txt
        fix set all setforce v_fx 0.0 0.0
        {SAMPLE} atoms {" ".join(str(i) for i in range(1, n + 1))}
        thermo_style custom step c_s c_s[*]
        run 0
        print "TAU {" ".join(f"$(c_s[{i}])" for i in range(1, n + 1))}"
        """,
    )
    expected = [tau(force, 3.0, 10) for force in forces]
    # By hand from (7.2): capped at 10, floor(3 / F), 1 from alpha on
    assert expected == [10, 10, 10, 10, 3, 2, 1, 1, 1, 1]
    assert [int(word) for word in result.last_value("TAU").split()] == expected


@pytest.mark.parametrize("mode", ["environment", "frame"])
def test_records_are_in_electronvolts_whatever_the_units(tmp_path, mode):
    scripts = {
        units: silicon(units=units)
        + f"compute s all nn/sample out.xyz alpha Si {alpha} taumax 10 atoms 5 mode {mode}\n"
        + "thermo_style custom step c_s\nrun 0\n"
        for units, alpha in (("metal", 3.0), ("real", 3.0 * KCAL_MOL_PER_EV))
    }
    records = {units: run(tmp_path / units, script).records()[0] for units, script in scripts.items()}
    metal, real = records["metal"], records["real"]
    np.testing.assert_allclose(real.positions, metal.positions, rtol=1e-12)
    for key in {"environment": ["REF_atomic_energy", "REF_atomic_force"], "frame": ["REF_energy", "REF_stress"]}[mode]:
        np.testing.assert_allclose(real.info[key], metal.info[key], rtol=1e-6)  # Si.sw converted with 9 digits
    assert real.info["tau"] == metal.info["tau"]
    if mode == "frame":
        np.testing.assert_allclose(real.arrays["REF_forces"], metal.arrays["REF_forces"], rtol=1e-6, atol=1e-9)


WAYS = {
    "thermo": "thermo 1\nthermo_style custom step c_s c_s[1]",
    "fix ave/time": "fix ask all ave/time 1 1 1 c_s",
    "fix ave/time of tau": "fix ask all ave/time 1 1 1 c_s[1]",
    "fix print": 'fix ask all print 1 "$(c_s) $(c_s[1])" screen no',
    "variable": "variable n equal c_s\nfix ask all ave/time 1 1 1 v_n",
    "all of them": "thermo 1\nthermo_style custom step c_s c_s[1]\nfix ask all ave/time 1 1 1 c_s c_s[1]\n"
    'fix say all print 1 "$(c_s) $(c_s[1])" screen no',
}


def test_every_way_of_asking_gives_the_same_records(tmp_path):
    texts = {}
    for way, asking in WAYS.items():
        script = silicon() + f"{SAMPLE} atoms 5 6\n{asking}\nrun 20\n" + 'print "COUNT $(c_s)"\n'
        result = run(tmp_path / way, script)
        texts[way] = (result.folder / "out.xyz").read_text()
        assert "was invoked at step" not in result.output
        assert int(result.last_value("COUNT")) == len(result.records())
    assert len(set(texts.values())) == 1


def test_two_computes_sample_side_by_side(tmp_path):
    alone = run(tmp_path / "alone", silicon() + f"{SAMPLE} atoms 5\n{ASK_EVERY_STEP}\nrun 15\n")
    both = run(
        tmp_path / "both",
        silicon()
        + f"{SAMPLE} atoms 5\ncompute t all nn/sample frames.xyz alpha Si 1.0 taumax 3 mode frame\n"
        + "fix ask all ave/time 1 1 1 c_s c_t\nrun 15\n",
    )
    assert (both.folder / "out.xyz").read_text() == (alone.folder / "out.xyz").read_text()
    assert all(record.info["config_type"] == "md" for record in both.records("frames.xyz"))


def test_random_atoms_depend_on_the_seed_and_not_on_the_ranks(tmp_path):
    script = silicon() + "group half id <= 30\n"
    sample = "compute s half nn/sample out.xyz alpha Si 3.0 taumax 10 atoms random 6 {}\n"
    asking = "thermo_style custom step c_s\nrun 0\n"
    chosen = [
        [record.info["atom_id"] for record in run(tmp_path / name, script + sample.format(seed) + asking, n).records()]
        for name, seed, n in (("one", 5, 1), ("two", 5, 2), ("other", 6, 1))
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    assert len(set(chosen[0])) == 6
    assert max(chosen[0]) <= 30


def test_vector_is_in_the_order_of_the_ids_and_a_group_is_the_default(tmp_path):
    script = silicon() + (
        "group some id 20 7\ncompute s some nn/sample out.xyz alpha Si 3.0 taumax 10\n"
        "compute t all nn/sample other.xyz alpha Si 3.0 taumax 10 atoms 20 7\n"
        f'{DUMP}\nthermo_style custom step c_s[*] c_t[*]\nrun 0\nprint "TAU $(c_s[1]) $(c_s[2]) $(c_t[1]) $(c_t[2])"\n'
    )
    result = run(tmp_path, script)
    forces = np.linalg.norm(read_dump(tmp_path / "dump.txt")[0].forces, axis=1)
    expected = [tau(forces[i - 1], 3.0, 10) for i in (7, 20)] * 2
    assert [int(word) for word in result.last_value("TAU").split()] == expected
    assert [record.info["atom_id"] for record in result.records()] == [7, 20]


@pytest.mark.parametrize(
    ("names", "alpha"),
    [
        ("labelmap atom 1 Si 2 Ge", "alpha Ge 1.0 Si 3.0"),
        ("", "alpha Ge 1.0 Si 3.0 elements Si Ge"),
        ("", "alpha Si 3.0 Ge 1.0"),
    ],
    ids=["type labels", "elements", "order of alpha"],
)
def test_elements_of_the_types_and_alpha_of_each_element(tmp_path, names, alpha):
    # Germanium with the forces of silicon: only names and alpha matter here.
    script = silicon(two_types=True) + f"{names}\ncompute s all nn/sample out.xyz {alpha} taumax 10 atoms 1 2 63 64\n"
    script += f"{DUMP}\nthermo_style custom step c_s\nrun 0\n"
    records = run(tmp_path, script).records()
    forces = np.linalg.norm(read_dump(tmp_path / "dump.txt")[0].forces, axis=1)
    assert [record.symbols[0] for record in records] == ["Ge", "Ge", "Si", "Si"]
    assert [record.info["tau"] for record in records] == [
        tau(forces[center - 1], value, 10) for center, value in ((1, 1.0), (2, 1.0), (63, 3.0), (64, 3.0))
    ]
    assert {"Si", "Ge"} == {symbol for record in records for symbol in record.symbols}

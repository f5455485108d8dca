"""Simulations in their folders: frames by the rule, what explodes is evidence, what never began is a mistake."""

from __future__ import annotations

import re

import numpy as np
import pytest
from nnmanybody.sampling.conditions import grid
from nnmanybody.sampling.config import read_loop
from nnmanybody.sampling.explore import exploration, explored, frames_of, run_exploration
from nnmanybody.sampling.select import select_for_start

import tiny_loop
from nnmanybody.errors import NNPError

PAIR = "pair_style lj/cut 6.0\npair_coeff * * 0.4 2.3\n"


def runs(folder, temperature, **changes):
    (folder / "pair.lmp").write_text(PAIR)
    conditions = [{"name": "md", "structures": "cell.xyz", "variables": {"temperature": temperature}}]
    path = tiny_loop.write(folder, explore={"conditions": conditions, **changes}, start={"pair": "pair.lmp"})
    config = read_loop(path)
    job = exploration(
        config.explore,
        config.elements,
        grid(config.explore.conditions)[0],
        repeat=0,
        iteration=0,
        steps=200,
        seed=1,
        potential=None,
        pair=config.start.pair,
        target=folder / "explore",
        locks=folder / "locks",
    )
    return config, job


def test_a_run_leaves_frames_of_the_rule_and_is_not_done_twice(tmp_path):
    _, job = runs(tmp_path, 300)
    result = run_exploration(job)
    run = explored(tmp_path / "explore" / "md_1", result)
    assert run.complete
    assert run.length_ps == pytest.approx(0.2)  # 200 steps of LAMMPS's default, 0.001 ps
    sampled, _ = frames_of(run)
    steps = [atoms.info["step"] for atoms in sampled]
    assert steps[0] == 0
    assert max(np.diff(steps)) <= 20  # taumax
    assert len(sampled[0]) == 32
    (run.folder / "log.lammps").unlink()
    assert run_exploration(job) == result
    assert not (run.folder / "log.lammps").exists()


def test_lammps_runs_under_mpi_inside_a_job(tmp_path):
    _, job = runs(tmp_path, 300, ranks=2)
    run = explored(tmp_path / "explore" / "md_1", run_exploration(job))
    assert run.complete
    grid_of_ranks = re.search(r"(\d) by (\d) by (\d) MPI processor grid", (run.folder / "log.lammps").read_text())
    assert sorted(grid_of_ranks.groups()) == ["1", "1", "2"]
    assert frames_of(run)[0]


def test_the_last_good_frames_of_an_explosion_are_selected(tmp_path):
    config, job = runs(tmp_path, 3e7)
    run = explored(tmp_path / "explore" / "md_1", run_exploration(job))
    assert run.exploded
    assert not run.complete
    found = select_for_start(config.select, [run], 50)
    assert found.chosen
    for one in found.chosen:
        assert np.isfinite(one.atoms.positions).all()


def test_an_input_that_never_simulates_is_a_mistake_and_says_what_lammps_said(tmp_path):
    _, job = runs(tmp_path, 300)
    (tmp_path / "in.cu.lmp").write_text("units metal\nno_such_command\n")
    with pytest.raises(NNPError, match=r"did not come to .*catch.*\n?.*no_such_command"):
        run_exploration(job)

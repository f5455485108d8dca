"""`compute nn/sample`: no record is lost or mixed up, whatever happens to the run, the file or the disk."""

import os
import signal
import subprocess
import time

import ase.io
import numpy as np
import pytest

from lammps_runner import environment
from sampling_helpers import (
    ASK_EVERY_STEP,
    LAMMPS_COMMAND,
    lammps,
    lammps_in_python,
    on_ranks,
    run,
    silicon,
)

SAMPLE = "compute s all nn/sample out.xyz alpha Si 3.0 taumax 10 atoms random 6 7"
MODES = ["environment", "frame"]


def steps_and_atoms(records):
    return [
        (record.info["step"], center)
        for record in records
        for center in np.atleast_1d(record.info.get("atom_id", record.info.get("atom_ids"))).tolist()
    ]


def restarted(first_steps: int, checkpoint: int, last_step: int, options: str = "") -> tuple[str, str]:
    """Script that stops after some steps and script that goes on from its checkpoint."""
    first = silicon() + f"{SAMPLE} {options}\n{ASK_EVERY_STEP}\nrestart {checkpoint} *.restart\nrun {first_steps}\n"
    second = f"""
        read_restart {checkpoint}.restart
        pair_style sw
        pair_coeff * * Si.sw Si
        fix integrate all nve
        {SAMPLE} {options}
        {ASK_EVERY_STEP}
        run {last_step} upto
    """
    return first, second


@pytest.mark.parametrize("mode", MODES)
def test_run_that_goes_on_from_a_restart_continues_the_records(tmp_path, mode):
    first, second = restarted(33, 33, 60, f"mode {mode}")
    parts = tmp_path / "parts"
    run(parts, first)
    result = run(parts, second)
    whole = run(tmp_path / "whole", silicon() + f"{SAMPLE} mode {mode}\n{ASK_EVERY_STEP}\nrun 60\n")
    assert steps_and_atoms(result.records()) == steps_and_atoms(whole.records())
    np.testing.assert_allclose(result.records()[-1].positions, whole.records()[-1].positions, atol=1e-8)
    assert "adding to the" in result.output


def test_restart_from_an_earlier_checkpoint_repeats_no_record(tmp_path):
    first, second = restarted(45, 20, 60)
    run(tmp_path / "parts", first)
    result = run(tmp_path / "parts", second)
    whole = run(tmp_path / "whole", silicon() + f"{SAMPLE}\n{ASK_EVERY_STEP}\nrun 60\n")
    assert steps_and_atoms(result.records()) == steps_and_atoms(whole.records())
    assert "an atom is recorded again only after the step of its last record" in result.output


def test_two_runs_in_one_script_sample_their_common_step_once(tmp_path):
    one = run(tmp_path / "one", silicon() + f"{SAMPLE}\n{ASK_EVERY_STEP}\nrun 30\n")
    two = run(tmp_path / "two", silicon() + f"{SAMPLE}\n{ASK_EVERY_STEP}\nrun 13\nrun 17\n")
    assert steps_and_atoms(one.records()) == steps_and_atoms(two.records())


def test_new_trajectory_after_reset_timestep_is_sampled_from_its_first_step(tmp_path):
    script = silicon() + f"{SAMPLE}\n{ASK_EVERY_STEP}\nrun 12\nunfix ask\nreset_timestep 0\n{ASK_EVERY_STEP}\nrun 12\n"
    pairs = steps_and_atoms(run(tmp_path, script).records())
    assert [step for step, _ in pairs].count(0) == 12


SHORT = f"{ASK_EVERY_STEP}\nrun 3\n"


def test_fresh_run_does_not_mix_with_an_old_file_unless_told(tmp_path):
    first = run(tmp_path, silicon() + f"{SAMPLE}\n{SHORT}")
    old = (tmp_path / "out.xyz").read_bytes()
    n_old = len(first.records())

    refused = lammps(tmp_path, silicon() + f"{SAMPLE}\n{SHORT}")
    assert refused.status != 0
    assert f"out.xyz already holds {n_old} records, the last of step 3, and this run begins at step 0" in refused.output
    assert "'append yes'" in refused.output
    assert (tmp_path / "out.xyz").read_bytes() == old

    added = run(tmp_path, silicon() + f"{SAMPLE} append yes\n{SHORT}" + 'print "COUNT $(c_s)"\n')
    assert (tmp_path / "out.xyz").read_bytes() == old + old
    assert int(added.last_value("COUNT")) == 2 * n_old

    run(tmp_path, silicon() + f"{SAMPLE} append no\n{SHORT}")
    assert (tmp_path / "out.xyz").read_bytes() == old


def cut_in_the_last_record(text: bytes) -> bytes:
    return text[: -len(text) // 40]


def with_an_unpublished_record(text: bytes) -> bytes:
    """As a run leaves it that was killed before it wrote the number of atoms: blanks in its place."""
    start = text.index(b"\n") + 1
    return text + b"\n" * start + text[start:300]


@pytest.mark.parametrize("damage", [cut_in_the_last_record, with_an_unpublished_record])
def test_incomplete_last_record_is_cut_off_when_the_file_is_continued(tmp_path, damage):
    whole = run(tmp_path, silicon() + f"{SAMPLE} mode frame\n{SHORT}")
    n_whole = len(whole.records())
    old = (tmp_path / "out.xyz").read_bytes()
    damaged = damage(old)
    (tmp_path / "out.xyz").write_bytes(damaged)
    n_kept = n_whole if damaged.startswith(old) else n_whole - 1

    result = run(tmp_path, silicon() + f"{SAMPLE} mode frame append yes\n{SHORT}")
    assert "out.xyz ended in an incomplete record of" in result.output
    assert f"adding to the {n_kept} records in out.xyz" in result.output
    assert len(result.records()) == n_kept + n_whole


def test_file_that_is_not_extended_xyz_is_left_alone(tmp_path):
    (tmp_path / "out.xyz").write_text("8\nnotes\n" + "Si 0 0 0\n" * 8 + "these are my notes\n")
    old = (tmp_path / "out.xyz").read_bytes()
    result = lammps(tmp_path, silicon() + f"{SAMPLE} append yes\n{SHORT}")
    assert result.status != 0
    message = "expected the number of atoms of record 2 at byte 80, got 'these are my notes'"
    assert message in result.output
    assert (tmp_path / "out.xyz").read_bytes() == old


@pytest.mark.parametrize("mode", MODES)
def test_killed_run_leaves_a_file_that_ase_reads(tmp_path, mode):
    script = silicon() + f"{SAMPLE} mode {mode}\n{ASK_EVERY_STEP}\nrun 100000\n"
    (tmp_path / "in.txt").write_text(script)
    out = tmp_path / "out.xyz"
    process = subprocess.Popen(
        on_ranks(1, *LAMMPS_COMMAND), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not (out.exists() and out.stat().st_size > 100_000):
            assert process.poll() is None
            time.sleep(0.005)
        (tmp_path / "during.xyz").write_bytes(out.read_bytes())  # while LAMMPS writes
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    records = ase.io.read(out, index=":")
    assert len(records) >= len(ase.io.read(tmp_path / "during.xyz", index=":")) > 10
    # Nothing between the first and the last record is missing.
    steps = np.unique([step for step, _ in steps_and_atoms(records)])
    assert np.max(np.diff(steps)) <= 10
    # And the file goes on.
    again = run(tmp_path, script.replace("mode", "append yes mode").replace("run 100000", "run 3"))
    assert len(again.records()) > len(records)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("mode", MODES)
def test_no_room_for_a_record_stops_the_run_and_leaves_whole_records(tmp_path, mode, ranks):
    # A limit on the size of files: as on a full disk, a part of the record fits. Python would ignore the signal.
    result = lammps_in_python(
        tmp_path,
        f"""
import resource, signal
lmp.commands_string({silicon() + f"{SAMPLE} mode {mode}" + chr(10) + ASK_EVERY_STEP!r})
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
lmp.command("run 1000")
""",
        ranks,
    )
    assert result.status != 0
    n_safe = len(result.records())
    assert n_safe > 5
    assert f"writing record {n_safe + 1} to out.xyz failed: File too large" in result.output
    assert f"{n_safe} complete records are safe; the file ends after them" in result.output


def test_full_device_is_reported_at_the_first_record(tmp_path):
    result = lammps(tmp_path, silicon() + f"{SAMPLE.replace('out.xyz', '/dev/full')}\n{ASK_EVERY_STEP}\nrun 3\n")
    assert result.status != 0
    assert "writing record 1 to /dev/full failed: No space left on device" in result.output


@pytest.mark.parametrize(
    ("name", "reason"), [("missing/out.xyz", "No such file or directory"), (".", "Is a directory")]
)
def test_file_that_cannot_be_written_is_an_error_before_the_run(tmp_path, name, reason):
    result = lammps(tmp_path, silicon() + f"{SAMPLE.replace('out.xyz', name)}\n{SHORT}", 2)
    assert result.status != 0
    assert f"Compute nn/sample s: cannot open {name} for writing: {reason}" in result.output
    assert "Setting up" not in result.output


def test_two_writers_of_one_file_are_refused(tmp_path):
    script = silicon() + f"{SAMPLE}\n{SAMPLE.replace('compute s', 'compute t')}\n{SHORT}"
    result = lammps(tmp_path, script)
    assert result.status != 0
    assert "Compute nn/sample t: out.xyz is being written by another compute nn/sample or fix nn/trap" in result.output

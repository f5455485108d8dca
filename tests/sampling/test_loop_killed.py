"""A loop whose driver or workers are killed, or whose disk is full, ends where an undisturbed one does."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from pathlib import Path

import pytest
from nnmanybody.sampling.folder import LoopFolder
from nnmanybody.sampling.state import read_status

import tiny_loop


def labelled(folder: Path) -> list[str]:
    """Energies in the order in which the labeller computed them."""
    return [line.split()[1] for line in (folder / "log").read_text().splitlines()]


def status(config: Path) -> dict:
    return read_status(LoopFolder(config.parent / "loop"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Folder, status and labels of a loop that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = tiny_loop.write(folder)
    done = tiny_loop.nnp("run", config)
    assert done.returncode == 0, done.stderr
    return folder, status(config), labelled(folder)


def test_another_terminal_sees_how_it_stands(undisturbed):
    folder, expected, _ = undisturbed
    done = tiny_loop.nnp("status", folder / "loop.yaml", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == expected
    assert found["state"] == "finished"
    assert found["iteration"] == 1
    assert found["labelled"] == found["iterations"][-1]["labelled"]
    assert set(found["errors"]) == {"force", "energy"}
    assert "budget of 2 iterations" in found["message"]
    assert "finished" in tiny_loop.nnp("status", folder / "loop.yaml").stdout


def wait_for(pattern: str, folder: Path, process) -> None:
    deadline = time.monotonic() + 600.0
    while not list(folder.glob(pattern)):
        assert process.poll() is None, f"ended before {pattern} was there"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def check_same(config: Path, undisturbed) -> None:
    _, expected, labels = undisturbed
    found = status(config)
    assert found["state"] == "finished"
    assert found["dataset_hash"] == expected["dataset_hash"]
    assert found["labelled"] == expected["labelled"]
    assert set(labelled(config.parent)) == set(labels)


@pytest.mark.parametrize(
    "moment",
    [
        "loop/labels/s*.json",  # while the first structures are being labelled
        "loop/iterations/001/explore/.*/log.lammps",  # while LAMMPS runs
        "loop/iterations/001/label.json",  # before or in the training
    ],
)
def test_a_killed_loop_goes_on_as_if_nothing_had_happened(moment, tmp_path, undisturbed):
    config = tiny_loop.write(tmp_path)
    process = tiny_loop.start("run", config)
    wait_for(moment, tmp_path, process)
    process.kill()
    process.wait()
    kept = {repr(json.loads(path.read_text())["energy"]) for path in (tmp_path / "loop" / "labels").glob("s*.json")}
    before = len(labelled(tmp_path))
    assert status(config)["state"] == "interrupted"
    done = tiny_loop.nnp("resume", config)
    assert done.returncode == 0, done.stderr
    check_same(config, undisturbed)
    again = labelled(tmp_path)[before:]
    assert kept
    assert not kept & set(again)  # what was labelled before is not labelled again
    assert len(set(again)) == len(again)


def test_processes_label_the_same_and_a_killed_worker_is_replaced(tmp_path, undisturbed):
    config = tiny_loop.write(tmp_path, executor={"kind": "processes"})
    process = tiny_loop.start("run", config)
    wait_for("log", tmp_path, process)
    worker = int((tmp_path / "log").read_text().split()[0])
    assert worker != process.pid
    os.kill(worker, signal.SIGKILL)
    assert process.wait(timeout=600) == 0, status(config)["message"]
    check_same(config, undisturbed)
    assert len(labelled(tmp_path)) <= len(undisturbed[2]) + 1  # the one that the worker was at


def test_a_full_disk_stops_the_loop_and_loses_nothing(tmp_path, undisturbed):
    config = tiny_loop.write(tmp_path)
    size = (undisturbed[0] / "loop" / "structures.db").stat().st_size // 2

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = tiny_loop.nnp("run", config, preexec_fn=limit)
    assert done.returncode == 1
    assert "the disk takes nothing more" in done.stderr
    assert "nnp sample resume" in done.stderr
    done = tiny_loop.nnp("resume", config)
    assert done.returncode == 0, done.stderr
    check_same(config, undisturbed)


def test_a_second_loop_in_the_folder_is_refused_while_the_first_one_runs(tmp_path):
    config = tiny_loop.write(tmp_path, label={"by": {"kind": "shell", "command": "sleep 20; cp {input} {output}"}})
    process = tiny_loop.start("run", config)
    try:
        wait_for("loop/iterations/000/select.json", tmp_path, process)
        assert status(config)["state"] == "running"
        done = tiny_loop.nnp("resume", config)
        assert done.returncode == 1
        assert "another loop is running in this folder" in done.stderr
    finally:
        process.kill()
        process.wait()

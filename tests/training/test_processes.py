"""Two processes that train together against one with the doubled batch; and what TF_CONFIG must say."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
import yaml

from nnmanybody.errors import NNPError
from nnmanybody.training.cluster import Cluster
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.run import train

AGREEMENT = 1e-6
"""Relative, of the learning curves: sums in another order."""
PATIENCE_S = 900.0


def free_ports(count):
    """Ports that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def environment(ports, index):
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    config = {"cluster": cluster, "task": {"type": "worker", "index": index}}
    return {**os.environ, "TF_CONFIG": json.dumps(config), "CUDA_VISIBLE_DEVICES": ""}


def test_two_processes_are_one_with_the_doubled_batch(configure, tmp_path):
    """Seven training frames in batches of four: the last batch has three, two and one of them. Adam, then L-BFGS."""
    sections = {
        "epochs": 3,
        "last_stretch": {"epochs": 1, "iterations": 3},
        "loss": {"energy": 10.0, "energy_end": 20.0, "forces": 1.0, "stress": 0.5, "l2": 1e-5, "huber": 0.2},
        "data": {"validation_fraction": 0.3},
    }
    one = configure(**sections, batch_size=4, output=tmp_path / "one")
    train(one)
    two = configure(**sections, batch_size=2, output=tmp_path / "two", inputs="matrix_free", report=False, threads=1)
    path = tmp_path / "two.yaml"
    path.write_text(yaml.safe_dump(json.loads(two.model_dump_json())))
    command = [sys.executable, "-c", "from nnmanybody.cli import main; main()", "train", str(path)]
    ports = free_ports(2)
    running = [
        subprocess.Popen(
            command, env=environment(ports, index), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
        )
        for index in (0, 1)
    ]
    said = [process.communicate(timeout=PATIENCE_S)[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], "\n".join(said)
    assert ["potential: " in text for text in said] == [True, False]
    curves = [read_learning_curve(config.output) for config in (one, two)]
    for name, values in curves[0].items():
        if name != "seconds":
            np.testing.assert_allclose(curves[1][name], values, rtol=AGREEMENT, err_msg=name)
    results = [json.loads((config.output / "result.json").read_text()) for config in (one, two)]
    assert results[1]["valid"]["forces_rmse"] == pytest.approx(results[0]["valid"]["forces_rmse"], rel=AGREEMENT)
    assert "2 processes" in (two.output / "potential.nnp").read_text()


WORKERS = {"worker": ["a:1", "a:2", "b:1"]}


@pytest.mark.parametrize(
    ("cluster", "task", "expected"),
    [
        (WORKERS, {"type": "worker", "index": 1}, Cluster(1, 3, 2, 1)),
        (WORKERS, {"type": "worker", "index": 2}, Cluster(2, 3, 1, 0)),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "chief", "index": 0}, Cluster(0, 2, 1, 0)),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "worker", "index": 0}, Cluster(1, 2, 1, 0)),
    ],
)
def test_tf_config_says_which_process_this_is(monkeypatch, cluster, task, expected):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
    assert Cluster.from_environment() == expected


def test_without_tf_config_there_is_one(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert Cluster.from_environment() == Cluster()
    assert Cluster().is_chief


@pytest.mark.parametrize(
    "text",
    ["worker 0", "{}", "[]", json.dumps({"cluster": WORKERS, "task": {"type": "worker", "index": 3}})],
)
def test_a_tf_config_that_says_nothing_is_refused(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(NNPError, match=r"TF_CONFIG is .* with another index for each process"):
        Cluster.from_environment()


def test_a_kalman_filter_works_alone(configure, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", environment([1, 2], 0)["TF_CONFIG"])
    with pytest.raises(NNPError, match=r"kalman works in one process only"):
        train(configure(optimizer={"name": "kalman"}, average=None))

"""The toy example of radial basis functions at its small size, as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "examples" / "rbf_toy" / "run.py"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rbf_toy")
    done = subprocess.run(
        [sys.executable, RUN, "--small", "--output", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "rbf_toy.png").read_bytes().startswith(b"\x89PNG")
    return json.loads((folder / "summary.json").read_text())


def test_each_pruned_network_is_best_for_its_own_distribution(found):
    assert found["missed"] == []
    normal, uniform = (found["pruned"][name]["loss"] for name in ("N(0, 1)", "U(-4, 4)"))
    assert normal["N(0, 1)"] < uniform["N(0, 1)"]
    assert uniform["U(-4, 4)"] < normal["U(-4, 4)"]


def test_where_each_is_good(found):
    # |x| <= 2 has 95 % of N(0, 1), but half of U(-4, 4).
    normal, uniform = (found["pruned"][name] for name in ("N(0, 1)", "U(-4, 4)"))
    assert normal["rmse_inside"] < uniform["rmse_inside"]
    assert uniform["rmse_outside"] < normal["rmse_outside"]
    # Only what knows the tails tends to their mean.
    assert abs(uniform["constant"] - found["mean_of_tails"]) < abs(normal["constant"] - found["mean_of_tails"])

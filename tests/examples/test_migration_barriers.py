"""The example of migration barriers at its small size, and its parts: data, lattice, search spaces."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "migration_barriers"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("migration_barriers")
    run = [sys.executable, EXAMPLE / "run.py", "--small", "--output", target]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_error_falls_with_the_centers_and_pruning_is_what_random_inputs_say(folder):
    found = json.loads((folder / "summary.json").read_text())
    assert found["missed"] == []
    assert found["data"] == "synthetic"
    rmse = [score["rmse"] for score in found["scores"]]
    assert rmse == sorted(rmse, reverse=True)
    pruned = found["pruned"]
    assert abs(pruned["loss"] - pruned["monte_carlo"]) < 5.0 * pruned["monte_carlo_error"]
    assert "| RBFN (32) |" in (folder / "table.md").read_text()
    for name in ("errors.png", "prototypes.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLE))
    import data
    import lattice

    yield data, lattice
    for name in ("data", "lattice"):
        sys.modules.pop(name)


def test_the_26_sites_are_the_near_ones_of_both_ends(parts):
    _, lattice = parts
    sites = lattice.sites()
    assert sites.shape == (26, 3)
    squared = np.array([((sites - end) ** 2).sum(axis=1) for end in ((0, 0, 0), (1, 1, 0))])
    assert set(squared.min(axis=0).tolist()) == {2.0, 4.0}  # first and second neighbors, half lattice constants
    # Reflection through the middle of the jump exchanges its ends and maps the sites onto themselves.
    mirrored = {tuple(p) for p in np.array([1, 1, 0]) - sites}
    assert mirrored == {tuple(p) for p in sites}


def test_published_files_are_read_and_others_refused(parts, tmp_path):
    data, _ = parts
    rng = np.random.default_rng(0)
    bits, barriers = rng.integers(0, 2, (30, 26)), rng.uniform(0.1, 1.0, 30)
    path = tmp_path / "Cu_ANN_processed" / "barriers" / "Cu_20170906_110.26d"
    path.parent.mkdir(parents=True)
    np.savetxt(path, np.column_stack([bits, barriers]), header="26 sites, barrier (eV)", fmt="%g")
    assert data.find(tmp_path, "110") == path
    assert data.find(tmp_path, "100") is None
    x, y = data.read(path)
    assert np.array_equal(x, 2.0 * bits - 1.0)
    assert y == pytest.approx(barriers, rel=1e-5)
    divided = data.split(x, y, (20, 5, 100), "110", rng)
    assert [len(part[1]) for part in (divided.train, divided.validation, divided.test)] == [20, 5, 5]
    with pytest.raises(ValueError, match="expected more than 40 lines, got 30"):
        data.split(x, y, (30, 10, 1), "110", rng)
    np.savetxt(path, rng.random((5, 6)))
    with pytest.raises(ValueError, match="zeros or ones and a barrier, got 6 columns"):
        data.read(path)

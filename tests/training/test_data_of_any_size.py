"""Inputs in memory, streamed from disk, or not kept: one training; a cache that survives what happens to files."""

from __future__ import annotations

import logging
import os
import shutil
import sys

import numpy as np
import pytest
from ase.io import write

from nnmanybody.errors import NNPError
from nnmanybody.training import memory
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.moments import Moments, Sample
from nnmanybody.training.prefetch import in_threads
from nnmanybody.training.prepare import prepare
from nnmanybody.training.run import train
from training_runs import assert_same, interrupt_at, kept

MODES = ("memory", "stream", "matrix_free")
AGREEMENT = 1e-6
"""Relative: what the rounding of another order of sums becomes within some epochs; 1e-12 is typical."""
ROUNDING = 1e-12
SILICA = {
    "data": {"validation_fraction": 0.34},
    "loss": {"energy": 3.0, "forces": 1.0, "stress": 2.0, "atomic_energies": 0.5, "l2": 1e-4},
    "network": {"members": 2, "shortcut": True},
    "batch_size": 2,  # also what the validation part has: one graph for all
}


EVEN = {"data": {"validation_fraction": 0.5, "index": ":8"}}
"""Four frames in each part, which is the size of a batch."""


def curve_of(config):
    """What a training writes, apart from times."""
    train(config)
    curve = read_learning_curve(config.output)
    curve.pop("seconds")
    return np.array(list(curve.values()))


def silica(configure, silica_xyz, **more):
    sections = {**SILICA, **more}
    return configure(**{**sections, "data": {**SILICA["data"], "train": silica_xyz}})


def test_the_same_learning_curve_wherever_the_inputs_are(configure, silica_xyz, tmp_path):
    """Two elements, periodic or not, all targets, a whitened committee with a shortcut; Adam, then L-BFGS."""
    stretch = {"epochs": 1, "iterations": 3}
    curves = {
        mode: curve_of(silica(configure, silica_xyz, inputs=mode, last_stretch=stretch, output=tmp_path / mode))
        for mode in MODES
    }
    for mode in MODES[1:]:
        np.testing.assert_allclose(curves[mode], curves["memory"], rtol=AGREEMENT, err_msg=mode)


def test_a_kalman_filter_needs_no_jacobians(configure, tmp_path):
    kalman = {"name": "kalman", "forces_per_step": 6}
    curves = [
        curve_of(configure(optimizer=kalman, average=None, inputs=mode, output=tmp_path / mode, epochs=2, **EVEN))
        for mode in ("memory", "matrix_free")
    ]
    np.testing.assert_allclose(*curves, rtol=AGREEMENT)


@pytest.mark.parametrize("mode", MODES[1:])
def test_same_seed_same_bits_also_after_resume(configure, tmp_path, monkeypatch, mode):
    whole, parts = (
        configure(inputs=mode, output=tmp_path / name, checkpoint_every=2, **EVEN) for name in ("whole", "parts")
    )
    train(whole)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 3, sys.exit)
        with pytest.raises(SystemExit):
            train(parts)
    train(parts, resume=True)
    assert_same(kept(whole.output), kept(parts.output))


# --- the cache ------------------------------------------------------------------------------------


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def inputs_of(config):
    """Inputs and Jacobians of all training frames, and how many frames were read from the cache."""
    prepared = prepare(config)
    blocks = [block for frame in prepared.train for block in frame.elements]
    arrays = [np.asarray(array) for block in blocks for array in (block.inputs, block.jacobian, block.neighbor)]
    return arrays, 0 if prepared.cache is None else prepared.cache.n_read


@pytest.fixture
def cached(configure, tmp_path):
    """Make a configuration with a cache that is full, and give what was computed."""
    config = configure(cache=tmp_path / "cache", data={"validation_fraction": 0.0, "index": ":4"})
    arrays, n_read = inputs_of(config)
    assert n_read == 0
    assert len(files_of(config.cache)) == 4
    return config, arrays


def assert_inputs(config, expected, n_read):
    arrays, read = inputs_of(config)
    assert read == n_read
    for mine, theirs in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_second_training_finds_the_first_ones_work(cached, configure, tmp_path, monkeypatch):
    """The same bits with and without a cache; another split, order and scaling of the same structures still find it."""
    config, arrays = cached
    assert_inputs(config.model_copy(update={"cache": None}), arrays, 0)
    monkeypatch.setattr("nnmanybody.training.frame_maker.raw_blocks", None)  # nothing is to be computed
    assert_inputs(config, arrays, 4)
    data = {"validation_fraction": 0.5, "index": "3::-1"}
    other = prepare(configure(cache=config.cache, data=data, scaling={"kind": "minmax"}, whitening=None))
    assert other.cache.n_read == 4


def test_other_structures_functions_or_precisions_are_others(cached, configure, silicon_structures, tmp_path):
    config, _ = cached
    write(tmp_path / "moved.xyz", [moved(atoms) for atoms in silicon_structures[:4]], format="extxyz")
    one_function = {"kind": "list", "functions": {"Si": ["G2 neighbor Si cutoff 4 eta 1 r_shift 2"]}}
    for change in (
        {"data": {**config.data.model_dump(), "train": tmp_path / "moved.xyz"}},
        {"precision": "float32"},
        {"symmetry_functions": one_function},
        {"loss": {"energy": 1.0, "forces": 1.0, "stress": 1.0}},
    ):
        settings = {"cache": config.cache, "data": {"validation_fraction": 0.0, "index": ":4"}, **change}
        assert inputs_of(configure(**settings))[1] == 0


def moved(atoms):
    atoms = atoms.copy()
    atoms.positions[2, 1] += 1e-7  # the file has 8 digits
    return atoms


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)


def confuse(path):
    header, _, body = path.read_bytes().partition(b"\n")
    path.write_bytes(header.replace(b"[8, 12]", b"[12, 8]") + b"\n" + body)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut, flip, confuse, empty])
def test_a_damaged_file_is_noticed_and_made_again(cached, caplog, harm):
    config, arrays = cached
    path = files_of(config.cache)[2]
    whole = path.read_bytes()
    harm(path)
    assert path.read_bytes() != whole
    assert_inputs(config, arrays, 3)
    assert "is damaged" in caplog.text
    assert path.read_bytes() == whole


def test_a_partial_cache_is_completed(cached):
    config, arrays = cached
    files_of(config.cache)[0].unlink()
    assert_inputs(config, arrays, 3)
    assert_inputs(config, arrays, 4)


def test_a_full_disk_ends_the_cache_not_the_training(cached, configure, caplog, monkeypatch):
    config, arrays = cached
    shutil.rmtree(config.cache)
    monkeypatch.setattr("pathlib.Path.replace", refuse)
    assert_inputs(config, arrays, 0)
    assert "No space left on device" in caplog.text
    assert files_of(config.cache) == []


def refuse(self, target):
    raise OSError(28, os.strerror(28))


def test_a_stream_without_a_named_cache_leaves_nothing(configure):
    config = configure(inputs="stream", epochs=1, **EVEN)
    train(config)
    assert not (config.output / "cache").exists()


def test_a_cache_that_cannot_be_is_refused(configure, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NNPError, match=r"cannot make this folder for the cache"):
        prepare(configure(cache=tmp_path / "file" / "cache"))


# --- the choice -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "ram", "disk", "mode"),
    [
        ("auto", 200.0, 0.0, "memory"),
        ("auto", 150.0, 200.0, "stream"),
        ("auto", 150.0, 100.0, "matrix_free"),
        ("stream", 200.0, 100.0, "stream"),
        ("memory", 10.0, 10.0, "memory"),
        ("matrix_free", 200.0, 200.0, "matrix_free"),
    ],
)
def test_the_choice_goes_by_what_there_is(monkeypatch, caplog, tmp_path, asked, ram, disk, mode):
    """100 GiB of inputs."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(memory, "available", lambda: ram * memory.GIB)
    monkeypatch.setattr(memory, "free_disk", lambda folder: disk * memory.GIB)
    need = {"need": 100.0 * memory.GIB, "missing": 100.0 * memory.GIB}
    assert memory.choose(asked, **need, folder=tmp_path, precision="float32") == mode
    assert f"inputs and Jacobians need 110.00 GiB in float32; {ram:.2f} GiB of memory" in caplog.text
    assert f"(inputs: {asked})" in caplog.text
    short = (mode == "memory" and ram < 110.0) or (mode == "stream" and disk < 110.0)
    assert ("that is more than" in caplog.text) == short


def test_processes_of_one_machine_share_its_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "available", lambda: 400.0)
    modes = [
        memory.choose("auto", need=150.0, missing=150.0, folder=tmp_path, precision="float64", n_processes=n)
        for n in (1, 2)
    ]
    assert modes == ["memory", "stream"]


def test_the_stated_need_is_that_of_the_arrays(configure, monkeypatch):
    stated = {}
    monkeypatch.setattr(memory, "choose", lambda asked, **given: stated.update(given) or "memory")
    prepared = prepare(configure(loss={"stress": 1.0}))
    frames = [*prepared.train, *prepared.validation]
    blocks = [block for frame in frames for block in frame.elements]
    arrays = [np.asarray(array) for b in blocks for array in (b.inputs, b.jacobian, b.strain_jacobian)]
    assert stated["need"] == sum(array.nbytes for array in arrays)


# --- pieces ---------------------------------------------------------------------------------------


def test_moments_of_blocks_are_those_of_the_whole():
    """A large mean and a small deviation: what one pass over sums of squares loses."""
    rng = np.random.default_rng(0)
    table = 1e6 + rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3))
    moments = Moments(3)
    for block in np.split(table, [0, 1, 120, 121, 400]):
        moments.add(block)
    np.testing.assert_allclose(moments.mean, table.mean(axis=0), rtol=ROUNDING)
    np.testing.assert_allclose(moments.covariance, np.cov(table.T, bias=True), rtol=1e-9)
    np.testing.assert_array_equal(moments.statistics()[:, :2].T, [table.min(axis=0), table.max(axis=0)])


def test_a_sample_is_small_and_has_every_extreme():
    table = np.random.default_rng(1).normal(size=(1000, 4))
    sample, whole = Sample(1000, 4, limit=100), Sample(1000, 4, limit=1000)
    for block in np.split(table, [7, 300, 301, 800]):
        sample.add(block)
        whole.add(block)
    np.testing.assert_array_equal(whole.table, table)
    assert len(sample.table) == 100 + 2 * 4
    np.testing.assert_array_equal(np.ptp(sample.table, axis=0), np.ptp(table, axis=0))
    assert all(row in table.tolist() for row in sample.table.tolist())


def test_threads_keep_the_order_and_run_only_a_few_ahead():
    started = []

    def square(number):
        started.append(number)
        return number * number

    results = in_threads(square, iter(range(100)), threads=2, ahead=1)
    assert next(results) == 0
    assert len(started) <= 4
    assert list(results) == [number * number for number in range(1, 100)]


def test_an_error_in_a_thread_arrives():
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda number: 1 / number, [1, 0, 2], threads=2))

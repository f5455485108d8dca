"""The stages of the demo: each takes settings and folder, does its work and returns its numbers."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import yaml
from ase.units import GPa

import display
import figures
import measures
import simulations
from lammps_runs import HERE, PROGRAMS, LammpsRun, run_all, run_lammps
from nnmanybody.data import read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from settings import Settings
from simulations import Files

Numbers = dict[str, float]
AT_ONCE = 2
"""Serial runs at the same time. Independent runs fill two cores better than one run on two MPI ranks does."""


def sample(settings: Settings, files: Files) -> Numbers:
    """Training and test configurations from MD with Stillinger-Weber."""
    files.runs.mkdir(exist_ok=True)
    for title, runs, target in (
        ("configurations to learn from", simulations.sample_runs(settings, files), files.train),
        ("configurations to test on", simulations.test_runs(settings, files), files.test),
    ):
        with display.step_bar(title, sum(map(_length, runs))) as progress:
            run_all(runs, progress, AT_ONCE)
        with target.open("wb") as joined:
            for run in runs:
                joined.write(_output(run, "frames").read_bytes())
    n_train, n_test = (len(read_frames(path)) for path in (files.train, files.test))
    display.note(f"{n_train} configurations to learn from in {display.shown(files.train)}, {n_test} others to test on")
    return {"n_train": n_train, "n_test": n_test}


def train(settings: Settings, files: Files) -> Numbers:
    """Let `nnp train` make a potential of the training configurations."""
    config = yaml.safe_load((HERE / "train.yaml").read_text(encoding="utf-8"))
    target = files.folder / "train.yaml"
    if settings.epochs is None:
        shutil.copyfile(HERE / "train.yaml", target)
    else:
        target.write_text(yaml.safe_dump({**config, "epochs": settings.epochs}, sort_keys=False), encoding="utf-8")
    display.command(f"nnp train {display.shown(target)}")
    done = subprocess.run([PROGRAMS / "nnp", "train", target, "--overwrite"], check=False)
    if done.returncode != 0:
        raise NNPError(f"nnp train failed with exit status {done.returncode}; what it said is above")
    result = json.loads((files.training / "result.json").read_text(encoding="utf-8"))
    return {"epochs": result["epochs"], "validation_force_rmse": result["valid"]["forces_rmse"]}


def evaluate(_settings: Settings, files: Files) -> Numbers:
    """Errors on the test configurations."""
    frames = read_frames(files.test)
    report = error_report(frames, predict(Potential.read(files.potential), frames))
    for kind, errors in report.per_config_type.items():
        forces, energy = _known(errors.force_rmse), 1e3 * _known(errors.energy_rmse)
        display.note(f"{kind:>8}: forces {forces:.4f} eV/Å, energy {energy:.3f} meV/atom ({errors.n_frames} of them)")
    whole = report.overall
    return {
        "force_rmse": _known(whole.force_rmse),
        "energy_rmse": _known(whole.energy_rmse),
        "stress_rmse_GPa": _known(whole.stress_rmse) / GPa,
        "force_rms": measures.rms(np.concatenate([frame.forces for frame in frames if frame.forces is not None])),
    }


def _known(error: float | None) -> float:
    if error is None:
        raise NNPError("the test configurations lack energies, forces or stresses; start with --from sample")
    return error


def simulate(settings: Settings, files: Files) -> Numbers:
    """MD with the network in larger cells: energy conservation, g(r), and the hottest case against the reference."""
    nve, rdf = settings.nve, settings.rdf
    kelvin = " and ".join(f"{temperature} K" for temperature in rdf.temperatures)
    display.note(f"energy conservation: {8 * nve.cell**3} atoms at {nve.temperature:g} K, {nve.steps / 1000:g} ps")
    display.note(
        f"g(r) at {kelvin}, {8 * rdf.cell**3} atoms: network, Stillinger-Weber, and once more from another seed"
    )
    runs = [simulations.nve_run(settings, files), *simulations.rdf_runs(settings, files)]
    with display.step_bar(f"{len(runs)} runs, {AT_ONCE} at a time", sum(map(_length, runs))) as progress:
        run_all(runs, progress, AT_ONCE)
    return {**_nve(runs[0]), **_rdf(settings, files), **_hot(settings, files)}


def _nve(run: LammpsRun) -> Numbers:
    trace = measures.read_energies(_output(run, "energies"))
    display.note(f"energy drift {trace.drift:.2g} eV/atom, largest deviation {trace.largest_deviation:.2g} eV/atom")
    return {"nve_drift": trace.drift, "nve_largest_deviation": trace.largest_deviation}


def _rdf(settings: Settings, files: Files) -> Numbers:
    numbers: Numbers = {}
    for temperature in settings.rdf.temperatures:
        own, reference, again = (files.rdf(name, temperature) for name in ("nn", "sw", "sw_again"))
        difference, noise = (measures.rdf_difference(path, reference) for path in (own, again))
        numbers |= {f"rdf_difference_{temperature}": difference, f"rdf_noise_{temperature}": noise}
        display.note(
            f"g(r) at {temperature} K: mean difference {difference:.4f}; of Stillinger-Weber itself {noise:.4f}"
        )
    return numbers


def _hot(settings: Settings, files: Files) -> Numbers:
    hot = settings.hot
    explored, checked = simulations.hot_runs(settings, files)
    display.note(
        f"on its own: {8 * hot.cell**3 - 1} atoms and a vacancy at {hot.temperature:g} K, {hot.steps / 1000:g} ps; "
        "then Stillinger-Weber computes the forces along that path (rerun)"
    )
    title = f"1 run, {settings.ranks} MPI ranks"
    with display.step_bar(title, _length(explored)) as progress:
        run_lammps(explored, progress)
        run_lammps(checked, lambda _: None)
    own = measures.read_dump_forces(_output(explored, "path"))
    error = measures.rms(own - measures.read_dump_forces(_output(checked, "forces")))
    display.note(f"force error along this path {error:.4f} eV/Å")
    return {"hot_force_rmse": error}


def report(settings: Settings, files: Files) -> Numbers:
    """Draw the pictures."""
    for name, text in figures.draw_all(settings, files).items():
        display.note(f"{display.shown(files.folder / name)}: {text}")
    return {}


def _length(run: LammpsRun) -> int:
    """Return the steps of a run, its equilibration among them."""
    return int(str(run.variables["steps"])) + int(str(run.variables.get("equilibration", 0)))


def _output(run: LammpsRun, variable: str) -> Path:
    """Return the file that a run wrote."""
    return Path(str(run.variables[variable]))

"""A configuration -> the loop: explore, select, label, train, measure, until it is enough."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ase import Atoms
from nnmanybody.sampling import explore, label, train
from nnmanybody.sampling.conditions import grid
from nnmanybody.sampling.config import LoopConfig
from nnmanybody.sampling.executor import Executor, executor
from nnmanybody.sampling.folder import LoopFolder, disk_guard, structure_key, write_json
from nnmanybody.sampling.guard import refused
from nnmanybody.sampling.live import View
from nnmanybody.sampling.page import write_page
from nnmanybody.sampling.record import in_words, iteration_record
from nnmanybody.sampling.select import bare, select, select_for_start
from nnmanybody.sampling.state import counts, potential_of
from nnmanybody.sampling.stop import Iteration, reason_to_stop
from nnmanybody.sampling.store import Label, Selected, Store

from nnmanybody.data import DataKeys, Frame, read_frames
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential

logger = logging.getLogger(__name__)

GUARD_CUTOFF = 6.0
"""Å, of the check before there is a potential."""


class Loop:
    """One loop in its folder.

    Every step is done from what is in the folder and leaves a file when it is done; a step without one is done again,
    and finds the results of its jobs that are there already.

    Parameters
    ----------
    config : LoopConfig
    view : View
    """

    def __init__(self, config: LoopConfig, view: View) -> None:
        self.config = config
        self.folder = LoopFolder(config.folder)
        self.view = view
        self.store = Store(self.folder.database)
        self._held_out = _held_out(config)
        self._status: dict[str, Any] = {}
        self._began = time.time()

    def run(self) -> str:
        """Work until it is enough; returns why it is.

        Raises
        ------
        NNPError
            For what a person has to mend; everything that was done is kept.
        """
        with self.folder.only_loop(), disk_guard(self.folder.path), self.view.shown():
            try:
                with executor(self.config.executor, self.folder.path) as workers:
                    reason = self._iterate(workers)
            except BaseException as error:
                self._last_words(error)
                raise
            self._tell(state="finished", step="", message=reason)
        return reason

    def _last_words(self, error: BaseException) -> None:
        interrupted = isinstance(error, KeyboardInterrupt)
        state = "interrupted" if interrupted else "failed"
        message = "stopped as asked; go on by `nnp sample resume`" if interrupted else str(error)
        try:
            self._tell(state=state, message=message)
        except OSError:
            logger.warning("status.json could not be written")

    def _iterate(self, workers: Executor) -> str:
        while True:
            done = self.folder.records("done")
            seconds = sum(float(record["seconds"]) for record in done)
            self._status["iterations"] = done
            iterations = [Iteration.from_json(record) for record in done]
            reason = reason_to_stop(self.config.stop, iterations, self.store.count("labelled"), seconds / 3600)
            if done and reason:
                return reason
            self._one_iteration(len(done), workers)

    def _one_iteration(self, number: int, workers: Executor) -> None:
        steps = {
            "explore": self._explore,
            "select": self._select,
            "label": self._label,
            "train": self._train,
            "measure": self._measure,
        }
        results: dict[str, dict[str, Any]] = {}
        seconds: dict[str, float] = {}
        for name, step in steps.items():
            before = self.folder.record(number, name)
            if before is None:
                began = time.time()
                self._tell(state="running", iteration=number, step=name, step_began=began, jobs=[0, 0], message="")
                before = {**step(number, workers, results), "seconds": time.time() - began}
                write_json(self.folder.marker(number, name), before)
            results[name] = before
            seconds[name] = float(before["seconds"])
        record = iteration_record(self.store, number, results, seconds)
        path = self._potential(number)
        write_page(self.folder, self.store, number, record, potential=path, held_out=self._held_out)
        write_json(self.folder.marker(number, "done"), record)
        self.view.say(in_words(record))

    # --- the steps --------------------------------------------------------------------------------

    def _explore(self, number: int, workers: Executor, _results: Mapping[str, Any]) -> dict[str, Any]:
        config, start = self.config.explore, self.config.start
        potential = self._potential(number - 1) if number else start.potential
        pair = None if number else start.pair
        if potential is None and pair is None:
            return {"by": "nothing", "runs": []}
        steps = config.steps[min(max(number - 1, 0), len(config.steps) - 1)]
        entries = config.conditions
        if not number:
            steps, entries = start.steps or steps, start.conditions or entries
        jobs = [
            explore.exploration(
                config,
                self.config.elements,
                condition,
                repeat=repeat,
                iteration=number,
                steps=steps,
                seed=self.config.seed,
                potential=potential,
                pair=pair,
                target=self.folder.iteration(number) / "explore",
                locks=self.folder.locks,
            )
            for condition in grid(entries)
            for repeat in range(config.repeats)
        ]
        found: dict[int, dict[str, Any]] = dict(workers.map("explore", jobs, self._progress))
        runs = [{**found[index], "folder": Path(job["folder"]).name} for index, job in enumerate(jobs)]
        return {"by": "potential" if potential else "pair", "runs": runs}

    def _select(self, number: int, workers: Executor, results: Mapping[str, Any]) -> dict[str, Any]:
        base = self.folder.iteration(number) / "explore"
        runs = [explore.explored(base / run["folder"], run) for run in results["explore"]["runs"]]
        potential = self._potential(number - 1) if number else None
        if potential is None:
            found = select_for_start(self.config.select, runs, self.config.start.most)
            chosen = [*self._given(), *found.chosen]
            if not chosen:
                raise NNPError("the start gave no structures: start.structures is empty and no simulation recorded any")
        else:
            known = [row for row in self.store.rows() if row.iteration < number]
            keys = {row.key for row in known}
            frames = [frame for frame in self.store.frames() if frame.name in keys]
            found = select(
                self.config.select,
                runs,
                Potential.read(potential),
                known=frames,
                known_keys=keys,
                labels=lambda structures: self._reference(structures, workers),
            )
            chosen = found.chosen
        self.store.add(chosen, number)
        return {**found.as_json(), "new": len(chosen), "keys": [one.key for one in chosen]}

    def _given(self) -> list[Selected]:
        """Return the structures to start from; those with energy and forces have their label written at once."""
        chosen = []
        paths = self.config.start.structures
        for frame in read_frames(paths, DataKeys()) if paths else []:
            atoms = bare(frame.atoms)
            key = structure_key(atoms)
            chosen.append(Selected(key, atoms, "start", [{"method": "start", "text": Path(frame.name).name}]))
            path = label.result_path(self.folder.labels, key)
            if frame.energy is not None and frame.forces is not None and not path.exists():
                write_json(path, Label(frame.energy, frame.forces, frame.stress).as_json())
        return chosen

    def _reference(self, structures: Mapping[str, Atoms], workers: Executor) -> dict[str, Label]:
        """Ask the labeller; what it said is kept for those that are selected."""
        self._run_labelling(structures, workers)
        found = {key: label.read_result(self.folder.labels, key)[0] for key in structures}
        return {key: one for key, one in found.items() if one is not None}

    def _run_labelling(self, structures: Mapping[str, Atoms], workers: Executor) -> None:
        config = self.config.label
        missing = [key for key in structures if not label.result_path(self.folder.labels, key).exists()]
        batches = [missing[start : start + config.batch] for start in range(0, len(missing), config.batch)]
        jobs = [
            label.labelling(config, {key: structures[key] for key in batch}, self.config.elements, self.folder)
            for batch in batches
        ]
        for _ in workers.map("label", jobs, self._progress):
            pass

    def _label(self, number: int, workers: Executor, _results: Mapping[str, Any]) -> dict[str, Any]:
        waiting = self.store.rows("selected")
        self._run_labelling({row.key: row.atoms for row in waiting}, workers)
        for row in waiting:
            found, why = label.read_result(self.folder.labels, row.key)
            if found is not None:
                self.store.set_label(row.key, found)
            else:
                self.store.set_status(row.key, "failed", why)
                self.view.say(f"{row.key} could not be labelled; see {self.folder.failed / row.key}: {why}")
        frames = self.store.frames()
        of_now = {row.key for row in self.store.rows() if row.iteration == number}
        old = [frame for frame in frames if frame.name not in of_now]
        new = [frame for frame in frames if frame.name in of_now]
        bad = refused(self.config.check, old, new, GUARD_CUTOFF) if new else {}
        for key, why in bad.items():
            self.store.set_status(key, "refused", why)
            self.view.say(f"{key} is kept out: {why}")
        rows = [row for row in self.store.rows() if row.iteration == number]
        numbers = {status: sum(row.status == status for row in rows) for status in ("labelled", "failed", "refused")}
        if number == 0 and not numbers["labelled"]:
            raise NNPError(f"none of the first structures has a label; {self.folder.failed} has what the labeller said")
        return numbers

    def _train(self, number: int, workers: Executor, results: Mapping[str, Any]) -> dict[str, Any]:
        target = self.folder.iteration(number) / "train"
        last = self._potential(number - 1) if number else self.config.start.potential
        if number and not results["label"]["labelled"] and last is not None:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(last, target / ".potential.part")
            (target / ".potential.part").replace(potential_of(self.folder, number))
            return {"trained": False}
        job = train.training(
            self.config.train,
            self.store.frames(),
            self.config.elements,
            last=last,
            target=target,
            locks=self.folder.locks,
        )
        ((_, result),) = workers.map("train", [job], self._progress)
        return {"trained": True, **result}

    def _measure(self, number: int, _workers: Executor, _results: Mapping[str, Any]) -> dict[str, Any]:
        path = self._potential(number)
        frames = self._held_out or self.store.frames()
        if path is None or not frames:
            return {"errors": {}, "on": ""}
        report = error_report(frames, predict(Potential.read(path), frames)).overall
        errors = {"force": report.force_rmse, "energy": report.energy_rmse}
        return {
            "errors": {name: value for name, value in errors.items() if value is not None},
            "on": "held out" if self._held_out else "training",
        }

    # --- helpers ----------------------------------------------------------------------------------

    def _potential(self, number: int) -> Path | None:
        path = potential_of(self.folder, number)
        return path if path.exists() else None

    def _progress(self, done: int, total: int) -> None:
        self._status["jobs"] = [done, total]
        write_json(self.folder.status, self._status)
        self.view.update(self._status)

    def _tell(self, **changes: Any) -> None:  # noqa: ANN401 (numbers and words for JSON)
        self._status |= changes
        records = self._status.get("iterations", [])
        self._status |= {
            **counts(self.store),
            "dataset_hash": self.store.dataset_hash(),
            "errors": records[-1]["errors"] if records else {},
            "updated": time.time(),
        }
        write_json(self.folder.status, self._status)
        self.view.update(self._status)


def _held_out(config: LoopConfig) -> list[Frame]:
    wanted = config.stop.errors
    return read_frames(wanted.data) if wanted is not None else []

"""One iteration -> its HTML page: what was new, learning, parity, forces, a map; in the pieces of `nnp report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nnmanybody.sampling.folder import LoopFolder, write_text
from nnmanybody.sampling.pictures import error_pictures, force_picture, map_pictures
from nnmanybody.sampling.store import Reason, Row, Store, frame_of_row

from nnmanybody.data import Frame
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from nnmanybody.report.errors import parity_section
from nnmanybody.report.fit import curves_section
from nnmanybody.report.inputs import DataSet, Inputs
from nnmanybody.report.markup import Content, Element, append, figures, number, paragraph, section, table
from nnmanybody.report.page import page_html
from nnmanybody.report.training_folder import find_training

MOST_ROWS = 60
NAME = "page.html"


def write_page(
    folder: LoopFolder,
    store: Store,
    iteration: int,
    record: Mapping[str, Any],
    *,
    potential: Path | None,
    held_out: Sequence[Frame],
) -> None:
    """Write the page of an iteration into its folder.

    Parameters
    ----------
    record : mapping
        Of this iteration.
    potential : Path or None
        That it trained.
    held_out : sequence of Frame
        May be empty.
    """
    rows = [row for row in store.rows() if row.iteration <= iteration]
    new = [row for row in rows if row.iteration == iteration]
    before = [frame_of_row(row) for row in rows if row.iteration < iteration and row.status == "labelled"]
    added = [frame_of_row(row) for row in new if row.status == "labelled"]
    runs = (folder.record(iteration, "explore") or {}).get("runs", [])
    sections = [_new_section(new, runs, folder.record(iteration, "select") or {})]
    sections += _learning(folder, iteration, record, potential)
    if potential is not None:
        read = Potential.read(potential)
        sets = [
            _data_set(name, frames, read)
            for name, frames in (("held out", held_out), ("new structures", added))
            if frames
        ]
        if sets:
            sections.append(parity_section(sets))
        maps = map_pictures(read, before, added)
        sections.append(section("map", "Map of the descriptors", figures(*maps)))
    picture = force_picture(before, [*before, *added])
    if picture is not None:
        sections.append(section("forces", "Forces before and after", figures(picture)))
    title = f"Iteration {iteration}: {record['new']} new structures, {record['labelled']} labelled"
    errors = ", ".join(f"{name} error {number(value)}" for name, value in record["errors"].items())
    head = [paragraph(f"{errors} (eV/Å, eV/atom)" if errors else "No errors are known yet.")]
    write_text(folder.iteration(iteration) / NAME, page_html(title, head, sections, dict(record)))


def _new_section(rows: Sequence[Row], runs: Sequence[Mapping[str, Any]], selection: Mapping[str, Any]) -> Element:
    made = section("new", "What was new")
    if runs:
        header = ["simulation", "steps", "of", "ps", "unknown frames", "how it ended"]
        unknown = selection.get("unknown", {})
        cells: list[list[Content]] = [
            [
                run["name"],
                str(run["done"]),
                str(run["steps"]),
                f"{run['done'] * run['timestep']:.2f}",
                str(unknown.get(run["name"], 0)),
                str(run["exploded"]).partition("\n")[0] or "at its end"
                if run["done"] >= run["steps"] or run["exploded"]
                else "stopped",
            ]
            for run in runs
        ]
        append(made, table("Simulations", header, cells))
    found = selection.get("methods", {})
    if found:
        append(made, table("Found by", ["method", "frames"], [[name, str(count)] for name, count in found.items()]))
    listed: list[list[Content]] = [
        [row.key, row.origin, row.status, "; ".join(map(words, row.reasons)) + (f" ({row.note})" if row.note else "")]
        for row in rows[:MOST_ROWS]
    ]
    if listed:
        append(made, table(f"Selected ({len(rows)})", ["structure", "from", "status", "why"], listed))
    else:
        append(made, paragraph("Nothing."))
    return made


def words(reason: Reason) -> str:
    """Say in a few words why a structure was selected."""
    if "reason" in reason:  # of the trap, a sentence that has all the rest
        return f"{reason['method']}: {reason['reason']}, step {reason.get('step', '?')}"
    parts = [str(reason["method"])]
    for name, value in reason.items():
        if name == "method":
            continue
        parts.append(f"{name} {number(value) if isinstance(value, float) else str(value).partition(chr(10))[0]}")
    return " ".join(parts)


def _learning(folder: LoopFolder, iteration: int, record: Mapping[str, Any], potential: Path | None) -> list[Element]:
    records = [*folder.records("done")[:iteration], record]
    made = [section("errors", "Errors by labels", figures(*error_pictures(records)))]
    training = (
        None if potential is None else find_training(potential, dict(Potential.read(potential).definition.provenance))
    )
    if potential is not None and training is not None:
        made.append(curves_section(Inputs((potential,), (), (), training, ())))
    return made


def _data_set(name: str, frames: Sequence[Frame], potential: Potential) -> DataSet:
    predictions = predict(potential, frames)
    return DataSet(
        name=name,
        frames=list(frames),
        predictions=predictions,
        errors=error_report(frames, predictions),
        n_frames_available=len(frames),
        seconds=0.0,
        members=[],
        spread=[],
    )

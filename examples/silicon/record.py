"""What each stage gave and how long it took, kept in the folder of the results so that a run can go on from a stage."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnmanybody.errors import NNPError
from settings import Settings

RECORD_NAME = "stages.json"
SUMMARY_NAME = "summary.json"


@dataclass(frozen=True)
class Record:
    """Numbers and seconds of the stages that are done, in their order.

    Attributes
    ----------
    folder : Path
    stages : dict of stage to {"seconds": float, "numbers": {name: value}}
    """

    folder: Path
    stages: dict[str, dict[str, Any]]

    @classmethod
    def begin(cls, folder: Path) -> "Record":
        """Empty the folder of an earlier demo, or make it.

        Raises
        ------
        NNPError
            If there is something else in it.
        """
        if folder.exists() and any(folder.iterdir()) and not (folder / RECORD_NAME).exists():
            raise NNPError(f"{folder}: is not empty and has no {RECORD_NAME} of an earlier demo; choose another folder")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        record = cls(folder, {})
        record.write()
        return record

    @classmethod
    def resume(cls, folder: Path, before: list[str]) -> "Record":
        """Keep the stages before the one to start from.

        Raises
        ------
        NNPError
            If one of them was not done in this folder.
        """
        path = folder / RECORD_NAME
        stages = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        missing = [name for name in before if name not in stages]
        if missing:
            raise NNPError(f"{folder}: the stage {missing[0]} was not done here; start with --from {missing[0]}")
        record = cls(folder, {name: stages[name] for name in before})
        record.write()
        return record

    def add(self, stage: str, seconds: float, numbers: dict[str, float]) -> None:
        """Keep what a stage gave."""
        self.stages[stage] = {"seconds": seconds, "numbers": numbers}
        self.write()

    def write(self) -> None:
        """Write the record."""
        (self.folder / RECORD_NAME).write_text(json.dumps(self.stages, indent=2) + "\n", encoding="utf-8")

    @property
    def numbers(self) -> dict[str, float]:
        """Numbers of all stages."""
        return {name: value for stage in self.stages.values() for name, value in stage["numbers"].items()}

    @property
    def seconds(self) -> float:
        """Of all stages together."""
        return float(sum(stage["seconds"] for stage in self.stages.values()))

    def missed(self, settings: Settings) -> list[str]:
        """Return the names of the targets that were not reached."""
        return [name for name, target in settings.targets.items() if not self.numbers[name] <= target]

    def write_summary(self, settings: Settings) -> Path:
        """Write all numbers with the targets; energies in eV/atom, forces in eV/Å."""
        summary = {
            **self.numbers,
            "seconds": self.seconds,
            "stage_seconds": {name: stage["seconds"] for name, stage in self.stages.items()},
            "targets": settings.targets,
            "missed": self.missed(settings),
        }
        path = self.folder / SUMMARY_NAME
        path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        return path

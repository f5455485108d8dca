"""Error against time of training for each optimizer: mlearn's silicon, errors on its published test set.

Every optimizer has a process of its own, with one thread; the time is that of the processor (user and system) since the
process began: importing TensorFlow, reading, descriptors and Jacobians included, measuring the errors left out.
Nothing is chosen by these errors. The data are those of ../shared/data (see its README).

Usage: python benchmarks/optimizer_curves.py [--optimizers Adam,Kalman] [--seconds 240] [--json curves.json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "mlearn"
JSON = Path(__file__).resolve().parents[1] / "docs" / "_static" / "optimizer_curves.json"

SMALL = {"members": 1, "hidden_layers": (16, 16)}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "Adam, 10 epochs": {"epochs": 10},
    "Adam, 60 epochs": {"epochs": 60},
    "Adam, 300 epochs": {"epochs": 300},
    "Adam, 10 epochs, then L-BFGS": {"epochs": 60, "last_stretch": {"epochs": 50}},
    "Kalman filter (one network 16-16)": {
        "optimizer": {"name": "kalman"},
        "schedule": {"kind": "constant"},
        "average": None,
        "network": SMALL,
    },
}


def curve(name: str, seconds: float) -> list[dict[str, float]]:
    """Train until the time is over; returns seconds, meV/atom and eV/Å after every epoch or so."""
    from nnmanybody.config import TrainingConfig
    from nnmanybody.training.prepare import prepare
    from nnmanybody.training.tensorflow import set_threads
    from nnmanybody.training.trainer import Trainer

    set_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "data": {"train": DATA / "Si/train.xyz", "validation": DATA / "Si/test.xyz", "faults": "warn"},
            "output": Path(folder),
        }
        config = TrainingConfig.model_validate({**settings, "threads": 1, **OPTIMIZERS[name]})
    prepared = prepare(config)
    trainer = Trainer(prepared.model, config)
    points: list[dict[str, float]] = []
    not_counted = 0.0
    for epoch in range(config.epochs):
        trainer.train_epoch(prepared.train, epoch)
        now = time.process_time()
        used = now - not_counted
        if not points or used > 1.08 * points[-1]["seconds"] or epoch == config.epochs - 1 or used > seconds:
            rmse = trainer.measure(trainer.batches(prepared.validation)).rmse
            points.append(
                {"seconds": used, "epoch": epoch + 1, "energy": 1e3 * rmse["energy"], "forces": rmse["forces"]}
            )
            not_counted += time.process_time() - now
        if used > seconds:
            break
    return points


def main() -> None:
    """Run the optimizers one after the other and write their curves, beside those that the file has already."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--optimizers", default=";".join(OPTIMIZERS), help="names, with semicolons between them")
    parser.add_argument("--seconds", type=float, default=240.0, help="of each")
    parser.add_argument("--json", type=Path, default=JSON)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        json.dump(curve(options.optimizers, options.seconds), sys.stdout)
        return
    for name in options.optimizers.split(";"):
        command = [sys.executable, __file__, "--one", "--optimizers", name, "--seconds", str(options.seconds)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        curves = json.loads(options.json.read_text(encoding="utf-8")) if options.json.exists() else {}
        curves[name] = json.loads(done.stdout)
        options.json.write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
        last = curves[name][-1]
        print(
            f"{name}: {last['energy']:.2f} meV/atom, {last['forces']:.4f} eV/Å after {last['seconds']:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()

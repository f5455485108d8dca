"""Choices of the default recipe, each varied alone: errors on frames held out of the training sets.

Prints a line per choice and element. The data are those of ../shared/data (see its README); the test sets are not read.

Usage: python benchmarks/accuracy_choices.py [--elements Si,Li] [--choices default,beta_2] [--epochs 60] [--curve]
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from nnmanybody.config import TrainingConfig
from nnmanybody.training.display import set_up_logging
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.run import train

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "mlearn"
HELD_OUT = 0.125

CHOICES: dict[str, dict[str, Any]] = {
    "default": {},
    "learning_rate": {"optimizer": {"name": "adam", "learning_rate": 0.005}},
    "beta_2": {"optimizer": {"name": "adam", "beta_2": 0.999}},
    "batch_size": {"batch_size": 4},
    "energy weight 60": {"loss": {"energy": 60.0}},
    "energy weight 100": {"loss": {"energy": 100.0}},
    "energy weight 30 to 300": {"loss": {"energy_end": 300.0}},
    "floor 0.001": {"whitening": {"floor": 0.001}},
    "not whitened": {"whitening": None},
    "tanh": {"network": {"activation": "tanh"}},
    "no shortcut": {"network": {"shortcut": False}},
    "48-32": {"network": {"hidden_layers": (48, 32)}},
    "one member": {"network": {"members": 1}},
    "no average": {"average": None},
    "no inner layer": {"symmetry_functions": {"inner_shells": 0, "outer_zetas": (1, 2, 4, 16)}},
    "no outer layer": {"symmetry_functions": {"outer_shells": 0}},
    "more shells": {"symmetry_functions": {"inner_cutoff": 5.0, "inner_shells": 4}},
    "correlation 0.999": {"symmetry_functions": {"correlation_threshold": 0.999}},
    "behler": {"symmetry_functions": {"kind": "behler"}},
    "L-BFGS": {"last_stretch": {"epochs": 5}},
    "Kalman": {
        "optimizer": {"name": "kalman"},
        "schedule": {"kind": "constant"},
        "average": None,
        "network": {"members": 1, "hidden_layers": (16, 16)},
    },
}


def run(element: str, choice: str, epochs: int) -> tuple[dict[str, float], dict[str, Any], float]:
    """Train once; returns errors on the held-out frames (meV/atom, eV/Å), the learning curve, and seconds in all."""
    sections = {name: dict(value) if isinstance(value, dict) else value for name, value in CHOICES[choice].items()}
    if "symmetry_functions" in sections:
        sections["symmetry_functions"] = {"kind": "intervals", **sections["symmetry_functions"]}
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "data": {"train": DATA / element / "train.xyz", "validation_fraction": HELD_OUT},
            "output": Path(folder),
            "epochs": epochs,
            "report": False,
            **sections,
        }
        began = time.perf_counter()
        result = train(TrainingConfig.model_validate(settings), overwrite=True)
        seconds = time.perf_counter() - began
        curve = read_learning_curve(Path(folder))
    reached = result.errors["valid"].rmse
    return {"energy": 1e3 * reached["energy"], "forces": reached["forces"]}, curve, seconds


def main() -> None:
    """Run the choices and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", default="Si,Li")
    parser.add_argument("--choices", default=",".join(CHOICES))
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--curve", action="store_true", help="print the held-out errors of every epoch too")
    arguments = parser.parse_args()
    set_up_logging(quiet=True)
    print("choice                   element  meV/atom    eV/Å  seconds")
    for choice in arguments.choices.split(","):
        for element in arguments.elements.split(","):
            errors, curve, seconds = run(element, choice, arguments.epochs)
            print(
                f"{choice:24s} {element:7s} {errors['energy']:9.3f} {errors['forces']:7.4f} {seconds:8.0f}", flush=True
            )
            if arguments.curve:
                before = seconds - curve["seconds"][-1]
                for row in zip(curve["seconds"], curve["energy_valid"], curve["forces_valid"], strict=True):
                    print(f"    after {before + row[0]:6.1f} s  {row[1]:8.3f} meV/atom  {row[2]:.4f} eV/Å")


if __name__ == "__main__":
    main()

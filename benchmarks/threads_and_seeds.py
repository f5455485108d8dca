"""What another number of threads changes in a fit, beside what another seed changes.

    .venv/bin/python benchmarks/threads_and_seeds.py DATA.xyz

The same small fit (the default recipe with one member) in processes of its own: with one thread twice, with two
threads, by the other kinds of inputs, and with other seeds. Each line has the errors on the validation part, and
how far the forces there are from those of the first fit (root mean square).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from nnmanybody import Potential
from nnmanybody.data import read_frames

VARIANTS: dict[str, dict[str, object]] = {
    "1 thread": {},
    "2 threads": {"threads": 2},
    "seed 1": {"seed": 1},
    "1 thread, again": {},
    "matrix_free": {"inputs": "matrix_free"},
    "stream": {"inputs": "stream"},
    "seed 2": {"seed": 2},
}
COMMAND = [sys.executable, "-c", "from nnmanybody.cli import main; main()", "train", "--quiet"]


def main() -> None:
    """Fit by every variant, compare, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index", default=":40")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--precision", default="float32")
    options = parser.parse_args()
    common = {
        "data": {"train": str(options.data.absolute()), "index": options.index, "validation_fraction": 0.2},
        "network": {"members": 1},
        "epochs": options.epochs,
        "precision": options.precision,
        "threads": 1,
        "inputs": "memory",
        "refit": None,
        "report": False,
    }
    first = None
    print(f"{'':18s} {'energy meV/atom':>16s} {'force eV/Å':>11s} {'ΔF of the first fit':>20s}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        for number, (title, change) in enumerate(VARIANTS.items()):
            folder = Path(name) / str(number)
            path = Path(name) / f"{number}.yaml"
            path.write_text(json.dumps({**common, **change, "output": str(folder)}))
            subprocess.run([*COMMAND, str(path)], check=True)
            errors = json.loads((folder / "result.json").read_text())["valid"]
            held_out = [line.split()[1] for line in (folder / "split.txt").open() if line.startswith("validation")]
            frames = [
                frame for frame in read_frames(options.data.absolute(), index=options.index) if frame.name in held_out
            ]
            potential = Potential.read(folder / "potential.nnp")
            forces = np.concatenate([potential.evaluate(frame.atoms).forces for frame in frames])
            first = forces if first is None else first
            change_of_forces = float(np.sqrt(np.mean((forces - first) ** 2)))
            energy, force = 1000.0 * errors["energy_rmse"], errors["forces_rmse"]
            print(f"{title:18s} {energy:16.3f} {force:11.5f} {change_of_forces:20.2g}", flush=True)


if __name__ == "__main__":
    main()

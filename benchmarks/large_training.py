"""Memory and time of a training on very many atoms, by where its inputs are kept.

    .venv/bin/python benchmarks/large_training.py DATA.xyz --atoms 1000000 --mode matrix_free
    .venv/bin/python benchmarks/large_training.py DATA.xyz --atoms 100000 --mode memory stream matrix_free

Supercells (2 x 2 x 2) of the frames of DATA.xyz (mlearn's Si, say), every copy moved at random by up to 0.01 Å, are
written until there are so many atoms; every mode then trains in a process of its own: all of `nnp train` from reading
the file and checking the data to the statistics of the functions, one epoch, and the potential. Peak memory is the
resident set of that process as the system counts it (ru_maxrss). The set of functions is a small one (`--functions`),
which time and disk go by; memory in matrix_free and stream hardly does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ase.io import read, write

GIB = 2.0**30


def replicate(source: Path, target: Path, n_atoms: int, repeat: int = 2, seed: int = 0) -> int:
    """Write perturbed supercells of the frames of a file, with their energies and forces; returns how many atoms."""
    frames = read(source, ":")
    rng = np.random.default_rng(seed)
    written = 0
    with target.open("w") as file:
        while written < n_atoms:
            for frame in frames:
                atoms = frame * (repeat, repeat, repeat)
                atoms.info["REF_energy"] = repeat**3 * frame.info["REF_energy"]
                atoms.positions += rng.uniform(-0.01, 0.01, size=(len(atoms), 3))
                write(file, atoms, format="extxyz")
                written += len(atoms)
                if written >= n_atoms:
                    break
    return written


def configuration(data: Path, output: Path, mode: str, options: argparse.Namespace) -> dict[str, object]:
    """One epoch, as the default recipe has it but for the functions."""
    few = {"kind": "intervals", "n_radial": 6, "cutoff": 5.0, "inner_cutoff": 4.0, "inner_shells": 1}
    few |= {"inner_zetas": [1.0, 4.0], "outer_shells": 1, "outer_zetas": [1.0]}
    return {
        # Copies with the energies of the originals: the checks of the data would rightly complain.
        "data": {"train": str(data), "validation_fraction": 0.01, "faults": "warn"},
        "output": str(output),
        "inputs": mode,
        **({"symmetry_functions": few} if options.functions == "few" else {}),
        "network": {"members": options.members},
        "epochs": 1,
        "batch_size": options.batch,
        "threads": options.threads,
        "report": False,
    }


def one_training(path: Path) -> None:
    """Train in this process, and print what it took."""
    from nnmanybody.config import read_config
    from nnmanybody.training.display import set_up_logging
    from nnmanybody.training.run import train

    set_up_logging()
    began = time.perf_counter()
    result = train(read_config(path), overwrite=True)
    seconds = json.loads((read_config(path).output / "result.json").read_text())["seconds"]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "peak": usage.ru_maxrss * 1024.0,
                "user": usage.ru_utime + usage.ru_stime,
                "wall": time.perf_counter() - began,
                "epoch": seconds,
                "force_rmse": result.errors["train"].rmse["forces"],
            }
        )
    )


def main() -> None:
    """Replicate, train by every mode, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--atoms", type=int, default=100_000)
    parser.add_argument("--mode", nargs="+", default=["memory", "stream", "matrix_free"])
    parser.add_argument("--functions", choices=("few", "default"), default="few")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for data and outputs; a temporary one by default")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train is not None:
        one_training(options.train)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        n_atoms = replicate(options.data, folder / "large.xyz", options.atoms)
        print(f"{n_atoms} atoms", flush=True)
        print(f"{'inputs':12s} {'peak GiB':>9s} {'user s':>8s} {'wall s':>8s} {'epoch s':>8s} {'force RMSE':>11s}")
        for mode in options.mode:
            path = folder / f"{mode}.json"
            path.write_text(json.dumps(configuration(folder / "large.xyz", folder / mode, mode, options)))
            command = [sys.executable, __file__, str(options.data), "--train", str(path)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            took = json.loads(done.stdout.decode().splitlines()[-1])
            print(
                f"{mode:12s} {took['peak'] / GIB:9.2f} {took['user']:8.0f} {took['wall']:8.0f} "
                f"{took['epoch']:8.0f} {took['force_rmse']:11.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

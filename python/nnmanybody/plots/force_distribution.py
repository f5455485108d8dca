"""Records of `compute nn/sample` -> how many have which force, with and without the rule (thesis fig. 7.1)."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import ase.io
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody.data import ENVIRONMENT
from nnmanybody.errors import NNPError
from nnmanybody.plots.style import BLACK, BLUE, GRAY, new_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

N_BINS = 60


def read_force_lengths(path: Path) -> FloatArray:
    """Lengths of the sampled forces, (n,) eV/Å.

    One per environment; of whole frames, those of the atoms that had the frame recorded
    (`atom_ids`), or of all atoms where that is not said.

    Raises
    ------
    NNPError
        If the file cannot be read or a record has no forces.
    """
    try:
        frames: Iterable[Atoms] = ase.io.iread(path, index=":", format="extxyz")
        lengths = [_lengths(atoms, f"{path}:{number}") for number, atoms in enumerate(frames)]
    except NNPError:
        raise
    except Exception as error:  # ASE's reader raises whatever its parsing stumbles over
        raise NNPError(f"{path}: cannot be read as extended XYZ ({type(error).__name__}: {error})") from error
    if not lengths:
        raise NNPError(f"{path}: no records; expected the output of compute nn/sample, or frames with forces")
    return np.concatenate(lengths)


def plot_force_distribution(
    sampled: FloatArray, everything: FloatArray | None = None, alpha: float | None = None
) -> "Figure":
    """Draw how many configurations have which force.

    Parameters
    ----------
    sampled, everything : (n,) float64, eV/Å
        With the sampling rule, and without it.
    alpha : float, eV/Å
        Parameter of the rule, marked in the picture: beyond it every step is kept.
    """
    longest = max(float(np.max(lengths)) for lengths in (sampled, everything) if lengths is not None)
    bins: list[float] = np.linspace(0.0, longest * (1.0 + 1e-9) or 1.0, N_BINS + 1).tolist()
    with style():
        figure = new_figure(6.4, 3.9)
        axes = figure.add_subplot()
        if everything is not None:
            axes.hist(everything, bins, color=GRAY, alpha=0.55, label=f"every step: {len(everything)}")
        axes.hist(sampled, bins, color=BLUE, alpha=0.85, label=f"sampled: {len(sampled)}")
        if alpha is not None:
            axes.axvline(alpha, color=BLACK, linewidth=1.0, linestyle="--", label=f"α = {alpha:g} eV/Å")
        axes.set(xlabel="|F| (eV/Å)", ylabel="number of atoms and steps", xlim=(0.0, bins[-1]))
        axes.legend(loc="upper right")
        if everything is not None:
            axes.set_title(f"{100.0 * len(sampled) / len(everything):.1f} % of the steps are kept")
    return figure


def _lengths(atoms: Atoms, name: str) -> FloatArray:
    if atoms.info.get("config_type") == ENVIRONMENT and "REF_atomic_force" in atoms.info:
        force = np.asarray(atoms.info["REF_atomic_force"], dtype=np.float64)
        length: FloatArray = np.linalg.norm(force.reshape(1, 3), axis=1)
        return length
    forces = atoms.arrays.get("REF_forces")
    if forces is None and atoms.calc is not None:
        forces = atoms.calc.results.get("forces")
    if forces is None:
        raise NNPError(f"{name}: no forces; expected REF_atomic_force in the comment line or columns REF_forces")
    lengths: FloatArray = np.linalg.norm(np.asarray(forces, dtype=np.float64), axis=1)
    if "atom_ids" in atoms.info and "id" in atoms.arrays:
        lengths = lengths[np.isin(atoms.arrays["id"], np.atleast_1d(atoms.info["atom_ids"]))]
    return lengths

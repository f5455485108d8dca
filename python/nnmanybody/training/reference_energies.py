"""Frames -> reference energy of every element: isolated atoms, a least-squares fit, or given numbers."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
ReferenceEnergies = dict[str, float]


def composition(frame: Frame, elements: Sequence[str]) -> FloatArray:
    """Count the atoms of every element, (n_elements,) float64."""
    symbols = np.array(frame.atoms.get_chemical_symbols())
    return np.array([np.count_nonzero(symbols == element) for element in elements], dtype=np.float64)


def energy_rows(frames: Sequence[Frame], elements: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Composition and energy per atom of what is known: one row per energy of a frame.

    A frame without an energy but with atomic energies gives one row per element.

    Returns
    -------
    fractions : (n_rows, n_elements) float64
    energies : (n_rows,) float64, eV/atom
    """
    fractions: list[FloatArray] = []
    energies: list[float] = []
    for frame in frames:
        if frame.energy is not None:
            counts = composition(frame, elements)
            fractions.append(counts / counts.sum())
            energies.append(frame.energy / counts.sum())
        elif frame.atomic_energies is not None:
            symbols = np.array(frame.atoms.get_chemical_symbols())
            for species, element in enumerate(elements):
                known = frame.atomic_energies[(symbols == element) & np.isfinite(frame.atomic_energies)]
                if known.size:
                    fractions.append(np.eye(len(elements))[species])
                    energies.append(float(known.mean()))
    return np.array(fractions).reshape(-1, len(elements)), np.array(energies)


def fit(frames: Sequence[Frame], elements: Sequence[str]) -> ReferenceEnergies:
    """Least squares of the energy per atom over the composition; zero without any energy.

    If the compositions cannot tell elements apart (always SiO2, say), the solution of least norm.
    """
    fractions, energies = energy_rows(frames, elements)
    if not energies.size:
        return dict.fromkeys(elements, 0.0)
    solution = np.linalg.lstsq(fractions, energies, rcond=None)[0]
    return {element: float(value) for element, value in zip(elements, solution, strict=True)}


def from_isolated_atoms(isolated: Sequence[Frame], elements: Sequence[str]) -> ReferenceEnergies:
    """Energies of the frames with config_type=IsolatedAtom.

    Raises
    ------
    NNPError
        If an element has no such frame or two that differ, or a frame is no single atom with an energy.
    """
    found: dict[str, tuple[float, str]] = {}
    for frame in isolated:
        if len(frame.atoms) != 1 or frame.energy is None:
            raise NNPError(
                f"{frame.name}: config_type=IsolatedAtom must be one atom with an energy, "
                f"got {len(frame.atoms)} atoms and the energy {frame.energy}"
            )
        element = frame.atoms.get_chemical_symbols()[0]
        energy, name = found.setdefault(element, (frame.energy, frame.name))
        if energy != frame.energy:
            raise NNPError(
                f"two energies of an isolated {element} atom: {energy} eV in {name}, "
                f"{frame.energy} eV in {frame.name}; remove one"
            )
    missing = [element for element in elements if element not in found]
    if missing:
        raise NNPError(
            f"reference_energies: isolated_atoms needs a frame with config_type=IsolatedAtom and one atom "
            f"of {', '.join(missing)}; add it, or set reference_energies: fit"
        )
    return {element: found[element][0] for element in elements}


def reference_energies(
    choice: str | Mapping[str, float], frames: Sequence[Frame], isolated: Sequence[Frame], elements: Sequence[str]
) -> ReferenceEnergies:
    """Find the reference energies as the configuration wants them, eV.

    Parameters
    ----------
    choice : "fit", "isolated_atoms" or mapping of element to eV
    frames : sequence of Frame
        The training part.
    isolated : sequence of Frame
    elements : sequence of str

    Raises
    ------
    NNPError
        If an element has none.
    """
    if choice == "fit":
        energies = fit(frames, elements)
    elif choice == "isolated_atoms":
        energies = from_isolated_atoms(isolated, elements)
    else:
        given = dict(choice)  # type: ignore[arg-type]
        missing = [element for element in elements if element not in given]
        if missing:
            raise NNPError(f"reference_energies has no number for {', '.join(missing)}; expected one per element")
        energies = {element: float(given[element]) for element in elements}
    for element, energy in energies.items():
        logger.info("reference energy of %s: %.6f eV", element, energy)
    return energies


def residual_energies(frames: Sequence[Frame], reference: Mapping[str, float]) -> ReferenceEnergies:
    """Mean energy per atom that the reference energies leave over, by element: where a network's output starts."""
    elements = list(reference)
    fractions, energies = energy_rows(frames, elements)
    if not energies.size:
        return dict.fromkeys(elements, 0.0)
    rest = energies - fractions @ np.array([reference[element] for element in elements])
    solution = np.linalg.lstsq(fractions, rest, rcond=None)[0]
    return {element: float(value) for element, value in zip(elements, solution, strict=True)}

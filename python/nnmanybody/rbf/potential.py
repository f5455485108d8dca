"""A potential of radial basis functions: pruned to few centers, each shown by the atoms it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnmanybody import _core
from nnmanybody.errors import NNPError
from nnmanybody.neighbors import neighbor_list
from nnmanybody.potential import Potential
from nnmanybody.rbf.activations import squared_distances
from nnmanybody.rbf.expectations import NormalMixture
from nnmanybody.rbf.pruning import GaussianNetwork, Pruned, prune
from nnmanybody.training.inputs import scaling_coefficients

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Environment:
    """One atom of the data, and how near it is to a prototype.

    Attributes
    ----------
    frame, atom : int
        Indices in the data.
    distance : float
        |z - Θ|, in deviations of the training data.
    """

    frame: int
    atom: int
    distance: float


@dataclass(frozen=True)
class Prototype:
    """One center of a model and what it stands for.

    Attributes
    ----------
    element : str
    weight : float, eV
        β.
    gamma : float
    share : float
        Mean of exp(-γ|z - Θ|²) over the atoms of the data: how much of the data it speaks of.
    nearest : tuple of Environment
        Nearest first.
    """

    element: str
    weight: float
    gamma: float
    share: float
    nearest: tuple[Environment, ...]


def radial_basis_of(section: _core.ElementSection) -> _core.RadialBasis:
    """Return the one model of an element.

    Raises
    ------
    NNPError
        If it is another kind of model, or a committee.
    """
    model = section.models[0]
    if len(section.models) > 1 or not isinstance(model, _core.RadialBasis):
        raise NNPError(
            f"element {section.element}: expected one model rbf, got {', '.join(one.kind for one in section.models)}; "
            "train it with `model: rbf`, take a committee apart by Potential.members"
        )
    return model


def inputs_of(section: _core.ElementSection, values: FloatArray) -> FloatArray:
    """Whitened inputs z, (n_atoms, D), of (n_atoms, n_functions) values of the symmetry functions."""
    scale, center, offset = scaling_coefficients(section.scaling, section.statistics)
    return np.asarray((scale * (values - center) + offset) @ radial_basis_of(section).whitening.T)


def prune_potential(
    potential: Potential, n_centers: int, rng: np.random.Generator, *, restarts: int = 10
) -> tuple[Potential, dict[str, Pruned]]:
    """Replace the models by the nearest ones of `n_centers` centers, for inputs z of N(mean, 1).

    That is how whitening makes them of the training data.

    Shortcuts stay as they are.

    Parameters
    ----------
    potential : Potential
        Of models rbf with one width.
    n_centers : int
    rng : numpy.random.Generator
    restarts : int

    Returns
    -------
    Potential
    dict of element to Pruned

    Raises
    ------
    NNPError
        If a model is no rbf or has several widths.
    """
    sections, found = [], {}
    for section in potential.definition.sections:
        model = radial_basis_of(section)
        gammas = model.gammas
        if np.ptp(gammas) > 1e-12 * gammas.max():
            raise NNPError(f"element {section.element}: pruning needs one width; train with widths: global")
        mean = inputs_of(section, section.statistics[None, :, 2])[0]
        old = GaussianNetwork(float(gammas[0]), model.constant, model.weights, model.centers - mean)
        pruned = prune(old, n_centers, NormalMixture.standard(), rng, restarts=restarts)
        new = pruned.network
        found[section.element] = pruned
        small = _core.RadialBasis(
            model.whitening,
            new.centers + mean,
            np.full(n_centers, new.gamma),
            new.weights,
            new.constant,
            model.shortcut,
        )
        sections.append(
            _core.ElementSection(
                section.element,
                section.reference_energy,
                section.functions,
                section.statistics,
                section.scaling,
                small,
            )
        )
    definition = potential.definition
    provenance = [*definition.provenance, ("pruned", f"to {n_centers} centers per element")]
    joined = _core.PotentialDefinition(sections, provenance, definition.header, definition.pair_core)
    return Potential(joined, f"{potential.name}, pruned"), found


def prototypes(potential: Potential, structures: Sequence[Atoms], n_nearest: int = 3) -> list[Prototype]:
    """Find the atoms of the data that each center of a potential is nearest to; the largest |β| · share first.

    Parameters
    ----------
    potential : Potential
        Of models rbf.
    structures : sequence of ase.Atoms
    n_nearest : int
    """
    described = [potential.descriptors(atoms) for atoms in structures]
    found = []
    for section in potential.definition.sections:
        model = radial_basis_of(section)
        blocks = [one[section.element] for one in described]
        place = np.array([(n, atom) for n, block in enumerate(blocks) for atom in block.centers]).reshape(-1, 2)
        inputs = inputs_of(section, np.concatenate([block.values for block in blocks]))
        squared = squared_distances(inputs, model.centers)
        for k, (weight, gamma) in enumerate(zip(model.weights, model.gammas, strict=True)):
            order = np.argsort(squared[:, k], kind="stable")[:n_nearest]
            nearest = tuple(
                Environment(int(place[n, 0]), int(place[n, 1]), float(np.sqrt(squared[n, k]))) for n in order
            )
            share = float(np.exp(-gamma * squared[:, k]).mean()) if len(squared) else 0.0
            found.append(Prototype(section.element, float(weight), float(gamma), share, nearest))
    return sorted(found, key=lambda one: -abs(one.weight) * one.share)


def neighbor_distances(atoms: Atoms, atom: int, cutoff: float) -> FloatArray:
    """Distances to the neighbors of one atom, nearest first, Å."""
    pairs = neighbor_list(atoms, cutoff)
    around = pairs.displacement[pairs.first[atom] : pairs.first[atom + 1]]
    return np.sort(np.linalg.norm(around, axis=1))


def describe_prototypes(
    found: Sequence[Prototype], structures: Sequence[Atoms], names: Sequence[str], cutoff: float
) -> str:
    """Table of prototypes: weight, share, and of the nearest atom its place, neighbors and nearest neighbor."""
    lines = ["  #  element   weight (eV)   gamma     share  nearest atom, |z - Θ|, neighbors, shortest distance (Å)"]
    for number, one in enumerate(found, start=1):
        where = []
        for environment in one.nearest:
            distances = neighbor_distances(structures[environment.frame], environment.atom, cutoff)
            shortest = f"{distances[0]:.2f}" if len(distances) else "-"
            where.append(
                f"{names[environment.frame]} atom {environment.atom}: {environment.distance:.2f}, "
                f"{len(distances)}, {shortest}"
            )
        first, *rest = where or ["-"]
        lines.append(f"{number:3d}  {one.element:7s} {one.weight:13.4f}  {one.gamma:.2e}  {one.share:5.3f}  {first}")
        lines += [f"{'':46s}{other}" for other in rest]
    return "\n".join(lines)

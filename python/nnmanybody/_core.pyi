"""The compiled core. Arrays are C-contiguous NumPy arrays; wrong shapes or values raise ValueError."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int32]

def simd_levels() -> list[str]: ...
def simd_level() -> str: ...
def nearest(word: str, candidates: Sequence[str]) -> str: ...
def neighbor_pairs(
    positions: ArrayLike, cell: ArrayLike, periodic: Sequence[bool], cutoff: float
) -> tuple[NDArray[np.int64], Int, Int, Float, int]: ...

class SymmetryFunction:
    def __init__(
        self,
        kind: str,
        neighbors: Sequence[str],
        cutoff: float,
        *,
        eta: float = 0.0,
        r_shift: float = 0.0,
        kappa: float = 0.0,
        zeta: float = 1.0,
        lam: int = 1,
        cutoff_function: str = "cosine",
        cutoff_alpha: float = 0.0,
        r_left: float = 0.0,
        theta_left: float = 0.0,
        theta_right: float = 180.0,
        asymmetric: bool = False,
        weight_by_atomic_number: bool = False,
    ) -> None: ...
    @staticmethod
    def parse(line: str) -> SymmetryFunction: ...
    @property
    def kind(self) -> str: ...
    @property
    def neighbors(self) -> tuple[str, ...]: ...
    @property
    def cutoff(self) -> float: ...
    @property
    def eta(self) -> float: ...
    @property
    def r_shift(self) -> float: ...
    @property
    def kappa(self) -> float: ...
    @property
    def zeta(self) -> float: ...
    @property
    def lam(self) -> int: ...
    @property
    def cutoff_function(self) -> str: ...
    @property
    def cutoff_alpha(self) -> float: ...
    @property
    def r_left(self) -> float: ...
    @property
    def theta_left(self) -> float: ...
    @property
    def theta_right(self) -> float: ...
    @property
    def asymmetric(self) -> bool: ...
    @property
    def weight_by_atomic_number(self) -> bool: ...
    @property
    def is_compact(self) -> bool: ...
    @property
    def is_angular(self) -> bool: ...
    @property
    def is_narrow(self) -> bool: ...

class Descriptor:
    def __init__(self, elements: Sequence[str], functions: Sequence[SymmetryFunction]) -> None: ...
    @property
    def elements(self) -> list[str]: ...
    @property
    def functions(self) -> list[SymmetryFunction]: ...
    @property
    def n_functions(self) -> int: ...
    @property
    def cutoff(self) -> float: ...
    def values(
        self, centers: ArrayLike, species: ArrayLike, first: ArrayLike, neighbor: ArrayLike, displacement: ArrayLike
    ) -> Float: ...
    def values_and_jacobian(
        self, centers: ArrayLike, species: ArrayLike, first: ArrayLike, neighbor: ArrayLike, displacement: ArrayLike
    ) -> tuple[Float, Float]: ...
    def contract(
        self,
        centers: ArrayLike,
        species: ArrayLike,
        first: ArrayLike,
        neighbor: ArrayLike,
        displacement: ArrayLike,
        weights: ArrayLike,
    ) -> Float: ...
    def directional(
        self,
        centers: ArrayLike,
        species: ArrayLike,
        first: ArrayLike,
        neighbor: ArrayLike,
        displacement: ArrayLike,
        directions: ArrayLike,
    ) -> Float: ...

class Network:
    def __init__(
        self,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike],
        activations: Sequence[str],
        shortcut: ArrayLike | None = None,
    ) -> None: ...
    @property
    def n_features(self) -> int: ...
    @property
    def weights(self) -> list[Float]: ...
    @property
    def biases(self) -> list[Float]: ...
    @property
    def activations(self) -> list[str]: ...
    @property
    def shortcut(self) -> Float | None: ...
    def evaluate(self, features: ArrayLike) -> tuple[Float, Float]: ...

class ElementSection:
    def __init__(
        self,
        element: str,
        reference_energy: float,
        functions: Sequence[SymmetryFunction],
        statistics: ArrayLike,
        scaling: tuple[str, float, float],
        network: Network | Sequence[Network],
    ) -> None: ...
    @property
    def element(self) -> str: ...
    @property
    def reference_energy(self) -> float: ...
    @property
    def functions(self) -> list[SymmetryFunction]: ...
    @property
    def statistics(self) -> Float: ...
    @property
    def scaling(self) -> tuple[str, float, float]: ...
    @property
    def network(self) -> Network: ...
    @property
    def networks(self) -> list[Network]: ...

class CoreEvaluation(TypedDict):
    energies: Float
    forces: Float
    virial: Float

class PairCore:
    def __init__(self, kind: str, inner: float, outer: float) -> None: ...
    @property
    def kind(self) -> str: ...
    @property
    def inner(self) -> float: ...
    @property
    def outer(self) -> float: ...
    def evaluate(
        self,
        elements: Sequence[str],
        species: ArrayLike,
        first: ArrayLike,
        neighbor: ArrayLike,
        displacement: ArrayLike,
    ) -> CoreEvaluation: ...

class PotentialDefinition:
    def __init__(
        self,
        sections: Sequence[ElementSection],
        provenance: Sequence[tuple[str, str]] = ...,
        header: Mapping[str, str] = ...,
        pair_core: PairCore | None = ...,
    ) -> None: ...
    @staticmethod
    def parse(text: str, name: str = "<string>") -> PotentialDefinition: ...
    @staticmethod
    def merge(definitions: Sequence[PotentialDefinition]) -> PotentialDefinition: ...
    @staticmethod
    def committee(definitions: Sequence[PotentialDefinition]) -> PotentialDefinition: ...
    def text(self) -> str: ...
    @property
    def sections(self) -> list[ElementSection]: ...
    @property
    def provenance(self) -> list[tuple[str, str]]: ...
    @property
    def header(self) -> dict[str, str]: ...
    @property
    def pair_core(self) -> PairCore | None: ...

class Evaluation(TypedDict, total=False):
    energies: Float
    forces: Float
    virial: Float
    virials: Float
    centroid_virials: Float
    committee_energies: Float
    committee_forces: Float

class Potential:
    def __init__(self, definition: PotentialDefinition) -> None: ...
    @property
    def elements(self) -> list[str]: ...
    @property
    def cutoff(self) -> float: ...
    @property
    def n_models(self) -> int: ...
    @property
    def definition(self) -> PotentialDefinition: ...
    def evaluate(
        self,
        species: ArrayLike,
        first: ArrayLike,
        neighbor: ArrayLike,
        displacement: ArrayLike,
        per_atom_virial: bool = False,
        committee: bool = False,
    ) -> Evaluation: ...
    def extrapolation(
        self, species: ArrayLike, first: ArrayLike, neighbor: ArrayLike, displacement: ArrayLike
    ) -> tuple[Float, Int, Int]: ...
    def descriptors(
        self, species: ArrayLike, first: ArrayLike, neighbor: ArrayLike, displacement: ArrayLike
    ) -> list[tuple[Int, Float]]: ...

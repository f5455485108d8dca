"""The set of functions over intervals of shells: its span, its lengths, its size."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

import helpers
from nnmanybody import SymmetryFunctionSet
from nnmanybody.descriptor_config import IntervalSet
from nnmanybody.errors import NNPError
from nnmanybody.interval_set import Layer, angular_functions
from nnmanybody.symmetry_functions import nearest_distances

LAYER = Layer(cutoff=5.0, n_shells=4, zetas=(1.0, 2.0, 4.0))
NEAREST = 2.35


def test_nearest_distances_of_a_crystal():
    """Diamond: a √3/4."""
    found = nearest_distances([bulk("Si", cubic=True, a=5.43)], 6.0)
    assert found == {("Si", "Si"): pytest.approx(5.43 * np.sqrt(3) / 4, rel=1e-12)}


def test_nearest_distances_are_those_of_the_center():
    """In SiO2-like cells, from Si to the nearest O and from O to the nearest Si."""
    atoms = helpers.silica()
    found = nearest_distances([atoms], 6.0)
    distances = atoms.get_all_distances(mic=False)  # of the cell itself: no shorter than with images
    silicon, oxygen = (np.array(atoms.symbols == element) for element in ("Si", "O"))
    assert set(found) == {("O", "O"), ("O", "Si"), ("Si", "O"), ("Si", "Si")}
    assert found["Si", "O"] <= np.median(distances[silicon][:, oxygen].min(axis=1)) + 1e-12


def test_the_radial_parts_span_the_products_of_two_shells():
    """g_a(r) g_b(s) + g_b(r) g_a(s), whatever a and b, by combinations of g(r) g(s): the claim of the generator."""
    functions = angular_functions(("Si", "Si"), LAYER, NEAREST)
    parts = sorted({(function.eta, function.r_shift) for function in functions})
    assert len(parts) == LAYER.n_shells * (LAYER.n_shells + 1) // 2
    r = np.linspace(1.8, 5.0, 40)
    radial = np.array([np.exp(-eta * (r - shift) ** 2) for eta, shift in parts])
    columns = np.array([np.outer(g, g).ravel() for g in radial]).T
    narrow = sorted(parts, reverse=True)[: LAYER.n_shells]
    shells = [np.exp(-eta * (r - shift) ** 2) for eta, shift in narrow]
    residues = []
    for a, g_a in enumerate(shells):
        for g_b in shells[:a]:
            product = (np.outer(g_a, g_b) + np.outer(g_b, g_a)).ravel()
            rest = product - columns @ np.linalg.lstsq(columns, product)[0]
            residues.append(np.linalg.norm(rest) / np.linalg.norm(product))
    alone = np.array([np.outer(g, g).ravel() for g in shells]).T
    product = (np.outer(shells[0], shells[1]) + np.outer(shells[1], shells[0])).ravel()
    rest = product - alone @ np.linalg.lstsq(alone, product)[0]
    # Of Gaussians only about: the widths of wide parts are not those of sums of narrow ones.
    assert max(residues) < 0.5
    assert np.linalg.norm(rest) / np.linalg.norm(product) > 1.5 * min(residues)


def test_zeta_two_has_one_sign():
    """(1 - c)² = 2 (1 + c²) - (1 + c)² and 1 + c² follows from the others: a function of no use."""
    signs = [f.lam for f in angular_functions(("Si", "Si"), LAYER, NEAREST) if f.zeta == 2.0]
    assert set(signs) == {1}


@pytest.mark.parametrize(("elements", "shells"), [(1, (3, 3)), (2, (2, 2)), (3, (2, 1)), (5, (2, 1))])
def test_more_elements_have_fewer_shells(elements, shells):
    assert tuple(layer.n_shells for layer in IntervalSet().layers(elements)) == shells


def test_two_elements_have_every_pair():
    nearest = {("Si", "Si"): 2.4, ("Si", "O"): 1.6, ("O", "Si"): 1.6}
    made = SymmetryFunctionSet.intervals(["Si", "O"], n_radial=3, cutoff=6.0, layers=[LAYER], nearest=nearest)
    for element in ("Si", "O"):
        pairs = {"-".join(function.neighbors) for function in made.for_element(element)}
        assert pairs == {"Si", "O", "Si-Si", "O-Si", "O-O"}
    first = {f.neighbors: f.r_shift for f in reversed(made.for_element("Si")) if f.kind == "G2"}
    assert first == {("Si",): pytest.approx(0.6 * 2.4), ("O",): pytest.approx(0.6 * 1.6)}


def test_a_cutoff_below_the_neighbors_is_refused():
    with pytest.raises(NNPError, match=r"cutoff of 2\.0 Å is too short .* at 2\.35 Å"):
        angular_functions(("Si", "Si"), Layer(2.0, 4, (1.0,)), NEAREST)

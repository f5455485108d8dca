"""The niobium example at its small size: the reference is what it claims, exponentials beat pairs as they should."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnmanybody import Potential
from nnmanybody.composable.linear import Data
from nnmanybody.composable.train import definition_of, errors_on, fit, layout_of
from nnmanybody.model_config import ComposableModel

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "niobium"
TABULATION = 1e-5  # eV an atom and eV/Å: cubic splines of LAMMPS through 20000 points


@pytest.fixture(scope="module")
def example():
    """The modules of the example, as its script imports them."""
    sys.path.insert(0, str(FOLDER))
    try:
        import niobium_figures
        import niobium_reference
        import niobium_structures

        # Other examples have a run.py, too.
        spec = spec_from_file_location("niobium_run", FOLDER / "run.py")
        run = sys.modules["niobium_run"] = module_from_spec(spec)
        spec.loader.exec_module(run)
        yield {
            "reference": niobium_reference,
            "run": run,
            "structures": niobium_structures,
            "figures": niobium_figures,
        }
    finally:
        sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def cells(example):
    made = example["structures"].small_cells
    labelled = example["reference"].label([*made(1, 12), *made(2, 6)], "fs")
    return labelled[:12], labelled[12:]


def test_the_reference_is_finnis_and_sinclair(example):
    """Perfect bcc at 3.3008 Å has -7.5700 eV an atom (methods C8; the experiment's cohesive energy is 7.57 eV)."""
    reference = example["reference"]
    crystal = bulk("Nb", "bcc", a=3.3008, cubic=True) * (3, 3, 3)
    (frame,) = reference.label([crystal], "fs")
    assert frame.energy / len(crystal) == pytest.approx(-7.5700, abs=1e-4)
    # Three atoms, by the formula: energies of pairs, and of each atom's density.
    trimer = Atoms("Nb3", [[1, 1, 1], [3.6, 1, 1], [1, 4.0, 1]], cell=[20, 20, 20], pbc=True)
    (frame,) = reference.label([trimer], "fs")
    r = trimer.get_all_distances()
    np.fill_diagonal(r, 10.0)
    energy = reference.pair_energy(r).sum() / 2 - reference.A * np.sqrt(reference.density(r).sum(axis=1)).sum()
    assert frame.energy == pytest.approx(energy, abs=3 * TABULATION)


def test_uf3_of_the_wheel_is_a_reference_too(example):
    (frame,) = example["reference"].label(example["structures"].small_cells(1, 1), "uf3")
    assert np.abs(frame.forces.sum(axis=0)).max() < 1e-9
    assert np.abs(frame.forces).max() > 0.01


def test_structures_are_those_of_the_paper(example):
    made = example["structures"].solids()
    kinds = [atoms.info["config_type"] for atoms in made]
    assert len(made) + example["structures"].N_LIQUID == 125
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "bcc": 28,
        "fcc": 16,
        "hcp": 16,
        "vacancy": 12,
        "interstitial": 15,
        "grain boundary": 14,
    }
    for atoms in made[::6]:
        distances = atoms.get_all_distances(mic=True)
        np.fill_diagonal(distances, 10.0)
        assert distances.min() > 1.5  # Å


def test_the_melt_keeps_its_atoms_apart(example):
    """Hot and soon melting; without the core of the potential atoms sink into one another."""
    made = example["reference"].liquid("fs", 2, steps=120)
    assert [atoms.info["config_type"] for atoms in made] == ["liquid", "liquid"]
    for atoms in made:
        distances = atoms.get_all_distances(mic=True)
        np.fill_diagonal(distances, 10.0)
        assert 1.7 < distances.min() < 2.6  # Å; 2.94 in the crystal it began as


def test_pictures_and_table(example, tmp_path):
    """One picture for each of the paper's; condition numbers leave out functions that vanish."""
    run, errors = example["run"], {name: 0.1 for name in example["figures"].ERRORS}
    spectrum, parts = [1.0, 1e-3, 1e-9, 1e-40], [[1.0, 1e-5], [1.0, 1e-7]]
    names = {"G4": [], "E[G8L4]": [], "G4 * G4": parts, "G10 * E[G8L4]": parts, "E[G8L4] + N[E[G8L4]]": parts}
    rows = [run.Row(name, 9, 2, errors, errors, spectrum, own, 1.0) for name, own in names.items()]
    assert rows[2].kappas == pytest.approx([9.0, 5.0, 7.0])
    drawn = [path.stem for path in example["figures"].draw_all(rows, tmp_path)]
    assert drawn == ["figure4", "figure5", "figure6a", "figure6b", "figure7a", "figure7b"]
    assert run.table(rows).splitlines()[2] == "| G4 | 9 | 2 | 9.00 |" + 6 * " 0.1000 |"


@pytest.fixture(scope="module")
def errors(cells):
    train, test = cells

    def reached(expression, trials):
        model = ComposableModel(
            kind="composable", expression=expression, cutoff=4.9, trials=trials, random_trials=trials // 2
        )
        layout = layout_of(model, ["Nb"])
        data = Data.of(train, ["Nb"], model.cutoff)
        potential = Potential(definition_of(data, layout, fit(data, layout, model, seed=0)))
        return errors_on(potential, test)

    return {"G8": reached("G8", 6), "E[G8L4]": reached("E[G8L4]", 20)}


def test_exponentials_beat_pairs_by_far(errors):
    """Methods E: force error at most 0.35 of that of G8, energy error at most 0.1 of it."""
    pairs, exponentials = errors["G8"], errors["E[G8L4]"]
    assert exponentials["force_rmse"] <= 0.35 * pairs["force_rmse"]
    assert exponentials["energy_rmse"] <= 0.1 * pairs["energy_rmse"]

"""Every units command: energies, forces, pressure and cutoff are those of the potential, in the units of the run."""

from typing import NamedTuple

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.units import create_units

import helpers
from lammps_runner import SIX, forces, run, single, voigt, write_data
from sampling_helpers import ASK_EVERY_STEP

# From the tables of LAMMPS's `units` command and CODATA 2018; not from the table under test.
CODATA = create_units("2018")
JOULE = 1.0 / CODATA["_e"]  # eV
KCAL_PER_MOL = 1.0 / 23.060549  # eV, LAMMPS's own factor
PASCAL = JOULE * 1e-30  # eV/Å³


class Unit(NamedTuple):
    """Units of a run.

    Attributes
    ----------
    energy : eV
    length : Å
    pressure : eV/Å³
    """

    energy: float
    length: float
    pressure: float


# metal, real and electron: pressures from LAMMPS's nktv2p, which has eight or nine digits.
UNITS = {
    "metal": Unit(1.0, 1.0, 1.0 / 1.6021765e6),
    "real": Unit(KCAL_PER_MOL, 1.0, KCAL_PER_MOL / 68568.415),
    "electron": Unit(CODATA["Ha"], CODATA["Bohr"], CODATA["Ha"] / CODATA["Bohr"] ** 3 / 2.94210108e13),
    "si": Unit(JOULE, 1e10, PASCAL),
    "cgs": Unit(1e-7 * JOULE, 1e8, 0.1 * PASCAL),
    "micro": Unit(1e-15 * JOULE, 1e4, 1e3 * PASCAL),
    "nano": Unit(1e-21 * JOULE, 10.0, 1e6 * PASCAL),
}
CUTOFF, SKIN = 6.0, 1.0  # Å
# Relative to the largest number: positions pass through other units, and CODATA's digits are not the same everywhere.
TOLERANCE = 1e-9


def in_units(atoms: Atoms, length: float) -> Atoms:
    """Return a copy whose coordinates are not in Å but in another unit."""
    changed = atoms.copy()
    changed.set_cell(atoms.cell.array / length, scale_atoms=True)
    return changed


def script(name: str, unit: Unit, more: str = "") -> str:
    """Return input of one energy in these units, with other commands in front of the run."""
    pair = f"pair_style nn/manybody\npair_coeff * * SiO.nnp Si O {CUTOFF / unit.length!r}"
    skin = f"neighbor {SKIN / unit.length!r} bin"
    return single(f"{name}.data", f"{pair}\n{skin}\n{more}", f"{name}.dump", f"units {name}")


@pytest.mark.parametrize("ranks", [1, 2])
def test_energy_forces_pressure_and_cutoff(folder, made, ranks):
    atoms = helpers.triclinic()
    for name, unit in UNITS.items():
        write_data(folder / f"{name}.data", in_units(atoms, unit.length), ["Si", "O"])
    result = run(folder, "".join(script(name, unit) for name, unit in UNITS.items()), ranks)
    expected = made["SiO"].evaluate(atoms)
    reaches = [float(line.split("=")[1]) for line in result.output.splitlines() if "ghost atom cutoff" in line]
    for (name, unit), thermo, reach in zip(UNITS.items(), result.thermo(), reaches, strict=True):
        assert thermo["PotEng"][0] * unit.energy == pytest.approx(expected.energy, rel=TOLERANCE), name
        force = forces(result.dump(f"{name}.dump")[0]) * unit.energy / unit.length
        assert force == pytest.approx(expected.forces, rel=0, abs=TOLERANCE * np.abs(expected.forces).max()), name
        pressure = np.array([thermo["P" + component][0] for component in SIX]) * unit.pressure
        w = pressure * atoms.get_volume()
        assert w == pytest.approx(voigt(expected.virial), rel=0, abs=TOLERANCE * np.abs(expected.virial).max()), name
        assert reach * unit.length == pytest.approx(CUTOFF + SKIN, rel=1e-5), name  # printed with few digits


def test_the_log_tells_of_a_conversion(folder):
    write_data(folder / "metal.data", helpers.triclinic(), ["Si", "O"])
    metal = script("metal", UNITS["metal"])
    output = run(folder, metal + metal.replace("units metal", "units real")).output
    lines = [line for line in output.splitlines() if line.startswith("nn/manybody:")]
    assert "converted" not in lines[0]
    assert lines[1] == f"{lines[0]}; converted from eV and Angstrom to units real"


RECORDED = {
    "environment": ["REF_atomic_energy", "REF_atomic_force", "cutoff"],
    "frame": ["REF_energy", "REF_stress"],
}


@pytest.mark.parametrize("mode", RECORDED)
def test_records_of_nn_sample_are_in_electronvolts_and_angstroms(folder, mode):
    """Whatever the units; alpha is in those of the run."""
    commands = ""
    for name, unit in UNITS.items():
        write_data(folder / f"{name}.data", in_units(helpers.triclinic(), unit.length), ["Si", "O"])
        alpha = 3.0 * unit.length / unit.energy
        sample = (
            f"compute s all nn/sample {name}.xyz alpha Si {alpha!r} O {alpha!r} taumax 10 elements Si O mode {mode}"
        )
        commands += script(name, unit, f"{sample}\n{ASK_EVERY_STEP}")
    run(folder, commands)
    read = {name: ase.io.read(folder / f"{name}.xyz", index=":") for name in UNITS}
    assert len(read["metal"]) == {"environment": 5, "frame": 1}[mode]
    for name in UNITS:
        for record, metal in zip(read[name], read["metal"], strict=True):
            assert record.info["tau"] == metal.info["tau"], name
            assert record.positions == pytest.approx(metal.positions, rel=0, abs=TOLERANCE), name
            assert record.cell.array == pytest.approx(metal.cell.array, rel=0, abs=TOLERANCE), name
            for key in RECORDED[mode]:
                assert record.info[key] == pytest.approx(metal.info[key], rel=TOLERANCE), (name, key)
            for key in ("REF_forces", "REF_atomic_energies") if mode == "frame" else ():
                assert record.arrays[key] == pytest.approx(metal.arrays[key], rel=0, abs=TOLERANCE), (name, key)

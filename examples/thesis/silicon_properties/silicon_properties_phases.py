"""Finished runs of one potential -> what solid, liquid and both beside one another are like."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase.units import kB

from common import FloatArray
from silicon_properties_analysis import (
    Curve,
    Estimate,
    Line,
    block_average,
    bracket,
    curve_of,
    density_of_states,
    diffusion,
    fit_line,
    mean_slope,
    rate,
    together,
    while_both_are_there,
)
from silicon_properties_files import Outside, read_blocks, read_dump, read_outside, read_trace
from silicon_properties_runs import STEP_PS, Run
from silicon_properties_states import POSITIONS_EVERY, VELOCITIES_EVERY

AMU_PER_A3_TO_G_PER_CM3 = 1.66053907
MASS = 28.0855
A_PER_PS_TO_M_PER_S = 100.0
ATOMS_PER_CELL = 8


@dataclass(frozen=True)
class Phase:
    """Solid or liquid at several temperatures.

    Attributes
    ----------
    constants : dict of temperature to Estimate, Å
        Edge of a cube with eight atoms.
    enthalpies : dict of temperature to Estimate, eV/atom
    pairs, angles : dict of temperature to Curve
        g(r) over r, Å; distribution of angles over degrees.
    constant, enthalpy : Line
        Over the temperature.
    """

    constants: dict[float, Estimate]
    enthalpies: dict[float, Estimate]
    pairs: dict[float, Curve]
    angles: dict[float, Curve]
    constant: Line
    enthalpy: Line

    @property
    def expansion(self) -> Estimate:
        """Linear thermal expansion, 1e-6/K, the mean from the lowest to the highest temperature."""
        return mean_slope(self.constants).times(1e6 / self.constant.middle.value)

    @property
    def heat_capacity(self) -> Estimate:
        """At constant pressure, in Boltzmann's constants per atom, the mean likewise."""
        return mean_slope(self.enthalpies).times(1.0 / kB)

    def density(self, temperature: float) -> Estimate:
        """Return the density, g/cm³."""
        edge = self.constants[temperature]
        value = ATOMS_PER_CELL * MASS * AMU_PER_A3_TO_G_PER_CM3 / edge.value**3
        return Estimate(value, 3.0 * value * edge.error / edge.value)


def phase_of(runs: Mapping[float, Run], folder: Path, blocks: int) -> Phase:
    """Read energies, volumes, g(r) and angles at every temperature."""
    constants, enthalpies, pairs, angles = {}, {}, {}, {}
    for t, run in runs.items():
        trace = read_trace(run.file(folder, "trace"))
        constants[t] = block_average(np.cbrt(ATOMS_PER_CELL * trace.volumes), blocks)
        # Of the kinetic energy the mean is known.
        enthalpies[t] = block_average(trace.energies + 1.5 * kB * t, blocks)
        pairs[t], angles[t] = structure_of(run, folder)
    temperatures = list(runs)
    lines = (fit_line(temperatures, list(values.values())) for values in (constants, enthalpies))
    return Phase(constants, enthalpies, pairs, angles, *lines)


def structure_of(run: Run, folder: Path) -> tuple[Curve, Curve]:
    """Return g(r) and the distribution of angles."""
    pairs, angles = (curve_of(*read_blocks(run.file(folder, name))) for name in ("rdf", "adf"))
    return pairs, angles


def vibrations_of(run: Run, folder: Path, blocks: int) -> Curve:
    """Return the density of vibrations of a crystal whose velocities were recorded."""
    velocities = read_dump(run.file(folder, "path"))[:, :, 1:]
    return density_of_states(velocities, STEP_PS * VELOCITIES_EVERY, blocks)


@dataclass(frozen=True)
class Motion:
    """How atoms of the liquid move: D, 1e-5 cm²/s, and the mean-square displacement, Å², over the time, ps."""

    coefficients: dict[float, Estimate]
    displacements: dict[float, tuple[FloatArray, FloatArray]]


def motion_of(runs: Mapping[float, Run], folder: Path, blocks: int) -> Motion:
    """Read the paths of the atoms of every liquid."""
    coefficients, displacements = {}, {}
    interval = STEP_PS * POSITIONS_EVERY
    for t, run in runs.items():
        positions = read_dump(run.file(folder, "path"))[:, :, 1:]
        coefficients[t], curve = diffusion(positions, interval, blocks)
        displacements[t] = (interval * np.arange(len(curve)), curve)
    return Motion(coefficients, displacements)


@dataclass(frozen=True)
class Coexistence:
    """Solid beside liquid.

    Attributes
    ----------
    speeds : dict of temperature to Estimate, m/s
        Of each of the two interfaces: below zero the crystal grows.
    molten : dict of temperature to list of ((n,) ps, (n,) float64)
        Part of the atoms that is liquid, in time, from every start.
    bracket : (float, float), K
        Hottest that freezes, coldest that melts.
    melting : Estimate, K
        Where the line through the speeds is zero.
    """

    speeds: dict[float, Estimate]
    molten: dict[float, list[tuple[FloatArray, FloatArray]]]
    bracket: tuple[float, float]
    melting: Estimate


def coexistence_of(runs: Mapping[float, Sequence[Run]], folder: Path, solid: Phase, liquid: Phase) -> Coexistence:
    """Read which of the two grows at every temperature; the energies of both alone tell how much is molten."""
    speeds, molten = {}, {}
    for t, starts in runs.items():
        alone = [phase.enthalpy.at(t).value - 1.5 * kB * t for phase in (solid, liquid)]
        found, molten[t] = [], []
        for run in starts:
            trace = read_trace(run.file(folder, "trace"))
            interval = STEP_PS * trace.interval
            part = (trace.energies - alone[0]) / (alone[1] - alone[0])
            length = float(str(run.variables["nz"])) * float(str(run.variables["a"]))
            found.append(rate(while_both_are_there(part), interval).times(0.5 * length * A_PER_PS_TO_M_PER_S))
            molten[t].append((interval * np.arange(len(part)), part))
        speeds[t] = together(found)
    temperatures, values = list(speeds), list(speeds.values())
    return Coexistence(speeds, molten, bracket(temperatures, values), fit_line(temperatures, values).zero())


def outside_of(runs: Iterable[Run], folder: Path) -> tuple[Outside, Outside]:
    """Return what the network's runs said of their ranges: while crystals were melted, and in all that was measured."""
    melting, measured = Outside(), Outside()
    for run in runs:
        said = read_outside(run.log(folder))
        if run.variables["molten"] != "none":
            melting += said.pop(0)
        measured = sum(said, measured)
    return melting, measured

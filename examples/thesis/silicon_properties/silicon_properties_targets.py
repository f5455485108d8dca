"""Results of both potentials -> quantities side by side, and figures against their targets."""

from collections.abc import Mapping

from common import Measured
from silicon_properties_analysis import Estimate, mean_difference, misplaced
from silicon_properties_comparison import Quantity
from silicon_properties_sizes import Settings
from silicon_properties_stages import Results

MELTING_POINT = 1691.0
"""K, of Stillinger-Weber silicon by free energies: Broughton and Li, Phys. Rev. B 35, 9120 (1987); ± 20."""
CHANCE = "Stillinger-Weber from another start: the same"
PHASES = ("solid", "liquid", "coexistence", "melting")


def quantities(settings: Settings, results: Results) -> list[Quantity]:
    """Return every quantity that is a number."""
    return [*_at_rest(settings, results), *_in_motion(settings, results)]


def _at_rest(settings: Settings, results: Results) -> list[Quantity]:
    rest, allowed = results.rest, settings.allowed
    elastic = [
        _pair(c, f"{c}, 0 K", "GPa", {name: one.elastic[c] for name, one in rest.items()}, allowed[c])
        for c in ("C11", "C12", "C44")
    ]
    phonons = []
    for point, number, which in (("Γ", -1, "highest"), ("X", 0, "lowest"), ("L", 0, "lowest")):
        name, text = f"phonon_{point}_{which}", f"{which} phonon at {point}, 0 K"
        values = {name: one.points[point][number] for name, one in rest.items()}
        phonons.append(_pair(name, text, "THz", values, allowed["phonons"], absolute=True))
    return [
        _pair("lattice_constant", "lattice constant, 0 K", "Å", _each(rest, "constant"), allowed["lattice_constant"]),
        _pair("energy", "energy of the crystal, 0 K", "eV/atom", _each(rest, "energy"), allowed["energy"]),
        *elastic,
        *phonons,
    ]


def _in_motion(settings: Settings, results: Results) -> list[Quantity]:
    solid, liquid, allowed = results.solid, results.liquid, settings.allowed
    temperatures = settings.sizes.liquid.temperatures
    found = []
    for name, text, unit, values in (
        ("expansion", "thermal expansion of the solid", "1e-6/K", _each(solid, "expansion")),
        ("solid_heat_capacity", "heat capacity of the solid", "k/atom", _each(solid, "heat_capacity")),
        ("liquid_heat_capacity", "heat capacity of the liquid", "k/atom", _each(liquid, "heat_capacity")),
        ("fusion", f"heat of fusion, {MELTING_POINT:g} K", "eV/atom", _fusion(results)),
    ):
        found.append(_pair(name, text, unit, values, allowed[name]))
    for t in temperatures:
        values = {name: one.density(t) for name, one in liquid.items()}
        text = f"density of the liquid, {t:g} K"
        found.append(_pair(f"liquid_density_{t:g}", text, "g/cm³", values, allowed["liquid_density"]))
    for t in temperatures:
        values = {name: one.coefficients[t] for name, one in results.motion.items()}
        text = f"self-diffusion in the liquid, {t:g} K"
        found.append(_pair(f"diffusion_{t:g}", text, "1e-5 cm²/s", values, allowed["diffusion"]))
    melting = _each(results.coexistence, "melting")
    return [*found, _pair("melting", "melting point by coexistence", "K", melting, allowed["melting"], absolute=True)]


def _pair(
    name: str, text: str, unit: str, values: Mapping[str, Estimate], allowed: float, *, absolute: bool = False
) -> Quantity:
    return Quantity(name, text, unit, values["SW"], values["NN"], allowed, absolute)


def _each(of: Mapping[str, object], value: str) -> dict[str, Estimate]:
    return {name: getattr(one, value) for name, one in of.items()}


def _fusion(results: Results) -> dict[str, Estimate]:
    return {
        name: results.liquid[name].enthalpy.at(MELTING_POINT) - results.solid[name].enthalpy.at(MELTING_POINT)
        for name in results.solid
    }


def structure_figures(settings: Settings, results: Results) -> list[Measured]:
    """Compare g(r), angles and vibrations: network with Stillinger-Weber, and that with itself from another start."""
    targets, found = settings.targets, []
    sizes, chance = settings.sizes, results.chance
    for phase, phases, at, again in (
        ("solid", results.solid, sizes.solid_at, chance.solid),
        ("liquid", results.liquid, sizes.liquid_at, chance.liquid),
    ):
        sw, nn = phases["SW"], phases["NN"]
        text = f"g(r) of the {phase}, {at:g} K: mean difference"
        apart = [mean_difference(sw.pairs[at], other) for other in (nn.pairs[at], again[0])]
        found += [
            Measured(f"{phase}_pairs", text, apart[0], targets["pairs"]),
            Measured(f"{phase}_pairs_chance", CHANCE, apart[1]),
        ]
        elsewhere = [misplaced(sw.angles[at], other) for other in (nn.angles[at], again[1])]
        found += _elsewhere(f"{phase}_angles", f"angles in the {phase}, {at:g} K", elsewhere, targets["angles"])
    vibrations = results.vibrations
    elsewhere = [misplaced(vibrations["SW"], other) for other in (vibrations["NN"], chance.vibrations)]
    text = f"vibrations, {min(sizes.solid.temperatures):g} K"
    return found + _elsewhere("vibrations", text, elsewhere, targets["vibrations"])


def _elsewhere(name: str, text: str, parts: list[float], target: float) -> list[Measured]:
    return [
        Measured(name, f"{text}: part that is elsewhere", 100.0 * parts[0], target, unit="%"),
        Measured(f"{name}_chance", CHANCE, 100.0 * parts[1], unit="%"),
    ]


def melting_figures(settings: Settings, results: Results) -> list[Measured]:
    """Return the brackets, and how far Stillinger-Weber's own melting point is from that of the literature."""
    found = []
    for name, one in results.coexistence.items():
        freezes, melts = one.bracket
        found += [
            Measured(f"{name}_freezes", f"{name}: hottest at which the crystal grows", freezes, unit="K"),
            Measured(f"{name}_melts", f"{name}: coldest at which it melts", melts, unit="K"),
        ]
    away = abs(results.coexistence["SW"].melting.value - MELTING_POINT)
    text = f"SW: melting point - {MELTING_POINT:g} K of Broughton and Li"
    return [*found, Measured("literature", text, away, settings.targets["literature"], unit="K")]


def outside_figures(settings: Settings, results: Results) -> list[Measured]:
    """Return how often atoms left the training range by themselves, and what is told where they are forced to."""
    targets, found = settings.targets, []
    for phase in PHASES:
        said = results.outside[phase]
        found += [
            Measured(
                f"outside_{phase}",
                f"{phase}: checks that found atoms outside of the training range",
                100.0 * said.found / said.checks,
                unit="%",
            ),
            Measured(
                f"outside_{phase}_atoms", "most atoms at once", 100.0 * said.at_once, targets["at_once"], unit="%"
            ),
            Measured(f"outside_{phase}_overshoot", "the worst overshoot", said.overshoot),
        ]
    for name, way in results.ways.items():
        tenth = max(1, len(way.state) // 10)
        found += [
            Measured(
                f"{name}_begin",
                f"liquid before it is {name}: force error",
                float(way.error[:tenth].mean()),
                targets["force_inside"],
                unit="eV/Å",
            ),
            Measured(f"{name}_end", f"{name}: force error at the end", float(way.error[-tenth:].mean()), unit="eV/Å"),
            Measured(
                f"{name}_overshoot",
                f"{name}: overshoot that is told",
                float(way.overshoot.max()),
                targets["overshoot"],
                at_least=True,
            ),
        ]
    return found

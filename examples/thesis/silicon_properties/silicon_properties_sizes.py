"""How much is simulated and what has to come out: everything, or so little that it takes seconds."""

from dataclasses import dataclass

from silicon_properties_states import Part, Sizes


@dataclass(frozen=True)
class Settings:
    """One size of the example.

    Attributes
    ----------
    sizes : Sizes
    allowed : dict of str to float
        Differences between the potentials by name of the quantity, percent or its unit.
    targets : dict of str to float
        Of everything else.
    """

    sizes: Sizes
    allowed: dict[str, float]
    targets: dict[str, float]


FULL = Settings(
    Sizes(
        solid=Part((4, 4, 4), (300.0, 600.0, 900.0, 1200.0, 1500.0), steps=15000, settling=2000, motion=10000),
        liquid=Part((4, 4, 4), (1700.0, 2000.0, 2300.0), steps=9600, settling=2500, motion=10000),
        coexistence=Part((4, 4, 6), (1500.0, 1600.0, 1700.0, 1800.0, 1650.0), steps=10000, settling=2000, starts=2),
        outside=Part((3, 3, 3), (2000.0, 9000.0), steps=5000, settling=1000),
        solid_at=1500.0,
        liquid_at=2000.0,
        melting=2500,
    ),
    allowed={
        "lattice_constant": 0.1,
        "energy": 0.1,
        "C11": 3.0,
        "C12": 3.0,
        "C44": 3.0,
        "phonons": 0.3,
        "expansion": 15.0,
        "solid_heat_capacity": 3.0,
        "liquid_heat_capacity": 15.0,
        "liquid_density": 1.0,
        "diffusion": 15.0,
        "fusion": 5.0,
        "melting": 50.0,
    },
    targets={
        "pairs": 0.03,
        "angles": 2.0,
        "vibrations": 8.0,
        "literature": 60.0,
        "at_once": 2.0,
        "force_inside": 0.05,
        "overshoot": 0.5,
    },
)
SMALL = Settings(
    Sizes(
        solid=Part((2, 2, 2), (300.0, 900.0), steps=600, settling=200, motion=300),
        liquid=Part((2, 2, 2), (2000.0, 2600.0), steps=600, settling=200, motion=1200),
        coexistence=Part((2, 2, 3), (600.0, 3200.0), steps=400, settling=20),
        outside=Part((2, 2, 2), (2000.0, 9000.0), steps=500, settling=100),
        solid_at=900.0,
        liquid_at=2000.0,
        melting=500,
        blocks=3,
    ),
    allowed={
        "lattice_constant": 0.1,
        "energy": 0.1,
        "C11": 3.0,
        "C12": 3.0,
        "C44": 3.0,
        "phonons": 0.3,
        "expansion": 300.0,
        "solid_heat_capacity": 50.0,
        "liquid_heat_capacity": 300.0,
        "liquid_density": 10.0,
        "diffusion": 150.0,
        "fusion": 50.0,
        "melting": 1900.0,
    },
    targets={
        "pairs": 0.3,
        "angles": 20.0,
        "vibrations": 50.0,
        "literature": 1500.0,
        "at_once": 20.0,
        "force_inside": 0.05,
        "overshoot": 0.1,
    },
)

"""How much is simulated: everything, or so little that it takes seconds."""

from silicon_properties_states import Part, Sizes

FULL = Sizes(
    solid=Part((4, 4, 4), (300.0, 600.0, 900.0, 1200.0, 1500.0), steps=15000, settling=2000, motion=10000),
    liquid=Part((4, 4, 4), (1700.0, 2000.0, 2300.0), steps=15000, settling=3000, motion=15000),
    coexistence=Part((4, 4, 8), (1500.0, 1600.0, 1650.0, 1700.0, 1750.0, 1850.0), steps=25000, settling=2000),
    outside=Part((3, 3, 3), (2000.0, 6000.0), steps=5000, settling=1000),
    melting=2500,
)
SMALL = Sizes(
    solid=Part((2, 2, 2), (300.0, 900.0), steps=600, settling=200, motion=300),
    liquid=Part((2, 2, 2), (2000.0, 2600.0), steps=600, settling=200, motion=1000),
    coexistence=Part((2, 2, 3), (900.0, 2800.0), steps=500, settling=100),
    outside=Part((2, 2, 2), (2000.0, 6000.0), steps=500, settling=100),
    melting=500,
    blocks=3,
)

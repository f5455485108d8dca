"""Units of another program's files -> factors to Å and eV."""

from dataclasses import dataclass

from nnmanybody.errors import NNPError

BOHR, HARTREE = 0.529177210903, 27.211386245988
"""Å and eV: the values CODATA recommends (2018), as they stand; ASE computes its own from other constants."""
NAMES = ("bohr-hartree", "metal")
HOW_TO_CHOOSE = (
    "choose --units bohr-hartree (CODATA), --units metal (Å and eV), or --cflength and --cfenergy "
    "as they stand behind `pair_style hdnnp` in your LAMMPS script"
)


@dataclass(frozen=True)
class Units:
    """How long an Å and how large an eV is in the units of a file.

    Attributes
    ----------
    cflength : float
        Units of length per Å, as `pair_style hdnnp` calls it.
    cfenergy : float
        Units of energy per eV.
    name : str
        Where the factors come from.
    """

    cflength: float
    cfenergy: float
    name: str

    @property
    def cfforce(self) -> float:
        """Units of force per eV/Å."""
        return self.cfenergy / self.cflength

    def __str__(self) -> str:
        return f"{self.name}: cflength {self.cflength!r}, cfenergy {self.cfenergy!r}"


METAL = Units(1.0, 1.0, "metal")


def choose_units(units: str | None, cflength: float | None, cfenergy: float | None) -> Units | None:
    """Units from the options of the command line; None when none is given.

    Raises
    ------
    NNPError
        If the options contradict each other, or a factor is not positive.
    """
    if cflength is None and cfenergy is None:
        return None if units is None else named_units(units)
    if units is not None:
        raise NNPError(f"--units {units} and --cflength or --cfenergy say the same thing twice: give one of them")
    if cflength is None or cfenergy is None:
        raise NNPError("--cflength and --cfenergy go together: one of them is missing")
    for option, value in (("--cflength", cflength), ("--cfenergy", cfenergy)):
        if not 0.0 < value < float("inf"):
            raise NNPError(f"{option}: expected a positive factor (units of the file per Å or eV), got {value}")
    return Units(cflength, cfenergy, "given")


def named_units(name: str) -> Units:
    """`bohr-hartree` or `metal`.

    Raises
    ------
    NNPError
        If the name is another one.
    """
    if name == "metal":
        return METAL
    if name == "bohr-hartree":
        return Units(1.0 / BOHR, 1.0 / HARTREE, "bohr-hartree (CODATA 2018)")
    raise NNPError(f"--units {name}: expected {' or '.join(NAMES)}; {HOW_TO_CHOOSE}")

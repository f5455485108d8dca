"""Values of both potentials, with their errors -> a table side by side, a file, and figures against targets."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from common import Measured, console
from silicon_properties_analysis import Estimate


@dataclass(frozen=True)
class Quantity:
    """One quantity with Stillinger-Weber and with the network.

    Attributes
    ----------
    name : str
        In summary.json and properties.json.
    text, unit : str
        In the tables.
    sw, nn : Estimate
    allowed : float
        Largest difference, percent of the value by Stillinger-Weber; with `absolute`, in the unit.
    absolute : bool
    """

    name: str
    text: str
    unit: str
    sw: Estimate
    nn: Estimate
    allowed: float
    absolute: bool = False

    @property
    def difference(self) -> Estimate:
        """Network - Stillinger-Weber, in the unit."""
        return self.nn - self.sw

    @property
    def measured(self) -> Measured:
        """The size of the difference, and what it may be."""
        factor, unit = (1.0, self.unit) if self.absolute else (100.0 / abs(self.sw.value), "%")
        return Measured(
            self.name,
            f"{self.text}: difference",
            factor * abs(self.difference.value),
            self.allowed,
            unit=unit,
        )


def shown(estimate: Estimate) -> str:
    """Return value ± error with as many digits as the error has to say."""
    if not 0.0 < estimate.error < np.inf:
        return f"{estimate.value:.5g}"
    digits = max(0, 1 - int(np.floor(np.log10(estimate.error))))
    return f"{estimate.value:.{digits}f} ± {estimate.error:.{digits}f}"


def show(quantities: Sequence[Quantity]) -> None:
    """Print the table side by side."""
    table = Table(title="Stillinger-Weber and network, with standard errors", title_justify="left")
    for heading in ("", "Stillinger-Weber", "network", "difference", "unit"):
        table.add_column(heading, justify="left" if heading in {"", "unit"} else "right")
    for one in quantities:
        table.add_row(one.text, shown(one.sw), shown(one.nn), shown(one.difference), one.unit)
    console.print(table)


def write(quantities: Sequence[Quantity], path: Path) -> None:
    """Write values and errors as JSON."""
    found = {one.name: {"SW": asdict(one.sw), "NN": asdict(one.nn), "unit": one.unit} for one in quantities}
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

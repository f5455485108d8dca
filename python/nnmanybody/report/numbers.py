"""All that a report has found -> one tree for JSON, and its numbers on the page, each with its place in the tree."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from nnmanybody._core import ElementSection, Network
from nnmanybody.report.coverage import Coverage
from nnmanybody.report.inputs import DataSet, Inputs
from nnmanybody.report.markup import Element, element, number
from nnmanybody.report.worst import WorstFrame

Json = dict[str, Any]


class Unit(NamedTuple):
    """A unit to show a number in, and how many of it make one of the unit in the JSON."""

    name: str
    factor: float


MEV_PER_ATOM = Unit("meV/atom", 1e3)
EV_PER_ANGSTROM = Unit("eV/Å", 1.0)
PERCENT = Unit("%", 1e2)
SECONDS = Unit("s", 1.0)
PLAIN = Unit("", 1.0)


class Numbers:
    """The tree, and its numbers as elements.

    Parameters
    ----------
    tree : dict
        For JSON; eV, Å, s.
    """

    def __init__(self, tree: Json) -> None:
        self.tree = tree

    def get(self, *path: str | int) -> Any:  # noqa: ANN401 (JSON)
        """Return what is at a path, None where there is nothing."""
        value: Any = self.tree
        for key in path:
            if isinstance(value, Mapping):
                value = value.get(str(key))
            elif isinstance(value, Sequence) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return value

    def show(self, *path: str | int, unit: Unit = PLAIN, digits: int = 3, with_unit: bool = False) -> Element:
        """Return the number at a path as an element that carries the path and the full value."""
        value = self.get(*path)
        if value is None:
            return element("span", number(None))
        text = f"{value}" if isinstance(value, int) else number(value * unit.factor, digits)
        return element(
            "data",
            f"{text} {unit.name}" if with_unit and unit.name else text,
            value=repr(value),
            data_path=_pointer(path),
        )


def collect(
    inputs: Inputs, coverage: Sequence[Coverage], committee: Json, worst: Mapping[str, Sequence[WorstFrame]]
) -> Json:
    """Build the tree.

    Parameters
    ----------
    inputs : Inputs
    coverage : sequence of Coverage
        One per data set and element.
    committee : dict
        By name of the data set; empty for one potential.
    worst : mapping
        By name of the data set.
    """
    tree: Json = {
        "title": title(inputs),
        "package_version": version("nnmanybody"),
        "potential": _potential(inputs),
        "training": None if inputs.training is None else dict(inputs.training.result),
        "data": {data.name: _data(data) for data in inputs.sets},
        "coverage": {data.name: {} for data in inputs.sets},
        "committee": committee,
        "worst_forces": {name: [one.as_json() for one in frames] for name, frames in worst.items()},
        "timing": {data.name: _timing(data) for data in inputs.sets},
    }
    for covered in coverage:
        tree["coverage"][covered.data_name][covered.element] = covered.as_json()
    return tree


def title(inputs: Inputs) -> str:
    """Say what the report is about, with the errors on its first data set."""
    data = inputs.sets[0]
    errors = data.errors.overall
    reached = [
        f"{number(value * unit.factor)} {unit.name}"
        for value, unit in ((errors.energy_rmse, MEV_PER_ATOM), (errors.force_rmse, EV_PER_ANGSTROM))
        if value is not None
    ]
    return f"{inputs.name}: {', '.join(reached) or 'no energies or forces to compare with'} on {data.name}"


def _potential(inputs: Inputs) -> Json:
    definition = inputs.potentials[0].definition
    return {
        "files": [path.name for path in inputs.paths],
        "cutoff": inputs.potentials[0].cutoff,
        "header": dict(definition.header),
        "provenance": dict(definition.provenance),
        "elements": {
            section.element: {
                "n_functions": len(section.functions),
                "model": section.models[0].kind,
                **_sizes(section),
                "reference_energy": section.reference_energy,
            }
            for section in definition.sections
        },
    }


def _sizes(section: ElementSection) -> Json:
    first, *_ = section.models
    if not isinstance(first, Network):
        return {"n_weights": sum(len(model.linear_coefficients) for model in section.models)}
    return {
        "hidden_layers": [len(bias) for bias in first.biases[:-1]],
        "activations": list(first.activations),
        "n_weights": sum(array.size for network in section.networks for array in (*network.weights, *network.biases)),
    }


def _data(data: DataSet) -> Json:
    members = [{"energy_rmse": one.overall.energy_rmse, "force_rmse": one.overall.force_rmse} for one in data.members]
    return {**data.errors.as_json(), "n_frames_available": data.n_frames_available, "members": members}


def _timing(data: DataSet) -> Json:
    n_atoms = data.errors.overall.n_atoms
    return {"n_atoms": n_atoms, "seconds": data.seconds, "microseconds_per_atom": 1e6 * data.seconds / n_atoms}


def _pointer(path: Sequence[str | int]) -> str:
    """JSON pointer, RFC 6901."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)

"""A potential and data -> all that `nnp fisher` says: spectra, gauges, noise, error bars and how far they are right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnmanybody.data import Frame
from nnmanybody.errors import NNPError
from nnmanybody.evaluate import predict
from nnmanybody.evaluation import Evaluation
from nnmanybody.fisher.calibration import Calibration, calibrations, committee_bars
from nnmanybody.fisher.columns import Columns, linear_columns
from nnmanybody.fisher.error_bars import Bars, Noise, Uncertainty, root_mean_square, uncertainty, with_noise
from nnmanybody.fisher.gauge import Gauge, checked, column_gauges, composition_gauges
from nnmanybody.fisher.spectra import Spectrum, check_exact, exact_log10_kappa, spectrum
from nnmanybody.fisher.triangles import UNIT, Information, RowsOf, Weights, information, linear_rows
from nnmanybody.potential import Potential

FloatArray = NDArray[np.float64]
Progress = Callable[[Iterable[Frame]], Iterable[Frame]]

PARAMETERS, AND_NOISE, COMMITTEE = "parameters", "with noise", "committee"
"""What error bars are made of."""

MATRICES = 8
"""Of n_parameters² numbers that are held at a time, at most."""
MEMORY_SHARE = 0.7
GIB = 2.0**30


@dataclass(frozen=True)
class FisherAnalysis:
    """What data says about the parameters of one potential.

    Attributes
    ----------
    name : str
    whole : Spectrum
    submodels : dict of str to Spectrum
        With all other parameters held.
    data : Information
    rows_of : callable
        Derivatives by these parameters.
    exact_log10_kappa : float, optional
        In 256 bits.
    """

    name: str
    whole: Spectrum
    submodels: dict[str, Spectrum]
    data: Information
    rows_of: RowsOf
    exact_log10_kappa: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return spectra and counts."""
        return {
            "n_energies": self.data.n_energies,
            "n_force_components": self.data.n_forces,
            **self.whole.as_json(),
            "exact_log10_kappa": self.exact_log10_kappa,
            "submodels": {name: one.as_json() for name, one in self.submodels.items()},
        }


def analyse(
    potential: Potential,
    frames: Sequence[Frame],
    *,
    weights: Weights = UNIT,
    all_weights: bool = False,
    exact: bool = False,
    progress: Progress = iter,
) -> FisherAnalysis:
    """Return the information that data has about the parameters of a potential.

    Parameters
    ----------
    potential : Potential
        Of any kind of model; no committee: take its `members`.
    frames : sequence of Frame
        The data it was fitted to.
    weights : Weights
        Of energies and force components; by default 1/eV² and Å²/eV², as Wang et al. (eq. 26).
    all_weights : bool
        Of neural networks: all weights by TensorFlow, in place of the linear parameters (the last layer).
    exact : bool
        Also compute log10 κ in 256 bits.
    progress : callable
        Wraps the frames to show how far the work is.

    Raises
    ------
    NNPError
        If there is nothing to compare with, the potential is a committee, another kind of model than networks with
        `all_weights`, there is not the memory for so many parameters, or `exact` is not possible (`check_exact`).
    """
    columns, rows_of = _columns(potential, all_weights)
    _check_memory(potential, len(columns.names), all_weights)
    if exact:
        check_exact(len(columns.names))
    data = information(potential, frames, rows_of, progress)
    rows = data.rows(weights)
    counted = [frame for frame in frames if frame.energy is not None and frame.weight > 0]
    gauges = find_gauges(columns, rows, _composition(potential, counted), potential.elements)
    exact_kappa = None
    if exact:
        every = [_weighted(rows_of, frame, weights) for frame in frames if frame.weight > 0]
        exact_kappa = exact_log10_kappa(np.concatenate(every), len(gauges))
    submodels = {name: spectrum(rows, gauges, sorted(places)) for name, places in columns.submodels.items()}
    return FisherAnalysis(potential.name, spectrum(rows, gauges), submodels, data, rows_of, exact_kappa)


def _columns(potential: Potential, all_weights: bool) -> tuple[Columns, RowsOf]:
    if not all_weights:
        return linear_columns(potential), linear_rows(potential)
    from nnmanybody.training.weight_jacobian import WeightJacobian, weight_columns  # imports TensorFlow

    return weight_columns(potential), WeightJacobian(potential)


def _check_memory(potential: Potential, n: int, all_weights: bool) -> None:
    from nnmanybody.training.memory import available

    need, free = 8.0 * MATRICES * n**2, MEMORY_SHARE * available()
    if need > free:
        what = "leave out --all-weights: the last layer alone" if all_weights else "a model with fewer coefficients"
        raise NNPError(
            f"{potential.name}: {n} parameters need {need / GIB:.1f} GiB ({MATRICES} matrices of {n} x {n} numbers), "
            f"{free / GIB:.1f} GiB may be taken here. What helps: {what}, a smaller network (fewer hidden units or "
            "symmetry functions), or a machine with more memory; fewer frames do not help"
        )


def _composition(potential: Potential, frames: Sequence[Frame]) -> FloatArray:
    counts = [np.bincount(potential.species(frame.atoms), minlength=len(potential.elements)) for frame in frames]
    return np.array(counts, dtype=np.float64).reshape(-1, len(potential.elements))


def find_gauges(columns: Columns, rows: FloatArray, composition: FloatArray, elements: Sequence[str]) -> list[Gauge]:
    """Directions that change nothing, those that follow from the form first; each checked against the rows.

    Parameters
    ----------
    columns : Columns
    rows : (n_rows, n_parameters) float64
    composition : (n_frames, n_elements) float64
        Atoms of each element in the frames whose energies are in the rows.
    elements : sequence of str
    """
    shifts = composition_gauges(composition, columns.shifts, elements, rows.shape[1])
    return checked([*columns.gauges, *shifts, *column_gauges(rows, columns.names)], rows)


def _weighted(rows_of: RowsOf, frame: Frame, weights: Weights) -> FloatArray:
    """All rows of one frame, as `Information.rows` counts them."""
    rows, parts = rows_of(frame), []
    if frame.energy is not None:
        n = len(frame.atoms) if weights.per_atom else 1
        parts.append(np.sqrt(frame.weight * weights.energy) / n * rows.energies)
    if frame.forces is not None:
        parts.append(np.sqrt(frame.weight * weights.forces) * rows.forces)
    return np.concatenate([np.empty((0, rows.energies.shape[1])), *parts])


@dataclass(frozen=True)
class Judgement:
    """Error bars of frames, and how far they are right where the frames have targets.

    Attributes
    ----------
    frames : list of Frame
    predictions : list of Evaluation
        Of the potential; of a committee the mean.
    uncertainties : list of Uncertainty
        Of each member.
    bars : dict of str to list of Bars
        By what they are made of: "parameters", "with noise" in addition, and "committee" (spread of the members).
    calibrations : dict of str to dict of "energy", "forces" to Calibration
    """

    frames: list[Frame]
    predictions: list[Evaluation]
    uncertainties: list[Uncertainty]
    bars: dict[str, list[Bars]]
    calibrations: dict[str, dict[str, Calibration]]

    def as_json(self) -> dict[str, Any]:
        """Noise levels, and the comparison of bars and errors."""
        return {
            "noise": [one.noise._asdict() for one in self.uncertainties],
            "n_unseen": [one.n_unseen for one in self.uncertainties],
            "calibration": {
                kind: {quantity: one.as_json() for quantity, one in found.items()}
                for kind, found in self.calibrations.items()
            },
        }


def judge(
    potential: Potential,
    analyses: Sequence[FisherAnalysis],
    frames: Sequence[Frame],
    noise: Noise | None = None,
    progress: Progress = iter,
) -> Judgement:
    """Make error bars of structures, and compare them with the true errors.

    Parameters
    ----------
    potential : Potential
        The one whose predictions get the bars; of a committee, the mean of its members.
    analyses : sequence of FisherAnalysis
        Of the potential, or of every member of the committee: then the root mean square of their bars is taken.
    frames : sequence of Frame
        Targets are compared with where they are.
    noise : Noise, optional
        Of the data that the potential was fitted to; by default from the residuals.
    progress : callable

    Raises
    ------
    NNPError
        As `uncertainty` and `Potential.evaluate`.
    """
    found = [uncertainty(one.data, noise) for one in analyses]
    predictions = predict(potential, frames)
    parameters = [
        root_mean_square([one.bars(which.rows_of, frame) for one, which in zip(found, analyses, strict=True)])
        for frame in progress(frames)
    ]
    level = Noise(*(_mean_level([one.noise[index] for one in found]) for index in range(2)))
    bars = {
        PARAMETERS: parameters,
        AND_NOISE: [with_noise(bar, level, len(f.atoms)) for bar, f in zip(parameters, frames, strict=True)],
    }
    if potential.n_models > 1:
        bars[COMMITTEE] = committee_bars([predict(member, frames) for member in potential.members])
    compared = {kind: calibrations(frames, predictions, listed) for kind, listed in bars.items()}
    return Judgement(list(frames), predictions, found, bars, compared)


def _mean_level(levels: Sequence[float | None]) -> float | None:
    known = [level for level in levels if level is not None]
    return float(np.sqrt(np.mean(np.square(known)))) if known else None

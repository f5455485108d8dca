"""Fisher information of any potential: what data determines of its parameters, and the error bars that this implies."""

from nnmanybody.fisher.analysis import FisherAnalysis, Judgement, analyse, judge
from nnmanybody.fisher.calibration import Calibration
from nnmanybody.fisher.error_bars import Bars, Noise, Uncertainty, uncertainty
from nnmanybody.fisher.gauge import Gauge
from nnmanybody.fisher.spectra import Spectrum, exact_log10_kappa, spectrum
from nnmanybody.fisher.triangles import Information, Weights, information

__all__ = [
    "Bars",
    "Calibration",
    "FisherAnalysis",
    "Gauge",
    "Information",
    "Judgement",
    "Noise",
    "Spectrum",
    "Uncertainty",
    "Weights",
    "analyse",
    "exact_log10_kappa",
    "information",
    "judge",
    "spectrum",
    "uncertainty",
]

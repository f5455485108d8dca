"""demo.yaml or small.yaml -> what the demo is to do, checked."""

from pydantic import Field, PositiveFloat, PositiveInt

from nnmanybody.yaml_config import Section


class SampleSettings(Section):
    """MD with the reference, from which the training configurations are taken."""

    cell: PositiveInt
    temperatures: tuple[PositiveFloat, ...] = Field(min_length=1)  # K
    equilibration: PositiveInt  # steps of 1 fs, as everywhere
    steps: PositiveInt
    alpha: PositiveFloat  # eV/Å
    taumax: PositiveInt
    seed: PositiveInt


class TestSettings(Section):
    """MD with the reference for the test configurations, at equal intervals."""

    cell: PositiveInt
    temperatures: tuple[PositiveFloat, ...] = Field(min_length=1)
    equilibration: PositiveInt
    steps: PositiveInt
    every: PositiveInt
    seed: PositiveInt


class NVESettings(Section):
    """Energy conservation with the network."""

    cell: PositiveInt
    temperature: PositiveFloat
    equilibration: PositiveInt
    steps: PositiveInt
    seed: PositiveInt


class RDFSettings(Section):
    """g(r) with network and reference, and with the reference again from another start."""

    cell: PositiveInt
    temperatures: tuple[PositiveInt, ...] = Field(min_length=1)
    equilibration: PositiveInt
    steps: PositiveInt
    range: PositiveFloat  # Å
    bins: PositiveInt
    seed: PositiveInt


class HotSettings(Section):
    """MD with the network at the hottest, checked by the reference."""

    cell: PositiveInt
    temperature: PositiveFloat
    steps: PositiveInt
    every: PositiveInt
    seed: PositiveInt


class Settings(Section):
    """All of demo.yaml."""

    lattice_constant: PositiveFloat  # Å
    ranks: PositiveInt  # of MPI, in the hot run
    epochs: PositiveInt | None = None  # instead of those in train.yaml
    sample: SampleSettings
    test: TestSettings
    nve: NVESettings
    rdf: RDFSettings
    hot: HotSettings
    expected_seconds: dict[str, PositiveFloat]  # by stage, on 2 cores
    targets: dict[str, PositiveFloat]  # upper bounds of values in summary.json

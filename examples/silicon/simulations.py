"""Settings -> the LAMMPS runs of every stage."""

from dataclasses import dataclass
from pathlib import Path

from lammps_runs import HERE, LammpsRun
from settings import SampleSettings, Settings, TestSettings

NEVER = 1e30
"""An alpha (eV/Å) that no force comes near: samples at equal intervals of taumax."""


@dataclass(frozen=True)
class Files:
    """Where everything lies in the folder of the results."""

    folder: Path

    @property
    def runs(self) -> Path:
        """Logs and raw output of LAMMPS."""
        return self.folder / "lammps"

    @property
    def train(self) -> Path:
        """Training configurations."""
        return self.folder / "train.xyz"

    @property
    def test(self) -> Path:
        """Test configurations."""
        return self.folder / "test.xyz"

    @property
    def training(self) -> Path:
        """What `nnp train` writes."""
        return self.folder / "training"

    @property
    def potential(self) -> Path:
        """What it is all about."""
        return self.training / "potential.nnp"

    def rdf(self, pair: str, temperature: int) -> Path:
        """Return the file of one g(r); pair is nn, sw or sw_again."""
        return self.runs / f"rdf_{pair}_{temperature}K.txt"

    def frames(self, stage: str, kind: str, temperature: float) -> Path:
        """Return the file of configurations recorded in one run."""
        return self.runs / f"{stage}_{kind}_{temperature:g}K.xyz"

    def forces(self, stage: str, kind: str, temperature: float) -> Path:
        """Return the file with the force on the watched atom at every step."""
        return self.runs / f"{stage}_{kind}_{temperature:g}K_forces.txt"


def sample_runs(settings: Settings, files: Files) -> list[LammpsRun]:
    """Training data: every temperature, with and without vacancy, by the sampling rule."""
    rule = {"alpha": settings.sample.alpha, "taumax": settings.sample.taumax}
    return _reference_runs(settings, files, "train", settings.sample, rule)


def test_runs(settings: Settings, files: Files) -> list[LammpsRun]:
    """Test data: other temperatures, seeds and a larger cell, at equal intervals."""
    rule = {"alpha": NEVER, "taumax": settings.test.every}
    return _reference_runs(settings, files, "test", settings.test, rule)


def _reference_runs(
    settings: Settings, files: Files, stage: str, part: SampleSettings | TestSettings, rule: dict[str, float]
) -> list[LammpsRun]:
    runs = []
    for kind, vacancy in (("solid", "no"), ("vacancy", "yes")):
        for temperature in part.temperatures:
            variables = {
                **rule,
                "cell": part.cell,
                "a": settings.lattice_constant,
                "vacancy": vacancy,
                "temperature": temperature,
                "seed": part.seed + len(runs),
                "equilibration": part.equilibration,
                "steps": part.steps,
                "frames": files.frames(stage, kind, temperature),
                "forces": files.forces(stage, kind, temperature),
            }
            log = files.runs / f"{stage}_{kind}_{temperature:g}K.log"
            runs.append(LammpsRun("in.sample.lmp", log, variables))
    return runs


def nve_run(settings: Settings, files: Files) -> LammpsRun:
    """Energy conservation with the network."""
    nve = settings.nve
    variables = {
        **network(settings, files, nve.cell, "no"),
        "temperature": nve.temperature,
        "seed": nve.seed,
        "equilibration": nve.equilibration,
        "steps": nve.steps,
        "energies": files.runs / "nve.txt",
    }
    return LammpsRun("in.nve.lmp", files.runs / "nve.log", variables)


def rdf_runs(settings: Settings, files: Files) -> list[LammpsRun]:
    """g(r) with network and reference at every temperature, and with the reference from another seed."""
    rdf = settings.rdf
    runs = []
    for temperature in rdf.temperatures:
        for number, name in enumerate(("nn", "sw", "sw_again")):
            pair = network if name == "nn" else reference
            variables = {
                **pair(settings, files, rdf.cell, "no"),
                "temperature": temperature,
                "seed": rdf.seed + number,
                "equilibration": rdf.equilibration,
                "steps": rdf.steps,
                "range": rdf.range,
                "bins": rdf.bins,
                "rdf": files.rdf(name, temperature),
            }
            log = files.runs / f"rdf_{name}_{temperature}K.log"
            runs.append(LammpsRun("in.rdf.lmp", log, variables))
    return runs


def hot_runs(settings: Settings, files: Files) -> tuple[LammpsRun, LammpsRun]:
    """MD with the network, hot and with a vacancy; and the reference on the same path."""
    hot = settings.hot
    path = {"path": files.runs / "hot_nn.dump", "every": hot.every}
    own = {"temperature": hot.temperature, "seed": hot.seed, "steps": hot.steps}
    explored = {**network(settings, files, hot.cell, "yes"), **path, **own}
    checked = {**reference(settings, files, hot.cell, "yes"), **path, "forces": files.runs / "hot_sw.dump"}
    return (
        LammpsRun("in.hot.lmp", files.runs / "hot.log", explored, settings.ranks),
        LammpsRun("in.rerun.lmp", files.runs / "rerun.log", checked),
    )


def network(settings: Settings, files: Files, cell: int, vacancy: str) -> dict[str, object]:
    """Variables of a crystal with the trained potential."""
    crystal = {"cell": cell, "a": settings.lattice_constant, "vacancy": vacancy}
    return {**crystal, "pair": HERE / "pair_nn.lmp", "potential": files.potential}


def reference(settings: Settings, _files: Files, cell: int, vacancy: str) -> dict[str, object]:
    """Variables of a crystal with the Stillinger-Weber potential."""
    return {"cell": cell, "a": settings.lattice_constant, "vacancy": vacancy, "pair": HERE / "pair_sw.lmp"}

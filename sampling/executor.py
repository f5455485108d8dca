"""Jobs -> their results, by Parsl: threads or processes of this machine, or nodes of a cluster."""

from __future__ import annotations

import logging
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from nnmanybody.sampling.config import ExecutorConfig
from nnmanybody.sampling.folder import is_disk_error
from nnmanybody.sampling.jobs import run_job

from nnmanybody.errors import NNPError

logger = logging.getLogger(__name__)

HEARTBEAT_S = 20
"""Workers of this machine notice after so many seconds at the latest that their loop is gone."""
PATIENCE_S = 60.0
"""How long nothing may happen before the workers are looked at."""
END_WITH_PARENT = """
import ctypes, os, sys
PR_SET_PDEATHSIG, SIGKILL = 1, 9
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Becomes another program, which the kernel kills when its parent ends."""
Progress = Callable[[int, int], None]


class Executor:
    """Runs jobs; a job whose worker died is given to another one.

    Parameters
    ----------
    config : ExecutorConfig
    kernel : parsl.dataflow.dflow.DataFlowKernel
    """

    def __init__(self, config: ExecutorConfig, kernel: Any) -> None:  # noqa: ANN401 (Parsl's)
        from parsl import python_app

        self._config = config
        self._kernel = kernel
        self._app = python_app(run_job, data_flow_kernel=kernel, cache=False)

    def map(
        self, kind: str, jobs: Sequence[Mapping[str, Any]], progress: Progress = lambda done, total: None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Run jobs of one kind; yields number and result of each as soon as it is there.

        Raises
        ------
        NNPError
            Of a job itself; or if workers died more often than they are replaced.
        """
        waiting: dict[Future[dict[str, Any]], tuple[int, int]] = {}
        for number, job in enumerate(jobs):
            waiting[self._app(kind, dict(job))] = (number, 0)
        done = 0
        progress(0, len(jobs))
        while waiting:
            finished, _ = wait(list(waiting), timeout=PATIENCE_S, return_when=FIRST_COMPLETED)
            if not finished:
                self._check_workers()
            for future in finished:
                number, deaths = waiting.pop(future)
                error = future.exception()
                if error is None:
                    done += 1
                    progress(done, len(jobs))
                    yield number, future.result()
                elif _is_death(error) and deaths < self._config.retries:
                    logger.warning("a worker died (%s); its job is given to another one", error)
                    self._replace_manager(error)
                    waiting[self._app(kind, dict(jobs[number]))] = (number, deaths + 1)
                else:
                    _raise_mendable(error)

    def _check_workers(self) -> None:
        """Notice that the workers of this machine are gone though no job was with them; on a cluster they may queue."""
        if self._config.kind == "processes" and not self._kernel.executors["processes"].connected_managers():
            raise NNPError("all workers are gone. Everything that was done is kept; go on by `nnp sample resume`")

    def _replace_manager(self, error: BaseException) -> None:
        """Start the workers of this machine anew if all died at once; a cluster's are, by Parsl, when there is work."""
        from parsl.executors.high_throughput.errors import ManagerLost

        if self._config.kind == "processes" and isinstance(error, ManagerLost):
            self._kernel.executors[self._config.kind].scale_out_facade(1)


def _is_death(error: BaseException) -> bool:
    """Return whether the worker, not the job, is to blame."""
    from parsl.executors.high_throughput.errors import ManagerLost, WorkerLost

    return isinstance(error, ManagerLost | WorkerLost)


def _raise_mendable(error: BaseException) -> NoReturn:
    """Raise the error of a job, as one that says how to go on if it does not itself."""
    if isinstance(error, NNPError | KeyboardInterrupt) or is_disk_error(error):
        raise error
    what = f"{type(error).__name__}: {error}"
    if type(error).__module__.startswith("parsl"):
        raise NNPError(
            f"the workers are gone ({what}). Everything that was done is kept; when the nodes are back, "
            "go on by `nnp sample resume`"
        ) from error
    raise NNPError(
        f"a job failed: {what}. Everything that was done is kept; `nnp sample resume` tries again"
    ) from error


@contextmanager
def executor(config: ExecutorConfig, folder: Path) -> Iterator[Executor]:
    """Start workers, and end them.

    Raises
    ------
    NNPError
        If Parsl is not installed or refuses the configuration.
    """
    try:
        from parsl.config import Config
        from parsl.dataflow.dflow import DataFlowKernel, DataFlowKernelLoader
    except ModuleNotFoundError as error:
        raise NNPError(
            f"sampling needs Parsl, which is not installed ({error}).\nInstall it by: pip install nnmanybody[sampling]"
        ) from error
    _programs_on_path()
    logging.getLogger("parsl").setLevel(logging.ERROR)
    settings = Config(
        executors=[_parsl_executor(config)],
        run_dir=str(folder / "parsl"),
        strategy="none" if config.kind in ("threads", "processes") else "simple",
        usage_tracking=0,
        initialize_logging=False,
        exit_mode="skip",
    )
    try:
        kernel = DataFlowKernel(settings)
    except Exception as error:
        if is_disk_error(error):
            raise
        raise NNPError(f"executor: Parsl could not start ({type(error).__name__}: {error})") from error
    try:
        yield Executor(config, kernel)
    finally:
        kernel.cleanup()
        DataFlowKernelLoader.clear()


def _parsl_executor(config: ExecutorConfig) -> Any:  # noqa: ANN401 (Parsl's)
    from parsl.executors import HighThroughputExecutor, ThreadPoolExecutor

    if config.kind == "threads":
        return ThreadPoolExecutor(label="threads", max_threads=config.workers)
    local = config.kind == "processes"
    options: dict[str, Any] = {"address": "127.0.0.1", "heartbeat_threshold": HEARTBEAT_S} if local else {}
    return HighThroughputExecutor(
        label=config.kind,
        max_workers_per_node=config.workers,
        cores_per_worker=1e-3,  # the number of workers alone decides
        heartbeat_period=5 if local else 30,
        encrypted=True,
        provider=_provider(config),
        interchange_launch_cmd=_with_parent_only(["interchange.py"]),
        **options,
    )


def _provider(config: ExecutorConfig) -> Any:  # noqa: ANN401 (Parsl's)
    from parsl import providers

    kind = {"processes": "LocalProvider", "slurm": "SlurmProvider", "pbs": "PBSProProvider"}[config.kind]
    path = f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH"
    if "PYTHONPATH" in os.environ:
        path += f"; export PYTHONPATH={shlex.quote(os.environ['PYTHONPATH'])}"
    options = {"init_blocks": 1, "min_blocks": 1, "max_blocks": 1, "worker_init": path, **config.provider}
    try:
        return getattr(providers, kind)(**options)
    except TypeError as error:
        raise NNPError(
            f"executor.provider: {error}; its keys are the arguments of parsl.providers.{kind}, such as "
            "partition, account, walltime, nodes_per_block, max_blocks, scheduler_options, worker_init"
        ) from error


def _programs_on_path() -> None:
    """Parsl starts its programs by name; they lie beside Python, which need not be on PATH."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ.get("PATH", "")


def _with_parent_only(command: Sequence[str]) -> list[str]:
    """Let a program end when the loop does, also when that is killed: Parsl's interchange would go on for ever."""
    if not sys.platform.startswith("linux"):
        return list(command)
    return [sys.executable, "-S", "-c", END_WITH_PARENT, *command]

"""The Dask cluster that the tasks run on: processes on this machine, or an existing scheduler.

Dask is imported here alone, when a cluster is asked for: nothing else pays for it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from trefpunt.country.fingerprint import code_digest
from trefpunt.country.measured import Answer, Failure, measured
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
Job = tuple[str, Any]
"""Code of a municipality, and what its task is told."""

DEATHS = 1
"""A task whose process has died this often is tried once more beside the others, and then alone."""

CONNECT_S = 10.0
START_S = 60.0
PATIENCE_S = 120.0
"""So long there may be no worker at all before what is left is given up."""

LEAST_BYTES = 2 << 30
"""Memory for a worker, when their number is chosen here."""

_POLL_S = 2.0
_ANSWER_S = 600.0
"""An answer that died with its worker is made again: as long as a build takes."""

_CLOSE_S = 10.0

_LOCAL = {
    # One task at a worker and none in its queue: a worker that dies is to blame for one task only.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": DEATHS,
    # A worker that is paused for its memory would wait for ever; beyond 95 % it is killed, and its task tried again.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


def default_workers() -> int:
    """As many as there are processors, and memory for."""
    from dask.system import CPU_COUNT
    from distributed.system import MEMORY_LIMIT

    return max(1, min(int(CPU_COUNT), int(MEMORY_LIMIT) // LEAST_BYTES))


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Give a client of a cluster, and close what was opened for it.

    Parameters
    ----------
    scheduler
        Address of an existing one (``tcp://host:8786``, ``tls://…``; its keys come from Dask's own settings); a cluster
        on this machine where None. Its workers must see the same folders under the same names.
    workers
        Processes on this machine; `default_workers()` where None.

    Raises
    ------
    TrefpuntError
        The scheduler does not answer, is none, or has no workers; the local cluster does not start.
    """
    import dask
    import distributed  # noqa: F401 — brings its settings, which are lost if that happens while others are set

    # What Dask tells of workers that come and go is told by us, in words.
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({} if scheduler else _LOCAL):
        if scheduler is not None:
            with _existing(scheduler) as client:
                yield client
        else:
            with _local(workers or default_workers()) as client:
                yield client


@contextmanager
def _existing(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    remedy = "See whether the address is right (tcp://HOST:8786), and `dask scheduler` and `dask worker` are running."
    shown = "".join(c for c in scheduler[:200] if c.isprintable())
    if ":" not in scheduler:
        # Dask would take it for a file or a name, and wait.
        raise TrefpuntError(f"--scheduler {shown}", "is no address", remedy)
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as fault:
        raise TrefpuntError(
            f"--scheduler {shown}", f"does not answer as a Dask scheduler: {_line(fault)}", remedy
        ) from fault
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError as fault:
            raise TrefpuntError(f"--scheduler {shown}", "has no workers", remedy) from fault
        yield client
    finally:
        client.close(timeout=_CLOSE_S)


@contextmanager
def _local(workers: int) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            # Its web server starts even so: on a free port of this machine alone.
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
            preload=["trefpunt.country.preload"],
        )
    except (OSError, TimeoutError, RuntimeError) as fault:
        raise TrefpuntError(
            "the cluster on this machine",
            f"does not start: {_line(fault)}",
            "Use fewer --workers, or --workers 0 for none.",
        ) from fault
    try:
        client = Client(cluster, timeout=START_S, set_as_default=False)
        try:
            yield client
        finally:
            client.close(timeout=_CLOSE_S)
    finally:
        cluster.close(timeout=_CLOSE_S)


def _line(fault: BaseException) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:300]


def run_here(task: Callable[[str, Any], T], jobs: Sequence[Job]) -> Iterator[Answer[T]]:
    """Do all tasks one after the other in this process, without Dask."""
    for code, argument in jobs:
        yield measured(task, code, argument, code_digest())


def run_on(client: Client, task: Callable[[str, Any], T], jobs: Sequence[Job]) -> Iterator[Answer[T]]:
    """Do all tasks on a cluster; answers come as they are ready.

    A task that raises is not tried again: clients of services have done that themselves. One whose process dies is, on
    another worker. Dask counts a death against every task that the worker had, those still in its queue too; so what
    has been hit more than `DEATHS` times (with an existing scheduler: its own `allowed-failures`) is tried once more at
    the end with nothing beside it. What is killed there as often has failed.

    Parameters
    ----------
    task
        A function that other processes can import.
    jobs
        Code and argument of each.
    """
    suspects = {}
    arguments = dict(jobs)
    for answer in _run(client, task, jobs):
        if answer.deaths:
            suspects[answer.code] = answer.deaths
        else:
            yield answer
    for code in sorted(suspects):
        for answer in _run(client, task, [(code, arguments[code])]):
            yield _killed(code, suspects[code] + answer.deaths) if answer.deaths else answer


def _run(client: Client, task: Callable[[str, Any], T], jobs: Sequence[Job]) -> Iterator[Answer[T]]:
    from distributed import wait

    # Of one group, so that Dask gives them out one by one; of this run, since others may use the scheduler too.
    group = f"{getattr(task, '__name__', 'task')}-{uuid.uuid4().hex}"
    waiting = {
        client.submit(measured, task, code, argument, code_digest(), key=(group, code), pure=False): code
        for code, argument in jobs
    }
    alone = 0.0
    try:
        while waiting:
            try:
                with client.as_current():
                    wait(list(waiting), timeout=_POLL_S, return_when="FIRST_COMPLETED")
            except TimeoutError:
                alone = 0.0 if _has_workers(client) else alone + _POLL_S
            if alone >= PATIENCE_S:
                failure = Failure(
                    f"no worker has been there for {alone:.0f} s", "Start workers, and run the command again."
                )
                for future in list(waiting):
                    yield Answer(waiting.pop(future), None, failure)
            for future in [one for one in waiting if one.done()]:
                code = waiting.pop(future)
                yield _answer(code, future)
    finally:
        client.cancel(list(waiting))


def _has_workers(client: Client) -> bool:
    try:
        return bool(client.scheduler_info(n_workers=1)["workers"])
    except (OSError, TimeoutError, KeyError):
        return False


def _answer(code: str, future: Any) -> Answer[Any]:
    from distributed.scheduler import KilledWorker

    again = "Run the command again."
    if future.status in ("cancelled", "lost"):
        return Answer(
            code, None, Failure("the connection with the scheduler was lost", f"See to the scheduler. {again}")
        )
    try:
        found: Answer[Any] = future.result(timeout=_ANSWER_S)
    except KilledWorker as killed:
        return _killed(code, killed.allowed_failures + 1)
    except (CancelledError, TimeoutError, OSError) as lost:
        return Answer(code, None, Failure(f"its answer was lost: {_line(lost)}", again))
    except Exception as fault:  # everything that the task raises is in its answer: this is of Dask, or of an import
        remedy = f"See that all workers have the same Trefpunt and libraries as the command. {again}"
        return Answer(code, None, Failure(f"the worker could not do the task: {_line(fault)}", remedy))
    return found


def _killed(code: str, deaths: int) -> Answer[Any]:
    failure = Failure(
        f"its process was killed {deaths} times while building it, by lack of memory most often",
        "Use fewer --workers, or a machine with more memory, and run the command again.",
    )
    return Answer(code, None, failure, deaths=deaths)

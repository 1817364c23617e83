"""Do one task, whatever happens in it: what it gave or why it failed, how long it took, the most memory it used."""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from threadpoolctl import threadpool_limits

from trefpunt.country.fingerprint import code_digest
from trefpunt.errors import TrefpuntError

T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """Why a municipality failed, and what to do about it."""

    error: str
    remedy: str


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What became of one task.

    Attributes
    ----------
    code
        Of the municipality.
    value
        What the task gave; None where it failed.
    failure
        None where it did not.
    seconds, peak_mib
        Of this task alone; missing (None) where its process died.
    process
        Where it was done: host and number.
    deaths
        How often the process that did it died, where that is why it failed.
    """

    code: str
    value: T | None
    failure: Failure | None
    seconds: float | None = None
    peak_mib: float | None = None
    process: str | None = None
    deaths: int = 0


def measured(task: Callable[[str, Any], T], code: str, argument: Any, expected: str) -> Answer[T]:
    """Do a task for one municipality.

    Numerical libraries get one thread: as many tasks run at once as there are processors, and sums come out the same
    wherever they are made.

    Parameters
    ----------
    task
        Called with the code and the argument.
    expected
        `code_digest()` of who asks: a worker with another Trefpunt would build something else.

    Returns
    -------
    Answer
        Errors of every kind are in it; only the end of the process (KeyboardInterrupt, SystemExit) is raised.
    """
    started, reset = time.perf_counter(), _reset_peak()
    value, failure = None, None
    try:
        if code_digest() != expected:
            raise TrefpuntError(
                process_name(),
                "this worker has another Trefpunt, or other versions of its libraries, than the command",
                "Install the same on all workers and start them again.",
            )
        with threadpool_limits(1):
            value = task(code, argument)
    except TrefpuntError as fault:
        failure = Failure(str(fault).removesuffix(f"\n{fault.remedy}"), fault.remedy)
    except MemoryError:
        failure = Failure("not enough memory", "Use fewer workers, or a machine with more memory.")
    except Exception as fault:  # one municipality must not stop the others
        where = traceback.extract_tb(fault.__traceback__)[-1]
        failure = Failure(
            f"{type(fault).__name__}: {fault} ({Path(where.filename).name}, line {where.lineno})",
            "This is a fault of Trefpunt: please report it with this message.",
        )
    return Answer(code, value, failure, time.perf_counter() - started, _peak_mib(reset), process_name())


def process_name() -> str:
    """Host and number of this process."""
    return f"{platform.node()}:{os.getpid()}"


def _reset_peak() -> bool:
    """Let the system forget how much memory earlier tasks of this process have used; whether it can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        return True
    return False


def _peak_mib(reset: bool) -> float:
    """The most memory since the reset; where there is none, since the process began."""
    if reset:
        with suppress(OSError, StopIteration):
            lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
            return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)

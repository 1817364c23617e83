"""What a thing takes: seconds of several runs, and seconds and memory of a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trefpunt.errors import TrefpuntError


@dataclass(frozen=True)
class Timing:
    """Seconds of one case: median, fastest and slowest of the runs, and how many there were."""

    what: str
    median: float
    fastest: float
    slowest: float
    runs: int


def timing(what: str, call: Callable[[], object], repeat: int) -> Timing:
    """Time `repeat` runs."""
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return summary(what, seconds)


def summary(what: str, seconds: list[float]) -> Timing:
    """Median, fastest and slowest of measured runs."""
    return Timing(what, statistics.median(seconds), min(seconds), max(seconds), len(seconds))


def peak_mib() -> float:
    """The most memory this process has used so far, MiB.

    On Linux VmHWM of the process itself: `ru_maxrss` begins at the peak of the process that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


_ENDING = """
import json, pathlib
from trefpunt.bench.timing import peak_mib
pathlib.Path(sys.argv[1]).write_text(json.dumps({"steps": steps, "facts": facts, "peak_mib": peak_mib()}))
"""

_BEGINNING = """
import sys, time
steps, facts, _clock = {}, {}, time.perf_counter()
def step(name):
    global _clock
    now = time.perf_counter()
    steps[name], _clock = now - _clock, now
"""


@dataclass(frozen=True)
class ChildRun:
    """What a process of its own took: seconds per named step, in order, its peak of memory in MiB, what it found."""

    steps: dict[str, float]
    peak_mib: float
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """All steps together."""
        return sum(self.steps.values())


def in_child(code: str, arguments: list[str], cold: bool = True) -> ChildRun:
    """Run code in a fresh Python, so that its memory is its own.

    Parameters
    ----------
    code
        Python; it may call `step(name)` at the end of each part to be timed, fill the dictionary `facts` with what
        JSON can hold, and finds `arguments` in `sys.argv[2:]`.
    arguments
        Texts, passed on as they are (no shell).
    cold
        With an empty folder for what is cached on disk.

    Raises
    ------
    TrefpuntError
        The code failed; with the last line it wrote.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        environment = os.environ | ({"TREFPUNT_CACHE": str(Path(folder) / "cache")} if cold else {})
        done = subprocess.run(  # noqa: S603 — our own interpreter on our own code
            [sys.executable, "-c", _BEGINNING + code + _ENDING, str(answer), *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise TrefpuntError("bench", last, "Run the same step by itself to see why.")
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return ChildRun(found["steps"], found["peak_mib"], found["facts"])

"""Tasks that worker processes of tests import (little, so that they are soon back when killed), and who kills them."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from trefpunt.errors import SourceError


def work(code: str, argument: Any) -> Any:
    """Do what is told."""
    match argument:
        case "named fault":
            raise SourceError(f"sources of {code}", ["one thing", "another"], "Mend both.")
        case "bug":
            return 1 // 0
        case "no memory":
            raise MemoryError
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case ("dies once", folder):
            if not (mark := Path(folder) / code).exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            return len(bytearray(200 << 20))
    return f"{code} done"


def contents(out: Path) -> dict[str, str]:
    """Checksums of all files of all snapshots in a folder; not of records and reports, which hold times."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("[!.]*/*"))
    }


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Worker processes below a process."""
    found = []
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def kill_one_half_way(out: Path, told: list[str], count: int, killed: list[int] | None = None) -> None:
    """Wait until half of the municipalities are built, and kill a worker of this process in the middle of a build."""
    while sum("built in" in line for line in told) < count // 2:
        time.sleep(0.05)
    while not list(out.glob(".*.new-*")):
        time.sleep(0.01)
    # The one with the most memory: it has built before, and is building now.
    one = max(workers_of(psutil.Process()), key=lambda process: process.memory_info().rss)
    if killed is not None:
        killed.append(one.pid)
    one.send_signal(signal.SIGKILL)

"""The explorer in a process of its own, on a free port of this machine, with nothing in its cache."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from trefpunt.errors import TrefpuntError

_T = TypeVar("_T")

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE_S = 120.0
_ASK = f"GET /_stcore/health HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


async def _free_port() -> int:
    probe = await asyncio.start_server(lambda reader, writer: None, HOST, 0)
    port = int(probe.sockets[0].getsockname()[1])
    probe.close()
    await probe.wait_closed()
    return port


async def _is_well(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(_ASK)
        answer = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b" 200 " in answer


def apart(work: Coroutine[None, None, _T]) -> _T:
    """Run it in a thread of its own: playwright keeps an event loop in ours."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Server:
    """A server of the explorer; a context manager that ends it.

    Attributes
    ----------
    port
        Where it listens.
    start_s
        Seconds from the start of the process to its first answer.
    """

    def __init__(self, data: Path) -> None:
        """Start it on the snapshot in `data` and wait until it answers.

        Raises
        ------
        TrefpuntError
            It ends, or does not answer in time; with the last line that it wrote.
        """
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        self._log = home / "server.log"
        self.port = apart(_free_port())
        environment = {"TREFPUNT_SNAPSHOT": str(data.resolve()), "TREFPUNT_CACHE": str(home / "cache")}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += ["--server.address", HOST, "--server.port", str(self.port), "--server.headless", "true"]
        started = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter on our own code
                command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
            )
        while not apart(_is_well(self.port)):
            if self._process.poll() is not None or time.perf_counter() - started > PATIENCE_S:
                lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                self.stop()
                raise TrefpuntError(
                    "bench --browser",
                    f"the explorer did not start: {(lines or ['it said nothing'])[-1]}",
                    "Run `streamlit run streamlit_app.py` to see why.",
                )
            time.sleep(0.01)
        self.start_s = time.perf_counter() - started

    def __enter__(self) -> Server:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the process."""
        self.stop()

    def stop(self) -> None:
        """End the process and remove what it cached."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def cpu_s(self) -> float:
        """Processor time of the process so far, all threads, those that ended too; seconds.

        Linux gives every process a clock of its processor time, to the nanosecond (`clock_getcpuclockid`): the
        figures in /proc are in hundredths of a second, too coarse for one rerun.
        """
        return time.clock_gettime(~self._process.pid << 3 | 2)

    def memory_mib(self) -> float:
        """Memory of the process that is no file's: RssAnon of /proc, MiB."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
        raise TrefpuntError("bench --browser", "this system does not tell a process's memory", "Measure on Linux.")

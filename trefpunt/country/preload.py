"""What a worker process of the local cluster does before its first task. Dask finds `dask_setup` by its name."""

from __future__ import annotations

import signal


def dask_setup(worker: object) -> None:
    """Leave Ctrl+C to the process that gave the tasks: a terminal sends it to all of them."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)

"""Two small things about connections that httpx leaves open."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the service asks to wait; a date or nonsense counts as not said."""
    value = headers.get("retry-after", "").strip()
    return float(value) if re.fullmatch(r"\d{1,9}", value) else None


@contextmanager
def watched(seconds: float) -> Iterator[dict[str, Any]]:
    """Shut the connection after `seconds`, whatever it is doing: a read timeout does not end a slow drip of headers."""
    sockets: list[socket.socket] = []

    def trace(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            sockets.append(info["return_value"].get_extra_info("socket"))

    def shut() -> None:
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield {"trace": trace}
    finally:
        timer.cancel()

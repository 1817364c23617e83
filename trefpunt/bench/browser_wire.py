"""A wire between browser and server: it counts the bytes as they are sent, and can be as slow as a phone's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from trefpunt.bench.browser_server import HOST

_SOCKET = b"GET /_stcore/stream"
_PIECE = 64 * 1024
_PACKET = 1460
"""Bytes at a time over a slow wire: those of one packet."""


@dataclass(frozen=True)
class Line:
    """What a wire lets through.

    Attributes
    ----------
    bits_per_second
        All connections together, each way; None: as much as comes.
    round_trip_s
        What there and back takes, half of it each way; a new connection takes one more.
    """

    bits_per_second: float | None = None
    round_trip_s: float = 0.0


@dataclass
class Bytes:
    """Bytes from the server: compressed as they were, headers included."""

    websocket: int = 0
    files: int = 0

    def since(self, before: Bytes) -> Bytes:
        """What came after `before`."""
        return Bytes(self.websocket - before.websocket, self.files - before.files)


class _Way:
    """One direction of a line, shared by all connections: one packet after another."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._free_at = 0.0

    def arrival(self, size: int, now: float) -> float:
        """When so many bytes that are sent now have arrived."""
        start = max(now, self._free_at)
        rate = self._line.bits_per_second
        self._free_at = start + (size * 8 / rate if rate else 0.0)
        return self._free_at + self._line.round_trip_s / 2


class Wire:
    """A wire to a port of this machine; a context manager that takes it away.

    Attributes
    ----------
    port
        Where it begins.
    """

    def __init__(self, to_port: int, line: Line | None = None) -> None:
        """Lay it."""
        self._to, self._line = to_port, line or Line()
        self._up, self._down = _Way(self._line), _Way(self._line)
        self._count = Bytes()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._connect, HOST, 0), self._loop
        ).result()
        self.port = int(self._server.sockets[0].getsockname()[1])

    def __enter__(self) -> Wire:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take it away, and cut what still runs over it."""

        async def cut() -> None:
            self._server.close()
            running = list(self._tasks)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Address of the explorer, over this wire."""
        return f"http://{HOST}:{self.port}"

    def count(self) -> Bytes:
        """Bytes that the server has sent over it so far."""
        return Bytes(self._count.websocket, self._count.files)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await asyncio.sleep(self._line.round_trip_s)
            server_reader, server_writer = await asyncio.open_connection(HOST, self._to)
        except OSError:
            writer.close()
            return
        kind = ["files"]

        def asked(piece: bytes) -> None:
            if piece.startswith(_SOCKET):
                kind[0] = "websocket"

        def answered(piece: bytes) -> None:
            setattr(self._count, kind[0], getattr(self._count, kind[0]) + len(piece))

        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, server_writer, self._up, asked))
                both.create_task(self._carry(server_reader, writer, self._down, answered))
        except* OSError:
            pass
        except* asyncio.CancelledError:
            pass  # the wire is taken away
        finally:
            writer.close()
            server_writer.close()

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, way: _Way, note: Callable[[bytes], None]
    ) -> None:
        """Carry bytes one way until there are no more."""
        slow = self._line != Line()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

        async def deliver() -> None:
            while True:
                arrives, piece = await under_way.get()
                await asyncio.sleep(max(0.0, arrives - self._loop.time()))
                if not piece:
                    break
                target.write(piece)
                await target.drain()
            if target.can_write_eof():
                target.write_eof()

        async def send() -> None:
            while piece := await source.read(_PACKET if slow else _PIECE):
                note(piece)
                await under_way.put((way.arrival(len(piece), self._loop.time()) if slow else 0.0, piece))
            await under_way.put((way.arrival(0, self._loop.time()) if slow else 0.0, b""))

        async with asyncio.TaskGroup() as both:
            both.create_task(deliver())
            both.create_task(send())

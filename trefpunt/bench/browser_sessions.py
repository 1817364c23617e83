"""Many sessions at once: each plays back, to the byte, what a browser said to the server.

One visit is recorded in a real browser. Then every session opens a websocket as that browser did and says the same, at
its own moments. What a browser draws is no part of it; what the server computes and sends is. Of the answers it is
enough to know when a run is over and whether it changed the address, as every recorded action does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from trefpunt.bench.browser_report import Load
from trefpunt.bench.browser_server import HOST, Server, apart
from trefpunt.errors import TrefpuntError

RERUN = 11
"""Field of Streamlit's `BackMsg`: run the script."""
FINISHED, ADDRESS = 6, 12
"""Fields of its `ForwardMsg`: a run is over, and how; the address has changed."""
AGAIN = 2
"""How a run is over that another one follows at once."""
KINDS = 4
"""Actions of a round, each of another kind."""
PATIENCE_S = 60.0
_SETTLING = 5
"""The first sessions are not counted in the memory of each: what the start left behind is used up by then."""


@dataclass(frozen=True)
class Recording:
    """What a browser said: to open the page, and for each action; messages that ask for a run of the script."""

    opening: list[bytes]
    actions: list[list[bytes]]


def fields(message: bytes) -> Iterator[tuple[int, int]]:
    """Go through the outermost fields of a protobuf message: number, and value or (of texts and messages) length.

    The wire format is that of https://protobuf.dev/programming-guides/encoding.

    Raises
    ------
    ValueError
        It is none.
    """
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    try:
        while at < len(message):
            number, kind = divmod(varint(), 8)
            if kind not in (0, 1, 2, 5):
                raise ValueError(f"field {number} is of kind {kind}")
            value = varint() if kind in (0, 2) else 0
            at += {0: 0, 1: 8, 2: value, 5: 4}[kind]
            yield number, value
    except IndexError as fault:
        raise ValueError("the message ends too early") from fault
    if at > len(message):
        raise ValueError("the message ends too early")


def asks_for_a_run(message: bytes) -> bool:
    """Return whether a browser's message asks for a run of the script."""
    return any(number == RERUN for number, _ in fields(message))


def is_over(message: bytes) -> bool:
    """Return whether a server's message says that a run is over, and no other follows at once."""
    return any(number == FINISHED and value != AGAIN for number, value in fields(message))


class Session:
    """One visitor's connection."""

    def __init__(self, connection: ClientConnection, number: int) -> None:
        """As the `number`-th."""
        self._connection, self.number = connection, number

    async def close(self) -> None:
        """Go away."""
        await self._connection.close()

    async def say(self, messages: list[bytes], *, acts: bool = True) -> None:
        """Say something, and hear the server out.

        Raises
        ------
        TrefpuntError
            An action (`acts`) left the address as it was: the server did not do what the browser's did.
        """
        changed = False
        for message in messages:
            await self._connection.send(message)
            changed |= await self._hear()
        if acts and not changed:
            raise TrefpuntError(
                "bench --browser",
                "what a browser did has no effect when it is played back",
                "Look at the explorer in a browser.",
            )

    async def _hear(self) -> bool:
        """Hear a run out; return whether it changed the address."""
        changed = False
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._connection.recv(decode=False)
                changed |= any(number == ADDRESS for number, _ in fields(message))
                if is_over(message):
                    return changed


async def _session(port: int, number: int, recording: Recording) -> Session:
    address = f"ws://{HOST}:{port}/_stcore/stream"
    session = Session(await connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None), number)
    await session.say(recording.opening, acts=False)
    return session


async def _act(
    session: Session, recording: Recording, first: int, begins: float, every_s: float, times: int
) -> list[float]:
    """Act at set moments; return how long after each the server was done. A late answer moves no later moment."""
    took = []
    for i in range(times):
        due = begins + i * every_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await session.say(recording.actions[(first + i) % len(recording.actions)])
        took.append(time.perf_counter() - due)
    return took


def growth_mib(memory: list[float]) -> float:
    """Memory that each session adds, from the memory after each: slope of the least-squares line past the first few.

    NaN with fewer than two sessions past these.
    """
    later = memory[_SETTLING:]
    return float(np.polyfit(np.arange(len(later)), later, 1)[0]) if len(later) > 1 else float("nan")


async def _load(server: Server, recording: Recording, sessions: int, every_s: float, times: int) -> Load:
    everybody, memory = [], []
    for number in range(sessions):
        session = await _session(server.port, number, recording)
        # Everything once, so that a session is as large as it gets; and so that not all do the same at the same time,
        # some are an action or two ahead.
        for messages in [*recording.actions, *recording.actions[: number % KINDS]]:
            await session.say(messages)
        everybody.append(session)
        memory.append(server.memory_mib())
    cpu, started = server.cpu_s(), time.perf_counter()
    begins = started + 1.0
    found = await asyncio.gather(
        *(
            _act(one, recording, one.number % KINDS, begins + one.number * every_s / sessions, every_s, times)
            for one in everybody
        )
    )
    busy = (server.cpu_s() - cpu) / (time.perf_counter() - started)
    added = growth_mib(memory)
    for session in everybody:
        await session.close()
    took = np.array(found).ravel()
    median, p95 = (float(value) for value in np.percentile(took, [50, 95]))
    return Load(sessions, every_s, took.size, median, p95, float(took.max()), busy, added)


def load(server: Server, recording: Recording, sessions: int = 50, every_s: float = 5.0, times: int = 8) -> Load:
    """Let many sessions act at once on a server of this machine, which the client shares.

    Parameters
    ----------
    server
        The one that the recording was made on, so that what is computed once for everybody is there.
    recording
        Of a visit to the map.
    sessions, every_s, times
        How many, how often each acts, and how many times.

    Raises
    ------
    TrefpuntError
        A played back action has no effect.
    """
    return apart(_load(server, recording, sessions, every_s, times))

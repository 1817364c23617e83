"""Many sessions at once, without a browser: each speaks to the server as Streamlit's own front end does.

A session opens the explorer, hears which widgets there are, and then acts every few seconds on the map: a kind of
place, minutes, a place, a neighbourhood. What a browser draws is not part of it; what the server computes and sends is.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from trefpunt.bench.browser_report import Load
from trefpunt.bench.browser_server import HOST, Server
from trefpunt.errors import TrefpuntError

CATEGORIES, MINUTES, MAP = "control_categories", "control_minutes", "map"
PATIENCE_S = 60.0
_FIRST_S = 0.1
"""Between the arrivals of two sessions."""


@dataclass(frozen=True)
class Action:
    """One thing that a visitor does: the key of a widget, and the value that it gets.

    `value`: positions of chosen options, a number, or what the map tells (`kind`, `id`).
    """

    key: str
    value: list[int] | float | dict[str, str]


def script(places: list[str], areas: list[str]) -> list[Action]:
    """What every session does, over and over: five rounds of four actions."""
    actions = []
    for i in range(5):
        actions += [
            Action(CATEGORIES, [i, i + 1]),
            Action(MAP, {"kind": "place", "id": places[i % len(places)]}),
            Action(MINUTES, float(10 + i)),
            Action(MAP, {"kind": "area", "id": areas[i % len(areas)]}),
        ]
    return actions


@dataclass
class Session:
    """One visitor's connection."""

    connection: ClientConnection
    number: int = 0
    widgets: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    fragment: str = ""
    query: str = ""
    page: str = ""
    clicks: int = 0

    async def open(self) -> None:
        """Ask for the map."""
        await self._run(BackMsg())
        if missing := {CATEGORIES, MINUTES, MAP} - set(self.widgets):
            raise _fault(f"no widget of the map has the key {', '.join(sorted(missing))}")

    async def act(self, action: Action) -> None:
        """Do one thing, and wait until the server is done with it.

        Raises
        ------
        TrefpuntError
            The explorer did nothing with it, or failed.
        """
        widget = WidgetState(id=self.widgets[action.key])
        if isinstance(action.value, dict):
            self.clicks += 1
            event = action.value | {"nonce": f"{self.number}-{self.clicks}"}
            widget.json_value = json.dumps({"event": event})
        elif isinstance(action.value, list):
            widget.string_array_value.data.extend(self.options[action.key][i] for i in action.value)
        else:
            widget.double_array_value.data.append(action.value)
        message = BackMsg()
        message.rerun_script.widget_states.widgets.append(widget)
        before = self.query
        await self._run(message)
        if self.query == before:
            raise _fault(f"{action.key} = {action.value} changed nothing")

    async def _run(self, message: BackMsg) -> None:
        """Ask for a run of the script, and hear it out."""
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.fragment_id = self.query, self.page, self.fragment
        await self.connection.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heard = ForwardMsg.FromString(bytes(await self.connection.recv(decode=False)))
                kind = heard.WhichOneof("type")
                if kind == "script_finished":
                    if heard.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue
                    if heard.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        raise _fault("the explorer does not compile")
                    return
                self._note(kind, heard)

    def _note(self, kind: str | None, heard: ForwardMsg) -> None:
        if kind == "new_session":
            self.page = heard.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.query = heard.page_info_changed.query_string
        elif kind == "delta" and heard.delta.WhichOneof("type") == "new_element":
            element = heard.delta.new_element
            what = element.WhichOneof("type") or ""
            if what == "exception":
                raise _fault(element.exception.message or "the explorer failed")
            body = getattr(element, what, None)
            # An id ends with the key that the explorer gave; streamlit-folium gives the map one of its own.
            key = MAP if what == "component_instance" else str(getattr(body, "id", "")).rpartition("-")[2]
            if key in {CATEGORIES, MINUTES, MAP}:
                self.widgets[key] = body.id  # type: ignore[union-attr]
                self.fragment = heard.delta.fragment_id
                if what == "button_group":
                    self.options[key] = [option.content for option in element.button_group.options]


def _fault(text: str) -> TrefpuntError:
    return TrefpuntError("bench --browser", text, "Look at the explorer in a browser.")


async def _session(port: int, number: int) -> Session:
    connection = await connect(
        f"ws://{HOST}:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None  # type: ignore[list-item]
    )  # fmt: skip
    session = Session(connection, number)
    await session.open()
    return session


async def _loop(session: Session, actions: list[Action], begins: float, every_s: float, times: int) -> list[float]:
    """Act at set moments; return how long after each the server was done. A late answer delays nobody's clock."""
    took = []
    for i in range(times):
        due = begins + i * every_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        # Each session begins elsewhere, so that not all do the same at the same time.
        await session.act(actions[(session.number + i) % len(actions)])
        took.append(time.perf_counter() - due)
    return took


async def _load(server: Server, actions: list[Action], sessions: int, every_s: float, times: int) -> Load:
    first = await _session(server.port, 0)
    for action in [*actions, *actions]:  # what is computed once for everybody is in memory before it is measured
        await first.act(action)
    memory = server.memory_mib()
    everybody = []
    for number in range(sessions):
        everybody.append(await _session(server.port, number))
        await asyncio.sleep(_FIRST_S)
    cpu, started = server.cpu_s(), time.perf_counter()
    begins = started + 1.0
    found = await asyncio.gather(
        *(_loop(one, actions, begins + one.number * every_s / sessions, every_s, times) for one in everybody)
    )
    spent = time.perf_counter() - started
    busy = (server.cpu_s() - cpu) / spent
    added = (server.memory_mib() - memory) / sessions
    for session in [first, *everybody]:
        await session.connection.close()
    took = np.array(found).ravel()
    median, p95 = (float(value) for value in np.percentile(took, [50, 95]))
    return Load(sessions, every_s, took.size, median, p95, float(took.max()), busy, added)


def load(server: Server, actions: list[Action], sessions: int = 50, every_s: float = 5.0, times: int = 8) -> Load:
    """Let many sessions act at once on a server of this machine, which the client shares.

    Parameters
    ----------
    server
        One that nobody has used yet.
    actions
        As of `script`.
    sessions, every_s, times
        How many, how often each acts, and how many times.

    Raises
    ------
    TrefpuntError
        An action has no effect: the explorer has other widgets than this knows.
    """
    return asyncio.run(_load(server, actions, sessions, every_s, times))

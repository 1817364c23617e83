"""The browser benchmark without a browser: the wire, the report, the command. No time is tested."""

import asyncio
import math
import threading
from dataclasses import replace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve as websockets_serve

from tests.unit.test_bench_report import EMPTY, REPORT
from trefpunt.bench import browser_sessions, chromium
from trefpunt.bench import run as command
from trefpunt.bench.browser_report import BrowserRun, Change, Load, Visit
from trefpunt.bench.browser_server import HOST, apart
from trefpunt.bench.browser_wire import Bytes, Line, Wire, _Way
from trefpunt.bench.markdown import kilobytes, mebibytes, refresh, tables
from trefpunt.bench.report import budgets, from_json, to_json
from trefpunt.bench.timing import Timing
from trefpunt.errors import TrefpuntError


def timing(what, median):
    return Timing(what, median, median / 2, median * 2, 5)


RUN = BrowserRun(
    command="python -m trefpunt bench --browser",
    machine={"Chromium": "1"},
    visits=[
        Visit(timing("start of the server", 0.5)),
        Visit(timing("start to first map", 4.0), 139, 2_000_000, 40_000, is_budgeted=True),
        Visit(timing("the same visitor again", 0.9), 5, 30_000, 40_000),
    ],
    changes=[
        Change(timing("choose", 0.2), 20_000, 8_000, 0.0, 0.02, is_budgeted=True),
        Change(timing("click", 0.4), 20_000, 12_000, 0.1, 0.05, is_budgeted=True),
        Change(timing("a page", 0.9), 40_000, 9_000, None, 0.2),
    ],
    load=Load(50, 5.0, 400, 0.05, 0.2, 1.1, 0.4, 1.5),
)


@pytest.fixture
def echo():
    """A server on this machine that answers every line with itself a thousand times; returns its port."""
    loop = asyncio.new_event_loop()

    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(line * 1000)
            await writer.drain()
        writer.close()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(answer, HOST, 0), loop).result()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def ask(port, lines):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"".join(lines))
    writer.write_eof()
    return await reader.read()


@pytest.mark.parametrize("line", [None, Line(1e9, 0.002)], ids=["as fast as it goes", "slow"])
def test_a_wire_carries_and_counts_every_byte(echo, line):
    files, socket = [b"GET / HTTP/1.1\n", b"x\n"], [b"GET /_stcore/stream HTTP/1.1\n", b"abc\n"]
    with Wire(echo, line) as wire:
        assert apart(ask(wire.port, files)) == b"".join(one * 1000 for one in files)
        before = wire.count()
        # 15 and 2 bytes, a thousand times.
        assert before == Bytes(websocket=0, files=17_000)
        assert apart(ask(wire.port, socket)) == b"".join(one * 1000 for one in socket)
        assert wire.count().since(before) == Bytes(websocket=33_000, files=0)


def test_a_wire_to_nowhere_hangs_up(echo):
    with Wire(1) as wire, pytest.raises((OSError, AssertionError)):
        assert apart(ask(wire.port, [b"x\n"])) == b"x\n"


def test_a_slow_line_sends_one_packet_after_another():
    """1,500 bytes at 1.5 Mbit/s are 8 ms; half of a round trip of 150 ms comes on top."""
    way = _Way(Line(1.5e6, 0.15))
    assert way.arrival(1500, 10.0) == pytest.approx(10.083)
    assert way.arrival(1500, 10.0) == pytest.approx(10.091)
    # The line is free again.
    assert way.arrival(1500, 11.0) == pytest.approx(11.083)
    assert _Way(Line(round_trip_s=0.15)).arrival(10**9, 1.0) == pytest.approx(1.075)


def test_a_run_is_read_back_as_it_was_written():
    report = replace(REPORT, browser=RUN)
    assert from_json(to_json(report)) == report
    assert from_json(to_json(replace(report, browser=replace(RUN, load=None)))).browser.load is None


def test_budgets_are_judged_by_the_figures():
    """4 > 3 s; of a click 0.2 ≤ 0.3 s, 8 ≤ 10 kB, 0 ≤ 0 s, 0.02 ≤ 0.03 s, then all missed; 0.2 ≤ 1 s; 1.5 > 1."""
    judged = {one.what: one.met for one in budgets(replace(EMPTY, browser=RUN))}
    limits = ("until it is seen", "sent, compressed", "no map to see", "processor time of the server")
    assert judged == {
        "start to first map": False,
        **{f"choose: {limit}": True for limit in limits},
        **{f"click: {limit}": False for limit in limits},
        "50 sessions acting every 5 s: 95 % of the runs within": True,
        "50 sessions acting every 5 s: memory of each": False,
    }


def test_tables_are_as_wide_as_their_headers():
    found = tables(replace(EMPTY, browser=RUN))
    for name in ("browser_machine", "visits", "changes", "load"):
        (table,) = found[name]
        assert table.rows and {len(row) for row in table.rows} == {len(table.header)}


def test_small_figures_keep_their_decimals():
    assert mebibytes(0.456) == "0.46 MiB" and mebibytes(12.0) == "12 MiB"
    assert kilobytes(7_471.5) == "7.5 kB" and kilobytes(2_690_773) == "2,690.8 kB" and kilobytes(12e6) == "12.0 MB"


def test_either_part_leaves_the_other_as_it_was(tmp_path, monkeypatch):
    """The engine's figures stay when the browser's are renewed, and the other way round; the document follows."""
    out, docs = tmp_path / "b.json", tmp_path / "p.md"
    docs.write_text("<!-- bench: full -->\n<!-- end -->\n<!-- bench: load -->\n<!-- end -->\n")
    monkeypatch.setattr(command, "measure_all", lambda options, progress: REPORT)
    monkeypatch.setattr(command, "measure_browser", lambda options, progress: replace(EMPTY, machine={}, browser=RUN))
    engine = command.Options(tmp_path, out=out, docs=docs)
    browser = command.Options(tmp_path, browser=True, out=out, docs=docs)
    for options in (engine, browser, engine):
        command.run(options)
    assert from_json(out.read_text()) == replace(REPORT, browser=RUN)
    assert docs.read_text() == refresh(docs.read_text(), replace(REPORT, browser=RUN))
    assert "| peak of memory | 499 MiB |" in docs.read_text() and "1.50 MiB" in docs.read_text()


@pytest.mark.parametrize("wrong", [{"docs": "p.md"}, {"docs": "p.md", "out": "o.json", "picture": "p.png"}])
def test_what_would_empty_the_other_tables_is_refused(tmp_path, wrong):
    options = command.Options(tmp_path, browser=True, **{name: tmp_path / file for name, file in wrong.items()})
    with pytest.raises(TrefpuntError, match="--picture"):
        command.run(options)
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_was_run(tmp_path):
    assert command.Options(tmp_path, repeat=3, browser=True).command == "python -m trefpunt bench --browser --repeat 3"


def test_a_variable_that_names_no_program_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(chromium.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(TrefpuntError, match="is no program"):
        chromium.find()


def test_messages_are_read_as_streamlit_writes_them():
    """Numbers of fields, values and lengths, against the classes that Streamlit's own server uses."""
    said = BackMsg()
    said.rerun_script.query_string = "x" * 300
    assert list(browser_sessions.fields(said.SerializeToString())) == [(browser_sessions.RERUN, 303)]
    assert browser_sessions.asks_for_a_run(said.SerializeToString())
    assert not browser_sessions.asks_for_a_run(BackMsg(app_heartbeat=True).SerializeToString())
    over = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN, hash="abc")
    assert sorted(browser_sessions.fields(over.SerializeToString())) == [
        (1, 3),
        (browser_sessions.FINISHED, browser_sessions.AGAIN),
    ]
    address = ForwardMsg()
    address.page_info_changed.query_string = "area=1"
    assert [number for number, _ in browser_sessions.fields(address.SerializeToString())] == [browser_sessions.ADDRESS]


@pytest.mark.parametrize("message", [b"\x0a\x05ab", b"\x0a", b"\x0b", b"\xff", b"\x0d\x00"])
def test_what_is_no_message_is_refused(message):
    """A text of five letters that has two; no length; a group; half a number; a number of four bytes that has one."""
    with pytest.raises(ValueError):
        list(browser_sessions.fields(message))


def test_the_memory_of_a_session_is_the_slope_past_the_first_few():
    """0.3 MiB each, whatever happened while the first five came; not known from so few."""
    assert browser_sessions.growth_mib([200, 900, 100, 150, 90, *(100 + 0.3 * i for i in range(45))]) == pytest.approx(
        0.3
    )
    assert math.isnan(browser_sessions.growth_mib([1.0] * 6))


@pytest.mark.parametrize(("answer", "fault"), [("address", None), ("nothing", "no effect")])
def test_a_session_hears_a_run_out(answer, fault):
    """It goes on after a run that is cut short for another, and an action has to change the address."""
    changed = ForwardMsg()
    changed.page_info_changed.query_string = "area=1"
    messages = [ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN), *([changed] * (answer == "address"))]
    messages.append(ForwardMsg(script_finished=ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY))

    async def visit():
        async def serve(connection):
            async for _ in connection:
                for message in messages:
                    await connection.send(message.SerializeToString())

        async with websockets_serve(serve, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with connect(f"ws://{HOST}:{port}") as connection:
                session = browser_sessions.Session(connection, 0)
                await session.say([b"one", b"two"], acts=False)
                await session.say([b"three"])
                return len(messages)

    if fault is None:
        assert apart(visit()) == 3
    else:
        with pytest.raises(TrefpuntError, match=fault):
            apart(visit())

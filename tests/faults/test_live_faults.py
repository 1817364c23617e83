"""Everything that goes wrong with services: at most five tries, a bounded time, a named error, nothing half stored."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.servers import base
from tests.servers.live import QUICK, Skipping, fetcher, serving
from tests.servers.osm import small_frame
from trefpunt import snapshot
from trefpunt.errors import SourceError
from trefpunt.sources import cbs_odata, overpass, pdok
from trefpunt.sources.http import FetchError
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.services import Limits

HERE = find_municipality("Maastricht")
MOST_SECONDS = 60
"""No fault may hold a build longer than this here; the bounds in use are 1 to 2 s, the machine may be busy."""


def scores(client):
    return cbs_odata.fetch_ses(client, HERE)


def areas(client):
    return pdok.fetch_areas(client, HERE, 2024)


def osm(client):
    return overpass.fetch_osm(client, small_frame(), client.cache.folder.parent / "out.osm.pbf", ["places"])


CLIENTS = {"TypedDataSet?": scores, "collections/buurten": areas, "interpreter": osm}
"""What is fetched, by a part of the address at which the fault strikes."""


@pytest.fixture
def server():
    with serving(cbs_page=150) as running:
        yield running


@pytest.fixture
def old(tmp_path):
    """An old snapshot, which a failing build must leave as it is."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "datapackage.json").write_text('{"name": "old"}')
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def refused(server, old, what: Callable[[Any], Any], limits: Limits | None = None, clock=None) -> SourceError:
    """The error, after seeing that it was bounded and left nothing half done."""
    before, started = contents(old), time.monotonic()
    client = fetcher(server.url, old.parent / "cache", limits, clock)
    with pytest.raises(SourceError) as fault, snapshot.replacing(old) as folder:
        what(client)
        (folder / "datapackage.json").write_text("new")
    assert time.monotonic() - started < MOST_SECONDS
    assert contents(old) == before
    for address in {(one.path, str(one.query), str(one.form)) for one in server.asked}:
        asked = sum((one.path, str(one.query), str(one.form)) == address for one in server.asked)
        assert asked <= 5, f"{address} was asked {asked} times"
    assert not list((old.parent / "cache").rglob(".part-*"))
    assert {path.name for path in old.parent.iterdir()} <= {"old", "cache"}
    return fault.value


def recovers(server, old, what: Callable[[Any], Any]) -> int:
    """After the service is well again the same folder serves; how many requests that took."""
    server.heal()
    before = server.count()
    what(fetcher(server.url, old.parent / "cache"))
    return server.count() - before


@pytest.mark.parametrize("where", CLIENTS)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (base.status(504), "HTTP 504"),
        (base.status(500), "HTTP 500"),
        (base.html, "an HTML page came instead of data"),
        (base.reset, "try 5"),
        (base.short, "try 5"),
        (base.cut, "no whole JSON"),
        (lambda answer: base.Answer(b""), "an empty answer"),
        (lambda answer: base.Answer(b'{"value": NaN, "features": NaN, "elements": NaN}'), "no whole JSON"),
        (lambda answer: base.Answer(b"[" * 200_000), "no whole JSON"),
    ],
    ids=["504", "500", "html", "reset", "short", "cut", "empty", "nan", "nested"],
)
def test_passing_faults_that_do_not_pass(server, old, where, fault, words):
    server.fail(where, fault)
    if where == "collections/buurten":
        server.fail("wfs", fault)  # which stands in
    error = refused(server, old, CLIENTS[where])
    assert (
        isinstance(error, FetchError)
        and error.tries == 5
        and words in str(error)
        and where.split("/")[-1] in str(error)
    )
    recovers(server, old, CLIENTS[where])


@pytest.mark.parametrize("where", CLIENTS)
@pytest.mark.parametrize(
    "fault", [base.status(503), base.reset, base.cut, base.html], ids=["503", "reset", "cut", "html"]
)
def test_faults_that_pass_after_four_tries_do_no_harm(server, tmp_path, where, fault):
    server.fail(where, fault, 4)
    clock = Skipping()
    CLIENTS[where](fetcher(server.url, tmp_path / "cache", clock=clock.clock()))
    assert len(clock.pauses) == 4
    # 1, 2, 4, 8 s, each less up to a half.
    assert all(full / 2 <= pause <= full for full, pause in zip((1, 2, 4, 8), clock.pauses, strict=True))


def test_too_many_requests_waits_as_long_as_it_is_asked_to(server, tmp_path):
    server.fail("interpreter", base.status(429, Retry_After="47"), 2)
    clock = Skipping()
    osm(fetcher(server.url, tmp_path / "cache", clock=clock.clock()))
    assert clock.pauses == [47, 47]


def test_too_many_requests_without_a_word_waits_half_a_minute(server, tmp_path):
    server.fail("interpreter", base.status(429), 1)
    clock = Skipping()
    osm(fetcher(server.url, tmp_path / "cache", clock=clock.clock()))
    assert clock.pauses == [30]


def test_a_pause_of_an_hour_is_not_waited_for(server, old):
    server.fail("interpreter", base.status(429, Retry_After="3600"))
    clock = Skipping()
    error = refused(server, old, osm, clock=clock.clock())
    assert clock.pauses == [] and "wait 3600 s" in error.remedy and error.tries == 1


def test_endless_429_ends_within_the_deadline(server, old):
    server.fail("interpreter", base.status(429, Retry_After="100"))
    clock = Skipping()
    refused(server, old, osm, Limits(deadline=250), clock.clock())
    assert clock.pauses == [100, 100]


@pytest.mark.parametrize("where", CLIENTS)
@pytest.mark.parametrize("fault", [base.drip, base.drip_headers], ids=["body", "headers"])
def test_slow_drip(server, old, where, fault):
    server.fail(where, fault)
    if where == "collections/buurten":
        server.fail("wfs", fault)
    error = refused(server, old, CLIENTS[where], QUICK)
    assert "not finished within 1.5 s" in str(error)


def test_a_server_that_says_nothing(server, old):
    server.fail("TypedDataSet?", lambda answer: (time.sleep(3), answer)[1])
    error = refused(server, old, scores, Limits(read=0.2, deadline=100))
    assert isinstance(error, FetchError) and error.tries == 5


def test_no_server_at_all(old):
    with serving() as gone:
        pass
    error = refused(gone, old, scores)
    assert isinstance(error, FetchError) and error.tries == 5


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirect_to_another_host(server, old, code):
    server.fail("TypedDataSet?", base.redirect("https://elsewhere.example/data", code))
    error = refused(server, old, scores)
    assert "redirects to another host" in str(error) and "elsewhere.example" in str(error) and error.tries == 1


def test_redirects_on_the_same_host_are_followed_but_not_for_ever(server, tmp_path, old):
    server.fail("DataProperties", base.redirect("/cbs/86296NED/DataProperties?$format=json&moved=1", 301), 1)
    scores(fetcher(server.url, tmp_path / "a"))
    server.fail("DataProperties", base.redirect("/cbs/86296NED/DataProperties"))
    client = fetcher(server.url, tmp_path / "b")
    with pytest.raises(FetchError, match="more than 3 redirects"):
        scores(client)


def test_remark_of_overpass(server, old):
    server.fail("interpreter", base.changed(lambda a: a | {"remark": "runtime error: Query timed out after 180 s"}))
    error = refused(server, old, osm)
    assert "stopped half-way: runtime error: Query timed out" in str(error) and error.tries == 5
    recovers(server, old, osm)


def test_too_large(server, old):
    error = refused(server, old, scores, Limits(max_bytes=1000))
    assert "larger than 1,000 bytes" in str(error) and error.tries == 1
    server.fail("TypedDataSet?", lambda a: base.Answer(a.body, announced=False))
    assert "larger than 9,999 bytes" in str(refused(server, old, scores, Limits(max_bytes=9999)))


def test_forbidden_says_who_asks(server, old):
    server.fail("interpreter", base.status(406))
    error = refused(server, old, osm)
    assert "TREFPUNT_CONTACT" in error.remedy and error.tries == 1


def _page(change):
    return base.changed(lambda answer: (change(answer), answer)[1])


def _each(change):
    def changed(answer):
        for row in answer["value"]:
            change(row)

    return _page(changed)


@pytest.mark.parametrize(
    ("where", "fault", "words"),
    [
        ("TypedDataSet?", _page(lambda a: a.pop("odata.nextLink", None)), "a page is missing"),
        ("$skip=150", lambda a: base.Answer.json({"value": []}), "a page is missing"),
        ("TypedDataSet?", _page(lambda a: a["value"].pop()), "a page is missing"),
        ("TypedDataSet?", _page(lambda a: a["value"].append(a["value"][0])), "its own count"),
        ("$skip=150", _page(lambda a: a.update({"odata.nextLink": "?$skip=150"})), "do not go on"),
        ("TypedDataSet?", _page(lambda a: a.update({"odata.nextLink": 5})), "without saying where"),
        ("TypedDataSet?", _each(lambda r: r.update(X=r.pop("GemiddeldeScore_29"))), "'GemiddeldeScore_29' is missing"),
        ("TypedDataSet?", _each(lambda r: r.update(GemiddeldeScore_29="  0.118")), "not a number, first: '  0.118'"),
        ("TypedDataSet?", _each(lambda r: r.update(GemiddeldeScore_29=True)), "not a number"),
        ("TypedDataSet?", _each(lambda r: r.update(WijkenEnBuurten=935)), "'WijkenEnBuurten' has"),
        ("TypedDataSet?", _each(lambda r: r.update(WijkenEnBuurten="BU03630000")), "not asked for"),
        ("TypedDataSet?", _each(lambda r: r.update(Perioden="2021KW01")), "no year"),
        ("TypedDataSet?", _each(lambda r: r.update(Perioden="2021JJ00")), "double row"),
        ("TypedDataSet?", _each(lambda r: r.update(GemiddeldeScore_29=31.5)), "outside -3 to 3"),
        ("TypedDataSet?", _each(lambda r: r.update(GemiddeldeScore_31=r["Waarde_37"])), "do not add up to the total"),
        ("TypedDataSet?", _each(lambda r: r.update(k_1eTotEnMet40ePercentielgroep_7=50.0)), "do not add up to 100"),
        ("DataProperties", _each(lambda r: r.update(Key=r["Key"].replace("Score_29", "Score_30"))),
         "'GemiddeldeScore_29' is missing; it has GemiddeldeScore_3"),
        ("DataProperties", lambda a: base.Answer.json({"value": []}), "describes no columns"),
        ("TableInfos", lambda a: base.Answer.json({"value": []}), "describes 0 tables"),
        ("TableInfos", lambda a: base.Answer.json({"value": [{"Title": 1}]}), "no title or no date"),
        ("$count", lambda a: base.Answer(b"many", kind="text/plain"), "is no number"),
        ("/Perioden?", _page(lambda a: a["value"].pop()), "not in the table's own list"),
        ("/Perioden?", _each(lambda r: r.pop("Title", None)), "'Title' is missing"),
    ],
)  # fmt: skip
def test_cbs_changed_or_incomplete(server, old, where, fault, words):
    server.fail(where, fault)
    error = refused(server, old, scores)
    assert words in str(error) and "86296NED" in str(error) and error.remedy
    # Once CBS has mended it nothing stale stands in the way.
    server.heal()
    assert len(scores(fetcher(server.url, old.parent / "cache")).rows) == 572  # 52 areas, 11 years


def test_a_missing_page_is_named_by_what_is_missing(server, old):
    server.fail("$skip=300", base.status(404))
    error = refused(server, old, scores)
    assert "HTTP 404" in str(error) and "skip=300" in str(error) and error.tries == 1
    assert recovers(server, old, scores) == 4  # whether modified, the last two pages of four, and the periods


@pytest.mark.parametrize("change", ["cut", "emptied", "other", "record"])
def test_damage_on_disk_is_noticed_and_mended(server, tmp_path, change):
    whole = scores(fetcher(server.url, tmp_path / "cache")).rows
    for path in (tmp_path / "cache" / ("requests" if change == "record" else "objects")).iterdir():
        data = path.read_bytes()
        path.write_bytes(
            {"cut": data[: len(data) // 2], "emptied": b"", "other": b"x" * len(data), "record": b"{}"}[change]
        )
    assert scores(fetcher(server.url, tmp_path / "cache")).rows.equals(whole)


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "cache").write_text("a file, no folder")
    with pytest.raises(FetchError, match="cannot be stored"):
        scores(fetcher(server.url, tmp_path / "cache"))


class Builder:
    """`tests.servers.builder`, which forks a build for every order."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.builder"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(
        self, url: str, folder: Path, file_size: int | None = None, *, whole: bool = False, out: Path | None = None
    ) -> int:
        order = {"url": url, "cache": str(folder / "cache"), "out": str(out or folder / "old"), "whole": whole}
        order |= {"file_size": file_size}
        assert self.process.stdin is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self._line())

    def wait(self) -> int:
        word, code = self._line().split()
        assert word == "ended"
        return int(code)

    def end(self) -> str:
        return self.process.communicate(timeout=60)[1]


@pytest.fixture
def builder():
    running = Builder()
    yield running
    running.process.kill()
    running.process.wait()


def test_killed_at_twenty_moments_it_goes_on_from_what_it_has(old, builder):
    """kill −9 while everything is fetched: the snapshot is the old one or the whole new one, nothing between."""
    chance, was = random.Random(6), contents(old)
    with serving(cbs_page=20, pdok_page=10, delay=0.01) as server:
        known: set[str] = set()
        killed = 0
        for _ in range(20):
            until = server.count() + chance.randint(1, 6)
            pid = builder.start(server.url, old.parent)
            with suppress(ProcessLookupError):  # done already
                while server.count() < until:
                    os.kill(pid, 0)
                    time.sleep(0.001)
                time.sleep(chance.uniform(0.0, 0.05))
                os.kill(pid, signal.SIGKILL)
            killed += builder.wait() == -signal.SIGKILL
            snapshot.recover(old)
            assert contents(old) == was or set(contents(old)) == {"ses.csv", "kwb.csv", "areas.csv", "osm.osm.pbf"}
            for record in (old.parent / "cache").glob("requests/*.json"):
                entry = json.loads(record.read_text())
                body = (old.parent / "cache" / "objects" / entry["sha256"]).read_bytes()
                assert len(body) == entry["bytes"]
                known.add(record.name)
        builder.start(server.url, old.parent)
        assert builder.wait() == 0, builder.end()
        broken_off = contents(old)
        # No whole page was asked for twice, but those that were on their way when the build was killed.
        pages = [f"{one.path}{sorted(one.query.items())}" for one in server.asked if "TableInfos" not in one.path]
        assert len(pages) - len(set(pages)) <= killed and killed >= 10
    with serving(cbs_page=20, pdok_page=10) as server:
        other = old.parent / "undisturbed"
        (other / "old").mkdir(parents=True)
        builder.start(server.url, other)
        assert builder.wait() == 0
    assert contents(other / "old") == broken_off and len(known) > 20


@pytest.mark.parametrize("file_size", [10, 1000, 30_000])
def test_a_full_disk(server, old, builder, file_size):
    """No file may grow beyond `file_size`: what a full disk does to whoever writes."""
    was = contents(old)
    builder.start(server.url, old.parent, file_size)
    assert builder.wait() == 2
    assert contents(old) == was and not list((old.parent / "cache").rglob(".part-*"))
    builder.start(server.url, old.parent)
    assert builder.wait() == 0 and "ses.csv" in contents(old)
    told = builder.end()
    assert "cannot be stored: File too large" in told and "Make room on the disk" in told and "Traceback" not in told


LONG = os.environ.get("TREFPUNT_HYPOTHESIS") == "long"
NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just("x" * 5000),
)


@st.composite
def changes(draw) -> Callable[[Any], Any]:
    """Put something nasty in the place of some value of a JSON answer, or take it away; or cut or alter the bytes."""
    seed, value, drop = draw(st.integers(0, 1 << 30)), draw(NASTY), draw(st.booleans())

    def change(answer: Any) -> Any:
        chance, at = random.Random(seed), answer
        if not isinstance(at, dict | list):  # a count
            return value
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                return answer
            key = chance.choice(keys)
            if not isinstance(at[key], dict | list) or not at[key] or chance.random() < 0.15:
                break
            at = at[key]
        if drop:
            del at[key]
        else:
            at[key] = value
        return answer

    return change


@st.composite
def mutations(draw) -> base.Fault:
    kind = draw(st.sampled_from(["json", "json", "json", "bytes", "cut"]))
    if kind == "json":
        return base.changed(draw(changes()))
    at, byte = draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=4))

    def bytes_changed(answer: base.Answer) -> base.Answer:
        where = int(at * len(answer.body))
        body = answer.body[:where] + (b"" if kind == "cut" else byte + answer.body[where + 1 :])
        return base.Answer(body, kind=answer.kind)

    return bytes_changed


_WHERE = ["TableInfos", "DataProperties", "TypedDataSet?", "$count", "/Perioden", "collections/", "interpreter"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The whole answer of each client, to compare with."""
    with serving() as running:
        client = fetcher(running.url, tmp_path_factory.mktemp("sound") / "cache")
        yield running, {"scores": scores(client).rows, "areas": areas(client).neighbourhoods, "osm": osm(client)}


@settings(max_examples=500 if LONG else 60, suppress_health_check=list(HealthCheck))
@given(where=st.sampled_from(_WHERE), mutation=mutations())
def test_any_changed_answer_gives_a_named_error_or_a_valid_table(sound, tmp_path_factory, where, mutation):
    server, whole = sound
    server.heal()
    server.fail(where, mutation)
    folder = tmp_path_factory.mktemp("mutated")
    client = fetcher(server.url, folder / "cache", Limits(read=60, tries=2))
    what = areas if where == "collections/" else osm if where == "interpreter" else scores
    try:
        got = what(client)
    except SourceError as fault:
        assert fault.faults and fault.remedy and len(str(fault)) < 5000
        return
    if what is scores:
        # One figure may have been changed within its range; the shape and all keys are as they were.
        assert list(got.rows.index) == list(whole["scores"].index)
        changed = (got.rows.fillna(-99) != whole["scores"].reindex(columns=got.rows.columns).fillna(-99)).sum().sum()
        assert changed <= 1 or where in ("/Perioden", "DataProperties")
    elif what is areas:
        assert list(got.neighbourhoods.index) == list(whole["areas"].index)

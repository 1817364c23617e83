"""The fault table against whole builds: bounded, named, the old snapshot as it was, and the next build goes on."""

import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.test_live_faults import MOST_SECONDS, Builder, contents
from tests.servers import base
from tests.servers.live import services, serving
from tests.servers.world import world
from trefpunt import snapshot
from trefpunt.build.live import LiveOptions, build_municipality
from trefpunt.build.live_figures import fetch_division
from trefpunt.errors import SourceError, TrefpuntError
from trefpunt.sources import overpass
from trefpunt.sources.http import Fetcher
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.services import Limits

HERE = find_municipality("Vaals")
QUICK = Limits(pause=0.01, pause_max=0.02, pause_after_429=0.05, read=60)
FRAME = tuple(map(float, world()["0981"].neighbourhoods.to_crs(4326).total_bounds))


@pytest.fixture
def server():
    with serving(cbs_page=50, pdok_page=8) as running:
        yield running


@pytest.fixture
def old(tmp_path, bundled_folder):
    """A whole old snapshot, which a failing build must leave as it is."""
    return Path(shutil.copytree(bundled_folder, tmp_path / "data" / "vaals"))


def build(server, old, limits=QUICK):
    options = LiveOptions(cache=old.parents[1] / "cache", services=services(server.url), limits=limits)
    return build_municipality(HERE, old, options)


def refused(server, old, limits=QUICK) -> TrefpuntError:
    """The error of a build, after seeing that it was bounded and left nothing half done."""
    before, started = contents(old), time.monotonic()
    with pytest.raises(TrefpuntError) as fault:
        build(server, old, limits)
    assert time.monotonic() - started < MOST_SECONDS
    assert contents(old) == before and list(old.parent.iterdir()) == [old]
    for address in {(one.path, str(one.query), str(one.form)) for one in server.asked}:
        asked = sum((one.path, str(one.query), str(one.form)) == address for one in server.asked)
        assert asked <= 5, f"{address} was asked {asked} times"
    cache = old.parents[1] / "cache"
    assert not list(cache.rglob(".part-*")) and not list(cache.glob("build-*"))
    assert fault.value.faults and fault.value.remedy
    return fault.value


def goes_on(server, old) -> None:
    """Once the service is well again everything can be fetched, and what was whole is not asked for again."""
    server.heal()
    before = {(one.path, str(one.query)) for one in server.asked if "TableInfos" not in one.path}
    asked = len(server.asked)
    fetcher = Fetcher(old.parents[1] / "cache", services(server.url), QUICK)
    division = fetch_division(fetcher, HERE)
    overpass.fetch_osm(fetcher, FRAME, old.parents[1] / "cache" / "some.osm.pbf", ["places"])
    assert len(division.areas.neighbourhoods) == 10
    again = {(one.path, str(one.query)) for one in server.asked[asked:]} & before
    assert len(again) < max(3, len(before))


def rows(change):
    def changed(answer):
        for row in answer["value"]:
            change(row)
        return answer

    return base.changed(changed)


@pytest.mark.parametrize("where", ["86296NED/TypedDataSet?", "collections/buurten", "interpreter"])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (base.status(429, Retry_After="0"), "HTTP 429"),
        (base.status(504), "HTTP 504"),
        (base.reset, "try 5"),
        (base.cut, "no whole JSON"),
        (base.html, "an HTML page came instead of data"),
        (base.redirect("https://elsewhere.example/data"), "redirects to another host"),
    ],
    ids=["429", "504", "reset", "truncated", "html", "redirect"],
)
def test_faults_of_every_service(server, old, where, fault, words):
    server.fail(where, fault)
    if where == "collections/buurten":
        server.fail("wfs", fault)  # which stands in
    assert words in str(refused(server, old))
    goes_on(server, old)


@pytest.mark.parametrize("fault", [base.drip, base.drip_headers], ids=["body", "headers"])
def test_slow_drip(server, old, fault):
    server.fail("interpreter", fault)
    error = refused(server, old, Limits(connect=2, read=1.0, deadline=2.0, pause=0.01))
    assert "not finished within 2 s" in str(error)


def test_a_pause_that_is_too_long_to_wait_for(server, old):
    server.fail("interpreter", base.status(429, Retry_After="3600"))
    assert "wait 3600 s" in refused(server, old).remedy


@pytest.mark.parametrize(
    ("where", "fault", "words"),
    [
        ("interpreter", base.changed(lambda a: a | {"remark": "runtime error: Query timed out"}), "stopped half-way"),
        ("86296NED/TypedDataSet?", base.changed(lambda a: {k: v for k, v in a.items() if k != "odata.nextLink"}),
         "a page is missing"),
        ("$skip=50", base.status(404), "HTTP 404"),
        ("86296NED/TypedDataSet?", rows(lambda r: r.update(X=r.pop("GemiddeldeScore_29"))), "'GemiddeldeScore_29' is"),
        ("86296NED/DataProperties", rows(lambda r: r.update(Key=r["Key"].replace("Score_29", "Score_30"))),
         "'GemiddeldeScore_29' is missing; it has GemiddeldeScore_3"),
        ("86165NED/TypedDataSet?", rows(lambda r: r.update(AantalInwoners_5=str(r["AantalInwoners_5"]))), "not a num"),
        ("86165NED/TypedDataSet?", rows(lambda r: r.update(AantalInwoners_5=None)), "nobody lives in Vaals"),
    ],
    ids=["remark", "no next page", "missing page", "renamed", "renamed in the description", "text", "all suppressed"],
)  # fmt: skip
def test_answers_that_are_not_what_they_were(server, old, where, fault, words):
    server.fail(where, fault)
    assert words in str(refused(server, old))
    goes_on(server, old)


def test_other_codes_than_the_boundaries_have(server, old):
    """Key figures of a neighbourhood that was renumbered: never joined, named."""
    change = rows(lambda r: r.update(WijkenEnBuurten=r["WijkenEnBuurten"].replace("BU09810207", "BU09810299")))
    server.fail("86165NED/TypedDataSet?", change)
    before = contents(old)
    with pytest.raises(TrefpuntError, match=r"BU09810(207|299)"):
        build(server, old)
    assert contents(old) == before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("osm", b"no extract", "municipality.osm.pbf"),
        ("population", b"no geopackage", "population"),
        ("areas", b"no geojson", "areas"),
        ("areas", None, "not there"),
    ],
)
def test_files_that_are_none(server, old, tmp_path, name, content, words):
    path = tmp_path / f"{name}_2023.osm.pbf"
    if content is not None:
        path.write_bytes(content)
    options = LiveOptions(cache=tmp_path / "cache", services=services(server.url), limits=QUICK, **{name: path})
    before = contents(old)
    with pytest.raises(SourceError) as caught:
        build_municipality(HERE, old, options)
    assert path.name in str(caught.value) or words in str(caught.value)
    assert contents(old) == before


def test_bad_corrections_stop_the_build_before_anything_is_fetched(server, old):
    (old / "corrections.toml").write_text("[[drop]]\nplace = 5\n")
    assert "corrections.toml" in str(refused(server, old))
    assert not server.asked


@pytest.fixture
def builder():
    running = Builder()
    yield running
    running.process.kill()
    running.process.wait()


def test_killed_at_twenty_moments_of_the_whole_build(builder, tmp_path, bundled_folder):
    """kill −9 while it fetches, computes or writes: the old snapshot or the whole new one; then it goes on."""
    chance = random.Random(66)
    old = Path(shutil.copytree(bundled_folder, tmp_path / "data" / "old"))
    (tmp_path / "undisturbed").mkdir()
    (old / "stories.toml").unlink()  # written by people, so it would stay
    was = contents(old)
    with serving(cbs_page=30, pdok_page=5, delay=0.01) as server:
        # Fourteen times while it fetches, after so many answers; six times later on, after so many seconds.
        moments: list[tuple[int, float]] = [(chance.randint(1, 4), 0.02) for _ in range(14)]
        moments += [(0, after) for after in (0.8, 1.5, 2.5, 3.5, 4.5, 6.0)]
        killed = 0
        for answers, seconds in moments:
            until = server.count() + answers
            pid = builder.start(server.url, old.parent.parent, whole=True, out=old)
            with suppress(ProcessLookupError):  # done already
                while server.count() < until:
                    os.kill(pid, 0)
                    time.sleep(0.001)
                time.sleep(chance.uniform(seconds / 2, seconds))
                os.kill(pid, signal.SIGKILL)
            killed += builder.wait() == -signal.SIGKILL
            snapshot.recover(old)
            if contents(old) != was:
                assert snapshot.check(old).name == "Vaals"
        assert killed >= 15
        builder.start(server.url, old.parent.parent, whole=True, out=old)
        assert builder.wait() == 0, builder.end()
        resumed = contents(old)
        pages = [f"{one.path}{sorted(one.query.items())}{one.form}" for one in server.asked]
        # Of when a table is, is asked each time; that a service does not have a year is no answer to keep.
        pages = [page for page in pages if "TableInfos" not in page and "wijken-en-buurten-2025" not in page]
        assert len(pages) - len(set(pages)) <= killed  # at most the one that was on its way
        builder.start(server.url, tmp_path / "undisturbed", whole=True, out=tmp_path / "undisturbed" / "new")
        assert builder.wait() == 0
    assert contents(tmp_path / "undisturbed" / "new") == resumed
    assert snapshot.check(old).name == "Vaals"


@pytest.mark.parametrize("file_size", [1000, 40_000, 200_000])
def test_a_full_disk(server, builder, tmp_path, bundled_folder, file_size):
    """No file may grow beyond `file_size`, what a full disk does to whoever writes: downloads, extract or tables."""
    old = Path(shutil.copytree(bundled_folder, tmp_path / "data" / "old"))
    was = contents(old)
    builder.start(server.url, tmp_path, file_size, whole=True, out=old)
    assert builder.wait() == 2
    assert contents(old) == was and list(old.parent.iterdir()) == [old]
    told = builder.end()
    assert "Make room on the disk" in told and "Traceback" not in told

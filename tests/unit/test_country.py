"""Many municipalities: what one task gives, workers that die, schedulers that do not answer, what counts as current.

Real builds on a real cluster: tests/golden/test_country.py.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.country_tasks import work
from tests.servers import base
from tests.servers.live import services, serving
from tests.servers.world import world
from trefpunt import cli
from trefpunt import snapshot as snapshots
from trefpunt.build.live import LiveOptions
from trefpunt.country import cluster, command, fingerprint
from trefpunt.country.build_all import CountryOptions, build_all
from trefpunt.country.fingerprint import Record, code_digest, is_current, manifest_digest, read_record, write_record
from trefpunt.country.measured import measured
from trefpunt.country.report import CountryReport, Row, table_of
from trefpunt.country.tasks import BUFFER_M, survey
from trefpunt.errors import SourceError, TrefpuntError

VAALS = "GM0981"

# --- one task -----------------------------------------------------------------------------------------------------


def test_what_a_task_gives_and_what_it_took():
    answer = measured(work, "GM0935", "ok", code_digest())
    assert answer.value == "GM0935 done" and answer.failure is None and answer.process.endswith(str(os.getpid()))
    assert answer.seconds >= 0 and answer.peak_mib > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets the peak of earlier tasks")
def test_memory_is_of_the_task_alone():
    large = measured(work, "GM0935", "memory", code_digest()).peak_mib
    small = measured(work, "GM0935", "ok", code_digest()).peak_mib
    assert large - small > 150  # the larger held 200 MiB


@pytest.mark.parametrize(
    ("argument", "error", "remedy"),
    [
        ("named fault", "sources of GM0935: \n  - one thing\n  - another", "Mend both."),
        ("bug", "ZeroDivisionError: integer division or modulo by zero (country_tasks.py, line ", "report"),
        ("no memory", "not enough memory", "fewer workers"),
    ],
)
def test_every_fault_is_an_answer(argument, error, remedy):
    answer = measured(work, "GM0935", argument, code_digest())
    assert answer.value is None and answer.failure.error.startswith(error) and remedy in answer.failure.remedy


def test_a_worker_with_another_trefpunt_builds_nothing():
    answer = measured(work, "GM0935", "ok", "of another version")
    assert answer.value is None and "another Trefpunt" in answer.failure.error


# --- clusters -----------------------------------------------------------------------------------------------------


def test_workers_that_die(tmp_path):
    """One task dies each time, one once; the others are done all the same, and the one that dies is given up."""
    jobs = [("A", "ok"), ("B", "dies"), ("C", "named fault"), ("D", ("dies once", str(tmp_path))), ("E", "ok")]
    with cluster.connected(None, 2) as client:
        found = {answer.code: answer for answer in cluster.run_on(client, work, jobs)}
    assert sorted(found) == ["A", "B", "C", "D", "E"]
    assert [found[code].value for code in "ADE"] == ["A done", "D done", "E done"]
    # Twice beside the others, twice alone.
    assert "killed 4 times" in found["B"].failure.error and "--workers" in found["B"].failure.remedy
    assert found["C"].failure.remedy == "Mend both."


def test_an_existing_scheduler(monkeypatch):
    """Ours is another's here: its address is enough; when its workers go and none comes, what is left is given up."""
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "CONNECT_S", 2.0)
    monkeypatch.setattr(cluster, "PATIENCE_S", 1.0)
    monkeypatch.setattr(cluster, "_POLL_S", 0.5)
    with LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1") as theirs:
        address = theirs.scheduler_address
        with pytest.raises(TrefpuntError, match="no workers"), cluster.connected(address, None):
            pass
        theirs.scale(1)
        theirs.wait_for_workers(1, timeout=120)
        with cluster.connected(address, None) as client:
            answers = list(cluster.run_on(client, work, [("A", "ok"), ("B", "bug")]))
            assert sorted((one.code, one.value) for one in answers) == [("A", "A done"), ("B", None)]
            theirs.scale(0)
            while client.scheduler_info()["workers"]:
                time.sleep(0.05)
            (left,) = cluster.run_on(client, work, [("C", "ok")])
            assert "no worker" in left.failure.error
        assert theirs.status.name == "running", "somebody else's cluster must not be closed"


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "nonsense://there", "tcp://no.such.host.invalid:8786"]
)
def test_a_scheduler_that_does_not_answer(address, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    with (
        pytest.raises(TrefpuntError, match="does not answer as a Dask scheduler") as fault,
        cluster.connected(address, None),
    ):
        pass
    assert address in str(fault.value) and "dask scheduler" in fault.value.remedy


# --- what is current ----------------------------------------------------------------------------------------------


@pytest.fixture
def small_snapshot(tmp_path, bundled_folder):
    folder = tmp_path / "out" / "maastricht"
    shutil.copytree(bundled_folder, folder)
    return folder


def test_a_snapshot_is_current_while_nothing_has_changed(small_snapshot):
    out = small_snapshot.parent
    record = Record("abc", manifest_digest(small_snapshot), 4.0, 500.0)
    write_record(out, "GM0935", record)
    assert read_record(out, "GM0935") == record and is_current(small_snapshot, record, "abc")
    assert not is_current(small_snapshot, record, "of other sources")
    assert not is_current(small_snapshot, None, "abc")
    assert not is_current(out / "elsewhere", record, "abc")
    places = small_snapshot / "places.parquet"
    whole = places.read_bytes()
    places.write_bytes(whole[:-1])
    assert not is_current(small_snapshot, record, "abc")
    places.write_bytes(whole)
    assert is_current(small_snapshot, record, "abc")
    manifest = small_snapshot / snapshots.MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert not is_current(small_snapshot, record, "abc"), "another build has replaced it"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"fingerprint": "a", "manifest": "b", "seconds": "x", "peak_mib": 1}']
)
def test_a_damaged_record_is_none(tmp_path, text):
    (tmp_path / fingerprint.RECORDS).mkdir()
    (tmp_path / fingerprint.RECORDS / "GM0935.json").write_text(text)
    assert read_record(tmp_path, "GM0935") is None


def test_the_digest_of_the_code_follows_what_builds(tmp_path, monkeypatch):
    """The same for the same code, another when a module of the build or a library changes, not when a page does."""
    for name in ("build", "ui"):
        shutil.copytree(ROOT / "trefpunt" / name, tmp_path / name)
    monkeypatch.setattr(fingerprint, "_PACKAGE", tmp_path)
    plain = code_digest.__wrapped__
    first = plain()
    assert plain() == first
    (tmp_path / "ui" / "words.py").write_text("changed = True\n")
    assert plain() == first
    monkeypatch.setattr(fingerprint.importlib.metadata, "version", lambda name: "0")
    other = plain()
    assert other != first
    (tmp_path / "build" / "derived.py").write_text("changed = True\n")
    assert plain() not in (first, other)


# --- options, report, command line --------------------------------------------------------------------------------


def test_all_faults_of_the_options_come_at_once(tmp_path):
    (tmp_path / "file").touch()
    options = CountryOptions(tmp_path / "no.osm.pbf", tmp_path / "file" / "out", workers=2, scheduler="tcp://x:1")
    options = replace(options, live=replace(options.live, population=tmp_path / "no.csv", cache=tmp_path / "cache"))
    with pytest.raises(SourceError) as fault:
        build_all(options)
    told = "\n".join(fault.value.faults)
    assert len(fault.value.faults) == 4
    for words in ("no.osm.pbf", "no.csv", "one of the two", "out cannot be written"):
        assert words in told


ROWS = (
    Row("GM0014", "Groningen", "groningen", "done", seconds=4.126, peak_mib=500.5, process="host:1"),
    Row("GM0034", "Almere", "almere", "skipped", seconds=3.0, peak_mib=900.0),
    Row("GM0037", "Stadskanaal", "stadskanaal", "failed", error="a [red]fault\x1b", remedy="Do this."),
    Row("GM0047", "Veendam", "veendam"),
)


def test_report():
    report = CountryReport(ROWS, 12.345)
    assert report.exit_code == 1
    assert CountryReport(ROWS[:2], 1.0).exit_code == 0
    assert CountryReport(ROWS, 1.0, interrupted=True).exit_code == 130
    # The memory of the one that was skipped is of an earlier run.
    assert report.summary() == (
        "4 municipalities in 12 s: 1 done, 1 skipped, 1 failed, 1 waiting, at most 500 MiB a process."
    )
    found = json.loads(json.dumps(report.to_json()))["municipalities"]
    assert [one["state"] for one in found] == ["done", "skipped", "failed", "waiting"]
    assert found[0] | {"process": None} == {
        "code": "GM0014",
        "name": "Groningen",
        "folder": "groningen",
        "state": "done",
        "error": None,
        "remedy": None,
        "seconds": 4.13,
        "peak_mib": 500.5,
        "process": None,
    }
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table_of(report))
    shown = console.export_text()
    assert "a [red]fault" in shown and "Do this." in shown and "\x1b" not in shown


def test_names_of_municipalities():
    assert [one.code for one in command.find_all(["Maastricht", "GM0938", "935"])] == ["GM0935", "GM0938"]
    with pytest.raises(SourceError) as fault:
        command.find_all(["Maastricht", "Mastricht", "Bergen"])
    assert len(fault.value.faults) == 2 and "Maastricht (GM0935)" in fault.value.remedy


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--all"], ["--osm FILE.osm.pbf is needed"]),
        (["--all", "--areas", "x", "--municipality", "Maastricht"], ["--areas", "--municipality", "--osm"]),
        (
            ["--all", "--osm", "no.osm.pbf", "--workers", "-1", "--out", os.devnull],
            ["no.osm.pbf", "at least 0", os.devnull],
        ),
    ],
)
def test_options_that_do_not_fit(arguments, words):
    result = CliRunner().invoke(cli.app, ["build", *arguments])
    assert isinstance(result.exception, SourceError)
    assert all(word in str(result.exception) for word in words)


@pytest.mark.parametrize("arguments", [["--workers", "2"], ["--only", "Maastricht"], ["--scheduler", "tcp://x:1"]])
def test_options_of_all_without_all(arguments):
    assert CliRunner().invoke(cli.app, ["build", *arguments]).exit_code == 2


def test_dask_is_loaded_only_where_there_is_a_cluster():
    code = "import sys, trefpunt.country.command; print({'dask', 'distributed'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert out.stdout.strip() == "set()"


def test_what_a_municipality_would_be_built_of(tmp_path):
    """The same figures, the same digest; another when CBS changes a figure or the date of a table. The frame stays."""

    def look(name, where=None, change=None):
        with serving() as running:
            if where:
                running.fail(where, base.changed(change))
            return survey(VAALS, LiveOptions(cache=tmp_path / name, services=services(running.url)))

    def one_more(answer):
        rows = [row for row in answer["value"] if row.get("AantalInwoners_5")]
        rows[0]["AantalInwoners_5"] += 1
        return answer

    def newer(answer):
        answer["value"][0]["Modified"] = "2026-10-31T02:00:00"
        return answer

    first = look("first")
    assert look("again") == first
    for name, where, change in (("figure", "AantalInwoners", one_more), ("table", "TableInfos", newer)):
        other = look(name, where, change)
        assert other.digest != first.digest and other.bounds == first.bounds
    # The municipality lies within its frame with the buffer around it, a little more where meridians are not upright.
    west, south, east, north = first.bounds
    outline = world()[VAALS[2:]].neighbourhoods.to_crs("EPSG:4326").total_bounds
    metres = [(outline[0] - west) * 69_300, (outline[1] - south) * 111_200]
    metres += [(east - outline[2]) * 69_300, (north - outline[3]) * 111_200]
    assert all(BUFFER_M - 50 < one < BUFFER_M + 500 for one in metres)

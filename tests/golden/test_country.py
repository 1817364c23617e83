"""A country of real builds on a real cluster, a worker killed half-way: the same bytes as one after the other.

`make test` builds four municipalities, `make test-long` all twenty. Both have one more that the services do not know.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from tests.conftest import ROOT
from tests.country_tasks import contents, kill_one_half_way, workers_of
from tests.servers.country import members, serving_country, write_country
from tests.servers.live import environment, services
from trefpunt import snapshot
from trefpunt.build.live import LiveOptions, build_municipality, slug
from trefpunt.country.build_all import REPORT, CountryOptions, build_all
from trefpunt.country.fingerprint import read_record
from trefpunt.country.report import DONE, FAILED, SKIPPED
from trefpunt.sources.municipalities import find_municipality

COUNT = 20 if os.environ.get("TREFPUNT_HYPOTHESIS") == "long" else 4
HERE = members(COUNT)
UNKNOWN = find_municipality("Maastricht")
"""A municipality that the services of this country do not know."""


@pytest.fixture(scope="module")
def url():
    with serving_country() as address:
        yield address


@pytest.fixture(scope="module")
def country(url, tmp_path_factory):
    """Options for a folder and a number of workers."""
    folder = tmp_path_factory.mktemp("country")
    extract = write_country(folder / "netherlands.osm.pbf")

    def options(name, workers, only=(*HERE, UNKNOWN)):
        live = LiveOptions(cache=folder / "cache", services=services(url))
        return CountryOptions(extract, folder / name, live, tuple(only), workers=workers)

    return options


def of(out, one):
    """Checksums of one snapshot's files."""
    return {name: found for name, found in contents(out).items() if name.startswith(f"{slug(one)}/")}


def states(report):
    return {row.code: row.state for row in report.rows}


def left_behind(out):
    """Anything half done."""
    return [path.name for path in [*out.glob(".*.new-*"), *out.glob(".*.old-*"), *out.rglob(".part-*")]]


EXPECTED = {one.code: DONE for one in HERE} | {UNKNOWN.code: FAILED}


@pytest.fixture(scope="module")
def serial(country):
    """All of them one after the other in this process, without Dask."""
    options = country("serial", 0)
    return options.out, build_all(options)


def test_one_after_the_other(serial):
    out, report = serial
    assert states(report) == EXPECTED and report.exit_code == 1
    assert all(row.seconds > 0 and row.peak_mib > 0 for row in report.rows if row.state == DONE)
    failed = next(row for row in report.rows if row.state == FAILED)
    assert failed.code == UNKNOWN.code and failed.error and failed.remedy
    assert json.loads((out / REPORT).read_text(encoding="utf-8")) == report.to_json()
    for one in HERE:
        assert snapshot.check(out / slug(one)).name == one.name
    assert not (out / slug(UNKNOWN)).exists() and not left_behind(out)


def test_paths_cross_the_border(serial):
    """Streets of the neighbour are in the network; its places and residents are its own."""
    out, _ = serial
    crossing = 0
    for one in HERE:
        nodes = snapshot.load(out / slug(one)).networks["walk"].nodes
        crossing += (~nodes["in_municipality"]).sum() > 100
    assert crossing == len(HERE)


def test_out_of_the_whole_file_at_once_it_is_the_same(serial, country, tmp_path):
    """The cut of the country that a task gets holds all that the build takes from the country itself."""
    out, _ = serial
    options = country("serial", 0)
    live = LiveOptions(osm=options.osm, cache=options.live.cache, services=options.live.services)
    build_municipality(HERE[0], tmp_path / "one" / slug(HERE[0]), live)
    assert contents(tmp_path / "one") == of(out, HERE[0])


def test_on_two_workers_one_of_them_killed(serial, country):
    """The killed worker is in the middle of a build; another comes in its place, and nothing differs."""
    options = country("parallel", 2)
    killed, told = [], []
    thread = threading.Thread(target=kill_one_half_way, args=(options.out, told, COUNT, killed), daemon=True)
    thread.start()
    report = build_all(options, told.append)
    thread.join(timeout=10)
    out, one_by_one = serial
    assert len(killed) == 1 and states(report) == states(one_by_one) == EXPECTED
    assert contents(options.out) == contents(out)
    assert not left_behind(options.out) and not workers_of(psutil.Process())
    # Some may have been built by the one that was killed before; the last ones cannot have been.
    last = {row.process for row in report.rows if row.process}
    assert any(not name.endswith(f":{killed[0]}") for name in last)
    sums = {one.code: (read_record(out, one.code), read_record(options.out, one.code)) for one in HERE}
    assert all(a.fingerprint == b.fingerprint and a.manifest == b.manifest for a, b in sums.values())


def test_what_is_current_is_skipped_and_what_is_not_is_built(serial, country):
    """A damaged file, a lost folder and new corrections that are no corrections; all others are left as they are."""
    out, _ = serial
    damaged, lost, corrected = HERE[:3]
    before = contents(out)
    (out / slug(damaged) / "places.parquet").write_bytes(b"PAR1")
    (out / slug(lost)).rename(out / "elsewhere")
    corrections = out / slug(corrected) / "corrections.toml"
    corrections.write_text("no corrections at all")
    touched = {one.code: (out / slug(one) / snapshot.MANIFEST).stat().st_mtime_ns for one in HERE[3:]}

    report = build_all(country("serial", 0))
    expected = dict.fromkeys((damaged.code, lost.code), DONE) | {corrected.code: FAILED, UNKNOWN.code: FAILED}
    assert states(report) == {one.code: SKIPPED for one in HERE} | expected
    failed = next(row for row in report.rows if row.code == corrected.code)
    assert "corrections.toml" in failed.error and failed.remedy
    assert touched == {one.code: (out / slug(one) / snapshot.MANIFEST).stat().st_mtime_ns for one in HERE[3:]}
    corrections.unlink()
    shutil.rmtree(out / "elsewhere")
    assert contents(out) == before
    assert states(build_all(country("serial", 0, HERE))) == {one.code: SKIPPED for one in HERE}


def test_broken_off_and_gone_on(serial, country, url):
    """Ctrl+C in the middle: exit code 130, only whole snapshots, no process left; the same command does the rest."""
    few = HERE[:3]
    options = country("stopped", 1, few)
    command = [sys.executable, "-m", "trefpunt", "build", "--all", "--osm", str(options.osm), "--out", str(options.out)]
    command += ["--cache", str(options.live.cache), "--workers", "1"]
    for one in few:
        command += ["--only", one.code]
    # A group of its own, and the signal to all of it: as a terminal does. Tests that run in the background of a shell
    # have it switched off, and would pass that on.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    told = []
    for line in process.stderr:
        told.append(line)
        if "built in" in line:
            break
    while not list(options.out.glob(".*.new-*")) and process.poll() is None:
        time.sleep(0.01)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    shown, more = process.communicate(timeout=120)
    told = "".join(told) + more
    assert process.returncode == 130, told
    assert "Traceback" not in told and "Broken off" in told and "waiting" in shown
    assert not psutil.wait_procs(children, timeout=30)[1]
    found = json.loads((options.out / REPORT).read_text(encoding="utf-8"))
    assert found["interrupted"] and not left_behind(options.out)
    # One may have been finished while the run was ending: nobody took note of it any more, so it is built again.
    done = [one for one in few if read_record(options.out, one.code)]
    there = [one for one in few if (options.out / slug(one)).exists()]
    assert 1 <= len(done) <= len(there) < len(few)
    for one in there:
        assert of(options.out, one) == of(serial[0], one)

    report = build_all(country("stopped", 0, few))
    assert report.exit_code == 0
    assert states(report) == {one.code: SKIPPED if one in done else DONE for one in few}
    assert all(of(options.out, one) == of(serial[0], one) for one in few)

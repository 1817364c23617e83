"""The report of a run: read back as written, judged, put into documents, drawn. No time is tested."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import ROOT
from trefpunt.bench import timing as timings
from trefpunt.bench.cities import city_of
from trefpunt.bench.markdown import NOT_MEASURED, mebibytes, refresh, seconds, tables
from trefpunt.bench.peers import PEERS, require_same
from trefpunt.bench.picture import draw
from trefpunt.bench.report import Peers, Report, budgets, from_json, to_json
from trefpunt.bench.run import Options, sizes
from trefpunt.bench.scale import Size
from trefpunt.bench.timing import ChildRun, Timing, in_child, peak_mib, timing
from trefpunt.errors import TrefpuntError


def timed(**medians):
    return [Timing(name, value, value / 2, value * 2, 5) for name, value in medians.items()]


REPORT = Report(
    machine={"processors": "2"},
    command="python -m trefpunt bench",
    peers=[
        Peers(
            "walk",
            *(429, 2780, 23843, 32789),
            preparation=timed(Trefpunt=0.5, scipy=0.001, igraph=0.1),
            cut=timed(Trefpunt=0.2, scipy=0.25, igraph=1.0),
            uncut=timed(Trefpunt=0.6, scipy=0.5, igraph=0.8),
        )
    ],
    one_place=timed(added=0.02, moved=0.06),
    other=timed(load=0.05),
    full=ChildRun({"load": 0.1, "measures": 3.0}, 499.0),
    build=ChildRun({"build": 61.0}, 800.0),
    scale_mode="walk",
    suggest=ChildRun({"load": 1.0, "one": 5.0, "three": 31.0, "surface": 0.1}, 500.0, {"gap": 0.028}),
    scale=[Size(n, 10 * n, 100 * n, 5, 7, 0.09 * n, 0.01 * n, 0.1 * n, 1, 100.0 + n) for n in (1, 10, 100)],
)
EMPTY = replace(REPORT, peers=[], one_place=[], other=[], full=None, build=None, suggest=None, scale=[])


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["all", "nothing"])
def test_a_report_is_read_back_as_it_was_written(report):
    assert from_json(to_json(report)) == report


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="format"):
        from_json(json.dumps(json.loads(to_json(REPORT)) | {"format": 0}))


def test_budgets_are_judged_by_the_figures():
    """0.2 ≤ 0.3 s; 0.2/0.25 ≤ 1.1; uncut 0.6/0.5 > 1.1; moved 60 > 50 ms; 61 > 60 s; exponent 1 ≤ 1.15; 31 > 30 s."""
    judged = {one.what: one.met for one in budgets(REPORT)}
    assert judged == {
        "all distances, walk, with cut-offs": True,
        "all distances, walk, with cut-offs: times scipy": True,
        "all distances, walk, with cut-offs: times igraph, the fastest other": True,
        "all distances, walk, uncut: times scipy": False,
        "all distances, walk, uncut: times igraph, the fastest other": True,
        "one place added or moved, the slowest": False,
        "all measures, peak of memory": True,
        "one": True,
        "three": False,
        "build": False,
        "build, peak of memory": True,
        "100 × Maastricht, peak of memory": True,
        "growth exponent of time with places": True,
    }
    assert budgets(EMPTY) == []


def test_documents_get_the_tables_they_ask_for():
    text = "Before.\n<!-- bench: full -->\nold\n<!-- end -->\nBetween.\n<!-- bench: growth -->\n<!-- end -->\nAfter.\n"
    once = refresh(text, REPORT)
    assert "old" not in once and "| peak of memory | 499 MiB |" in once and "| together | 3,100 ms |" in once
    assert "extrapolated, not measured" in once
    assert [line for line in once.splitlines() if line in ("Before.", "Between.", "After.")] == [
        *("Before.", "Between.", "After.")
    ]
    assert refresh(once, REPORT) == once
    assert refresh(once, EMPTY).count(NOT_MEASURED) == 2


def test_the_gap_of_the_best_spots_stands_beside_their_time():
    (table,) = tables(REPORT)["suggest"]
    assert ["three", "31 s"] in table.rows
    assert ["of the best three there could be, at most missing", "2.8 %"] in table.rows


def test_a_block_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="speed"):
        refresh("<!-- bench: speed -->\n<!-- end -->", REPORT)


# Runs of their own: test_bench_browser.py, test_bench_country.py.
OTHER_RUNS = {"browser_machine", "visits", "changes", "load", "country_machine", "country", "cutting"}


def test_tables_are_as_wide_as_their_headers():
    for name, group in tables(REPORT).items():
        assert group or name in OTHER_RUNS
        for table in group:
            assert {len(row) for row in table.rows} == {len(table.header)}


@pytest.mark.parametrize(
    ("value", "text"), [(0.0032, "3.2 ms"), (0.05, "50 ms"), (1.5, "1,500 ms"), (61.2, "61 s"), (1234.0, "1,234 s")]
)
def test_seconds_in_three_digits(value, text):
    assert seconds(value) == text


def test_memory_in_gib_where_it_is_large():
    assert mebibytes(499.4) == "499 MiB" and mebibytes(16 * 1024) == "16.0 GiB"


def test_the_document_shows_the_figures_of_the_json():
    """docs/performance.md is made from docs/benchmarks.json: none of its figures is typed by hand."""
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    report = from_json((ROOT / "docs/benchmarks.json").read_text(encoding="utf-8"))
    assert refresh(text, report) == text
    assert set(re.findall(r"<!-- bench: (\w+) -->", text)) == set(tables(report))
    assert (ROOT / "docs/images/bench.png").is_file()


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_picture_is_the_same_for_the_same_report(tmp_path, suffix):
    for name in ("a", "b"):
        draw(REPORT, tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    draw(replace(REPORT, scale=[]), tmp_path / f"c.{suffix}")
    assert (tmp_path / f"c.{suffix}").read_bytes() != (tmp_path / f"a.{suffix}").read_bytes()


def test_nothing_to_draw_is_said(tmp_path):
    with pytest.raises(TrefpuntError, match="nothing to draw"):
        draw(EMPTY, tmp_path / "x.png")


def test_the_command_line_does_not_need_matplotlib():
    code = "import trefpunt.bench.run\nfacts['there'] = 'matplotlib' in sys.modules"
    assert in_child(code, []).facts == {"there": False}


def test_sizes_are_read_or_all_faults_named():
    assert sizes("1, 10,100") == (1, 10, 100) and sizes("") == ()
    with pytest.raises(TrefpuntError, match=r"'x'.*\n?.*'0'"):
        sizes("x,0,3")


def test_the_command_is_told_without_paths(tmp_path):
    options = Options(tmp_path, repeat=3, quick=True, sources=tmp_path, scale=(1, 10))
    assert options.command == "python -m trefpunt bench --quick --repeat 3 --scale 1,10 --sources SOURCES"


def test_a_process_of_its_own_has_its_own_memory():
    """60 MiB asked for there do not count here, and what is held here does not count there."""
    held = np.ones(40 * 2**20)  # 320 MiB
    small, large = (in_child(f"x = b'x' * ({n} * 2**20)\nstep('made')", []) for n in (1, 60))
    assert 50 < large.peak_mib - small.peak_mib < 80
    assert small.peak_mib < held.nbytes / 2**20 < peak_mib()
    assert list(small.steps) == ["made"]


def test_a_process_that_fails_says_why():
    with pytest.raises(TrefpuntError, match="no such thing"):
        in_child("raise RuntimeError('no such thing')", [])


def test_median_and_ends_of_runs(monkeypatch):
    clock = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(timings.time, "perf_counter", lambda: next(clock))
    assert timing("x", lambda: None, 3) == Timing("x", 2.0, 1.0, 3.0, 3)


LIMIT = np.array([100.0])


@pytest.mark.parametrize(
    ("found", "truth"),
    [([[50.0]], [[50.001]]), ([[np.inf]], [[50.0]]), ([[50.0]], [[np.inf]]), ([[100.1]], [[np.inf]])],
)
def test_another_answer_is_refused(found, truth):
    with pytest.raises(TrefpuntError, match="somebody"):
        require_same(np.array(found), np.array(truth), LIMIT, "somebody")


def test_at_the_limit_either_answer_will_do():
    require_same(np.array([[100.0]]), np.array([[np.inf]]), LIMIT, "somebody")
    require_same(np.array([[np.inf, 7.0]]), np.array([[np.inf, 7.0]]), LIMIT, "somebody")


@pytest.mark.parametrize("cut", [True, False])
def test_ours_and_a_fast_peer_agree_on_the_bundled_city(bundled, cut):
    city = city_of(bundled, "walk")
    limit = city.cutoff_m if cut else np.full(len(city.places), np.inf)
    truth = PEERS["scipy"](city)(cut)
    require_same(PEERS["Trefpunt"](city)(cut), truth, limit, "Trefpunt")

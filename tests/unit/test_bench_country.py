"""The figures of the small country: read back, shown, and kept beside those of other runs. No time is tested."""

from dataclasses import replace

import pytest

from tests.unit.test_bench_report import EMPTY, REPORT
from trefpunt.bench import country, run
from trefpunt.bench.country import COUNTRY_BYTES, CountryBuild, CountryRun, Cutting
from trefpunt.bench.markdown import tables
from trefpunt.bench.report import from_json, to_json
from trefpunt.bench.run import Options
from trefpunt.errors import TrefpuntError

RUN = CountryRun(
    {"processors": "2"},
    "python -m trefpunt bench --country",
    [
        CountryBuild("one after the other", 80.0, 20, 0, 0, 500.0, True),
        CountryBuild("on 2 workers", 45.0, 20, 0, 0, 520.0, False),
        CountryBuild("once more", 3.5, 0, 20, 0, 0.0, True),
    ],
    Cutting(1_000_000, 5_000_000, 20, 20_000_000, 10.0, 300.0),
)


@pytest.mark.parametrize("found", [RUN, replace(RUN, cutting=None)], ids=["all", "no extract"])
def test_read_back_as_written(found):
    report = replace(EMPTY, builds=found)
    assert from_json(to_json(report)) == report


def test_tables():
    found = tables(replace(EMPTY, builds=RUN))
    (builds,), (cutting,), (machine,) = found["country"], found["cutting"], found["country_machine"]
    assert builds.rows[0] == ["one after the other", "80 s", "20", "0", "0", "500 MiB", "yes"]
    assert builds.rows[1][-1] == "no" and builds.rows[2][5] == ""
    # 1.3 GB are 260 times 5 MB.
    assert COUNTRY_BYTES == 260 * 5_000_000 and cutting.rows[-1][1] == "2,600 s"
    assert "extrapolated, not measured" in cutting.rows[-1][0]
    for table in (builds, cutting, machine):
        assert {len(row) for row in table.rows} == {len(table.header)}
    assert tables(replace(EMPTY, builds=replace(RUN, cutting=None)))["cutting"] == []


def test_a_run_of_its_own_leaves_the_others_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(country, "measure", lambda *arguments: RUN)
    monkeypatch.setattr(run, "measure_all", lambda *arguments: EMPTY)
    out = tmp_path / "bench.json"
    out.write_text(to_json(REPORT), encoding="utf-8")
    run.run(Options(tmp_path, country=True, out=out))
    assert from_json(out.read_text(encoding="utf-8")) == replace(REPORT, builds=RUN)
    run.run(Options(tmp_path, out=out))
    assert from_json(out.read_text(encoding="utf-8")) == replace(EMPTY, builds=RUN)


def test_options_that_do_not_fit(tmp_path):
    with pytest.raises(TrefpuntError, match="runs of their own"):
        run.run(Options(tmp_path, browser=True, country=True))
    with pytest.raises(TrefpuntError, match="not measured with --country"):
        run.run(Options(tmp_path, country=True, docs=tmp_path / "x.md"))
    assert Options(tmp_path, country=True, sources=tmp_path).command == (
        "python -m trefpunt bench --country --sources SOURCES"
    )


def test_no_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(country, "ROOT", tmp_path)
    with pytest.raises(TrefpuntError, match="small country is not there"):
        country.measure({}, "")


@pytest.mark.sources
def test_the_extract_is_cut(sources):
    """Twenty frames of a sixth by a fifth, doubled each way: together they cover all, most of it four times."""
    cutting = country.cut(sources)
    assert cutting.cuts == 20 and cutting.objects > 1_000_000
    assert 2 * cutting.bytes < cutting.written < 6 * cutting.bytes

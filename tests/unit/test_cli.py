"""The command line, run as a user runs it."""

import csv
import io
import json
import shutil
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest

from tests.conftest import ROOT

PLACE_COLUMNS = """place_id name category lon lat neighbourhood_code mode reach residents_within share_low share_middle
share_high mixing encounter bridge""".split()
AREA_COLUMNS = """code name residents households ses_woa ses_woa_lower ses_woa_upper ses_year ses_status share_low
share_middle share_high shares_year nearest_supermarket_m nearest_school_m""".split()


def run(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "trefpunt", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def test_check_passes_on_the_bundled_data():
    assert "sound" in run("check")[0]


def test_check_names_an_altered_table_and_what_to_run(bundled_folder, tmp_path):
    copy = shutil.copytree(bundled_folder, tmp_path / "city")
    path = copy / "walk_edges.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    message = run("check", "--data", copy, code=2)[1]
    assert "walk_edges.parquet" in message and "trefpunt build" in message


def test_export_places_as_csv():
    rows = list(csv.DictReader(io.StringIO(run("export", "places")[0])))
    assert len(rows) > 300 and set(PLACE_COLUMNS) <= set(rows[0])
    assert {row["mode"] for row in rows} == {"walk", "cycle"}
    assert {row["licence"] for row in rows} == {"ODbL-1.0"}
    for row in rows:
        if row["mixing"]:
            assert float(row["mixing_lower"]) <= float(row["mixing"]) <= float(row["mixing_upper"])
            assert row["rank_stable"] in {"True", "False", ""}
        else:
            assert not row["mixing_lower"] and not row["mixing_upper"]
    # Each place's own year, not one for all.
    assert {row["vintage"] for row in rows} == {"2021", "2023", "2021/2023"}


def test_export_places_by_one_mode():
    table = pd.read_csv(io.StringIO(run("export", "places", "--mode", "cycle", "--minutes", "10")[0]))
    assert set(table["mode"]) == {"cycle"}


def test_export_neighbourhoods_as_csv_and_geojson(tmp_path):
    table = pd.read_csv(io.StringIO(run("export", "neighbourhoods")[0]))
    assert set(AREA_COLUMNS) <= set(table) and len(table) == 44
    assert table["ses_status"].isin(["official", "estimate", "missing"]).all()
    run("export", "neighbourhoods", "--format", "geojson", "--out", tmp_path / "n.geojson")
    shapes = gpd.read_file(tmp_path / "n.geojson")
    assert len(shapes) == 44 and shapes.total_bounds.round() == pytest.approx([6, 51, 6, 51])


def test_export_population_as_parquet_needs_a_file(tmp_path):
    run("export", "population", "--format", "parquet", "--out", tmp_path / "p.parquet")
    assert len(gpd.read_parquet(tmp_path / "p.parquet")) == 2780
    assert "--out" in run("export", "population", "--format", "parquet", code=2)[1]


def test_pair_answers_the_letter_s_question():
    answer = json.loads(
        run("pair", "BU09350203", "BU09350208", "--mode", "walk", "--minutes", 15, "--format", "json")[0]
    )
    assert answer["a"]["name"] == "Pottenberg" and answer["b"]["name"] == "Dousberg-Hazendans"
    larger = [max(p["distance_a_m"], p["distance_b_m"]) for p in answer["places"]]
    assert larger == sorted(larger) and larger[-1] <= 15 * 75
    more = json.loads(run("pair", "BU09350203", "BU09350208", "--minutes", 20, "--format", "json")[0])
    assert {p["place_id"] for p in answer["places"]} < {p["place_id"] for p in more["places"]}


def test_pair_that_shares_nothing_says_so():
    # Itteren and Vroendaal lie at the two ends of the city.
    assert json.loads(run("pair", "BU09350502", "BU09350604", "--format", "json")[0])["places"] == []
    assert "0 places" in run("pair", "BU09350502", "BU09350604")[0]


def test_unknown_codes_are_named():
    message = run("pair", "BU09350203", "BU00000000", code=2)[1]
    assert "BU00000000" in message and "export neighbourhoods" in message


def test_build_without_sources_says_which_files_it_wants(tmp_path):
    message = run("build", "--sources", tmp_path, "--out", tmp_path / "city", code=2)[1]
    assert "kwb_20" in message and "docs/data.md" in message
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["export", "--help"], ["pair", "--help"]])
def test_help_is_there(arguments):
    out, err = run(*arguments, code=0 if arguments else 2)
    assert "Usage" in out + err

"""Files to take away: no cell runs as a formula, numbers stay numbers, missing stays missing, licence included."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trefpunt.export import FORMULA_STARTS, neutralise, safe_table, to_csv, to_geojson

NOTES = {"licence": "ODbL-1.0", "vintage": "2021", "attribution": "© OpenStreetMap"}
ATTACKS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", ' =HYPERLINK("http://x")', "\n=1", "＝1+1"]


def read(text: str, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_formula_becomes_text(attack: str) -> None:
    table = pd.DataFrame({"name": [attack]}, index=pd.Index(["p1"], name="place_id"))
    assert read(to_csv(table, **NOTES))[0]["name"] == f"'{attack}".replace("\r", "\n")


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    safe = neutralise(text)
    assert not safe.lstrip(" \n").startswith(FORMULA_STARTS)
    assert safe.removeprefix("'") == text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("'")


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_cell_of_a_file_starts_a_formula(names: list[str]) -> None:
    """Read back by another reader, whatever the names hold: as many rows as went in, none of them a formula."""
    table = pd.DataFrame({"name": names}, index=pd.Index(range(len(names)), name="id"))
    rows = read(to_csv(table, **NOTES))
    assert len(rows) == len(names)
    assert not any(row["name"].lstrip(" \n").startswith(FORMULA_STARTS) for row in rows)


@pytest.mark.parametrize("harmless", ["Albert Heijn", "'t Vloot", "1 - 2", "a=b", "", "café"])
def test_other_text_stays(harmless: str) -> None:
    assert neutralise(harmless) == harmless


def test_numbers_stay_numbers() -> None:
    table = pd.DataFrame({"ses_woa": [-0.667], "n": [-3], "yes": [True]}, index=pd.Index(["BU1"], name="code"))
    row = read(to_csv(table, **NOTES))[0]
    assert (row["ses_woa"], row["n"], row["yes"]) == ("-0.667", "-3", "True")


def test_headers_and_keys_are_cells_too() -> None:
    table = pd.DataFrame({"=cmd": ["x"]}, index=pd.Index(["@key"], name="place_id"))
    row = read(to_csv(table, **NOTES))[0]
    assert row["place_id"] == "'@key"
    assert row["'=cmd"] == "x"


def test_text_among_numbers_is_not_overlooked() -> None:
    """A column that holds numbers and text alike is looked through cell by cell."""
    safe = safe_table(pd.DataFrame({"mixed": [1, "=1+1", None, -2.5]}))
    assert safe["mixed"].tolist()[:2] == [1, "'=1+1"]
    assert safe["mixed"].tolist()[3] == -2.5


def test_categories_and_arrow_text_are_looked_through() -> None:
    table = pd.DataFrame({"a": pd.Series(["=1"], dtype="string"), "b": pd.Series(["=1"], dtype="category")})
    assert safe_table(table).iloc[0].tolist() == ["'=1", "'=1"]


def test_missing_is_an_empty_cell() -> None:
    table = pd.DataFrame({"name": [None, np.nan], "x": [math.nan, 1.5]}, index=pd.Index(["a", "b"], name="id"))
    rows = read(to_csv(table, **NOTES))
    assert [row["name"] for row in rows] == ["", ""]
    assert [row["x"] for row in rows] == ["", "1.5"]


def test_each_row_says_where_it_is_from() -> None:
    table = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="id"))
    for row in read(to_csv(table, **NOTES)):
        assert {key: row[key] for key in NOTES} == NOTES


def test_a_row_keeps_its_own_vintage() -> None:
    table = pd.DataFrame({"vintage": ["2023"]}, index=pd.Index(["a"], name="id"))
    assert read(to_csv(table, **NOTES))[0]["vintage"] == "2023"


def test_dutch_spreadsheets() -> None:
    table = pd.DataFrame({"name": ["a;b"], "x": [-1234.5]}, index=pd.Index(["a"], name="id"))
    row = read(to_csv(table, **NOTES, separator=";", decimal=","), ";")[0]
    assert (row["name"], row["x"]) == ("a;b", "-1234,5")


def test_the_table_itself_is_not_changed() -> None:
    table = pd.DataFrame({"name": ["=1"]})
    safe_table(table)
    assert table["name"].tolist() == ["=1"]


def test_geojson() -> None:
    table = pd.DataFrame(
        {"name": ["=1", None], "n": np.array([1, 2]), "x": [0.5, math.nan]}, index=pd.Index(["a", "b"], name="place_id")
    )
    points = {key: {"type": "Point", "coordinates": [5.7, 50.85]} for key in table.index}
    found = json.loads(to_geojson(table, points, **NOTES))
    assert (found["type"], found["licence"], found["vintage"]) == ("FeatureCollection", "ODbL-1.0", "2021")
    assert [feature["id"] for feature in found["features"]] == ["a", "b"]
    # JSON is no spreadsheet: text stays as it is, and what is missing is null.
    assert found["features"][0]["properties"] == {"place_id": "a", "name": "=1", "n": 1, "x": 0.5}
    assert found["features"][1]["properties"] == {"place_id": "b", "name": None, "n": 2, "x": None}

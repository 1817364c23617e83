"""What the page about the municipality shows, as files: the same figures, with licence and moment."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.app.conftest import Open, html
from trefpunt import queries
from trefpunt.snapshot import Snapshot
from trefpunt.tables.derived_schemas import LEVELS
from trefpunt.ui import city_files, download
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import TOPICS, ViewState

VIEWS = [ViewState(topic=topic, level=level) for topic in TOPICS for level in LEVELS]
CBS_ALONE = {"separation", "clusters", "housing", "welfare"}
"""Tables without anything of OpenStreetMap: scores, shares of income, dwellings."""


def rows(files: download.Files, separator: str = ";") -> list[dict[str, str]]:
    text = files["csv"]().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: f"{v.topic}-{v.level}")
def test_every_row_of_every_file_says_licence_and_moment(view: ViewState) -> None:
    found = city_files.files(Text("nl"), view)
    assert found
    for name, files in found.items():
        written = rows(files)
        assert written
        licence = "CC BY 4.0" if name in CBS_ALONE else "ODbL 1.0"
        assert {row["licence"] for row in written} == {licence}, name
        assert all(row["vintage"] and "CBS" in row["attribution"] for row in written), name


@pytest.mark.parametrize("topic", ["answer", "housing", "welfare"])
@pytest.mark.parametrize("level", LEVELS)
def test_areas_have_their_outline(topic: str, level: str, bundled: Snapshot) -> None:
    found = city_files.files(Text("en"), ViewState(topic=topic, level=level))[topic]
    drawn: dict[str, Any] = json.loads(found["geojson"]())
    assert {feature["id"] for feature in drawn["features"]} == set(getattr(bundled, f"{level}s").index)
    assert all(feature["geometry"]["type"] in ("Polygon", "MultiPolygon") for feature in drawn["features"])
    assert drawn["licence"]
    assert [row["code"] for row in rows(found, ",")] == [feature["id"] for feature in drawn["features"]]


def test_the_answer_is_the_one_that_was_asked_for(bundled: Snapshot) -> None:
    view = ViewState(environment="places", reference="national", factor=1.5)
    written = rows(city_files.files(Text("en"), view)["answer"], ",")
    expected = queries.one_sidedness(bundled, "neighbourhood", "places", "national", 1.5)
    assert [float(row["low"]) for row in written] == pytest.approx(list(expected["low"]))
    asked = {(row["environment"], row["reference"], float(row["factor"])) for row in written}
    assert asked == {("places", "national", 1.5)}
    assert {row["verdict"] for row in written} <= {"yes", "maybe", "hardly", "no", "cannot"}


def test_the_curve_holds_every_strictness_under_every_assumption() -> None:
    written = rows(city_files.files(Text("en"), ViewState())["curve"], ",")
    # Seven factors (trefpunt.metrics.one_sidedness.FACTORS) times four assumptions (ONE_SIDED_VARIANTS).
    assert len({(row["factor"], row["variant"]) for row in written}) == len(written) == 28


def test_what_is_not_known_is_an_empty_cell(bundled: Snapshot) -> None:
    written = rows(city_files.files(Text("nl"), ViewState(topic="housing"))["housing"])
    unknown = bundled.neighbourhoods["corporation_pct"].isna()
    assert unknown.any()
    assert [row["corporation_pct"] == "" for row in written] == list(unknown.reindex([r["code"] for r in written]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_its_buttons(open_app: Open, topic: str, lang: str) -> None:
    app, t = open_app("stad", topic=topic, lang=lang), Text(lang)
    view = ViewState(topic=topic, lang=lang)
    labels = {getattr(button, "label", None) for button in app.get("download_button")}
    for name, files in city_files.files(t, view).items():
        for ending in files:
            assert t(f"city.file.{ending}", what=t(f"city.file.what.{name}")) in labels
    assert "<h1>" in html(app)


def test_names_say_what_and_of_when() -> None:
    t, view = Text("nl"), ViewState(topic="housing")
    # The table of neighbourhoods is of 2017 (incomes) to 2024 (key figures).
    expected = "trefpunt-maastricht-koop-en-huur-buurten-2017-2024.csv"
    assert city_files.file_name(t, view, "housing", "csv") == expected
    district = city_files.file_name(t, replace(view, level="district"), "housing", "geojson")
    assert district == "trefpunt-maastricht-koop-en-huur-wijken-2017-2024.geojson"

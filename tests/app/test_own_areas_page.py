"""A municipality's own division as a level: map, card, search, tables, files and paper; and nothing where none is."""

from __future__ import annotations

import csv
import io
import json
import re
from html import escape
from pathlib import Path

import pytest
import shapely

from tests.app.conftest import Open, address, card, html, map_state
from tests.app.test_pages import PAGES
from tests.app.test_round_trip import check, controls
from tests.towns import OWN_AREAS, own_division, second_town
from trefpunt import queries, snapshot
from trefpunt.snapshot import Snapshot
from trefpunt.ui import data, download, explorer, legend, session
from trefpunt.ui.colours import share_colour
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.map import MapEvent
from trefpunt.ui.state import TOPICS, ViewState

NL = Text("nl")
NOBODY, HEART, CUT, WEST = "EA001", "EA002", "EA004", "EA006"
POTTENBERG, JUMBO = "BU09350203", "n34046157"


@pytest.fixture(scope="module")
def folder(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_division(bundled_folder, tmp_path_factory.mktemp("own") / "maastricht")


@pytest.fixture(scope="module")
def town(folder: Path) -> Snapshot:
    return snapshot.load(folder)


@pytest.fixture
def own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app shows the municipality with a division of its own."""
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(folder))


def test_the_bundled_municipality_has_no_such_level(open_app: Open) -> None:
    app = open_app(level="own_area")
    assert len(app.segmented_control(key="control_level").options) == 2
    assert escape(NL("unknown.note", parameter=NL("unknown.level"), value="own_area")) in html(app)
    assert (address(app), map_state(app)["level"]) == ({}, "neighbourhood")
    assert [tab.label for tab in open_app("plekken").tabs] == [
        NL(f"table.{key}") for key in ("places", "neighbourhoods", "districts")
    ]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_shows_lower_incomes_and_says_that_it_is_no_score(open_app: Open, town: Snapshot, lang: str) -> None:
    t, app = Text(lang), open_app(lang=lang)
    app.segmented_control(key="control_level").set_value("own_area").run()
    assert address(app)["level"] == "own_area"
    state, shares = map_state(app), queries.own_area_table(town)["share_low"]
    drawn = dict(zip(sorted(shares.index, key=lambda code: OWN_AREAS[int(code[2:]) - 1]), state["fills"], strict=True))
    assert drawn == {code: share_colour(float(share)) for code, share in shares.items()}
    assert drawn[NOBODY] is None
    # What is computed is an estimate, drawn with dashes; what is not known is not.
    assert state["dashed"] == [0, 1, 1, 1, 1, 1]
    for key, n in (("own_estimate", 5), ("missing", 1)):
        assert escape(t(f"legend.{key}", n=n)) in html(app)
    assert escape(t("legend.own_no_score")) in html(app)
    assert escape(t("legend.score_neighbourhood")) not in html(app)


@pytest.mark.usefixtures("own")
def test_the_files_of_the_map_hold_the_areas(open_app: Open) -> None:
    open_app()
    features = json.loads((data.published().directory / "areas.geojson").read_text(encoding="utf-8"))["features"]
    names = [f["properties"]["name"] for f in features if f["properties"]["level"] == "own_area"]
    assert names == [name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for name in OWN_AREAS]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_says_who_lives_there_and_what_lies_there(open_app: Open, town: Snapshot, lang: str) -> None:
    t, app = Text(lang), open_app(lang=lang, area=WEST)
    said, row = card(app), queries.own_area_table(town).loc[WEST]
    hundred = {g: round(100 * row[f"share_{g}"]) for g in ("low", "middle", "high")}
    assert escape(f"{t.plural('own.people', round(row['residents']))} {t('own.hundred', **hundred)}") in said
    assert escape(t("own.computed", years="2017")) in said
    assert escape(t("caveat.own_area")) in said and "SES-WOA" not in said
    # All neighbourhoods of the two districts that it is made of, none of another.
    codes = town.neighbourhoods["district_code"].isin(["WK093502", "WK093503"])
    links = re.findall(r'href="\./\?([^"]*area=BU\d+)[^"]*" data-tp-view="kaart"', html(app))
    assert sorted(link.rpartition("=")[2] for link in links) == sorted(codes[codes].index)
    inside = town.places[shapely.contains(row["geometry"], town.places.geometry.to_numpy())]
    for kind, n in inside["category"].value_counts().items():
        plural = town_plural(t, str(kind))
        assert escape(t("own.kind", plural=plural, n=n)) in said
    assert html(app).count("place=") >= len(inside)


def town_plural(t: Text, kind: str) -> str:
    category = data.categories()[kind]
    return category.plural_nl if t.lang == "nl" else category.plural_en


@pytest.mark.usefixtures("own")
def test_an_area_that_cuts_a_neighbourhood_says_how_much_of_it(open_app: Open, town: Snapshot) -> None:
    app = open_app(area=CUT)
    people = town.population
    here = shapely.contains(queries.own_area_table(town).geometry[CUT], people.geometry.to_numpy())
    of_one = people["neighbourhood_code"] == "BU09350105"  # Sint Pieter: the line runs through it
    part = people.loc[here & of_one, "residents"].sum() / people.loc[of_one, "residents"].sum()
    assert 0.05 < part < 0.95
    said = re.sub(r"\s+", " ", card(app)).replace(" )", ")")
    assert f"Sint Pieter ({NL('own.part', n=round(100 * part))})" in said
    assert escape(OWN_AREAS[3]) in html(app) and OWN_AREAS[3] not in html(app)


@pytest.mark.usefixtures("own")
def test_an_area_without_incomes_says_so(open_app: Open) -> None:
    said = card(open_app(area=NOBODY))
    assert NL("own.unknown") in said and NL("missing.shares") in said
    assert NL("own.computed", years="2017") not in said and NL("area.places.none") in said


@pytest.mark.usefixtures("own")
def test_a_click_selects_an_area_and_of_a_place_the_neighbourhoods(open_app: Open) -> None:
    app = open_app(level="own_area", place=JUMBO)
    # Where people come from is known per neighbourhood, and so is what a click means then.
    state = map_state(app)
    assert state["level"] == "neighbourhood"
    assert len(set(state["fills"])) > 5
    assert address(app) == {"level": "own_area", "place": JUMBO}


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("view", "code", "found"),
    [
        (ViewState(level="own_area"), WEST, (WEST, "own_area")),
        (ViewState(level="own_area"), POTTENBERG, (None, "own_area")),
        (ViewState(level="own_area", place=JUMBO), POTTENBERG, (POTTENBERG, "neighbourhood")),
        (ViewState(level="district", place=JUMBO), WEST, (None, "district")),
    ],
)
def test_what_a_click_on_the_map_selects(
    view: ViewState, code: str, found: tuple[str | None, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [view]
    monkeypatch.setattr(session, "current", lambda: kept[-1])
    monkeypatch.setattr(session, "choose", kept.append)
    explorer.follow(MapEvent("area", code))
    assert (kept[-1].area, kept[-1].level) == found


@pytest.mark.usefixtures("own")
def test_search_and_table_find_it(open_app: Open, town: Snapshot) -> None:
    app = open_app()
    box = app.selectbox(key="control_search")
    assert f"{OWN_AREAS[5]} ({NL('level.own_area')})" in box.options
    box.set_value(WEST).run()
    assert address(app) == {"area": WEST, "level": "own_area"}
    places = open_app("plekken", within=CUT)
    inside = shapely.contains(queries.own_area_table(town).geometry[CUT], town.places.geometry.to_numpy())
    assert set(places.dataframe[0].value.index) == set(town.places.index[inside])
    assert 0 < inside.sum() < len(town.places)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_places_lists_it(open_app: Open, lang: str) -> None:
    t, app = Text(lang), open_app("plekken", lang=lang, table="own_areas", columns="all", area=HEART)
    assert [tab.label for tab in app.tabs][-1] == t("table.own_areas")
    shown = app.dataframe[0].value
    assert list(shown["name"]) == list(OWN_AREAS)
    assert list(shown.columns) == ["name", "residents", "share_low", "share_middle", "share_high", "residents_unknown"]
    assert shown["share_low"].isna().tolist() == [True] + [False] * 5
    assert escape(t("table.chosen", name=OWN_AREAS[1])) in html(app)


@pytest.mark.usefixtures("own")
def test_files_hold_the_division(town: Snapshot) -> None:
    files, table = download.area_files(NL, "own_area"), queries.own_area_table(town)
    rows = list(csv.DictReader(io.StringIO(files["csv"]().decode("utf-8-sig")), delimiter=";"))
    assert [row["name"] for row in rows] == list(OWN_AREAS)
    assert rows[0]["share_low"] == "" and "CC BY 4.0" in rows[0]["licence"]
    collection = json.loads(files["geojson"]())
    assert {f["id"] for f in collection["features"]} == set(table.index)
    assert download.file_name(NL, "own_areas", "csv").startswith("trefpunt-maastricht-eigen-indeling-")


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_prints(open_app: Open, lang: str) -> None:
    t = Text(lang)
    sheet = html(open_app("afdruk", lang=lang, area=WEST))
    for text in (OWN_AREAS[5], t("own.computed", years="2017"), t("caveat.own_area"), t("print.estimate")):
        assert escape(text) in sheet
    assert "Pottenberg.</p>" in sheet and "SES-WOA" not in sheet
    drawn = html(open_app("afdruk", lang=lang, level="own_area"))
    assert escape(t("print.map.own_area", city="Maastricht")) in drawn
    assert escape(t("print.missing")) in drawn and escape(t("caveat.score")) not in drawn
    assert escape(t("print.alt.own_area", name=OWN_AREAS[0])) in html(open_app("afdruk", lang=lang, area=NOBODY))


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("page", "topic"), [*((page, "") for page in (*PAGES, "afdruk")), *(("stad", key) for key in TOPICS[1:])]
)
def test_every_page_keeps_the_level(open_app: Open, page: str, topic: str) -> None:
    """A page about what exists per neighbourhood and district only shows neighbourhoods, and lets nothing go."""
    asked = {"area": WEST, "level": "own_area"} | ({"topic": topic} if topic else {})
    app = open_app(page, **asked)
    assert address(app) == asked
    for parameter, value in (("level", "own_area"), ("area", WEST)):
        assert escape(NL("unknown.note", parameter=NL(f"unknown.{parameter}"), value=value)) not in html(app)
    if topic in ("housing", "welfare"):
        assert app.segmented_control(key="city_level").value == "neighbourhood"


@pytest.mark.usefixtures("own")
def test_every_control_comes_back_from_its_address(open_app: Open) -> None:
    faults = []
    for page, start, wanted in (
        ("kaart", {"level": "own_area"}, {"control_level", "control_search"}),
        ("kaart", {"area": WEST, "level": "own_area"}, {"control_level", "control_clear"}),
        ("plekken", {"within": CUT}, {"control_within"}),
        ("plekken", {"table": "own_areas"}, {"places_columns"}),
    ):
        there = controls(open_app, page, start)
        assert wanted <= set(there)
        faults += [fault for key in sorted(wanted) for fault in check(open_app, page, start, key)]
    assert faults == []


def test_another_municipality_without_one_shows_neighbourhoods(
    open_app: Open, bundled_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_town(bundled_folder, tmp_path)  # has a division of its own
    own_division(bundled_folder, tmp_path / "maastricht")
    monkeypatch.setenv("TREFPUNT_DATA", str(tmp_path))
    app = open_app(level="own_area", area=WEST)
    app.selectbox(key="control_municipality").set_value("voorbeeldstad").run()
    assert not app.exception
    assert address(app) == {"gemeente": "voorbeeldstad"}


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_class_is_in_words(lang: str) -> None:
    drawn = legend.legend(Text(lang), ViewState(lang=lang, level="own_area"), dark=False)
    assert [n for n in ("30", "40", "50", "60") if len(re.findall(rf"\b{n}\b", drawn)) < 2] == []

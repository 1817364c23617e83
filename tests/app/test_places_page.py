"""The page of places: order, columns, figure, files; and what a place's card says about how sure it is."""

from __future__ import annotations

import csv
import io
import json
import re
from html import escape

import numpy as np
import pandas as pd
import pytest

from tests.app.conftest import Open, address, card, html
from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.snapshot import Snapshot
from trefpunt.ui import certainty, charts, colours, data, download, scatter, style, tables
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import SORTS, ViewState

SUPERMARKET = "n34046157"


@pytest.fixture(scope="module")
def sure(bundled: Snapshot) -> pd.DataFrame:
    measures = queries.place_measures(bundled)
    return measures.join(queries.place_intervals(bundled)).join(queries.bridge_thirds(measures))


def first_by(sure: pd.DataFrame, third: int, steady: bool) -> str:
    """Return a place in a third of its kind whose rank is steady or not."""
    rows = sure[(sure["bridge_third"] == third) & (sure["rank_stable"] == steady).fillna(False)]
    return str(rows.index[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_card_says_how_sure_mixing_and_bridge_are(open_app: Open, sure: pd.DataFrame, lang: str) -> None:
    t, row = Text(lang), sure.loc[SUPERMARKET]
    said = card(open_app(lang=lang, place=SUPERMARKET))
    low, high = t.number(row["mixing_lower"], 2), t.number(row["mixing_upper"], 2)
    assert t("sure.mixing", low=low, high=high) in said
    low, high = t.percent(row["bridge_lower"], 1), t.percent(row["bridge_upper"], 1)
    assert t("sure.bridge", low=low, high=high) in said
    for line in certainty.explained(t):
        assert escape(line) in said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("third", [1, 2, 3])
@pytest.mark.parametrize("steady", [True, False])
def test_card_says_the_third_and_whether_it_stays(
    open_app: Open, sure: pd.DataFrame, lang: str, third: int, steady: bool
) -> None:
    t, place = Text(lang), first_by(sure, third, steady)
    category = load_categories()[sure.at[place, "category"]]
    plural = category.plural_nl if lang == "nl" else category.plural_en
    said = card(open_app(lang=lang, place=place))
    where = {1: "lowest", 2: "middle", 3: "highest"}[third]
    stays = "sure.rank.steady" if steady else "sure.rank.unsteady"
    assert escape(f"{t(f'sure.rank.{where}', plural=plural)} {t(stays)}") in said


def test_card_without_a_rank_says_why(open_app: Open, sure: pd.DataFrame) -> None:
    t = Text("nl")
    few = sure[sure["rank_stable"].isna() & sure["mixing"].notna()]
    plural = load_categories()[few["category"].iloc[0]].plural_nl
    assert t("sure.rank.none", plural=plural) in card(open_app(place=str(few.index[0])))


def test_card_follows_the_chosen_way_to_travel(open_app: Open, bundled: Snapshot) -> None:
    """Everybody on foot gives a sports club another interval than everybody by bike."""
    t = Text("nl")
    place = str(bundled.places.index[bundled.places["category"] == "sports"][0])
    for mode in ("walk", "cycle"):
        row = queries.place_intervals(bundled, mode).loc[place]
        ends = {"low": t.number(row["mixing_lower"], 2), "high": t.number(row["mixing_upper"], 2)}
        assert t("sure.mixing", **ends) in card(open_app(place=place, mode=mode))


def test_an_interval_without_width_is_not_between_twice_the_same() -> None:
    t, row = Text("nl"), pd.Series({"mixing_lower": 0.871, "mixing_upper": 0.874})
    assert certainty.interval(t, "mixing", row) == t("sure.mixing_narrow")
    assert certainty.interval(t, "mixing", pd.Series({"mixing_lower": np.nan, "mixing_upper": np.nan})) == ""


@pytest.mark.parametrize(
    ("sort", "column"), [("reach", "residents_within"), ("mixing", "mixing"), ("bridge", "bridge")]
)
def test_order(open_app: Open, sure: pd.DataFrame, sort: str, column: str) -> None:
    """Largest first, the figure beside the name, what is missing last, every place there."""
    app = open_app("plekken", sort=sort)
    shown = app.dataframe[0].value
    assert set(shown.index) == set(sure.index)
    assert list(shown.columns[:2]) == ["name", column]
    figures = sure.loc[shown.index, column]
    known = figures.notna().to_numpy()
    assert figures.dropna().is_monotonic_decreasing
    assert known[: known.sum()].all()
    assert address(app) == {"sort": sort}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_order_is_a_question_with_an_answer_that_warns(open_app: Open, lang: str) -> None:
    t, app = Text(lang), open_app("plekken", lang=lang)
    assert app.radio(key="places_sort").value == "name"
    app.radio(key="places_sort").set_value("bridge").run()
    drawn = html(app)
    assert escape(t("sort.explain.bridge", city="Maastricht")) in drawn
    assert escape(t("sort.explain.steady")) in drawn
    assert address(app)["sort"] == "bridge"


def test_people_in_the_order_are_those_within_the_chosen_minutes(open_app: Open, bundled: Snapshot) -> None:
    shown = open_app("plekken", sort="reach", minutes="5", mode="walk").dataframe[0].value
    within = queries.place_measures(bundled, "walk", 5)["residents_within"]
    assert shown["residents_within"].tolist() == within.sort_values(ascending=False).tolist()


def test_table_shows_intervals_and_steadiness_in_words(open_app: Open, sure: pd.DataFrame) -> None:
    t = Text("nl")
    shown = open_app("plekken").dataframe[0].value
    row, place = sure.loc[SUPERMARKET], shown.loc[SUPERMARKET]
    assert place["mixing_between"] == f"{t.number(row['mixing_lower'], 2)} – {t.number(row['mixing_upper'], 2)}"
    assert place["bridge_between"] == f"{t.percent(row['bridge_lower'], 1)} – {t.percent(row['bridge_upper'], 1)}"
    words = sure["rank_stable"].astype(object).map({True: "ja", False: "nee"}).fillna("geen rang")
    assert shown["steady"].equals(words.loc[shown.index].rename("steady"))
    assert set(words) == {"ja", "nee", "geen rang"}


def test_more_columns(open_app: Open, sure: pd.DataFrame) -> None:
    app = open_app("plekken")
    assert len(app.dataframe[0].value.columns) <= tables.MOST_IN_VIEW
    app.toggle(key="places_columns").set_value(True).run()
    shown = app.dataframe[0].value
    for column in ("mixing_lower", "mixing_upper", "bridge_lower", "bridge_upper", "share_low", "vintage"):
        assert column in shown
    assert shown["mixing_lower"].equals(sure.loc[shown.index, "mixing_lower"])
    assert address(app) == {"columns": "all"}


def test_a_phone_has_names_on_two_lines_beside_their_figure(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not open_app("plekken").dataframe[0].proto.row_height
    monkeypatch.setattr(style, "is_phone", lambda: True)
    table = open_app("plekken", sort="mixing").dataframe[0].proto
    # Streamlit breaks lines from four letters of 16 pixels on.
    assert table.row_height > 4 * 16
    widths = json.loads(table.columns)
    # The screen, without its edges and the column to choose a row by.
    assert widths["name"]["width"] + widths["mixing"]["width"] <= 390 - 2 * 15 - 37 - 15


@pytest.mark.parametrize("sort", SORTS)
def test_a_room_sees_all_columns_at_once_and_how_sure_the_one_is_that_counts(sort: str) -> None:
    columns = tables.place_columns(ViewState(screen="projector", sort=sort))
    assert {"name", "residents_within", "mixing", "bridge", "category", "area"} <= set(columns)
    between = {column for column in columns if column.endswith("_between")}
    assert between == ({f"{sort}_between"} if sort in ("mixing", "bridge") else set())
    widths = [tables.NARROW if column == "name" else tables.WIDTHS[column] for column in columns]
    if sort in tables.MEASURES:
        widths[1] = tables.FIRST
    # 1,280 pixels without the page's edges (1.2 letters of 22 each) and the column to choose a row by.
    assert tables.LARGER * sum(widths) <= 1280 - 2 * 1.2 * 22 - 37


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_is_named_and_explained(lang: str) -> None:
    t = Text(lang)
    for column in tables.KINDS:
        assert t(f"column.{column}") and t(f"column_help.{column}")
    shown = {*tables.place_columns(ViewState(columns="all")), *tables.AREA_FEW, *tables.AREA_MORE}
    shown |= {*tables.OWN_FEW, *tables.OWN_MORE}
    assert shown == set(tables.KINDS)


def test_only_the_open_table_is_sent(open_app: Open) -> None:
    for name in data.known().tables:
        app = open_app("plekken", **({} if name == "places" else {"table": name}))
        assert len(app.dataframe) == 1
        assert app.dataframe[0].key == f"table_{name}"


def test_a_chosen_place_leads_to_the_map(open_app: Open) -> None:
    t = Text("nl")
    app = open_app("plekken")
    (show,) = (button for button in app.button if button.label == t("table.show"))
    assert show.disabled
    app = open_app("plekken", place=SUPERMARKET)
    assert "Gekozen: Jumbo Maastricht (supermarkt, Malberg)" in html(app)
    (show,) = (button for button in app.button if button.label == t("table.show"))
    assert not show.disabled


def test_a_chosen_place_that_is_filtered_out_is_not_chosen_here(open_app: Open) -> None:
    app = open_app("plekken", place=SUPERMARKET, category="park")
    assert "tp-chosen" not in html(app)


def test_an_area_is_chosen_in_its_table(open_app: Open) -> None:
    assert "Gekozen: Pottenberg" in html(open_app("plekken", table="neighbourhoods", area="BU09350203"))
    assert "tp-chosen" not in html(open_app("plekken", table="districts", area="BU09350203"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figure_only_when_asked_for(open_app: Open, lang: str, sure: pd.DataFrame) -> None:
    t, app = Text(lang), open_app("plekken", lang=lang)
    assert not app.get("vega_lite_chart") and not app.get("arrow_vega_lite_chart")
    app.toggle(key="places_figure").set_value(True).run()
    assert not app.exception
    assert escape(t("figure.title")) in html(app)
    (drawn,) = [*app.get("vega_lite_chart"), *app.get("arrow_vega_lite_chart")]
    assert drawn.proto.alt == t("figure.alt", n=int(sure["mixing"].notna().sum()), minutes=15)
    assert t.plural("figure.absent", int(sure["mixing"].isna().sum())) in html(app)


def test_figure_of_nothing(open_app: Open) -> None:
    app = open_app("plekken", figure="on", search="no such name (")
    assert not app.exception
    assert Text("nl")("figure.none") in [caption.value for caption in app.caption]


def test_figure_draws_what_the_table_says(sure: pd.DataFrame) -> None:
    t, rows = Text("nl"), sure.assign(category=sure["category"])
    points = scatter.points(t, rows).set_index("place_id")
    assert set(points.index) == set(sure.index[sure["mixing"].notna()])
    assert points["people"].equals(sure.loc[points.index, "residents_within"].astype(int).rename("people"))
    spec = scatter.figure(t, points.reset_index(), SUPERMARKET, 15, dark=False).to_dict()
    domain = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    # The lines of the scale stand where their numbers say: none is written rounded.
    axis = spec["layer"][0]["encoding"]["y"]["axis"]
    assert [float(f"{value:{axis['format']}}") for value in axis["values"]] == axis["values"]
    assert domain[0] <= points["mixing"].min() and domain[1] == 1.0
    assert len(spec["layer"]) == 5, "places, interval, ring, name and its outline"
    # The whole interval of the chosen one is in view.
    widest = (points["mixing"] - points["lower"]).idxmax()
    low = scatter.figure(t, points.reset_index(), widest, 15, dark=True).to_dict()["layer"][0]["encoding"]["y"]["scale"]
    assert low["domain"][0] <= points.at[widest, "lower"] < domain[0]
    assert len(scatter.figure(t, points.reset_index(), None, 15, dark=False).to_dict()["layer"]) == 1
    assert spec["config"]["locale"]["number"]["thousands"] == "."


def test_figure_knows_every_kind_of_place() -> None:
    grouped = [category for members in scatter.GROUPS.values() for category in members]
    assert sorted(grouped) == sorted(load_categories())
    assert len(scatter.GROUPS) == len(scatter.SHAPES) == len(scatter.LIGHT) == len(scatter.DARK)


def test_signs_of_the_figure_stand_out_from_the_page() -> None:
    """WCAG 1.4.11: 3 to 1 for what one has to see, against the white and the dark page."""
    assert min(colours.contrast(colour, "#ffffff") for colour in scatter.LIGHT) >= 3
    assert min(colours.contrast(colour, "#191817") for colour in scatter.DARK) >= 3


@pytest.mark.parametrize(
    "state",
    [None, {}, {"selection": {}}, {"selection": {"chosen": []}}, {"selection": {"chosen": [{"place_id": "x"}]}}],
)
def test_a_click_beside_the_places_or_nonsense_chooses_nothing(state: object) -> None:
    assert scatter.clicked(state) is None


def test_a_click_on_a_place_chooses_it() -> None:
    assert scatter.clicked({"selection": {"chosen": [{"place_id": SUPERMARKET}]}}) == SUPERMARKET


@pytest.mark.parametrize("lang", LANGUAGES)
def test_files_of_places_hold_what_is_shown_with_its_licence(lang: str, sure: pd.DataFrame) -> None:
    t = Text(lang)
    rows = tables.filtered(sure, ViewState(categories=("supermarket",), sort="bridge"))
    files = download.place_files(t, rows)
    text = files["csv"]().decode("utf-8-sig")
    written = list(csv.DictReader(io.StringIO(text), delimiter=";" if lang == "nl" else ","))
    assert [row["place_id"] for row in written] == list(rows.index)
    first = written[0]
    assert float(first["bridge_upper"].replace(",", ".")) == pytest.approx(rows["bridge_upper"].iloc[0], rel=1e-9)
    assert first["rank_stable"] == str(rows["rank_stable"].iloc[0])
    assert (first["licence"], first["attribution"]) == ("ODbL 1.0", t("export.attribution_osm"))
    collection = json.loads(files["geojson"]())
    assert [feature["id"] for feature in collection["features"]] == list(rows.index)
    assert collection["features"][0]["geometry"]["coordinates"] == [rows["lon"].iloc[0], rows["lat"].iloc[0]]
    assert collection["licence"] == "ODbL 1.0" and "OpenStreetMap" in collection["attribution"]
    assert collection["vintage"] == data.vintage("places")


@pytest.mark.parametrize(
    ("level", "box"), [("neighbourhood", (5.6, 50.8, 5.8, 51.0)), ("district", (5.6, 50.8, 5.8, 51.0))]
)
def test_files_of_areas(level: str, box: tuple[float, float, float, float], bundled: Snapshot) -> None:
    files = download.area_files(Text("nl"), level)
    table = bundled.neighbourhoods if level == "neighbourhood" else bundled.districts
    rows = list(csv.DictReader(io.StringIO(files["csv"]().decode("utf-8-sig")), delimiter=";"))
    assert {row["code"] for row in rows} == set(table.index)
    assert "geometry" not in rows[0] and rows[0]["licence"] == "ODbL 1.0"
    collection = json.loads(files["geojson"]())
    assert {feature["id"] for feature in collection["features"]} == set(table.index)
    west, south, east, north = box
    for feature in collection["features"]:
        for polygon in (
            feature["geometry"]["coordinates"]
            if feature["geometry"]["type"] == "MultiPolygon"
            else [feature["geometry"]["coordinates"]]
        ):
            ring = np.array(polygon[0])
            assert (ring >= (west, south)).all() and (ring <= (east, north)).all()
            # Counterclockwise (RFC 7946): the shoelace sum is positive.
            assert np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]) > 0


@pytest.mark.parametrize(("lang", "name"), [("nl", "plekken"), ("en", "places")])
def test_file_names_hold_the_municipality_and_the_years_of_the_data(lang: str, name: str) -> None:
    years = re.findall(r"\d{4}", data.vintage("places"))
    expected = f"trefpunt-maastricht-{name}-{min(years)}-{max(years)}.csv"
    assert download.file_name(Text(lang), "places", "csv") == expected


def test_file_name_of_a_name_with_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "municipality", lambda: "'s-Hertogenbosch / Súdwest")
    monkeypatch.setattr(data, "vintage", lambda subject: "2024")
    assert download.file_name(Text("nl"), "places", "csv") == "trefpunt-s-hertogenbosch-sudwest-plekken-2024.csv"


@pytest.mark.parametrize("place", ["-1", "<img src=x onerror=alert(1)>"])
def test_nonsense_in_the_address_of_the_page(open_app: Open, place: str) -> None:
    app = open_app("plekken", sort="best", columns="none", figure="3d", table=place)
    drawn, t = html(app), Text("nl")
    for field in ("sort", "columns", "figure", "table"):
        assert t(f"unknown.{field}") in drawn
    assert "<img" not in drawn


@pytest.mark.parametrize(
    ("shares", "inside", "behind"),
    [
        ({"low": 0.62, "middle": 0.31, "high": 0.07}, ["62%", "31%", "7%"], []),
        ({"low": 0.66, "middle": 0.29, "high": 0.05}, ["66%", "29%"], ["5%"]),
        ({"low": 0.04, "middle": 0.10, "high": 0.86}, ["86%"], ["4%", "10%"]),
    ],
)
def test_every_number_of_a_bar_is_there_whole(shares: dict[str, float], inside: list[str], behind: list[str]) -> None:
    """One too narrow for its number has it behind the bar, with the sign of the group."""
    drawn = charts.share_bars(Text("nl"), [("x", shares)])
    assert re.findall(r"<em>(.*?)</em>", drawn) == inside
    assert re.findall(r"<b><i class=\"tp-key tp-\w+\"></i>(.*?)</b>", drawn) == behind

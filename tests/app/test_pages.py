"""Every page in both languages, by address and by clicking, on the real snapshot."""

from __future__ import annotations

import re
from html import escape

import pandas as pd
import pytest

from tests.app.conftest import Open, address, card, html, map_state
from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.estimate.model import EstimateParams
from trefpunt.snapshot import Snapshot
from trefpunt.ui.i18n import LANGUAGES, Text

POTTENBERG, DOUSBERG = "BU09350203", "BU09350208"
PAGES = {
    "kaart": "map.title",
    "plekken": "table.title",
    "twee": "two.title",
    "stad": "city.title",
    "ontbreekt": "gap.title",
    "wat_als": "scenario.title",
    "uitleg": "explain.title",
}


@pytest.fixture(scope="session")
def measures(bundled: Snapshot) -> pd.DataFrame:
    return queries.place_measures(bundled)


@pytest.fixture(scope="session")
def supermarket(measures: pd.DataFrame) -> str:
    """A supermarket with a name and with people around it."""
    shops = measures[(measures["category"] == "supermarket") & measures["name"].notna()]
    return str(shops["residents_within"].idxmax())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_page(open_app: Open, page: str, lang: str) -> None:
    app, t = open_app(page, lang=lang), Text(lang)
    drawn = html(app)
    assert f"<h1>{escape(t(PAGES[page]))}</h1>" in drawn
    assert f"lang='{lang}'" in drawn
    # Each page that shows a score says what it does not say.
    assert escape(t("caveat.score")) in drawn
    assert address(app) == ({} if lang == "nl" else {"lang": "en"})


def test_opens_in_dutch(open_app: Open) -> None:
    assert Text("nl")("map.title") in html(open_app())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_place_card(open_app: Open, lang: str, supermarket: str, measures: pd.DataFrame) -> None:
    t, row = Text(lang), measures.loc[supermarket]
    app = open_app(lang=lang, place=supermarket)
    said = card(app)
    assert escape(row["name"]) in said
    assert t.plural("place.within.walk", int(row["residents_within"]), minutes=15) in said
    assert t("nation") in said
    for share in ("share_low", "share_middle", "share_high"):
        assert t.percent(row[share]) in said
    assert escape(t("place.mixing.text", value=float(row["mixing"]), city="Maastricht")) in said
    assert t.percent(row["bridge"], 1) in said
    assert str(round(100 * row["encounter"])) in said
    for caveat in ("potential", "person", "osm"):
        assert escape(t(f"caveat.{caveat}")) in said
    assert map_state(app)["place"] is not None


def test_every_place_has_a_card(open_app: Open, measures: pd.DataFrame) -> None:
    """The odd ones: without a name, without people within reach, at the border, one of each category."""
    odd = [
        measures[measures["name"].isna()].index[:1],
        measures[measures["residents_within"] == 0].index[:1],
        measures[measures["mixing"].isna()].index[:1],
        measures[measures["border_truncated"]].index[:1],
        measures.drop_duplicates("category").index,
    ]
    app = open_app()
    for place in dict.fromkeys(key for index in odd for key in index):
        app.query_params["place"] = place
        app.run()
        assert not app.exception, place
        assert "tp-lead" in html(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_area_has_a_card(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t = Text(lang)
    app = open_app(lang=lang)
    for table in (bundled.neighbourhoods, bundled.districts):
        for code, row in table.iterrows():
            app.query_params["area"] = code
            app.run()
            assert not app.exception, code
            said = card(app)
            assert escape(row["name"]) in said
            if row["ses_status"] == "missing":
                assert t("missing.score") in said
            else:
                assert t.number(row["ses_woa"], 2, signed=True) in said
                assert t(f"status.{row['ses_status']}", year=int(row["ses_year"])) in said


def test_an_estimate_says_so_and_shows_its_interval(open_app: Open, bundled: Snapshot) -> None:
    t, table = Text("nl"), bundled.neighbourhoods
    estimates = table[table["ses_status"] == "estimate"]
    assert len(estimates), "the bundled snapshot holds estimates"
    row = estimates.iloc[0]
    app = open_app(area=str(estimates.index[0]))
    said = card(app)
    low, high = (t.number(row[c], 2, signed=True) for c in ("ses_woa_lower", "ses_woa_upper"))
    assert t("area.score.interval", low=low, high=high) in said
    state = map_state(app)
    assert sum(state["dashed"]) == len(estimates)


def test_missing_is_drawn_as_a_pattern_and_says_why(open_app: Open, bundled: Snapshot) -> None:
    table = bundled.neighbourhoods
    missing = int((table["ses_status"] == "missing").sum())
    app = open_app()
    assert map_state(app)["fills"].count(None) == missing
    assert Text("nl")("legend.missing_small", n=missing) in html(app)


def test_pair(open_app: Open, bundled: Snapshot) -> None:
    t = Text("nl")
    app = open_app(pair=f"{POTTENBERG},{DOUSBERG}", minutes="20", mode="walk")
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 20)
    assert t.plural("pair.lead.walk", len(shared), minutes=20) in card(app)
    # The map shows what they share and nothing else.
    assert len(map_state(app)["sizes"].replace("-", "")) == len(shared)
    assert len(map_state(app)["outlined"]) == 2


def test_an_empty_pair_is_an_answer(open_app: Open) -> None:
    said = card(open_app(pair=f"{POTTENBERG},{DOUSBERG}", minutes="5", mode="walk", category="library"))
    assert Text("nl")("pair.none.walk", minutes=5) in said


def test_category_filter_reaches_map_and_address(open_app: Open) -> None:
    app = open_app()
    assert map_state(app)["categories"] is None
    app.get("button_group")[-1].set_value(["supermarket"]).run()
    assert map_state(app)["categories"] == ["supermarket"]
    assert address(app) == {"category": "supermarket"}


def test_mode_and_minutes_change_what_is_within_reach(open_app: Open, supermarket: str, bundled: Snapshot) -> None:
    t = Text("nl")
    app = open_app(place=supermarket)
    app.slider(key="control_minutes").set_value(25).run()
    app.segmented_control(key="control_mode").set_value("cycle").run()
    n = int(queries.place_measures(bundled, "cycle", 25).at[supermarket, "residents_within"])
    assert t.plural("place.within.cycle", n, minutes=25) in card(app)
    assert address(app) == {"place": supermarket, "minutes": "25", "mode": "cycle"}


def test_level_lets_go_of_an_area_of_the_other_level(open_app: Open) -> None:
    app = open_app(pair=f"{POTTENBERG},{DOUSBERG}")
    app.segmented_control(key="control_level").set_value("district").run()
    assert not app.exception
    assert address(app) == {"level": "district"}
    assert len(map_state(app)["fills"]) == 7


def test_search_selects_without_the_map(open_app: Open, supermarket: str) -> None:
    app = open_app()
    app.selectbox(key="control_search").set_value(supermarket).run()
    assert address(app) == {"place": supermarket}
    app.selectbox(key="control_search").set_value("WK093502").run()
    assert address(app) == {"area": "WK093502", "level": "district"}


def test_language_switch_keeps_the_view(open_app: Open) -> None:
    app = open_app(area=POTTENBERG, minutes="20", category="park,supermarket")
    app.segmented_control(key="control_lang").set_value("en").run()
    assert Text("en")("map.title") in html(app)
    assert "Pottenberg" in card(app)
    expected = {"area": POTTENBERG, "minutes": "20", "category": "supermarket,park", "lang": "en"}
    assert address(app) == expected


def test_view_survives_a_change_of_page(open_app: Open) -> None:
    app = open_app(lang="en", category="supermarket")
    app.switch_page("pages/plekken.py")
    app.query_params.clear()  # as a page link does in the browser
    app.run()
    assert address(app) == {"lang": "en", "category": "supermarket"}
    shops = app.dataframe[0].value
    assert set(shops["category"]) == {load_categories()["supermarket"].name_en}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_unknown_codes_open_the_page_with_a_note(open_app: Open, page: str, lang: str) -> None:
    attack = "<img src=x onerror=alert(1)>"
    app = open_app(page, lang=lang, place=attack, category="nonsense", minutes="many")
    t, drawn = Text(lang), html(app)
    assert attack not in drawn
    for parameter, value in (("place", attack), ("category", "nonsense"), ("minutes", "many")):
        assert escape(t("unknown.note", parameter=t(f"unknown.{parameter}"), value=value)) in drawn


def test_table_holds_every_place_by_name(open_app: Open, bundled: Snapshot) -> None:
    app = open_app("plekken")
    shown = app.dataframe[0].value
    assert set(shown.index) == set(bundled.places.index)
    named = bundled.places["name"].reindex(shown.index)
    last_named = named.notna().to_numpy().nonzero()[0].max()
    assert named.iloc[: last_named + 1].notna().all()
    assert named.dropna().str.casefold().is_monotonic_increasing
    for name, expected in (("neighbourhoods", bundled.neighbourhoods), ("districts", bundled.districts)):
        # One table is open at a time: what is not looked at is not sent.
        (opened,) = open_app("plekken", table=name).dataframe
        assert set(opened.value.index) == set(expected.index)
        assert opened.value["name"].is_monotonic_increasing


def test_table_filters(open_app: Open, bundled: Snapshot) -> None:
    places = bundled.places
    app = open_app("plekken", within="WK093502", category="supermarket")
    codes = bundled.neighbourhoods.index[bundled.neighbourhoods["district_code"] == "WK093502"]
    expected = places[places["neighbourhood_code"].isin(codes) & (places["category"] == "supermarket")]
    assert set(app.dataframe[0].value.index) == set(expected.index)
    app.text_input(key="control_name").set_value("no such name (").run()
    assert len(app.dataframe[0].value) == 0
    assert Text("nl").plural("table.count", 0) in [caption.value for caption in app.caption]


def test_explanation_lists_sources_and_categories(open_app: Open, bundled: Snapshot) -> None:
    drawn = html(open_app("uitleg"))
    for category in load_categories().values():
        assert escape(category.name_nl) in drawn
    for resource in bundled.manifest["resources"]:
        for licence in resource["licenses"]:
            assert licence["name"] in drawn


def test_contact_only_when_set(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Text("nl")("explain.contact.title") not in html(open_app("uitleg"))
    monkeypatch.setenv("TREFPUNT_CONTACT", "wijkteam@example.org")
    assert "wijkteam@example.org" in html(open_app("uitleg"))


def test_no_page_asks_for_an_icon_font(open_app: Open) -> None:
    """A ``:material/…:`` icon is fetched from a third party."""
    for page in PAGES:
        assert not re.search(r":material/", repr(open_app(page)))


def test_what_the_interval_means_is_what_it_was_made_for() -> None:
    """The texts say '9 out of 10'."""
    assert EstimateParams().level == 0.9
    assert "9 van de 10" in Text("nl")("explain.measures.score_text")
    assert "9 out of 10" in Text("en")("explain.measures.score_text")

"""Several municipalities side by side, and years of official scores: the whole app on two snapshots."""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path

import pytest

from tests import towns as town
from tests.app.conftest import Open, address, card, html, map_state
from tests.app.test_pages import PAGES, POTTENBERG
from trefpunt.ui import towns
from trefpunt.ui.i18n import LANGUAGES, Text

FIRST = "maastricht"
NAZARETH = town.OTHER_BORDERS


@pytest.fixture(scope="module")
def two_towns(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundled municipality and the second one."""
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(bundled_folder, data / FIRST)
    town.second_town(bundled_folder, data)
    return data


@pytest.fixture(autouse=True)
def _both(two_towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFPUNT_DATA", str(two_towns))


def choice(app, key: str):
    """The box `key`, or None."""
    return next((box for box in app.selectbox if box.key == key), None)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_municipality_of_its_address(open_app: Open, page: str, lang: str) -> None:
    app, t = open_app(page, gemeente=town.SLUG, lang=lang), Text(lang)
    assert escape(t(PAGES[page])) in html(app)
    assert escape(t("unknown.note", parameter=t("unknown.gemeente"), value=town.SLUG)) not in html(app)
    assert address(app)["gemeente"] == town.SLUG
    assert choice(app, "control_municipality").value == town.SLUG


def test_the_first_is_the_default_and_the_choice_is_by_name(open_app: Open) -> None:
    app = open_app()
    box = choice(app, "control_municipality")
    assert (box.value, box.options) == (FIRST, ["Maastricht", town.NAME])
    assert address(app) == {}


def test_one_municipality_needs_no_choice(open_app: Open, two_towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(two_towns / town.SLUG))
    app = open_app(area=NAZARETH)
    assert choice(app, "control_municipality") is None
    assert "Nazareth" in card(app)


@pytest.mark.parametrize("page", PAGES)
def test_choosing_another_lets_go_of_the_codes_of_this_one(open_app: Open, page: str) -> None:
    app = open_app(page, area=POTTENBERG, home=POTTENBERG, minutes="20")
    choice(app, "control_municipality").set_value(town.SLUG).run()
    assert not app.exception
    assert address(app) == {"gemeente": town.SLUG, "minutes": "20"}


def test_an_unknown_municipality_opens_the_first_with_a_note(open_app: Open) -> None:
    app = open_app(gemeente="../../etc", area=POTTENBERG)
    t = Text("nl")
    assert escape(t("unknown.note", parameter=t("unknown.gemeente"), value="../../etc")) in html(app)
    assert "Pottenberg" in card(app)
    assert address(app) == {"area": POTTENBERG}


def test_a_code_of_another_municipality_is_said_and_dropped(open_app: Open) -> None:
    app = open_app(gemeente=town.SLUG, area=POTTENBERG)
    assert POTTENBERG in html(app)
    assert address(app) == {"gemeente": town.SLUG}


def test_two_visitors_in_two_municipalities_do_not_mix(open_app: Open) -> None:
    here = open_app(area=POTTENBERG)
    there = open_app(gemeente=town.SLUG, area=town.code(POTTENBERG))
    official = Text("nl")("status.official", year=2021)
    for _ in range(2):
        here.run()
        there.run()
        assert official in card(here) and "Maastricht" in html(here)
        assert Text("nl")("status.provisional", year=2023) in card(there) and town.NAME in card(there)
        assert set(map_state(there)["dashed"]) == {0, 1, 2}
        assert set(map_state(here)["dashed"]) == {0, 1}


def test_damage_to_one_leaves_the_way_to_the_others(
    open_app: Open, two_towns: Path, tmp_path: Path, monkeypatch
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(two_towns, copy)
    (copy / town.SLUG / "places.parquet").write_bytes(b"")
    monkeypatch.setenv("TREFPUNT_DATA", str(copy))
    app = open_app(gemeente=town.SLUG)
    drawn = html(app)
    assert "places.parquet" in drawn and "?gemeente=maastricht" in drawn
    assert Text("nl")("map.title") in html(open_app())
    # Who looked at a sound one and follows a link to the damaged one can go back.
    app = open_app()
    app.query_params["gemeente"] = town.SLUG
    app.run()
    assert "places.parquet" in html(app)
    app.query_params["gemeente"] = FIRST
    app.run()
    assert Text("nl")("map.title") in html(app)


def test_a_manifest_without_a_name_is_called_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("b", "{"), ("a", '{"municipality": {"name": "Zeestad"}}'), (".new", "{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "datapackage.json").write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("TREFPUNT_DATA", str(tmp_path))
    assert dict(towns.names()) == {"b": "b", "a": "Zeestad"}
    assert list(towns.folders()) == ["a", "b"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_year_colours_map_legend_and_card(open_app: Open, lang: str) -> None:
    t = Text(lang)
    app = open_app(gemeente=town.SLUG, area=town.SUPPRESSED, lang=lang)
    assert choice(app, "control_year").options == [t("years.newest"), *map(str, reversed(town.YEARS))]
    now = map_state(app)["fills"]
    choice(app, "control_year").set_value(2018).run()
    assert address(app)["year"] == "2018"
    state = map_state(app)
    assert set(state["dashed"]) == {0}  # a year holds no estimate, and 2018 nothing provisional
    # Six without households and the one with an estimate only, and the suppressed one.
    assert state["fills"].count(None) == 8 and now.count(None) == 6
    drawn = html(app)
    assert escape(t("legend.suppressed", n=1)) in drawn and escape(t("legend.missing", n=7)) in drawn
    assert escape(t("legend.borders", year=2018)) in drawn
    assert escape(t("missing.suppressed", year=2018)) in card(app)


def test_a_link_restores_the_year(open_app: Open) -> None:
    app = open_app(gemeente=town.SLUG, year="2014")
    assert choice(app, "control_year").value == 2014
    assert address(app) == {"gemeente": town.SLUG, "year": "2014"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_tells_the_years_in_words_and_in_a_table(open_app: Open, lang: str) -> None:
    t = Text(lang)
    said = card(open_app(gemeente=town.SLUG, area=town.code(POTTENBERG), lang=lang))
    # The score of 2021 in the letter to the council, −0.667, and four steps of 0.02 less in 2014. The year in which it
    # is suppressed is told in the table.
    first, last = t.number(-0.667 - 4 * town.STEP, 2, signed=True), t.number(-0.667, 2, signed=True)
    assert t("years.told", first=2014, then=first, year=2023, score=t("years.provisional", score=last)) in said
    assert t("years.higher", x=t.number(0.08, 2)) in said
    assert f"2018 {t('years.suppressed')}" in said
    assert town.NAME in said


def test_the_card_says_where_borders_changed(open_app: Open) -> None:
    said = card(open_app(gemeente=town.SLUG, area=NAZARETH))
    assert Text("nl")("years.borders", year=town.MOVED) in said
    assert "In 2021 was de score" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_series_there_is_no_choice_and_the_page_says_why(open_app: Open, lang: str) -> None:
    t = Text(lang)
    app = open_app(area=POTTENBERG, lang=lang)
    assert choice(app, "control_year") is None
    assert t("years.absent") in card(app)
    assert escape(t("ages.no_series")) in html(open_app("uitleg", lang=lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_city_over_the_years(open_app: Open, lang: str) -> None:
    t = Text(lang)
    drawn = html(open_app("stad", gemeente=town.SLUG, topic="welfare", lang=lang))
    # 38 areas have a score; one has no official one, one none of 2014 and one of them other borders then.
    counts = {"total": 35, "first": 2014, "last": 2023, "higher": 35, "lower": 0, "same": 0}
    assert escape(t("city.years.counted_neighbourhood", **counts)) in drawn
    assert escape(t("city.years.moved", names="Nazareth")) in drawn
    assert escape(t("city.welfare.provisional")) in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_map_misses_is_said_on_card_map_and_legend(open_app: Open, lang: str) -> None:
    t = Text(lang)
    app = open_app(gemeente=town.SLUG, area=town.DOUBTFUL, lang=lang)
    sentence = t("completeness.supermarket")
    assert f"{sentence} {t('completeness.metres', cbs='400', ours='900')}" in card(app)
    assert sum(sentence in tip for tip in map_state(app)["tips"]) == 1
    assert escape(t.plural("completeness.listed_neighbourhood", 1)) in html(app)
    assert sentence not in card(open_app(gemeente=town.SLUG, area=NAZARETH, lang=lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_municipality_s_own_division(open_app: Open, lang: str) -> None:
    t = Text(lang)
    drawn = html(open_app("stad", gemeente=town.SLUG, topic="separation", lang=lang))
    # Seven districts, of which three (Zuidwest, Noordwest, West) are one.
    assert escape(t("city.own.text", n=5)) in drawn and town.OWN in drawn
    assert escape(t("city.own.title")) not in html(open_app("stad", topic="separation", lang=lang))


def test_a_sheet_shows_the_year(open_app: Open) -> None:
    t = Text("nl")
    drawn = html(open_app("afdruk", gemeente=town.SLUG, year="2018"))
    title = t("legend.of_year", title=t("legend.score_neighbourhood"), year=2018)
    assert escape(title) in drawn
    assert escape(t("print.provisional")) in html(open_app("afdruk", gemeente=town.SLUG))


def test_ages_of_tables(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setattr("trefpunt.ui.ages.today", lambda: date(2030, 1, 1))
    drawn = html(open_app("uitleg"))
    # The oldest are the incomes of 2017.
    assert "ongeveer 13 jaar oud" in drawn
    assert escape(Text("nl")("ages.oldest", names="", year=2017, age="")).split("(")[0] in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_that_homes_are_an_estimate_stands_on_pages_and_sheets(open_app: Open, lang: str) -> None:
    said = escape(Text(lang)("caveat.homes"))
    for page, asked in (("kaart", {}), ("afdruk", {"sheet": "city"})):
        assert said in html(open_app(page, gemeente=town.SLUG, lang=lang, **asked))
        assert said not in html(open_app(page, gemeente=FIRST, lang=lang, **asked))

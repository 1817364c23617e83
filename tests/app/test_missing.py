"""The page of what is missing: the engine's figures, every choice in the address, and nothing that fails in silence."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open, address, html, map_state
from trefpunt import queries, scenarios
from trefpunt.categories import load_categories
from trefpunt.crs import RD, WGS84
from trefpunt.scenarios import Add, ground_of
from trefpunt.snapshot import Snapshot
from trefpunt.suggest import CLUBS, CancelledError, Request, Watch, hexagons, suggest, surface, unserved
from trefpunt.ui import missing_data, missing_jobs, missing_map
from trefpunt.ui.i18n import LANGUAGES, Text

POTTENBERG = "BU09350203"
PATIENCE_S = 90
T = Text("nl")


def words(app: AppTest) -> str:
    """Return what was drawn as HTML, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html(app))))


def settled(app: AppTest) -> AppTest:
    """Run the page until nothing is being computed any more, as the page does by itself in a browser."""
    until = time.monotonic() + PATIENCE_S
    while "tp-wait" in html(app) and time.monotonic() < until:
        time.sleep(0.2)
        app.run()
    assert not app.exception
    assert "tp-wait" not in html(app)
    return app


@pytest.fixture(scope="module")
def on_foot(bundled: Snapshot) -> pd.Series:
    return unserved(queries.setting(bundled), 15, CLUBS, mode="walk").city


@pytest.mark.parametrize("lang", LANGUAGES)
def test_says_how_many_lack_clubs_on_foot_and_that_by_bike_it_is_nobody(
    open_app: Open, on_foot: pd.Series, lang: str
) -> None:
    t = Text(lang)
    said = words(open_app("ontbreekt", lang=lang))
    without, low, high = (int(on_foot[f"without_{name}"]) for name in ("any", "bridging_lower", "bridging_upper"))
    assert 0 < without < low < high
    for number in (without, int(on_foot["without_bridging"]), low, high):
        assert t.number(number) in said
    assert t("gap.lead.of_hundred", n=round(100 * without / on_foot["residents"])) in said
    assert t("gap.lead.nobody_cycle", city="Maastricht", kind=t("gap.clubs"), minutes=15) in said


def test_by_bike_the_answer_is_nobody_first(open_app: Open) -> None:
    said = words(open_app("ontbreekt", mode="cycle"))
    nobody = T("gap.lead.nobody_cycle", city="Maastricht", kind=T("gap.clubs"), minutes=15)
    assert nobody in said
    assert said.index(nobody) < said.index(T("gap.other.walk"))


def test_the_chosen_neighbourhood(open_app: Open, bundled: Snapshot) -> None:
    row = unserved(queries.setting(bundled), 10, ["library"], mode="walk").neighbourhoods.loc[POTTENBERG]
    app = open_app("ontbreekt", area=POTTENBERG, lack="library", minutes="10")
    said = T(
        "gap.area.walk", name="Pottenberg", kind=load_categories()["library"].name_nl, n=int(row["without_any"]),
        everybody=int(row["residents"]), minutes=10, bridging=int(row["without_bridging"]),
        low=int(row["without_bridging_lower"]), high=int(row["without_bridging_upper"]),
    )  # fmt: skip
    assert said in words(app)
    assert map_state(app)["area"] is not None


def test_hexagons_are_those_of_the_engine_in_their_place(open_app: Open, bundled: Snapshot) -> None:
    app = settled(open_app("ontbreekt"))
    state = map_state(app)["cells"]
    found = hexagons(surface(ground_of(bundled), "community_centre", 15))
    found = found[found["blank"]]
    assert T.plural("gap.surface.found", len(found), kind="buurtcentrum") in words(app)
    drawn = [
        (row, first + i, int(sign))
        for row, first, signs in state["rows"]
        for i, sign in enumerate(signs)
        if sign != "-"
    ]
    assert len(drawn) == len(state["figures"]) == len(found)

    def degrees(terms: list[float], x: float, y: float) -> float:
        return float(np.dot(terms, [1, x, y, x * x, x * y, y * y]))

    width = state["width"]
    middles = found.geometry.centroid.to_crs(WGS84)
    tree = shapely.STRtree(middles.to_numpy())
    hit = set()
    for (row, column, sign), figures in zip(drawn, state["figures"], strict=True):
        x, y = (column + row % 2 / 2) * width, row * width * 3**0.5 / 2
        at = shapely.Point(degrees(state["lon"], x, y), degrees(state["lat"], x, y))
        nearest = int(tree.nearest(at))
        hit.add(nearest)
        # A millionth of a degree is about a decimetre.
        assert at.distance(middles.iloc[nearest]) < 3e-6
        cell = found.iloc[nearest]
        people = cell[["within_residents", "within_low", "within_high"]].astype(float)
        assert np.abs(np.array(figures) - people).max() <= missing_map.TENS / 2
        assert sign == sum(min(people.iloc[1:]) >= limit for limit in missing_map.BREAKS)
    assert len(hit) == len(found)


def test_what_goes_to_the_map_is_small(open_app: Open) -> None:
    app = settled(open_app("ontbreekt"))
    sent = app.get("component_instance")[0].proto.json_args
    assert len(sent) < 20_000


def test_blanks_lie_where_they_are_said_to_lie(bundled: Snapshot) -> None:
    found = missing_data.blanks(ground_of(bundled), "primary_school", 15, "walk", Watch())
    areas = bundled.neighbourhoods
    assert len(found)
    assert (found["both"] == found[["within_low", "within_high"]].min(axis=1)).all()
    names = found["name"].dropna()
    assert names.str.casefold().is_monotonic_increasing
    for _, cell in found.iterrows():
        inside = areas.index[areas.geometry.to_crs(RD).contains(shapely.Point(cell["x"], cell["y"]))]
        assert list(inside) == ([cell["neighbourhood_code"]] if isinstance(cell["neighbourhood_code"], str) else [])


def test_nothing_missing_is_said_and_nothing_suggested(open_app: Open) -> None:
    """Within half an hour by bike everybody has a supermarket, so no hexagon is blank and no new one is the first."""
    asked = {"mode": "cycle", "minutes": "30", "objective": "within", "where": "parks"}
    app = settled(open_app("ontbreekt", lack="supermarket", listed="hexagons", find="on", **asked))
    assert T("gap.surface.none_cycle", kind="supermarkt", minutes=30) in words(app)
    assert T("gap.table.no_hexagons") in words(app)
    assert not app.dataframe
    assert "Geen van de" in words(app)
    assert map_state(app)["cells"] is None
    assert map_state(app)["marks"] == []
    assert tried(app) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_table_is_complete_and_by_name(open_app: Open, bundled: Snapshot, lang: str) -> None:
    app = settled(open_app("ontbreekt", lang=lang))
    (shown,) = app.dataframe
    table = shown.value
    assert set(table.index) == set(bundled.neighbourhoods.index)
    assert table["name"].str.casefold().is_monotonic_increasing
    found = unserved(queries.setting(bundled), 15, CLUBS, mode="walk").neighbourhoods
    pd.testing.assert_series_equal(
        table["without_any"].astype(float), found["without_any"].reindex(table.index).astype(float), check_names=False
    )
    # Where incomes are not known, there is no number by income.
    unknown = bundled.neighbourhoods["share_low"].isna()
    assert table.loc[unknown[unknown].index, ["low", "middle", "high"]].isna().all(axis=None)
    by_income = table[["low", "middle", "high"]].sum(axis=1)[~unknown.reindex(table.index)]
    assert (by_income - table["without_bridging"].reindex(by_income.index)).abs().max() <= 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_best_spot(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t = Text(lang)
    app = open_app("ontbreekt", lang=lang, lack="community_centre", where="schools")
    app.button(key="missing_go").click().run()
    assert address(app)["find"] == "on"
    said = words(settled(app))
    found = suggest(ground_of(bundled), Request("community_centre", where="schools"), bundled.derived["street_names"])
    row = found.spots.iloc[0]
    assert t.number(round(row["within_residents"])) in said
    for end in ("", "_lower", "_upper"):
        assert t.number(100 * row[f"gain_low{end}"], 1) in said
    assert t.number(round(row["nearest_minutes"])) in said
    assert t("gap.spot.steady") in said or t("gap.spot.unsteady") in said
    assert t.plural("gap.proof.best", 1, candidates=found.candidates) in said
    assert t("gap.spot.double", kind=_name(lang, "community_centre"), there=_name(lang, row["place_category"])) in said
    for key in ("know", "osm", "shares", "present"):
        assert t(f"gap.cannot.{key}") in said
    marks = map_state(app)["marks"]
    assert [mark[1] for mark in marks] == [*found.spots.index, *found.alternatives.index]
    assert marks[0][3] == pytest.approx([row["lat"], row["lon"]])
    assert [mark[5:] for mark in marks] == [[]] + [[1]] * len(found.alternatives)


def _name(lang: str, category: str) -> str:
    kind = load_categories()[category]
    return kind.name_nl if lang == "nl" else kind.name_en


def tried(app: AppTest) -> list[scenarios.Scenario]:
    """Return the scenarios of the links to the page of what if."""
    links = re.findall(r'data-tp-view="wat_als" href="([^"]+)"', html(app))
    texts = [parse_qs(urlsplit(unescape(link)).query)["scenario"][0] for link in links]
    return [scenarios.parse(text) for text in texts]


def test_several_spots_with_their_gap_and_a_link_to_what_if(open_app: Open, bundled: Snapshot) -> None:
    app = settled(open_app("ontbreekt", where="public", spots="2", find="on"))
    found = suggest(ground_of(bundled), Request("community_centre", 2, "public"), bundled.derived["street_names"])
    said = words(app)
    assert T("gap.spot.together") in said
    assert T.number(100 * found.together["gain_low"], 1) in said
    if found.gap > 2e-6:
        assert (
            T("gap.proof.gap", candidates=found.candidates, x=T.number(100 * (found.bound / found.value - 1), 1))
            in said
        )
    else:
        assert T.plural("gap.proof.best", 2, candidates=found.candidates) in said
    (wanted,) = tried(app)
    scenarios.check(wanted, ground_of(bundled))
    assert [type(change) for change in wanted.changes] == [Add, Add]
    assert {change.category for change in wanted.changes} == {"community_centre"}
    at = {(round(lon, 5), round(lat, 5)) for lon, lat in zip(found.spots["lon"], found.spots["lat"], strict=True)}
    assert {(change.lon, change.lat) for change in wanted.changes} == at


def test_what_if_gets_the_spot_besides_what_is_planned_once(open_app: Open) -> None:
    asked = {"lack": "community_centre", "where": "parks", "find": "on"}
    (first, *_) = tried(settled(open_app("ontbreekt", **asked)))
    text = scenarios.to_json(first)
    (again, other, *_) = tried(settled(open_app("ontbreekt", **asked, scenario=text)))
    assert again == first
    assert len(other.changes) == 2
    assert first.changes[0] in other.changes
    app = open_app("wat_als", scenario=text)
    assert T("scenario.answer") in words(app)
    assert map_state(app)["marks"][0][:3] == ["added", 1, "community_centre"]


def test_covering_neighbourhoods_names_them(open_app: Open, bundled: Snapshot) -> None:
    app = settled(open_app("ontbreekt", lack="community_centre", where="public", objective="cover", find="on"))
    asked = Request("community_centre", where="public", objective="cover")
    found = suggest(ground_of(bundled), asked, bundled.derived["street_names"])
    said = words(app)
    assert found.covered
    assert T("gap.cover.newly", names=", ".join(found.covered), minutes=15) in said
    assert T("gap.cover.still", names=", ".join(found.uncovered)) in said
    # It counts residents of all groups: nothing is said about how sure it is.
    assert T("gap.spot.steady") not in said
    assert T("gap.spot.unsteady") not in said


def test_all_choices_come_back_from_the_address(open_app: Open) -> None:
    asked = {
        "lack": "park", "mode": "cycle", "minutes": "12", "listed": "hexagons", "spots": "3", "where": "schools",
        "objective": "within",
    }  # fmt: skip
    app = open_app("ontbreekt", **asked)
    assert app.selectbox(key="missing_lack").value == "park"
    assert app.segmented_control(key="missing_mode").value == "cycle"
    assert app.slider(key="missing_minutes").value == 12
    assert app.segmented_control(key="missing_spots").value == 3
    assert app.selectbox(key="missing_where").value == "schools"
    assert app.selectbox(key="missing_objective").value == "within"
    assert app.segmented_control(key="missing_listed").value == "hexagons"
    assert address(app) == asked


def test_another_choice_ends_the_search(open_app: Open) -> None:
    app = settled(open_app("ontbreekt", where="schools", find="on"))
    assert map_state(app)["marks"]
    app.segmented_control(key="missing_spots").set_value(2).run()
    assert address(app) == {"where": "schools", "spots": "2"}
    assert map_state(app)["marks"] == []
    assert app.button(key="missing_go").label == T.plural("gap.find.go", 2)


def test_stop(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that goes on is shown with its progress, and can be stopped."""
    stopped = []

    def endless(ground: object, request: object, streets: object, watch: Watch) -> None:
        try:
            while True:
                watch.done(0.25)
                time.sleep(0.01)
        except CancelledError:
            stopped.append(True)
            raise

    monkeypatch.setattr(missing_data.suggest, "suggest", endless)
    app = open_app("ontbreekt", lack="community_centre", where="parks", spots="4")
    app.button(key="missing_go").click().run()
    assert T("gap.find.busy") in html(app), "a screen reader is told"
    until = time.monotonic() + PATIENCE_S
    while T("gap.wait.part", part=25) not in words(app) and time.monotonic() < until:
        time.sleep(0.1)
        app.run()
    assert '<progress max="100" value="25"' in html(app)
    app.button(key="missing_stop").click().run()
    assert "find" not in address(app)
    assert T("gap.wait.spots") not in words(app)
    while not stopped and time.monotonic() < until:
        time.sleep(0.05)
    assert stopped


def test_too_few_spots_is_said_with_what_to_do(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from trefpunt.errors import TrefpuntError

    def few(*_: object) -> None:
        raise TrefpuntError("suggestion", "5 places asked for, but there are 2 spots", "Ask for fewer.")

    monkeypatch.setattr(missing_data.suggest, "suggest", few)
    app = settled(open_app("ontbreekt", lack="community_centre", where="parks", spots="5", find="on"))
    assert T("gap.failed.few") in words(app)


def test_a_failure_is_said_and_can_be_tried_again(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = missing_data.suggest.suggest, {"where": "schools", "objective": "within", "find": "on"}

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(missing_data.suggest, "suggest", broken)
    app = settled(open_app("ontbreekt", **asked))
    assert T("gap.failed.broken") in words(app)
    monkeypatch.setattr(missing_data.suggest, "suggest", found)
    app.button(key="missing_again_spots").click().run()
    assert T("gap.failed.broken") not in words(settled(app))
    assert map_state(app)["marks"]


def test_links_from_a_neighbourhood_and_from_a_pair(open_app: Open) -> None:
    drawn = html(open_app(area=POTTENBERG))
    assert f'data-tp-view="ontbreekt" href="ontbreekt?area={POTTENBERG}"' in drawn
    assert T("gap.from_card") in drawn
    drawn = html(open_app("twee"))
    assert T("gap.from_pair") in drawn
    assert 'data-tp-view="wat_als" href="wat_als?' in drawn


def test_files_hold_all_and_say_what_they_are_about(open_app: Open, bundled: Snapshot) -> None:
    for listed, ids in (("areas", len(bundled.neighbourhoods)), ("hexagons", None)):
        app = settled(open_app("ontbreekt", listed=listed, lack="primary_school"))
        names = {button.proto.label for button in app.get("download_button")}
        assert names == {T("table.download"), T("table.geojson")}
        assert ids is None or len(app.dataframe[0].value) == ids


def test_patience_is_longer_than_the_page_takes_to_look_again() -> None:
    from trefpunt.ui import missing_view

    assert missing_jobs.PATIENCE_S > 20 * missing_view.EVERY_S

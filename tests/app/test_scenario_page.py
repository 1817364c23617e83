"""The page of what if: changes by the tools, their figures as the core computes them, and bad input."""

from __future__ import annotations

import json
import re
from html import escape, unescape

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open, address, card, html, map_state
from tests.faults.test_scenario_faults import BAD
from trefpunt import queries, scenarios
from trefpunt.errors import ScenarioError
from trefpunt.scenarios import Add, Close, Ground, Move, Outcome, Scenario
from trefpunt.snapshot import Snapshot
from trefpunt.ui import data, scenario_answer, scenario_data, scenario_faults, words
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.scenario_precious import MOST
from trefpunt.ui.state import MAX_SCENARIO

POTTENBERG = "BU09350203"
BORDER = Add("new1", "community_centre", 5.6534, 50.8527)
"""The worked case of docs/scenarios.md."""

ATTACK = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="session")
def ground(bundled: Snapshot) -> Ground:
    return scenarios.ground_of(bundled)


def plan(*changes: Add | Close | Move, title: str | None = None) -> str:
    return scenarios.to_json(Scenario("GM0935", changes, title))


def outcome(ground: Ground, *changes: Add | Close | Move) -> Outcome:
    after = scenarios.apply(ground.setting, Scenario("GM0935", changes))
    return scenarios.compare(ground.setting, after)


def text_of(app: AppTest) -> str:
    """Everything drawn, without tags, as it reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html(app))))


def written(app: AppTest) -> list[dict[str, object]]:
    """The changes in the address."""
    found: list[dict[str, object]] = json.loads(address(app)["scenario"])["changes"]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_those_of_the_core(open_app: Open, ground: Ground, lang: str) -> None:
    t, said = Text(lang), outcome(ground, BORDER)
    shown = text_of(open_app("wat_als", lang=lang, scenario=plan(BORDER)))
    row = said.city.loc[("community_centre", "residents_within")]
    gain = {"before": int(row["before"]), "after": int(row["after"]), "minutes": 15}
    assert t.plural("scenario.lead.more_walk", int(row["difference"]), **gain) in shown
    encounter = said.city.loc[("community_centre", "encounter")]
    ends = (t.number(100 * encounter[end], 1, signed=True) for end in ("lower", "upper"))
    figures = " ".join(t.number(100 * encounter[side], 1) for side in ("before", "after"))
    change = t.number(100 * encounter["difference"], 1, signed=True)
    low, high = ends
    assert f"{figures} {change} {t('scenario.between', low=low, high=high)}" in shown
    assert f"{t.plural('scenario.winners', 12)} {', '.join(said.winners('community_centre'))}" in shown
    assert t("scenario.cannot") in shown
    for mode in queries.MODES:
        changes = said.pairs[said.pairs.index.get_level_values("mode") == mode]["difference"]
        more, fewer = int((changes > 0).sum()), int((changes < 0).sum())
        assert t(f"scenario.pairs.{mode}", more=more, fewer=fewer, minutes=15) in shown


def test_an_empty_plan_shows_no_change(open_app: Open) -> None:
    app = open_app("wat_als")
    assert "tp-outcome" not in html(app)
    assert map_state(app)["marks"] == []
    assert map_state(app)["pick"] is True
    assert address(app) == {}


def test_add_by_name_of_the_spot_and_undo(open_app: Open, ground: Ground) -> None:
    app, t = open_app("wat_als"), Text("nl")
    assert app.button(key="scenario_put").disabled
    app.selectbox(key="scenario_spot").set_value(POTTENBERG).run()
    app.button(key="scenario_put").click().run()
    (added,) = written(app)
    assert added["do"] == "add" and added["category"] == "community_centre"
    areas = ground.setting.neighbourhoods
    assert scenario_data.area_at(float(added["lon"]), float(added["lat"])) == areas.at[POTTENBERG, "name"]  # type: ignore[arg-type]
    kind, number, category, at, origin = map_state(app)["marks"][0]
    assert (kind, number, category, origin) == ("added", 1, "community_centre", None)
    assert at == [added["lat"], added["lon"]]
    assert t("scenario.line.add", place="buurtcentrum (Pottenberg)") in text_of(app)
    assert app.selectbox(key="scenario_spot").value is None
    app.button(key="scenario_undo_new1").click().run()
    assert address(app) == {}
    assert "tp-outcome" not in html(app)


def test_close_and_move_from_the_list_several_at_once(open_app: Open, bundled: Snapshot) -> None:
    app = open_app("wat_als")
    app.segmented_control(key="control_scenario_tool").set_value("change").run()
    assert map_state(app)["pick"] is False
    centres = bundled.places.index[bundled.places["category"] == "community_centre"]
    first, second = (str(place) for place in centres[:2])
    app.selectbox(key="control_scenario_place").set_value(first).run()
    assert address(app) == {"place": first}
    app.button(key="scenario_close").click().run()
    assert written(app) == [{"do": "close", "place": first}]
    app.selectbox(key="control_scenario_place").set_value(second).run()
    app.button(key="scenario_move").click().run()
    assert map_state(app)["pick"] is True
    app.selectbox(key="scenario_spot").set_value(POTTENBERG).run()
    app.button(key="scenario_put").click().run()
    assert [change["do"] for change in written(app)] == ["close", "move"]
    state = map_state(app)
    assert [mark[:2] for mark in state["marks"]] == [["closed", 1], ["moved", 2]]
    assert state["marks"][1][4] is not None
    # A second choice about the same place replaces the first.
    app.selectbox(key="control_scenario_place").set_value(second).run()
    assert Text("nl")("scenario.tool.already") in text_of(app)
    app.button(key="scenario_close").click().run()
    assert written(app) == [{"do": "close", "place": first}, {"do": "close", "place": second}]
    app.button(key="scenario_clear").click().run()
    assert address(app) == {}


def test_a_spot_in_the_water_changes_nothing_and_says_so(open_app: Open, bundled: Snapshot) -> None:
    """A bridge lies in the Maas."""
    streets = bundled.derived["street_names"]
    bridge = streets[streets["name"] == "Hoge Brug"].iloc[0]
    app, t = open_app("wat_als", scenario=plan(BORDER)), Text("nl")
    app.selectbox(key="scenario_spot").set_value(f"Hoge Brug@{bridge['neighbourhood_code']}").run()
    app.button(key="scenario_put").click().run()
    assert json.loads(address(app)["scenario"]) == json.loads(plan(BORDER))
    shown = text_of(app)
    assert t("scenario.refused.spot") in shown and "het water (Maas)" in shown
    app.button(key="scenario_undo_new1").click().run()
    assert t("scenario.refused.spot") not in text_of(app)


def test_closing_all_of_a_kind_says_plainly_what_is_missing(open_app: Open, bundled: Snapshot) -> None:
    kind = str(bundled.places["category"].value_counts().idxmin())
    closed = bundled.places.index[bundled.places["category"] == kind]
    for lang in LANGUAGES:
        t = Text(lang)
        shown = text_of(open_app("wat_als", lang=lang, scenario=plan(*(Close(str(p)) for p in closed))))
        plural = words.category_plural(t, kind)
        assert t("scenario.lead.emptied", plural=plural, city="Maastricht") in shown
        assert t("scenario.no_figure") in shown
        assert "nan" not in shown.lower().split()


def test_an_unsure_sign_is_said() -> None:
    t = Text("nl")
    row = {"difference": 0.012, "lower": -0.004, "upper": 0.021, "sign_sure": False}
    assert t("scenario.unsure") in scenario_answer.difference(t, "encounter", row)
    assert "waarschijnlijk −0,4 tot +2,1" in scenario_answer.difference(t, "encounter", row)
    assert t("scenario.unsure") not in scenario_answer.difference(t, "encounter", row | {"sign_sure": True})
    missing = row | {"difference": np.nan, "sign_sure": pd.NA}
    assert t("scenario.no_figure") in scenario_answer.difference(t, "encounter", missing)
    count = {"difference": 5.0, "lower": np.nan, "upper": np.nan, "sign_sure": pd.NA}
    assert scenario_answer.difference(t, "residents_within", count) == "<b>+5</b>"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bad_link_says_what_is_wrong_and_the_page_works_on(open_app: Open, lang: str) -> None:
    t = Text(lang)
    bad = json.dumps({"trefpunt_scenario": 1, "municipality": "GM0935", "changes": [{"do": "close", "place": "n1"}]})
    app = open_app("wat_als", lang=lang, scenario=bad)
    shown = text_of(app)
    assert t("scenario.refused.link") in shown
    assert t("scenario.numbered", n=1, fault=t("scenario.fault.unknown", x="n1")) in shown
    assert "tp-outcome" not in html(app)
    app.selectbox(key="scenario_spot").set_value(POTTENBERG).run()
    app.button(key="scenario_put").click().run()
    assert len(written(app)) == 1
    assert t("scenario.refused.link") not in text_of(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fault_is_said_in_the_visitors_language(ground: Ground, lang: str) -> None:
    """None of the sentences of the core is shown as it is: all of their forms are known."""
    t = Text(lang)
    for case, (given, _) in BAD.items():
        with pytest.raises(ScenarioError) as caught:
            scenarios.read(given, ground)
        for fault in caught.value.faults:
            said, bare = scenario_faults.said(t, fault), re.sub(r"^change [0-9, ]+: ", "", fault)
            assert bare not in said, case
            shown = scenario_faults.alert(t, "x", (fault,))
            assert "<img" not in shown and "\x1b" not in shown


def test_a_fault_of_no_known_form_is_shown_as_it_is() -> None:
    assert scenario_faults.said(Text("nl"), "change 3: <b>new</b>") == "Verandering 3: <b>new</b>"
    shown = scenario_faults.alert(Text("nl"), "x", ("change 3: <b>new</b>",), numbered=False)
    assert "&lt;b&gt;new&lt;/b&gt;" in shown and "Verandering 3" not in shown


def upload(app: AppTest, target: str, content: bytes) -> None:
    (box,) = (box for box in app.file_uploader if box.key and box.key.startswith(f"scenario_upload_{target}_"))
    box.set_value(("plan.json", content, "application/json")).run()
    assert not app.exception


def test_upload_a_good_file_then_a_bad_one(open_app: Open) -> None:
    app, t = open_app("wat_als"), Text("nl")
    upload(app, "scenario", plan(BORDER, title="Ons plan").encode())
    assert json.loads(address(app)["scenario"])["title"] == "Ons plan"
    assert t("scenario.plan", title="Ons plan") in text_of(app)
    kept = address(app)
    for content in (
        b"{",
        b"\xff\xfe",
        b"[]" * 40_000,
        plan(Close("n1")).encode(),
        plan(BORDER).replace("0935", "0034").encode(),
    ):
        upload(app, "scenario", content)
        assert address(app) == kept
        assert t("scenario.refused.file") in text_of(app)
        assert "tp-outcome" in html(app)


def test_names_of_whoever_made_it_are_text(open_app: Open) -> None:
    hostile = Add("new1", "community_centre", 5.6534, 50.8527, ATTACK)
    for lang in LANGUAGES:
        drawn = html(open_app("wat_als", lang=lang, scenario=plan(hostile, title=ATTACK), versus=plan(hostile)))
        assert ATTACK not in drawn
        assert drawn.count(escape(ATTACK)) >= 4, "the plan, the line, the place, and both sides of the comparison"


def test_two_plans_side_by_side(open_app: Open, ground: Ground, bundled: Snapshot) -> None:
    place = str(bundled.places.index[bundled.places["category"] == "community_centre"][0])
    app, t = open_app("wat_als", scenario=plan(BORDER), versus=plan(Close(place))), Text("nl")
    one, other = outcome(ground, BORDER), outcome(ground, Close(place))
    row = [table.city.loc[("community_centre", "residents_within")] for table in (one, other)]
    cells = [
        t.number(row[0]["before"]),
        *(f"{t.number(r['after'])} {t.number(r['difference'], signed=True)}" for r in row),
    ]
    assert " ".join(cells) in text_of(app)
    app.button(key="scenario_swap").click().run()
    assert json.loads(address(app)["scenario"]) == json.loads(plan(Close(place)))
    assert json.loads(address(app)["versus"]) == json.loads(plan(BORDER))
    app.button(key="scenario_alone").click().run()
    assert "versus" not in address(app)
    app.button(key="scenario_aside").click().run()
    assert address(app)["versus"] == address(app)["scenario"]
    upload(app, "versus", plan(BORDER).encode())
    assert json.loads(address(app)["versus"]) == json.loads(plan(BORDER))
    upload(app, "versus", b"{")
    assert json.loads(address(app)["versus"]) == json.loads(plan(BORDER))


def test_a_plan_too_long_for_the_address_is_kept_and_says_so(open_app: Open, bundled: Snapshot) -> None:
    changes = [Close(str(place)) for place in bundled.places.index[:49]]
    moved = [Move(str(place), 5.6534, 50.8527) for place in bundled.places.index[60:61]]
    app, t = open_app("wat_als"), Text("nl")
    long = plan(*changes, *moved, title="x" * 80)
    upload(app, "scenario", long.encode())
    quoted = len(re.sub(r"[^A-Za-z0-9_.~-]", "xxx", long))
    assert (quoted > MAX_SCENARIO) == ("scenario" not in address(app))
    assert t("scenario.keep.too_long" if quoted > MAX_SCENARIO else "scenario.keep.address") in text_of(app)
    assert len(map_state(app)["marks"]) == 50


def test_the_title_has_no_character_that_is_not_seen(open_app: Open) -> None:
    app = open_app("wat_als", scenario=plan(BORDER))
    app.text_input(key="scenario_title").set_value(" Ons\u202e plan\u0007 ").run()
    assert json.loads(address(app)["scenario"])["title"] == "Ons plan"
    app.text_input(key="scenario_title").set_value("").run()
    assert "title" not in json.loads(address(app)["scenario"])


def test_the_places_that_mean_most(open_app: Open, bundled: Snapshot) -> None:
    closing = queries.closing(bundled)
    centres = bundled.places[bundled.places["category"] == "community_centre"].index
    expected = closing.loc[centres].sort_values("bridge_loss", ascending=False).head(MOST)
    assert (expected["bridge_loss_lower"] > 0).all(), "so that none of them is left out for being unsure"
    for lang in LANGUAGES:
        t, app = Text(lang), open_app("wat_als", lang=lang)
        shown = text_of(app)
        for _, row in expected.iterrows():
            ends = (t.number(-100 * row[f"bridge_loss_{end}"], 1, signed=True) for end in ("upper", "lower"))
            change = t.number(-100 * row["bridge_loss"], 1, signed=True)
            low, high = ends
            assert f"{change} {t('scenario.between', low=low, high=high)}" in shown
        first = str(expected.index[0])
        app.selectbox(key="scenario_precious").set_value(first).run()
        assert written(app) == [{"do": "close", "place": first}]


def test_the_card_of_a_place_leads_here(open_app: Open, bundled: Snapshot) -> None:
    place = str(bundled.places.index[0])
    for lang in LANGUAGES:
        app = open_app(lang=lang, place=place)
        assert Text(lang)("scenario.from_card") in card(app)
        (link,) = re.findall(r'data-tp-view="wat_als" href="wat_als\?([^"]*)"', html(app))
        assert f"%22close%22%2C%22place%22%3A%22{place}%22".replace("%2C", ",") in link


def test_a_place_chosen_elsewhere_is_ready_to_be_changed(open_app: Open, bundled: Snapshot) -> None:
    place = str(bundled.places.index[bundled.places["category"] == "library"][0])
    app = open_app("wat_als", place=place)
    assert app.segmented_control(key="control_scenario_tool").value == "change"
    assert app.selectbox(key="control_scenario_kind").value == "library"
    assert map_state(app)["categories"] == ["library"]
    app.button(key="scenario_close").click().run()
    assert written(app) == [{"do": "close", "place": place}]


def test_every_neighbourhood_has_a_spot_where_a_place_can_be(ground: Ground) -> None:
    with data.held():
        for code in ground.setting.neighbourhoods.index:
            lon, lat = scenario_data.area_spot(str(code))
            for category in ("community_centre", "library"):
                scenarios.check(Scenario("GM0935", (Add("new1", category, lon, lat),)), ground)


def test_pairs_are_listed_for_a_chosen_neighbourhood(open_app: Open, ground: Ground) -> None:
    pairs = outcome(ground, BORDER).pairs
    mine = pairs[
        (pairs.index.get_level_values("code_a") == POTTENBERG) | (pairs.index.get_level_values("code_b") == POTTENBERG)
    ]
    assert len(mine), "by bike Pottenberg shares the place with others"
    app = open_app("wat_als", scenario=plan(BORDER))
    app.selectbox(key="scenario_pairs_area").set_value(POTTENBERG).run()
    shown = text_of(app)
    for _, row in mine.iterrows():
        a, b = sorted((row["name_a"], row["name_b"]), key=str.casefold)
        assert f"{a} – {b} {row['shared_before']} {row['shared_after']}" in shown

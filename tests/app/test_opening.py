"""The opening view: stories with today's figures, search by street, and one's own neighbourhood."""

from __future__ import annotations

import json
import re
import shutil
from html import escape
from pathlib import Path

import pytest

from tests.app.conftest import Open, address, card, html, map_state
from trefpunt import queries
from trefpunt.snapshot import Snapshot
from trefpunt.ui.i18n import LANGUAGES, Text

POTTENBERG, DOUSBERG, NAZARETH = "BU09350203", "BU09350208", "BU09350403"


def stories(drawn: str) -> list[str]:
    """Return the words of each story."""
    found = re.findall(r'<div class="tp-story">(.*?)</div>', drawn, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", story)).strip() for story in found]


@pytest.fixture
def town(tmp_path: Path, bundled_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the snapshot that the app shows instead."""
    folder = tmp_path / "town"
    shutil.copytree(bundled_folder, folder)
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(folder))
    return folder


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_stories_with_figures_of_the_snapshot(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t, (pair, housing, found) = Text(lang), stories(html(open_app(lang=lang)))
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15)
    assert t.plural("story.pair.shared", len(shared), minutes=15) in pair
    minutes = round(shared.iloc[0][["minutes_a", "minutes_b"]].max())
    assert re.search(rf"\b{minutes}\b", pair)
    scores = bundled.neighbourhoods["ses_woa"]
    for code in (POTTENBERG, DOUSBERG):
        assert t.number(scores[code], 2, signed=True) in pair

    assert t("story.housing.owned", n=round(bundled.neighbourhoods.at[NAZARETH, "corporation_pct"])) in housing
    near = queries.minutes_from(bundled, NAZARETH, "walk") <= 15
    kinds = bundled.places.loc[near, "category"].nunique()
    assert t.plural("story.housing.reach", int(near.sum()), minutes=15, kinds=kinds) in housing

    best = queries.steadiest_bridge(bundled)
    assert best is not None
    assert escape(bundled.places.at[best.place_id, "name"]) in found
    assert t("story.found.why") in found


def test_a_story_sets_the_view_and_keeps_home(open_app: Open, bundled: Snapshot) -> None:
    app = open_app(home=NAZARETH, minutes="25", mode="cycle", category="park")
    app.button(key="story_0").click().run()
    assert address(app) == {"pair": f"{POTTENBERG},{DOUSBERG}", "home": NAZARETH}
    # The card counts what the story counted.
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15)
    assert Text("nl").plural("pair.lead.walk", len(shared), minutes=15) in card(app)
    app.button(key="control_clear").click().run()
    assert address(app) == {"home": NAZARETH}
    app.button(key="story_1").click().run()
    assert "Nazareth" in card(app)
    app.button(key="control_clear").click().run()
    app.button(key="story_2").click().run()
    best = queries.steadiest_bridge(bundled)
    assert best is not None
    assert address(app) == {"place": best.place_id, "home": NAZARETH}


def test_a_municipality_that_wrote_none_has_the_one_of_the_figures(open_app: Open, town: Path) -> None:
    (town / "stories.toml").unlink()
    told = stories(html(open_app()))
    assert len(told) == 1
    assert Text("nl")("story.found.why") in told[0]


def test_a_story_about_what_does_not_exist_is_named(open_app: Open, town: Path) -> None:
    (town / "stories.toml").write_text(
        '[[story]]\nkind = "pair"\nareas = ["BU09350203"]\nsource.nl = "x"\n'
        '[[story]]\nkind = "gossip"\nareas = ["BU99999999"]\nsource = {nl = "x", en = "x"}\n'
    )
    drawn = html(open_app())
    for part in ("stories.toml", "source.en", "gossip", "BU99999999"):
        assert part in drawn


def test_nothing_in_common_is_said(open_app: Open, town: Path) -> None:
    """Itteren in the north and De Heeg in the south-east."""
    (town / "stories.toml").write_text(
        '[[story]]\nkind = "pair"\nareas = ["BU09350502", "BU09350603"]\nsource = {nl = "x", en = "x"}\n'
    )
    assert Text("nl")("story.pair.none", minutes=15) in stories(html(open_app()))[0]


def test_a_street_selects_its_neighbourhood_and_is_marked(open_app: Open, bundled: Snapshot) -> None:
    table = bundled.derived["street_names"]
    row = table[table["name"] == "Vrijthof"].iloc[0]
    app = open_app()
    app.selectbox(key="control_search").set_value(f"Vrijthof@{row['neighbourhood_code']}").run()
    assert address(app) == {"area": row["neighbourhood_code"], "street": "Vrijthof"}
    assert "Binnenstad" in card(app)
    assert map_state(app)["spot"] == [row["lat"], row["lon"]]
    assert app.selectbox(key="control_search").value is None
    app.button(key="control_clear").click().run()
    assert address(app) == {}
    assert map_state(app)["spot"] is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_home(open_app: Open, bundled: Snapshot, lang: str) -> None:
    """Chosen, in the address, on the map, and minutes from there on the card."""
    t = Text(lang)
    place = str(bundled.places.index[(bundled.places["category"] == "supermarket").to_numpy().argmax()])
    app = open_app(lang=lang, place=place)
    assert map_state(app)["home"] is None
    app.selectbox(key="control_home").set_value(NAZARETH).run()
    assert address(app)["home"] == NAZARETH
    n = round(queries.minutes_from(bundled, NAZARETH, "walk")[place])
    assert t("home.minutes.walk", home="Nazareth", n=n) in card(app)
    sent = map_state(app)["home"]
    assert sent["area"] == list(bundled.neighbourhoods.index).index(NAZARETH)
    digit = sent["minutes"][list(bundled.places.index).index(place)]
    assert digit == "-" if n > 35 else int(digit, 36) == n
    assert t("home.tip") in map_state(app)["tips"][sent["area"]]
    app.segmented_control(key="control_mode").set_value("cycle").run()
    n = round(queries.minutes_from(bundled, NAZARETH, "cycle")[place])
    assert t("home.minutes.cycle", home="Nazareth", n=n) in card(app)
    app.selectbox(key="control_home").set_value(None).run()
    assert "home" not in address(app)


def test_home_from_the_card_and_compared(open_app: Open) -> None:
    app = open_app(area=POTTENBERG)
    app.button(key="control_home_choose").click().run()
    assert address(app) == {"area": POTTENBERG, "home": POTTENBERG}
    app.query_params["area"] = DOUSBERG
    app.run()
    app.button(key="control_home_compare").click().run()
    assert address(app) == {"pair": f"{POTTENBERG},{DOUSBERG}", "home": POTTENBERG}
    # A district is nobody's neighbourhood.
    app.query_params.clear()
    app.query_params["area"] = "WK093502"
    app.run()
    assert "control_home_choose" not in [button.key for button in app.button]


def test_home_survives_a_change_of_page(open_app: Open) -> None:
    app = open_app(home=NAZARETH)
    app.switch_page("pages/plekken.py")
    app.query_params.clear()  # as a page link does in the browser
    app.run()
    assert address(app) == {"home": NAZARETH}


def test_the_map_opens_calm_and_says_what_to_do(open_app: Open) -> None:
    t, app = Text("nl"), open_app()
    assert map_state(app)["calm"] is True
    assert t("legend.calm.more") in html(app)
    app = open_app(category="park")
    assert map_state(app)["calm"] is False
    assert t("legend.size") in html(app)


def test_what_a_choice_sends_to_the_map_is_small(open_app: Open) -> None:
    """At most 10 kB with home, a selection and its origins: the design's budget."""
    app = open_app(home=NAZARETH, area=POTTENBERG)
    assert len(json.dumps(map_state(app))) < 10_000

"""Which places are near a neighbourhood: on its card with links, on its sheet, and under the map of a phone."""

from __future__ import annotations

import re
from html import escape, unescape

import pandas as pd
import pytest

from tests.app.conftest import Open, card, html
from trefpunt import queries
from trefpunt.snapshot import Snapshot
from trefpunt.ui import data, nearby
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import ViewState

POTTENBERG, WEST = "BU09350203", "WK093502"
LINK = re.compile(r'<ul class="tp-near">(.*?)</ul>', re.DOTALL)


def near(bundled: Snapshot, mode: str | None = None, minutes: int = 15) -> pd.DataFrame:
    """Return the places near Pottenberg, computed with the queries alone."""
    measures = queries.place_measures(bundled, mode, minutes)
    away = queries.minutes_from(bundled, POTTENBERG, mode)
    return measures.assign(minutes=away)[away <= minutes]


def linked(drawn: str) -> list[str]:
    """Return the place_ids that the list of places near leads to, in its order."""
    return re.findall(r"place=([^&\"]+)", unescape("".join(LINK.findall(drawn))))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mode", ["own", "walk", "cycle"])
def test_of_each_kind_the_place_with_the_largest_bridge(
    open_app: Open, bundled: Snapshot, lang: str, mode: str
) -> None:
    t, rows = Text(lang), near(bundled, None if mode == "own" else mode)
    app = open_app(area=POTTENBERG, lang=lang, **({} if mode == "own" else {"mode": mode}))
    assert t.plural(f"near.count.{mode}", len(rows), minutes=15) in card(app)
    found = linked(html(app))
    kinds = list(rows.loc[found, "category"])
    assert kinds == [kind for kind in data.categories() if kind in set(rows["category"])]
    for place, kind in zip(found, kinds, strict=True):
        assert rows.at[place, "bridge"] == rows.loc[rows["category"] == kind, "bridge"].max()
        assert f"place={place}" in html(app)


def test_of_one_kind_all_places_largest_bridge_first(open_app: Open, bundled: Snapshot) -> None:
    rows = near(bundled, "walk", 20)
    parks = rows[rows["category"] == "park"]
    assert len(parks) > nearby.FIRST, "some are behind the line that opens them"
    app = open_app(area=POTTENBERG, mode="walk", minutes="20", category="park")
    found = linked(html(app))
    assert sorted(found) == sorted(parks.index)
    assert list(parks.loc[found, "bridge"]) == sorted(parks["bridge"], reverse=True)
    assert Text("nl")("near.order") in card(app)


def test_nothing_near_says_so(open_app: Open) -> None:
    said = card(open_app(area=POTTENBERG, mode="walk", minutes="5", category="library"))
    assert Text("nl")("near.none.walk", minutes=5, name="Pottenberg") in said


def test_a_district_has_no_list(open_app: Open) -> None:
    """What is near differs too much within one."""
    assert 'class="tp-near"' not in html(open_app(area=WEST))


def test_places_without_a_figure_come_last(bundled: Snapshot) -> None:
    measures = queries.place_measures(bundled, "walk", 30)
    first = near(bundled, "walk", 30)["bridge"].idxmax()
    unknown = measures.assign(bridge=measures["bridge"].mask(measures.index == first))
    missing = queries.by_bridge(unknown)["bridge"].isna()
    assert missing.is_monotonic_increasing
    assert missing[first]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_says_the_same(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t, drawn = Text(lang), html(open_app("afdruk", area=POTTENBERG, lang=lang))
    rows = nearby.leading(nearby.places(ViewState(), POTTENBERG), list(data.categories()))
    assert escape(t("near.title")) in drawn
    for _, row in rows[rows["name"].notna()].iterrows():
        assert f"{escape(row['name'])} (" in drawn


@pytest.mark.parametrize(
    ("query", "name"),
    [({"area": POTTENBERG}, "Pottenberg"), ({"pair": f"{POTTENBERG},BU09350208"}, "Pottenberg en Dousberg-Hazendans")],
)
def test_a_line_under_the_map_leads_to_the_card(open_app: Open, query: dict[str, str], name: str) -> None:
    drawn = html(open_app(**query))
    assert f'href="#tp-card">{escape(Text("nl")("near.jump", name=name))}</a>' in drawn
    assert 'id="tp-card"' in drawn


def test_without_a_selection_there_is_no_line(open_app: Open) -> None:
    assert "tp-jumpline" not in html(open_app())


def test_places_inside_are_links(open_app: Open, bundled: Snapshot) -> None:
    inside = bundled.places.index[bundled.places["neighbourhood_code"] == POTTENBERG]
    found = re.findall(r'<ul class="tp-inside">(.*?)</ul>', html(open_app(area=POTTENBERG)), re.DOTALL)
    assert len(found) == 1 and len(inside)
    assert set(re.findall(r"place=([^&\"]+)", unescape(found[0]))) == set(inside)

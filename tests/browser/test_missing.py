"""The page of what is missing in a real browser: hexagons that say what they are, a search, its spots in What if."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, ROOT
from tests.browser.maps import PATIENCE, MapFrame

LONG = 3 * PATIENCE
"""Milliseconds: nothing may have been computed before."""

MIDDLE = """() => {
  const found = [];
  map.eachLayer((layer) => {
    if (layer.options.pane === 'cells' && layer.getLatLngs) found.push(...layer.getLatLngs());
  });
  const ring = found[Math.floor(found.length / 2)][0];
  return ['lat', 'lng'].map((side) => ring.reduce((sum, at) => sum + at[side], 0) / ring.length);
}"""
"""The middle of one of the hexagons."""

WORDS = {
    "nl": {"go": "Zoek de beste plek", "try": "Probeer dit in Wat als", "title": "Hier ontbreekt: buurtcentrum"},
    "en": {"go": "Find the best spot", "try": "Try this in What if", "title": "Missing here: community centre"},
}


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


@pytest.mark.parametrize("lang", WORDS)
def test_from_what_is_missing_to_what_if(page, url, lang):
    words = WORDS[lang]
    page.goto(f"{url}/ontbreekt?lang={lang}&lack=community_centre&where=schools")
    shown = MapFrame(page)
    expect(page.locator(".tp-surface")).to_be_visible(timeout=LONG)
    shown.settle()

    # The hexagons are on the map, and tell what they are about.
    paths = shown.frame.locator(".leaflet-cells-pane path")
    assert paths.count() >= 2
    lat, lon = shown.frame.evaluate(MIDDLE)
    shown.iframe.scroll_into_view_if_needed()
    page.mouse.move(*shown.point(lat, lon))
    tip = shown.frame.locator(".tp-tip")
    expect(tip).to_contain_text(words["title"], timeout=PATIENCE)
    assert "#" not in tip.inner_text()

    # By keyboard: the search, what a screen reader hears, the link to the page of what if.
    page.get_by_role("button", name=words["go"]).press("Enter")
    expect(page.locator(".tp-spot").first).to_be_visible(timeout=LONG)
    expect(page.locator("#tp-live")).to_contain_text(page.locator(".tp-spot h3").first.inner_text()[1:].strip())
    shown.settle()
    assert shown.frame.locator(".tp-change").count() == 5
    assert parse_qs(urlsplit(page.url).query)["find"] == ["on"]
    page.get_by_role("link", name=words["try"]).first.press("Enter")
    expect(page.locator(".tp-inshort")).to_be_visible(timeout=PATIENCE)
    assert urlsplit(page.url).path == "/wat_als"
    (added,) = json.loads(parse_qs(urlsplit(page.url).query)["scenario"][0])["changes"]
    assert (added["do"], added["category"]) == ("add", "community_centre")

    # And back: all is as it was.
    page.go_back()
    expect(page.locator(".tp-spot").first).to_be_visible(timeout=PATIENCE)


def test_a_phone_has_the_map_on_its_first_screen(open_page, url):
    page = open_page(**PHONE)
    page.goto(f"{url}/ontbreekt?lack=library")
    MapFrame(page)
    expect(page.locator(".tp-gap .tp-lead")).to_be_visible(timeout=LONG)
    # As it stands when nothing is computed any more: until then a line above it says so.
    expect(page.locator(".tp-surface")).to_be_visible(timeout=LONG)
    box = page.locator("iframe").bounding_box()
    assert box["y"] < PHONE["viewport"]["height"] / 2

    # What else can be chosen is behind a line.
    slider = page.locator(".st-key-missing_minutes")
    expect(slider).to_be_hidden()
    page.locator(".st-key-missing_question summary").click()
    expect(slider).to_be_visible()

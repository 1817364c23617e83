"""The first ten seconds, in a real browser: a question, a map, stories; then a street, then one's own neighbourhood."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

NAZARETH, BINNENSTAD = "BU09350403", "BU09350000"
IN_VIEW = "([lat, lon]) => map.getBounds().contains([lat, lon])"


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def card(page: Page):
    return page.locator(".tp-card")


def test_open_story_card(page, url):
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    expect(page.locator(".tp-story")).to_have_count(3)
    calm = shown.painted()
    zoom = shown.frame.evaluate("map.getZoom()")
    page.get_by_role("button", name="Toon beide buurten").click()
    expect(card(page)).to_contain_text("Pottenberg en Dousberg-Hazendans", timeout=PATIENCE)
    shown.settle()
    # The map went to the two: closer, with both in view.
    assert shown.frame.evaluate("map.getZoom()") > zoom
    for spot in ([50.8520, 5.6575], [50.8512, 5.6440]):
        assert shown.frame.evaluate(IN_VIEW, spot)
    page.get_by_role("button", name="Keuze wissen").click()
    expect(page.locator(".tp-story")).to_have_count(3, timeout=PATIENCE)
    # Dots until one comes near, then every place with its sign.
    shown.look_at(50.8513, 5.6909, 14)
    near = shown.painted()
    shown.look_at(50.8513, 5.6909, 13.9)
    assert shown.painted() < near / 3
    assert calm > 0


def test_a_street_leads_to_its_neighbourhood(page, url):
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    box = page.get_by_role("combobox", name="Zoek een buurt, straat of plek")
    box.click()
    box.fill("vrijthof straat")
    page.get_by_role("option", name="Vrijthof (straat in Binnenstad)").click()
    expect(card(page)).to_contain_text("Binnenstad", timeout=PATIENCE)
    shown.settle()
    assert "street=Vrijthof" in page.url
    assert shown.frame.evaluate("map.getZoom()") >= 15
    assert shown.frame.evaluate(IN_VIEW, [50.8491, 5.6886])  # the square


def test_home_goes_round_by_the_address(open_page, page, url):
    page.goto(f"{url}/?area={NAZARETH}")
    shown = MapFrame(page)
    shown.settle()
    page.get_by_role("button", name="Dit is mijn buurt").click()
    expect(shown.box.locator(".tp-house")).to_have_count(1, timeout=PATIENCE)
    shown.settle()
    assert f"home={NAZARETH}" in page.url

    other = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    other.goto(f"{page.url}&lang=en".replace(f"area={NAZARETH}", "place=n34046157"))
    there = MapFrame(other)
    there.settle()
    expect(card(other)).to_contain_text("From your neighbourhood (Nazareth)")
    expect(there.box.locator(".tp-house")).to_have_count(1)


def test_the_tooltip_tells_the_minutes_from_home(page, url):
    page.goto(f"{url}/?home={NAZARETH}&category=supermarket")
    shown = MapFrame(page)
    shown.settle()
    sent = shown.frame.evaluate("window.__GLOBAL_DATA__.last_feature_group")
    places = shown.files("places.json")
    digits = sent.split('"minutes":"')[1].split('"')[0]
    at = next(i for i, p in enumerate(places) if p["category"] == "supermarket" and digits[i] != "-")
    shown.look_at(places[at]["lat"], places[at]["lon"], 17)
    page.mouse.move(*shown.point(places[at]["lat"], places[at]["lon"]))
    expect(shown.box.locator(".tp-tip")).to_contain_text(f"{int(digits[at], 36)} min lopen vanuit uw buurt")


def test_the_first_screen_of_a_phone(open_page, url):
    """Question, search, a story and the upper half of the map; the scale is not under the sources."""
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    map_box = shown.iframe.bounding_box()
    assert map_box["y"] + map_box["height"] / 2 <= 844
    story = page.locator(".tp-story").first.bounding_box()
    assert story["y"] + story["height"] < map_box["y"]
    expect(page.get_by_role("combobox", name="Zoek een buurt, straat of plek")).to_be_visible()
    scale = shown.box.locator(".leaflet-control-scale").bounding_box()
    credit = shown.box.locator(".tp-credit").bounding_box()
    assert scale["y"] + scale["height"] <= credit["y"]
    assert credit["y"] + credit["height"] <= map_box["y"] + map_box["height"] + 1  # pixels of a frame are whole
    # The other choices are behind one line, and open beneath it.
    expect(page.get_by_text("Hoe gaan mensen erheen?")).to_be_hidden()
    page.get_by_text("Meer keuzes").click()
    expect(page.get_by_text("Hoe gaan mensen erheen?")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0

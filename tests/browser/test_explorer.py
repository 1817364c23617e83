"""The explorer as a neighbourhood team uses it, in a real browser against a real server on the bundled data."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

SUPERMARKET = "n34046157"  # Jumbo at Malbergplein


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def card(page: Page):
    return page.locator(".tp-card")


def test_a_visit_from_opening_to_english(page, url, bundled):
    """Open, choose supermarkets, click one, read the card, by bike, the table, CSV, English."""
    page.goto(url)
    shown = MapFrame(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Waar kunnen buurten elkaar ontmoeten?")
    everything = shown.painted()

    applied = shown.applied
    page.get_by_role("button", name=re.compile("supermarkt")).first.click()
    shown.wait_applied(applied + 1)
    shown.settle()
    assert 0 < shown.painted() < everything
    assert "category=supermarket" in page.url

    place = bundled.places.to_crs("EPSG:4326").loc[SUPERMARKET]
    shown.look_at(place.geometry.y, place.geometry.x, 15)
    page.mouse.click(*shown.point(place.geometry.y, place.geometry.x))
    expect(card(page)).to_contain_text("Jumbo Maastricht", timeout=PATIENCE)
    shown.settle()
    expect(card(page)).to_contain_text("lopen")
    expect(card(page)).to_contain_text("Malberg")
    expect(card(page)).to_contain_text("Nederland")
    assert f"place={SUPERMARKET}" in page.url
    on_foot = card(page).inner_text()

    page.get_by_role("radio", name="met de fiets").or_(page.get_by_role("button", name="met de fiets")).first.click()
    expect(card(page)).to_contain_text("fietsen", timeout=PATIENCE)
    shown.settle()
    assert card(page).inner_text() != on_foot and "mode=cycle" in page.url

    page.get_by_role("link", name="Plekken").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alle plekken op een rij", timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Download als CSV").first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    # The choice of supermarkets came along.
    assert len(rows) == (bundled.places["category"] == "supermarket").sum()
    assert any("Jumbo Maastricht" in row.values() for row in rows)

    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Alle plekken op een rij", timeout=PATIENCE)
    expect(page.locator("html")).to_have_attribute("lang", "en", timeout=PATIENCE)
    page.get_by_role("link", name="Map").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where could neighbourhoods meet?", timeout=PATIENCE)
    expect(card(page)).to_contain_text("Jumbo Maastricht", timeout=PATIENCE)


def test_the_letter_s_neighbourhoods_are_one_click_away(page, url):
    page.goto(url)
    MapFrame(page).settle()
    page.get_by_role("button", name="Toon deze buurt").click()
    expect(card(page)).to_contain_text("Nazareth", timeout=PATIENCE)
    expect(card(page)).to_contain_text("chatting")
    page.get_by_role("button", name="Keuze wissen").click()
    page.get_by_role("button", name="Toon beide buurten").click()
    expect(card(page)).to_contain_text("Pottenberg en Dousberg-Hazendans", timeout=PATIENCE)
    assert "pair=" in page.url


def test_a_link_restores_the_view_on_a_phone(open_page, url):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{url}/?area=BU09350203&lang=en&minutes=20")
    MapFrame(page).settle()
    expect(card(page)).to_contain_text("Pottenberg")
    expect(card(page)).to_contain_text("official")
    sideways = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert sideways <= 0


@pytest.mark.parametrize(
    "query", ["place=nope", "area=BU99999999", "pair=BU09350203,x", "category=casino", "minutes=9e9", "mode=fly"]
)
def test_unknown_codes_open_the_page_with_a_note(page, url, query):
    page.goto(f"{url}/?{query}")
    MapFrame(page).settle()
    value = query.partition("=")[2].rpartition(",")[2]
    expect(page.locator(".tp-note").first).to_contain_text(value)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_hostile_link_runs_nothing(page, url):
    attack = "%3Cimg%20src%3Dx%20onerror%3D%22window.__xss%3D1%22%3E%60%24%7Bwindow.__xss%3D1%7D"
    page.goto(f"{url}/?place={attack}&area={attack}&category={attack}&search={attack}")
    shown = MapFrame(page)
    shown.settle()
    assert page.evaluate("window.__xss") is None and shown.frame.evaluate("window.__xss") is None

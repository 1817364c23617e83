"""What only a browser can use leaves its trace in the address too: tabs, a row of a table, the map, a story.

All other controls: tests/app/test_round_trip.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

POTTENBERG = (50.8531, 5.6583)
"""Somewhere in it, latitude and longitude."""


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def fresh(open_page, address):
    """Open an address as somebody who gets it sent."""
    page = open_page()
    page.goto(address)
    return page


def test_a_tab_and_a_row(open_page, url):
    page = open_page()
    page.goto(f"{url}/plekken")
    table = page.locator('[data-testid="stDataFrame"]')
    expect(table.locator("canvas").first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("tab", name="Buurten").click()
    expect(page).to_have_url(f"{url}/plekken?table=neighbourhoods", timeout=PATIENCE)
    # The table of places stays until the other one is there.
    table = page.get_by_role("tabpanel", name="Buurten").locator('[data-testid="stDataFrame"]')
    expect(table.locator("canvas").first).to_be_visible(timeout=PATIENCE)
    table.click(position={"x": 20, "y": 35 * 2.5})
    chosen = page.locator(".tp-chosen")
    expect(chosen).to_be_visible(timeout=PATIENCE)
    assert "area=BU" in page.url

    again = fresh(open_page, page.url)
    expect(again.get_by_role("tab", name="Buurten")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    expect(again.locator(".tp-chosen")).to_have_text(chosen.inner_text(), timeout=PATIENCE)


def test_a_neighbourhood_on_the_map_and_a_place_near_it(open_page, url):
    """Click the neighbourhood, then a place of its list: the map, the card and the address go along."""
    page = open_page()
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    shown.look_at(*POTTENBERG, 15)
    page.mouse.click(*shown.point(*POTTENBERG))
    expect(page.locator(".tp-card h2")).to_have_text("Pottenberg", timeout=PATIENCE)
    shown.settle()
    assert "area=BU09350203" in page.url
    again = fresh(open_page, page.url)
    expect(again.locator(".tp-card h2")).to_have_text("Pottenberg", timeout=PATIENCE)

    near = again.locator(".tp-near a").first
    name = near.inner_text()
    near.click()
    expect(again.locator(".tp-card h2")).to_have_text(name, timeout=PATIENCE)
    MapFrame(again).settle()
    assert "place=" in again.url and "area=" not in again.url
    last = fresh(open_page, again.url)
    expect(last.locator(".tp-card h2")).to_have_text(name, timeout=PATIENCE)


def test_a_line_under_the_map_leads_a_phone_to_the_card(open_page, url):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{url}/?area=BU09350203")
    MapFrame(page).settle()
    heading = page.locator(".tp-card h2")
    expect(heading).not_to_be_in_viewport()
    page.get_by_role("link", name="Lees meer over Pottenberg").click()
    expect(heading).to_be_in_viewport(timeout=PATIENCE)
    # The jump is no step in the history, and changes nothing of what is shown.
    assert page.url == f"{url}/?area=BU09350203"


def test_a_laptop_has_no_line_under_the_map(page, url):
    page.goto(f"{url}/?area=BU09350203")
    MapFrame(page).settle()
    expect(page.get_by_role("link", name="Lees meer over Pottenberg")).to_be_hidden()

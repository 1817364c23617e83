"""The page of places in a real browser: a question, the figure, a row, the map, files, and a link back to it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, ROOT
from tests.browser.maps import PATIENCE

HEAD, ROW = 35, 35
"""Heights in the table, in pixels."""


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def table(page):
    shown = page.locator('[data-testid="stDataFrame"] canvas').first
    expect(shown).to_be_visible(timeout=PATIENCE)
    return shown


def test_from_a_question_to_a_place_on_the_map(page, url):
    page.goto(f"{url}/plekken?category=supermarket")
    table(page)
    page.locator("label").filter(has_text="Waar kunnen mensen uit beide inkomensgroepen komen?").click()
    expect(page.locator(".tp-sortnote")).to_contain_text("Vaste plek", timeout=PATIENCE)
    page.locator("label").filter(has_text="Toon ook een figuur").click()
    figure = page.locator('[data-testid="stVegaLiteChart"]')
    signs = figure.locator(".mark-symbol.role-mark path")
    expect(signs.first).to_be_visible(timeout=PATIENCE)
    assert signs.count() == 31

    table(page)  # its drawing lies under the layer that takes the clicks
    page.locator('[data-testid="stDataFrame"]').click(position={"x": 20, "y": HEAD + ROW / 2})
    expect(page.locator(".tp-chosen")).to_be_visible(timeout=PATIENCE)
    # The chosen one has a ring, and its name beside it.
    expect(figure.locator(".mark-text.role-mark text").first).to_be_visible(timeout=PATIENCE)
    assert "sort=bridge" in page.url and "figure=on" in page.url and "place=" in page.url

    name = page.locator(".tp-chosen").inner_text().removeprefix("Gekozen: ").partition(" (")[0]
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Download als GeoJSON").click()
    collection = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(collection["features"]) == 31
    assert collection["features"][0]["properties"]["name"] == name
    assert download.value.suggested_filename.startswith("trefpunt-maastricht-plekken-")

    page.get_by_role("button", name="Toon op de kaart").click()
    expect(page.locator(".tp-card h2")).to_have_text(name, timeout=PATIENCE)
    expect(page.locator(".tp-card")).to_contain_text("waarschijnlijk tussen")


def test_a_sign_in_the_figure_can_be_clicked(page, url):
    page.goto(f"{url}/plekken?category=library&figure=on")
    sign = page.locator('[data-testid="stVegaLiteChart"] .mark-symbol.role-mark path').first
    expect(sign).to_be_visible(timeout=PATIENCE)
    sign.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("bibliotheek", timeout=PATIENCE)
    sign.click()
    expect(page.locator(".tp-chosen")).to_contain_text("bibliotheek", timeout=PATIENCE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_restores_the_page_on_a_phone(open_page, url, scheme):
    page = open_page(**PHONE, color_scheme=scheme)
    page.goto(f"{url}/plekken?lang=en&sort=mixing&columns=all&place=n34046157")
    table(page)
    expect(page.locator(".tp-chosen")).to_contain_text("Jumbo Maastricht", timeout=PATIENCE)
    expect(page.locator(".tp-sortnote")).to_contain_text("like those of the whole of Maastricht")
    assert page.get_by_role("radio", name="Where is the group most mixed?").is_checked()
    sideways = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert sideways <= 0


def test_a_click_while_a_new_server_draws_its_first_page_counts(page, app_server):
    """The first page of a server that is asked for by its address is drawn in a way of its own (`shell.text`)."""
    page.goto(f"{app_server(ROOT / 'streamlit_app.py', TREFPUNT_CONTACT='first@example.org')}/plekken")
    page.get_by_role("tab", name="Buurten").click(timeout=2 * PATIENCE)
    expect(page).to_have_url(re.compile("table=neighbourhoods"), timeout=2 * PATIENCE)


def test_a_link_opens_a_table_of_areas(page, url):
    page.goto(f"{url}/plekken?table=districts")
    table(page)
    expect(page.get_by_role("tab", name="Wijken")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    page.get_by_role("tab", name="Buurten").click()
    expect(page).to_have_url(f"{url}/plekken?table=neighbourhoods", timeout=PATIENCE)

"""The page about the whole municipality as a council member uses it, in a real browser on the bundled data."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE
from trefpunt.ui.i18n import Text

NL = Text("nl")


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def open_city(page: Page, url: str, query: str = "") -> None:
    """Open the app with choices in its address and go to the page by its link.

    Not by an address that names the page: Streamlit then first looks for its own files in a folder of that name,
    and the browser calls the answers, 404, errors.
    """
    page.goto(f"{url}/?{query}")
    link, menu = page.get_by_role("link", name=NL("page.stad")).first, page.locator(".tp-menu summary")
    menu.wait_for(state="attached")
    if menu.is_visible():  # on a phone
        menu.click()
    link.click()
    expect(page.locator(".tp-citypage h2").first).to_be_visible(timeout=PATIENCE)


def choose(page: Page, label: str) -> None:
    """Choose one of the choices beside each other."""
    page.get_by_role("radio", name=label, exact=True).or_(page.get_by_role("button", name=label, exact=True)).click()


def sideways(page: Page) -> int:
    """Return by how many pixels the page, or a table in it, is wider than there is room for."""
    return page.evaluate(
        """Math.max(...[document.scrollingElement, ...document.querySelectorAll('.tp-scroll')]
           .map(element => element.scrollWidth - element.clientWidth))"""
    )


def test_the_council_s_question_from_one_strictness_to_another(page, open_page, url):
    """Read the answer, look more mildly and at places, then at districts, and share the link."""
    open_city(page, url)
    expect(page.get_by_role("heading", level=2).first).to_have_text(NL("city.answer.question"), timeout=PATIENCE)
    figure = page.locator(".tp-cityfigure").first
    at_first = figure.inner_text()
    expect(page.locator(".tp-citycurve").first.get_by_role("row")).to_have_count(8)  # the head and seven factors

    choose(page, "1,25")
    expect(figure).not_to_have_text(at_first, timeout=PATIENCE)
    choose(page, NL("city.environment.places"))
    expect(page.locator(".tp-citynotes")).to_contain_text(NL("city.answer.own_places"), timeout=PATIENCE)
    rows = page.locator(".tp-cityareas tbody tr")
    expect(rows).to_have_count(44)
    choose(page, NL("controls.per_district"))
    expect(rows).to_have_count(7, timeout=PATIENCE)
    for part in ("factor=1.25", "environment=places", "level=district"):
        expect(page).to_have_url(re.compile(part))

    other = open_page()
    open_city(other, url, page.url.partition("?")[2])
    expect(other.locator(".tp-cityfigure").first).to_have_text(figure.inner_text(), use_inner_text=True)
    expect(other.locator(".tp-cityareas tbody tr")).to_have_count(7)


@pytest.mark.parametrize("topic", ["answer", "separation", "housing", "welfare", "kinds"])
def test_a_topic_fits_a_phone_and_stays_a_table(open_page, url, topic):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    open_city(page, url, f"topic={topic}")
    expect(page.get_by_role("rowheader").first).to_be_attached(timeout=PATIENCE)  # parts come one after the other
    page.locator(".tp-citypage details summary").evaluate_all("all => all.forEach(one => one.click())")
    assert sideways(page) <= 0
    # Rows are laid out anew on a phone; for a screen reader they are a table still.
    table = page.get_by_role("table").first
    assert table.get_by_role("rowheader").count() > 0
    assert table.get_by_role("columnheader").count() > 2
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_choice_works_by_keyboard(page, url):
    open_city(page, url)
    first = page.get_by_role("radio", name=NL("city.topic.answer")).or_(
        page.get_by_role("button", name=NL("city.topic.answer"))
    )
    first.focus()
    page.keyboard.press("ArrowRight") if first.get_attribute("role") == "radio" else page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-citypage h2").first).to_have_text(NL("city.separation.title"), timeout=PATIENCE)

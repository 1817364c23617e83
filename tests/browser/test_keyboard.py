"""Whole journeys by keyboard alone; what has the focus can be seen; nothing holds it; news is read aloud."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import settled
from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

FOCUS = """() => {
  const at = document.activeElement;
  const shown = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const box = at.getBoundingClientRect();
  return {
    tag: at.tagName, type: at.type || '', role: at.getAttribute('role') || '', id: at.id || '',
    name: at.getAttribute('aria-label') || at.innerText || '',
    // Streamlit hides some of its inputs behind a drawing: then a line around that shows where one is.
    seen: shown(at) || Boolean(at.closest('label, [role=group]') && shown(at.closest('label, [role=group]'))),
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}"""
OPTION = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText"
UNMARKED = {"BODY", "IFRAME", "CANVAS", "TD", "MAIN", "DIV"}
"""The page itself, frames, what scrolls, and the table, which draws its own frame around a cell."""


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def tab_to(page: Page, *, name: str = "", tag: str = "", kind: str = "", back: bool = False, most: int = 60) -> dict:
    """Press Tab until the focus is on something with this in its name, of this tag and type or role."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        at = page.evaluate(FOCUS)
        passed.append(f"{at['tag']} {at['name'][:40]!r}")
        if at["tag"] not in UNMARKED:
            assert at["seen"], f"no mark of the focus on {passed[-1]}"
            assert at["inside"], f"out of sight: {passed[-1]}"
        if name in at["name"] and tag in ("", at["tag"]) and kind in ("", at["type"], at["role"]):
            return at
    raise AssertionError(f"'{name}' {tag} {kind} was not reached; passed: {', '.join(passed)}")


def said(page: Page):
    return page.locator("#tp-live[role=status]")


def test_a_journey_from_opening_to_a_place_on_the_map(page, url):
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()

    # Search a neighbourhood, choose it from the list, reach its card.
    tab_to(page, name="Zoek een buurt", kind="combobox")
    page.keyboard.type("Nazareth (buurt)")
    expect(page.get_by_role("option").first).to_be_visible(timeout=PATIENCE)
    for _ in range(5):
        if page.evaluate(OPTION) == "Nazareth (buurt)":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-card h2")).to_have_text("Nazareth", timeout=PATIENCE)
    expect(said(page)).to_have_text("Gekozen: Nazareth (buurt).", timeout=PATIENCE)
    shown.settle()

    # More minutes.
    tab_to(page, name="Hoe ver is dichtbij", kind="range")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(f"{url}/?minutes=16&area=BU09350403", timeout=PATIENCE)
    shown.settle()

    # Into the map, through it and out again; then what folds out of the card.
    tab_to(page, tag="IFRAME")
    tab_to(page, tag="SUMMARY", most=8)
    at = tab_to(page, tag="SUMMARY", name="plekken in dit gebied")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-card details[open]").first).to_contain_text(at["name"].strip())

    # To the page of places.
    tab_to(page, name="Plekken", tag="A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alle plekken op een rij", timeout=PATIENCE)
    settled(page)
    expect(said(page)).to_have_text("429 plekken", timeout=PATIENCE)

    # Another order, then a row; Tab leaves the table.
    tab_to(page, kind="radio", tag="INPUT")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tp-sortnote")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/plekken?minutes=16&area=BU09350403&sort=reach", timeout=PATIENCE)
    settled(page)
    tab_to(page, tag="CANVAS")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".tp-chosen")).to_be_visible(timeout=PATIENCE)
    name = page.locator(".tp-chosen").inner_text().removeprefix("Gekozen: ").partition(" (")[0]
    settled(page)
    tab_to(page, name="Toon op de kaart", tag="BUTTON", most=4)
    page.keyboard.press("Enter")
    expect(page.locator(".tp-card h2")).to_have_text(name, timeout=PATIENCE)
    expect(said(page)).to_contain_text(f"Gekozen plek: {name}", timeout=PATIENCE)


def test_a_search_for_the_best_spot(page, url):
    """Asked for, told when it is there, and tried on the page of what if; the focus stays where it was."""
    page.goto(f"{url}/ontbreekt?lack=community_centre&where=schools")
    settled(page)
    tab_to(page, name="Zoek de beste plek", tag="BUTTON")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-spot").first).to_be_visible(timeout=3 * PATIENCE)
    expect(said(page)).to_contain_text("De beste plek is", timeout=PATIENCE)
    settled(page)
    assert "Zoek de beste plek" in page.evaluate(FOCUS)["name"]
    tab_to(page, name="Probeer dit in Wat als", tag="A", most=3)
    page.keyboard.press("Enter")
    expect(page.locator(".tp-inshort")).to_be_visible(timeout=PATIENCE)


def test_jumps(page, url):
    """To the content, past the bar; to the map and past it, without a stop in its frame."""
    page.goto(url)
    settled(page)
    tab_to(page, name="Naar de inhoud", tag="A", most=2)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "tp-content"
    tab_to(page, name="Naar de kaart", tag="A", back=True)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "tp-map"
    tab_to(page, name="Sla de kaart over", tag="A", most=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "tp-beyond-map"
    tab_to(page, tag="SUMMARY", most=1)
    # And against the direction of reading: back into the map and out at its other side.
    tab_to(page, tag="IFRAME", back=True, most=1)
    tab_to(page, name="Sla de kaart over", tag="A", back=True, most=6)


def test_the_buttons_of_the_map_have_names_and_answer_to_keys(page, url):
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    tab_to(page, tag="IFRAME")
    names = []
    before = shown.frame.evaluate("map.getZoom()")
    for _ in range(4):
        at = shown.frame.evaluate(FOCUS)
        names.append(at["name"])
        assert at["seen"], at
        if at["name"] == "Dichterbij":
            page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    assert names[1:] == ["Dichterbij", "Verder weg", "Hele gemeente"]
    assert "tabel op de pagina Plekken" in names[0]
    shown.settle()
    assert shown.frame.evaluate("map.getZoom()") > before


def test_one_letter_does_nothing(page, url):
    """WCAG 2.1.4: Streamlit's r (run again) and c (clear) are off; in a box they are letters."""
    page.goto(url)
    settled(page)
    runs = "window.tpRuns = 0; new MutationObserver(() => { window.tpRuns += 1; }).observe("
    page.evaluate(
        f"{runs}document.querySelector('[data-testid=\"stApp\"]'), "
        "{ attributes: true, attributeFilter: ['data-test-script-state'] })"
    )
    page.keyboard.press("r")
    page.keyboard.press("c")
    page.wait_for_timeout(800)
    assert page.evaluate("window.tpRuns") == 0
    expect(page.get_by_role("dialog")).to_have_count(0)
    box = page.get_by_role("combobox", name="Zoek een buurt, straat of plek")
    box.press_sequentially("rc")
    expect(box).to_have_value("rc")


def test_light_and_dark_and_a_large_screen(page, url):
    """The menu of the display by keyboard: dark stays on every page, the large screen is left as easily as entered."""
    page.goto(f"{url}/?area=BU09350403")
    settled(page)
    tab_to(page, name="Weergave", tag="SUMMARY")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Zoals uw apparaat")).to_have_attribute("aria-pressed", "true")
    tab_to(page, name="Donker", tag="BUTTON", most=5)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    settled(page)
    assert page.url.endswith("?area=BU09350403")
    expect(MapFrame(page).box).to_have_class(re.compile("tp-dark"))
    page.goto(f"{url}/plekken?area=BU09350403")
    settled(page)
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--tp-accent')") == "#5cc3cd"

    tab_to(page, name="Weergave", tag="SUMMARY")
    page.keyboard.press("Enter")
    tab_to(page, name="Groot scherm", tag="BUTTON", most=6)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Terug naar gewoon")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/plekken?area=BU09350403&screen=projector", timeout=PATIENCE)
    expect(page.get_by_role("radio")).to_have_count(0)
    tab_to(page, name="Terug naar gewoon", tag="BUTTON", most=3)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Kaart")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/plekken?area=BU09350403", timeout=PATIENCE)

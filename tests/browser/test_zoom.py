"""Large letters, small screens, own colours, no motion, a large screen; titles and languages are right.

A window of 1,280 pixels at 200 % has room for 640, at 400 % for 320.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import settled
from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.shell import PAGES

SIDEWAYS = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
CUT = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const fixed = '.tp-scroll, .tp-aside, .tp-skip, [data-testid="stDataFrame"], [data-testid="stButtonGroup"], ' +
    '.st-key-story_cards, [data-testid="stVegaLiteChart"], [role="tablist"]'; // what scrolls in itself, or is not seen
  const wide = innerWidth + 1;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const texts = [...main.querySelectorAll('h1, h2, h3, p, li, td, th, dt, dd, summary, button, label, a')];
  return texts.filter((element) => element.innerText?.trim() && seen(element) && !element.closest(fixed))
    .filter((element) => {
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const hidden = style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1;
      return box.width > 1 && (box.right > wide || box.left < -1 || hidden);
    }).map((element) => `${element.tagName} ${element.innerText.slice(0, 60)}`);
}"""
SMALL = """(least) => {
  const targets = document.querySelectorAll('.stApp :is(button, summary, a[href], [role="tab"], label:has(input))');
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const inText = (element) => element.tagName === 'A' && element.closest('p, li, td'); // WCAG 2.5.8 leaves these out
  return [...targets].filter((element) => seen(element) && !inText(element) && !element.closest('.tp-skip'))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.width < least || box.height < least))
    .map(([element, box]) => `${element.tagName} ${element.getAttribute('aria-label') || element.innerText} ` +
      `${Math.round(box.width)}×${Math.round(box.height)}`);
}"""
MOVING = """() => [...document.querySelectorAll('.stApp *')].map((element) => [element, getComputedStyle(element)])
  .filter(([, style]) => [style.transitionDuration, style.animationDuration].some((s) => parseFloat(s) > 0.1))
  .map(([element]) => element.outerHTML.slice(0, 80))"""
MAIN = ".st-key-shell_bar summary, .st-key-shell_pages a, .tp-theme button, [data-testid='stButton'] button"


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def address(url: str, name: str, query: str = "") -> str:
    return f"{url}/{'' if name == 'kaart' else name}{query}"


@pytest.mark.parametrize("width", [640, 320])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(open_page, url, name, width):
    page = open_page(viewport={"width": width, "height": 450 if width == 640 else 256})
    for query in ("", "?place=n34046157&lang=en", "?area=BU09350208&screen=projector")[: 3 if name == "kaart" else 1]:
        page.goto(address(url, name, query))
        settled(page)
        assert page.evaluate(SIDEWAYS) <= 0, query
        assert page.evaluate(CUT) == [], query
    if width == 320:
        page.goto(address(url, name))
        settled(page)
        page.locator(".tp-menu summary").click()
        page.locator(".tp-display summary").click()
        expect(page.get_by_role("button", name="Groot scherm")).to_be_visible()
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_all_is_large_enough_to_hit(open_page, url, name):
    page = open_page()
    page.goto(address(url, name))
    settled(page)
    assert page.evaluate(SMALL, 24) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".tp-menu summary").click()
    page.locator(".tp-display summary").click()
    assert page.evaluate(SMALL, 24) == []
    low = [
        f"{target.inner_text()} {box['height']}"
        for target in page.locator(MAIN).all()
        if target.is_visible() and (box := target.bounding_box()) and box["height"] < 44
    ]
    assert low == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_has_its_language_and_its_own_title(page, url, lang):
    t, titles = Text(lang), set()
    for name in PAGES:
        page.goto(address(url, name, f"?lang={lang}"))
        settled(page)
        expect(page).to_have_title(f"{t(f'page.{name}')} · Trefpunt Maastricht", timeout=PATIENCE)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("h1")).to_have_count(1)
        here = page.locator('.st-key-shell_pages[role="navigation"] a[aria-current="page"]')
        assert here.inner_text().strip() == t(f"page.{name}")
        titles.add(page.title())
    assert len(titles) == len(PAGES)


def test_streamlit_s_own_buttons_speak_dutch(page, url):
    page.goto(url)
    settled(page)
    expect(page.get_by_role("button", name="Uitleg bij Welke plekken?")).to_be_visible()
    expect(page.locator('[aria-label^="Help for"], [aria-label="Open"]')).to_have_count(0)
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("button", name="Help for Which places?")).to_be_visible(timeout=PATIENCE)


def luminous(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("(e) => getComputedStyle(e).backgroundColor")


def test_few_colours_of_the_visitor_s_own(open_page, url):
    """Forced colours: the bars and the scale keep theirs, for they mean something."""
    page = open_page(forced_colors="active")
    page.goto(f"{url}/?place=n34046157")
    settled(page)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    low, high = (luminous(page, f".tp-card .tp-bar .tp-{group}") for group in ("low", "high"))
    canvas = luminous(page, "body")
    assert len({low, high, canvas}) == 3
    # Streamlit's slider is made of backgrounds alone.
    slider = page.locator('[data-testid="stSlider"] [role="group"] div').first
    assert slider.evaluate("(e) => getComputedStyle(e).forcedColorAdjust") == "none"
    here = page.locator('.st-key-shell_pages a[aria-current="page"]')
    assert here.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"


def test_nothing_moves_for_who_wants_no_motion(open_page, url):
    page = open_page(reduced_motion="reduce")
    page.goto(f"{url}/?area=BU09350403")
    shown = MapFrame(page)
    shown.settle()
    assert shown.frame.evaluate("[map.options.zoomAnimation, map.options.inertia]") == [False, False]
    moving = page.evaluate(MOVING)
    assert moving == []


def test_a_large_screen_shows_the_same_larger_without_controls(open_page, url):
    """And the map, which is drawn larger, still knows what is under the mouse."""
    page = open_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{url}/?screen=projector")
    shown = MapFrame(page)
    shown.settle()
    assert page.locator("h1").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") >= 30
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_role("combobox")).to_have_count(0)
    at = shown.frame.evaluate(
        "(() => { const p = map.latLngToContainerPoint([50.8520, 5.6575]); return [p.x, p.y]; })()"
    )
    box = shown.iframe.bounding_box()
    larger = box["width"] / shown.frame.evaluate("innerWidth")
    assert larger == pytest.approx(1.3, abs=0.02)
    assert box["y"] + box["height"] <= 720
    page.mouse.click(box["x"] + larger * at[0], box["y"] + larger * at[1])
    expect(page.locator(".tp-card h2")).to_have_text("Pottenberg", timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/?area=BU09350203&screen=projector", timeout=PATIENCE)
    page.get_by_role("button", name="Terug naar gewoon").click()
    expect(page.get_by_role("link", name="Uitleg")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/?area=BU09350203", timeout=PATIENCE)

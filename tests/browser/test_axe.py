"""No violation of WCAG 2.1 A or AA that axe-core can see, on any page, in the map's frame, and in what opens.

What comes from Streamlit itself counts too. There are no exceptions; docs/accessibility.md says what axe cannot see.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import look, settled, violations
from tests.browser.conftest import ROOT
from tests.towns import own_division
from trefpunt.tables.derived_schemas import LEVELS
from trefpunt.ui.i18n import LANGUAGES
from trefpunt.ui.shell import PAGES
from trefpunt.ui.state import TOPICS

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIEWS = {
    "kaart": (
        "place=n34046157",
        "area=BU09350403&home=BU09350203&lang=en",
        "pair=BU09350203,BU09350208&minutes=20",
        "place=nope",
        "area=BU09350203&screen=projector",
    ),
    "plekken": (
        "figure=on&sort=bridge&columns=all&place=n34046157",
        "screen=projector",
        *(f"table={level}s" for level in LEVELS),
    ),
    "stad": tuple(f"topic={topic}" for topic in TOPICS[1:]),
    "ontbreekt": ("find=on&where=schools&area=BU09350203", "lack=supermarket&mode=cycle&listed=hexagons"),
}
"""What a page can look like, besides how it opens."""

OPEN_ALL = "document.querySelectorAll('.stApp details').forEach((fold) => { fold.open = true; })"


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py", TREFPUNT_CONTACT="trefpunt@example.org")


@pytest.fixture(params=["light", "dark"])
def start(open_page, request) -> Page:
    # Without motion nothing is looked at while it fades in.
    return open_page(viewport=WIDE, color_scheme=request.param, reduced_motion="reduce")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_both_languages_at_both_widths_and_in_all_its_forms(start, url, name):
    page, address, found = start, f"{url}/{'' if name == 'kaart' else name}", []
    for lang in LANGUAGES:
        page.set_viewport_size(WIDE)
        page.goto(f"{address}?lang={lang}")
        found += look(page)
        page.set_viewport_size(PHONE)
        page.locator(".tp-menu summary").click()
        expect(page.locator(".st-key-shell_pages")).to_be_visible()
        found += look(page)
    page.set_viewport_size(WIDE)
    for view in VIEWS.get(name, ()):
        page.goto(f"{address}?{view}")
        settled(page)
        page.evaluate(OPEN_ALL)
        found += [f"{view}: {line}" for line in look(page)]
    assert found == []


def test_a_division_of_its_own(start, app_server, bundled_folder, tmp_path):
    folder = own_division(bundled_folder, tmp_path / "maastricht")
    url, found = app_server(ROOT / "streamlit_app.py", TREFPUNT_SNAPSHOT=str(folder)), []
    for width in (WIDE, PHONE):
        start.set_viewport_size(width)
        for view in (
            "?level=own_area",
            "?area=EA004",
            "?area=EA001&lang=en",
            "plekken?table=own_areas",
            "afdruk?area=EA006",
        ):
            start.goto(f"{url}/{view}")
            settled(start)
            start.evaluate(OPEN_ALL)
            found += [f"{view}: {line}" for line in look(start)]
    assert found == []


def test_what_opens(start, url):
    """The menu of the display, an explanation, and a list to choose from."""
    page = start
    page.goto(url)
    settled(page)
    page.locator(".tp-display summary").click()
    expect(page.get_by_role("button", name="Donker")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Uitleg bij Welke plekken?").focus()
    expect(page.get_by_text("Kies één of meer soorten plekken.").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("combobox", name="Zoek een buurt, straat of plek").click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []


PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
PLANTED = {
    "image-alt": f"const i = document.createElement('img'); i.src = '{PIXEL}'; at.append(i)",
    "color-contrast": "const p = document.createElement('p'); p.textContent = 'faint'; "
    "p.style = 'position:fixed;top:120px;left:0;z-index:9999;background:#fff;color:#ccc'; at.append(p)",
    "button-name": "at.append(document.createElement('button'))",
}
"""Rule → script that breaks it."""


def test_planted_violations_are_found(page, url):
    """On the page and in the frame of the map: the tests above can fail."""
    page.goto(url)
    documents = settled(page)
    assert [name for name, _ in documents] == ["page", "map"]
    for name, document in documents:
        assert violations(document, name) == []
        for script in PLANTED.values():
            document.evaluate(f"() => {{ const at = document.body; {script} }}")
        found = {line.split(" at ")[0] for line in violations(document, name)}
        assert found == {f"{name}: {rule}" for rule in PLANTED}

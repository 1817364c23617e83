"""The sheets in a real browser: from a card to paper, as a PDF of so many sides, and the map as a picture."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE
from trefpunt.ui.i18n import Text

POTTENBERG, DOUSBERG = "BU09350203", "BU09350208"
LIBRARY = "n2809835849"
NL, EN = Text("nl"), Text("en")
SHEETS = {
    "place": (f"place={LIBRARY}", 2, ["Centre Céramique", "Wyck", "Scharn"]),
    "area": ("area=BU09350403", 2, ["Nazareth", "Buurtcentrum Nazareth", "64%"]),
    "pair": (f"pair={POTTENBERG},{DOUSBERG}", 2, ["Pottenberg", "Dousberg-Hazendans", "Kindcentrum Dynamiek"]),
    "city": ("sheet=city", 3, ["Amby", "Itteren", "Wyckerpoort", "Buitenwijk West"]),
    "map": ("category=supermarket,library", 1, ["Maastricht"]),
}


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def open_sheet(page: Page, url: str, query: str) -> None:
    page.goto(f"{url}/afdruk?{query}")
    expect(page.locator(".tp-sheetmap > img")).to_be_visible(timeout=3 * PATIENCE)
    expect(page.locator(".tp-sheetfoot")).to_be_visible(timeout=PATIENCE)
    # Images that a browser refuses have no size.
    sizes = page.locator(".tp-sheet img").evaluate_all(
        "all => Promise.all(all.map(one => one.decode().then(() => one.naturalWidth)))"
    )
    assert sizes and min(sizes) > 0


def letters(text: str) -> str:
    """Return a text without spaces and with 'fi' as two letters: a PDF holds places of signs, not words."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("t", [NL, EN], ids=["nl", "en"])
@pytest.mark.parametrize("kind", SHEETS)
def test_a_sheet_is_so_many_sides_of_a4_and_tagged(page, url, kind, t):
    query, sides, names = SHEETS[kind]
    open_sheet(page, url, f"{query}&lang={t.lang}")
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)))
    assert len(pdf.pages) <= sides
    box = pdf.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((595.3, 841.9), abs=1)
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    said = letters("".join(side.extract_text() for side in pdf.pages))
    address = page.locator(".tp-sheetqr a").get_attribute("href") or ""
    assert address.startswith(f"{url}/")
    for text in (*names, address, t("caveat.person"), t("print.licence"), t("print.credit", city="Maastricht")):
        assert letters(text) in said, text
    # Nothing of the app around it: no pages to go to, no buttons.
    for text in (t("print.now"), t("print.picture"), t("page.uitleg"), t("foot.text")):
        assert letters(text) not in said, text


def test_from_a_card_to_paper_and_to_a_picture(page, url):
    page.goto(f"{url}/?place={LIBRARY}")
    page.get_by_role("button", name=NL("print.open")).click(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(rf"/afdruk\?.*place={LIBRARY}"), timeout=PATIENCE)
    expect(page.locator(".tp-sheet h1")).to_have_text("Centre Céramique", timeout=PATIENCE)

    page.evaluate("window.print = () => { window.printed = document.title }")
    page.get_by_role("button", name=NL("print.now"), exact=True).click()
    assert page.evaluate("window.printed") == "Centre Céramique"
    assert page.title() != "Centre Céramique"

    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name=NL("print.picture")).click()
    assert download.value.suggested_filename == "trefpunt-maastricht-kaart-centre-ceramique.png"
    image = Image.open(download.value.path())
    assert image.format == "PNG"
    assert image.width > 1500

    # What the code on the sheet leads to is the view that was printed.
    page.goto(str(page.locator(".tp-sheetqr a").get_attribute("href")))
    expect(page.locator(".tp-card h2")).to_have_text("Centre Céramique", timeout=PATIENCE)


@pytest.mark.parametrize(
    ("path", "title"), [("stad", NL("city.answer.question")), ("twee", "Pottenberg en Dousberg-Hazendans")]
)
def test_the_other_pages_lead_to_their_sheet_and_back(page, url, path, title):
    page.goto(f"{url}/{path}?pair={POTTENBERG},{DOUSBERG}")
    page.get_by_role("button", name=NL("print.open")).click(timeout=PATIENCE)
    expect(page.locator(".tp-sheet h1")).to_have_text(title, timeout=PATIENCE)
    page.get_by_role("button", name=NL("print.back")).click()
    expect(page).to_have_url(re.compile(rf"/{path}\?"), timeout=PATIENCE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sheet_fits_a_phone_and_is_black_on_white(open_page, url, scheme):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    open_sheet(page, url, f"pair={POTTENBERG},{DOUSBERG}")
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0
    looks = page.locator(".tp-sheet").evaluate(
        "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    )
    assert looks == ["rgb(255, 255, 255)", "rgb(28, 27, 25)"]
    for name in (NL("print.now"), NL("print.back")):
        assert page.get_by_role("button", name=name, exact=True).bounding_box()["height"] >= 44
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name=NL("print.back"))).to_be_hidden()
    expect(page.locator(".tp-sheet h1")).to_be_visible()

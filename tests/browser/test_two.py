"""The page of two neighbourhoods in a real browser: choose, read, go to the map and back, on a laptop and a phone."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

POTTENBERG, DOUSBERG, MALPERTUIS = "BU09350203", "BU09350208", "BU09350204"


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def test_two_neighbourhoods_from_choice_to_place(page, url):
    """Open, more minutes, swap, the file, a place on the map and back, then two others by typing."""
    page.goto(f"{url}/twee")
    shown = MapFrame(page)
    shown.settle()
    expect(page.locator(".tp-twoanswer h2")).to_have_text("Pottenberg en Dousberg-Hazendans")
    page.get_by_role("button", name="Wissel om").click()
    expect(page.locator(".tp-twoanswer h2")).to_have_text("Dousberg-Hazendans en Pottenberg", timeout=PATIENCE)
    assert shown.applied >= 2, "the same map, told of the change"

    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Download deze plekken als CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")), delimiter=";"))
    listed = page.locator(".tp-twolist tbody a")
    assert len(rows) == listed.count() > 0
    assert download.value.suggested_filename.startswith("trefpunt-maastricht-dousberg-hazendans-pottenberg-15-min")

    # A name leads to the map, without loading the app anew, and back leads here.
    page.evaluate("window.sameApp = true")
    name = listed.first.inner_text()
    listed.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waar kunnen buurten elkaar ontmoeten?", timeout=PATIENCE)
    expect(page.locator(".tp-card h2")).to_have_text(name, timeout=PATIENCE)
    assert page.evaluate("window.sameApp") is True
    page.go_back()
    expect(page.locator(".tp-twoanswer h2")).to_have_text("Dousberg-Hazendans en Pottenberg", timeout=PATIENCE)

    box = page.get_by_label(re.compile("Eerste buurt")).first
    box.click()
    box.fill("Malper")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-twoanswer h2")).to_have_text("Malpertuis en Pottenberg", timeout=PATIENCE)
    expect(page).to_have_url(re.compile(f"pair={MALPERTUIS}(,|%2C){POTTENBERG}"))


def test_a_link_to_two_with_nothing_in_common_offers_a_way_on(page, url):
    page.goto(f"{url}/twee?pair={MALPERTUIS},{DOUSBERG}")
    expect(page.locator(".tp-twoanswer")).to_contain_text("Geen enkele plek", timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("Kies de fiets")).click()
    expect(page.locator(".tp-twoanswer")).to_contain_text("minuten fietsen", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("mode=cycle"))
    page.get_by_role("button", name=re.compile("Biesland en Mariaberg")).click()
    expect(page.locator(".tp-twoanswer h2")).to_have_text("Biesland en Mariaberg", timeout=PATIENCE)


def test_the_map_page_leads_here(page, url):
    page.goto(f"{url}/?pair={POTTENBERG},{DOUSBERG}&minutes=20&lang=en")
    MapFrame(page).settle()
    page.get_by_role("link", name="Look at these two neighbourhoods").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What do two neighbourhoods share?", timeout=PATIENCE)
    expect(page.locator(".tp-twoanswer")).to_contain_text("20-minute walk", timeout=PATIENCE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_the_marks_are_on_their_line(open_page, url, scheme):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    page.goto(f"{url}/twee?minutes=20")
    MapFrame(page).settle()
    sideways = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert sideways <= 0
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.tp-two td, .tp-two th, .tp-two a, .st-key-two_suggestions button')]
             .filter((e) => { const b = e.getBoundingClientRect(); return b.width && (b.left < 0 || b.right > 390); })
             .map((e) => e.innerText)"""
    )
    assert cut == []
    # In each row mark and number agree. 0 to 20 minutes run from one end of the line to the other.
    marks = page.evaluate(
        """() => [...document.querySelectorAll('.tp-twolist tr:has(> td)')].map((r) => {
             const line = r.querySelector('.tp-twoline').getBoundingClientRect();
             return ['a', 'b'].map((side, i) => {
               const dot = r.querySelector(`.tp-twodot-${side}`).getBoundingClientRect();
               return [(dot.left + dot.width / 2 - line.left) / line.width * 20, parseInt(r.cells[i + 1].innerText)];
             });
           }).flat()"""
    )
    assert len(marks) > 10
    # Numbers are rounded to whole minutes.
    assert all(abs(at - said) <= 0.55 for at, said in marks), marks

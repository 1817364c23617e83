"""The page of what if in a real browser: add, move, close by clicking the map, undo, links, files, hostile names."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

BORDER = (50.8527, 5.6534)
"""Between Pottenberg and Dousberg-Hazendans; no place of the kind is near."""
SQUARE = (50.8490, 5.6900)
MAAS = (50.8488, 5.6968)
PLAN = {
    "trefpunt_scenario": 1,
    "municipality": "GM0935",
    "changes": [{"do": "add", "id": "new1", "category": "community_centre", "lon": BORDER[1], "lat": BORDER[0]}],
}
WORDS = {
    "nl": {
        "more": "mensen meer",
        "change": "Plek sluiten of verplaatsen",
        "close": "Sluit deze plek",
        "move": "Verplaats deze plek",
        "undo": "Maak {n} ongedaan",
        "clear": "Alles wissen",
        "water": "het water (Maas)",
        "bad": "Dit bestand kan niet worden geopend",
        "download": "Download dit plan",
        "choose": "Open een plan uit een bestand",
    },
    "en": {
        "more": "more people",
        "change": "Close or move a place",
        "close": "Close this place",
        "move": "Move this place",
        "undo": "Undo {n}",
        "clear": "Clear everything",
        "water": "lies in water (Maas)",
        "bad": "This file cannot be opened",
        "download": "Download this plan",
        "choose": "Open a plan from a file",
    },
}


@pytest.fixture
def url(app_server):
    return app_server(ROOT / "streamlit_app.py")


def changes(page):
    """The changes in the address."""
    found = parse_qs(urlsplit(page.url).query).get("scenario", ['{"changes": []}'])
    return json.loads(found[0])["changes"]


def link(plan, **other):
    query = "".join(f"&{key}={quote(value)}" for key, value in other.items())
    return f"/wat_als?scenario={quote(json.dumps(plan, separators=(',', ':')))}{query}"


@pytest.mark.parametrize("lang", WORDS)
def test_add_close_move_undo_by_clicking(page, url, lang):
    words = WORDS[lang]
    page.goto(f"{url}/wat_als?lang={lang}")
    shown = MapFrame(page)
    shown.settle()

    page.mouse.click(*shown.point(*BORDER))
    expect(page.locator(".tp-inshort")).to_contain_text(words["more"], timeout=PATIENCE)
    shown.settle()
    (added,) = changes(page)
    assert added["do"] == "add"
    # A pixel of the whole municipality is some 20 m.
    assert abs(added["lat"] - BORDER[0]) < 0.001 and abs(added["lon"] - BORDER[1]) < 0.001
    drawn = shown.frame.locator(".leaflet-changes-pane svg.tp-change")
    expect(drawn).to_have_count(1)

    # In the water: nothing changes, and the page says why.
    page.mouse.click(*shown.point(*MAAS))
    expect(page.get_by_role("alert")).to_contain_text(words["water"], timeout=PATIENCE)
    assert changes(page) == [added]

    # Another one, by its place on the map: move it, then close it.
    page.get_by_role("radio", name=words["change"]).click()
    shown.settle()
    places = [place for place in shown.files("places.json") if place["category"] == "community_centre"]
    alone = places[0]
    shown.look_at(alone["lat"], alone["lon"], 16)
    page.mouse.click(*shown.point(alone["lat"], alone["lon"]))
    page.get_by_role("button", name=words["move"]).click()
    shown.settle()
    shown.look_at(*SQUARE, 14)
    page.mouse.click(*shown.point(*SQUARE))
    page.get_by_role("button", name=words["undo"].format(n=2)).wait_for(timeout=PATIENCE)
    shown.settle()
    assert [change["do"] for change in changes(page)] == ["add", "move"]
    assert changes(page)[1]["place"] == alone["id"]
    # The new place, where it goes, and where it was.
    expect(drawn).to_have_count(3)
    shown.look_at(alone["lat"], alone["lon"], 16)
    page.mouse.click(*shown.point(alone["lat"], alone["lon"]))
    page.get_by_role("button", name=words["close"]).click()
    expect(drawn).to_have_count(2, timeout=PATIENCE)
    shown.settle()
    assert [change["do"] for change in changes(page)] == ["add", "close"]

    # A link restores it; undo takes one back, clear all.
    there = page.url
    page.goto("about:blank")
    page.goto(there)
    shown = MapFrame(page)
    shown.settle()
    assert [change["do"] for change in changes(page)] == ["add", "close"]
    page.get_by_role("button", name=words["undo"].format(n=1)).click()
    expect(shown.frame.locator(".leaflet-changes-pane svg.tp-change")).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("button", name=words["clear"]).click()
    expect(shown.frame.locator(".leaflet-changes-pane svg.tp-change")).to_have_count(0, timeout=PATIENCE)
    shown.settle()
    assert "scenario" not in page.url


def test_files_by_keyboard_and_a_bad_one_changes_nothing(page, url):
    words = WORDS["nl"]
    page.goto(url + link(PLAN))
    shown = MapFrame(page)
    shown.settle()
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name=words["download"]).click()
    content = download.value.path().read_bytes()
    assert json.loads(content) == PLAN
    # A further change redraws the map and the answer, not the button: the file has it all the same.
    shown.iframe.scroll_into_view_if_needed()
    page.mouse.click(*shown.point(*SQUARE))
    page.get_by_role("button", name=words["undo"].format(n=2)).wait_for(timeout=PATIENCE)
    shown.settle()
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name=words["download"]).click()
    assert json.loads(download.value.path().read_bytes())["changes"] == changes(page)
    assert len(changes(page)) == 2
    with page.expect_download(timeout=PATIENCE) as figures:
        page.get_by_role("button", name="Download alle cijfers").click()
    assert len(json.loads(figures.value.path().read_bytes())["changed_places"]) == 2
    page.get_by_role("button", name=words["undo"].format(n=2)).click()
    expect(page.locator(".tp-change")).to_have_count(1, timeout=PATIENCE)
    shown.settle()

    before = page.url
    box = page.locator(".st-key-scenario_upload_scenario input[type=file]")
    box.set_input_files({"name": "plan.json", "mimeType": "application/json", "buffer": content[:-9]})
    expect(page.get_by_role("alert")).to_contain_text(words["bad"], timeout=PATIENCE)
    assert page.url == before
    expect(page.locator(".tp-inshort")).to_contain_text("5.625 mensen meer")  # docs/scenarios.md

    hostile = {**PLAN, "title": "<img src=x onerror=window.__xss=1> ${1} `"}
    hostile["changes"] = [{**PLAN["changes"][0], "name": "</script><script>window.__xss=1</script>"}]
    box = page.locator(".st-key-scenario_upload_scenario input[type=file]")
    box.set_input_files({"name": "p.json", "mimeType": "application/json", "buffer": json.dumps(hostile).encode()})
    expect(page.locator(".tp-plan")).to_contain_text(hostile["title"], timeout=PATIENCE)
    expect(page.locator(".tp-change")).to_contain_text(hostile["changes"][0]["name"])
    shown.settle()
    assert all(frame.evaluate("window.__xss === undefined") for frame in page.frames)

    # Without a mouse: a street by its name.
    name = page.locator(".st-key-scenario_spot input")
    name.focus()
    page.keyboard.type("Pottenberg (buurt)", delay=20)
    page.keyboard.press("Enter")
    put = page.get_by_role("button", name="Zet de plek daar neer")
    expect(put).to_be_enabled(timeout=PATIENCE)
    put.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tp-change")).to_have_count(2, timeout=PATIENCE)


def test_from_a_card_to_the_plan(page, url):
    page.goto(f"{url}/?place=n34046157")
    MapFrame(page).settle()
    page.get_by_role("link", name="Wat als deze plek sluit?").click()
    expect(page.locator(".tp-change")).to_contain_text("Sluit: ", timeout=PATIENCE)
    assert changes(page) == [{"do": "close", "place": "n34046157"}]


def test_on_a_phone_the_map_comes_between_tool_and_list(open_page, url):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    page.goto(url + link(PLAN, versus=json.dumps({**PLAN, "changes": []}), lang="en"))
    shown = MapFrame(page)
    shown.settle()
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0
    tops = [
        page.locator(one).bounding_box()["y"]
        for one in (".st-key-scenario_tools", 'iframe[src*="streamlit_folium"]', ".st-key-scenario_changes")
    ]
    assert tops == sorted(tops)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.tp-figures :is(td, th), .tp-change, .tp-gains p')]
             .filter((e) => { const b = e.getBoundingClientRect(); return b.width && (b.left < 0 || b.right > 390); })
             .map((e) => e.innerText)"""
    )
    assert cut == []


def test_plans_side_by_side_follow_the_map_and_the_map_follows_them(page, url):
    """The two halves of the page are drawn apart; each redraws the other when that would be out of date."""
    page.goto(url + f"/wat_als?versus={quote(json.dumps(PLAN, separators=(',', ':')))}")
    shown = MapFrame(page)
    shown.settle()
    plans = page.locator(".tp-versus .tp-gains ol li")
    expect(plans).to_have_count(1)
    page.mouse.click(*shown.point(*SQUARE))
    expect(plans).to_have_count(2, timeout=PATIENCE)
    shown.settle()
    drawn = shown.frame.locator(".leaflet-changes-pane svg.tp-change")
    ours = changes(page)
    page.get_by_role("button", name="Wissel A en B").click()
    shown.settle()
    assert changes(page) == PLAN["changes"] != ours
    expect(drawn).to_have_count(1)
    page.get_by_label("Naam van het plan").fill("Bij het plein")
    page.keyboard.press("Enter")
    expect(page.locator(".tp-plan")).to_contain_text("Bij het plein", timeout=PATIENCE)

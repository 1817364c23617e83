"""The map in a real browser: it draws, it answers, it stays whole, and it asks nobody else."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.maps import PATIENCE, MapFrame, at_least

DEMO = Path(__file__).with_name("demo_app.py")
BOUNDS = [[50.81, 5.64], [50.90, 5.76]]  # of the municipality, a little less
DOUSBERG = (50.8512, 5.6440)
POTTENBERG = (50.8520, 5.6575)  # a spot of the neighbourhood with no place within 365 m


@pytest.fixture
def url(app_server):
    return app_server(DEMO)


@pytest.fixture
def shown(page, url):
    page.goto(url)
    return MapFrame(page)


def status(shown):
    """Return the demo's own account of what happened: runs, events, place, area."""
    text = shown.page.get_by_text(re.compile(r"^runs=")).inner_text()
    runs, events, place, area = re.fullmatch(r"runs=(\d+) events=(.*) place=(.*) area=(.*)", text).groups()
    return int(runs), re.findall(r"'([^']*)'", events), place, area


def a_place(shown):
    """Return a place that stands alone, so that a click can only mean this one."""
    places = shown.files("places.json")
    return max(
        (p for p in places if 50.83 < p["lat"] < 50.87 and 5.66 < p["lon"] < 5.72),
        key=lambda p: min((p["lat"] - q["lat"]) ** 2 + (p["lon"] - q["lon"]) ** 2 for q in places if q is not p),
    )


def test_first_sight(shown):
    """One run; areas, pattern, places, background and attribution are there; the frame says what it is."""
    frame = shown.frame
    shown.settle()
    assert status(shown)[0] == 1
    assert frame.locator(".leaflet-areas-pane path").count() == 44
    assert frame.locator('.leaflet-areas-pane path[fill="url(#tp-hatch)"]').count() == 6  # CBS gives no figure for six
    assert frame.locator("#tp-hatch").count() == 1
    assert shown.painted() > 2_000
    tiles = "[...document.querySelectorAll('.leaflet-detail-pane canvas')].filter((c) => c.width > 0).length"
    assert frame.evaluate(tiles) >= 4
    assert frame.locator(".tp-credit").inner_text() == "© OpenStreetMap contributors, CBS, Kadaster"
    assert frame.locator(".leaflet-container a[href^='http']").count() == 0
    assert frame.evaluate("[document.documentElement.lang, document.title]") == ["nl", "Kaart van Maastricht"]
    assert shown.iframe.get_attribute("title") == "Kaart van Maastricht"
    expect(shown.box).to_have_attribute("role", "application")
    expect(shown.box).to_have_attribute("aria-label", re.compile("^Kaart van Maastricht"))
    expect(shown.box.get_by_role("button", name="Dichterbij")).to_be_visible()


def test_background_is_drawn(shown):
    """The Maas in its blue where it flows through the city; names of streets, in their grey, from close by."""
    water, name = [0x8F, 0xBF, 0xDC], [0x4A, 0x52, 0x5C]  # water and minorLabel of the light theme of basemap.js
    count = """async ([r, g, b]) => {
      let found = 0;
      for (const canvas of document.querySelectorAll('.leaflet-detail-pane canvas')) {
        if (!canvas.width) continue;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found += 1;
        }
      }
      return found;
    }"""

    def pixels(colour):
        return lambda: shown.frame.evaluate(count, colour)

    shown.look_at(50.8500, 5.6950, 14)
    assert (
        at_least(shown.page, 8_000, pixels(water)) >= 8_000
    )  # 120 m wide is 20 pixels of 6 m, over a height of 560 pixels
    assert pixels(name)() == 0
    shown.look_at(50.8505, 5.6780, 16)
    assert at_least(shown.page, 50, pixels(name)) >= 50  # letters are thin: few pixels have the full colour


def test_clicking_a_place(shown):
    """One click: one run, one event, the ring, and the map stays where it was."""
    place = a_place(shown)
    shown.look_at(place["lat"], place["lon"], 16)
    before = shown.painted()
    view = shown.frame.evaluate("JSON.stringify([map.getCenter(), map.getZoom()])")
    shown.page.mouse.click(*shown.point(place["lat"], place["lon"]))
    shown.wait_applied(2)
    shown.settle()
    assert status(shown) == (2, [f"place {place['id']}"], place["id"], "None")
    assert shown.applied == 2
    assert shown.painted() > before  # the ring
    assert shown.frame.evaluate("JSON.stringify([map.getCenter(), map.getZoom()])") == view
    expect(shown.page.get_by_text(f"returned=MapEvent(kind='place', id='{place['id']}')")).to_be_visible()


def test_clicking_an_area(shown):
    shown.page.mouse.click(*shown.point(*POTTENBERG))
    shown.wait_applied(2)
    shown.settle()
    runs, events, _, area = status(shown)
    assert (runs, events, area) == (2, ["area BU09350203"], "BU09350203")
    # the pair of the demo and the selection, a halo and a line each
    assert shown.frame.locator(".leaflet-marks-pane path").count() == 6


def test_a_cleared_selection_stays_cleared(shown):
    """An event is heard once: what another control clears does not come back with the next run."""
    shown.page.mouse.click(*shown.point(*POTTENBERG))
    shown.wait_applied(2)
    shown.page.get_by_role("button", name="Wis").click()
    shown.wait_applied(3)
    shown.page.get_by_text("Herkomst").click()
    shown.wait_applied(4)
    shown.settle()
    assert status(shown) == (4, ["area BU09350203"], "None", "None")
    expect(shown.page.get_by_text("returned=None")).to_be_visible()
    shown.page.mouse.click(*shown.point(*POTTENBERG))  # the same again is a new event
    shown.wait_applied(5)
    shown.settle()
    assert status(shown)[1:] == (["area BU09350203"] * 2, "None", "BU09350203")


def test_nothing_flashes(shown):
    """Across interactions the frame, the map and its tiles are the same objects: nothing is drawn anew."""
    shown.wait_background()
    things = "[...document.querySelectorAll('.leaflet-container, .leaflet-detail-pane canvas')]"
    shown.frame.evaluate(f"{things}.forEach((e) => {{ e.kept = window.kept = true; }})")
    shown.page.get_by_text("Herkomst").click()
    shown.wait_applied(2)
    shown.page.mouse.click(*shown.point(*POTTENBERG))
    shown.wait_applied(3)
    assert shown.frame.evaluate(f"{things}.every((e) => e.kept)")
    assert shown.frame.evaluate("window.kept")


def test_what_an_interaction_costs(page, url):
    """At most 10 kB for the map, and none of the data again."""
    received, asked = [], []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: received.append(len(data or b""))))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()
    received.clear()
    asked.clear()
    page.mouse.click(*shown.point(*POTTENBERG))
    shown.wait_applied(2)
    shown.settle()
    assert sum(received) < 12_000  # the whole page, with the switches and texts of the demo
    assert max(received) < 10_000
    assert not [address for address in asked if "snapshots" in address]


def test_filter_sizes_and_level(shown):
    everything = shown.painted()
    shown.page.get_by_role("combobox", name="Soort").click()
    shown.page.get_by_role("option", name="supermarket").click()
    shown.wait_applied(2)
    assert 0 < shown.painted() < everything / 3
    shown.page.get_by_text("district").click()
    shown.wait_applied(3)
    assert shown.frame.locator(".leaflet-areas-pane path").count() == 7


def test_selected_elsewhere_comes_into_view(shown):
    shown.look_at(50.90, 5.70, 16)
    shown.page.get_by_role("button", name="Kies laatste").click()
    shown.wait_applied(2)
    last = shown.files("places.json")[-1]
    inside = "([lat, lon]) => map.getBounds().contains([lat, lon])"
    shown.page.wait_for_timeout(800)
    assert shown.frame.evaluate(inside, [last["lat"], last["lon"]])


def test_the_map_opens_on_what_is_outlined(shown):
    """The pair of the demo fills the view: both in it, and closer than the whole municipality."""
    for spot in (POTTENBERG, DOUSBERG):
        assert shown.frame.evaluate("([lat, lon]) => map.getBounds().contains([lat, lon])", list(spot))
    assert shown.frame.evaluate("map.getZoom()") > 13


def test_language_and_dark(shown):
    shown.page.get_by_text("English").click()
    shown.wait_applied(2)
    assert shown.frame.evaluate("document.documentElement.lang") == "en"
    expect(shown.box.get_by_role("button", name="Zoom in")).to_be_visible()
    shown.page.get_by_text("Donker").click()
    shown.wait_applied(3)
    expect(shown.box).to_have_class(re.compile("tp-dark"))
    assert shown.box.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(30, 34, 39)"


def test_keyboard(shown):
    """The map is one stop and its three buttons follow; no marker or area is a stop; arrows move the map."""
    focusable = "[...document.querySelectorAll('a[href], button, [tabindex]')].filter((e) => e.tabIndex >= 0).length"
    assert shown.frame.evaluate(focusable) == 4
    shown.box.focus()
    before = shown.frame.evaluate("map.getCenter().lng")
    shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_timeout(600)
    assert shown.frame.evaluate("map.getCenter().lng") > before


def test_the_page_scrolls_over_the_map(shown):
    """A wheel over the map moves the page and says how to zoom; after a click into the map it zooms."""
    shown.look_at(50.8550, 5.6960, 12)
    box = shown.iframe.bounding_box()
    shown.page.mouse.move(box["x"] + 300, box["y"] + 30)
    zoom = shown.frame.evaluate("map.getZoom()")
    shown.page.mouse.wheel(0, -300)
    expect(shown.frame.locator(".tp-hint")).to_have_class(re.compile("tp-hint-on"))
    shown.page.wait_for_timeout(600)
    assert shown.frame.evaluate("map.getZoom()") == zoom
    shown.page.mouse.click(box["x"] + 300, box["y"] + 30)  # outside of the municipality: selects nothing
    shown.page.mouse.wheel(0, -300)
    shown.page.wait_for_timeout(800)
    assert shown.frame.evaluate("map.getZoom()") > zoom
    assert status(shown)[1] == []


def test_tooltip_under_the_mouse(shown):
    place = a_place(shown)
    shown.look_at(place["lat"], place["lon"], 16)
    x, y = shown.point(place["lat"], place["lon"])
    shown.page.mouse.move(x, y)
    tip = shown.frame.locator(".tp-tip")
    expect(tip).to_be_visible()
    assert place["name"].split("&")[0] in tip.inner_text()
    shown.box.focus()
    shown.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_phone(open_page, url):
    """A tap selects what is under it, though the map sticks out of the screen; one finger scrolls the page."""
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.goto(url)
    shown = MapFrame(page)
    shown.settle()  # the page moves a little while its fonts arrive
    assert shown.frame.evaluate("map.dragging.enabled()") is False
    assert shown.box.evaluate("(e) => getComputedStyle(e).touchAction") in {"pan-x pan-y", "auto"}
    shown.box.get_by_role("button", name="Hele gemeente").tap()
    page.wait_for_timeout(800)
    # All of the municipality; a whole zoom of 11 would leave half of the frame empty.
    assert shown.frame.evaluate(f"map.getBounds().contains({json.dumps(BOUNDS)})") is True
    assert 11.5 < shown.frame.evaluate("map.getZoom()") < 12
    page.touchscreen.tap(*shown.point(*POTTENBERG))
    shown.wait_applied(2)
    shown.settle()
    assert status(shown)[1] == ["area BU09350203"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_state_that_comes_while_scripts_load_is_drawn(page, url):
    """On a slow line the visitor may switch before the map is there; the last state counts."""
    held = []
    page.route("**/leaflet.js*", lambda route: held.append(route))
    page.goto(url)
    page.get_by_text("district").click(timeout=PATIENCE)
    expect(page.get_by_text(re.compile("^runs=2"))).to_be_visible(timeout=PATIENCE)
    assert at_least(page, 1, lambda: len(held)) == 1
    held[0].continue_()
    shown = page.locator('iframe[src*="streamlit_folium"]').content_frame
    expect(shown.locator(".leaflet-areas-pane path")).to_have_count(7, timeout=PATIENCE)


def test_arguments_hold_no_text_of_the_data(shown):
    """Names come from the published files; what is sent knows places by position only."""
    name = next(p["name"] for p in shown.files("places.json") if len(p["name"]) > 8 and "&" not in p["name"])
    sent = shown.frame.evaluate("window.__GLOBAL_DATA__.last_feature_group")
    assert name not in sent
    assert json.loads(re.search(r"apply\((.*)\);", sent).group(1))["level"] == "neighbourhood"


def test_the_watch_notices(browser):
    """The harness itself: a foreign picture and an error are seen, and nothing was reached."""
    context = browser.new_context()
    watch = Watch()
    watch.follow(context)
    page = context.new_page()
    page.set_content("<img src='http://tiles.example/x.png'><script>undefinedThing()</script>")
    page.wait_for_timeout(300)
    context.close()
    with pytest.raises(AssertionError, match=r"(?s)tiles\.example.*undefinedThing"):
        watch.check()

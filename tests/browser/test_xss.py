"""Hostile texts through every sink of the map: nothing runs, the map lives, the text shows as it is."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.maps import PATIENCE, MapFrame

APP = Path(__file__).with_name("xss_app.py")
RUN = "top.__xss=window.__xss=1"
PAYLOADS = {
    "markup": f"<img src=x onerror={RUN}>",
    "template": "${" + RUN + "}",
    "backtick": "` + (" + RUN + ") + `",
    "breakout": f"</script><script>{RUN}</script>\"'); {RUN}; ('\\",
    "entity": f"&lt;img src=x onerror={RUN}&gt; &#96;",
    "templates": "{{ '" + RUN + "' }} {% endraw %} {# drawnItems map_div2 alert(coords);",
}
AT = {"place": (50.8508, 5.6924), "area": (50.8455, 5.6900)}
"""Where the first place and the first area of the app are, in degrees."""


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS.keys())
def attacked(request, page, app_server):
    # Nothing may run during the loading either: watch from before the first script of every frame.
    page.add_init_script("window.__xss = undefined;")
    page.goto(app_server(APP, TREFPUNT_PAYLOAD=request.param))
    return MapFrame(page), request.param


def nothing_ran(shown):
    return all(frame.evaluate("window.__xss === undefined") for frame in shown.page.frames)


def literal(payload):
    """Return a payload as it reads once a browser has put it on the screen: runs of spaces as one."""
    return re.sub(r"\s+", " ", payload).strip()


def test_nothing_runs_and_all_is_shown_as_text(attacked):
    shown, bad = attacked
    page, frame = shown.page, shown.frame
    places = shown.files("places.json")
    assert len(places) == 2
    shown.look_at(50.8475, 5.6975, 15)
    page.wait_for_timeout(1200)

    # alive: areas, outline of the selection, both places, the canvas of the background
    assert frame.locator(".leaflet-areas-pane path").count() == 2
    assert frame.locator(".leaflet-marks-pane path").count() == 2
    assert shown.painted() > 200

    # names and tooltips of areas and places, with the label of the category
    tip = frame.locator(".tp-tip")
    place = places[0]
    page.mouse.move(*shown.point(place["lat"], place["lon"]))
    expect(tip).to_be_visible()
    assert literal(tip.inner_text()) == literal(f"{bad} 1 {bad} soort {bad} toelichting")
    page.mouse.move(*shown.point(*AT["area"]))
    expect(tip).to_contain_text("uitleg")
    assert literal(tip.inner_text()) == literal(f"{bad} A {bad} uitleg")

    # labels: screen reader, buttons, attribution, title of page and frame, the hint over the map
    assert shown.box.get_attribute("aria-label") == f"{bad} aria"
    for name in ("zoom_in", "zoom_out", "reset"):
        button = shown.box.get_by_role("button", name=f"{bad} {name}", exact=True)
        assert button.get_attribute("title") == f"{bad} {name}"
    assert literal(frame.locator(".tp-credit").inner_text()) == literal(f"{bad} attribution")
    assert literal(frame.evaluate("document.title")) == literal(f"{bad} title")
    assert shown.iframe.get_attribute("title") == f"{bad} title"
    page.mouse.wheel(0, 50)
    expect(frame.locator(".tp-hint")).to_have_class(re.compile("tp-hint-on"))
    assert literal(frame.locator(".tp-hint").inner_text()) == literal(f"{bad} hint_wheel")

    # the id of a place comes back as it was
    page.mouse.click(*shown.point(place["lat"], place["lon"]))
    expect(page.get_by_text("heard=p")).to_be_visible(timeout=PATIENCE)
    assert literal(page.get_by_text("heard=p").inner_text()) == literal(f"heard=p{bad}")

    # nothing of it became an element, and nothing ran
    assert frame.locator("img, script:not([src]):not(body > script)").count() == 0
    assert nothing_ran(shown)


def test_the_check_would_notice(page):
    page.set_content(f"<img src='data:,' onerror='{RUN}'>")
    page.wait_for_timeout(300)
    assert page.evaluate("window.__xss") == 1

"""Two municipalities in a real browser: another map with other codes, a year, and back."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests import towns as town
from tests.browser.conftest import ROOT
from tests.browser.maps import PATIENCE, MapFrame

FILLS = """() => Object.values(map._layers).filter((layer) => layer.feature && layer.options.pane === "areas")
  .map((layer) => [layer.feature.id, layer.options.dashArray || ""])"""


@pytest.fixture(scope="module")
def url(app_server, bundled_folder, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(bundled_folder, data / "maastricht")
    town.second_town(bundled_folder, data)
    return app_server(ROOT / "streamlit_app.py", TREFPUNT_DATA=str(data))


def choose(page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_another_municipality_a_year_and_back(page, url):
    page.goto(f"{url}/?area=BU09350203")
    first = MapFrame(page)
    first.settle()
    assert all(code.startswith(("BU0935", "WK0935")) for code, _ in first.frame.evaluate(FILLS))
    choose(page, "Gemeente", town.NAME)
    expect(page).to_have_url(f"{url}/?gemeente={town.SLUG}", timeout=PATIENCE)
    expect(page.locator(".tp-legend").first).to_contain_text("voorlopig", timeout=PATIENCE)
    second = MapFrame(page)
    second.settle()
    drawn = dict(second.frame.evaluate(FILLS))
    assert len(drawn) == 44 and all(code.startswith("BU9999") for code in drawn)
    # The newest scores are provisional: dots. The one estimate keeps its dashes.
    assert drawn[town.ESTIMATED] == "3 3"
    assert drawn[town.OTHER_BORDERS] == "0.1 4.5"
    applied = second.applied
    choose(page, "Jaar", "2018")
    expect(page).to_have_url(f"{url}/?gemeente={town.SLUG}&year=2018", timeout=PATIENCE)
    second.wait_applied(applied + 1)
    assert set(dict(second.frame.evaluate(FILLS)).values()) == {""}
    expect(page.locator(".tp-legend").first).to_contain_text("2018")
    page.go_back()
    expect(page).to_have_url(f"{url}/?gemeente={town.SLUG}", timeout=PATIENCE)
    expect(page.locator(".tp-legend").first).to_contain_text("voorlopig", timeout=PATIENCE)


def test_the_years_of_a_neighbourhood_on_a_phone(open_page, url):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{url}/?gemeente={town.SLUG}&area={town.OTHER_BORDERS}")
    expect(page.locator(".tp-years")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Alle jaren in een tabel").click()
    expect(page.locator(".tp-yeartable")).to_contain_text("2014")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The bar holds the name, the choice of a municipality and the menu.
    expect(page.get_by_role("combobox", name="Gemeente")).to_be_visible()


def test_a_division_of_its_own_is_a_level_on_the_map(page, app_server, bundled_folder, tmp_path_factory):
    folder = town.own_division(bundled_folder, tmp_path_factory.mktemp("own") / "maastricht")
    url = app_server(ROOT / "streamlit_app.py", TREFPUNT_SNAPSHOT=str(folder))
    page.goto(url)
    drawn = MapFrame(page)
    drawn.settle()
    applied = drawn.applied
    page.get_by_text("eigen indeling", exact=True).click()
    expect(page).to_have_url(f"{url}/?level=own_area", timeout=PATIENCE)
    drawn.wait_applied(applied + 1)
    dashes = dict(drawn.frame.evaluate(FILLS))
    # Computed incomes are an estimate: dashes. Where nothing is known there is a pattern without them.
    assert dashes == {"EA001": ""} | {f"EA00{i}": "3 3" for i in range(2, 7)}
    # In the middle of the half that a line cut off, south of the city.
    page.mouse.click(*drawn.point(50.8192, 5.6769))
    expect(page.locator(".tp-card h2")).to_have_text(town.OWN_AREAS[3], timeout=PATIENCE)
    expect(page).to_have_url(f"{url}/?level=own_area&area=EA004", timeout=PATIENCE)

"""Every control of every page: what it changes stands in the address, and a fresh visit to that address shows it.

The test finds the controls by itself. One that is new and leaves no trace in the address fails, until it does or
until `EXCUSED` says why it need not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from tests import towns
from tests.app.conftest import Open, address
from trefpunt.scenarios import Close, Scenario, to_json
from trefpunt.tables.derived_schemas import LEVELS
from trefpunt.ui.shell import HIDDEN, PAGES
from trefpunt.ui.state import TOPICS

POTTENBERG, DOUSBERG, JUMBO = "BU09350203", "BU09350208", "n34046157"
PLAN = to_json(Scenario("GM0935", (Close(JUMBO),)))
AROUND = {"control_lang", "shell_projector", "control_municipality"}
"""The bar at the top, the same on every page."""

STARTS: dict[str, tuple[dict[str, str], ...]] = {
    "kaart": (
        {},
        {"area": POTTENBERG, "home": DOUSBERG},
        {"place": JUMBO},
        {"pair": f"{POTTENBERG},{DOUSBERG}", "minutes": "20"},
        {"screen": "projector"},
    ),
    "plekken": ({}, {"figure": "on", "place": JUMBO}, *({"table": f"{level}s"} for level in LEVELS)),
    "twee": ({}, {"pair": "BU09350203,BU09350404", "minutes": "5"}),
    "stad": tuple({"topic": topic} for topic in TOPICS),
    "ontbreekt": ({}, {"find": "on"}, {"listed": "hexagons"}),
    "wat_als": ({}, {"place": JUMBO}, {"scenario": PLAN}),
    "uitleg": ({},),
    "afdruk": ({"place": JUMBO},),
}
"""Per page the addresses at which, together, every control of it is seen."""

ELSEWHERE = {
    "component_instance": "the map: tests/browser/test_round_trip.py clicks it",
    "dataframe": "a row of a table: tests/browser/test_round_trip.py chooses one",
    "vega_lite_chart": "a mark of the figure: tests/browser/test_places_page.py clicks one",
    "tab_container": "tabs: tests/browser/test_round_trip.py opens one",
    "file_uploader": "a plan from a file goes into the address: tests/browser/test_scenario_page.py opens one",
    "download_button": "hands out a file and changes nothing",
}
"""Kinds of controls that only a browser can use, or that change nothing."""

EXCUSED = {
    "control_scenario_tool": "which tool one holds, before anything has changed",
    "control_scenario_kind": "of which kind the next new place will be, before it is there",
    "scenario_spot": "a search box: where the next new place goes, before it is there",
    "scenario_move": "picks up a place, which has then not moved yet",
    "scenario_pairs_area": "a search box in an answer that is there whole",
    "print_open_*": "leads to the sheet to print, whose address is its own",
    "print_back": "leads back to where one came from",
    "show_on_map": "leads to the map",
}
"""Controls without a round trip, by key, and why."""

NAMELESS = "show_on_map"
"""The one button without a key: 'Show on the map' under the tables of the page of places."""


def widgets(app: AppTest) -> Iterator[Element]:
    """Give everything on the page that a visitor can use."""
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if node.type != "flex_container" and getattr(proto, "id", ""):
            yield node


def key_of(widget: Any) -> str:
    return str(getattr(widget, "key", None) or NAMELESS)


def values(app: AppTest) -> dict[str, object]:
    """Return what every control shows, by key."""
    return {key_of(w): w.value for w in widgets(app) if w.type not in (*ELSEWHERE, "button")}


def excuse(key: str) -> str | None:
    return next((why for pattern, why in EXCUSED.items() if fnmatchcase(key, pattern)), None)


def use(widget: Any) -> None:
    """Change a control to something else that it offers."""
    match widget.type:
        case "button":
            widget.click()
        case "button_group" | "selectbox" | "radio":
            _choose(widget)
        case "slider":
            widget.set_value(widget.value + 1)
        case "toggle" | "checkbox":
            widget.set_value(not widget.value)
        case "text_input":
            widget.input("park")
        case kind:
            pytest.fail(f"a control of a kind that this test cannot use yet: {kind} ({key_of(widget)})")


def _choose(widget: Any) -> None:
    """Choose another option by its words, as a browser does; AppTest itself wants what is behind them."""
    several = isinstance(widget.value, list)
    now = widget.indices if widget.type == "button_group" else [widget.index]
    other = next(words for i, words in reversed(list(enumerate(widget.options))) if i not in now)
    plain = {"format_func": property(lambda self: str)}
    widget.__class__ = type("InWords", (type(widget),), plain)
    widget.set_value([other] if several else other)


_FOUND: dict[tuple[str, str], list[str]] = {}
"""What was found where: the bundled data does not change."""


def controls(open_app: Open, page: str, start: dict[str, str]) -> list[str]:
    """Return the keys of what can be used there without a browser, in the order of the page."""
    asked = (page, repr(start))
    if asked not in _FOUND:
        found = (w for w in widgets(open_app(page, **start)) if w.type not in ELSEWHERE)
        _FOUND[asked] = [key_of(w) for w in found if not getattr(w.proto, "disabled", False)]
    return _FOUND[asked]


def check(open_app: Open, page: str, start: dict[str, str], key: str) -> list[str]:
    """Use one control; return what is wrong with the way back to what it then shows."""
    app = open_app(page, **start)
    before = address(app)
    widget = next(w for w in widgets(app) if key_of(w) == key)
    use(widget)
    app.run()
    where, told = f"{page} {start}: {key}", address(app)
    if app.exception:
        return [f"{where} fails: {app.exception[0].message}"]
    if told == before:
        return [f"{where} leaves no trace in the address"]
    fresh = open_app(page, **told)
    faults = []
    if fresh.session_state["view"] != app.session_state["view"]:
        faults.append(f"{where}: a fresh visit has another view")
    shown, expected = values(fresh), values(app)
    faults += [
        f"{where}: {k} shows {shown.get(k)!r} and not {v!r}"
        for k, v in expected.items()
        if shown.get(k) != v and not excuse(k)
    ]
    return faults


def test_every_page_is_visited() -> None:
    assert set(STARTS) == set(PAGES | HIDDEN)


@pytest.mark.parametrize("page", STARTS)
def test_every_control_comes_back_from_its_address(open_app: Open, page: str) -> None:
    faults, done = [], set()
    for start in STARTS[page]:
        for key in controls(open_app, page, start):
            # Once a page, except for what stands around every page: once in all, on the first.
            if key in done or excuse(key) or (page != "kaart" and key in AROUND):
                continue
            done.add(key)
            faults += check(open_app, page, start, key)
    assert faults == []
    assert done or page in {"uitleg", "afdruk"}


def test_municipality_and_year_come_back(
    open_app: Open, bundled_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where there are several of them are there controls for them."""
    shutil.copytree(bundled_folder, tmp_path / "maastricht")
    towns.second_town(bundled_folder, tmp_path)
    monkeypatch.setenv("TREFPUNT_DATA", str(tmp_path))
    start = {"gemeente": towns.SLUG}
    there = controls(open_app, "kaart", start)
    assert {"control_municipality", "control_year"} <= set(there)
    faults = [f for key in ("control_municipality", "control_year") for f in check(open_app, "kaart", start, key)]
    assert faults == []


def test_every_excuse_is_still_needed(open_app: Open) -> None:
    """What is excused is there, so that the list does not hold what nobody sees any more."""
    seen = {key for page, starts in STARTS.items() for start in starts for key in controls(open_app, page, start)}
    assert [pattern for pattern in EXCUSED if not any(fnmatchcase(key, pattern) for key in seen)] == []


def test_a_control_without_a_trace_is_found(open_app: Open) -> None:
    """The excused ones are what a control without a round trip looks like: the check is not blind."""
    assert check(open_app, "wat_als", {}, "control_scenario_tool") != []
